// The GPU where there is one; plain code where there is none, or while its context is lost. A GPU that is a program itself
// takes longer than plain code does: it is used where `sonograph.webgl` of the page's local storage says "always".

import { remembered } from "./dom";
import type { Renderer } from "./draws";
import { Plain } from "./plain";
import { WebGl } from "./webgl";

/** Hands out what draws now, and another one (`changed`) when a context was lost and when it has come back. */
export function renderers(changed: (renderer: Renderer) => void): { now(): Renderer; kind(): string; close(): void } {
  const canvas = document.createElement("canvas");
  let closed = false;
  const computed = remembered.get("webgl") !== "always" && inSoftware();
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
    if (computed) return null;
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

/** Whether what offers itself as a GPU is a program: SwiftShader of Chromium, llvmpipe of Mesa, the basic driver of Windows. */
function inSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name ?? "");
}
