// Colours: of levels, from the Python table; and of the page, from its style sheet.

import type { Paint } from "./draws";
import type { Inks } from "./ink";
import type { View } from "./state";

export type Palettes = Record<string, Uint8Array>;

/** The table as the script writes it: 256 × 3 octets each, base64. */
export const palettesOf = (table: Record<string, string>): Palettes =>
  Object.fromEntries(Object.entries(table).map(([name, octets]) => [name, Uint8Array.from(atob(octets), (c) => c.charCodeAt(0))]));

/** The colours of a name, turned round where it ends in _r; of the first where there is none of that name. */
export function palette(palettes: Palettes, name: string): Uint8Array {
  const there = palettes[name.replace(/_r$/, "")] ?? Object.values(palettes)[0];
  if (!name.endsWith("_r")) return there;
  const turned = new Uint8Array(there.length);
  for (let i = 0; i < 256; i++) turned.set(there.subarray(3 * (255 - i), 3 * (256 - i)), 3 * i);
  return turned;
}

/** Blue through paper to red, for differences: both ends alike in lightness. */
export function diverging(paper: readonly number[]): Uint8Array {
  const ends = [
    [33, 102, 172],
    [178, 24, 43],
  ];
  const colours = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const share = (i - 127.5) / 127.5;
    const end = ends[share < 0 ? 0 : 1];
    for (let k = 0; k < 3; k++) colours[3 * i + k] = Math.round(paper[k] + (end[k] - paper[k]) * Math.abs(share));
  }
  return colours;
}

/** Whether the view shows the first recording less the second. */
export const isDifference = (view: View): boolean => view.arrangement === "difference" && view.recordings.length > 1;

/** Colours and their range: of levels, or of a difference, a quarter of the range of levels to either side. */
export function colouring(palettes: Palettes, view: View, looks: Looks): Pick<Paint, "palette" | "range" | "difference"> {
  if (!isDifference(view)) return { palette: palette(palettes, view.colours), range: view.range, difference: false };
  const half = Math.max(3, Math.round((view.range[1] - view.range[0]) / 4));
  return { palette: diverging(looks.paper), range: [-half, half], difference: true };
}

export interface Looks extends Inks {
  readonly paper: readonly number[];
  readonly missing: readonly number[];
  readonly hatch: readonly number[];
  readonly edge: readonly number[];
}

/** The page's colours as its style sheet has them now. */
export function looksOf(root: HTMLElement): Looks {
  const style = getComputedStyle(root);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const rgb = (name: string): number[] => [1, 3, 5].map((i) => parseInt(of(name).slice(i, i + 2), 16) || 0);
  return {
    ink: of("ink"),
    faint: of("faint"),
    line: of("line"),
    wave: of("wave"),
    waveCore: of("wave-core"),
    accent: of("accent"),
    shade: of("shade"),
    ground: of("paper"),
    paper: rgb("paper"),
    missing: rgb("missing"),
    hatch: rgb("hatch"),
    edge: rgb("line"),
  };
}
