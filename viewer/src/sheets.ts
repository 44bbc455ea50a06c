// Small canvases around the pictures, each painted only when what it shows has changed. They are small and in memory, as
// whatever lies over a picture is blended with all of it at each frame.

import type { Rect } from "./app";
import { fitted } from "./dom";

export class Sheets {
  private readonly all = new Map<string, { readonly canvas: HTMLCanvasElement; shown: string; used: boolean }>();

  constructor(private readonly plot: HTMLElement) {}

  begin(): void {
    for (const sheet of this.all.values()) sheet.used = false;
  }

  /** Lets `paint` draw into a rectangle of the plot, in the plot's places, unless it shows just that. */
  show(name: string, rect: Rect, ratio: number, what: readonly unknown[], paint: (context: CanvasRenderingContext2D) => void): void {
    let sheet = this.all.get(name);
    if (!sheet) {
      const canvas = document.createElement("canvas");
      canvas.className = "ink";
      canvas.getContext("2d", { willReadFrequently: true }); // in memory, not on a GPU
      this.plot.querySelector("canvas.picture")!.after(canvas);
      this.all.set(name, (sheet = { canvas, shown: "", used: true }));
    }
    sheet.used = true;
    const { left, top, width, height } = rect;
    const shown = JSON.stringify([left, top, width, height, ratio, ...what]);
    if (shown === sheet.shown) return;
    sheet.shown = shown;
    Object.assign(sheet.canvas.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    const context = fitted(sheet.canvas, width, height, ratio);
    context.translate(-left, -top);
    paint(context);
  }

  end(): void {
    for (const [name, { canvas, used }] of this.all) {
      if (used) continue;
      canvas.remove();
      this.all.delete(name);
    }
  }
}
