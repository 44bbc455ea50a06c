// What every part of the page is given: the view, the way to the server, the commands, and where things are drawn.
// A part adds commands, subscribes, and hangs its pieces into `panel` (by `section`), `toolbar` or over `plot`.

import type { FrequencyAxis, TimeAxis } from "./axis";
import type { Commands } from "./commands";
import type { Description, Recording } from "./server";
import type { Box, Pane, Store } from "./state";
import type { ServerEvent, Transport } from "./transport";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a pane lies on the plot, in CSS pixels, and what its places mean. The rectangle is that of the spectrogram. */
export interface PaneGeometry extends Rect {
  readonly index: number;
  readonly pane: Pane;
  /** The waveform of the same time. */
  readonly wave: Rect;
  /** In the view's time, as `view.start` is. */
  readonly time: TimeAxis;
  /** In the pane's own time, with its offset taken off. */
  readonly own: TimeAxis;
  readonly frequency: FrequencyAxis;
}

/** What a part undoes when the page goes. */
export type Undo = () => void;

export interface App {
  /** What the page was mounted in. Nothing is found by the document's ids. */
  readonly root: HTMLElement;
  readonly store: Store;
  readonly transport: Transport;
  readonly commands: Commands;
  readonly panel: HTMLElement;
  readonly toolbar: HTMLElement;
  /** Holds the panes and takes the pointer; its position is relative. */
  readonly plot: HTMLElement;

  recordings(): readonly Recording[];
  recording(id: string): Recording | null;
  /** What the server says of a pane under the view's settings; null until it has. */
  description(pane: Pane): Description | null;
  /** Whether marks may be written. */
  writable(): boolean;

  /** Shows recordings, whole or from one second to another. */
  open(ids: readonly string[], times?: readonly [number, number]): void;

  panes(): readonly PaneGeometry[];
  /** Called after each frame that was drawn anew, or after `redraw`. */
  onDraw(drawn: () => void): Undo;
  redraw(): void;

  /** A box moved to the edges of the frames and rows that it touches, in the pane's own time. */
  snapped(box: Box, pane: Pane): Box;

  /** Says a sentence to those who listen to the page. */
  announce(sentence: string): void;
  /** A sentence for the eyes and ears that can be put away. One of a key replaces the one before; null takes it away. */
  message(sentence: string | null, key?: string, action?: { readonly title: string; readonly run: () => void }): void;

  /** A section of the side panel, with a heading; whether it is open is remembered. */
  section(name: string, title: string, open?: boolean): HTMLElement;

  /** Called with every event of the server, after the page has dealt with it. */
  onEvent(heard: (event: ServerEvent) => void): Undo;
}
