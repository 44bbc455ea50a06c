// Tiles that have come, in memory, and those that are wanted, on their way: four at a time, in the order asked for.

import { type Tile, readTile } from "./tile";
import { type Transport, Refused, isAbort } from "./transport";

const IN_FLIGHT = 4;
const BUDGET = 256 << 20;
const AGAIN = 1500; // ms after which a preview is asked for once more, and what was refused is tried again

export class Tiles {
  private readonly kept = new Map<string, Tile>(); // the least recently used first
  private readonly flying = new Map<string, AbortController>();
  private readonly asked = new Map<string, number>(); // when a preview came or something was refused
  private order: string[] = [];
  private bytes = 0;
  private timer = 0;

  constructor(
    private readonly transport: Transport,
    private readonly came: () => void,
    private readonly refused: (error: Refused) => void,
    private readonly budget = BUDGET,
  ) {}

  get(address: string): Tile | null {
    const tile = this.kept.get(address);
    if (!tile) return null;
    this.kept.delete(address);
    this.kept.set(address, tile);
    return tile;
  }

  has(address: string): boolean {
    return this.kept.has(address);
  }

  /** Whether all that was asked for is here, exact or not. */
  get settled(): boolean {
    return !this.flying.size && !this.order.some((one) => !this.kept.has(one));
  }

  get size(): number {
    return this.bytes;
  }

  /** Levels and folds of which something is here, `level.fold`, by what their addresses begin with. */
  sets(base: string): Set<string> {
    const found = new Set<string>();
    const begin = `/tiles/${base}/`;
    for (const one of this.kept.keys()) if (one.startsWith(begin)) found.add(one.slice(begin.length, one.lastIndexOf("/")));
    return found;
  }

  /** What is wanted now, the most urgent first. What flies and is not among it is given up. */
  want(order: string[]): void {
    this.order = order;
    const wanted = new Set(order);
    for (const [one, flight] of this.flying) if (!wanted.has(one)) flight.abort();
    this.next();
  }

  /** Lets go of everything that begins so: its recording has changed. */
  forget(begin: string): void {
    for (const [one, tile] of this.kept) {
      if (!one.startsWith(begin)) continue;
      this.kept.delete(one);
      this.bytes -= tile.codes.byteLength;
    }
    this.asked.clear();
  }

  /** Previews may have become exact: asks again now. */
  renew(): void {
    this.asked.clear();
    this.next();
  }

  private next(): void {
    clearTimeout(this.timer);
    const now = performance.now();
    let later = false;
    for (const one of this.order) {
      if (this.flying.size >= IN_FLIGHT) return;
      if (this.flying.has(one) || this.kept.get(one)?.final) continue;
      const before = this.asked.get(one);
      if (before !== undefined && now - before < AGAIN) later = true;
      else void this.fly(one);
    }
    if (later) this.timer = setTimeout(() => this.next(), AGAIN) as unknown as number;
  }

  private async fly(one: string): Promise<void> {
    const flight = new AbortController();
    this.flying.set(one, flight);
    try {
      const { octets, final } = await this.transport.octets(one, flight.signal);
      const tile = readTile(octets, final);
      if (!tile.final) this.asked.set(one, performance.now());
      this.keep(one, tile);
      this.came();
    } catch (error) {
      if (!isAbort(error)) {
        this.asked.set(one, performance.now());
        this.refused(error instanceof Refused ? error : new Refused(0, `A tile could not be read: ${String(error)}`));
      }
    } finally {
      this.flying.delete(one);
      this.next();
    }
  }

  private keep(one: string, tile: Tile): void {
    const before = this.kept.get(one);
    if (before) this.bytes -= before.codes.byteLength;
    this.kept.delete(one);
    this.kept.set(one, tile);
    this.bytes += tile.codes.byteLength;
    for (const [oldest, old] of this.kept) {
      if (this.bytes <= this.budget || oldest === one) break;
      this.kept.delete(oldest);
      this.bytes -= old.codes.byteLength;
    }
  }
}
