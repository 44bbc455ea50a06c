// What the page's own files share: the view, the server, what is known of recordings, and the elements of the skeleton.

import type { Commands } from "./commands";
import type { Layers } from "./layers";
import type { Looks, Palettes } from "./looks";
import type { Navigation } from "./navigation";
import type { Description, Recording } from "./server";
import type { Pane, Store } from "./state";
import type { Tiles } from "./tiles";
import type { Transport } from "./transport";
import type { Wave, Waves } from "./waves";

export interface Page {
  readonly root: HTMLElement;
  readonly plot: HTMLElement;
  readonly store: Store;
  readonly transport: Transport;
  readonly commands: Commands;
  readonly tiles: Tiles;
  readonly waves: Waves;
  readonly layers: Layers;
  readonly navigation: Navigation;
  readonly palettes: Palettes;
  recording(id: string): Recording | null;
  description(pane: Pane): Description | null;
  /** What the waveform's height stands for: the loudest sample of the recording that was seen so far. */
  loudest(pane: Pane, wave: Wave): number;
  looks(): Looks;
  /** Tiles are chosen and drawn anew at the next frame. */
  changed(): void;
}
