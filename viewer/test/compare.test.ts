import { describe, expect, it } from "vitest";
import { against, lateness, slid } from "../src/compare";
import type { Description, Recording } from "../src/server";
import { EMPTY } from "../src/state";

const recording = (name: string, sample_rate = 48_000, unit = "FS") => ({ name, sample_rate, unit }) as Recording;
const description = (hop: number) => ({ hop, window_length: 2048, n_rows: 1025 }) as Description;
const pane = (id: string) => ({ id, offset: 0, channel: 0 });
const two = { ...EMPTY, recordings: [pane("a"), pane("b")] };

describe("the difference of two recordings", () => {
  it("is there where rate, unit and settings agree", () => {
    expect(against(two, [recording("a"), recording("b")], [description(512), description(512)])).toBeNull();
    expect(against(two, [recording("a"), recording("b")], [null, null])).toBeNull();
  });
  it("is refused in a sentence where it would mean nothing", () => {
    const why = (...more: Parameters<typeof against>) => against(...more);
    expect(why({ ...two, recordings: [pane("a")] }, [recording("a")], [])).toContain("one is shown");
    expect(why(two, [recording("a"), recording("b", 44_100)], [])).toContain("a has 48000 samples a second and b 44100");
    expect(why(two, [recording("a"), recording("b", 48_000, "Pa")], [])).toContain("a is in FS and b in Pa");
    expect(why(two, [{ ...recording("a"), is_complex: true, centre: 1e6 }, { ...recording("b"), is_complex: true, centre: 2e6 }], [])).toContain("not tuned to the same");
    expect(why(two, [recording("a"), recording("b")], [description(512), description(256)])).toContain("different settings");
  });
});

describe("sliding", () => {
  it("moves one recording by whole samples", () => {
    expect(slid(two.recordings, 1, -511.6)).toEqual([pane("a"), { id: "b", offset: -512, channel: 0 }]);
  });
  it("is said in words", () => {
    expect([lateness(0), lateness(0.5), lateness(-0.002)]).toEqual(["begins with the others", "is 500.0 ms later", "is 2.000 ms earlier"]);
  });
});
