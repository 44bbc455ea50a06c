// From cells to the one code of a pixel, in plain code: the definition of what the shader computes, and what draws without it.

import type { Plane } from "./state";
import { COLUMNS, NOTHING, ROWS, STEPS, type Tile } from "./tile";

/** Decibels to octaves of power, a code at a time: powers of two, around the middle code so that all fit a float. */
export const OCTAVES = Math.log2(10) / 10 / STEPS;
export const MIDDLE = 32768;

/**
 * How often the mean the largest of n cells must be, so that noise alone has one in less than one of a hundred cases
 * (Fisher's g, 1929: n (1 − g)^(n−1) = 0.01). For many cells it is ln n + 4.6.
 */
export const salient = (n: number): number => (n > 1 ? n * (1 - (0.01 / n) ** (1 / (n - 1))) : 0);

/** Tiles of one level and fold side by side, from `column` and `block` on; null where one has not come. */
export interface Mosaic {
  readonly column: number;
  readonly block: number;
  readonly columns: number;
  readonly blocks: number;
  /** Column by column: tiles[(column − first) · blocks + block − first]. */
  readonly tiles: readonly (Tile | null)[];
  /** Whether the topmost block here is the topmost of all: a lone last row joins it. */
  readonly top: boolean;
}

export const blockOf = (row: number, mosaic: Mosaic): number => {
  const block = Math.floor(row / ROWS) - mosaic.block;
  return mosaic.top ? Math.min(block, mosaic.blocks - 1) : block;
};

/** The code of one pixel: 0 where all its cells are missing, NOTHING where it has no cell or a tile of it has not come. */
export function pixel(mosaic: Mosaic, plane: Plane, columns: readonly [number, number], rows: readonly [number, number]): number {
  let [most, sum, n] = [0, 0, 0];
  if (columns[0] > columns[1] || rows[0] > rows[1]) return NOTHING;
  for (let c = columns[0]; c <= columns[1]; c++) {
    const column = Math.floor(c / COLUMNS) - mosaic.column;
    for (let r = rows[0]; r <= rows[1]; r++) {
      const block = blockOf(r, mosaic);
      const inside = column >= 0 && column < mosaic.columns && block >= 0 && block < mosaic.blocks;
      const tile = inside ? mosaic.tiles[column * mosaic.blocks + block] : null;
      if (!tile) return NOTHING;
      const code = tile.codes[(c % COLUMNS) * tile.rows + r - (block + mosaic.block) * ROWS];
      if (!code) continue;
      if (code > most) most = code;
      if (plane !== "max") sum += 2 ** ((code - MIDDLE) * OCTAVES);
      n += 1;
    }
  }
  if (!n || plane === "max") return most;
  const mean = sum / n;
  if (plane === "salient" && 2 ** ((most - MIDDLE) * OCTAVES) > mean * salient(n)) return most;
  return Math.round(Math.log2(mean) / OCTAVES + MIDDLE);
}
