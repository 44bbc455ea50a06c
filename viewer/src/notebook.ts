// The page in a notebook's cell, as anywidget shows it: its transport is messages, and it gives its graphics back while it
// is out of sight, as a browser has only sixteen of them for all cells together.

import { Messages, type Model } from "./kernel";
import { mount } from "./mount";
import type { App } from "./app";
import type { View } from "./state";

const PATIENCE = 1500; // milliseconds out of sight

interface Cell {
  readonly model: Model;
  readonly el: HTMLElement;
}

function render({ model, el }: Cell): () => void {
  el.style.height = `${Number(model.get("height")) || 560}px`;
  const shadow = el.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = String(model.get("styles"));
  const root = document.createElement("div");
  root.className = "sonograph";
  root.tabIndex = 0;
  root.style.height = "100%";
  shadow.append(style, root);

  const transport = new Messages(model);
  let undo: (() => void) | null = null;
  let view: Partial<View> | null = null;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    clearTimeout(hiding);
    undo ??= mount(root, transport, { view });
  }
  function hide(): void {
    if (!undo) return;
    const { app } = (root as unknown as { sonograph: { app: App } }).sonograph;
    view = { ...app.store.get(), playing: false };
    undo();
    undo = null;
  }
  const sight = new IntersectionObserver((entries) => {
    clearTimeout(hiding);
    if (entries.at(-1)!.isIntersecting) show();
    else hiding = setTimeout(hide, PATIENCE);
  });
  sight.observe(el);
  return () => {
    sight.disconnect();
    clearTimeout(hiding);
    undo?.();
    transport.close();
  };
}

export default { render };
