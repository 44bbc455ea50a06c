import { describe, expect, it } from "vitest";
import { type Take, blocksOf, fill, frameAt, framesOf, ratio, sampleAt } from "../src/blocks";

const take = (more: Partial<Take>): Take => ({ start: 0, end: 48_000, sampleRate: 48_000, rate: 44_100, slow: 1, loop: false, ...more });

describe("blocks of sound", () => {
  it("are in the lowest terms of both rates", () => {
    expect(ratio(take({}))).toEqual({ up: 147, down: 160 });
    expect(ratio(take({ slow: 10, sampleRate: 384_000, rate: 48_000 }))).toEqual({ up: 5, down: 4 });
  });
  it("last as long as their samples", () => {
    expect(framesOf(take({}))).toBe(44_100);
    expect(framesOf(take({ slow: 2 }))).toBe(88_200);
    expect(framesOf(take({ end: 1 }))).toBe(1);
  });
  it("join to the whole, of samples and of frames, for any rates", () => {
    for (const sampleRate of [8000, 22_050, 44_100, 44_056.5, 48_000, 250_000, 384_000])
      for (const slow of [1, 2, 7, 20])
        for (const length of [1, 17, 4800, 1_000_001]) {
          const whole = take({ start: 123, end: 123 + length, sampleRate, slow });
          const blocks = blocksOf(whole);
          let sample = 123;
          let frame = 0;
          for (const block of blocks) {
            expect([block.start, block.first]).toEqual([sample, frame]);
            sample = block.end;
            frame += block.frames;
          }
          expect([sample, frame]).toEqual([whole.end, framesOf(whole)]);
        }
  });
});

describe("a loop", () => {
  it("goes round after exactly its frames, however short", () => {
    expect(fill(5, 3, 9, true)).toEqual([
      { first: 3, frames: 2 },
      { first: 0, frames: 5 },
      { first: 0, frames: 2 },
    ]);
    expect(fill(5, 13, 2, true)).toEqual([{ first: 3, frames: 2 }]);
  });
  it("ends where it is not a loop", () => {
    expect(fill(5, 3, 9, false)).toEqual([{ first: 3, frames: 2 }]);
    expect(fill(5, 5, 9, false)).toEqual([]);
  });
  it("has its cursor at the sample that sounds, in every round", () => {
    const bats = take({ start: 1000, end: 1000 + 19_200, sampleRate: 384_000, rate: 48_000, slow: 10, loop: true });
    expect(framesOf(bats)).toBe(24_000);
    expect(sampleAt(bats, 24_000 * 7 + 5)).toBe(1004);
    expect(sampleAt({ ...bats, loop: false }, 99_999)).toBe(20_200);
    expect(frameAt(bats, 1004)).toBe(5);
  });
});
