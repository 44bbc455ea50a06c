// Codes of all pixels in memory, from the upper left, kept from frame to frame: what plain code draws from.

import type { Draw } from "./draws";
import { type Place, Renewal } from "./renewal";
import { reduce } from "./strips";
import { NOTHING } from "./tile";

export class Codes {
  /** Of the recordings, and of those that are taken from them in a difference. */
  readonly layers: readonly [Uint16Array, Uint16Array];
  places: readonly Place[] = [];
  private readonly renewal = new Renewal();

  constructor(
    readonly width: number,
    height: number,
  ) {
    this.layers = [new Uint16Array(width * height).fill(NOTHING), new Uint16Array(width * height).fill(NOTHING)];
  }

  reduce(draws: readonly Draw[]): void {
    const { places, other } = this.renewal.plan(draws);
    if (other) for (const layer of this.layers) layer.fill(NOTHING);
    this.places = places;
    for (const place of places) {
      this.move(place);
      const lowest = (place.top + place.height - 1) * this.width + place.left;
      const codes = this.layers[place.layer];
      for (const { left, right, low, high } of place.cleared) {
        for (let y = low; y < high; y++) codes.fill(NOTHING, lowest - y * this.width + left, lowest - y * this.width + right);
      }
      for (const { draw, area } of place.strokes) {
        reduce(draw.mosaic, draw.plane, draw.part.across, draw.part.upward, area, codes, lowest, -this.width);
      }
    }
  }

  private move({ left, top, width, height, layer, moved: [x, y] }: Place): void {
    if (!x && !y) return;
    const codes = this.layers[layer];
    const [first, step] = y > 0 ? [top + height - 1, -1] : [top, 1]; // what is read is not yet written
    for (let i = 0; i < height - Math.abs(y); i++) {
      const to = (first + step * i) * this.width + left;
      const from = to - y * this.width + x;
      codes.copyWithin(x > 0 ? to : to - x, x > 0 ? from : from - x, x > 0 ? from - x + width : from + width);
    }
  }
}
