// Which samples of a recording make which frames of the output, in whole numbers only: blocks that join exactly, and
// loops of a length that is never rounded twice.

/** A stretch that is played: samples of the recording, at the output's rate, slowed. */
export interface Take {
  readonly start: number;
  readonly end: number;
  /** Samples of the recording a second. */
  readonly sampleRate: number;
  /** Frames of the output a second. */
  readonly rate: number;
  /** 1 as recorded, 10 ten times slower (and lower). */
  readonly slow: number;
  readonly loop: boolean;
}

/** Samples [start, end) of the recording, which are frames [first, first + frames) of the take. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly first: number;
  readonly frames: number;
}

/** Frames of the output a sample, as a fraction in its lowest terms: `up` frames for `down` samples. */
export function ratio(take: Take): { up: number; down: number } {
  let up = Math.round(take.rate * take.slow * 1000);
  let down = Math.round(take.sampleRate * 1000);
  for (let a = up, b = down; ; [a, b] = [b, a % b]) {
    if (b === 0) {
      up /= a;
      down /= a;
      return { up, down };
    }
  }
}

/** How many frames a take has: the last may hold part of a sample. */
export function framesOf(take: Take): number {
  const { up, down } = ratio(take);
  return Math.ceil(((take.end - take.start) * up) / down);
}

/**
 * Blocks of about `seconds` of output that join to the take. Their borders lie where a sample and a frame fall
 * together, so that every block but the last has a whole number of both.
 */
export function blocksOf(take: Take, seconds = 1): Block[] {
  const { up, down } = ratio(take);
  const length = take.end - take.start;
  const samples = down * Math.max(1, Math.round((seconds * take.rate) / up));
  const blocks: Block[] = [];
  for (let at = 0; at < length; at += samples) {
    const end = Math.min(at + samples, length);
    const first = (at / down) * up;
    blocks.push({ start: take.start + at, end: take.start + end, first, frames: Math.ceil((end * up) / down) - first });
  }
  return blocks;
}

/** Which stretches of a take of `total` frames fill `frames` frames from frame `from` on, going round where it loops. */
export function fill(total: number, from: number, frames: number, loop: boolean): { first: number; frames: number }[] {
  const parts: { first: number; frames: number }[] = [];
  let at = loop ? from % total : from;
  for (let left = frames; left > 0 && at < total; ) {
    const now = Math.min(left, total - at);
    parts.push({ first: at, frames: now });
    left -= now;
    at = loop ? (at + now) % total : at + now;
  }
  return parts;
}

/** The sample of the recording that frame `frame` of a take sounds at. */
export function sampleAt(take: Take, frame: number): number {
  const { up, down } = ratio(take);
  const total = framesOf(take);
  const within = take.loop ? frame % total : Math.min(frame, total);
  return take.start + (within * down) / up;
}

/** The frame of a take at which a sample of the recording begins to sound. */
export function frameAt(take: Take, sample: number): number {
  const { up, down } = ratio(take);
  return Math.max(0, Math.floor(((sample - take.start) * up) / down));
}
