import { describe, expect, it } from "vitest";
import { AXES } from "../src/axis";
import { beginning, clock, moment, timeRuler } from "../src/clock";
import { frequencyRuler, frequencyWords, note, ofMidi } from "../src/pitch";
import { decimal, short, stepFor, tuned } from "../src/ruler";
import { random } from "./given";

const words = (ticks: readonly { words: string }[]): string[] => ticks.map((tick) => tick.words);

describe("numbers on rulers", () => {
  it("are at least two, in order, within, and no two alike, whatever is seen", () => {
    const next = random(5);
    const starts = [null, beginning("2026-05-01T04:55:12.5+02:00")];
    for (let trial = 0; trial < 1500; trial++) {
      const span = 10 ** (-5 + 11 * next());
      const low = next() < 0.3 ? 0 : 10 ** (5.5 * next()) * next();
      const most = 1 + Math.floor(14 * next());
      const { ticks } = timeRuler(low, low + span, most, starts[trial % 2]);
      const seen = JSON.stringify([low, low + span, most, words(ticks)]);
      expect(ticks.length, seen).toBeGreaterThanOrEqual(2);
      expect(ticks.length, seen).toBeLessThanOrEqual(Math.max(most, 2) * 2 + 3);
      if (trial % 2 === 0) expect(new Set(words(ticks)).size, seen).toBe(ticks.length); // times of day come again
      for (const { at } of ticks) {
        expect(at, seen).toBeGreaterThanOrEqual(low - 1e-6 * span - 1e-9);
        expect(at, seen).toBeLessThanOrEqual(low + span * (1 + 1e-6) + 1e-9);
      }
    }
  });

  it("of frequency too, on every axis", () => {
    const next = random(6);
    for (let trial = 0; trial < 800; trial++) {
      const low = 20 + 20_000 * next();
      const high = low * (1.001 + 3 * next() ** 3);
      const axis = AXES[trial % 4];
      const { ticks } = frequencyRuler(axis, low, high, 2 + Math.floor(15 * next()));
      expect(ticks.length, JSON.stringify([axis, low, high, words(ticks)])).toBeGreaterThanOrEqual(2);
    }
  });

  it("are round", () => {
    expect(stepFor(80, 8)).toBe(10);
    expect(words(decimal(0, 11_025, 6, 1000))).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(words(decimal(-0.2, 0.2, 4))).toEqual(["−0.2", "−0.1", "0.0", "0.1", "0.2"]);
    expect([short(44_100), short(0.046_44, 3), short(440), short(0)]).toEqual(["44.1 k", "46.4 m", "440 ", "0 "]);
  });
});

describe("times", () => {
  it("are read as seconds, min:s, h:min:s", () => {
    expect(timeRuler(0, 600, 4)).toMatchObject({ title: "Time (min:s)" });
    expect(words(timeRuler(0, 600, 4).ticks)).toEqual(["0:00", "5:00", "10:00"]);
    expect(timeRuler(100.0001, 100.0002, 4).title).toBe("Microseconds after 100.0001 s");
    expect(timeRuler(5395.2, 5396.2, 6)).toMatchObject({ title: "Seconds after 1:29:55 (h:min:s)" });
    expect([clock(754, false), clock(3661, true), clock(-5, false), clock(61.25, false, 2), clock(59.999, false, 2)]).toEqual(["12:34", "1:01:01", "−0:05", "1:01.25", "1:00.00"]);
  });

  it("are of the day where it is known when a recording began, over midnight too", () => {
    const start = beginning("2026-05-01T23:50:00+02:00");
    const { ticks, title } = timeRuler(0, 1800, 3, start);
    expect(words(ticks)).toEqual(["23:50", "00:00", "00:10", "00:20"]);
    expect(title).toBe("Time on 2026-05-01 to 2026-05-02 (UTC+02:00)");
    expect(moment(600.25, 0.01, start)).toBe("00:00:00.25");
    expect(moment(1.234_567, 0.001)).toBe("1.235 s");
    expect(beginning("yesterday")).toBeNull();
    expect(beginning("2026-05-01T04:55:12")!.zone).toBe("local");
    expect(beginning("2026-05-01T04:55:12Z")!.zone).toBe("UTC");
  });
});

describe("notes", () => {
  it("are named with cents", () => {
    expect([note(440), note(261.625_565), note(450), note(27.5), note(5)]).toEqual(["A4", "C4", "A4 +39 ¢", "A0", ""]);
  });

  it("stand at their frequencies on the axis of notes", () => {
    const { ticks, title } = frequencyRuler("note", 250, 530, 14);
    expect(title).toBe("Note (A4 = 440 Hz)");
    expect(words(ticks)[0]).toBe("C4");
    expect(ticks.find((tick) => tick.words === "A4")!.at).toBeCloseTo(ofMidi(69), 9);
    expect(words(frequencyRuler("note", 30, 16_000, 6).ticks).every((one) => one.startsWith("C"))).toBe(true);
  });
});

describe("frequencies of complex samples", () => {
  it("have a unit that is as large as the far end, on either side", () => {
    expect(frequencyRuler("linear", -700_000, -400_000, 4).title).toBe("Frequency (kHz)");
    expect(words(frequencyRuler("linear", -1000, 1000, 4).ticks)).toEqual(["−1000", "−500", "0", "500", "1000"]);
  });
  it("are read with what they are on the air, as fine as a pixel", () => {
    expect(tuned(433_920_000 - 600_000, 5000)).toBe("433.320 MHz");
    expect(tuned(1_420_405_752, 1)).toBe("1.420405752 GHz");
    expect(frequencyWords(-600_000, 2000)).toBe("−600 000 Hz");
  });
});
