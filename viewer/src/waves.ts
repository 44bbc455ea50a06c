// The waveform: minimum, maximum and rms of 2^level samples from the server, and the samples themselves close by.

import type { TimeAxis } from "./axis";
import type { Recording } from "./server";
import { type Refused, type Transport, isAbort } from "./transport";

const COLUMNS = 256;
const BLOCK = 16_384; // samples, asked for at once
const IN_FLIGHT = 2;
const MOST = 600; // blocks kept
const COARSER = 8; // levels
const AGAIN = 1500; // ms after which a preview is asked for once more

/** What is drawn of a waveform: a stretch for each pixel, or samples with their moments. */
export type Wave =
  | { readonly kind: "stretches"; readonly low: Float32Array; readonly high: Float32Array; readonly rms: Float32Array }
  | { readonly kind: "samples"; readonly first: number; readonly samples: Float32Array };

export class Waves {
  /** By octets of header and path: minimum, maximum and rms in turns; or samples. */
  private readonly kept = new Map<string, Float32Array>();
  private readonly flying = new Map<string, AbortController>();
  private order: string[] = [];
  private readonly failed = new Set<string>();
  /** When previews came, which are kept until what is exact has come. */
  private readonly previews = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** How often something has come. */
  revision = 0;

  constructor(
    private readonly transport: Transport,
    private readonly came: () => void,
    private readonly refused: (error: Refused) => void,
  ) {}

  get settled(): boolean {
    return !this.flying.size;
  }

  /** Previews may have become exact: asks again for those that are seen. */
  renew(): void {
    for (const key of this.previews.keys()) this.previews.set(key, -Infinity);
    this.next();
  }

  /** Says what will be asked of `wave` next; between `begin` and `end` wishes are collected. */
  begin(): void {
    this.order = [];
  }

  end(): void {
    for (const [path, flight] of this.flying) if (!this.order.includes(path)) flight.abort();
    this.next();
  }

  /** The waveform under `width` pixels; NaN where it has not come. */
  wave(recording: Recording, channel: number, time: TimeAxis, width: number): Wave {
    const perPixel = ((time.end - time.start) * recording.sample_rate) / width;
    return perPixel < 2 ? this.samples(recording, channel, time) : this.stretches(recording, channel, time, width, perPixel);
  }

  private stretches(recording: Recording, channel: number, time: TimeAxis, width: number, perPixel: number): Wave {
    const level = Math.max(0, Math.floor(Math.log2(perPixel) + 1e-9));
    const size = 2 ** level;
    const count = Math.ceil(recording.n_samples / size);
    const [low, high, rms] = [0, 1, 2].map(() => new Float32Array(width).fill(NaN));
    const at = (x: number): number => ((time.start + (x / width) * (time.end - time.start)) * recording.sample_rate) / size;
    const blocks = this.blocks(`/waves/${recording.digest}/${channel}/`, level);
    for (let x = 0; x < width; x++) {
      const first = Math.max(0, Math.floor(at(x)));
      const last = Math.min(count, Math.max(first + 1, Math.ceil(at(x + 1)))) - 1;
      let squares = 0;
      for (let i = first; i <= last; i++) {
        const [block, k] = cell(blocks, i);
        if (!block) continue;
        if (!(low[x] <= block[k])) low[x] = block[k];
        if (!(high[x] >= block[k + 1])) high[x] = block[k + 1];
        squares += block[k + 2] ** 2;
      }
      if (last >= first) rms[x] = Math.sqrt(squares / (last - first + 1));
    }
    return { kind: "stretches", low, high, rms };
  }

  /** Blocks of a level and of coarser ones, by how much coarser and which; the finest are wanted. */
  private blocks(begin: string, level: number): (coarser: number, which: number) => Float32Array | null {
    const found = new Map<number, Float32Array | null>();
    return (coarser, which) => {
      const place = which * (COARSER + 1) + coarser;
      let block = found.get(place);
      if (block === undefined) {
        const key = `16 ${begin}${level + coarser}/${which}`;
        found.set(place, (block = coarser ? (this.kept.get(key) ?? null) : this.want(key)));
      }
      return block;
    };
  }

  private samples(recording: Recording, channel: number, time: TimeAxis): Wave {
    const first = Math.max(0, Math.floor(time.start * recording.sample_rate) - 1);
    const end = Math.min(recording.n_samples, Math.ceil(time.end * recording.sample_rate) + 2);
    const samples = new Float32Array(Math.max(0, end - first)).fill(NaN);
    for (let start = Math.floor(first / BLOCK) * BLOCK; start < end; start += BLOCK) {
      const stop = Math.min(recording.n_samples, start + BLOCK);
      const block = this.want(`0 /samples/${recording.digest}/${channel}?start=${start}&end=${stop}`);
      if (!block) continue;
      for (let i = Math.max(first, start); i < Math.min(end, stop); i++) samples[i - first] = block[i - start];
    }
    return { kind: "samples", first, samples };
  }

  private want(key: string): Float32Array | null {
    const there = this.kept.get(key);
    if (there && !this.previews.has(key)) return there;
    if (!this.order.includes(key) && !this.failed.has(key)) this.order.push(key);
    return there ?? null;
  }

  private next(): void {
    clearTimeout(this.timer);
    const now = performance.now();
    let soonest = Infinity;
    for (const key of this.order) {
      if (this.flying.size >= IN_FLIGHT) return;
      const came = this.previews.get(key);
      if (this.flying.has(key) || this.failed.has(key) || (this.kept.has(key) && came === undefined)) continue;
      if (came !== undefined && now - came < AGAIN) soonest = Math.min(soonest, came + AGAIN);
      else void this.fly(key);
    }
    if (soonest < Infinity) this.timer = setTimeout(() => this.next(), soonest - now);
  }

  private async fly(key: string): Promise<void> {
    const flight = new AbortController();
    this.flying.set(key, flight);
    try {
      const [header, path] = [Number(key.slice(0, key.indexOf(" "))), key.slice(key.indexOf(" ") + 1)];
      const { octets } = await this.transport.octets(path, flight.signal);
      this.kept.set(key, new Float32Array(octets, header));
      this.previews.delete(key);
      if (header && new DataView(octets).getUint16(6, true)) this.previews.set(key, performance.now());
      this.revision += 1;
      if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!);
      this.came();
    } catch (error) {
      if (!isAbort(error)) {
        this.failed.add(key);
        this.refused(error as Refused);
      }
    } finally {
      this.flying.delete(key);
      this.next();
    }
  }
}

/** The block with a cell and where it begins there; of a coarser one that holds it while it has not come. */
function cell(blocks: (coarser: number, which: number) => Float32Array | null, i: number): [Float32Array | null, number] {
  for (let coarser = 0; coarser <= COARSER; coarser++) {
    const at = Math.floor(i / 2 ** coarser);
    const block = blocks(coarser, Math.floor(at / COLUMNS));
    const k = 3 * (at % COLUMNS);
    if (block && k < block.length) return [block, k];
  }
  return [null, 0];
}
