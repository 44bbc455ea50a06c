// Draws a frame when something has changed, and no more of it than has: codes, then colours, then what is around them.

import type { Undo } from "./app";
import { beginning } from "./clock";
import { fitted } from "./dom";
import type { Renderer } from "./draws";
import * as ink from "./ink";
import { type Looks, colouring } from "./looks";
import type { Page } from "./page";
import { Plain } from "./plain";
import { Pictures, type Shown } from "./pictures";
import { type View } from "./state";
import { renderers } from "./renderers";
import { type Seen, placed, shown } from "./seen";

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
    this.seen = placed(this.page, this.ratio);
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
    this.seen = { ...placed(this.page, this.ratio), draws: this.seen.draws };
    this.renderer.resize(Math.round(width * ratio), Math.round(height * ratio));
    if (this.codes) {
      const middle = this.pointer ?? (view.start + view.end) / 2;
      const at = (shown: Shown): number => middle - (view.start - shown.time.start) * (shown.key.startsWith("overview") ? 0 : 1);
      const draws = this.pictures.draws(shown(page, this.seen), ratio, at);
      this.seen = { ...this.seen, draws };
      this.renderer.reduce(draws);
      this.codes = false;
      this.revision += 1;
    }
    this.renderer.colour({
      ...colouring(page.palettes, view, this.looks),
      paper: this.looks.paper,
      missing: this.looks.missing,
      hatch: this.looks.hatch,
    });
    this.around(view, width, height);
    for (const drawn of [...this.drawn]) drawn();
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
    if (view.cursor) ink.cursor(context, seen, view.cursor.seconds, looks.accent);
  }
}
