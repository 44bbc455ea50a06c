// A sheet over the pictures, for what people lay on a sound: selection, marks, rulers. Painted again when the picture or
// what lies on it has changed, never otherwise; away while it is empty, as it would be blended with all of the picture.

import type { App, PaneGeometry, Undo } from "./app";

/** Says whether it has painted anything. */
export type Painter = (context: CanvasRenderingContext2D, panes: readonly PaneGeometry[]) => boolean;

export interface Overlay {
  add(painter: Painter): void;
  /** Paints at the next frame. */
  again(): void;
  readonly undo: Undo;
}

export function overlayOf(app: App): Overlay {
  const canvas = document.createElement("canvas");
  canvas.className = "overlay";
  canvas.setAttribute("aria-hidden", "true");
  Object.assign(canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" });
  app.plot.append(canvas);
  const context = canvas.getContext("2d")!;
  const painters: Painter[] = [];
  let asked = 0;

  function paint(): void {
    cancelAnimationFrame(asked);
    asked = 0;
    const scale = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = app.plot;
    const [width, height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    const panes = app.panes();
    let painted = false;
    for (const painter of painters) {
      context.save();
      if (painter(context, panes)) painted = true;
      context.restore();
    }
    canvas.hidden = !painted;
  }
  const again = () => {
    asked ||= requestAnimationFrame(paint);
  };
  const undrawn = app.onDraw(paint);
  return {
    add: (painter) => void painters.push(painter),
    again,
    undo: () => {
      undrawn();
      cancelAnimationFrame(asked);
      canvas.remove();
    },
  };
}

/** A line that is seen on light and dark alike. */
export function stroke(context: CanvasRenderingContext2D, path: () => void, colour = "#fff", width = 1.25): void {
  for (const [style, wide] of [["rgba(0,0,0,.65)", width + 2], [colour, width]] as const) {
    context.beginPath();
    path();
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.stroke();
  }
}

/** Words that are seen on light and dark alike, kept within `right`. */
export function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, right: number): void {
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  const at = Math.max(0, Math.min(x, right - context.measureText(text).width - 4));
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0,0,0,.75)";
  context.strokeText(text, at, y);
  context.fillStyle = "#fff";
  context.fillText(text, at, y);
}

/** Keeps what is painted within a pane. */
export function within(context: CanvasRenderingContext2D, pane: PaneGeometry): void {
  context.beginPath();
  context.rect(pane.left, pane.top, pane.width, pane.height);
  context.clip();
}
