// The GPU where there is one; plain code where there is none, or while its context is lost.

import type { Renderer } from "./draws";
import { Plain } from "./plain";
import { WebGl } from "./webgl";

/** Hands out what draws now, and another one (`changed`) when a context was lost and when it has come back. */
export function renderers(changed: (renderer: Renderer) => void): { now(): Renderer; kind(): string; close(): void } {
  let current: Renderer = first();

  function first(): Renderer {
    const canvas = document.createElement("canvas");
    try {
      const gpu = new WebGl(canvas);
      canvas.addEventListener("webglcontextlost", (event) => {
        event.preventDefault(); // or it never comes back
        if (current === gpu) swap(new Plain(document.createElement("canvas")));
      });
      canvas.addEventListener("webglcontextrestored", () => {
        current.free();
        swap(first());
      });
      return gpu;
    } catch {
      return new Plain(document.createElement("canvas"));
    }
  }

  function swap(renderer: Renderer): void {
    current = renderer;
    changed(renderer);
  }

  return {
    now: () => current,
    kind: () => (current instanceof WebGl ? "webgl" : "plain"),
    close: () => current.free(),
  };
}
