// Closer than a frame a pixel: frames nearer to each other, with the same window. The window never changes by itself,
// as levels of noise against tones would change with it.

import type { Settings } from "./state";

const CLOSEST = 64; // hops in a window

/** The stage at the bottom, which cuts frames. */
export function bottom(settings: Settings): Settings {
  let stage = settings;
  while (stage.of && typeof stage.of === "object") stage = stage.of as Settings;
  return stage;
}

/** The same settings with another value of the stage at the bottom. */
export function withBottom(settings: Settings, patch: Settings): Settings {
  if (settings.of && typeof settings.of === "object") return { ...settings, of: withBottom(settings.of as Settings, patch) };
  return { ...settings, ...patch };
}

/** Hops that are shorter than the one asked for: window/4, /8 … /64, the longest first. */
export function ladder(windowLength: number, hop: number): number[] {
  const hops = [];
  for (let n = 4; n <= CLOSEST; n *= 2) {
    const step = Math.floor(windowLength / n);
    if (step >= 1 && step < hop) hops.push(step);
  }
  return hops;
}

/** The hop for a scale: as asked while a pixel has a frame, else the longest of the ladder that gives each pixel one. */
export function hopFor(windowLength: number, hop: number, samplesPerPixel: number): number {
  if (samplesPerPixel >= hop) return hop;
  const hops = ladder(windowLength, hop);
  return hops.find((step) => step <= samplesPerPixel) ?? hops.at(-1) ?? hop;
}

/** Whether frames of these settings stand for themselves: what looks at its neighbours would change with the hop. */
export const maySlide = (settings: Settings): boolean => {
  const under = settings.of as Settings | undefined;
  return settings.kind === "stft" || (under?.kind === "stft" && !("context" in settings) && settings.kind !== "pcen");
};
