// Which cells of a tile lie under each pixel. Integers out; what is drawn by the GPU and by plain code is the same table.
//
// Frame i is a stretch of time around its middle, half a hop to either side; row k a stretch of frequency, between its edges.
// A pixel covers every cell that it shares more than a border with: none is missed, and none is shown a pixel away.
// `single`: a pixel that is smaller than a cell has the one under its middle (no cell is missed then either). Means want it:
// a pixel on a border would be the mean of two, and a close picture be dotted with them.

import { type FrequencyAxis, type TimeAxis } from "./axis";
import { type Description, frameAt } from "./server";

/** First and last cell of each pixel, in turns; the first is behind the last where there is none. */
export type Spans = Int32Array;

const HAIR = 1e-7; // of a cell: borders that are equal but for rounding share nothing

/** Cells `2^level` frames wide under `width` pixels; cell 0 begins with frame 0. */
export function columnsUnder(d: Description, level: number, time: TimeAxis, width: number, single = false): Spans {
  const borders = new Float64Array(width + 1);
  for (let x = 0; x <= width; x++) borders[x] = frameAt(d, time.start + (x / width) * (time.end - time.start)) + 0.5;
  return covered(borders, 2 ** level, d.n_frames, single);
}

/** Cells of `2^fold` rows under `height` pixels, from the lowest pixel up. */
export function rowsUnder(d: Description, fold: number, frequency: FrequencyAxis, height: number, single = false): Spans {
  const borders = new Float64Array(height + 1);
  for (let y = 0; y <= height; y++) {
    borders[y] = rowAt(d, frequency.hertz(frequency.top + (1 - y / height) * frequency.height));
  }
  return covered(borders, 2 ** fold, d.n_rows, single);
}

/** The row of a frequency, with a fraction: 0 at the lower edge of the first row. */
export function rowAt(d: Description, hertz: number): number {
  const f = d.frequencies;
  if (f.kind === "linear") return (hertz - f.first) / f.step + 0.5;
  const { edges } = f;
  let [low, high] = [0, edges.length - 1];
  if (hertz < edges[low]) return (hertz - edges[low]) / (edges[low + 1] - edges[low]);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= hertz) low = middle;
    else high = middle;
  }
  return low + (hertz - edges[low]) / (edges[low + 1] - edges[low]);
}

function covered(borders: Float64Array, size: number, whole: number, single: boolean): Spans {
  const last = Math.ceil(whole / size) - 1;
  const spans = new Int32Array(2 * (borders.length - 1));
  for (let i = 0; i + 1 < borders.length; i++) {
    const [from, to] = [borders[i], borders[i + 1]];
    if (to <= HAIR || from >= whole - HAIR) {
      spans[2 * i] = 1; // nothing: behind its end
      continue;
    }
    if (single && to - from <= size) {
      spans[2 * i] = spans[2 * i + 1] = Math.min(last, Math.max(0, Math.floor((from + to) / 2 / size)));
      continue;
    }
    const first = Math.max(0, Math.floor(from / size + HAIR));
    spans[2 * i] = Math.min(first, last);
    spans[2 * i + 1] = Math.min(last, Math.max(first, Math.ceil(to / size - HAIR) - 1));
  }
  return spans;
}

/** The first and the last cell that any pixel from `from` to before `to` covers; null where there is none. */
export function extent(spans: Spans, from: number, to: number): [number, number] | null {
  let [first, last] = [Infinity, -1];
  for (let i = from; i < to; i++) {
    if (spans[2 * i] > spans[2 * i + 1]) continue;
    first = Math.min(first, spans[2 * i]);
    last = Math.max(last, spans[2 * i + 1]);
  }
  return last < 0 ? null : [first, last];
}
