import { describe, expect, it } from "vitest";
import { AXES, FrequencyAxis, TimeAxis } from "../src/axis";
import { type Picture, levelFor, parts, wants } from "../src/plan";
import { bottom, hopFor, ladder, withBottom } from "../src/hops";
import { description, random } from "./given";

function picture(start: number, end: number, axis: (typeof AXES)[number] = "linear", given = {}): Picture {
  const d = description({ n_frames: 90_000, top_level: 9, ...given });
  const time = new TimeAxis(start, end, 0, 800);
  return { description: d, base: "r/s/0/max", time, frequency: new FrequencyAxis(axis, 30, 24_000, 0, 500), width: 800, height: 500, stored: true, single: false };
}

describe("level and fold", () => {
  it("make a cell as wide as a pixel or a little less", () => {
    const next = random(3);
    for (let trial = 0; trial < 300; trial++) {
      const frames = 0.2 + 300 * next();
      const d = description({ top_level: 9 });
      const level = levelFor(d, (frames * d.hop) / d.sample_rate);
      expect(2 ** level <= frames || level === 0).toBe(true);
      expect(2 ** (level + 1) > frames * (1 - 1e-9) || level === 9).toBe(true);
    }
  });

  it("cover every pixel once on every axis, with at most ten cells under one", () => {
    for (const axis of AXES) {
      for (const n_fft of [512, 2048, 16_384]) {
        const one = picture(0, 900, axis, { n_fft, n_rows: n_fft / 2 + 1, top_fold: 13, frequencies: { kind: "linear", first: 0, step: 48_000 / n_fft } });
        const found = parts(one);
        expect(found[0].from).toBe(0);
        expect(found.at(-1)!.to).toBe(500);
        found.slice(1).forEach((part, i) => expect(part.from).toBe(found[i].to));
        for (const part of found) {
          for (let y = part.from; y < part.to; y++) expect(part.upward[2 * y + 1] - part.upward[2 * y]).toBeLessThan(10);
          for (let x = 0; x < 800; x++) expect(part.across[2 * x + 1] - part.across[2 * x]).toBeLessThan(4);
        }
        if (axis === "linear") expect(found).toHaveLength(1);
        expect(found.length).toBeLessThan(6);
      }
    }
  });
});

describe("what is wanted", () => {
  it("begins with coarser tiles while something is missing, then goes from the moment outwards, then beside", () => {
    const one = picture(300, 420);
    const fine = parts(one);
    const { level } = fine[0].set;
    const { visible, beside } = wants(one, fine, 360, () => false);
    const levels = visible.map((address) => Number(/\/(\d+)\.\d+\/\d+\.\d+$/.exec(address)![1]));
    expect(levels[0]).toBe(Math.max(7, level + 2));
    expect(wants({ ...one, stored: false }, fine, 360, () => false).visible).toHaveLength(levels.filter((one) => one === level).length);
    expect(level).toBeLessThan(7); // whose parents cost as much as they do, unless they are stored
    const whole = picture(0, 960, "linear", { top_level: 14 });
    const many = parts({ ...whole, width: 60 });
    expect(wants({ ...whole, width: 60, stored: false }, many, 360, () => false).visible.length).toBeGreaterThan(wants({ ...whole, width: 60 }, many, 360, () => true).visible.length);
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
    const column = (address: string): number => Number(/\/(\d+)\.\d+$/.exec(address)![1]);
    const middle = ((360 * 48_000) / 512 + 0.5) / (256 * 2 ** level);
    const distances = visible.filter((_, i) => levels[i] === level).map((address) => Math.abs(column(address) + 0.5 - middle));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(beside.every((address) => !visible.includes(address))).toBe(true);
    expect(beside.length).toBeGreaterThan(0);
    expect(wants(one, fine, 360, () => true).visible.every((address) => address.includes(`/${level}.`))).toBe(true);
  });

  it("asks for no tile before the first or behind the last", () => {
    const d = picture(0, 960).description;
    for (const one of [picture(0, 40), picture(920, 960), picture(-50, 2000)]) {
      const fine = parts(one);
      const { visible, beside } = wants(one, fine, 0, () => false);
      for (const address of [...visible, ...beside]) {
        const [, level, column] = /\/(\d+)\.\d+\/(-?\d+)\.\d+$/.exec(address)!.map(Number);
        expect(column).toBeGreaterThanOrEqual(0);
        expect(column * 256 * 2 ** level).toBeLessThan(d.n_frames);
      }
    }
  });
});

describe("the ladder of hops", () => {
  it("goes from a quarter of the window to a 64th, below the hop asked for", () => {
    expect(ladder(2048, 512)).toEqual([256, 128, 64, 32]);
    expect(ladder(2048, 2048)).toEqual([512, 256, 128, 64, 32]);
    expect(ladder(16, 1)).toEqual([]);
  });

  it("gives each pixel a frame, and is left alone while there is one", () => {
    expect(hopFor(2048, 512, 600)).toBe(512);
    expect(hopFor(2048, 512, 511)).toBe(256);
    expect(hopFor(2048, 512, 100)).toBe(64);
    expect(hopFor(2048, 512, 0.5)).toBe(32);
    expect(hopFor(16, 1, 0.5)).toBe(1);
  });

  it("changes the stage that cuts frames, and nothing else", () => {
    const bands = { kind: "bands", bank: "mel", of: { kind: "stft", window_length: 1024, hop: 256 } };
    expect(withBottom(bands, { hop: 64 })).toEqual({ ...bands, of: { ...bands.of, hop: 64 } });
    expect(bottom(bands)).toBe(bands.of);
  });
});
