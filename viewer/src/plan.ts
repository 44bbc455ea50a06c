// Which tiles a picture is made of: level and fold so that a cell is just under a pixel, and in which order they are asked for.

import type { FrequencyAxis, TimeAxis } from "./axis";
import { type Spans, columnsUnder, extent, rowAt, rowsUnder } from "./cells";
import { type Description, frameAt } from "./server";
import { COLUMNS, ROWS, type TileSet, address, blocksOf } from "./tile";

/** Rows of pixels that are drawn from tiles of one level and fold. `from` and `to` count from the lowest pixel. */
export interface Part {
  readonly set: TileSet;
  readonly from: number;
  readonly to: number;
  readonly across: Spans;
  readonly upward: Spans;
  /** First and last tile in time, and in frequency. */
  readonly columns: readonly [number, number];
  readonly blocks: readonly [number, number];
  /** Whether the topmost block is the topmost of all. */
  readonly top: boolean;
}

export interface Picture {
  readonly description: Description;
  readonly base: string;
  readonly time: TimeAxis;
  readonly frequency: FrequencyAxis;
  /** In device pixels. */
  readonly width: number;
  readonly height: number;
  /** Whether the server has coarse levels of it at hand: not of a hop that serves a close look, nor before they are built. */
  readonly stored: boolean;
  /** Whether a pixel within a cell is that cell alone (cells.ts). */
  readonly single: boolean;
}

/** The level at which a cell is as wide as a pixel or a little less. */
export function levelFor(d: Description, secondsPerPixel: number): number {
  const frames = (secondsPerPixel * d.sample_rate) / d.hop;
  return Math.min(d.top_level, Math.max(0, Math.floor(Math.log2(frames) + 1e-9)));
}

/** Folds of each row of pixels: a cell is as high as the pixel or less. Each fold is a picture to be fetched. */
function foldsOf(picture: Picture): Uint8Array {
  const { description: d, frequency, height } = picture;
  const folds = new Uint8Array(height);
  let below = rowAt(d, frequency.low);
  for (let y = 0; y < height; y++) {
    const above = rowAt(d, frequency.hertz(frequency.top + (1 - (y + 1) / height) * frequency.height));
    folds[y] = Math.min(d.top_fold, Math.max(0, Math.floor(Math.log2(above - below) + 1e-6)));
    below = above;
  }
  const even = frequency.name === "linear" || d.frequencies.kind === "list"; // bands of odd heights would flicker between two
  if (even) return folds.fill(folds.reduce((least, fold) => Math.min(least, fold), d.top_fold));
  return folds.map((fold) => fold & ~1); // every other one: few pictures, and at most four cells more a pixel
}

/** The parts of a picture that is as fine as its pixels. On a linear axis there is one; on others folds grow upwards. */
export function parts(picture: Picture): Part[] {
  const d = picture.description;
  const level = levelFor(d, picture.time.perPixel * (picture.time.width / picture.width));
  const folds = foldsOf(picture);
  const found: Part[] = [];
  for (let from = 0; from < folds.length; ) {
    let to = from + 1;
    while (to < folds.length && folds[to] === folds[from]) to += 1;
    const one = part(picture, level, folds[from], from, to);
    if (one) found.push(one);
    from = to;
  }
  return found;
}

/** The part of a picture, from one row of pixels to another, drawn from one level and fold; null where it has no cells. */
export function part(picture: Picture, level: number, fold: number, from = 0, to = picture.height): Part | null {
  const d = picture.description;
  const across = columnsUnder(d, level, picture.time, picture.width, picture.single);
  const upward = rowsUnder(d, fold, picture.frequency, picture.height, picture.single);
  const columns = extent(across, 0, picture.width);
  const rows = extent(upward, from, to);
  if (!columns || !rows) return null;
  const last = blocksOf(Math.ceil(d.n_rows / 2 ** fold)) - 1;
  const block = (row: number): number => Math.min(last, Math.floor(row / ROWS));
  return {
    set: { base: picture.base, level, fold },
    from,
    to,
    across,
    upward,
    columns: [Math.floor(columns[0] / COLUMNS), Math.floor(columns[1] / COLUMNS)],
    blocks: [block(rows[0]), block(rows[1])],
    top: block(rows[1]) === last,
  };
}

const PARENT = 2; // levels: a quarter of the tiles show something soon
const STORED = 7; // from this level on the server has tiles made; finer ones cost it as much as all that they hold

/** Addresses, each list in the order in which they are wanted. */
export interface Wants {
  /** Parents while something visible has not come, then what is visible, from a moment outwards. */
  readonly visible: readonly string[];
  /** One screen on each side. */
  readonly beside: readonly string[];
}

export function wants(picture: Picture, fine: readonly Part[], at: number, has: (address: string) => boolean): Wants {
  const d = picture.description;
  const visible = fine.flatMap((one) => addresses(d, one, one.columns, at));
  const missing = visible.some((tile) => !has(tile.address));
  const parents = fine.flatMap((one) => {
    const level = Math.max(STORED, one.set.level + PARENT);
    const cheap = picture.stored || one.set.level >= STORED; // sampled where they are not built
    const there = cheap && missing && level <= d.top_level;
    const above = there ? part(picture, level, one.set.fold, one.from, one.to) : null;
    return above ? addresses(d, above, above.columns, at) : [];
  });
  const beside = fine.flatMap((one) => {
    const [first, last] = one.columns;
    const most = Math.floor((Math.ceil(d.n_frames / 2 ** one.set.level) - 1) / COLUMNS);
    const screen = last - first + 1;
    const before = addresses(d, one, [Math.max(0, first - screen), first - 1], at);
    return [...before, ...addresses(d, one, [last + 1, Math.min(most, last + screen)], at)];
  });
  const order = (tiles: Wanted[]) => tiles.sort((a, b) => a.distance - b.distance).map((tile) => tile.address);
  return { visible: [...order(parents), ...order(visible)], beside: order(beside) };
}

interface Wanted {
  readonly address: string;
  /** In seconds, of its middle from the moment. */
  readonly distance: number;
}

function addresses(d: Description, one: Part, columns: readonly [number, number], at: number): Wanted[] {
  const found: Wanted[] = [];
  const size = COLUMNS * 2 ** one.set.level;
  const here = frameAt(d, at) / size;
  for (let column = columns[0]; column <= columns[1]; column++) {
    const distance = (Math.abs(column + 0.5 - here) * size * d.hop) / d.sample_rate;
    for (let block = one.blocks[0]; block <= one.blocks[1]; block++) {
      found.push({ address: address(one.set, column, block), distance });
    }
  }
  return found;
}
