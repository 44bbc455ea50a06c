// What every part of the page is given: the view, the way to the server, the commands, and where things are drawn.
// A part is a function `part(app: App): void` that main.ts calls once; it adds commands, subscribes, and hangs its
// pieces into `panel` (a section a part, made by `section`) or `toolbar`.

import type { FrequencyAxis, TimeAxis } from "./axis";
import type { Commands } from "./commands";
import type { Pane, Store } from "./state";
import type { Transport } from "./transport";
import type { Description, Recording } from "./server";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a pane lies on the stage, in CSS pixels, and what its places mean. */
export interface PaneGeometry {
  readonly index: number;
  readonly pane: Pane;
  readonly wave: Rect;
  readonly picture: Rect;
  /** Of the pane's own recording: its offset is taken off. */
  readonly time: TimeAxis;
  readonly frequency: FrequencyAxis;
}

/** Draws over the pictures; called whenever the view, the cursor or the size has changed, or after `repaint`. */
export type Painter = (context: CanvasRenderingContext2D, panes: readonly PaneGeometry[]) => void;

export interface App {
  readonly store: Store;
  readonly transport: Transport;
  readonly commands: Commands;
  readonly panel: HTMLElement;
  readonly toolbar: HTMLElement;

  recordings(): readonly Recording[];
  recording(id: string): Recording | null;
  /** What the server says of a pane under the view's settings; null until it has. */
  description(pane: Pane): Description | null;
  /** Whether marks may be written. */
  writable(): boolean;

  /** Shows recordings from their beginnings to their ends, or under the times given. */
  open(ids: readonly string[], times?: readonly [number, number]): void;

  panes(): readonly PaneGeometry[];
  addPainter(painter: Painter): void;
  /** Asks for the painters at the next frame. */
  repaint(): void;

  /** A box moved to the frames and bins it touches; the pane's time. */
  snapped(box: import("./state").Box, pane: Pane): import("./state").Box;

  /** Says a sentence in the live region, and for a while on the page. */
  announce(sentence: string): void;
  /** A sentence that stays until it is taken away (null): something is wrong or has changed. */
  warn(key: string, sentence: string | null, action?: { readonly title: string; readonly run: () => void }): void;

  /** A section of the side panel with a heading; closed ones are remembered. */
  section(name: string, title: string): HTMLElement;

  /** Called once the recordings are known and before the first picture: permalink reads the address here. */
  onStart(run: () => void): void;
  /** Called with every event of the server after the page has dealt with it. */
  onEvent(heard: (event: import("./transport").ServerEvent) => void): void;
}
