// The marks of a recording as a value with a history: what is undone comes back as it was, fields that are not ours too.

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly text: string;
  readonly verdict?: string | null;
  readonly [other: string]: unknown;
}

const MOST_UNDONE = 500;

export class MarkList {
  private states: (readonly Mark[])[];
  private at = 0;
  private saved = 0;
  selected: number | null = null;

  constructor(marks: readonly Mark[]) {
    this.states = [marks];
  }

  get marks(): readonly Mark[] {
    return this.states[this.at]!;
  }

  get changed(): boolean {
    return this.saved !== this.at;
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.states.length - 1;
  }

  add(mark: Mark): void {
    this.put([...this.marks, mark]);
    this.selected = this.marks.length - 1;
  }

  change(index: number, patch: Partial<Mark>): void {
    const old = this.marks[index];
    if (!old || Object.entries(patch).every(([name, value]) => old[name] === value)) return;
    this.put(this.marks.map((mark, i) => (i === index ? { ...mark, ...patch } : mark)));
  }

  remove(index: number): void {
    if (!this.marks[index]) return;
    this.put(this.marks.filter((_, i) => i !== index));
    this.selected = this.marks.length ? Math.min(index, this.marks.length - 1) : null;
  }

  undo(): void {
    if (this.canUndo) this.at--;
    this.keepSelection();
  }

  redo(): void {
    if (this.canRedo) this.at++;
    this.keepSelection();
  }

  /** The state `marks` is what the file holds now, and `kept` how it names each: a mark keeps that name in every state. */
  wasSaved(marks: readonly Mark[], kept: readonly Mark[] = marks): void {
    this.saved = this.states.indexOf(marks);
    const names = new Map(marks.map((mark, i) => [mark, kept.length === marks.length ? kept[i] : mark]));
    this.states = this.states.map((state) => (state.some((mark) => names.has(mark)) ? state.map((mark) => names.get(mark) ?? mark) : state));
  }

  private put(marks: readonly Mark[]): void {
    this.states = [...this.states.slice(0, this.at + 1), marks];
    if (this.saved > this.at) this.saved = -1; // what was saved can no longer be reached
    this.at++;
    const tooMany = this.states.length - MOST_UNDONE;
    if (tooMany > 0) {
      this.states.splice(0, tooMany);
      this.at -= tooMany;
      this.saved -= tooMany;
    }
  }

  private keepSelection(): void {
    if (this.selected !== null && this.selected >= this.marks.length) this.selected = this.marks.length ? this.marks.length - 1 : null;
  }
}

/** Indices of the marks that a filter leaves, in order of time. A filter is words that all must be in text or verdict. */
export function filtered(marks: readonly Mark[], filter: string): number[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return marks
    .map((mark, index) => ({ mark, index, all: `${mark.text} ${mark.verdict ?? ""}`.toLowerCase() }))
    .filter(({ all }) => words.every((word) => all.includes(word)))
    .sort((a, b) => a.mark.start - b.mark.start || a.index - b.index)
    .map(({ index }) => index);
}

/** The one after (or before) the selected mark among `shown`; without one, the first at or after `seconds`. Goes round. */
export function neighbour(
  marks: readonly Mark[],
  shown: readonly number[],
  selected: number | null,
  step: 1 | -1,
  seconds: number,
): number | null {
  if (shown.length === 0) return null;
  const place = selected === null ? -1 : shown.indexOf(selected);
  if (place >= 0) return shown[(place + step + shown.length) % shown.length]!;
  const after = shown.findIndex((index) => marks[index]!.start >= seconds);
  if (step === 1) return shown[after < 0 ? 0 : after]!;
  return shown[after <= 0 ? shown.length - 1 : after - 1]!;
}

/** Words in use, the commonest first: what a text field offers. */
export function wordsOf(marks: readonly Mark[]): string[] {
  const counts = new Map<string, number>();
  for (const { text } of marks) if (text) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([text]) => text);
}

/** The mark under a point: the smallest box that holds it, null where there is none. A span holds every frequency. */
export function markAt(marks: readonly Mark[], seconds: number, hertz: number): number | null {
  let best: number | null = null;
  let least = Infinity;
  marks.forEach((mark, index) => {
    const low = mark.low ?? 0;
    const high = mark.high ?? Infinity;
    if (seconds < mark.start || seconds > mark.end || hertz < low || hertz > high) return;
    const size = (mark.end - mark.start) * (high === Infinity ? 1e9 : high - low);
    if (size < least) [best, least] = [index, size];
  });
  return best;
}
