import { expect, it } from "vitest";
import { layout } from "../src/layout";
import { found } from "../src/listing";
import { Navigation, extentOf } from "../src/navigation";
import type { Recording } from "../src/server";
import { stepped, withLength } from "../src/settings";
import { EMPTY, Store } from "../src/state";

it("pictures lie on whole device pixels and beside each other, however large the page is", () => {
  for (const ratio of [1, 1.25, 2]) {
    for (const [width, height, panes] of [[1600, 800, 1], [390, 700, 2], [903, 611, 3]] as const) {
      const { overview, panes: there, timeRuler } = layout(width, height, panes, ratio);
      for (const { left, top, width: w, height: h } of [overview, ...there.flatMap(({ wave, picture }) => [wave, picture])]) {
        for (const value of [left, top, w, h]) expect(Math.abs(value * ratio - Math.round(value * ratio))).toBeLessThan(1e-9);
      }
      there.reduce((above, { wave, picture }) => {
        expect(wave.top).toBeGreaterThanOrEqual(above);
        expect(picture.top).toBeGreaterThanOrEqual(wave.top + wave.height);
        return picture.top + picture.height;
      }, overview.top + overview.height);
      expect(timeRuler.top + timeRuler.height).toBeLessThanOrEqual(height + 1);
    }
  }
});

it("recordings are found by parts of their names, in any order", () => {
  const all = ["Meadow_05.wav", "meadow_17.wav", "forest_05.flac"].map((name) => ({ name }) as Recording);
  expect(found(all, "05 MEAD").map(({ name }) => name)).toEqual(["Meadow_05.wav"]);
  expect(found(all, "")).toHaveLength(3);
});

it("another window keeps the share of its hop and the multiple of its transform", () => {
  const settings = { kind: "stft", window_length: 1024, hop: 256, n_fft: 2048, window: "hann" };
  expect(withLength(settings, 4096)).toMatchObject({ window_length: 4096, hop: 1024, n_fft: 8192, window: "hann" });
  expect(stepped(settings, 1)).toMatchObject({ window_length: 2048, hop: 512 });
  expect(stepped({ ...settings, window_length: 1200, hop: 300, n_fft: 1200 }, -1)).toMatchObject({ window_length: 1024, hop: 256, n_fft: 1024 });
});

it("one cannot move beyond the recording, nor to half its frequencies when all were seen", () => {
  const store = new Store({ ...EMPTY, start: 10, end: 20, low: 0, high: 24_000 });
  const go = new Navigation(store, () => ({ start: 0, end: 60, nyquist: 24_000, lowest: 0, rate: 48_000, step: 20 }));
  go.panTime(Infinity);
  expect([store.get().start, store.get().end]).toEqual([50, 60]);
  go.panTime(-Infinity);
  expect([store.get().start, store.get().end]).toEqual([0, 10]);
  store.set({ axis: "log" });
  expect(go.seen()).toEqual([10, 24_000]);
  go.panFrequency(0.3);
  expect(store.get().low).toBe(0);
  expect(store.get().high).toBeCloseTo(24_000, 6);
  go.zoomTime(5, 1e-12);
  expect(store.get().end - store.get().start).toBeCloseTo(8 / 48_000, 12);
});

it("of complex samples one moves on both sides of 0 Hz, and all of it is both", () => {
  const store = new Store({ ...EMPTY, low: -600, high: -100 });
  const go = new Navigation(store, () => ({ start: 0, end: 60, nyquist: 1000, lowest: -1000, rate: 2000, step: 1 }));
  go.panFrequency(-Infinity);
  expect([store.get().low, store.get().high]).toEqual([-1000, -500]);
  go.panFrequency(Infinity);
  expect([store.get().low, store.get().high]).toEqual([500, 1000]);
  go.zoomFrequency(500, 100);
  expect([store.get().low, store.get().high]).toEqual([-1000, 1000]);
  store.set({ low: -5, high: 5 });
  go.wholeFrequency();
  expect([store.get().low, store.get().high]).toEqual([-1000, 1000]);
});

it("what is shown reaches below 0 Hz where any of it is complex", () => {
  const one = { id: "a", seconds: 1, sample_rate: 2000, n_samples: 2000 } as Recording;
  const all = [one, { ...one, id: "b", is_complex: true, sample_rate: 800 }];
  const extent = (...ids: string[]) => extentOf(ids.map((id) => ({ id, offset: 0, channel: 0 })), (id) => all.find((r) => r.id === id) ?? null, 1);
  expect([extent("a").lowest, extent("b").lowest, extent("a", "b").lowest, extent("a", "b").nyquist]).toEqual([0, -400, -400, 1000]);
});

it("one moves by whole pixels, so that what is drawn can stay", () => {
  const store = new Store({ ...EMPTY, start: 10, end: 20 });
  const navigation = new Navigation(store, () => ({ start: 0, end: 600, nyquist: 1, lowest: 0, rate: 48_000, step: 1 }), () => 700);
  for (const share of [0.1234, -0.31, 0.0011, 0.9]) {
    const before = store.get().start;
    navigation.panTime(share);
    const pixels = ((store.get().start - before) / 10) * 700;
    expect(pixels).toBeCloseTo(Math.round(share * 700), 6);
  }
  navigation.panTime(0.0003); // less than a pixel is not lost
  expect(store.get().end - store.get().start).toBeCloseTo(10, 9);
  expect((store.get().start * 70) % 1).toBeGreaterThan(0.1);
});
