/**
 * Sounds made of bytes, so that tests can have any length and damage them exactly, and a few that were really spoken.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What may be different about a WAV file. */
interface Wav {
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  /** Put before the samples. */
  readonly before?: Buffer;
  /** What the header says of the samples' bytes. */
  readonly told?: number;
}

/** A WAV file of silence. */
export function wav(seconds: number, form: Wav = {}): Buffer {
  const { rate = 8000, channels = 1, bits = 16, before = Buffer.alloc(0) } = form;
  const block = (channels * bits) / 8;
  const samples = Buffer.alloc(Math.round(seconds * rate) * block);
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * block, 8);
  format.writeUInt16LE(block, 12);
  format.writeUInt16LE(bits, 14);
  const body = Buffer.concat([
    Buffer.from("WAVE"),
    chunk("fmt ", format),
    before,
    chunk("data", samples, form.told),
  ]);
  return chunk("RIFF", body);
}

/** A chunk of a WAV file. */
export function chunk(name: string, body: Buffer, told = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(told, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** An ID3 tag with so many bytes in it. */
export function id3(length: number, flags = 0): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (length >> shift) & 0x7f);
  const footer = (flags & 0x10) === 0 ? 0 : 10;
  return Buffer.concat([
    Buffer.from("ID3"),
    Buffer.of(4, 0, flags, ...size),
    Buffer.alloc(length + footer, 0xff),
  ]);
}

/** A sentence of 3.3 s, spoken by a machine. */
export function spoken(format: "mp3" | "m4a" | "aac"): Buffer {
  return readFileSync(join(import.meta.dirname, "sounds", `spoken.${format}`));
}
