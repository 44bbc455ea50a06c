// What is seen, as one value. Everything on the page is drawn from it, and everything a person does changes it.

import type { AxisName } from "./axis";

export type Plane = "max" | "mean" | "salient";

/** Which of several recordings are seen: all, one above the other; the first; the second; the first less the second. */
export type Arrangement = "stack" | "first" | "second" | "difference";

/** A recording on the page. `offset` is in samples: how much later than the others it is shown. */
export interface Pane {
  readonly id: string;
  readonly offset: number;
  readonly channel: number;
}

/** A box in time and frequency: seconds and hertz. */
export interface Box {
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

export interface Point {
  readonly seconds: number;
  readonly hertz: number;
}

/** Settings as JSON, as the server writes them: `kind`, `window_length`, `hop` … */
export type Settings = Readonly<Record<string, unknown>>;

export interface View {
  readonly recordings: readonly Pane[];
  readonly arrangement: Arrangement;
  /** Seconds of the recording's own time, those of the first pane where there are several. */
  readonly start: number;
  readonly end: number;
  /** Hertz. */
  readonly low: number;
  readonly high: number;
  readonly axis: AxisName;
  /** null until the server has said what it would take. */
  readonly settings: Settings | null;
  readonly plane: Plane;
  /** Decibels at both ends of the colours. */
  readonly range: readonly [number, number];
  readonly colours: string;
  readonly cursor: Point | null;
  readonly selection: Box | null;
  readonly loop: boolean;
  readonly playing: boolean;
}

export const EMPTY: View = {
  recordings: [],
  arrangement: "stack",
  start: 0,
  end: 1,
  low: 0,
  high: 1,
  axis: "linear",
  settings: null,
  plane: "salient",
  range: [-100, 0],
  colours: "magma",
  cursor: null,
  selection: null,
  loop: false,
  playing: false,
};

export type Listener = (view: View, before: View) => void;

/** Holds the view, and tells who asked to be told when a part of it has another value. */
export class Store {
  private view: View;
  private readonly listeners = new Set<Listener>();

  constructor(view: View = EMPTY) {
    this.view = view;
  }

  get(): View {
    return this.view;
  }

  set(patch: Partial<View>): void {
    const before = this.view;
    const keys = Object.keys(patch) as (keyof View)[];
    if (keys.every((key) => same(before[key], patch[key]))) return;
    this.view = { ...before, ...patch };
    for (const listener of [...this.listeners]) listener(this.view, before);
  }

  /** Returns what ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Whether two values of the view are the same in what they hold. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}
