import { describe, expect, it } from "vitest";
import { harmonics, hertzWritten, periods, written } from "../src/cursors";

describe("cursors", () => {
  it("of harmonics are multiples, up to the top", () => {
    expect(harmonics(440, 1320)).toEqual([440, 880, 1320]);
    expect(harmonics(440, 1319)).toEqual([440, 880]);
    expect(harmonics(0, 1000)).toEqual([]);
    expect(harmonics(1, 1e6)).toHaveLength(60);
  });
  it("of n periods give one period and its rate", () => {
    expect(periods(1, 3, 4)).toEqual({ borders: [1, 1.5, 2, 2.5, 3], period: 0.5, hertz: 2 });
  });
  it("are written in units that read well", () => {
    expect([written(1.5), written(0.01234), written(5.2e-6), written(0)]).toEqual(["1.500 s", "12.34 ms", "5.200 µs", "0.000 µs"]);
    expect([hertzWritten(440), hertzWritten(45_000)]).toEqual(["440.0 Hz", "45.00 kHz"]);
  });
});
