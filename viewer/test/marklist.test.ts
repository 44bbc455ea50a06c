import { describe, expect, it } from "vitest";
import { type Mark, MarkList, filtered, markAt, neighbour, wordsOf } from "../src/marklist";

const mark = (start: number, text: string, more: Partial<Mark> = {}): Mark => ({ start, end: start + 1, text, ...more });

describe("a list of marks", () => {
  it("comes back as it was, fields of others too", () => {
    const read = [mark(1, "wren", { Selection: "7" })];
    const list = new MarkList(read);
    list.change(0, { text: "robin" });
    list.add(mark(3, "owl"));
    list.remove(0);
    expect(list.marks.map((m) => m.text)).toEqual(["owl"]);
    list.undo();
    list.undo();
    list.undo();
    expect(list.marks).toEqual(read);
    list.undo();
    list.redo();
    expect(list.marks[0]).toEqual({ ...read[0], text: "robin" });
  });
  it("knows what is not saved, also after undoing what was", () => {
    const list = new MarkList([]);
    expect(list.changed).toBe(false);
    list.add(mark(1, "wren"));
    list.wasSaved(list.marks);
    expect(list.changed).toBe(false);
    list.undo();
    expect(list.changed).toBe(true);
    list.add(mark(2, "owl"));
    expect(list.changed).toBe(true);
    list.undo();
    expect(list.changed).toBe(true);
  });
  it("keeps the names that the file gives, so that nothing is written twice", () => {
    const list = new MarkList([]);
    list.add(mark(1, "wren"));
    const sent = list.marks;
    list.add(mark(3, "owl"));
    list.wasSaved(sent, [mark(1, "wren", { id: "7" })]);
    expect(list.marks.map(({ id }) => id)).toEqual(["7", undefined]);
    expect(list.changed).toBe(true);
    list.undo();
    expect([list.marks[0].id, list.changed]).toEqual(["7", false]);
  });
  it("takes a change to the same for none", () => {
    const list = new MarkList([mark(1, "wren")]);
    list.change(0, { text: "wren" });
    expect(list.canUndo).toBe(false);
  });
  it("forgets the oldest steps first", () => {
    const list = new MarkList([]);
    for (let i = 0; i < 600; i++) list.add(mark(i, String(i)));
    let steps = 0;
    for (; list.canUndo; steps++) list.undo();
    expect(steps).toBe(499);
    expect(list.changed).toBe(true);
  });
});

describe("finding marks", () => {
  const marks = [mark(5, "Robin", { verdict: "yes" }), mark(1, "wren"), mark(3, "robin", { low: 2000, high: 3000 })];
  it("filters by all words, in order of time", () => {
    expect(filtered(marks, "")).toEqual([1, 2, 0]);
    expect(filtered(marks, "robin")).toEqual([2, 0]);
    expect(filtered(marks, " YES rob ")).toEqual([0]);
  });
  it("goes to the next and the previous, round the ends", () => {
    const shown = filtered(marks, "");
    expect(neighbour(marks, shown, 0, 1, 0)).toBe(1);
    expect(neighbour(marks, shown, 1, -1, 0)).toBe(0);
    expect(neighbour(marks, shown, null, 1, 2)).toBe(2);
    expect(neighbour(marks, shown, null, -1, 2)).toBe(1);
    expect(neighbour(marks, [], null, 1, 2)).toBeNull();
  });
  it("finds the smallest box under a point", () => {
    const both = [mark(0, "span"), mark(0.2, "box", { low: 1000, high: 2000 })];
    expect(markAt(both, 0.5, 1500)).toBe(1);
    expect(markAt(both, 0.5, 2500)).toBe(0);
    expect(markAt(both, 5, 1500)).toBeNull();
  });
  it("offers words in use, the commonest first", () => {
    expect(wordsOf([mark(0, "owl"), mark(1, "wren"), mark(2, "wren"), mark(3, "")])).toEqual(["wren", "owl"]);
  });
});
