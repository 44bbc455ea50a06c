// Marks: boxes or spans with words, of people or detectors, on the pictures and in the list; confirmed or refused by key.

import type { App, Undo } from "./app";
import { paneHeard, secondsOf } from "./heard";
import { MarkFile } from "./markfile";
import { type Mark, markAt, neighbour } from "./marklist";
import { markPanel } from "./markpanel";
import { type Overlay, stroke, within, write } from "./overlay";
import type { Box } from "./state";

/** A selection as a mark: over all frequencies, or some below 0, which tables of marks do not hold, a span without limits. */
export function markOf(box: Box, shift: number, top: number): Mark {
  const all = box.low < 0 || (box.low === 0 && box.high >= top);
  const limits = all ? { low: null, high: null } : { low: box.low, high: box.high };
  return { start: box.start - shift, end: box.end - shift, ...limits, text: "" };
}

/** The times under which a mark is seen: as they are where it is in sight, else with it in the middle, wide enough. */
export function inSight(mark: Mark, shift: number, start: number, end: number): [number, number] {
  const [from, to] = [mark.start + shift, mark.end + shift];
  if (from >= start && to <= end) return [start, end];
  const span = Math.max(end - start, (to - from) * 1.25);
  const middle = (from + to) / 2;
  return [Math.max(0, middle - span / 2), Math.max(0, middle - span / 2) + span];
}

