// The colour bar: what is drawn, which colour is which level, how often each is seen, and two handles to set the range.

import type { App } from "./app";
import { el, fitted } from "./dom";
import { FONT } from "./ink";
import { fitting, histogram } from "./histogram";
import { colouring, isDifference } from "./looks";
import type { Page } from "./page";
import { decimal } from "./ruler";
import { reduceSome } from "./sample";
import type { Stage } from "./stage";
import type { Plane } from "./state";

const WORDS: Record<Plane, string> = { max: "maximum", mean: "mean", salient: "mean, salient peaks" };
const LEAST = 3; // dB from one handle to the other
const BAR = 12;

export class ColourBar {
  counts: Uint32Array = new Uint32Array(512);
  private counted = 0; // how often
  private readonly canvas = el("canvas", { class: "bar" });
  private readonly title = el("div", { class: "bar-title" });
  private readonly handles: readonly [HTMLElement, HTMLElement];
  private domain: [number, number] = [-120, 10];
  private dragging = false;
  private timer = 0;
  private revision = 0;
  private shown = ""; // all that is painted depends on

  constructor(
    private readonly page: Page,
    private readonly app: App,
    private readonly stage: Stage,
  ) {
    this.handles = [this.handle(0, "Lowest level of the colours"), this.handle(1, "Highest level of the colours")];
    page.plot.append(this.canvas, this.title, ...this.handles);
    stage.onDraw(() => this.draw());
  }

  /** A range that suits what is seen now. */
  fitting(): [number, number] | null {
    this.count();
    return fitting(this.counts);
  }

  /** Counts again what is seen, once it has come to rest. */
  later(): void {
    if (this.revision === this.stage.revision) return;
    this.revision = this.stage.revision;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.count();
      this.stage.redraw();
    }, 120) as unknown as number;
  }

  private count(): void {
    this.counts = histogram(reduceSome(this.stage.seen.draws));
    this.counted += 1;
  }

  private y(level: number): number {
    const { bar } = this.stage.seen.layout;
    const [low, high] = this.domain;
    return bar.top + (1 - (level - low) / (high - low)) * bar.height;
  }

  private level(y: number): number {
    const { bar } = this.stage.seen.layout;
    const [low, high] = this.domain;
    return low + (1 - (y - bar.top) / bar.height) * (high - low);
  }

  /** All that is seen and the whole range, with a little room; still while a handle is dragged. */
  private settle(range: readonly [number, number], difference: boolean): void {
    if (difference) this.domain = [range[0], range[1]];
    if (this.dragging || difference) return;
    const seen = [...this.counts].flatMap((n, i) => (n ? [i - 256] : []));
    const low = Math.min(range[0], seen[0] ?? Infinity) - 3;
    const high = Math.max(range[1], (seen.at(-1) ?? -Infinity) + 1) + 3;
    this.domain = [Math.max(low, range[0] - 60), Math.min(high, range[1] + 60)];
  }

  private draw(): void {
    const { bar, narrow } = this.stage.seen.layout;
    const pane = this.page.store.get().recordings[0];
    const description = pane && this.page.description(pane);
    const view = this.page.store.get();
    const difference = isDifference(view);
    const hidden = narrow || !description;
    for (const element of [this.canvas, this.title]) element.hidden = hidden;
    for (const handle of this.handles) handle.hidden = hidden || difference;
    if (hidden) return;
    const { palette, range } = colouring(this.page.palettes, view, this.stage.looks);
    this.settle(range, difference);
    const ratio = Math.max(1, window.devicePixelRatio);
    const { ink, faint } = this.stage.looks;
    const shown = JSON.stringify([bar, ratio, range, this.domain, view.range, view.plane, view.colours, difference, description.label, ink, faint, this.counted]);
    if (shown === this.shown) return;
    this.shown = shown;
    const room = 8; // words and handles reach beyond the ends
    Object.assign(this.canvas.style, { left: `${bar.left}px`, top: `${bar.top - room}px`, width: `${bar.width}px`, height: `${bar.height + 2 * room}px` });
    const context = fitted(this.canvas, bar.width, bar.height + 2 * room, ratio);
    context.translate(0, room - bar.top);
    this.colours(context, range, palette);
    if (!difference) this.bars(context);
    this.ticks(context);
    const [words, unit] = difference ? ["First less second", "dB"] : wordsOf(description.label);
    this.title.replaceChildren(el("b", {}, words), el("span", {}, unit), el("span", {}, WORDS[view.plane]));
    Object.assign(this.title.style, { left: `${bar.left}px`, top: `${this.stage.seen.layout.overview.top}px` });
    this.handles.forEach((handle, i) => {
      Object.assign(handle.style, { left: `${bar.left}px`, top: `${this.y(view.range[i])}px` });
      handle.setAttribute("aria-valuenow", String(view.range[i]));
      handle.setAttribute("aria-valuetext", `${view.range[i].toFixed(0)} dB`);
      handle.title = `${view.range[i].toFixed(0)} dB`;
    });
  }

  private colours(context: CanvasRenderingContext2D, range: readonly [number, number], colours: Uint8Array): void {
    const { bar } = this.stage.seen.layout;
    for (let y = 0; y < bar.height; y++) {
      const share = (this.level(bar.top + y + 0.5) - range[0]) / (range[1] - range[0]);
      const at = 3 * Math.min(255, Math.max(0, Math.floor(share * 256)));
      context.fillStyle = `rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]})`;
      context.fillRect(0, bar.top + y, BAR, 1);
    }
  }

  private bars(context: CanvasRenderingContext2D): void {
    const most = Math.max(1, ...this.counts);
    context.fillStyle = this.stage.looks.faint;
    context.globalAlpha = 0.45;
    this.counts.forEach((n, i) => {
      if (!n || i - 256 < this.domain[0] || i - 255 > this.domain[1]) return;
      const top = this.y(i - 255);
      context.fillRect(BAR + 3, top, Math.max(1, 28 * (n / most)), this.y(i - 256) - top);
    });
    context.globalAlpha = 1;
  }

  private ticks(context: CanvasRenderingContext2D): void {
    const { bar } = this.stage.seen.layout;
    context.font = FONT;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = this.stage.looks.ink;
    for (const { at, words } of decimal(...this.domain, Math.floor(bar.height / 44))) {
      context.fillText(words, Math.min(bar.width - 2, BAR + 70), Math.min(bar.top + bar.height - 5, Math.max(bar.top + 5, this.y(at))));
    }
  }

  private handle(end: 0 | 1, name: string): HTMLElement {
    const handle = el("div", { class: "handle", role: "slider", tabindex: 0, "aria-label": name, "aria-orientation": "vertical" });
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      this.dragging = true;
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) {
        this.set(end, Math.round(this.level(event.clientY - this.page.plot.getBoundingClientRect().top)));
      }
    });
    handle.addEventListener("lostpointercapture", () => {
      this.dragging = false;
      this.stage.redraw();
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.set(end, this.page.store.get().range[end] + step);
      this.app.announce(`${name}: ${this.page.store.get().range[end]} dB`);
    });
    return handle;
  }

  private set(end: 0 | 1, level: number): void {
    const [low, high] = this.page.store.get().range;
    const bounded = Math.max(-250, Math.min(250, level));
    this.page.store.set({ range: end ? [low, Math.max(low + LEAST, bounded)] : [Math.min(high - LEAST, bounded), high] });
  }
}

/** "Level (dBFS)" as what it is and its unit. */
function wordsOf(label: string): [string, string] {
  const found = /^(.*?)\s*\((.*)\)$/.exec(label);
  return found ? [found[1], found[2]] : [label, ""];
}
