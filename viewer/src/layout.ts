// Where things lie on the plot: overview, waveforms, pictures, rulers, colour bar. CSS pixels, on whole device pixels.

import type { Rect } from "./app";

export interface Layout {
  readonly overview: Rect;
  readonly panes: readonly { readonly wave: Rect; readonly picture: Rect }[];
  readonly timeRuler: Rect;
  readonly bar: Rect;
  readonly narrow: boolean;
}

const NARROW = 640;
const GAP = 10;

export function layout(width: number, height: number, panes: number, ratio: number): Layout {
  const narrow = width < NARROW;
  const short = height < 420;
  const [left, right, top, bottom] = narrow ? [44, 14, 6, 38] : [60, 108, 8, 42];
  const snap = (value: number): number => Math.round(value * ratio) / ratio;
  const rect = (x: number, y: number, w: number, h: number): Rect => {
    const [from, above] = [snap(x), snap(y)];
    return { left: from, top: above, width: Math.max(1 / ratio, snap(x + w) - from), height: Math.max(1 / ratio, snap(y + h) - above) };
  };
  const across = Math.max(1, width - left - right);
  const strip = short ? 24 : 40;
  const begin = top + strip + GAP;
  const each = Math.max(40, (height - bottom - begin - GAP * Math.max(0, panes - 1)) / Math.max(1, panes));
  const waveHeight = Math.min(64, Math.max(20, each * 0.14));
  const found = Array.from({ length: panes }, (_, i) => {
    const y = begin + i * (each + GAP);
    return { wave: rect(left, y, across, waveHeight), picture: rect(left, y + waveHeight + 4, across, each - waveHeight - 4) };
  });
  const first = found[0]?.picture ?? rect(left, begin, across, each);
  const end = found.at(-1)?.picture ?? first;
  return {
    overview: rect(left, top, across, strip),
    panes: found,
    timeRuler: rect(left, end.top + end.height, across, bottom),
    bar: rect(left + across + 14, first.top, right - 14, end.top + end.height - first.top),
    narrow,
  };
}
