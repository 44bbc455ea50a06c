// Elements, made in one line.

type Child = Node | string | null | undefined;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** An element with attributes, listeners (`onclick: …`) and children. `class` and `data-…` are attributes too. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined));
  return element;
}

/** A line of words with what is chosen beside it. */
export const field = (words: string, control: HTMLElement): HTMLElement => el("label", { class: "field" }, el("span", {}, words), control);

/** A list to choose from. */
export function choice(options: readonly (readonly [string, string])[], chosen: string, picked: (value: string) => void): HTMLSelectElement {
  const select = el("select", { onchange: () => picked(select.value) });
  for (const [value, words] of options) select.append(el("option", { value }, words));
  select.value = chosen;
  return select;
}

/** A canvas as large as its box in device pixels, its context scaled to CSS pixels and cleared. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): CanvasRenderingContext2D {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Something remembered on this machine; where nothing may be kept, nothing is. */
export const remembered = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`sonograph.${name}`);
    } catch {
      return null;
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`sonograph.${name}`, value);
    } catch {
      // a private window, or a notebook's frame
    }
  },
};
