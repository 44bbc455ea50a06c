// The recordings of a folder: name, length, beginning, and why one cannot be shown. Thousands are found by typing.

import type { App } from "./app";
import { length } from "./clock";
import { el } from "./dom";
import type { Page } from "./page";
import { type Recording, usable } from "./server";

const MOST = 200; // rows; more are counted

/** The recordings whose names hold every word that was typed. */
export function found(recordings: readonly Recording[], words: string): Recording[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  return recordings.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part)));
}

/** What is wrong with it, as a sentence without the file's name; nothing where only the header was read, as always at first. */
const told = ({ status, sentence }: Recording): string | null =>
  ["ok", "unread", "waiting"].includes(status) || !sentence ? null : sentence.replace(/^[^:]*: /, "");

export class Listing {
  private readonly rows = el("ul", { class: "recordings" });
  private readonly rest = el("p", { class: "note" });
  private readonly search = el("input", { type: "search", placeholder: "Find by name", "aria-label": "Find a recording by its name" });

  constructor(
    page: Page,
    private readonly app: App,
  ) {
    const body = app.section("recordings", "Recordings", true);
    body.append(this.search, this.rows, this.rest);
    this.search.addEventListener("input", () => this.show());
    page.store.subscribe((view, before) => {
      if (view.recordings !== before.recordings) this.show();
    });
  }

  show(): void {
    const all = this.app.recordings();
    const several = all.length > 1;
    this.rows.closest("details")!.hidden = !several;
    this.search.hidden = all.length < 12;
    if (!several) return;
    const there = found(all, this.search.value);
    this.rows.replaceChildren(...there.slice(0, MOST).map((recording) => this.row(recording)));
    const more = there.length - MOST;
    this.rest.textContent = !there.length ? "None has such a name." : more > 0 ? `${more} more: type a part of the name.` : "";
  }

  private row(recording: Recording): HTMLElement {
    const { id, name, seconds, start } = recording;
    const shown = this.app.store.get().recordings.map((pane) => pane.id);
    const good = usable(recording);
    const long = good ? length(seconds) : recording.status === "waiting" ? "is being read" : null;
    const facts = [long, start?.slice(0, 16).replace("T", " "), told(recording)].filter(Boolean).join(" · ");
    const open = el(
      "button",
      { type: "button", class: "name", disabled: !good, "aria-current": shown[0] === id ? "true" : null, onclick: () => this.app.open([id]) },
      el("span", {}, name),
      el("small", {}, facts || "holds no samples"),
    );
    const beside = shown.includes(id);
    const stack = el(
      "button",
      {
        type: "button",
        class: "plain",
        disabled: !good || (beside && shown.length === 1),
        "aria-label": `${beside ? "Take away" : "Show below"}: ${name}`,
        title: beside ? "Take away" : "Show below, on the same time axis",
        onclick: () => this.stack(id, beside),
      },
      beside ? "−" : "+",
    );
    return el("li", {}, open, stack);
  }

  private stack(id: string, there: boolean): void {
    const { recordings } = this.app.store.get();
    const next = there ? recordings.filter((pane) => pane.id !== id) : [...recordings, { id, offset: 0, channel: 0 }];
    this.app.store.set({ recordings: next });
  }
}
