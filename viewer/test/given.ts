// Descriptions to be tried, and numbers at random that are the same each time.

import type { Description } from "../src/server";

export function description(given: Partial<Description> = {}): Description {
  return {
    recording: "r",
    settings: "s",
    json: { kind: "stft", window_length: 2048, hop: 512, n_fft: 2048 },
    n_frames: 5000,
    n_rows: 1025,
    n_channels: 1,
    hop: 512,
    window_length: 2048,
    n_fft: 2048,
    start: -1024,
    top_level: 5,
    top_fold: 10,
    sample_rate: 48_000,
    quantity: "level",
    unit: "dBFS",
    reference: 0.5,
    label: "Level (dBFS)",
    frequencies: { kind: "linear", first: 0, step: 48_000 / 2048 },
    progress: 1,
    ...given,
  };
}

/** mulberry32: numbers from 0 to 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
