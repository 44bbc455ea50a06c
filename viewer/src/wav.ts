// A selection as a file: WAV of 32-bit float, the samples as they are.

/** A WAV file of channels of equal length; one channel a Float32Array. */
export function wavOf(channels: readonly Float32Array[], rate: number): Uint8Array<ArrayBuffer> {
  const n = channels.length;
  const frames = channels[0]?.length ?? 0;
  const octets = new Uint8Array(58 + 4 * n * frames);
  const view = new DataView(octets.buffer);
  const text = (at: number, word: string) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, octets.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 18, true);
  view.setUint16(20, 3, true); // float
  view.setUint16(22, n, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 4 * n, true);
  view.setUint16(32, 4 * n, true);
  view.setUint16(34, 32, true);
  text(38, "fact");
  view.setUint32(42, 4, true);
  view.setUint32(46, frames, true);
  text(50, "data");
  view.setUint32(54, 4 * n * frames, true);
  channels.forEach((channel, c) => channel.forEach((value, i) => view.setFloat32(58 + 4 * (i * n + c), value, true)));
  return octets;
}
