// A take as sound: PCM laid end to end on the output's own frames, and where it is by the output's own clock.
// Nothing is decoded or stretched here; a block arrives as numbers and is played as it is.

import { type Block, type Take, blocksOf, fill, frameAt, framesOf, sampleAt } from "./blocks";

export type Load = (block: Block, signal: AbortSignal) => Promise<Float32Array[]>;

/** Frames of the take [first, first + frames) sound at frames [at, at + frames) of the output. */
interface Laid {
  readonly at: number;
  readonly frames: number;
  readonly first: number;
}

const AHEAD = 1.5; // seconds of sound that lie ready
const LEAD = 0.06; // seconds from the first block to its sound
const PIECE = 0.5; // seconds that are laid at once
const KEPT = 90; // blocks that stay for the next round of a loop

export class Player {
  private readonly total: number;
  private readonly blocks: Block[];
  private readonly loaded = new Map<number, Promise<Float32Array[]>>();
  private readonly aborted = new AbortController();
  private readonly nodes = new Set<AudioBufferSourceNode>();
  private laid: Laid[] = [];
  private next: number; // frame of the take that comes next, counted on through the rounds of a loop
  private at = 0; // frame of the output where it will lie
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: BaseAudioContext,
    private readonly output: AudioNode,
    readonly take: Take,
    private readonly load: Load,
    private readonly ended: (fault?: Error) => void,
    from = take.start,
  ) {
    this.total = framesOf(take);
    this.blocks = blocksOf(take);
    this.next = Math.min(frameAt(take, from), Math.max(0, this.total - 1));
  }

  /** Begin as soon as the first block is there, and go on until the end or `stop`. */
  async start(): Promise<void> {
    try {
      await this.lay(0);
      this.run();
    } catch (fault) {
      this.fail(fault);
    }
  }

  stop(): void {
    this.aborted.abort();
    clearTimeout(this.timer);
    for (const node of this.nodes) node.stop();
    this.nodes.clear();
  }

  /** The sample that is heard at frame `frame` of the output; null before the first and in a gap. */
  heard(frame: number): number | null {
    for (const piece of this.laid) {
      if (frame >= piece.at && frame < piece.at + piece.frames) return sampleAt(this.take, piece.first + frame - piece.at);
    }
    return null;
  }

  /** Lay pieces until `seconds` of output lie ready behind the output's clock. */
  async lay(seconds: number): Promise<void> {
    const rate = this.context.sampleRate;
    do {
      if (!this.take.loop && this.next >= this.total) return;
      const parts = fill(this.total, this.next, Math.round(PIECE * rate), this.take.loop);
      const frames = parts.reduce((sum, part) => sum + part.frames, 0);
      const sound = await this.joined(parts, frames);
      if (this.aborted.signal.aborted) return;
      const soonest = Math.ceil((this.context.currentTime + (this.at === 0 ? LEAD : 0)) * rate);
      this.at = Math.max(this.at, soonest); // late: a gap, and the cursor knows of it
      this.play(sound, frames);
    } while (this.at < (this.context.currentTime + seconds) * rate);
  }

  private play(sound: Float32Array[], frames: number): void {
    const rate = this.context.sampleRate;
    const buffer = this.context.createBuffer(sound.length, frames, rate);
    sound.forEach((samples, channel) => buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, channel));
    const node = this.context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.output);
    node.onended = () => this.nodes.delete(node);
    node.start(this.at / rate);
    this.nodes.add(node);
    this.laid = this.laid.filter((piece) => piece.at + piece.frames > this.context.currentTime * rate - rate);
    this.laid.push({ at: this.at, frames, first: this.next });
    this.at += frames;
    this.next += frames;
  }

  private async joined(parts: { first: number; frames: number }[], frames: number): Promise<Float32Array[]> {
    let joined: Float32Array[] = [];
    let done = 0;
    for (const part of parts) {
      for (let first = part.first, left = part.frames; left > 0; ) {
        const index = this.blockOf(first);
        const block = this.blocks[index]!;
        const sound = await this.block(index);
        if (joined.length === 0) joined = sound.map(() => new Float32Array(frames));
        const within = first - block.first;
        const now = Math.min(left, block.frames - within);
        joined.forEach((channel, c) => channel.set(sound[c]!.subarray(within, within + now), done));
        done += now;
        first += now;
        left -= now;
      }
    }
    return joined;
  }

  private blockOf(frame: number): number {
    return Math.min(this.blocks.length - 1, Math.floor(frame / this.blocks[0]!.frames)); // all but the last are alike
  }

  private block(index: number): Promise<Float32Array[]> {
    const wanted = this.fetched(index);
    const after = index + 1 < this.blocks.length ? index + 1 : this.take.loop ? 0 : index;
    void this.fetched(after).catch(() => undefined); // its fault is reported when its turn comes
    for (const old of this.loaded.keys()) {
      if (this.loaded.size <= KEPT) break;
      if (old !== index && old !== after) this.loaded.delete(old);
    }
    return wanted;
  }

  private fetched(index: number): Promise<Float32Array[]> {
    let sound = this.loaded.get(index);
    if (sound === undefined) this.loaded.set(index, (sound = this.load(this.blocks[index]!, this.aborted.signal)));
    return sound;
  }

  private run(): void {
    if (this.aborted.signal.aborted) return;
    const rate = this.context.sampleRate;
    if (!this.take.loop && this.next >= this.total) {
      const left = this.at / rate - this.context.currentTime;
      this.timer = setTimeout(() => this.ended(), Math.max(0, left * 1000));
      return;
    }
    this.timer = setTimeout(() => void this.lay(AHEAD).then(() => this.run(), (fault) => this.fail(fault)), 100);
  }

  private fail(fault: unknown): void {
    if (!this.aborted.signal.aborted) this.ended(fault instanceof Error ? fault : new Error(String(fault)));
  }
}

/** Channels of the PCM that `/sound` answers: 16 bytes of header, then frames of interleaved float32. */
export function channelsOf(octets: ArrayBuffer): { channels: Float32Array[]; rate: number } {
  const view = new DataView(octets);
  const magic = octets.byteLength < 16 ? "" : String.fromCharCode(...new Uint8Array(octets, 0, 4));
  if (magic !== "SGP1") throw new Error("the answer is not sound of this viewer; reload the page");
  const n = view.getUint16(4, true);
  const frames = view.getUint32(12, true);
  if (n === 0 || octets.byteLength !== 16 + 4 * n * frames) throw new Error("the sound came cut; play again");
  const mixed = new Float32Array(octets, 16);
  const channels = Array.from({ length: n }, (_, c) => Float32Array.from({ length: frames }, (_, i) => mixed[i * n + c]!));
  return { channels, rate: view.getUint32(8, true) };
}
