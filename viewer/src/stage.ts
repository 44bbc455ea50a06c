// Draws a frame when something has changed, and no more of it than has: codes, then colours, then what is around them.

import type { PaneGeometry, Rect, Undo } from "./app";
import { FrequencyAxis, TimeAxis, lowest } from "./axis";
import { beginning } from "./clock";
import { fitted } from "./dom";
import type { Draw, Renderer } from "./draws";
import * as ink from "./ink";
import { type Layout, layout } from "./layout";
import { type Looks, diverging, palette } from "./looks";
import type { Page } from "./page";
import { Plain } from "./plain";
import { Pictures, type Shown } from "./pictures";
import { type View } from "./state";
import { renderers } from "./renderers";

export interface Seen {
  readonly layout: Layout;
  readonly panes: readonly PaneGeometry[];
  readonly whole: TimeAxis;
  readonly draws: readonly Draw[];
}

/** How far a difference is shown to either side, dB: half of the range of levels. */
const differenceRange = (view: View): [number, number] => {
  const half = Math.max(3, Math.round((view.range[1] - view.range[0]) / 4));
  return [-half, half];
};

export class Stage {
  seen: Seen;
  looks: Looks;
  /** Where the pointer is, seconds of the view, or null. */
  pointer: number | null = null;
  /** How often cells have been brought to pixels anew. */
  revision = 0;
  private renderer: Renderer;
  private readonly ink: HTMLCanvasElement;
  private readonly pictures: Pictures;
  private readonly drawn = new Set<() => void>();
  private readonly swap: ReturnType<typeof renderers>;
  private frame = 0;
  private codes = true;
  private free = false;

  constructor(private readonly page: Page) {
    this.ink = document.createElement("canvas");
    this.ink.className = "ink";
    this.swap = renderers((renderer) => {
      this.renderer.canvas.remove();
      this.take(renderer);
      this.changed();
    });
    this.renderer = this.swap.now();
    page.plot.append(this.ink);
    this.take(this.renderer);
    this.pictures = new Pictures(page.tiles, page.layers);
    this.looks = page.looks();
    this.seen = this.measure();
    new ResizeObserver(() => this.changed()).observe(page.plot);
  }

  private take(renderer: Renderer): void {
    this.renderer = renderer;
    renderer.canvas.className = "picture";
    this.page.plot.prepend(renderer.canvas);
  }

  /** Everything is drawn anew at the next frame: tiles, places or sizes have changed. */
  changed(): void {
    this.codes = true;
    this.redraw();
  }

  /** Colours and what is around are drawn anew at the next frame. */
  redraw(): void {
    if (!this.frame && !this.free) this.frame = requestAnimationFrame(() => this.draw());
  }

  onDraw(drawn: () => void): Undo {
    this.drawn.add(drawn);
    return () => this.drawn.delete(drawn);
  }

  /** The codes that are seen, from the upper left, and how wide they are: for tests and the histogram. */
  read(): { codes: Uint16Array; width: number; height: number } {
    const { width, height } = this.renderer.canvas;
    return { codes: this.renderer.codes(), width, height };
  }

