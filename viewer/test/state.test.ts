import { expect, it } from "vitest";
import { Store } from "../src/state";

it("tells of a change once, with what was before, and not of what stays the same", () => {
  const store = new Store();
  const heard: [number, number][] = [];
  const stop = store.subscribe((view, before) => heard.push([before.start, view.start]));
  store.set({ start: 3 });
  store.set({ start: 3, range: [-100, 0] });
  expect(heard).toEqual([[0, 3]]);
  stop();
  store.set({ start: 4 });
  expect(heard).toHaveLength(1);
});
