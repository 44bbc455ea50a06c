// Moving about: each axis alone or both, within the recordings that are shown.

import { PLAIN, SCALES, lowest, moved, zoomed } from "./axis";
import { type Recording, lowestOf } from "./server";
import type { Pane, Store, View } from "./state";

export const LEAST_SAMPLES = 8; // on the whole width
const LEAST_BINS = 2; // on the whole height

export interface Extent {
  /** Seconds of the view from and to which there is a recording. */
  readonly start: number;
  readonly end: number;
  readonly nyquist: number;
  /** The lowest frequency: below 0 of complex samples. */
  readonly lowest: number;
  /** Samples a second, of the finest. */
  readonly rate: number;
  /** Hertz from one bin to the next. */
  readonly step: number;
}

/** What there is to be seen of panes, whose offsets put them later. */
export function extentOf(panes: readonly Pane[], recording: (id: string) => Recording | null, step: number): Extent {
  let extent: Extent = { start: Infinity, end: -Infinity, nyquist: 1, lowest: 0, rate: 1, step };
  for (const pane of panes) {
    const one = recording(pane.id);
    if (!one) continue;
    const offset = pane.offset / one.sample_rate;
    extent = {
      start: Math.min(extent.start, offset),
      end: Math.max(extent.end, offset + Math.max(one.seconds, LEAST_SAMPLES / one.sample_rate)),
      nyquist: Math.max(extent.nyquist, one.sample_rate / 2),
      lowest: Math.min(extent.lowest, lowestOf(one)),
      rate: Math.max(extent.rate, one.sample_rate),
      step,
    };
  }
  return extent.start < extent.end ? extent : { ...extent, start: 0, end: 1 };
}

export class Navigation {
  constructor(
    private readonly store: Store,
    readonly extent: () => Extent,
    /** Of the device, on the width of a picture. */
    private readonly pixels: () => number = () => 0,
  ) {}

  private get view(): View {
    return this.store.get();
  }

  /** `factor` below 1 comes closer; `at` stays where it is. */
  zoomTime(at: number, factor: number): void {
    const { start, end, rate } = this.extent();
    const [from, to] = zoomed(PLAIN, [this.view.start, this.view.end], at, factor, [start, end], LEAST_SAMPLES / rate);
    this.store.set({ start: from, end: to });
  }

  /** By a share of what is seen, to the right where it is above 0; by whole pixels, so that what is drawn stays right. */
  panTime(share: number): void {
    const { start, end } = this.extent();
    const pixels = this.pixels();
    const by = Math.round(share * pixels) / pixels || share;
    const [from, to] = moved(PLAIN, [this.view.start, this.view.end], by, [start, end]);
    this.store.set({ start: from, end: to });
  }

  /** The axis from where to where, in hertz: without 0 where the axis has none. */
  seen(): [number, number] {
    return [lowest(this.view.axis, this.view.low, this.extent().step), this.view.high];
  }

  private bounds(): [number, number] {
    const extent = this.extent();
    return [lowest(this.view.axis, extent.lowest, extent.step), extent.nyquist];
  }

  zoomFrequency(at: number, factor: number): void {
    const scale = SCALES[this.view.axis];
    const { step } = this.extent();
    const least = Math.max(1e-9, scale.forward(Math.max(at, step) + LEAST_BINS * step) - scale.forward(Math.max(at, step)));
    this.frequencies(zoomed(scale, this.seen(), at, factor, this.bounds(), least));
  }

  panFrequency(share: number): void {
    this.frequencies(moved(SCALES[this.view.axis], this.seen(), share, this.bounds()));
  }

  private frequencies([low, high]: [number, number]): void {
    const [from] = this.bounds();
    const bottom = low <= from + 1e-9 * Math.abs(from);
    this.store.set({ low: bottom ? this.extent().lowest : low, high });
  }

  show(start: number, end: number): void {
    const extent = this.extent();
    const [from, to] = [Math.max(extent.start, start), Math.min(extent.end, end)];
    if (to > from) this.store.set({ start: from, end: to });
  }

  centre(seconds: number): void {
    const half = (this.view.end - this.view.start) / 2;
    this.panTime((seconds - half - this.view.start) / (2 * half));
  }

  wholeTime(): void {
    const { start, end } = this.extent();
    this.store.set({ start, end });
  }

  wholeFrequency(): void {
    const { lowest: low, nyquist: high } = this.extent();
    this.store.set({ low, high });
  }
}
