import { describe, expect, it } from "vitest";
import { AXES, FrequencyAxis, TimeAxis } from "../src/axis";
import { columnsUnder, extent, rowsUnder } from "../src/cells";
import { frameTime, rowEdges } from "../src/server";
import { description, random } from "./given";

/** Cells that share more than a hair with a stretch, by looking at each. */
function naive(from: number, to: number, count: number, edges: (cell: number) => [number, number]): number[] {
  const cells = [];
  for (let cell = 0; cell < count; cell++) {
    const [low, high] = edges(cell);
    if (Math.min(to, high) - Math.max(from, low) > 1e-6 * (high - low)) cells.push(cell);
  }
  return cells;
}

const listed = (spans: Int32Array, i: number): number[] => {
  const cells = [];
  for (let cell = spans[2 * i]; cell <= spans[2 * i + 1]; cell++) cells.push(cell);
  return cells;
};

describe("the cells under a pixel", () => {
  it("are all frames whose stretch of time it covers, and no others", () => {
    const next = random(1);
    for (let trial = 0; trial < 40; trial++) {
      const d = description({ n_frames: 1 + Math.floor(next() * 90), hop: 1 + Math.floor(next() * 700) });
      const [first, last] = [frameTime(d, 0), frameTime(d, d.n_frames)];
      const start = first + (next() - 0.3) * (last - first);
      const time = new TimeAxis(start, start + next() * 1.5 * (last - first) + 1e-4, 0, 50);
      const level = Math.floor(next() * 5);
      const spans = columnsUnder(d, level, time, 37);
      const half = d.hop / 2 / d.sample_rate;
      for (let x = 0; x < 37; x++) {
        const at = (place: number): number => time.start + (place / 37) * (time.end - time.start);
        const cells = naive(at(x), at(x + 1), Math.ceil(d.n_frames / 2 ** level), (cell) => [
          frameTime(d, cell * 2 ** level) - half,
          frameTime(d, Math.min(d.n_frames, (cell + 1) * 2 ** level)) - half,
        ]);
        expect(listed(spans, x)).toEqual(cells);
      }
    }
  });

  it("are all rows between whose edges it lies, on every axis, of bins and of bands", () => {
    const edges = Array.from({ length: 41 }, (_, i) => 50 * 1.15 ** i);
    const bands = description({ n_rows: 40, frequencies: { kind: "list", values: edges.slice(1), edges } });
    for (const d of [description({ n_rows: 129, frequencies: { kind: "linear", first: 0, step: 187.5 } }), bands]) {
      for (const name of AXES) {
        const axis = new FrequencyAxis(name, 40, 20_000, 5, 60);
        for (const fold of [0, 1, 3]) {
          const spans = rowsUnder(d, fold, axis, 61);
          for (let y = 0; y < 61; y++) {
            const at = (place: number): number => axis.hertz(5 + (1 - place / 61) * 60);
            const cells = naive(at(y), at(y + 1), Math.ceil(d.n_rows / 2 ** fold), (cell) => [
              rowEdges(d, cell << fold)[0],
              rowEdges(d, Math.min(d.n_rows, (cell + 1) << fold) - 1)[1],
            ]);
            expect(listed(spans, y)).toEqual(cells);
          }
        }
      }
    }
  });

  it("are one where a pixel is smaller than a cell and means are drawn, and none is missed", () => {
    const next = random(2);
    for (let trial = 0; trial < 60; trial++) {
      const d = description({ n_frames: 20 });
      const time = new TimeAxis(frameTime(d, 0) - 0.02 * next(), frameTime(d, 19) + 0.02 * next(), 0, 100);
      const spans = columnsUnder(d, 0, time, 20 + Math.floor(80 * next()), true);
      const shown = new Set<number>();
      for (let x = 0; x < spans.length / 2; x++) listed(spans, x).forEach((cell) => shown.add(cell));
      expect([...shown].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      if (spans.length / 2 > 60) for (let x = 0; x < spans.length / 2; x++) expect(listed(spans, x).length).toBeLessThan(2);
    }
  });

  it("stay exact a day into a recording", () => {
    const d = description({ n_frames: 130_000_000, hop: 32 });
    const at = frameTime(d, 129_999_990);
    const half = 16 / 48_000;
    const spans = columnsUnder(d, 0, new TimeAxis(at - half, at + 9 * half * 2 - half, 0, 9), 9);
    expect([...spans]).toEqual(Array.from({ length: 9 }, (_, i) => [129_999_990 + i, 129_999_990 + i]).flat());
  });

  it("reach from the first to the last", () => {
    expect(extent(Int32Array.of(1, 0, 3, 4, 5, 9, 1, 0), 0, 4)).toEqual([3, 9]);
    expect(extent(Int32Array.of(1, 0), 0, 1)).toBeNull();
  });
});
