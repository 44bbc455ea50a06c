import { describe, expect, it } from "vitest";
import { markOf } from "../src/marks";
import { gripOf, ordered } from "../src/selecting";

describe("taking hold of a box", () => {
  const none = { start: false, end: false, low: false, high: false };
  const at = (x: number, y: number) => gripOf({ x, y }, 100, 200, 50, 150);
  it("takes the edge that is near, or two at a corner", () => {
    expect(at(103, 100)).toEqual({ ...none, start: true });
    expect(at(198, 152)).toEqual({ ...none, end: true, low: true });
    expect(at(150, 45)).toEqual({ ...none, high: true });
  });
  it("takes none inside or away from it", () => {
    expect(at(150, 100)).toBeNull();
    expect(at(100, 300)).toBeNull();
    expect(at(300, 50)).toBeNull();
  });
  it("takes one of two edges that lie close together", () => {
    expect(gripOf({ x: 101, y: 100 }, 100, 104, 50, 150)).toEqual({ ...none, start: true });
    expect(gripOf({ x: 103, y: 100 }, 100, 104, 50, 150)).toEqual({ ...none, end: true });
  });
  it("and drawing it past the other edge turns it round", () => {
    expect(ordered({ start: 3, end: 1, low: 9, high: 2 })).toEqual({ start: 1, end: 3, low: 2, high: 9 });
  });
});

it("a mark of frequencies below 0, which no table of marks holds, is of all frequencies", () => {
  expect(markOf({ start: 3, end: 4, low: -600, high: -100 }, 1, 1000)).toMatchObject({ start: 2, end: 3, low: null, high: null });
  expect(markOf({ start: 3, end: 4, low: 100, high: 600 }, 1, 1000)).toMatchObject({ low: 100, high: 600 });
  expect(markOf({ start: 3, end: 4, low: 0, high: 1000 }, 1, 1000)).toMatchObject({ low: null, high: null });
});
