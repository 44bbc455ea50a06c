// What is to be drawn, in terms that a renderer knows: codes of tiles into rectangles, coarse ones under fine ones.

import type { Plane } from "./state";
import type { Part } from "./plan";
import type { Tile } from "./tile";
import type { Mosaic } from "./reduce";
import { address } from "./tile";

/** One part into one rectangle, in device pixels from the upper left. */
export interface Draw {
  readonly part: Part;
  readonly mosaic: Mosaic;
  readonly plane: Plane;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** 1 where it is taken from the others, in a difference. */
  readonly layer: 0 | 1;
}

export interface Paint {
  /** 256 × red, green, blue. */
  readonly palette: Uint8Array;
  /** Decibels at both ends. */
  readonly range: readonly [number, number];
  readonly difference: boolean;
  /** Red, green, blue of 0 … 255. */
  readonly paper: readonly number[];
  readonly missing: readonly number[];
  readonly hatch: readonly number[];
}

export interface Renderer {
  readonly canvas: HTMLCanvasElement;
  resize(width: number, height: number): void;
  /** Cells to codes. */
  reduce(draws: readonly Draw[]): void;
  /** Codes to colours. */
  colour(paint: Paint): void;
  /** The codes of one row of pixels and of all others, from the upper left: what is seen, for tests. */
  codes(): Uint16Array;
  free(): void;
}

/** The tiles of a part that are here, and whether all are. */
export function mosaic(part: Part, get: (address: string) => Tile | null): [Mosaic, boolean, boolean] {
  const tiles: (Tile | null)[] = [];
  for (let column = part.columns[0]; column <= part.columns[1]; column++) {
    for (let block = part.blocks[0]; block <= part.blocks[1]; block++) tiles.push(get(address(part.set, column, block)));
  }
  const found = {
    column: part.columns[0],
    block: part.blocks[0],
    columns: part.columns[1] - part.columns[0] + 1,
    blocks: part.blocks[1] - part.blocks[0] + 1,
    tiles,
    top: part.top,
  };
  return [found, tiles.every(Boolean), tiles.some(Boolean)];
}
