import { expect, it } from "vitest";
import { AXES, type AxisName, FrequencyAxis, TimeAxis } from "../src/axis";
import { Codes } from "../src/codes";
import type { Draw } from "../src/draws";
import type { Layers } from "../src/layers";
import { Pictures, type Shown } from "../src/pictures";
import { pixel } from "../src/reduce";
import type { Plane } from "../src/state";
import { Renewal } from "../src/renewal";
import { COLUMNS, NOTHING, ROWS, type Tile, blocksOf, codeOf } from "../src/tile";
import type { Tiles } from "../src/tiles";
import { description, random } from "./given";

const [WIDTH, HEIGHT] = [90, 50];
const d = description({ n_frames: 60_000, n_rows: 1025, top_level: 8, top_fold: 1 });
const next = random(11);
const some = (n: number): number => Math.floor(next() * n);

const NOISE = Uint16Array.from({ length: 5000 + COLUMNS * (ROWS + 1) }, () => (next() < 0.05 ? 0 : codeOf(-100 + 60 * next())));

/** Tiles that come and go as the test says, of noise with gaps. */
class Given {
  readonly there = new Map<string, Tile>();
  wanted: string[] = [];
  has = (one: string): boolean => this.there.has(one);
  get = (one: string): Tile | null => this.there.get(one) ?? null;
  want = (order: string[]): void => void (this.wanted = order);
  sets = (): Set<string> => new Set([...this.there.keys()].map((one) => one.split("/").at(-2)!));

  come(one: string): void {
    const [level, fold, column, block] = one.split("/").slice(-2).flatMap((pair) => pair.split(".").map(Number));
    const [all, rows] = [Math.ceil(d.n_frames / 2 ** level), Math.ceil(d.n_rows / 2 ** fold)];
    const columns = Math.min(COLUMNS, all - column * COLUMNS);
    const height = block === blocksOf(rows) - 1 ? rows - block * ROWS : ROWS;
    const codes = NOISE.subarray(some(5000)).subarray(0, columns * height);
    this.there.set(one, { columns, rows: height, firstFrame: 0, complete: 1, final: true, codes });
  }
}

const layers = { closer: (_: string, one: unknown) => one, built: () => true } as unknown as Layers;

function shown(start: number, span: number, low: number, high: number, axis: AxisName, plane: Plane): Shown {
  const rect = { left: 3, top: 2, width: WIDTH, height: HEIGHT };
  return { key: "pane 0", id: "r", channel: 0, description: d, plane, rect, time: new TimeAxis(start, start + span, 3, WIDTH), frequency: new FrequencyAxis(axis, low, high, 2, HEIGHT), layer: 0 };
}

/** What a pixel is by definition: of the finest tiles, or while one of them has not come, of what lies under it. */
function defined(draws: readonly Draw[], x: number, y: number): number {
  const of = ({ mosaic, plane, part: { across, upward } }: Draw): number => pixel(mosaic, plane, [across[2 * x], across[2 * x + 1]], [upward[2 * y], upward[2 * y + 1]]);
  let code = NOTHING;
  for (const draw of draws) if (y >= draw.part.from && y < draw.part.to && of(draw) !== NOTHING) code = of(draw);
  return code;
}

it("what is kept from frame to frame is what would be drawn anew, wherever one goes and whatever comes", () => {
  const tiles = new Given();
  const pictures = new Pictures(tiles as unknown as Tiles, layers);
  const kept = new Codes(WIDTH + 6, HEIGHT + 5);
  let [start, span, low, high, axis, plane] = [100, 40, 100, 20_000, "linear" as AxisName, "max" as Plane];
  for (let step = 0; step < 160; step++) {
    const what = some(12);
    if (what < 4) start += ((some(40) - 20) * span) / WIDTH;
    else if (what === 4) start += next();
    else if (what === 5) span = Math.min(600, Math.max(0.5, span * (0.4 + 1.4 * next())));
    else if (what === 6) [low, high] = [1 + next() * 3000, 9000 + next() * 14_000];
    else if (what === 7 && axis === "linear") [low, high] = [low + (3 * (high - low)) / HEIGHT, high + (3 * (high - low)) / HEIGHT];
    else if (what === 8) axis = AXES[some(AXES.length)];
    else if (what === 9) plane = (["max", "mean", "salient"] as const)[some(3)];
    else if (what === 10 && tiles.there.size) tiles.there.delete([...tiles.there.keys()][some(tiles.there.size)]);
    for (let n = some(4); n && tiles.wanted.length; n--) tiles.come(tiles.wanted[some(Math.min(6, tiles.wanted.length))]);
    start = Math.max(-5, Math.min(600, start));
    const draws = pictures.draws([shown(start, span, low, high, axis, plane)], 1, () => start);
    const anew = new Codes(WIDTH + 6, HEIGHT + 5);
    kept.reduce(draws);
    anew.reduce(draws);
    expect(kept.layers[0]).toEqual(anew.layers[0]);
    for (let trial = 0; trial < 40; trial++) {
      const [x, y] = [some(WIDTH), some(HEIGHT)];
      const [code, right] = [anew.layers[0][(2 + HEIGHT - 1 - y) * anew.width + 3 + x], defined(draws, x, y)];
      expect(Math.abs(code - right)).toBeLessThanOrEqual(plane === "max" ? 0 : 1);
    }
  }
}, 60_000);

it("moving by whole pixels leaves little to be reduced", () => {
  const tiles = new Given();
  const pictures = new Pictures(tiles as unknown as Tiles, layers);
  const renewal = new Renewal();
  const plan = (start: number, low: number) => {
    const all = [shown(start, 40, low, low + 15_000, "linear", "salient")];
    pictures.draws(all, 1, () => start);
    tiles.wanted.forEach((one) => tiles.has(one) || tiles.come(one));
    const { places } = renewal.plan(pictures.draws(all, 1, () => start));
    return places[0].strokes.reduce((sum, { area }) => sum + (area.right - area.left) * (area.high - area.low), 0);
  };
  expect(plan(100, 3000)).toBe(WIDTH * HEIGHT);
  expect(plan(100, 3000)).toBe(0);
  expect(plan(100 + (7 * 40) / WIDTH, 3000)).toBeLessThan(12 * HEIGHT);
  expect(plan(100 - (3 * 40) / WIDTH, 3000)).toBeLessThan(15 * HEIGHT);
  expect(plan(100 - (3 * 40) / WIDTH, 3000 + (4 * 15_000) / HEIGHT)).toBeLessThan(9 * WIDTH);
});
