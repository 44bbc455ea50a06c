// Codes of some of the pixels that are seen, evenly spread: enough to count levels by.

import type { Draw } from "./draws";
import { pixel } from "./reduce";

const EVERY = 7; // pixels, each way

/** Of the finest draws: what lies under them is covered. Left out is the overview, which is seen twice. */
export function reduceSome(draws: readonly Draw[], every = EVERY): Uint16Array {
  const codes: number[] = [];
  const tall = Math.max(0, ...draws.map((draw) => draw.height));
  for (const { part, mosaic, plane, width, height, layer } of draws) {
    if (layer || height < tall / 2) continue;
    for (let y = part.from + (every >> 1); y < part.to; y += every) {
      for (let x = every >> 1; x < width; x += every) {
        codes.push(pixel(mosaic, plane, [part.across[2 * x], part.across[2 * x + 1]], [part.upward[2 * y], part.upward[2 * y + 1]]));
      }
    }
  }
  return Uint16Array.from(codes);
}
