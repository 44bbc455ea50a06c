// The settings as a person changes them, live: each choice is one patch of the view. What a choice means for the others
// (a hop that stays the same share of its window) is here; whether it can be, the server says.

import type { App } from "./app";
import { AXES } from "./axis";
import { choice, el, field } from "./dom";
import { bottom, withBottom } from "./hops";
import type { Page } from "./page";
import { short } from "./ruler";
import type { Description } from "./server";
import type { Plane, Settings } from "./state";

const WINDOWS = ["hann", "hamming", "blackman", "blackmanharris", "nuttall", "flattop", "bartlett", "boxcar"];
const LENGTHS = Array.from({ length: 11 }, (_, i) => 64 << i);
const SHARES = [1, 2, 4, 8, 16];
const SCALINGS: [string, string][] = [
  ["spectrum", "Tones (spectrum)"],
  ["density", "Noise (density)"],
  ["raw", "Raw |X|²"],
];
const AXIS_WORDS = { linear: "Linear", log: "Logarithmic", mel: "Mel", note: "Notes" } as const;
export const PLANES: Record<Plane, string> = { max: "Maximum", mean: "Mean", salient: "Mean, salient peaks" };

/** Another window length: the hop stays the same share of it, the transform the same multiple. */
export function withLength(settings: Settings, length: number): Settings {
  const { window_length: before, hop, n_fft } = bottom(settings) as { window_length: number; hop: number; n_fft: number };
  const scaled = (value: number): number => Math.max(1, Math.round((value * length) / before));
  return withBottom(settings, { window_length: length, hop: scaled(hop), n_fft: Math.max(length, scaled(n_fft)) });
}

/** The next longer or shorter of the lengths. */
export function stepped(settings: Settings, way: 1 | -1): Settings {
  const length = bottom(settings).window_length as number;
  const next = way > 0 ? LENGTHS.find((one) => one > length) : LENGTHS.findLast((one) => one < length);
  return next ? withLength(settings, next) : settings;
}

export class SettingsPanel {
  private readonly body: HTMLElement;

  constructor(
    private readonly page: Page,
    app: App,
    private readonly fit: () => void,
  ) {
    this.body = app.section("settings", "Settings", true);
    page.store.subscribe((view, before) => {
      const parts = ["settings", "axis", "colours", "plane", "range", "recordings"] as const;
      if (parts.some((part) => view[part] !== before[part])) this.show();
    });
    this.show();
  }

  show(): void {
    const focused = (this.body.getRootNode() as Document | ShadowRoot).activeElement?.getAttribute("name");
    const view = this.page.store.get();
    const pane = view.recordings[0];
    const description = pane ? this.page.description(pane) : null;
    this.body.replaceChildren(...(description ? this.transform(description) : []), ...this.picture());
    if (focused) this.body.querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
  }

  private named<T extends HTMLElement>(name: string, control: T): T {
    control.setAttribute("name", name);
    return control;
  }

  private put(settings: Settings): void {
    this.page.store.set({ settings });
  }

  private transform(d: Description): HTMLElement[] {
    const stage = bottom(d.json) as { window: unknown; window_length: number; hop: number; n_fft: number; scaling: string };
    const time = (samples: number): string => `${samples} · ${short(samples / d.sample_rate, 3)}s`;
    const among = (values: readonly number[], now: number): number[] => [...new Set([...values, now])].sort((a, b) => a - b);
    const set = (patch: Settings) => this.put(withBottom(d.json, patch));
    const name = Array.isArray(stage.window) ? stage.window.join(" ") : String(stage.window);
    const windows = WINDOWS.includes(name) ? WINDOWS : [name, ...WINDOWS];
    const lengths = among(LENGTHS, stage.window_length);
    const hops = among(SHARES.map((share) => Math.floor(stage.window_length / share)).filter((hop) => hop > 0), stage.hop);
    const ffts = among([1, 2, 4].map((n) => n * stage.window_length), stage.n_fft);
    const numbers = (values: readonly number[], words: (value: number) => string) => values.map((value) => [String(value), words(value)] as const);
    return [
      field("Window", this.named("window", choice(windows.map((one) => [one, one] as const), name, (window) => set({ window })))),
      field("Length", this.named("length", choice(numbers(lengths, time), String(stage.window_length), (value) => this.put(withLength(d.json, Number(value)))))),
      field("Hop", this.named("hop", choice(numbers(hops, time), String(stage.hop), (value) => set({ hop: Number(value) })))),
      field("Transform", this.named("n_fft", choice(numbers(ffts, (n) => `${n} · ${short(d.sample_rate / n, 3)}Hz`), String(stage.n_fft), (value) => set({ n_fft: Number(value) })))),
      field("Levels of", this.named("scaling", choice(SCALINGS, stage.scaling, (scaling) => set({ scaling })))),
    ];
  }

  private picture(): HTMLElement[] {
    const { store, palettes } = this.page;
    const view = store.get();
    const axes = AXES.map((axis) => [axis, AXIS_WORDS[axis]] as const);
    const colours = Object.keys(palettes).flatMap((name) => [[name, name], [`${name}_r`, `${name}, reversed`]] as const);
    const planes = Object.entries(PLANES) as [Plane, string][];
    const end = (i: 0 | 1, words: string): HTMLInputElement => {
      const input = el("input", { type: "number", step: 1, value: view.range[i], "aria-label": words, onchange: () => this.range(i, input.valueAsNumber) });
      return this.named(`range${i}`, input);
    };
    return [
      field("Frequencies", this.named("axis", choice(axes, view.axis, (axis) => store.set({ axis: axis as (typeof AXES)[number] })))),
      field("Colours", this.named("colours", choice(colours, view.colours, (name) => store.set({ colours: name })))),
      field("A pixel is", this.named("plane", choice(planes, view.plane, (plane) => store.set({ plane: plane as Plane })))),
      el(
        "div",
        { class: "field range", role: "group", "aria-label": "Range in decibels" },
        el("span", {}, "Range, dB"),
        el("div", {}, end(0, "Lowest level, decibels"), end(1, "Highest level, decibels"), this.named("fit", el("button", { type: "button", onclick: () => this.fit() }, "Fit"))),
      ),
    ];
  }

  private range(end: 0 | 1, level: number): void {
    const [low, high] = this.page.store.get().range;
    if (!Number.isFinite(level)) return this.show();
    const next: [number, number] = end ? [Math.min(low, level - 1), level] : [level, Math.max(high, level + 1)];
    this.page.store.set({ range: next });
  }
}
