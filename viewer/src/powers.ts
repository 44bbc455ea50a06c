// From codes to power and back by tables, made when first needed: a logarithm for each pixel would take half of a frame.

import { MIDDLE, OCTAVES } from "./reduce";
import { NOTHING } from "./tile";

const DROPPED = 13; // bits of a float's fraction that a first guess does without: what is left is finer than a code

export class Powers {
  /** Of each code its power; 0 of no data, and NaN where nothing is known. */
  readonly of = Float32Array.from({ length: NOTHING + 1 }, (_, code) => 2 ** ((code - MIDDLE) * OCTAVES));
  /** The least power that is nearest to a code. */
  private readonly least = Float64Array.from({ length: NOTHING + 2 }, (_, code) => 2 ** ((code - 0.5 - MIDDLE) * OCTAVES));
  private readonly guess = new Uint16Array(2 ** (31 - DROPPED));
  private readonly float = new Float32Array(1);
  private readonly bits = new Int32Array(this.float.buffer);

  constructor() {
    this.of[0] = 0;
    this.of[NOTHING] = NaN;
    let code = 0;
    for (let i = 0; i < this.guess.length; i++) {
      this.bits[0] = i << DROPPED;
      while (code < NOTHING - 1 && this.least[code + 1] <= this.float[0]) code += 1;
      this.guess[i] = Math.max(0, code - 1); // a float may have been rounded up
    }
  }

  /** The code that is nearest to a power above 0. */
  code(power: number): number {
    this.float[0] = power;
    let code = this.guess[this.bits[0] >> DROPPED];
    while (power >= this.least[code + 1]) code += 1;
    return code;
  }
}

let powers: Powers | null = null;

export const powersOnce = (): Powers => (powers ??= new Powers());
