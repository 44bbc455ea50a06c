import { expect, it } from "vitest";
import { fitting, histogram, quantile } from "../src/histogram";
import { NOTHING, codeOf } from "../src/tile";

it("counts levels by the decibel, and leaves out what is no level", () => {
  const counts = histogram([codeOf(-80), codeOf(-80), codeOf(-79.5), codeOf(-20.2), 0, NOTHING]);
  expect([counts[256 - 80], counts[256 - 21], counts.reduce((sum, n) => sum + n, 0)]).toEqual([3, 1, 4]);
});

it("finds the level below which a share lies", () => {
  const counts = histogram(Array.from({ length: 1000 }, (_, i) => codeOf(-100 + i / 10)));
  expect(quantile(counts, 0.5)!).toBeCloseTo(-50, 0);
  expect(quantile(new Uint32Array(512), 0.5)).toBeNull();
});

it("fits a range from under the noise to the loudest, in fives, never shorter than 20 dB", () => {
  const noise = Array.from({ length: 9900 }, (_, i) => codeOf(-90 + (i % 10)));
  const [low, high] = fitting(histogram([...noise, ...Array.from({ length: 100 }, () => codeOf(-12))]))!;
  expect([low, high]).toEqual([-95, -5]);
  const [from, to] = fitting(histogram(Array.from({ length: 50 }, () => codeOf(-60))))!;
  expect(to - from).toBe(20);
  expect(fitting(new Uint32Array(512))).toBeNull();
  expect(fitting(histogram([1, 1, 1, codeOf(-255)]))).toBeNull(); // silence has no range
});
