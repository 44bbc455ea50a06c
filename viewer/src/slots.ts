// Places for tiles in the memory of the GPU: one texture of many layers, that grows as long as it may.

import { COLUMNS, ROWS, type Tile } from "./tile";

const LAYER = 2 * (ROWS + 1) * COLUMNS; // octets
const FIRST = 64;

/** Which tile lies in which layer; the one that was not used for longest makes room. */
export class Slots {
  private readonly of = new Map<Tile, number>();
  private texture: WebGLTexture | null = null;
  private free: number[] = [];
  private size = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly budget = 256 << 20,
  ) {}

  get bytes(): number {
    return this.size * LAYER;
  }

  bind(): void {
    this.gl.bindTexture(this.gl.TEXTURE_2D_ARRAY, this.texture);
  }

  /** Layers of tiles, in order; -1 for null. Puts there what is not there yet. `TEXTURE_2D_ARRAY` is bound then. */
  place(tiles: readonly (Tile | null)[]): Int32Array {
    const needed = new Set(tiles.filter((tile) => tile !== null));
    for (const tile of needed) this.touch(tile);
    if (needed.size > this.size) this.grow(needed.size);
    this.bind();
    for (const tile of needed) if (!this.of.has(tile)) this.put(tile, needed);
    return Int32Array.from(tiles, (tile) => (tile ? (this.of.get(tile) ?? -1) : -1));
  }

  private touch(tile: Tile): void {
    const slot = this.of.get(tile);
    if (slot === undefined) return;
    this.of.delete(tile);
    this.of.set(tile, slot);
  }

  private put(tile: Tile, needed: ReadonlySet<Tile>): void {
    if (!this.free.length) this.grow(this.size + 1);
    let slot = this.free.pop();
    if (slot === undefined) {
      const oldest = [...this.of.keys()].find((one) => !needed.has(one));
      if (!oldest) return;
      slot = this.of.get(oldest)!;
      this.of.delete(oldest);
    }
    this.upload(tile, slot);
    this.of.set(tile, slot);
  }

  private upload(tile: Tile, slot: number): void {
    const { gl } = this;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, slot, tile.rows, tile.columns, 1, gl.RED_INTEGER, gl.UNSIGNED_SHORT, tile.codes);
  }

  /** A larger texture, into which all tiles are put anew; the largest that there may be if need be. */
  private grow(least: number): void {
    const { gl } = this;
    const most = Math.min(gl.getParameter(gl.MAX_ARRAY_TEXTURE_LAYERS) as number, Math.floor(this.budget / LAYER));
    let size = Math.max(FIRST, this.size);
    while (size < least) size *= 2;
    size = Math.min(size, most);
    if (size <= this.size) return;
    gl.deleteTexture(this.texture);
    this.texture = gl.createTexture();
    this.bind();
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.R16UI, ROWS + 1, COLUMNS, size);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    this.size = size;
    this.free = Array.from({ length: size - this.of.size }, (_, i) => size - 1 - i);
    let slot = 0;
    for (const tile of this.of.keys()) {
      this.of.set(tile, slot);
      this.upload(tile, slot++);
    }
  }
}
