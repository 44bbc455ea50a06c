// The cursor over all pictures: lines of their own, so that nothing is painted anew while it runs.

import { el } from "./dom";
import type { Seen } from "./seen";

export class Playhead {
  private readonly lines: HTMLElement[] = [];

  constructor(private readonly plot: HTMLElement) {}

  show(seen: Seen, seconds: number | null): void {
    let n = 0;
    const line = (kind: string, x: number, top: number, height: number): void => {
      const there = (this.lines[n] ??= this.plot.appendChild(el("div", { "aria-hidden": "true" })));
      n += 1;
      there.className = `playhead ${kind}`;
      there.hidden = false;
      Object.assign(there.style, { top: `${top}px`, height: `${height}px`, transform: `translateX(${x}px)` });
    };
    if (seconds !== null) {
      for (const { time, wave, top, height, left, width } of seen.panes) {
        const x = Math.round(time.x(seconds));
        if (x < left || x > left + width) continue;
        line("pane", x, top, height);
        line("wave", x, wave.top, top - wave.top);
      }
      if (seen.panes.length) line("overview", Math.round(seen.whole.x(seconds)), seen.layout.overview.top, seen.layout.overview.height);
    }
    for (const rest of this.lines.slice(n)) rest.hidden = true;
  }
}