  /** Red, green and blue of a pixel as it is shown. */
  pixel(x: number, y: number): Uint8ClampedArray {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d")!;
    context.drawImage(this.renderer.canvas, x, y, 1, 1, 0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data;
  }

  /** The same by plain code: what `read` must be. */
  plain(): Uint16Array {
    const { width, height } = this.renderer.canvas;
    const plain = new Plain(document.createElement("canvas"));
    plain.resize(width, height);
    plain.reduce(this.seen.draws);
    return plain.codes();
  }

  get kind(): string {
    return this.swap.kind();
  }

  close(): void {
    this.free = true;
    cancelAnimationFrame(this.frame);
    this.swap.close();
  }

  private get ratio(): number {
    return Math.max(1, window.devicePixelRatio || 1);
  }

  private draw(): void {
    this.frame = 0;
    const { page, ratio } = this;
    const { clientWidth: width, clientHeight: height } = page.plot;
    if (!width || !height) return;
    const view = page.store.get();
    this.seen = { ...this.measure(), draws: this.seen.draws };
    this.renderer.resize(Math.round(width * ratio), Math.round(height * ratio));
    if (this.codes) {
      const middle = this.pointer ?? (view.start + view.end) / 2;
      const at = (shown: Shown): number => middle - (view.start - shown.time.start) * (shown.key === "overview" ? 0 : 1);
      const draws = this.pictures.draws(this.shown(view), ratio, at);
      this.seen = { ...this.seen, draws };
      this.renderer.reduce(draws);
      this.codes = false;
      this.revision += 1;
    }
    const difference = view.arrangement === "difference" && this.seen.draws.some((one) => one.layer === 1);
    this.renderer.colour({
      palette: difference ? diverging(this.looks.paper) : palette(page.palettes, view.colours),
      range: difference ? differenceRange(view) : view.range,
      difference,
      paper: this.looks.paper,
      missing: this.looks.missing,
      hatch: this.looks.hatch,
    });
    this.around(view, width, height);
    for (const drawn of [...this.drawn]) drawn();
  }

  private measure(): Omit<Seen, "draws"> & { draws: readonly Draw[] } {
    const { page } = this;
    const view = page.store.get();
    const { clientWidth, clientHeight } = page.plot;
    const indices = view.recordings.map((_, i) => i).filter((i) => visible(view, i));
    const places = layout(Math.max(1, clientWidth), Math.max(1, clientHeight), Math.max(1, indices.length), this.ratio);
    const extent = page.navigation.extent();
    const low = lowest(view.axis, view.low, extent.step);
    const panes = indices.map((index, i) => {
      const pane = view.recordings[index];
      const { wave, picture } = places.panes[i];
      const offset = pane.offset / (page.recording(pane.id)?.sample_rate ?? 1);
      const { left, width, top, height } = picture;
      return {
        ...picture,
        index,
        pane,
        wave,
        time: new TimeAxis(view.start, view.end, left, width),
        own: new TimeAxis(view.start - offset, view.end - offset, left, width),
        frequency: new FrequencyAxis(view.axis, low, Math.max(view.high, low + 1e-6), top, height),
      };
    });
    const whole = new TimeAxis(extent.start, extent.end, places.overview.left, places.overview.width);
    return { layout: places, panes, whole, draws: [] };
  }

  private shown(view: View): Shown[] {
    const { page } = this;
    const shown: Shown[] = [];
    const add = (key: string, geometry: PaneGeometry, rect: Rect, time: TimeAxis, frequency: FrequencyAxis, layer: 0 | 1, index = geometry.index) => {
      const pane = view.recordings[index];
      const description = page.description(pane);
      if (!description) return;
      const { id, channel } = pane;
      shown.push({ key, id, channel, description, plane: view.plane, rect, time, frequency, layer });
    };
    for (const geometry of this.seen.panes) {
      add(`pane ${geometry.index}`, geometry, geometry, geometry.own, geometry.frequency, 0);
      if (view.arrangement !== "difference" || view.recordings.length < 2) continue;
      const rate = page.recording(view.recordings[1].id)?.sample_rate ?? 1;
      const offset = view.recordings[1].offset / rate;
      const own = new TimeAxis(view.start - offset, view.end - offset, geometry.left, geometry.width);
      add("pane 1", geometry, geometry, own, geometry.frequency, 1, 1);
    }
    const [first] = this.seen.panes;
    if (first) {
      const { overview } = this.seen.layout;
      const extent = page.navigation.extent();
      const low = lowest(view.axis, 0, extent.step);
      const offset = first.time.start - first.own.start;
      const time = new TimeAxis(this.seen.whole.start - offset, this.seen.whole.end - offset, overview.left, overview.width);
      add("overview", first, overview, time, new FrequencyAxis(view.axis, low, extent.nyquist, overview.top, overview.height), 0);
    }
    return shown;
  }

  private around(view: View, width: number, height: number): void {
    const { page, ratio, looks, seen } = this;
    const context = fitted(this.ink, width, height, ratio);
    page.waves.begin();
    for (const one of seen.panes) {
      const recording = page.recording(one.pane.id);
      if (!recording) continue;
      const wave = page.waves.wave(recording, one.pane.channel, one.own, Math.round(one.wave.width * ratio));
      ink.waveform(context, one.wave, wave, one.own, recording.sample_rate, page.loudest(one.pane, wave), looks, ratio);
      ink.frequencies(context, one, one.frequency, one.wave, looks, ratio);
      ink.frame(context, one, looks, ratio);
      if (seen.panes.length > 1) ink.named(context, one.wave, recording.name, looks);
    }
    page.waves.end();
    const [first] = seen.panes;
    if (!first) return;
    const start = beginning(page.recording(first.pane.id)?.start ?? null);
    ink.times(context, seen.layout.timeRuler, first.own, start, looks, ratio);
    ink.overview(context, seen.layout.overview, seen.whole, first.time, looks, ratio);
    if (view.cursor) cursor(context, seen, view.cursor.seconds, looks.accent);
  }
}

/** Whether a recording is among those that the arrangement shows. */
const visible = (view: View, index: number): boolean =>
  view.arrangement === "stack" || view.recordings.length < 2 || index === (view.arrangement === "second" ? 1 : 0);

function cursor(context: CanvasRenderingContext2D, seen: Seen, seconds: number, colour: string): void {
  context.fillStyle = colour;
  for (const { time, wave, top, height, left, width } of seen.panes) {
    const x = time.x(seconds);
    if (x >= left && x <= left + width) context.fillRect(x - 0.75, wave.top, 1.5, top + height - wave.top);
  }
  const { overview } = seen.layout;
  context.fillRect(seen.whole.x(seconds) - 0.5, overview.top, 1, overview.height);
}
