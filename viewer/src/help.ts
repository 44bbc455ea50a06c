// The list of commands under `?`: made of the table, so that nothing is missing from it.

import { type Command, type Commands, keysOf, written } from "./commands";
import { el } from "./dom";

const BY_HAND: readonly (readonly [string, string])[] = [
  ["Drag", "Move in time and frequency; on a ruler, along it"],
  ["Wheel", "Closer or further in time; with Alt or on the ruler, in frequency; with Ctrl, both"],
  ["Shift wheel", "Along the time"],
  ["Click", "Set the cursor"],
  ["Shift drag", "Select a box; with Alt too, without snapping to frames and bins"],
  ["Two fingers", "Pinch each axis alone or both"],
];

export class Help {
  private readonly dialog = el("dialog", { class: "help", "aria-label": "Commands" });

  constructor(
    root: HTMLElement,
    private readonly commands: Commands,
  ) {
    root.append(this.dialog);
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  show(): void {
    if (this.dialog.open) return this.dialog.close();
    const groups = new Map<string, Command[]>();
    for (const command of this.commands.all()) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
    const lists = [...groups].map(([name, commands]) => section(name, commands.map((one) => [keysOf(one).map(written), one.title] as const)));
    this.dialog.replaceChildren(
      el("header", {}, el("h2", {}, "Commands"), el("button", { type: "button", class: "plain", onclick: () => this.dialog.close() }, "Close")),
      el("div", { class: "groups" }, section("By hand", BY_HAND.map(([key, title]) => [[key], title] as const)), ...lists),
    );
    this.dialog.showModal();
  }
}

function section(name: string, rows: readonly (readonly [readonly string[], string])[]): HTMLElement {
  const lines = rows.flatMap(([keys, title]) => [el("dt", {}, ...keys.map((key) => el("kbd", {}, key))), el("dd", {}, title)]);
  return el("section", {}, el("h3", {}, name), el("dl", {}, ...lines));
}
