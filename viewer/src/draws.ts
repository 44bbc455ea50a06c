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
  /** 0: as fine as its pixels. What lies under that has higher ranks. */
  readonly rank: number;
  /** Its left and its lowest edge, in pixels of its scales. */
  readonly x: number;
  readonly y: number;
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
  /** The thin line around each picture. */
  readonly line: readonly number[];
}

export interface Renderer {
  readonly canvas: HTMLCanvasElement;
  /** Whether it was of another size, so that all is to be drawn anew. */
  resize(width: number, height: number): boolean;
  /** Cells to codes. */
  reduce(draws: readonly Draw[]): void;
  /** Codes to colours, each place with a line of a pixel around it. */
  colour(paint: Paint): void;
  /** The codes of one row of pixels and of all others, from the upper left: what is seen, for tests. */
  codes(): Uint16Array;
  free(): void;
}

/** The tiles of a part that are here. */
export function mosaic(part: Part, get: (address: string) => Tile | null): Mosaic {
  const tiles: (Tile | null)[] = [];
  for (let column = part.columns[0]; column <= part.columns[1]; column++) {
    for (let block = part.blocks[0]; block <= part.blocks[1]; block++) tiles.push(get(address(part.set, column, block)));
  }
  return {
    column: part.columns[0],
    block: part.blocks[0],
    columns: part.columns[1] - part.columns[0] + 1,
    blocks: part.blocks[1] - part.blocks[0] + 1,
    tiles,
    top: part.top,
  };
}
