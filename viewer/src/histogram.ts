// How often each level is seen: counted over pixels, as they are drawn.

import { LOWEST, NOTHING, STEPS } from "./tile";

/** Counts of codes in bars of `width` decibels from −256 dB on. Codes of no data and of nothing are left out. */
export function histogram(codes: ArrayLike<number>, width = 1): Uint32Array {
  const counts = new Uint32Array(Math.ceil(512 / width));
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code && code !== NOTHING) counts[Math.floor(code / STEPS / width)] += 1;
  }
  return counts;
}

/** The level below which a share of what was counted lies; null where nothing was. */
export function quantile(counts: Uint32Array, share: number, width = 1): number | null {
  const all = counts.reduce((sum, n) => sum + n, 0);
  if (!all) return null;
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    if (below + counts[i] >= share * all && counts[i]) return LOWEST + (i + (share * all - below) / counts[i]) * width;
    below += counts[i];
  }
  return LOWEST + counts.length * width;
}

const SILENCE = -200; // dB; what reads less is no noise of anything

/** A range that suits what is seen: from under the middle of the noise to the loudest thousandth, in whole fives. */
export function fitting(counts: Uint32Array, width = 1): [number, number] | null {
  const heard = counts.map((n, i) => (LOWEST + i * width < SILENCE ? 0 : n));
  const [low, high] = [quantile(heard, 0.2, width), quantile(heard, 0.999, width)];
  if (low === null || high === null) return null;
  const [from, to] = [Math.floor((low - 3) / 5) * 5, Math.ceil((high + 2) / 5) * 5];
  return to - from >= 20 ? [from, to] : [to - 20, to];
}
