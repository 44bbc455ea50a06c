// What lies under the pointer: time, frequency, note, and the level of that very frame and row, from the samples.

import type { App, PaneGeometry } from "./app";
import { beginning, moment } from "./clock";
import { el } from "./dom";
import type { Page } from "./page";
import { frequencyWords, note } from "./pitch";
import { minus, tuned } from "./ruler";
import type { Description, Recording } from "./server";
import type { Stage } from "./stage";
import { isAbort } from "./transport";

interface Level {
  readonly level: number | null;
  readonly frame: number;
  readonly row: number;
  readonly unit: string;
}

const REST = 40; // ms that the pointer rests before its level is asked for

export class Readout {
  readonly element: HTMLElement;
  private readonly time = el("output", { class: "time" });
  private readonly frequency = el("output", { class: "frequency" });
  private readonly note = el("output", { class: "note" });
  private readonly level = el("output", { class: "level" });
  private readonly across = el("div", { class: "cross across" });
  private readonly up = el("div", { class: "cross up" });
  private timer = 0;
  private at: PointerEvent | null = null;
  private seen: readonly unknown[] = [];
  private flight: AbortController | null = null;

  constructor(
    private readonly page: Page,
    private readonly app: App,
    private readonly stage: Stage,
  ) {
    const named = (words: string, value: HTMLElement) => el("div", { class: "reading" }, el("span", {}, words), value);
    this.element = el(
      "div",
      { class: "readout", "aria-hidden": "true" }, // the live region says it to those who listen
      named("Time", this.time),
      named("Frequency", this.frequency),
      named("Note", this.note),
      named("Level", this.level),
    );
    page.plot.append(this.across, this.up);
    page.plot.addEventListener("pointermove", (event) => {
      this.at = event;
      this.move(event);
    });
    stage.onDraw(() => {
      const { start, end, low, high, axis, settings, recordings } = page.store.get();
      const seen = [start, end, low, high, axis, settings, recordings];
      if (this.at && seen.some((value, i) => value !== this.seen[i])) this.move(this.at); // the view moves under a pointer that rests
      this.seen = seen;
    });
    page.plot.addEventListener("pointerleave", () => {
      this.at = null;
      this.leave();
    });
    this.leave();
  }

  private move(event: { readonly clientX: number; readonly clientY: number }): void {
    const { left, top } = this.page.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const { overview } = this.stage.seen.layout;
    const pane = this.stage.seen.panes.find((one) => y >= one.wave.top && y <= one.top + one.height);
    if (!pane || x < overview.left || x > overview.left + overview.width) return this.leave();
    this.stage.pointer = pane.time.seconds(x);
    this.show(pane, x, y);
    this.cross(pane, x, y);
  }

  private leave(): void {
    this.stage.pointer = null;
    this.flight?.abort();
    clearTimeout(this.timer);
    for (const output of [this.time, this.frequency, this.note, this.level]) output.value = "–";
    this.across.hidden = this.up.hidden = true;
  }

  private cross(pane: PaneGeometry, x: number, y: number): void {
    this.up.hidden = false;
    Object.assign(this.up.style, { left: `${x}px`, top: `${pane.wave.top}px`, height: `${pane.top + pane.height - pane.wave.top}px` });
    this.across.hidden = y < pane.top;
    Object.assign(this.across.style, { left: `${pane.left}px`, top: `${y}px`, width: `${pane.width}px` });
  }

  private show(pane: PaneGeometry, x: number, y: number): void {
    const recording = this.page.recording(pane.pane.id);
    const seconds = pane.own.seconds(x);
    this.time.value = moment(seconds, pane.own.perPixel, beginning(recording?.start ?? null));
    const inside = y >= pane.top;
    const hertz = pane.frequency.hertz(y);
    this.frequency.value = inside ? frequency(recording, hertz, Math.abs(pane.frequency.hertz(y - 1) - hertz)) : "–";
    this.note.value = (inside && noteOf(recording, hertz)) || "–";
    this.level.classList.add("old");
    clearTimeout(this.timer);
    if (!inside) this.level.value = "–";
    else this.timer = setTimeout(() => void this.ask(pane, seconds, hertz), REST) as unknown as number;
  }

  private async ask(pane: PaneGeometry, seconds: number, hertz: number): Promise<void> {
    this.flight?.abort();
    this.flight = new AbortController();
    try {
      const words = await this.read(pane, seconds, hertz, this.flight.signal);
      if (words === null) return;
      this.level.value = words;
      this.level.classList.remove("old");
    } catch (error) {
      if (!isAbort(error)) this.level.value = "–";
    }
  }

  /** The level of a place in words; null where nothing is known of it yet. */
  private async read(pane: PaneGeometry, seconds: number, hertz: number, signal?: AbortSignal): Promise<string | null> {
    const recording = this.page.recording(pane.pane.id);
    const base = this.page.description(pane.pane);
    if (!recording || !base) return null;
    const d = this.page.layers.closer(pane.pane.id, base, pane.own.perPixel / Math.max(1, window.devicePixelRatio));
    const { value } = await this.page.transport.json<Level>(levelPath(recording, d, pane, seconds, hertz), undefined, signal ? { signal } : {});
    return value.level === null ? "no data" : `${minus(value.level.toFixed(2))} ${value.unit}`;
  }

  /** Says where the cursor is, and what is there, to those who listen. */
  async announce(): Promise<void> {
    const { cursor } = this.page.store.get();
    const pane = this.stage.seen.panes[0];
    if (!cursor || !pane) return;
    const offset = pane.time.start - pane.own.start;
    const seconds = cursor.seconds - offset;
    const recording = this.page.recording(pane.pane.id);
    const words = [moment(seconds, pane.own.perPixel, beginning(recording?.start ?? null)), frequency(recording, cursor.hertz, 1), noteOf(recording, cursor.hertz)];
    const level = await this.read(pane, seconds, cursor.hertz).catch(() => null);
    this.app.announce([...words, level].filter(Boolean).join(", "));
  }
}

/** A frequency in words; of complex samples, whose frequencies are from what was tuned to, what it is on the air too. */
const frequency = (recording: Recording | null, hertz: number, perPixel: number): string =>
  frequencyWords(hertz, perPixel) + (recording?.centre ? ` · ${tuned(recording.centre + hertz, perPixel)}` : "");

const noteOf = (recording: Recording | null, hertz: number): string => (recording?.is_complex ? "" : note(hertz));

function levelPath(recording: Recording, d: Description, pane: PaneGeometry, seconds: number, hertz: number): string {
  const sample = Math.min(recording.n_samples - 1, Math.max(0, Math.round(seconds * recording.sample_rate)));
  return `/level/${d.recording}/${d.settings}/${pane.pane.channel}?sample=${sample}&hertz=${hertz}`;
}
