// Draws what is around the pictures: rulers, frames, waveforms, the window on the overview. On a 2-D canvas, from the view.

import type { FrequencyAxis, TimeAxis } from "./axis";
import type { Rect } from "./app";
import { type Beginning, timeRuler } from "./clock";
import { frequencyRuler } from "./pitch";
import type { Wave } from "./waves";

export interface Inks {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly wave: string;
  readonly waveCore: string;
  readonly accent: string;
  readonly shade: string;
  readonly ground: string;
}

type Context = CanvasRenderingContext2D;
export const FONT = "12px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif";

const crisp = (value: number, ratio: number): number => (Math.round(value * ratio) + 0.5) / ratio;

/** Ticks and words below a picture, and lightly what they are. */
export function times(context: Context, rect: Rect, time: TimeAxis, start: Beginning | null, inks: Inks, ratio: number): void {
  const { ticks, title } = timeRuler(time.start, time.end, Math.floor(rect.width / 88), start);
  context.font = FONT;
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  context.strokeStyle = inks.faint;
  context.lineWidth = 1 / ratio;
  for (const { at, words } of ticks) {
    const x = time.x(at);
    context.beginPath();
    context.moveTo(crisp(x, ratio), rect.top);
    context.lineTo(crisp(x, ratio), rect.top + 5);
    context.stroke();
    const half = context.measureText(words).width / 2;
    context.fillStyle = inks.ink;
    context.fillText(words, Math.min(rect.left + rect.width - half + 8, Math.max(rect.left + half - 8, x)), rect.top + 18);
  }
  context.fillStyle = inks.faint;
  context.fillText(title, rect.left + rect.width / 2, rect.top + 35);
}

/** Ticks and words on the left of a picture, what they are above it. */
export function frequencies(context: Context, rect: Rect, axis: FrequencyAxis, above: Rect, inks: Inks, ratio: number): void {
  const { ticks, title } = frequencyRuler(axis.name, axis.low, axis.high, Math.max(2, Math.floor(rect.height / 34)));
  context.font = FONT;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.strokeStyle = inks.faint;
  context.lineWidth = 1 / ratio;
  for (const { at, words } of ticks) {
    const y = axis.y(at);
    context.beginPath();
    context.moveTo(rect.left - 5, crisp(y, ratio));
    context.lineTo(rect.left, crisp(y, ratio));
    context.stroke();
    context.fillStyle = inks.ink;
    context.fillText(words, rect.left - 9, Math.min(rect.top + rect.height - 5, Math.max(rect.top + 5, y)) + 0.5);
  }
  const unit = /\(([^,)]*)/.exec(title)?.[1] ?? "";
  context.fillStyle = inks.faint;
  context.textBaseline = "alphabetic";
  context.fillText(unit.startsWith("A4") ? "Note" : unit, rect.left - 9, above.top + above.height - 1);
}

/** The name of a recording over its waveform, where there are several. */
export function named(context: Context, rect: Rect, name: string, inks: Inks): void {
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "top";
  const width = Math.min(rect.width - 8, context.measureText(name).width);
  context.globalAlpha = 0.8;
  context.fillStyle = inks.ground;
  context.fillRect(rect.left, rect.top - 1, width + 10, 16);
  context.globalAlpha = 1;
  context.fillStyle = inks.ink;
  context.fillText(name, rect.left + 4, rect.top + 1, rect.width - 8);
}

/** The window of what is seen on the overview. */
export function overview(context: Context, rect: Rect, whole: TimeAxis, time: TimeAxis, inks: Inks): void {
  const [from, to] = [whole.x(time.start), whole.x(time.end)];
  context.fillStyle = inks.shade;
  context.fillRect(rect.left, rect.top, Math.max(0, from - rect.left), rect.height);
  context.fillRect(to, rect.top, Math.max(0, rect.left + rect.width - to), rect.height);
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  const width = Math.max(3, to - from);
  const left = Math.min(rect.left + rect.width - width, from);
  context.strokeRect(left, rect.top, width, rect.height);
}

/** A waveform between its extremes, the rms within; close by, samples joined, then samples as dots. */
export function waveform(context: Context, rect: Rect, wave: Wave, time: TimeAxis, rate: number, scale: number, inks: Inks, ratio: number): void {
  const middle = rect.top + rect.height / 2;
  const y = (value: number): number => middle - (Math.max(-scale, Math.min(scale, value)) / scale) * (rect.height / 2 - 1);
  context.save();
  context.beginPath();
  context.rect(rect.left, rect.top, rect.width, rect.height);
  context.clip();
  context.strokeStyle = inks.line;
  context.lineWidth = 1 / ratio;
  context.beginPath();
  context.moveTo(rect.left, crisp(middle, ratio));
  context.lineTo(rect.left + rect.width, crisp(middle, ratio));
  context.stroke();
  if (wave.kind === "stretches") stretches(context, rect, wave, y, inks, ratio);
  else samples(context, wave, (i) => time.x(i / rate), y, rect, inks);
  context.restore();
}

function stretches(context: Context, rect: Rect, wave: Extract<Wave, { kind: "stretches" }>, y: (value: number) => number, inks: Inks, ratio: number): void {
  const step = rect.width / wave.low.length;
  for (const [low, high, colour] of [
    [wave.low, wave.high, inks.wave],
    [wave.rms.map((value) => -value), wave.rms, inks.waveCore],
  ] as const) {
    context.fillStyle = colour;
    for (let x = 0; x < low.length; x++) {
      if (Number.isNaN(low[x]) || Number.isNaN(high[x])) continue;
      const top = y(high[x]);
      context.fillRect(rect.left + x * step, top, step, Math.max(1 / ratio, y(low[x]) - top));
    }
  }
}

function samples(context: Context, wave: Extract<Wave, { kind: "samples" }>, x: (sample: number) => number, y: (value: number) => number, rect: Rect, inks: Inks): void {
  context.strokeStyle = inks.wave;
  context.fillStyle = inks.wave;
  context.lineWidth = 1.25;
  context.beginPath();
  let pen = false;
  wave.samples.forEach((value, i) => {
    if (Number.isNaN(value)) pen = false;
    else if (pen) context.lineTo(x(wave.first + i), y(value));
    else context.moveTo(x(wave.first + i), y(value));
    pen = !Number.isNaN(value);
  });
  context.stroke();
  if (wave.samples.length * 5 > rect.width) return;
  for (let i = 0; i < wave.samples.length; i++) {
    if (Number.isNaN(wave.samples[i])) continue;
    context.beginPath();
    context.arc(x(wave.first + i), y(wave.samples[i]), 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}
