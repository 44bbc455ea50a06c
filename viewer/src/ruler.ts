// Where numbers stand on an axis, and how they read: round, and never fewer than two.

export interface Tick {
  readonly at: number;
  readonly words: string;
}

export interface Ruler {
  readonly ticks: readonly Tick[];
  readonly title: string;
}

/** The smallest of 1, 2, 5 times a power of ten that cuts `span` into `most` parts or fewer. */
export function stepFor(span: number, most: number): number {
  const least = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10, 20].find((m) => power * m >= least * (1 - 1e-9)) ?? 10;
  return Number((power * factor).toPrecision(6));
}

/** Round numbers from low to high, in a unit, with just the decimals that they need. At least two. */
export function decimal(low: number, high: number, most: number, unit = 1): Tick[] {
  for (let n = Math.max(2, most); ; n++) {
    const step = stepFor((high - low) / unit, n);
    const first = Math.ceil(low / unit / step - 1e-9);
    const last = Math.floor(high / unit / step + 1e-9);
    if (last - first < 1 && n < 40) continue;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const number = (first + i) * step;
      return { at: number * unit, words: minus(number.toFixed(digits)) };
    });
  }
}

/** A number with a true minus sign, and no minus zero. */
export const minus = (number: string): string =>
  !number.startsWith("-") ? number : Number(number) === 0 ? number.slice(1) : "−" + number.slice(1);

const PREFIXES: readonly [number, string][] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
];

/** A unit's size and prefix for numbers as large as this. */
export const prefix = (size: number): readonly [number, string] => PREFIXES.find(([unit]) => size >= unit) ?? [1e-6, "µ"];

/** A frequency of some MHz or GHz, with digits down to what a pixel is. */
export function tuned(hertz: number, perPixel: number): string {
  const [unit, name] = prefix(Math.abs(hertz) || 1);
  return `${minus((hertz / unit).toFixed(Math.min(9, Math.max(0, Math.ceil(Math.log10(unit / Math.max(perPixel, 1e-3)) - 1e-9)))))} ${name}Hz`;
}

/** A number with so many digits that matter, and a prefix: 1.25 k, 440, 20 m. */
export function short(value: number, digits = 4): string {
  const [unit, name] = value ? prefix(Math.abs(value) * (1 + 1e-12)) : [1, ""];
  return minus(String(Number((value / unit).toPrecision(digits)))) + (name ? " " + name : " ");
}
