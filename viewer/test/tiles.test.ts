import { expect, it, vi } from "vitest";
import { Tiles } from "../src/tiles";
import { Refused, type Transport } from "../src/transport";

const OCTETS = 32 + 2 * 256 * 512;

function octets(complete = 1): ArrayBuffer {
  const buffer = new ArrayBuffer(OCTETS);
  const view = new DataView(buffer);
  [..."SGT1"].forEach((sign, i) => view.setUint8(i, sign.charCodeAt(0)));
  view.setUint16(4, 256, true);
  view.setUint16(6, 512, true);
  view.setFloat32(24, complete, true);
  return buffer;
}

/** A server that answers when it is told to. */
function server() {
  const open = new Map<string, { answer: (complete?: number, final?: boolean) => void; refuse: (error: Error) => void; signal: AbortSignal }>();
  const paths: string[] = [];
  const transport = {
    octets: (path: string, signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        paths.push(path);
        signal.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
        open.set(path, { answer: (complete = 1, final = true) => resolve({ octets: octets(complete), final }), refuse: reject, signal });
      }),
  } as unknown as Transport;
  return { open, paths, transport };
}

const rest = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
const refuses = (error: Refused): void => expect.fail(error.message);

it("four fly at a time, in the order wanted", async () => {
  const { open, paths, transport } = server();
  const tiles = new Tiles(transport, () => undefined, refuses);
  tiles.want(["a", "b", "c", "d", "e", "f"]);
  expect(paths).toEqual(["a", "b", "c", "d"]);
  open.get("c")!.answer();
  await rest();
  expect(paths).toEqual(["a", "b", "c", "d", "e"]);
  expect(tiles.has("c")).toBe(true);
  expect(tiles.settled).toBe(false);
});

it("what is no longer wanted is given up, and its place taken", async () => {
  const { open, paths, transport } = server();
  const tiles = new Tiles(transport, () => undefined, refuses);
  tiles.want(["a", "b", "c", "d"]);
  tiles.want(["d", "x", "y", "z"]);
  expect(open.get("a")!.signal.aborted).toBe(true);
  expect(open.get("d")!.signal.aborted).toBe(false);
  await rest();
  expect(paths.slice(4)).toEqual(["x", "y", "z"]);
});

it("the tile that was not looked at for longest makes room", async () => {
  const { open, transport } = server();
  const tiles = new Tiles(transport, () => undefined, refuses, 3 * (OCTETS - 32));
  tiles.want(["a", "b", "c", "d"]);
  for (const name of ["a", "b", "c"]) open.get(name)!.answer();
  await rest();
  tiles.get("a");
  open.get("d")!.answer();
  await rest();
  expect(["a", "b", "c", "d"].map((name) => tiles.has(name))).toEqual([true, false, true, true]);
  expect(tiles.size).toBe(3 * (OCTETS - 32));
});

it("a preview is shown, and asked for again once it may be exact", async () => {
  const { open, paths, transport } = server();
  const tiles = new Tiles(transport, () => undefined, refuses);
  tiles.want(["a"]);
  open.get("a")!.answer(0.2, false);
  await rest();
  expect(tiles.get("a")!.complete).toBeCloseTo(0.2);
  expect(paths).toEqual(["a"]);
  tiles.renew();
  expect(paths).toEqual(["a", "a"]);
  open.get("a")!.answer();
  await rest();
  expect(tiles.get("a")!.final).toBe(true);
  tiles.renew();
  expect(paths).toHaveLength(2);
});

it("a refusal is said, and does not come again at once", async () => {
  vi.useFakeTimers();
  const { open, paths, transport } = server();
  const said: string[] = [];
  const tiles = new Tiles(transport, () => undefined, (error) => said.push(error.message));
  tiles.want(["a"]);
  open.get("a")!.refuse(new Refused(410, "meadow.wav was cut since it was opened. Open it again."));
  await vi.advanceTimersByTimeAsync(100);
  expect(said).toEqual(["meadow.wav was cut since it was opened. Open it again."]);
  expect(paths).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(paths).toHaveLength(2);
  vi.useRealTimers();
});
