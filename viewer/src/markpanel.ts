// The list of marks beside the pictures: filter, words, and a line a mark.

import type { App } from "./app";
import { type Mark, filtered, wordsOf } from "./marklist";
import type { MarkFile } from "./markfile";
import { buttonOf, make } from "./pieces";
import { written } from "./cursors";

const MOST = 300; // lines at a time

export interface MarkPanel {
  readonly shown: () => readonly number[];
  readonly focusWords: () => void;
  readonly show: () => void;
}

/** Verdicts that a mark may carry, as the list writes them. */
export const VERDICTS: Readonly<Record<string, string>> = { confirmed: "✓", refused: "✗" };

export function markPanel(app: App, file: () => MarkFile | null, go: (index: number) => void, retext: (text: string) => void): MarkPanel {
  const section = app.section("marks", "Marks");
  const filter = make("input", { type: "search", placeholder: "Filter", "aria-label": "Filter marks by their words" });
  const words = make("datalist", { id: `words-${Math.random().toString(36).slice(2)}` });
  const text = make("input", { type: "text", "aria-label": "Words of the mark", placeholder: "Words of the mark", list: words.id, autocomplete: "off" });
  const list = make("ul", { class: "marks", role: "listbox", "aria-label": "Marks", tabindex: 0 });
  const state = make("p", { class: "note", role: "status" });
  const buttons = make("div", { class: "buttons" });
  for (const [name, word] of [["mark", "Mark"], ["previous-mark", "↑"], ["next-mark", "↓"], ["confirm", "✓"], ["refuse", "✗"], ["delete-mark", "Delete"], ["undo", "Undo"], ["redo", "Redo"], ["save-marks", "Save"]] as const) {
    const button = buttonOf(app, name, word);
    if (word.length === 1) button.setAttribute("aria-label", button.title);
    buttons.append(button);
  }
  section.append(buttons, make("label", {}, text), words, filter, list, state);

  const shown = () => filtered(file()?.list.marks ?? [], filter.value);
  filter.addEventListener("input", show);
  text.addEventListener("change", () => retext(text.value));
  text.addEventListener("keydown", (event) => {
    event.stopPropagation(); // letters are words here, not commands
    const saves = event.key === "s" && (event.ctrlKey || event.metaKey);
    if (saves || event.key === "Enter" || event.key === "Escape") text.blur();
    if (!saves) return;
    event.preventDefault();
    app.commands.run("save-marks");
  });
  filter.addEventListener("keydown", (event) => event.stopPropagation());
  list.addEventListener("click", (event) => {
    const line = (event.target as HTMLElement).closest("li");
    if (line) go(Number(line.dataset["index"]));
  });

  function line(mark: Mark, index: number, selected: boolean): HTMLLIElement {
    const sign = VERDICTS[mark.verdict ?? ""] ?? "";
    const item = make("li", { role: "option", "aria-selected": selected, "data-index": index, "data-verdict": mark.verdict ?? null });
    item.setAttribute("aria-selected", String(selected));
    item.append(make("span", { class: "sign" }, sign), make("span", { class: "words" }, mark.text || "–"), make("span", { class: "time" }, place(mark)));
    return item;
  }

  function show(): void {
    const here = file();
    const marks = here?.list.marks ?? [];
    const indices = shown();
    const selected = here?.list.selected ?? null;
    const at = selected === null ? 0 : Math.max(0, indices.indexOf(selected) - MOST / 2);
    const lines = indices.slice(at, at + MOST);
    list.replaceChildren(...lines.map((index) => line(marks[index], index, index === selected)));
    list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    words.replaceChildren(...wordsOf(marks).slice(0, 50).map((value) => make("option", { value })));
    const mark = selected === null ? null : marks[selected];
    text.disabled = !mark;
    if (document.activeElement !== text && (text.getRootNode() as Document | ShadowRoot).activeElement !== text) text.value = mark?.text ?? "";
    const count = indices.length === marks.length ? `${marks.length}` : `${indices.length} of ${marks.length}`;
    const hidden = indices.length > lines.length ? `, ${lines.length} of them listed here` : "";
    const writing = app.writable() ? (here?.list.changed ? ", not saved" : "") : "; read-only, as the viewer was begun without --labels";
    state.textContent = marks.length || app.writable() ? `${count} ${marks.length === 1 ? "mark" : "marks"}${hidden}${writing}` : "No marks. Select a box, then M marks it.";
  }

  /** To the field of words, wherever it is hidden. */
  function focusWords(): void {
    app.panel.hidden = false;
    section.closest("details")?.setAttribute("open", "");
    text.focus();
    text.select();
  }
  return { shown, show, focusWords };
}

/** Where a mark lies, in few signs. */
export function place(mark: Mark): string {
  const length = mark.end > mark.start ? `, ${written(mark.end - mark.start)}` : "";
  return `${mark.start.toFixed(3)} s${length}`;
}
