// What the server says of recordings under settings, asked once each; and under a shorter hop where one looks closer.

import { maySlide, hopFor, withBottom } from "./hops";
import type { Description } from "./server";
import type { Settings } from "./state";
import type { Transport } from "./transport";

type Known = Description | "asked" | "refused";

export class Layers {
  private readonly known = new Map<string, Known>();
  private readonly done = new Set<string>(); // digests whose one pass has come to its end

  constructor(
    private readonly transport: Transport,
    private readonly came: () => void,
    private readonly refused: (error: Error, settings: Settings | null) => void,
  ) {}

  /** The description, or null until it has come; asks for it where nobody has. */
  get(recording: string, settings: Settings | null): Description | null {
    const key = recording + JSON.stringify(settings);
    const there = this.known.get(key);
    if (there === undefined) void this.ask(key, recording, settings);
    return typeof there === "object" ? there : null;
  }

  /** Whether an answer is still on its way. */
  get waiting(): boolean {
    return [...this.known.values()].includes("asked");
  }

  /** The same with the hop that gives each pixel a frame; as it is until that is known. */
  closer(recording: string, description: Description, secondsPerPixel: number): Description {
    const d = description;
    const hop = maySlide(d.json) ? hopFor(d.window_length, d.hop, secondsPerPixel * d.sample_rate) : d.hop;
    return hop === d.hop ? d : (this.get(recording, withBottom(d.json, { hop })) ?? d);
  }

  /** The server's one pass over a recording has come so far. */
  progressed(recording: string, settings: string, share: number): void {
    if (share >= 1) this.done.add(`${recording}/${settings}`);
  }

  /** Whether the server has the coarse levels at hand. */
  built(d: Description): boolean {
    return d.progress >= 1 || this.done.has(`${d.recording}/${d.settings}`);
  }

  /** A recording has changed: all about it is asked for again. */
  forget(recording: string): void {
    for (const key of this.known.keys()) if (key.startsWith(recording)) this.known.delete(key);
  }

  private async ask(key: string, recording: string, settings: Settings | null): Promise<void> {
    this.known.set(key, "asked");
    try {
      const { value } = await this.transport.json<Description>("/describe", { recording, settings });
      this.known.set(key, value);
      this.known.set(recording + JSON.stringify(value.json), value);
      this.came();
    } catch (error) {
      this.known.set(key, "refused");
      this.refused(error as Error, settings);
    }
  }
}
