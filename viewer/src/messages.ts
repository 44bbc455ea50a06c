// Sentences: what is wrong or has changed, to be read and put away; and the live region, for those who listen.

import { el } from "./dom";

export interface Action {
  readonly title: string;
  readonly run: () => void;
}

export class Messages {
  readonly list = el("div", { class: "messages", role: "status" });
  readonly live = el("div", { class: "unseen", "aria-live": "polite", role: "log" });
  private readonly shown = new Map<string, HTMLElement>();

  announce(sentence: string): void {
    this.live.replaceChildren(el("p", {}, sentence));
  }

  /** One of a key replaces the one before; null takes it away. */
  message(sentence: string | null, key = sentence ?? "", action?: Action): void {
    const there = this.shown.get(key);
    if (there?.dataset.sentence === sentence && sentence !== null) return;
    there?.remove();
    this.shown.delete(key);
    if (sentence === null) return;
    const away = el("button", { type: "button", class: "plain", "aria-label": "Put away", onclick: () => this.message(null, key) }, "×");
    const act = action && el("button", { type: "button", onclick: () => action.run() }, action.title);
    const element = el("div", { class: "message", "data-sentence": sentence }, el("p", {}, sentence), act, away);
    this.shown.set(key, element);
    this.list.append(element);
  }
}
