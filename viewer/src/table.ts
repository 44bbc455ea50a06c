// The page's own commands. Parts that listen, measure, mark and compare add theirs.

import type { App } from "./app";
import { AXES } from "./axis";
import type { Command } from "./commands";
import type { Page } from "./page";
import { PLANES, stepped } from "./settings";
import type { Plane, View } from "./state";

export interface Doings {
  fit(): void;
  theme(): void;
  help(): void;
  panel(): void;
  announce(): void;
}

const STEP = 0.25; // of what is seen
const CLOSER = 1 / 1.5;
const NUDGE = 5; // pixels that the cursor moves

const after = <T>(list: readonly T[], now: T): T => list[(list.indexOf(now) + 1) % list.length];

export function table(page: Page, app: App, doings: Doings): Command[] {
  const { store, navigation: go } = page;
  const view = (): View => store.get();
  const middle = (): number => {
    const { cursor, start, end } = view();
    return cursor && cursor.seconds >= start && cursor.seconds <= end ? cursor.seconds : (start + end) / 2;
  };
  const centre = (): number => {
    const pane = app.panes()[0];
    return pane ? pane.frequency.hertz(pane.top + pane.height / 2) : 0;
  };
  const nudge = (dx: number, dy: number): void => {
    const pane = app.panes()[0];
    if (!pane) return;
    const now = view().cursor ?? { seconds: middle(), hertz: centre() };
    const seconds = pane.time.seconds(pane.time.x(now.seconds) + dx);
    const y = Math.min(pane.top + pane.height, Math.max(pane.top, pane.frequency.y(now.hertz) + dy));
    store.set({ cursor: { seconds: Math.max(go.extent().start, Math.min(go.extent().end, seconds)), hertz: dy ? pane.frequency.hertz(y) : now.hertz } });
    doings.announce();
  };
  const range = (low: number, high: number): void => {
    const [from, to] = view().range;
    if (to + high - from - low >= 3) store.set({ range: [from + low, to + high] });
  };
  const window = (way: 1 | -1): void => {
    const { settings } = view();
    if (settings) store.set({ settings: stepped(settings, way) });
  };
  const command = (group: string, name: string, key: Command["key"], title: string, run: () => void): Command => ({ group, name, key, title, run });
  return [
    command("Move", "left", "ArrowLeft", "Earlier", () => go.panTime(-STEP)),
    command("Move", "right", "ArrowRight", "Later", () => go.panTime(STEP)),
    command("Move", "page left", ["PageUp", "Shift+ArrowLeft"], "Earlier by a screen", () => go.panTime(-0.95)),
    command("Move", "page right", ["PageDown", "Shift+ArrowRight"], "Later by a screen", () => go.panTime(0.95)),
    command("Move", "begin", "Home", "To the beginning", () => go.panTime(-Infinity)),
    command("Move", "end", "End", "To the end", () => go.panTime(Infinity)),
    command("Move", "up", "ArrowUp", "Higher", () => go.panFrequency(STEP)),
    command("Move", "down", "ArrowDown", "Lower", () => go.panFrequency(-STEP)),
    command("Zoom", "closer", ["+", "="], "Closer in time, around the cursor", () => go.zoomTime(middle(), CLOSER)),
    command("Zoom", "further", "-", "Further in time", () => go.zoomTime(middle(), 1 / CLOSER)),
    command("Zoom", "taller", "Shift+ArrowUp", "Closer in frequency", () => go.zoomFrequency(centre(), CLOSER)),
    command("Zoom", "lower", "Shift+ArrowDown", "Further in frequency", () => go.zoomFrequency(centre(), 1 / CLOSER)),
    command("Zoom", "whole", "0", "The whole recording, all frequencies", () => (go.wholeTime(), go.wholeFrequency())),
    command("Zoom", "to selection", "9", "The selection, as large as it can be", () => {
      const box = view().selection;
      if (!box) return;
      go.show(box.start, box.end);
      if (box.high > box.low) store.set({ low: box.low, high: box.high });
    }),
    command("Cursor", "cursor left", "Ctrl+ArrowLeft", "Cursor to the left, and say what is there", () => nudge(-NUDGE, 0)),
    command("Cursor", "cursor right", "Ctrl+ArrowRight", "Cursor to the right", () => nudge(NUDGE, 0)),
    command("Cursor", "cursor up", "Ctrl+ArrowUp", "Cursor higher", () => nudge(0, -NUDGE)),
    command("Cursor", "cursor down", "Ctrl+ArrowDown", "Cursor lower", () => nudge(0, NUDGE)),
    command("Cursor", "escape", "Escape", "Take away selection, then cursor", () => store.set(view().selection ? { selection: null } : { cursor: null })),
    command("Picture", "axis", "z", "Next axis: linear, log, mel, notes", () => store.set({ axis: after(AXES, view().axis) })),
    command("Picture", "colours", "k", "Next colours", () => store.set({ colours: after(Object.keys(page.palettes), view().colours) })),
    command("Picture", "plane", "q", "What a pixel is: maximum, mean, mean with salient peaks", () => {
      store.set({ plane: after(Object.keys(PLANES) as Plane[], view().plane) });
      app.announce(PLANES[view().plane]);
    }),
    command("Picture", "fit", "r", "Range of the colours to what is seen", () => doings.fit()),
    command("Picture", "darker", ",", "Range 5 dB higher", () => range(5, 5)),
    command("Picture", "brighter", ".", "Range 5 dB lower", () => range(-5, -5)),
    command("Picture", "contrast", "'", "More contrast: the range 5 dB shorter", () => range(5, 0)),
    command("Picture", "flatter", ";", "Less contrast: the range 5 dB longer", () => range(-5, 0)),
    command("Picture", "shorter window", "1", "Shorter window: finer in time", () => window(-1)),
    command("Picture", "longer window", "2", "Longer window: finer in frequency", () => window(1)),
    command("Page", "panel", "\\", "Side panel", () => doings.panel()),
    command("Page", "theme", "t", "Dark or light page", () => doings.theme()),
    command("Page", "help", ["?", "F1"], "This list", () => doings.help()),
  ];
}
