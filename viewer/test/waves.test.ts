import { expect, it, vi } from "vitest";
import { TimeAxis } from "../src/axis";
import type { Recording } from "../src/server";
import type { Transport } from "../src/transport";
import { Waves } from "../src/waves";

const RECORDING = { digest: "r", n_samples: 2 ** 18, sample_rate: 1024 } as Recording;

/** A tile of waveform: 256 stretches between −level and level. */
function octets(level: number, preview: boolean): ArrayBuffer {
  const buffer = new ArrayBuffer(16 + 4 * 3 * 256);
  new DataView(buffer).setUint16(6, preview ? 1 : 0, true);
  new Float32Array(buffer, 16).forEach((_, i, all) => (all[i] = [-level, level, level / 2][i % 3]));
  return buffer;
}

it("a preview of a waveform is asked for again after a while or when it may be exact, and not before", async () => {
  vi.useFakeTimers();
  let [asked, exact] = [0, false];
  const transport = { octets: async () => ((asked += 1), { octets: octets(exact ? 1 : 0.5, !exact), final: exact }) } as unknown as Transport;
  const waves: Waves = new Waves(transport, () => look(), (error) => expect.fail(error.message));
  const look = (): number => {
    waves.begin();
    const wave = waves.wave(RECORDING, 0, new TimeAxis(0, 256, 0, 256), 256);
    waves.end();
    return wave.kind === "stretches" ? wave.high[7] : NaN;
  };
  look();
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, look()]).toEqual([1, 0.5]);
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, look()]).toEqual([2, 0.5]);
  exact = true;
  waves.renew();
  await vi.advanceTimersByTimeAsync(1);
  expect([asked, look()]).toEqual([3, 1]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(3);
  vi.useRealTimers();
});
