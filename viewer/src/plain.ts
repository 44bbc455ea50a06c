// Draws without a GPU: the same reduction in plain code, on a 2-D canvas.

import { Codes } from "./codes";
import type { Draw, Paint, Renderer } from "./draws";
import type { Place } from "./renewal";
import { NOTHING, STEPS, levelOf } from "./tile";

export class Plain implements Renderer {
  private readonly context: CanvasRenderingContext2D;
  private kept = new Codes(0, 0);
  private image: ImageData | null = null;
  private readonly colours = new Uint32Array(NOTHING + 1); // of all codes
  private paint: Paint | null = null;

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true }); // in memory, not on a GPU
    if (!context) throw new Error("there is no canvas to draw on");
    this.context = context;
  }

  resize(width: number, height: number): boolean {
    if (this.image && this.canvas.width === width && this.canvas.height === height) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    this.kept = new Codes(width, height);
    this.image = this.context.createImageData(width, height);
    return true;
  }

  reduce(draws: readonly Draw[]): void {
    this.kept.reduce(draws);
  }

  colour(paint: Paint): void {
    if (!this.image) return;
    this.mix(paint);
    const pixels = new Uint32Array(this.image.data.buffer);
    const { width } = this.image;
    const [paper, line] = [whole(paint.paper), whole(paint.line)];
    pixels.fill(paper);
    for (const place of this.kept.places) {
      if (place.layer) continue;
      const [above, below] = [place.top - 1, place.top + place.height];
      for (let y = Math.max(0, above); y <= below && y * width < pixels.length; y++) {
        const from = y * width + place.left;
        pixels[from - 1] = pixels[from + place.width] = line;
        if (y === above || y === below) pixels.fill(line, from, from + place.width);
        else if (paint.difference) this.differ(pixels, from, from + place.width, paint);
        else this.row(pixels, from, from + place.width);
      }
      this.hatch(pixels, place, paint);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  /** The colour of each code. */
  private mix(paint: Paint): void {
    const { colours } = this;
    const before = this.paint;
    this.paint = paint;
    if (before && (Object.keys(paint) as (keyof Paint)[]).every((key) => String(before[key]) === String(paint[key]))) return;
    const palette = Uint32Array.from({ length: 256 }, (_, i) => whole(paint.palette.subarray(3 * i, 3 * i + 3)));
    for (let code = 1; code < NOTHING; code++) colours[code] = palette[share(levelOf(code), paint)];
    colours[0] = whole(paint.missing);
    colours[NOTHING] = whole(paint.paper);
  }

  private row(pixels: Uint32Array, from: number, to: number): void {
    const { colours } = this;
    const [codes] = this.kept.layers;
    for (let i = from; i < to; i++) pixels[i] = colours[codes[i]];
  }

  private differ(pixels: Uint32Array, from: number, to: number, paint: Paint): void {
    const [ones, others] = this.kept.layers;
    for (let i = from; i < to; i++) {
      if (ones[i] === NOTHING || others[i] === NOTHING) pixels[i] = this.colours[NOTHING];
      else if (!ones[i] || !others[i]) pixels[i] = this.colours[0];
      else pixels[i] = whole(paint.palette.subarray(3 * share((ones[i] - others[i]) / STEPS, paint)));
    }
  }

  /** Slanting lines over what is no data. */
  private hatch(pixels: Uint32Array, { left, top, width, height }: Place, paint: Paint): void {
    const { width: all } = this.canvas;
    const [missing, hatch] = [this.colours[0], whole(paint.hatch)];
    const [ones, others] = this.kept.layers;
    for (let y = top; y < top + height; y++) {
      for (let x = left + ((8 - ((left + y) % 8)) % 8); x < left + width; x += 8) {
        const i = y * all + x;
        if (pixels[i] === missing && (!ones[i] || (paint.difference && !others[i]))) pixels[i] = hatch;
      }
    }
  }

  codes(): Uint16Array {
    return this.kept.layers[0];
  }

  free(): void {
    this.image = null;
    this.kept = new Codes(0, 0);
  }
}

/** Which of 256 colours a value has. */
const share = (value: number, { range: [low, high] }: Paint): number =>
  Math.min(255, Math.max(0, Math.floor(((value - low) / (high - low)) * 256)));

/** Red, green, blue as the four octets of a pixel, the lowest first. */
const whole = (colour: ArrayLike<number>): number =>
  ((255 << 24) | (colour[2] << 16) | (colour[1] << 8) | colour[0]) >>> 0;
