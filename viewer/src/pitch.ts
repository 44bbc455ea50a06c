// Numbers beside a frequency axis: hertz, or notes.

import { type AxisName, SCALES } from "./axis";
import { type Ruler, type Tick, decimal, minus, prefix } from "./ruler";

const NOTES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const TOGETHER = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [0, 2, 4, 5, 7, 9, 11], [0, 4, 7], [0, 7], [0]];
const ORDER = [1, 5, 2, 3, 4, 7, 1.5, 6, 8]; // round numbers, those that matter most first

export const midi = (hertz: number): number => 69 + 12 * Math.log2(hertz / 440);
export const ofMidi = (note: number): number => 440 * 2 ** ((note - 69) / 12);
const named = (note: number): string => NOTES[((note % 12) + 12) % 12] + String(Math.floor(note / 12) - 1).replace("-", "−");

/** The note nearest to a frequency, with cents: "A4", "C♯5 +12 ¢". */
export function note(hertz: number): string {
  if (!(hertz > 8)) return "";
  const exact = midi(hertz);
  const cents = Math.round((exact - Math.round(exact)) * 100);
  return named(Math.round(exact)) + (cents ? ` ${cents > 0 ? "+" : "−"}${Math.abs(cents)} ¢` : "");
}

/** Ticks in hertz for an axis on which `most` numbers have room, and what the axis says. */
export function frequencyRuler(axis: AxisName, low: number, high: number, most: number): Ruler {
  if (axis === "note") {
    const ticks = notes(low, high, most);
    if (ticks.length > 1) return { ticks, title: "Note (A4 = 440 Hz)" };
  }
  const words = axis === "mel" ? ", mel scale" : "";
  if (axis !== "linear") {
    const there = spread(axis, low, high, most);
    if (there.length > 2) return { ticks: there.map((at) => ({ at, words: written(at) })), title: `Frequency (Hz${words})` };
  }
  const far = Math.max(high, -low);
  const [unit, name] = far >= 2000 ? prefix(far / 2) : [1, ""];
  return { ticks: decimal(low, high, most, unit), title: `Frequency (${name}Hz${words})` };
}

const written = (hertz: number): string => {
  const [unit, name] = hertz >= 1000 ? prefix(hertz) : [1, ""];
  return Number((hertz / unit).toPrecision(6)) + name;
};

function spread(axis: AxisName, low: number, high: number, most: number): number[] {
  const { forward } = SCALES[axis];
  const room = (forward(high) - forward(low)) / Math.max(2, most);
  const decades: number[] = [];
  for (let p = Math.floor(Math.log10(Math.max(low, high / 1e6))); p <= Math.ceil(Math.log10(high)); p++) decades.push(10 ** p);
  const candidates = [...(axis === "mel" ? [0] : []), ...ORDER.flatMap((m) => decades.map((d) => Number((m * d).toPrecision(6))))];
  const places: number[] = [];
  for (const candidate of candidates) {
    if (candidate < low || candidate > high) continue;
    if (places.every((other) => Math.abs(forward(candidate) - forward(other)) >= room)) places.push(candidate);
  }
  return places.sort((a, b) => a - b);
}

/** All twelve notes where they have room, else fewer of the scale, else one C in so many. */
function notes(low: number, high: number, most: number): Tick[] {
  const [first, last] = [Math.ceil(midi(low) - 1e-6), Math.floor(midi(high) + 1e-6)];
  let found: number[] = [];
  for (const pitches of TOGETHER) {
    found = [];
    for (let n = first; n <= last; n++) if (pitches.includes(((n % 12) + 12) % 12)) found.push(n);
    if (found.length <= most) break;
  }
  const every = Math.max(1, Math.ceil(found.length / Math.max(2, most)));
  return found.filter((_, i) => i % every === 0).map((n) => ({ at: ofMidi(n), words: named(n) }));
}

/** A frequency as it is read under the pointer. */
export const frequencyWords = (hertz: number, perPixel: number): string => {
  const digits = Math.min(3, Math.max(0, Math.ceil(-Math.log10(Math.max(perPixel, 1e-6)) - 1e-9)));
  return `${minus(hertz.toFixed(digits)).replace(/\B(?=(\d{3})+(?!\d))/g, Math.abs(hertz) >= 10_000 && !digits ? " " : "")} Hz`;
};
