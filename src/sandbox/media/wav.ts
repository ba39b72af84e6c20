/** A sound as a WAV file: 16 bits, one channel. Knows nothing of where the samples come from. */

/** The file around samples at `rate` a second. */
export function wavFile(samples: Int16Array, rate: number): Uint8Array {
  const out = Buffer.alloc(44 + 2 * samples.length);
  out.write("RIFF", 0, "latin1");
  out.writeUInt32LE(out.length - 8, 4);
  out.write("WAVEfmt ", 8, "latin1");
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20);
  out.writeUInt16LE(1, 22);
  out.writeUInt32LE(rate, 24);
  out.writeUInt32LE(2 * rate, 28);
  out.writeUInt16LE(2, 32);
  out.writeUInt16LE(16, 34);
  out.write("data", 36, "latin1");
  out.writeUInt32LE(2 * samples.length, 40);
  for (const [i, sample] of samples.entries()) out.writeInt16LE(sample, 44 + 2 * i);
  return out;
}

/** Samples from -1 to 1 as 16 bits; what is louder is cut off. */
export function to16Bits(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.round(Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32_767);
  }
  return out;
}
