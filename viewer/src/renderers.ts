// The GPU where there is one; plain code where there is none, or while its context is lost.

import type { Renderer } from "./draws";
import { Plain } from "./plain";
import { WebGl } from "./webgl";

/** Hands out what draws now, and another one (`changed`) when a context was lost and when it has come back. */
export function renderers(changed: (renderer: Renderer) => void): { now(): Renderer; kind(): string; close(): void } {
  const canvas = document.createElement("canvas");
  let closed = false;
  let current: Renderer = gpu() ?? new Plain(document.createElement("canvas"));
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // or it never comes back
    swap(new Plain(document.createElement("canvas")));
  });
  canvas.addEventListener("webglcontextrestored", () => {
    const back = gpu();
    if (back) swap(back);
  });

  function gpu(): Renderer | null {
    try {
      return new WebGl(canvas);
    } catch {
      return null;
    }
  }

  function swap(renderer: Renderer): void {
    if (closed) return;
    current = renderer;
    changed(renderer);
  }

  return {
    now: () => current,
    kind: () => (current instanceof WebGl ? "webgl" : "plain"),
    close: () => {
      closed = true;
      current.free();
    },
  };
}
