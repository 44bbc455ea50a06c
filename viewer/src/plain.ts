// Draws without a GPU: the same reduction in plain code, on a 2-D canvas.

import type { Draw, Paint, Renderer } from "./draws";
import { reduce } from "./reduce";
import { NOTHING, STEPS, levelOf } from "./tile";

export class Plain implements Renderer {
  private readonly context: CanvasRenderingContext2D;
  private layers: Uint16Array[] = [];

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("there is no canvas to draw on");
    this.context = context;
  }

  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height && this.layers.length) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.layers = [0, 1].map(() => new Uint16Array(width * height));
  }

  reduce(draws: readonly Draw[]): void {
    for (const layer of this.layers) layer.fill(NOTHING);
    for (const draw of draws) {
      const codes = new Uint16Array(draw.width * draw.height).fill(NOTHING);
      reduce(draw.mosaic, draw.plane, draw.part.across, draw.part.upward, draw.part.from, draw.part.to, codes);
      const { width } = this.canvas;
      for (let y = draw.part.from; y < draw.part.to; y++) {
        const to = (draw.top + draw.height - 1 - y) * width + draw.left;
        for (let x = 0; x < draw.width; x++) {
          const code = codes[y * draw.width + x];
          if (code !== NOTHING) this.layers[draw.layer][to + x] = code;
        }
      }
    }
  }

  colour(paint: Paint): void {
    const { width, height } = this.canvas;
    const image = this.context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const [paper, missing, hatch] = [paint.paper, paint.missing, paint.hatch].map(whole);
    const palette = Uint32Array.from({ length: 256 }, (_, i) => whole(paint.palette.subarray(3 * i, 3 * i + 3)));
    const [low, high] = paint.range;
    const [ones, others] = this.layers;
    for (let i = 0; i < pixels.length; i++) {
      const code = ones[i];
      const other = paint.difference ? others[i] : 1;
      if (code === NOTHING || other === NOTHING) pixels[i] = paper;
      else if (!code || !other) pixels[i] = ((i % width) + Math.floor(i / width)) % 8 ? missing : hatch;
      else {
        const value = paint.difference ? (code - other) / STEPS : levelOf(code);
        pixels[i] = palette[Math.min(255, Math.max(0, Math.floor(((value - low) / (high - low)) * 256)))];
      }
    }
    this.context.putImageData(image, 0, 0);
  }

  codes(): Uint16Array {
    return this.layers[0];
  }

  free(): void {
    this.layers = [];
  }
}

/** Red, green, blue as the four octets of a pixel, the lowest first. */
const whole = (colour: ArrayLike<number>): number =>
  ((255 << 24) | (colour[2] << 16) | (colour[1] << 8) | colour[0]) >>> 0;
