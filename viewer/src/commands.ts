// Everything that a person can do, with a name and a key. The list under `?` is made of this table, and so is what keys do.

export interface Command {
  readonly name: string;
  /** As it is typed: "k", "Shift+ArrowLeft", "?", "Ctrl+z" (⌘ on a Mac). Several keys: an array, the first is shown. */
  readonly key: string | readonly string[];
  /** What it does, as a line of the list. */
  readonly title: string;
  /** Under which heading of the list it stands. */
  readonly group: string;
  readonly run: () => void;
  /** Whether it can be done now; always where it is not said. */
  readonly when?: () => boolean;
}

export class Commands {
  private readonly byName = new Map<string, Command>();
  private readonly byKey = new Map<string, Command>();

  add(...commands: Command[]): void {
    for (const command of commands) {
      if (this.byName.has(command.name)) throw new Error(`two commands are called ${command.name}`);
      for (const key of keysOf(command)) {
        const other = this.byKey.get(key);
        if (other) throw new Error(`${key} is the key of ${other.name} and of ${command.name}`);
        this.byKey.set(key, command);
      }
      this.byName.set(command.name, command);
    }
  }

  all(): Command[] {
    return [...this.byName.values()];
  }

  run(name: string): void {
    const command = this.byName.get(name);
    if (!command) throw new Error(`there is no command ${name}`);
    if (command.when?.() ?? true) command.run();
  }

  /** Runs the command of a key; says whether there was one. */
  press(key: string): boolean {
    const command = this.byKey.get(key);
    if (!command || !(command.when?.() ?? true)) return false;
    command.run();
    return true;
  }
}

export const keysOf = (command: Command): readonly string[] =>
  typeof command.key === "string" ? (command.key ? [command.key] : []) : command.key;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The name of a key as the table has it. Shift is part of a sign that needs it ("?"), and named with letters and arrows. */
export function nameOf(event: Pressed): string {
  const key = event.key === " " ? "Space" : event.key;
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && (letter || key.length > 1)) parts.push("Shift");
  parts.push(letter ? key.toLowerCase() : key);
  return parts.join("+");
}

const SIGNS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

/** A key as the list writes it. */
export const written = (key: string): string =>
  key
    .split(/\+(?=.)/)
    .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
