// The same reduction (`pixel` of reduce.ts) for many pixels at once, as fast as plain code can.

import type { Spans } from "./cells";
import { MIDDLE, type Mosaic, OCTAVES, salient } from "./reduce";
import type { Area } from "./renewal";
import type { Plane } from "./state";
import { COLUMNS, NOTHING, ROWS } from "./tile";

let powers: Float64Array | null = null; // of all codes, made when first needed
const salients = Float64Array.from({ length: 256 }, (_, n) => salient(n));

/** Columns of cells with their rows one after the other, kept for the next pixels. */
class Strips {
  private readonly kept = new Map<number, Uint16Array | null>();

  constructor(
    private readonly mosaic: Mosaic,
    private readonly low: number,
    private readonly high: number,
  ) {}

  /** Codes of the rows from the lowest on; where a tile has not come NOTHING. */
  at(column: number): Uint16Array | null {
    let strip = this.kept.get(column);
    if (strip !== undefined) return strip;
    this.kept.set(column, (strip = this.joined(column)));
    return strip;
  }

  private joined(column: number): Uint16Array | null {
    const { mosaic, low, high } = this;
    const i = Math.floor(column / COLUMNS) - mosaic.column;
    if (i < 0 || i >= mosaic.columns) return null;
    const strip = new Uint16Array(high - low + 1).fill(NOTHING);
    for (let k = 0; k < mosaic.blocks; k++) {
      const tile = mosaic.tiles[i * mosaic.blocks + k];
      if (!tile) continue;
      const first = (k + mosaic.block) * ROWS;
      const rows = mosaic.top && k === mosaic.blocks - 1 ? tile.rows : Math.min(tile.rows, ROWS);
      const [from, to] = [Math.max(low, first), Math.min(high + 1, first + rows)];
      const begin = (column % COLUMNS) * tile.rows - first;
      if (from < to) strip.set(tile.codes.subarray(begin + from, begin + to), from - low);
    }
    return strip;
  }

  /** Lets go of what lies before a column. */
  forget(column: number): void {
    for (const one of this.kept.keys()) if (one < column) this.kept.delete(one);
  }
}

/**
 * Codes of the pixels of an area of a picture, lowest row first, into `codes` (height × width, from `origin` on; `step` from
 * a row to the next). A pixel keeps what it had where a tile of it has not come, so that coarser pictures lie under finer ones.
 */
export function reduce(mosaic: Mosaic, plane: Plane, across: Spans, upward: Spans, area: Area, codes: Uint16Array, origin: number, step: number): void {
  let [low, high] = [Infinity, -1];
  for (let y = area.low; y < area.high; y++) {
    if (upward[2 * y] > upward[2 * y + 1]) continue;
    low = Math.min(low, upward[2 * y]);
    high = Math.max(high, upward[2 * y + 1]);
  }
  if (high < 0) return;
  const strips = new Strips(mosaic, low, high);
  if (plane !== "max") powers ??= Float64Array.from({ length: 65536 }, (_, code) => 2 ** ((code - MIDDLE) * OCTAVES));
  const under: Uint16Array[] = [];
  for (let x = area.left; x < area.right; x++) {
    const [first, last] = [across[2 * x], across[2 * x + 1]];
    if (first > last) continue;
    under.length = 0;
    for (let c = first; c <= last; c++) {
      const strip = strips.at(c);
      if (strip) under.push(strip);
    }
    if (under.length <= last - first) continue;
    if (plane === "max") maxima(under, upward, low, area, codes, origin + x, step);
    else means(under, upward, low, area, codes, origin + x, step, plane === "salient", powers!);
    strips.forget(first);
  }
}

function maxima(under: readonly Uint16Array[], upward: Spans, low: number, area: Area, codes: Uint16Array, to: number, step: number): void {
  for (let y = area.low; y < area.high; y++) {
    const [first, last] = [upward[2 * y] - low, upward[2 * y + 1] - low];
    if (first > last) continue;
    let most = 0;
    for (let c = 0; c < under.length; c++) {
      const strip = under[c];
      for (let r = first; r <= last; r++) if (strip[r] > most) most = strip[r];
    }
    if (most !== NOTHING) codes[to + y * step] = most; // NOTHING is more than any code
  }
}

function means(under: readonly Uint16Array[], upward: Spans, low: number, area: Area, codes: Uint16Array, to: number, step: number, peaks: boolean, power: Float64Array): void {
  for (let y = area.low; y < area.high; y++) {
    const [first, last] = [upward[2 * y] - low, upward[2 * y + 1] - low];
    if (first > last) continue;
    let most = 0;
    let sum = 0;
    let n = 0;
    for (let c = 0; c < under.length; c++) {
      const strip = under[c];
      for (let r = first; r <= last; r++) {
        const code = strip[r];
        if (!code) continue;
        if (code > most) most = code;
        sum += power[code];
        n += 1;
      }
    }
    if (most === NOTHING) continue;
    if (n > 1) {
      const mean = sum / n;
      if (!peaks || power[most] <= mean * (n < 256 ? salients[n] : salient(n))) most = Math.round(Math.log2(mean) / OCTAVES + MIDDLE);
    }
    codes[to + y * step] = most;
  }
}
