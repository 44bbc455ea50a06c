// A tile: 256 columns × 512 rows of codes, and how octets become one. Code = round((level + 256) · 128); 0 is no data.

export const COLUMNS = 256;
export const ROWS = 512;
export const STEPS = 128; // codes in a decibel
export const LOWEST = -256; // dB
/** A pixel for which nothing has come yet, or where the recording is not: no level reads it. */
export const NOTHING = 65535;

export const levelOf = (code: number): number => code / STEPS + LOWEST;
export const codeOf = (level: number): number =>
  Number.isNaN(level) ? 0 : Math.min(NOTHING - 1, Math.max(1, Math.round((level - LOWEST) * STEPS)));

/** What all tiles of one picture have in common. */
export interface TileSet {
  /** `recording/settings/channel/plane` of an address. */
  readonly base: string;
  readonly level: number;
  readonly fold: number;
}

export interface Tile {
  readonly columns: number;
  readonly rows: number;
  readonly firstFrame: number;
  /** 1: exact. Less: a preview, of sampled frames. */
  readonly complete: number;
  /** Whether it will never be another. */
  readonly final: boolean;
  /** Frame by frame: all rows of the first column, then of the next. */
  readonly codes: Uint16Array;
}

export const address = (set: TileSet, column: number, row: number): string =>
  `/tiles/${set.base}/${set.level}.${set.fold}/${column}.${row}`;

/** How many tiles are one above the other: a lone last row joins the block before it. */
export function blocksOf(rows: number): number {
  const blocks = Math.ceil(rows / ROWS);
  return blocks > 1 && rows % ROWS === 1 ? blocks - 1 : Math.max(1, blocks);
}

const MAGIC = 0x31544753; // "SGT1"
const HEADER = 32;

export function readTile(octets: ArrayBuffer, final: boolean): Tile {
  const view = new DataView(octets);
  if (octets.byteLength < HEADER || view.getUint32(0, true) !== MAGIC) throw new Error("what came is no tile");
  const columns = view.getUint16(4, true);
  const rows = view.getUint16(6, true);
  if (octets.byteLength !== HEADER + 2 * columns * rows) {
    throw new Error(`a tile of ${columns} × ${rows} came with ${octets.byteLength} octets`);
  }
  const complete = view.getFloat32(24, true);
  return {
    columns,
    rows,
    firstFrame: Number(view.getBigUint64(16, true)),
    complete,
    final: final && complete >= 1,
    codes: new Uint16Array(octets, HEADER),
  };
}
