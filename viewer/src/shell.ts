// The skeleton: header, plot, footer, side panel; nothing in it knows of sound.

import { el, remembered } from "./dom";
import type { Messages } from "./messages";

export interface Shell {
  readonly about: HTMLElement;
  readonly toolbar: HTMLElement;
  readonly plot: HTMLElement;
  readonly footer: HTMLElement;
  readonly panel: HTMLElement;
  section(name: string, title: string, open?: boolean): HTMLElement;
  togglePanel(): void;
  buttons(theme: HTMLElement, doings: { help(): void; panel(): void }): void;
}

const WIDE = 1000; // pixels from which on the panel is open at first

export function shell(root: HTMLElement, messages: Messages): Shell {
  const about = el("div", { class: "about" });
  const progress = el("div", { class: "progress", hidden: true });
  const toolbar = el("div", { class: "toolbar", id: "toolbar", role: "toolbar", "aria-label": "Listening and tools" });
  const ends = el("div", { class: "ends" });
  const plot = el("div", { class: "plot", tabindex: 0, role: "application", "aria-label": "Spectrogram. Press ? for the commands." });
  const footer = el("footer", {});
  const panel = el("aside", { class: "panel", id: "panel", "aria-label": "Side panel" });
  root.classList.add("sonograph");
  root.append(
    el("header", {}, about, progress, toolbar, ends),
    messages.list,
    el("main", {}, el("div", { class: "left" }, plot, footer), panel),
    messages.live,
  );
  panel.hidden = (remembered.get("panel") ?? (root.clientWidth >= WIDE ? "open" : "closed")) === "closed";
  const button = el("button", { type: "button", class: "plain" }, "Panel");
  const togglePanel = (): void => {
    panel.hidden = !panel.hidden;
    remembered.set("panel", panel.hidden ? "closed" : "open");
    button.setAttribute("aria-expanded", String(!panel.hidden));
  };
  return {
    about,
    toolbar,
    plot,
    footer,
    panel,
    togglePanel,
    section(name, title, open = false) {
      const key = `section.${name}`;
      const body = el("div", { class: "body" });
      const details = el("details", { class: `section ${name}`, open: (remembered.get(key) ?? (open ? "open" : "")) === "open" });
      details.append(el("summary", {}, title), body);
      details.addEventListener("toggle", () => remembered.set(key, details.open ? "open" : "closed"));
      panel.append(details);
      return body;
    },
    buttons(theme, doings) {
      const help = el("button", { type: "button", class: "plain", title: "Commands (?)", "aria-label": "Commands", onclick: () => doings.help() }, "?");
      button.title = "Side panel (\\)";
      button.setAttribute("aria-expanded", String(!panel.hidden));
      button.addEventListener("click", () => doings.panel());
      ends.append(theme, button, help);
    },
  };
}
