// What of the codes drawn before is right still, moved by whole pixels, and what is to be reduced anew. A column of pixels is
// kept only where it covers the very cells, of the very tiles, that it covered before: nothing is guessed from how far one moved.
//
// Draws of one rank lie side by side and fill their place together; a lower rank lies over a higher one. Where a rank has all
// its tiles, what lies under it is not drawn.

import type { Spans } from "./cells";
import type { Draw } from "./draws";
import { COLUMNS, type Tile } from "./tile";

/** Pixels of a draw, of its own left and lowest, from the first to before the last. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly layer: 0 | 1;
  /** How far to the left and down what was drawn before is to be moved. */
  readonly moved: readonly [number, number];
  /** Where nothing of before is right. */
  readonly cleared: readonly Area[];
  /** What is reduced there, in order. */
  readonly strokes: readonly { readonly draw: Draw; readonly area: Area }[];
}

interface Drawn {
  readonly draws: readonly Draw[];
  /** The rank behind which nothing is seen, of each column. */
  readonly depth: Uint8Array;
}

const NEAR = 12; // pixels; runs of columns nearer than that are one

export class Renewal {
  private before = new Map<string, Drawn>();

  /** Places in order, and whether they are other ones than before, so that all is empty. */
  plan(draws: readonly Draw[]): { places: Place[]; other: boolean } {
    const found = new Map<string, Draw[]>();
    for (const draw of draws) {
      const key = [draw.layer, draw.left, draw.top, draw.width, draw.height].join(" ");
      found.set(key, [...(found.get(key) ?? []), draw]);
    }
    const other = found.size !== this.before.size || [...found.keys()].some((key) => !this.before.has(key));
    if (other) this.before.clear();
    const now = new Map<string, Drawn>();
    const places = [...found].map(([key, all]) => {
      const drawn = { draws: all, depth: depths(all) };
      now.set(key, drawn);
      return place(this.before.get(key) ?? null, drawn);
    });
    this.before = now;
    return { places, other };
  }
}

function place(before: Drawn | null, now: Drawn): Place {
  const [{ left, top, width, height, layer }] = now.draws;
  const [columns, rows] = [new Uint8Array(width), new Uint8Array(height)]; // 1 where anew
  const moved = before ? movement(before.draws[0], now.draws[0]) : null;
  if (before && moved) compare(before, now, moved, columns, rows);
  else columns.fill(1);
  const across = runs(columns, NEAR);
  const areas = across.map(([from, to]) => ({ left: from, right: to, low: 0, high: height }));
  const whole = areas.length === 1 && areas[0].right - areas[0].left === width;
  if (!whole) areas.push(...runs(rows, NEAR).map(([low, high]) => ({ left: 0, right: width, low, high })));
  const strokes = [];
  for (const area of areas) {
    for (const draw of now.draws.filter(({ mosaic }) => mosaic.tiles.some(Boolean))) {
      const [low, high] = [Math.max(area.low, draw.part.from), Math.min(area.high, draw.part.to)];
      if (low >= high) continue;
      const seen = now.depth.slice(area.left, area.right).map((depth) => (depth >= draw.rank ? 1 : 0));
      for (const [from, to] of runs(seen, 1)) strokes.push({ draw, area: { left: area.left + from, right: area.left + to, low, high } });
    }
  }
  return { left, top, width, height, layer, moved: whole || !moved ? [0, 0] : moved, cleared: areas, strokes };
}

/** By how many pixels one sees further to the right and up; null where nothing can be the same. */
function movement(before: Draw, now: Draw): [number, number] | null {
  const [x, y] = [Math.round(now.x - before.x), Math.round(now.y - before.y)];
  return Math.abs(x) < now.width && Math.abs(y) < now.height ? [x, y] : null;
}

