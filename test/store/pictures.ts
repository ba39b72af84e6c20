/**
 * The smallest files that are whole as pictures or films, made of bytes, so that tests can damage them exactly.
 */

/** A PNG header of this size, with an end. */
export function png(width: number, height: number): Buffer {
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
    uint32(width),
    uint32(height),
    Buffer.from("0802000000", "hex"),
    Buffer.from("0000000049454e44ae426082", "hex"),
  ]);
}

/** A JPEG with `before` segments of other kinds in front of its frame header. */
export function jpg(width: number, height: number, before = 1): Buffer {
  const segment = Buffer.concat([Buffer.of(0xff, 0xe0, 0x01, 0x02), Buffer.alloc(256)]);
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    ...Array.from({ length: before }, () => segment),
    Buffer.of(0xff, 0xff, 0xc2, 0x00, 0x11, 0x08),
    size,
    Buffer.alloc(10),
    Buffer.of(0xff, 0xd9),
  ]);
}

/** A box of an MP4. */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(8 + body.length), Buffer.from(type, "latin1"), body]);
}

/** What may be different about a film. */
export interface Film {
  readonly seconds?: number;
  readonly width?: number;
  readonly height?: number;
  /** Whether header boxes are of version 1, with 64-bit times. */
  readonly wide?: boolean;
  /** Whether the picture is turned by a quarter. */
  readonly turned?: boolean;
  readonly handler?: string;
}

/** An MP4 with an empty sound track and one picture track. */
export function mp4(film: Film = {}): Buffer {
  return Buffer.concat([FTYP, moov(film), MDAT]);
}

export const FTYP: Buffer = box("ftyp", Buffer.from("isom\0\0\0\0isom", "latin1"));
export const MDAT: Buffer = box("mdat", Buffer.from("frames"));

/** The index of a film. */
export function moov(film: Film = {}): Buffer {
  const { seconds = 5, width = 1280, height = 720, wide = false, turned = false, handler = "vide" } = film;
  const times = Buffer.alloc(wide ? 16 : 8);
  const length = Math.round(seconds * 600);
  const duration = wide ? Buffer.concat([uint32(0), uint32(length)]) : uint32(length);
  const version = Buffer.of(wide ? 1 : 0, 0, 0, 0);
  const one = uint32(0x10000);
  const none = uint32(0);
  const matrix = turned
    ? [none, one, none, one, none, none, none, none, none]
    : [one, none, none, none, one, none, none, none, none];
  const mvhd = box("mvhd", version, times, uint32(600), duration, Buffer.alloc(80));
  const tkhd = box(
    "tkhd",
    version,
    times,
    Buffer.alloc(8),
    duration,
    Buffer.alloc(16),
    ...matrix,
    uint32(width * 0x10000),
    uint32(height * 0x10000),
  );
  const kind = (name: string) =>
    box("mdia", box("hdlr", Buffer.alloc(8), Buffer.from(name, "latin1"), Buffer.alloc(13)));
  return box("moov", mvhd, box("trak", kind("soun")), box("trak", tkhd, kind(handler)));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
