// From the view to draws: the finest tiles that pixels can show, over whatever coarser or older ones are here.

import { FrequencyAxis, TimeAxis } from "./axis";
import type { Rect } from "./app";
import { type Draw, mosaic } from "./draws";
import type { Layers } from "./layers";
import { type Part, type Picture, parts, part, wants } from "./plan";
import type { Description } from "./server";
import type { Plane } from "./state";
import type { Tiles } from "./tiles";

/** One rectangle that shows a recording. */
export interface Shown {
  readonly key: string;
  readonly id: string;
  readonly channel: number;
  readonly description: Description;
  readonly plane: Plane;
  readonly rect: Rect;
  readonly time: TimeAxis;
  readonly frequency: FrequencyAxis;
  readonly layer: 0 | 1;
}

const FINER = 4; // levels; finer tiles than these, from before zooming out, are too many cells a pixel
const KEPT = 6; // pictures of other settings or hops that may lie under a new one

export class Pictures {
  /** What each rectangle has shown, the latest last: it stays until what is new has come. */
  private readonly before = new Map<string, Map<string, Description>>();

  constructor(
    private readonly tiles: Tiles,
    private readonly layers: Layers,
  ) {}

  /** Draws what is here, and asks for what is not, from a moment (seconds of each recording) outwards. */
  draws(all: readonly Shown[], ratio: number, at: (shown: Shown) => number): Draw[] {
    const has = (address: string): boolean => this.tiles.has(address);
    const draws: Draw[] = [];
    const asked = all.map((shown) => {
      const picture = this.picture(shown, ratio);
      const fine = parts(picture);
      draws.push(...this.layered(shown, picture, fine, ratio));
      return wants(picture, fine, at(shown), has);
    });
    this.tiles.want([...asked.flatMap((one) => one.visible), ...asked.flatMap((one) => one.beside)]);
    return draws;
  }

  private picture(shown: Shown, ratio: number): Picture {
    const d = this.layers.closer(shown.id, shown.description, shown.time.perPixel / ratio);
    return {
      description: d,
      base: `${d.recording}/${d.settings}/${shown.channel}/${shown.plane}`,
      time: shown.time,
      frequency: shown.frequency,
      width: Math.round(shown.rect.width * ratio),
      height: Math.round(shown.rect.height * ratio),
      stored: d === shown.description && this.layers.built(d),
      single: shown.plane !== "max",
    };
  }

  private layered(shown: Shown, picture: Picture, fine: readonly Part[], ratio: number): Draw[] {
    const get = (address: string) => this.tiles.get(address);
    const draw = (one: Part, pieces: Draw["mosaic"], rank: number): Draw => ({
      part: one,
      mosaic: pieces,
      plane: shown.plane,
      left: Math.round(shown.rect.left * ratio),
      top: Math.round(shown.rect.top * ratio),
      width: picture.width,
      height: picture.height,
      layer: shown.layer,
      rank,
      x: shown.time.begin(picture.width),
      y: shown.frequency.begin(picture.height),
    });
    const over = fine.map((one) => draw(one, mosaic(one, get), 0));
    const complete = over.every(({ mosaic: { tiles } }) => tiles.every(Boolean));
    const under = complete ? [] : this.under(shown, picture, fine);
    this.remember(shown.key, picture);
    const there = under.map((one) => [one, mosaic(one, get)] as const).filter(([, { tiles }]) => tiles.some(Boolean));
    return [...there.map(([one, pieces], i) => draw(one, pieces, there.length - i)), ...over];
  }

  /** Parts of other levels, folds, hops and settings of which tiles are here, the coarsest first. */
  private under(shown: Shown, picture: Picture, fine: readonly Part[]): Part[] {
    const now = picture.description;
    const wanted = new Set(fine.map(({ set }) => `${set.base} ${set.level}.${set.fold}`));
    const bases = new Map(this.before.get(shown.key) ?? []).set(picture.base, now);
    const found: { cell: number; fold: number; one: Part }[] = [];
    const cell = now.hop * 2 ** (fine[0]?.set.level ?? 0);
    const fold = Math.min(...fine.map(({ set }) => set.fold));
    for (const [base, d] of bases) {
      if (d.label !== now.label || d.recording !== now.recording) continue;
      for (const name of this.tiles.sets(base)) {
        const [level, rows] = name.split(".").map(Number);
        if (wanted.has(`${base} ${name}`) || d.hop * 2 ** level * 2 ** FINER < cell || rows + FINER < fold) continue;
        const one = part({ ...picture, description: d, base }, level, rows);
        if (one) found.push({ cell: d.hop * 2 ** level, fold: rows, one });
      }
    }
    return found.sort((a, b) => b.cell - a.cell || b.fold - a.fold).map(({ one }) => one);
  }

  private remember(key: string, picture: Picture): void {
    const bases = this.before.get(key) ?? new Map<string, Description>();
    bases.delete(picture.base);
    bases.set(picture.base, picture.description);
    if (bases.size > KEPT) bases.delete(bases.keys().next().value!);
    this.before.set(key, bases);
  }
}
