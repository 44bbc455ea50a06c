// Cursors that lay a ruler on a sound: the harmonics of a fundamental, and periods that repeat in time.

/** Frequencies of the harmonics of a fundamental that lie at or below `top`, at most `most` of them. */
export function harmonics(fundamental: number, top: number, most = 60): number[] {
  const count = fundamental > 0 ? Math.min(most, Math.floor(top / fundamental + 1e-9)) : 0;
  return Array.from({ length: count }, (_, k) => (k + 1) * fundamental);
}

/** A stretch of `count` equal periods: their borders, the length of one, and how many there are a second. */
export function periods(start: number, end: number, count: number): { borders: number[]; period: number; hertz: number } {
  const period = (end - start) / count;
  return { borders: Array.from({ length: count + 1 }, (_, k) => start + k * period), period, hertz: 1 / period };
}

const PREFIXES = [[1, ""], [1e-3, "m"], [1e-6, "µ"]] as const;

/** A length of time in the unit that reads best: 1.234 s, 12.34 ms, 5.200 µs. */
export function written(seconds: number): string {
  const [scale, prefix] = PREFIXES.find(([least]) => Math.abs(seconds) >= least) ?? PREFIXES[2];
  return `${(seconds / scale).toPrecision(4)} ${prefix}s`;
}

/** A frequency in hertz or kilohertz, four digits. */
export const hertzWritten = (hertz: number): string =>
  Math.abs(hertz) >= 1000 ? `${(hertz / 1000).toPrecision(4)} kHz` : `${hertz.toPrecision(4)} Hz`;
