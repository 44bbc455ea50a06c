import { describe, expect, it } from "vitest";
import { AXES, FrequencyAxis, SCALES, TimeAxis, moved, zoomed } from "../src/axis";

describe("axes", () => {
  it("lead from a place to a frequency and back on every axis", () => {
    for (const name of AXES) {
      const axis = new FrequencyAxis(name, 20, 24_000, 10, 800);
      expect(axis.y(20)).toBeCloseTo(810, 9);
      expect(axis.y(24_000)).toBeCloseTo(10, 9);
      for (const y of [10, 11.5, 300, 809]) expect(axis.y(axis.hertz(y))).toBeCloseTo(y, 8);
    }
  });

  it("have the mel of Slaney: 15 at 1 kHz, 42 at 6.4 kHz", () => {
    expect(SCALES.mel.forward(500)).toBeCloseTo(7.5, 12);
    expect(SCALES.mel.forward(1000)).toBeCloseTo(15, 12);
    expect(SCALES.mel.forward(6400)).toBeCloseTo(42, 12);
  });

  it("give octaves equal heights on log and note", () => {
    const axis = new FrequencyAxis("log", 110, 880, 0, 300);
    expect([110, 220, 440, 880].map((f) => Math.round(axis.y(f)))).toEqual([300, 200, 100, 0]);
  });

  it("keep microseconds apart after a day", () => {
    const axis = new TimeAxis(86_399, 86_399.001, 0, 1000);
    expect(axis.x(86_399.000_5)).toBeCloseTo(500, 2);
  });
});

describe("zooming", () => {
  it("keeps what is under the pointer under it", () => {
    for (const name of AXES) {
      const before = new FrequencyAxis(name, 100, 10_000, 0, 500);
      const at = before.hertz(200);
      const [low, high] = zoomed(SCALES[name], [100, 10_000], at, 0.5, [20, 24_000], 0);
      expect(new FrequencyAxis(name, low, high, 0, 500).y(at)).toBeCloseTo(200, 6);
    }
  });

  it("stops at the ends, and at the least", () => {
    expect(zoomed(SCALES.linear, [2, 4], 3, 100, [0, 10], 0.1)).toEqual([0, 10]);
    const [low, high] = zoomed(SCALES.linear, [2, 4], 3, 1e-6, [0, 10], 0.1);
    expect(high - low).toBeCloseTo(0.1, 12);
    expect(moved(SCALES.linear, [2, 4], 100, [0, 10])).toEqual([8, 10]);
    expect(moved(SCALES.linear, [2, 4], -0.5, [0, 10])).toEqual([1, 3]);
  });
});
