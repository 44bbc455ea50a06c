// Pieces of the side panel: buttons, switches, choices, with a label each, so that they can be found by name.

import type { App } from "./app";
import { keysOf, written } from "./commands";

type Attributes = Record<string, string | number | boolean | null>;

/** An element with attributes and what is in it; text is text, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** A button that does what a command does, with its title and key as the tip. */
export function buttonOf(app: App, name: string, words: string): HTMLButtonElement {
  const button = make("button", { type: "button" }, words);
  const command = app.commands.all().find((one) => one.name === name);
  if (!command) throw new Error(`there is no command ${name}`);
  const key = keysOf(command)[0];
  button.title = key ? `${command.title} (${written(key)})` : command.title;
  button.addEventListener("click", () => app.commands.run(name));
  return button;
}

/** A switch with its words; `set` puts it where the view says. */
export function toggle(words: string, change: (on: boolean) => void): { element: HTMLElement; set: (on: boolean) => void } {
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => change(box.checked));
  return { element: make("label", { class: "toggle" }, box, ` ${words}`), set: (on) => void (box.checked = on) };
}

/** A choice among few. */
export function choice(words: string, options: readonly (readonly [string, string])[], change: (value: string) => void) {
  const select = make("select", {}, ...options.map(([value, title]) => make("option", { value }, title)));
  select.addEventListener("change", () => change(select.value));
  return { element: make("label", { class: "choice" }, `${words} `, select), set: (value: string) => void (select.value = value) };
}

/** Offers octets as a file to be saved. */
export function save(octets: BlobPart, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([octets], { type }));
  follow(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Lets the browser save what is at an address. */
export function follow(address: string, name: string): void {
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Puts text on the clipboard; whether the browser allowed it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