/** Marks the columns and rows that are others than before. */
function compare(before: Drawn, now: Drawn, [x, y]: readonly [number, number], columns: Uint8Array, rows: Uint8Array): void {
  differing(now.depth, before.depth, 1, x, columns);
  for (let rank = 0; rank <= Math.max(...now.depth); rank++) {
    const [ones, olds] = [now, before].map(({ draws }) => draws.filter((draw) => draw.rank === rank));
    const behind = now.depth.map((depth) => (depth < rank ? 1 : 0)); // columns that do not show this rank
    const others = behind.slice();
    if (ones.length !== olds.length || !ones.every((one, k) => alike(one, olds[k], y))) others.fill(1);
    else {
      ones.forEach((one, k) => {
        differing(one.part.across, olds[k].part.across, 2, x, others);
        differing(one.part.upward, olds[k].part.upward, 2, y, rows);
        replaced(one, olds[k], others);
      });
    }
    others.forEach((other, i) => other && !behind[i] && (columns[i] = 1));
  }
}

/** Whether two draws differ in no more than places and tiles. Parts of a place stay where they are, up and down. */
function alike(one: Draw, was: Draw, y: number): boolean {
  const [{ set, from, to }, other] = [one.part, was.part];
  const same = set.base === other.set.base && set.level === other.set.level && set.fold === other.set.fold;
  return same && one.plane === was.plane && from === other.from && to === other.to && (!y || to - from === one.height);
}

/** Marks places whose numbers, so many each, are not those that were `by` places further. */
function differing(now: ArrayLike<number>, before: ArrayLike<number>, each: number, by: number, marks: Uint8Array): void {
  for (let i = 0; i < marks.length; i++) {
    const was = i + by;
    if (marks[i]) continue;
    if (was < 0 || was >= marks.length) marks[i] = 1;
    else for (let k = 0; k < each; k++) if (now[each * i + k] !== before[each * was + k]) marks[i] = 1;
  }
}

/** Marks columns under which another tile lies than before. Cells of a tile that was not looked at before were not seen either. */
function replaced(now: Draw, before: Draw, columns: Uint8Array): void {
  const [one, was] = [now.mosaic, before.mosaic];
  const fresh = Array.from({ length: one.columns }, (_, i) => {
    for (let k = 0; k < one.blocks; k++) {
      const [column, block] = [one.column + i - was.column, one.block + k - was.block];
      const there = column >= 0 && column < was.columns && block >= 0 && block < was.blocks;
      if (there && was.tiles[column * was.blocks + block] !== one.tiles[i * one.blocks + k]) return true;
    }
    return false;
  });
  if (fresh.includes(true)) touching(now.part.across, one.column, (column) => fresh[column], columns);
}

/** Marks columns of pixels that have a cell in a column of tiles of which something holds. */
function touching(across: Spans, first: number, holds: (column: number) => boolean | undefined, marks: Uint8Array): void {
  for (let x = 0; x < marks.length; x++) {
    if (across[2 * x] > across[2 * x + 1]) continue;
    const last = Math.floor(across[2 * x + 1] / COLUMNS) - first;
    for (let column = Math.floor(across[2 * x] / COLUMNS) - first; column <= last; column++) if (holds(column)) marks[x] = 1;
  }
}

/** Of each column of pixels the rank that has all tiles there. */
function depths(draws: readonly Draw[]): Uint8Array {
  const [{ width }] = draws;
  const last = Math.max(...draws.map(({ rank }) => rank));
  const depth = new Uint8Array(width).fill(last);
  for (let rank = last - 1; rank >= 0; rank--) {
    const lacking = new Uint8Array(width);
    for (const { mosaic, part } of draws.filter((draw) => draw.rank === rank)) {
      const lacks = (column: number): boolean => mosaic.tiles.slice(column * mosaic.blocks, (column + 1) * mosaic.blocks).includes(null as unknown as Tile);
      const empty = Array.from({ length: mosaic.columns }, (_, column) => lacks(column));
      if (empty.includes(true)) touching(part.across, mosaic.column, (column) => empty[column], lacking);
    }
    for (let x = 0; x < width; x++) if (!lacking[x]) depth[x] = rank;
  }
  return depth;
}

/** Stretches of what is marked; gaps of fewer pixels than `near` belong to them. */
function runs(marks: Uint8Array, near: number): [number, number][] {
  const found: [number, number][] = [];
  for (let from = 0; from < marks.length; from++) {
    if (!marks[from]) continue;
    let to = from + 1;
    while (to < marks.length && marks[to]) to += 1;
    const last = found.at(-1);
    if (last && from - last[1] < near) last[1] = to;
    else found.push([from, to]);
    from = to;
  }
  return found;
}
