// Light or dark: as the system has it, until a person says otherwise.

import { el, remembered } from "./dom";

export type Theme = "light" | "dark";

export class Themes {
  readonly button: HTMLButtonElement;
  private readonly system = matchMedia("(prefers-color-scheme: dark)");

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
  ) {
    this.button = el("button", { type: "button", class: "plain", onclick: () => this.switch() });
    this.system.addEventListener("change", () => this.apply());
    this.apply();
  }

  get now(): Theme {
    const chosen = remembered.get("theme");
    return chosen === "light" || chosen === "dark" ? chosen : this.system.matches ? "dark" : "light";
  }

  switch(): void {
    remembered.set("theme", this.now === "dark" ? "light" : "dark");
    this.apply();
  }

  private apply(): void {
    this.root.dataset.theme = this.now;
    const other = this.now === "dark" ? "Light" : "Dark";
    this.button.textContent = other;
    this.button.title = `${other} colours of the page (t)`;
    this.changed();
  }
}
