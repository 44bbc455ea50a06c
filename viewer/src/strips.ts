// The same reduction (`pixel` of reduce.ts) for many pixels at once, as fast as plain code can.

import type { Spans } from "./cells";
import { type Powers, powersOnce } from "./powers";
import { type Mosaic, salient } from "./reduce";
import type { Area } from "./renewal";
import type { Plane } from "./state";
import { COLUMNS, NOTHING, ROWS } from "./tile";

/** A column of cells: codes of its rows from the lowest on, NOTHING where a tile has not come; and what they are in power. */
interface Strip {
  readonly codes: Uint16Array;
  /** 0 where there is no data, NaN where a tile has not come. */
  readonly powers: Float32Array;
  /** Whether all its cells are here and have data. */
  full: boolean;
}

const salients = Float64Array.from({ length: 256 }, (_, n) => salient(n));

/** Columns of cells, kept for the next pixels. */
class Strips {
  private readonly kept = new Map<number, Strip | null>();
  private readonly free: Strip[] = [];

  constructor(
    private readonly mosaic: Mosaic,
    private readonly low: number,
    private readonly high: number,
    private readonly power: Float32Array | null,
  ) {}

  /** Null where no tile of it is here. */
  at(column: number): Strip | null {
    let strip = this.kept.get(column);
    if (strip !== undefined) return strip;
    this.kept.set(column, (strip = this.joined(column)));
    return strip;
  }

  private joined(column: number): Strip | null {
    const { mosaic, low, high, power } = this;
    const i = Math.floor(column / COLUMNS) - mosaic.column;
    if (i < 0 || i >= mosaic.columns) return null;
    const rows = high - low + 1;
    const strip = this.free.pop() ?? { codes: new Uint16Array(rows), powers: new Float32Array(power ? rows : 0), full: true };
    const { codes, powers } = strip;
    codes.fill(NOTHING);
    for (let k = 0; k < mosaic.blocks; k++) {
      const tile = mosaic.tiles[i * mosaic.blocks + k];
      if (!tile) continue;
      const first = (k + mosaic.block) * ROWS;
      const tall = mosaic.top && k === mosaic.blocks - 1 ? tile.rows : Math.min(tile.rows, ROWS);
      const [from, to] = [Math.max(low, first), Math.min(high + 1, first + tall)];
      const begin = (column % COLUMNS) * tile.rows - first;
      if (from < to) codes.set(tile.codes.subarray(begin + from, begin + to), from - low);
    }
    if (power) strip.full = raised(codes, power, powers);
    return strip;
  }

  /** Lets go of what lies before a column. */
  forget(column: number): void {
    for (const [one, strip] of this.kept) {
      if (one >= column) continue;
      this.kept.delete(one);
      if (strip) this.free.push(strip);
    }
  }
}

/** Codes as powers; whether all are above 0. */
function raised(codes: Uint16Array, power: Float32Array, powers: Float32Array): boolean {
  let lacking = 0;
  for (let r = 0; r < codes.length; r++) {
    const code = codes[r];
    powers[r] = power[code];
    if (!code || code === NOTHING) lacking += 1;
  }
  return !lacking;
}

/**
 * Codes of the pixels of an area of a picture, lowest row first, into `codes`, from `origin` on, `step` from a row to the next.
 * A pixel keeps what it had where a tile of it has not come, so that coarser pictures lie under finer ones.
 */
export function reduce(mosaic: Mosaic, plane: Plane, across: Spans, upward: Spans, area: Area, codes: Uint16Array, origin: number, step: number): void {
  let [low, high] = [Infinity, -1];
  for (let y = area.low; y < area.high; y++) {
    if (upward[2 * y] > upward[2 * y + 1]) continue;
    low = Math.min(low, upward[2 * y]);
    high = Math.max(high, upward[2 * y + 1]);
  }
  if (high < 0) return;
  const powers = plane === "max" ? null : powersOnce();
  const strips = new Strips(mosaic, low, high, powers?.of ?? null);
  const line = { codes: new Uint16Array(high - low + 1), sums: new Float32Array(powers ? high - low + 1 : 0) };
  const under: Strip[] = [];
  for (let x = area.left; x < area.right; x++) {
    const [first, last] = [across[2 * x], across[2 * x + 1]];
    if (first > last) continue;
    strips.forget(first);
    under.length = 0;
    for (let c = first; c <= last; c++) {
      const strip = strips.at(c);
      if (strip) under.push(strip);
    }
    if (under.length <= last - first) continue;
    if (!powers) maxima(under, line, upward, low, area, codes, origin + x, step);
    else means(powers, under, line, upward, low, area, codes, origin + x, step, plane === "salient");
  }
}

/** Room for columns of cells that are made one first: many short loops would take longer. */
interface Line {
  readonly codes: Uint16Array;
  readonly sums: Float32Array;
}

/** The larger of two whole numbers, without a branch: of noise every other one would be foreseen wrongly. */
const larger = (a: number, b: number): number => a + ((b - a) & ~((b - a) >> 31));

/** The highest code of each row; NOTHING, where a tile has not come, is higher than any. */
function joinedCodes(under: readonly Strip[], line: Uint16Array): Uint16Array {
  if (under.length < 2) return under[0].codes;
  line.set(under[0].codes);
  for (let c = 1; c < under.length; c++) {
    const { codes } = under[c];
    for (let r = 0; r < line.length; r++) line[r] = larger(line[r], codes[r]);
  }
  return line;
}

function joinedPowers(under: readonly Strip[], line: Float32Array): Float32Array {
  if (under.length < 2) return under[0].powers;
  line.set(under[0].powers);
  for (let c = 1; c < under.length; c++) {
    const { powers } = under[c];
    for (let r = 0; r < line.length; r++) line[r] += powers[r];
  }
  return line;
}

function maxima(under: readonly Strip[], line: Line, upward: Spans, low: number, area: Area, codes: Uint16Array, to: number, step: number): void {
  const highest = joinedCodes(under, line.codes);
  for (let y = area.low; y < area.high; y++) {
    const [first, last] = [upward[2 * y] - low, upward[2 * y + 1] - low];
    if (first > last) continue;
    let most = 0;
    for (let r = first; r <= last; r++) most = larger(most, highest[r]);
    if (most !== NOTHING) codes[to + y * step] = most;
  }
}

function means(table: Powers, under: readonly Strip[], line: Line, upward: Spans, low: number, area: Area, codes: Uint16Array, to: number, step: number, peaks: boolean): void {
  const full = under.every((strip) => strip.full);
  const highest = joinedCodes(under, line.codes);
  const sums = joinedPowers(under, line.sums);
  for (let y = area.low; y < area.high; y++) {
    const [first, last] = [upward[2 * y] - low, upward[2 * y + 1] - low];
    if (first > last) continue;
    let sum = 0;
    let most = 0;
    for (let r = first; r <= last; r++) {
      sum += sums[r];
      most = larger(most, highest[r]);
    }
    if (most === NOTHING) continue;
    let n = under.length * (last - first + 1);
    if (!full) {
      n = 0;
      for (const { powers } of under) for (let r = first; r <= last; r++) if (powers[r] > 0) n += 1;
    }
    const mean = sum / n;
    const one = n < 2 || (peaks && table.of[most] > mean * (n < 256 ? salients[n] : salient(n)));
    codes[to + y * step] = one ? most : table.code(mean);
  }
}
