// What the server says of recordings and of settings: the shapes of its JSON.

import type { AxisName } from "./axis";
import type { Settings } from "./state";

export interface Recording {
  readonly id: string;
  readonly name: string;
  readonly seconds: number;
  readonly n_samples: number;
  readonly sample_rate: number;
  readonly n_channels: number;
  readonly unit: string;
  /** I/Q: frequencies lie on both sides of `centre`, 0 where that is not known; below 0 too. */
  readonly is_complex?: boolean | null;
  readonly centre?: number | null;
  /** When it began, ISO 8601, or null where that is not known. */
  readonly start: string | null;
  /** "waiting" while its header has not been read: numbers are null then. */
  readonly status: string;
  readonly reason: string | null;
  /** What people are told of it, where something is wrong. */
  readonly sentence?: string | null;
  readonly digest: string;
}

/** Whether there is anything to see of it. */
export const usable = (recording: Recording): boolean => recording.n_samples > 0 && recording.seconds > 0;

/** The lowest of its frequencies. */
export const lowestOf = (recording: Recording): number => (recording.is_complex ? -recording.sample_rate / 2 : 0);

export interface Recordings {
  readonly recordings: readonly Recording[];
  /** false while headers of a large folder are still read: ask again. */
  readonly complete?: boolean;
  readonly writable: boolean;
  readonly problem: string;
  readonly defaults: {
    readonly settings: Settings | null;
    readonly range: readonly [number, number] | null;
    readonly colours: string | null;
    readonly axis: AxisName | null;
  };
}

export type Frequencies =
  | { readonly kind: "linear"; readonly first: number; readonly step: number }
  | { readonly kind: "list"; readonly values: readonly number[]; readonly edges: readonly number[] };

export interface Description {
  readonly recording: string;
  readonly settings: string;
  readonly json: Settings;
  readonly n_frames: number;
  readonly n_rows: number;
  readonly n_channels: number;
  readonly hop: number;
  readonly window_length: number;
  readonly n_fft: number;
  /** The sample at which frame 0 begins; may be negative. */
  readonly start: number;
  readonly top_level: number;
  readonly top_fold: number;
  readonly sample_rate: number;
  readonly quantity: string;
  readonly unit: string;
  readonly reference: number;
  /** What the colour bar says. */
  readonly label: string;
  readonly frequencies: Frequencies;
  readonly progress: number;
}

/** The moment of a frame: the middle of its window, in seconds. */
export const frameTime = (d: Description, frame: number): number =>
  (d.start + frame * d.hop + Math.floor(d.window_length / 2)) / d.sample_rate;

/** The frame, with a fraction, whose middle is at a moment. */
export const frameAt = (d: Description, seconds: number): number =>
  (seconds * d.sample_rate - d.start - Math.floor(d.window_length / 2)) / d.hop;

/** Both edges of a row, in hertz: halfway to its neighbours, or where the bands lie. */
export function rowEdges(d: Description, row: number): [number, number] {
  const f = d.frequencies;
  if (f.kind === "linear") return [f.first + (row - 0.5) * f.step, f.first + (row + 0.5) * f.step];
  return [f.edges[row], f.edges[row + 1]];
}