export function marks(app: App, overlay: Overlay): Undo {
  const { store } = app;
  const files = new Map<string, MarkFile>();

  function fileOf(id: string): MarkFile {
    let file = files.get(id);
    if (!file) {
      files.set(id, (file = new MarkFile(app, id)));
      void file.load().then(shown);
    }
    return file;
  }
  const current = () => {
    const pane = paneHeard(store.get());
    return pane && app.recording(pane.id) ? fileOf(pane.id) : null;
  };
  const shift = () => {
    const pane = paneHeard(store.get());
    return pane ? secondsOf(app, pane) : 0;
  };
  const shown = () => (panel.show(), overlay.again());

  /** Selects a mark and brings it into sight. */
  function go(index: number | null): void {
    const file = current();
    const mark = index === null ? null : file?.list.marks[index];
    if (!file || !mark) return app.announce("There is no mark to go to.");
    file.list.selected = index;
    const view = store.get();
    const [start, end] = inSight(mark, shift(), view.start, view.end);
    const selection = { start: mark.start + shift(), end: mark.end + shift(), low: mark.low ?? view.low, high: mark.high ?? view.high };
    store.set({ start, end, selection });
    const verdict = mark.verdict ? `, ${mark.verdict}` : "";
    app.announce(`${mark.text || "A mark without words"} at ${mark.start.toFixed(3)} seconds${verdict}.`);
    shown();
  }

  /** Does something to the selected mark, or says that none is. */
  function withSelected(run: (file: MarkFile, index: number) => void): void {
    const file = current();
    if (!file || file.list.selected === null) return app.announce("No mark is selected: N goes to the next.");
    run(file, file.list.selected);
    shown();
  }

  function add(): void {
    const file = current();
    const { selection } = store.get();
    const pane = paneHeard(store.get());
    if (!file?.read || !pane) return app.announce("The marks are not read yet.");
    if (!selection) return app.announce("Select a box first: drag with Shift, or E for all that is seen.");
    if (selection.low < 0) app.message("A mark has no frequencies below 0 Hz: this one is of all frequencies.", "marks");
    file.list.add(markOf(selection, shift(), (app.recording(pane.id)?.sample_rate ?? 0) / 2));
    shown();
    panel.focusWords();
  }

  function step(by: 1 | -1): void {
    const file = current();
    if (!file) return;
    const seconds = (store.get().cursor?.seconds ?? store.get().start) - shift();
    go(neighbour(file.list.marks, panel.shown(), file.list.selected, by, seconds));
  }

  /** Says yes or no to a mark and goes on to the next; the same again takes the verdict back. */
  function judge(verdict: "confirmed" | "refused"): void {
    withSelected((file, index) => {
      const same = file.list.marks[index].verdict === verdict;
      const list = panel.shown();
      const next = neighbour(file.list.marks, list, index, 1, 0);
      file.list.change(index, { verdict: same ? null : verdict });
      app.announce(same ? "No verdict." : verdict === "confirmed" ? "Confirmed." : "Refused.");
      if (!same && next !== null && list.indexOf(next) > list.indexOf(index)) go(next);
    });
  }

  const turn = (back: boolean) => {
    const list = current()?.list;
    if (!list || !(back ? list.canUndo : list.canRedo)) return app.announce(back ? "Nothing to undo." : "Nothing to do again.");
    if (back) list.undo();
    else list.redo();
    shown();
  };
  const group = "Marks";
  app.commands.add(
    { name: "mark", key: "m", group, title: "Mark the selection and write its words", run: add },
    { name: "next-mark", key: "n", group, title: "Next mark", run: () => step(1) },
    { name: "previous-mark", key: "Shift+n", group, title: "Previous mark", run: () => step(-1) },
    { name: "confirm", key: "y", group, title: "Confirm the mark, and go to the next", run: () => judge("confirmed") },
    { name: "refuse", key: "x", group, title: "Refuse the mark, and go to the next", run: () => judge("refused") },
    { name: "words", key: "w", group, title: "Write the words of the mark", when: () => (current()?.list.selected ?? null) !== null, run: () => panel.focusWords() },
    { name: "move-mark", key: "Shift+m", group, title: "Give the mark the selection's box", run: () => withSelected((file, index) => reshape(file, index)) },
    { name: "delete-mark", key: "Delete", group, title: "Delete the mark", run: () => withSelected((file, index) => file.list.remove(index)) },
    { name: "undo", key: "Ctrl+z", group, title: "Undo a change of marks", run: () => turn(true) },
    { name: "redo", key: ["Ctrl+Shift+z", "Ctrl+y"], group, title: "Do it again", run: () => turn(false) },
    { name: "save-marks", key: "Ctrl+s", group, title: "Save the marks to their file", run: () => void current()?.save(shown).then(shown) },
  );

  function reshape(file: MarkFile, index: number): void {
    const { selection } = store.get();
    const pane = paneHeard(store.get());
    if (!selection || !pane) return app.announce("Select a box first.");
    const { start, end, low, high } = markOf(selection, shift(), (app.recording(pane.id)?.sample_rate ?? 0) / 2);
    file.list.change(index, { start, end, low, high });
  }

  const panel = markPanel(app, current, go, (text) => withSelected((file, index) => file.list.change(index, { text })));

  const pick = (event: MouseEvent) => {
    const frame = app.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const pane = app.panes().find((p) => x >= p.left && x <= p.left + p.width && y >= p.top && y <= p.top + p.height);
    const file = pane && files.get(pane.pane.id);
    const index = pane && file ? markAt(file.list.marks, pane.own.seconds(x), pane.frequency.hertz(y)) : null;
    if (index !== null && file === current()) go(index);
  };
  app.plot.addEventListener("dblclick", pick);

  overlay.add((context, panes) => {
    let painted = false;
    for (const pane of panes) {
      const { list } = fileOf(pane.pane.id);
      context.save();
      within(context, pane);
      list.marks.forEach((mark, index) => {
        const [left, right] = [pane.own.x(mark.start), pane.own.x(mark.end)];
        if (right < pane.left || left > pane.left + pane.width) return;
        painted = true;
        const top = mark.high == null ? pane.top + 1 : pane.frequency.y(mark.high);
        const bottom = mark.low == null ? pane.top + pane.height - 1 : Math.min(pane.frequency.y(mark.low), pane.top + pane.height + 9);
        context.globalAlpha = mark.verdict === "refused" ? 0.45 : 1;
        context.setLineDash(mark.verdict === "refused" ? [4, 4] : []);
        const colour = index === list.selected ? "#fff" : mark.verdict === "confirmed" ? "#8ce99a" : "#74c0fc";
        stroke(context, () => context.rect(left, top, Math.max(right - left, 1), bottom - top), colour, index === list.selected ? 2 : 1.25);
        if (mark.text && (right - left > 14 || index === list.selected)) write(context, mark.text, left, top - 5 > pane.top + 11 ? top - 5 : Math.max(top, pane.top) + 14, pane.left + pane.width);
      });
      context.restore();
    }
    return painted;
  });

  const unheard = store.subscribe((view, before) => paneHeard(view) !== paneHeard(before) && shown());
  const unchanged = app.onEvent((event) => event.kind === "changed" && void files.get(String(event.data["id"]))?.load().then(shown));
  const leaving = (event: BeforeUnloadEvent) => {
    if (app.writable() && [...files.values()].some((file) => file.list.changed)) event.preventDefault();
  };
  addEventListener("beforeunload", leaving);
  panel.show();
  return () => {
    unheard();
    unchanged();
    app.plot.removeEventListener("dblclick", pick);
    removeEventListener("beforeunload", leaving);
  };
}
