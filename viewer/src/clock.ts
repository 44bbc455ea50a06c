// Times as people read them: seconds, h:min:s, or the time of day where it is known when a recording began.

import { type Ruler, type Tick, decimal, minus } from "./ruler";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const MANY = 120; // seconds from which on they are read as min:s
const HOUR = 3600;
const DAY = 86_400;
const FEW = 3; // seconds in which whole ones are too few to be numbered
const FINE = 0.02; // seconds; shorter, and far from 0, is told from a round time on

/** Seconds as min:s or h:min:s, to so many decimals. */
export function clock(seconds: number, hours: boolean, digits = 0): string {
  const units = Math.round(Math.abs(seconds) * 10 ** digits);
  const minutes = Math.floor(units / (60 * 10 ** digits));
  const last = ((units % (60 * 10 ** digits)) / 10 ** digits).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  const sign = seconds < 0 && units ? "−" : "";
  return sign + (hours ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${last}` : `${minutes}:${last}`);
}

/** When a recording began: seconds after midnight, the day, and the words of its zone. */
export interface Beginning {
  readonly afterMidnight: number;
  /** Milliseconds of that midnight, as if the zone were UTC. */
  readonly midnight: number;
  readonly zone: string;
}

export function beginning(iso: string | null): Beginning | null {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?/.exec(iso ?? "");
  if (!found) return null;
  const [, day, hour, minute, second, zone] = found;
  return {
    afterMidnight: Number(hour) * 3600 + Number(minute) * 60 + Number(second),
    midnight: Date.parse(day + "T00:00:00Z"),
    zone: !zone ? "local" : /^(Z|[+-]00:?00)$/.test(zone) ? "UTC" : "UTC" + minus(zone),
  };
}

/** The day of a moment that is so many seconds after the first midnight. */
export const dayOf = (start: Beginning, seconds: number): string =>
  new Date(start.midnight + Math.floor(seconds / DAY) * DAY * 1000).toISOString().slice(0, 10);

/** The time of day, so many seconds after the first midnight. */
const ofClock = (seconds: number, digits = 0): string =>
  clock(((seconds % DAY) + DAY) % DAY, true, digits).padStart(8 + (digits ? digits + 1 : 0), "0");

const NAMES: Record<string, string> = { s: "Seconds", ms: "Milliseconds", µs: "Microseconds" };

/** Ticks of a time axis, and what it says. */
export function timeRuler(low: number, high: number, most: number, start: Beginning | null = null): Ruler {
  if (start) return ofDay(low, high, most, start);
  if (high <= MANY && !(high - low < FINE && high > 100 * (high - low))) {
    const [ticks, name] = inSeconds(low, high, most, Math.max(Math.abs(low), high));
    return { ticks, title: `Time (${name})` };
  }
  const hours = high > HOUR;
  const form = hours ? "h:min:s" : "min:s";
  if (high - low < FEW) {
    const [first, digits] = begin(low, high);
    const [ticks, name] = inSeconds(low - first, high - first, most, (high - low) / 2);
    const from = high <= MANY ? `${first.toFixed(digits)} s` : `${clock(first, hours, digits)} (${form})`;
    return { ticks: later(ticks, first), title: `${NAMES[name]} after ${from}` };
  }
  const step = stepOf(high - low, most);
  if (step >= DAY) return { ticks: decimal(low, high, most, DAY), title: "Time (days)" };
  return { ticks: whole(low, high, step, (at) => clock(at, hours)), title: `Time (${form})` };
}

function ofDay(low: number, high: number, most: number, start: Beginning): Ruler {
  const [from, to] = [low + start.afterMidnight, high + start.afterMidnight];
  if (high - low < FEW) {
    const [first, digits] = begin(from, to);
    const [ticks, name] = inSeconds(from - first, to - first, most, (high - low) / 2);
    const title = `${NAMES[name]} after ${ofClock(first, digits)} on ${dayOf(start, first)} (${start.zone})`;
    return { ticks: later(ticks, first - start.afterMidnight), title };
  }
  const step = stepOf(high - low, most);
  const word = (at: number): string => {
    if (step >= DAY) return dayOf(start, at);
    const written = ofClock(at);
    return step >= 60 ? written.slice(0, 5) : written;
  };
  const days = [dayOf(start, from), dayOf(start, to - 1e-6)];
  const day = days[0] === days[1] ? days[0] : days.join(" to ");
  return { ticks: later(whole(from, to, step, word), -start.afterMidnight), title: `Time on ${day} (${start.zone})` };
}

function whole(low: number, high: number, step: number, words: (at: number) => string): Tick[] {
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) {
    ticks.push({ at: i * step, words: words(i * step) });
  }
  return ticks;
}

/** The first step that leaves room, in whole days beyond one; a finer one where fewer than two ticks would stand. */
function stepOf(span: number, most: number): number {
  const room = span / Math.max(2, most);
  const wide = STEPS.find((step) => step >= room) ?? Math.ceil(room / DAY) * DAY;
  const sure = STEPS.findLast((step) => 2 * step <= span) ?? STEPS[0];
  return Math.min(wide, Math.max(sure, Math.floor(span / 2 / DAY) * DAY));
}

function inSeconds(low: number, high: number, most: number, size: number): [Tick[], string] {
  const [unit, name] = size >= 0.1 ? [1, "s"] : size >= 1e-4 ? [1e-3, "ms"] : [1e-6, "µs"];
  return [decimal(low, high, most, unit as number), name as string];
}

/** A round time from which on a short span is told, and its decimals. */
function begin(low: number, high: number): [number, number] {
  const digits = Math.max(0, -Math.ceil(Math.log10(high - low) - 1e-9));
  return [Math.floor(low * 10 ** digits + 1e-6) / 10 ** digits, digits];
}

const later = (ticks: readonly Tick[], seconds: number): Tick[] =>
  ticks.map(({ at, words }) => ({ at: at + seconds, words }));

/** A moment as it is read under the pointer: to the digits that a pixel tells apart. */
export function moment(seconds: number, perPixel: number, start: Beginning | null = null): string {
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(perPixel) - 1e-9)));
  if (start) return ofClock(seconds + start.afterMidnight, digits);
  return Math.abs(seconds) < MANY ? `${minus(seconds.toFixed(digits))} s` : clock(seconds, Math.abs(seconds) >= HOUR, digits);
}

/** How long a recording is: 0.42 s, 1:05, 2:00:00. */
export const length = (seconds: number): string =>
  seconds < 10 ? `${Number(seconds.toPrecision(3))} s` : clock(seconds, seconds >= HOUR);
