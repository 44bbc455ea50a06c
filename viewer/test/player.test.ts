import { describe, expect, it } from "vitest";
import type { Block, Take } from "../src/blocks";
import { Player, channelsOf } from "../src/player";
import { wavOf } from "../src/wav";

/** An output that keeps what is laid on it, frame by frame. */
function output(rate: number, seconds: number) {
  const heard = new Float32Array(rate * seconds);
  let overlaps = 0;
  const context = {
    sampleRate: rate,
    currentTime: 0,
    createBuffer: (_channels: number, frames: number) => {
      const samples = new Float32Array(frames);
      return { samples, copyToChannel: (given: Float32Array, channel: number) => channel === 0 && samples.set(given) };
    },
    createBufferSource: () => {
      const node = {
        buffer: null as unknown as { samples: Float32Array },
        onended: null,
        connect: () => undefined,
        stop: () => undefined,
        start: (when: number) => {
          const at = when * rate;
          expect(Math.abs(at - Math.round(at))).toBeLessThan(1e-6);
          const place = heard.subarray(Math.round(at), Math.round(at) + node.buffer.samples.length);
          overlaps += place.filter((value) => value !== 0).length;
          place.set(node.buffer.samples);
        },
      };
      return node;
    },
  };
  return { context: context as unknown as BaseAudioContext, heard, overlaps: () => overlaps };
}

/** How many frames are not the same. */
const differing = (a: Float32Array, b: Float32Array) => a.filter((value, i) => value !== b[i]).length;
const counting = async (block: Block) => [Float32Array.from({ length: block.frames }, (_, i) => block.first + i + 1)];

describe("the player", () => {
  it("lays a loop of 50 ms end to end, exact to the frame", async () => {
    const { context, heard, overlaps } = output(48_000, 4);
    const take: Take = { start: 777, end: 777 + 2400, sampleRate: 48_000, rate: 48_000, slow: 1, loop: true };
    const player = new Player(context, null as unknown as AudioNode, take, counting, () => undefined);
    await player.lay(3);
    const first = heard.findIndex((value) => value !== 0);
    expect(first).toBe(2880);
    const whole = 3 * 48_000 - first;
    expect(differing(heard.subarray(first, first + whole), Float32Array.from({ length: whole }, (_, i) => (i % 2400) + 1))).toBe(0);
    expect(overlaps()).toBe(0);
    expect(player.heard(first + 2400 * 3 + 10)).toBe(787);
    expect(player.heard(first - 1)).toBeNull();
  });
  it("joins blocks of other rates without a frame between", async () => {
    const { context, heard } = output(44_100, 4);
    const take: Take = { start: 0, end: 96_000, sampleRate: 48_000, rate: 44_100, slow: 1, loop: false };
    const player = new Player(context, null as unknown as AudioNode, take, counting, () => undefined);
    await player.lay(3);
    const first = heard.findIndex((value) => value !== 0);
    expect(differing(heard.subarray(first, first + 88_200), Float32Array.from({ length: 88_200 }, (_, i) => i + 1))).toBe(0);
    expect(heard[first + 88_200]).toBe(0);
  });
  it("begins where it is told", async () => {
    const { context, heard } = output(48_000, 2);
    const take: Take = { start: 0, end: 96_000, sampleRate: 48_000, rate: 48_000, slow: 1, loop: false };
    const player = new Player(context, null as unknown as AudioNode, take, counting, () => undefined, 30_000);
    await player.lay(0);
    expect(heard.find((value) => value !== 0)).toBe(30_001);
  });
  it("reports a fault once, and none after it was stopped", async () => {
    const { context } = output(48_000, 1);
    const take: Take = { start: 0, end: 960, sampleRate: 48_000, rate: 48_000, slow: 1, loop: false };
    const faults: (Error | undefined)[] = [];
    const failing = () => Promise.reject(new Error("the file was removed"));
    await new Player(context, null as unknown as AudioNode, take, failing, (fault) => faults.push(fault)).start();
    expect(faults.map((fault) => fault?.message)).toEqual(["the file was removed"]);
  });
});

describe("PCM", () => {
  it("of a header and interleaved frames becomes channels", () => {
    const octets = new ArrayBuffer(16 + 4 * 4);
    const view = new DataView(octets);
    [..."SGP1"].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)));
    view.setUint16(4, 2, true);
    view.setUint32(8, 44_100, true);
    view.setUint32(12, 2, true);
    [1, 2, 3, 4].forEach((value, i) => view.setFloat32(16 + 4 * i, value, true));
    expect(channelsOf(octets)).toEqual({ channels: [new Float32Array([1, 3]), new Float32Array([2, 4])], rate: 44_100 });
    expect(() => channelsOf(octets.slice(0, 20))).toThrow("the sound came cut");
    expect(() => channelsOf(new ArrayBuffer(3))).toThrow("not sound of this viewer");
  });
  it("becomes a WAV file of float, whose sizes agree", () => {
    const file = wavOf([new Float32Array([0.5, -1])], 8000);
    const view = new DataView(file.buffer);
    expect([view.getUint32(4, true), view.getUint32(54, true), view.getFloat32(62, true)]).toEqual([file.length - 8, 8, -1]);
  });
});
