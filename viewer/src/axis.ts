// From seconds and hertz to places on the picture, and back. CSS pixels; y grows downwards, frequency upwards.

export type AxisName = "linear" | "log" | "mel" | "note";
export const AXES: readonly AxisName[] = ["linear", "log", "mel", "note"];

interface Scale {
  readonly forward: (hertz: number) => number;
  readonly back: (place: number) => number;
}

const MEL_STEP = 200 / 3; // Hz below 1 kHz (Slaney 1998), as sonograph.hz_to_mel
const MEL_LOG_STEP = Math.log(6.4) / 27;

const linear: Scale = { forward: (f) => f, back: (p) => p };
const octaves: Scale = { forward: Math.log2, back: (p) => 2 ** p };
const mel: Scale = {
  forward: (f) => (f < 1000 ? f / MEL_STEP : 15 + Math.log(f / 1000) / MEL_LOG_STEP),
  back: (p) => (p < 15 ? p * MEL_STEP : 1000 * Math.exp(MEL_LOG_STEP * (p - 15))),
};

export const SCALES: Record<AxisName, Scale> = { linear, log: octaves, mel, note: octaves };

/** Whether an axis has no place for 0 Hz. */
export const hasNoZero = (axis: AxisName): boolean => axis === "log" || axis === "note";

/** The lowest frequency that an axis shows: what was asked for, or where it has no zero, half of the first bin. */
export const lowest = (axis: AxisName, low: number, step: number): number => (hasNoZero(axis) ? Math.max(low, step / 2) : low);

export class TimeAxis {
  constructor(
    readonly start: number,
    readonly end: number,
    readonly left: number,
    readonly width: number,
  ) {}

  get perPixel(): number {
    return (this.end - this.start) / this.width;
  }

  /** Where it begins, in pixels, on a scale of which it has `pixels`. */
  begin(pixels: number): number {
    return (this.start / (this.end - this.start)) * pixels;
  }

  x(seconds: number): number {
    return this.left + ((seconds - this.start) / (this.end - this.start)) * this.width;
  }

  seconds(x: number): number {
    return this.start + ((x - this.left) / this.width) * (this.end - this.start);
  }
}

export class FrequencyAxis {
  private readonly scale: Scale;
  private readonly bottom: number;
  private readonly span: number;

  constructor(
    readonly name: AxisName,
    readonly low: number,
    readonly high: number,
    readonly top: number,
    readonly height: number,
  ) {
    this.scale = SCALES[name];
    this.bottom = this.scale.forward(low);
    this.span = this.scale.forward(high) - this.bottom;
  }

  /** Where it begins, in pixels, on a scale of which it has `pixels`. */
  begin(pixels: number): number {
    return (this.bottom / this.span) * pixels;
  }

  y(hertz: number): number {
    if (hasNoZero(this.name) && hertz <= 0) return Infinity;
    return this.top + (1 - (this.scale.forward(hertz) - this.bottom) / this.span) * this.height;
  }

  hertz(y: number): number {
    return this.scale.back(this.bottom + (1 - (y - this.top) / this.height) * this.span);
  }
}

/** A stretch of a scale made `factor` times as long around one place that stays, within bounds. */
export function zoomed(
  scale: Scale,
  stretch: readonly [number, number],
  at: number,
  factor: number,
  bounds: readonly [number, number],
  least: number,
): [number, number] {
  const [low, high, here] = [scale.forward(stretch[0]), scale.forward(stretch[1]), scale.forward(at)];
  const [from, to] = [scale.forward(bounds[0]), scale.forward(bounds[1])];
  const span = Math.min(Math.max((high - low) * factor, Math.min(least, to - from)), to - from);
  const begin = here - ((here - low) / (high - low)) * span;
  return within(scale, begin, span, from, to);
}

/** A stretch of a scale moved by a share of itself, within bounds. */
export function moved(
  scale: Scale,
  stretch: readonly [number, number],
  share: number,
  bounds: readonly [number, number],
): [number, number] {
  const low = scale.forward(stretch[0]);
  const span = scale.forward(stretch[1]) - low;
  return within(scale, low + share * span, span, scale.forward(bounds[0]), scale.forward(bounds[1]));
}

function within(scale: Scale, begin: number, span: number, from: number, to: number): [number, number] {
  const low = Math.max(from, Math.min(begin, to - span));
  return [scale.back(low), scale.back(Math.min(to, low + span))];
}

export const PLAIN = linear;
