import { describe, expect, it } from "vitest";
import { type Mosaic, pixel, salient } from "../src/reduce";
import { reduce } from "../src/strips";
import { COLUMNS, NOTHING, type Tile, blocksOf, codeOf, levelOf, readTile } from "../src/tile";
import { random } from "./given";

const tile = (columns: number, rows: number, code: (column: number, row: number) => number): Tile => ({
  columns,
  rows,
  firstFrame: 0,
  complete: 1,
  final: true,
  codes: Uint16Array.from({ length: columns * rows }, (_, i) => code(Math.floor(i / rows), i % rows)),
});

const alone = (one: Tile | null): Mosaic => ({ column: 0, block: 0, columns: 1, blocks: 1, tiles: [one], top: true });

describe("a pixel", () => {
  const next = random(7);
  const one = tile(COLUMNS, 40, () => (next() < 0.1 ? 0 : codeOf(-120 + 100 * next())));
  const cells = (c: number, r: number): number[] => {
    const found = [];
    for (let i = c; i <= c + 3; i++) for (let k = r; k <= r + 2; k++) found.push(one.codes[i * 40 + k]);
    return found.filter((code) => code > 0);
  };

  it("is the loudest of its cells, or their mean in power, without those that are missing", () => {
    for (let trial = 0; trial < 200; trial++) {
      const [c, r] = [Math.floor(next() * 250), Math.floor(next() * 37)];
      const here = cells(c, r);
      expect(pixel(alone(one), "max", [c, c + 3], [r, r + 2])).toBe(Math.max(...here));
      const power = here.reduce((sum, code) => sum + 10 ** (levelOf(code) / 10), 0) / here.length;
      expect(levelOf(pixel(alone(one), "mean", [c, c + 3], [r, r + 2]))).toBeCloseTo(10 * Math.log10(power), 1.5);
    }
  });

  it("shows the loudest where noise alone would hardly give it, else the mean", () => {
    const quiet = codeOf(-80);
    const click = tile(COLUMNS, 8, (c, r) => (c === 5 && r === 3 ? codeOf(-20) : quiet));
    expect(levelOf(pixel(alone(click), "salient", [0, 19], [0, 7]))).toBe(-20);
    const slight = tile(COLUMNS, 8, (c, r) => (c === 5 && r === 3 ? codeOf(-77) : quiet));
    expect(levelOf(pixel(alone(slight), "salient", [0, 19], [0, 7]))).toBeCloseTo(-79.97, 1);
  });

  it("keeps a click whole among any number of cells, and lets noise through in one of a hundred", () => {
    const one = tile(COLUMNS, 8, (c, r) => (c === 5 && r === 3 ? codeOf(-20) : codeOf(-80)));
    for (const last of [5, 6, 8, 12]) expect(levelOf(pixel(alone(one), "salient", [5, last], [3, 3]))).toBe(-20);
    for (const n of [2, 4, 9, 64]) {
      let [over, trials] = [0, 4000];
      for (let i = 0; i < trials; i++) {
        const power = Array.from({ length: n }, () => -Math.log(next()));
        if (Math.max(...power) > (power.reduce((a, b) => a + b) / n) * salient(n)) over += 1;
      }
      expect(over / trials).toBeLessThan(0.016);
      expect(over / trials).toBeGreaterThan(0.005);
    }
    expect(salient(1e6)).toBeCloseTo(Math.log(1e6) + 4.6, 1);
  });

  it("is no data where all is missing, and nothing where a tile has not come", () => {
    expect(pixel(alone(tile(COLUMNS, 4, () => 0)), "max", [0, 3], [0, 3])).toBe(0);
    expect(pixel(alone(null), "max", [0, 3], [0, 3])).toBe(NOTHING);
    expect(pixel(alone(one), "max", [250, 256], [0, 3])).toBe(NOTHING);
  });

  it("finds a lone last row in the block before it, and rows of the next block there", () => {
    const low = tile(COLUMNS, 513, (_, r) => 1000 + r);
    expect(blocksOf(513)).toBe(1);
    expect(pixel(alone(low), "max", [0, 0], [512, 512])).toBe(1512);
    const two: Mosaic = { column: 0, block: 0, columns: 1, blocks: 2, tiles: [tile(COLUMNS, 512, (_, r) => 1000 + r), tile(COLUMNS, 513, (_, r) => 2000 + r)], top: true };
    expect(blocksOf(1025)).toBe(2);
    expect(pixel(two, "max", [0, 0], [511, 511])).toBe(1511);
    expect(pixel(two, "max", [0, 0], [512, 512])).toBe(2000);
    expect(pixel(two, "max", [0, 0], [1024, 1024])).toBe(2512);
    expect([blocksOf(1), blocksOf(512), blocksOf(514), blocksOf(1024)]).toEqual([1, 1, 2, 2]);
  });

  it("keeps what lay there where nothing new has come", () => {
    const codes = new Uint16Array(4).fill(77);
    const mosaic: Mosaic = { column: 0, block: 0, columns: 2, blocks: 1, tiles: [tile(COLUMNS, 4, () => 500), null], top: true };
    reduce(mosaic, "max", Int32Array.of(0, 1, 256, 257), Int32Array.of(0, 0, 1, 1), { left: 0, right: 2, low: 0, high: 2 }, codes, 0, 2);
    expect([...codes]).toEqual([500, 77, 500, 77]);
  });
});

describe("a tile", () => {
  it("is read from its octets, and refused where they are not of one", () => {
    const octets = new ArrayBuffer(32 + 2 * 6);
    const view = new DataView(octets);
    [..."SGT1"].forEach((sign, i) => view.setUint8(i, sign.charCodeAt(0)));
    view.setUint16(4, 2, true);
    view.setUint16(6, 3, true);
    view.setBigUint64(16, 512n, true);
    view.setFloat32(24, 0.5, true);
    view.setUint16(32 + 2 * 4, 4321, true);
    const read = readTile(octets, true);
    expect([read.columns, read.rows, read.firstFrame, read.complete, read.final, read.codes[4]]).toEqual([2, 3, 512, 0.5, false, 4321]);
    expect(() => readTile(octets.slice(0, 40), true)).toThrow("2 × 3 came with 40 octets");
    expect(() => readTile(new ArrayBuffer(64), true)).toThrow("no tile");
  });
});
