// How high a waveform is drawn: its loudest sample so far fills the strip, so that quiet recordings are not flat lines.

import type { Pane } from "./state";
import type { Wave } from "./waves";

export class Peaks {
  private readonly loudest = new Map<string, number>();

  scale(pane: Pane, wave: Wave): number {
    const key = `${pane.id} ${pane.channel}`;
    let most = this.loudest.get(key) ?? 0;
    for (const numbers of wave.kind === "samples" ? [wave.samples] : [wave.low, wave.high]) {
      for (const value of numbers) if (Math.abs(value) > most) most = Math.abs(value);
    }
    this.loudest.set(key, most);
    return (most || 1) * 1.05;
  }
}
