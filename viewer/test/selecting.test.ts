import { describe, expect, it } from "vitest";
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
