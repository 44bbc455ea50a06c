import { expect, it } from "vitest";
import { Commands, nameOf, written } from "../src/commands";

const key = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

it("a key runs its command, and no two have one", () => {
  const commands = new Commands();
  let ran = 0;
  const command = { name: "play", key: ["Space", "k"], title: "Play", group: "Listen", run: () => (ran += 1) };
  commands.add(command);
  expect(commands.press(nameOf(key(" ")))).toBe(true);
  expect(commands.press("k")).toBe(true);
  expect(commands.press("x")).toBe(false);
  expect(ran).toBe(2);
  expect(() => commands.add({ ...command, name: "other", key: "k" })).toThrow("k is the key of play and of other");
});

it("a command that cannot be done now leaves its key to others", () => {
  const commands = new Commands();
  commands.add({ name: "loop", key: "l", title: "Loop", group: "Listen", run: () => expect.fail(), when: () => false });
  expect(commands.press("l")).toBe(false);
});

it("keys are named as they are typed", () => {
  expect(nameOf(key("?", { shiftKey: true }))).toBe("?");
  expect(nameOf(key("A", { shiftKey: true }))).toBe("Shift+a");
  expect(nameOf(key("ArrowLeft", { shiftKey: true }))).toBe("Shift+ArrowLeft");
  expect(nameOf(key("z", { metaKey: true }))).toBe("Ctrl+z");
  expect(written("Shift+ArrowLeft")).toBe("Shift ←");
  expect(written("+")).toBe("+");
});
