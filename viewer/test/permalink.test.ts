import { describe, expect, it } from "vitest";
import { fragmentOf, linked } from "../src/permalink";
import type { Recording } from "../src/server";
import { EMPTY, type View } from "../src/state";

const recording = (id: string, more: Partial<Recording> = {}): Recording => ({
  id, name: `${id}.wav`, seconds: 60, n_samples: 2_880_000, sample_rate: 48_000, n_channels: 2, unit: "FS", start: null,
  status: "ok", reason: null, digest: `digest-${id}`, ...more,
});
const here = [recording("a"), recording("b", { name: "évil #&=?<script>.wav" })];
const view: View = {
  ...EMPTY,
  recordings: [{ id: "a", offset: 0, channel: 1 }, { id: "b", offset: -1234, channel: 0 }],
  arrangement: "difference", start: 1.25, end: 2.500000001, low: 20, high: 20_000.5, axis: "mel",
  settings: { kind: "stft", window: ["kaiser", 14] }, plane: "mean", range: [-91.5, -3], colours: "viridis",
  cursor: { seconds: 1.3, hertz: 440 }, selection: { start: 1.5, end: 2, low: 100, high: 200 }, loop: true,
};

describe("a link", () => {
  it("holds the whole view, number by number", () => {
    const back = linked(`#${fragmentOf(view, here)}`, here)!;
    expect(back.remarks).toEqual([]);
    expect({ ...EMPTY, ...back.view }).toEqual(view);
  });
  it("holds no token and no path", () => {
    expect(Object.fromEntries(new URLSearchParams(fragmentOf(view, here)))).not.toHaveProperty("token");
  });
  it("finds a recording by what it is, under whatever name and number it is open", () => {
    const renamed = [recording("x", { digest: "digest-a", name: "other.wav" }), here[1]];
    const back = linked(fragmentOf(view, here), renamed)!;
    expect(back.view.recordings![0].id).toBe("x");
    expect(back.remarks).toEqual([]);
  });
  it("says what is missing, and shows the rest", () => {
    const back = linked(fragmentOf(view, here), [here[1]])!;
    expect(back.view.recordings).toEqual([{ id: "b", offset: -1234, channel: 0 }]);
    expect(back.view.arrangement).toBe("stack");
    expect(back.remarks).toEqual([expect.stringContaining("a.wav, which is not open here")]);
  });
  it("says what has changed", () => {
    const back = linked(fragmentOf(view, here), [recording("a", { digest: "new" }), here[1]])!;
    expect(back.remarks).toEqual([expect.stringContaining("a.wav is not as it was")]);
  });
  it("takes no nonsense from a stranger", () => {
    for (const fragment of ["", "#", "#of=", "#of=[]", "#of={}", '#of=[["a"]]', '#of=[["a","d","n",0.5,0]]', '#of=[["a","d","n",0,-1]]', "#token=secret"])
      expect(linked(fragment, here)).toBeNull();
    const odd = new URLSearchParams({
      of: '[["a","digest-a","a.wav",0,99]]', seconds: "5,1", hertz: "NaN,3", range: "0,0", axis: "spiral", plane: "x", colours: "a;}<b>",
      cursor: "1", selection: "2,1,0,9", settings: "[1]", arrangement: "difference",
    });
    expect(linked(odd.toString(), here)!.view).toEqual({ recordings: [{ id: "a", offset: 0, channel: 1 }], arrangement: "stack", cursor: null, selection: null, loop: false });
  });
});
