// Draws a frame when something has changed, and no more of it than has: codes, then colours, then what is around them.

import type { Undo } from "./app";
import { beginning } from "./clock";
import type { Paint, Renderer } from "./draws";
import * as ink from "./ink";
import { type Looks, colouring } from "./looks";
import type { Page } from "./page";
import { Plain } from "./plain";
import { Pictures, type Shown } from "./pictures";
import { Playhead } from "./playhead";
import { renderers } from "./renderers";
import { type Seen, placed, shown } from "./seen";
import { Sheets } from "./sheets";
import { type View, same } from "./state";

export class Stage {
  seen: Seen;
  looks: Looks;
  /** Where the pointer is, seconds of the view, or null. */
  pointer: number | null = null;
  /** How often cells have been brought to pixels anew. */
  revision = 0;
  private renderer: Renderer;
  private readonly sheets: Sheets;
  private readonly playhead: Playhead;
  private readonly pictures: Pictures;
  private readonly drawn = new Set<() => void>();
  private readonly swap: ReturnType<typeof renderers>;
  private frame = 0;
  private codes = true;
  private paint: Paint | null = null; // as it is shown
  private free = false;

  constructor(private readonly page: Page) {
    this.swap = renderers((renderer) => {
      this.renderer.canvas.remove();
      this.take(renderer);
      this.changed();
    });
    this.renderer = this.swap.now();
    this.take(this.renderer);
    this.sheets = new Sheets(page.plot);
    this.playhead = new Playhead(page.plot);
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
    if (this.paint) this.renderer.colour(this.paint); // a canvas of the GPU is empty once it has been shown
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

  /** Pixels of the device on the width of a picture. */
  get across(): number {
    return Math.round((this.seen.panes[0]?.width ?? 0) * this.ratio);
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
    if (this.renderer.resize(Math.round(width * ratio), Math.round(height * ratio))) this.codes = true;
    const codes = this.codes;
    if (codes) {
      const middle = this.pointer ?? (view.start + view.end) / 2;
      const at = (shown: Shown): number => middle - (view.start - shown.time.start) * (shown.key.startsWith("overview") ? 0 : 1);
      const draws = this.pictures.draws(shown(page, this.seen), ratio, at);
      this.seen = { ...this.seen, draws };
      this.renderer.reduce(draws);
      this.codes = false;
      this.revision += 1;
    }
    const paint = {
      ...colouring(page.palettes, view, this.looks),
      paper: this.looks.paper,
      missing: this.looks.missing,
      hatch: this.looks.hatch,
      line: this.looks.edge,
    };
    if (codes || !same(paint, this.paint)) this.renderer.colour(paint);
    this.paint = paint;
    this.around(view, width, height);
    for (const drawn of [...this.drawn]) drawn();
  }

  private around(view: View, width: number, height: number): void {
    const { page, ratio, looks, seen, sheets } = this;
    sheets.begin();
    this.waves();
    for (const one of seen.panes) {
      const { name, low, high } = one.frequency;
      const left = { left: 0, top: one.wave.top, width: one.left, height: one.top + one.height - one.wave.top };
      const what = [name, low, high, looks];
      sheets.show(`frequencies ${one.index}`, left, ratio, what, (context) => ink.frequencies(context, one, one.frequency, one.wave, looks, ratio));
    }
    const [first] = seen.panes;
    if (first) {
      const { overview, timeRuler } = seen.layout;
      const iso = page.recording(first.pane.id)?.start ?? null;
      const below = { left: 0, top: timeRuler.top, width, height: height - timeRuler.top };
      sheets.show("times", below, ratio, [first.own, iso, looks], (context) => ink.times(context, timeRuler, first.own, beginning(iso), looks, ratio));
      const rim = Math.round(2 * ratio) / ratio;
      const around = { left: overview.left - rim, top: overview.top - rim, width: overview.width + 2 * rim, height: overview.height + 2 * rim };
      sheets.show("overview", around, ratio, [first.time, seen.whole, looks], (context) => ink.overview(context, overview, seen.whole, first.time, looks));
    }
    sheets.end();
    this.playhead.show(seen, view.cursor?.seconds ?? null);
  }

  /** Waveforms. What is wanted of them is known only once all are looked at. */
  private waves(): void {
    const { page, ratio, looks, seen, sheets } = this;
    page.waves.begin();
    for (const one of seen.panes) {
      const recording = page.recording(one.pane.id);
      if (!recording) continue;
      const wave = page.waves.wave(recording, one.pane.channel, one.own, Math.round(one.wave.width * ratio));
      const scale = page.loudest(one.pane, wave);
      const name = [seen.panes.length > 1 ? recording.name : "", recording.is_complex ? "I (real part)" : ""].filter(Boolean).join(", ");
      const what = [recording.digest, one.pane.channel, one.own, page.waves.revision, scale, name, looks];
      sheets.show(`wave ${one.index}`, one.wave, ratio, what, (context) => {
        ink.waveform(context, one.wave, wave, one.own, recording.sample_rate, scale, looks, ratio);
        if (name) ink.named(context, one.wave, name, looks);
      });
    }
    page.waves.end();
  }
}
