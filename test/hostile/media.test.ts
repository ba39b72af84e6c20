/**
 * Hostile pictures, sounds and films: whatever the bytes claim, they are measured or refused, soon, with numbers that
 * make sense, and never by reading more than there is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { readImageFacts } from "../../src/store/image.js";
import { probeBytes } from "../../src/store/probe.js";
import { readSoundFacts } from "../../src/store/sound.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { ordinarySeconds } from "./effort.js";
import { ground, STILL } from "./ground.js";
import { prototypesUntouched } from "./prototypes.js";
import { fuzz } from "./seeds.js";
import { expectHarmless } from "./terminal.js";

prototypesUntouched();

const MB = 1_000_000;
const bytes = (...parts: readonly (string | readonly number[] | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );
const u32 = (value: number): readonly number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];
const le32 = (value: number): readonly number[] => u32(value).toReversed();
const filled = (piece: Uint8Array, size = MB): Buffer => Buffer.alloc(size, piece);
const box = (type: string, body: Uint8Array, size = body.length + 8): Buffer => bytes(u32(size), type, body);
const FTYP = box("ftyp", bytes("isom", u32(0), "isom"));
const PNG = bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const ihdr = (width: number, height: number): Buffer =>
  bytes(PNG, u32(13), "IHDR", u32(width), u32(height), [8, 6, 0, 0, 0], u32(0));
const RIFF = (size: number): Buffer => bytes("RIFF", le32(size), "WAVE");
const FMT = bytes("fmt ", le32(16), [1, 0, 1, 0], le32(8000), le32(16000), [2, 0, 16, 0]);
const nested = (depth: number): Buffer => {
  let inner: Buffer = bytes("x");
  for (let level = 0; level < depth; level++) inner = box(level % 2 === 0 ? "trak" : "mdia", inner);
  return inner;
};

/** Name → a file that lies. */
const LIES: Readonly<Record<string, () => Uint8Array>> = {
  nothing: () => bytes(),
  "one byte": () => bytes("R"),
  "a PNG's signature alone": () => PNG,
  "a PNG without its size": () => bytes(PNG, u32(13), "IHDR"),
  "a PNG of 0 by 0": () => ihdr(0, 0),
  "a PNG of 2^31 by 2^31": () => ihdr(2 ** 31, 2 ** 31),
  "a PNG of 2^32-1 by 1": () => ihdr(2 ** 32 - 1, 1),
  "a PNG whose first chunk has 4 GB": () => bytes(PNG, u32(2 ** 32 - 1), "IHDR", u32(300), u32(300)),
  "a PNG of endless chunks": () => bytes(ihdr(300, 300), filled(bytes(u32(0), "IDAT", u32(0)))),
  "a PNG cut in half": () => STILL.subarray(0, STILL.length >> 1),
  "a JPEG of fill bytes": () => bytes([0xff, 0xd8], filled(bytes([0xff]))),
  "a JPEG of empty segments": () => bytes([0xff, 0xd8], filled(bytes([0xff, 0xe0, 0, 2]))),
  "a JPEG whose segment has no length": () => bytes([0xff, 0xd8], filled(bytes([0xff, 0xe0, 0, 0]))),
  "a JPEG of start markers": () => filled(bytes([0xff, 0xd8])),
  "a JPEG of 0 by 0": () => bytes([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 0, 0, 0]),
  "a JPEG that ends in a length": () => bytes([0xff, 0xd8, 0xff, 0xc0, 0]),
  "an MP4 of a box without length": () => bytes(u32(0), "ftyp", "isom"),
  "an MP4 of boxes of length 0": () => bytes(FTYP, filled(bytes(u32(0), "free"))),
  "an MP4 of boxes of length 1": () => bytes(FTYP, filled(bytes(u32(1), "free", u32(0), u32(16)))),
  "an MP4 of boxes of length 2^63": () => bytes(FTYP, u32(1), "moov", [0x7f], filled(bytes([0xff]), 15)),
  "an MP4 of boxes of length 2^64-1": () => bytes(FTYP, u32(1), "moov", filled(bytes([0xff]), 16)),
  "an MP4 of boxes of length 7": () => bytes(FTYP, filled(bytes(u32(7), "free"))),
  "an MP4 of the smallest boxes": () => bytes(FTYP, filled(bytes(u32(8), "free"))),
  "an MP4 of tracks": () =>
    bytes(
      FTYP,
      box("mdat", bytes("x")),
      box("moov", bytes(box("mvhd", filled(bytes([255]), 100)), filled(box("trak", bytes(u32(8), "mdia"))))),
    ),
  "an MP4 of handlers": () =>
    bytes(
      FTYP,
      box("mdat", bytes("x")),
      box(
        "moov",
        bytes(
          box("mvhd", filled(bytes([0]), 100)),
          box("trak", box("mdia", filled(box("hdlr", filled(bytes("vide"), 24))))),
        ),
      ),
    ),
  "an MP4 of nesting": () => bytes(FTYP, box("mdat", bytes("x")), box("moov", nested(3000))),
  "an MP4 of no time at all": () =>
    bytes(FTYP, box("mdat", bytes("x")), box("moov", box("mvhd", filled(bytes([0]), 100)))),
  "a WAV of 4 GB": () => bytes(RIFF(2 ** 32 - 1), FMT, "data", le32(2 ** 32 - 2), "xx"),
  "a WAV of no rate": () =>
    bytes(RIFF(36), "fmt ", le32(16), filled(bytes([0]), 16), "data", le32(4), "xxxx"),
  "a WAV of empty chunks": () => bytes(RIFF(MB), filled(bytes("junk", le32(0)))),
  "a WAV of chunks that go back": () => bytes(RIFF(MB), filled(bytes("junk", le32(2 ** 32 - 8)))),
  "a WAV of formats": () => bytes(RIFF(MB), filled(FMT)),
  "an MP3 of frame signs": () => filled(bytes([0xff, 0xfb])),
  "an MP3 of frames of no bit rate": () => filled(bytes([0xff, 0xfb, 0x00, 0x00])),
  "an MP3 of frames of a bad rate": () => filled(bytes([0xff, 0xfb, 0xfc, 0x00])),
  "an MP3 of the smallest frames": () => filled(bytes([0xff, 0xfb, 0x10, 0x00])),
  "an MP3 behind a tag of 256 MB": () =>
    bytes("ID3", [4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f], filled(bytes([0xff, 0xfb]))),
  "an MP3 of tags": () => filled(bytes("ID3", [4, 0, 0, 0, 0, 0, 0])),
  "an MP3 of tags that have feet": () => filled(bytes("ID3", [4, 0, 0x10, 0, 0, 0, 0])),
  "an AAC of the smallest frames": () => filled(bytes([0xff, 0xf1, 0x50, 0x80, 0x00, 0xe0, 0xfc])),
  "an AAC of frames without length": () => filled(bytes([0xff, 0xf1, 0x50, 0x80, 0x00, 0x00, 0x00])),
  "a FLAC of nothing": () => bytes("fLaC", filled(bytes([0x7f]))),
  "an Ogg of nothing": () => filled(bytes("OggS")),
  zeros: () => filled(bytes([0])),
  ones: () => filled(bytes([255])),
};

/** Reads as the store does; throws when more is asked for than a file could be asked. */
function reader(file: Uint8Array): (position: number, length: number) => Uint8Array {
  return (position, length) => {
    expect(Number.isSafeInteger(position) && position >= 0 && length >= 0 && length <= 65_536).toBe(true);
    return file.subarray(position, position + length);
  };
}

/** Measures a file as everything that it could be. */
function measured(file: Uint8Array): void {
  const picture = readImageFacts(reader(file));
  if (picture.kind === "image") expect(Math.min(picture.width, picture.height)).toBeGreaterThan(0);
  const sound = readSoundFacts(file);
  if (sound.kind === "sound") expect(Number.isFinite(sound.seconds) && sound.seconds > 0).toBe(true);
  const probed = probeBytes(reader(file), { sha256: sha256Hex(file), size: file.length });
  if (probed.kind === "artifact") {
    const { width = 1, height = 1, seconds = 1 } = probed.artifact;
    expect([width, height, seconds].every((each) => Number.isFinite(each) && each > 0)).toBe(true);
  } else expectHarmless(probed.why);
}

test.each(Object.entries(LIES))(
  "%s is measured or refused within 2 s, and planning says which",
  async (name, make) => {
    const file = make();
    expect(await ordinarySeconds(name, () => measured(file))).toBeLessThan(2);
    const at = ground(
      "version: 1\nproject: p\nimages:\n  i: { prompt: x, image: lie }\nshots:\n  a: { prompt: x, image: lie, steps: [{ lip_sync: { audio: lie } }] }\n",
    );
    at.put("lie", file);
    const said = await at.klingmake(["validate"]);
    expect(said.exit).toBe(3);
    expect(said.stderr).toMatch(/error\[graph\/input-invalid\]: lie /);
    expectHarmless(said.stderr);
  },
  60_000,
);

describe("a real file with anything wrong in it", () => {
  const clip = (() => {
    const steps = encodeClip({
      width: 128,
      height: 72,
      seconds: 1,
      text: { seed: "00112233", title: "", tag: "", facts: [], prompt: "", notes: [] },
    });
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  })();
  const SOUNDS = join(import.meta.dirname, "../store/sounds");
  const files: readonly (readonly [name: string, file: Uint8Array])[] = [
    ["a picture", STILL],
    ["a clip", clip],
    ...["spoken.mp3", "spoken.m4a", "spoken.aac"].map(
      (name) => [name, readFileSync(join(SOUNDS, name))] as const,
    ),
  ];
  const wound = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share ** 4),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 9 }),
      fc.constantFrom(...[0, 1, 7, 2 ** 31, 2 ** 32 - 1].map((value) => bytes(u32(value)))),
    ),
    cut: fc.boolean(),
  });

  it.each(files)(
    "is measured or refused: %s",
    (_, file) => {
      fc.assert(
        fc.property(fc.array(wound, { minLength: 1, maxLength: 5 }), (wounds) => {
          let hurt: Buffer = Buffer.from(file);
          for (const { at, put, cut } of wounds) {
            const from = Math.floor(at * hurt.length);
            hurt = cut
              ? hurt.subarray(0, from)
              : bytes(hurt.subarray(0, from), put, hurt.subarray(from + put.length));
          }
          measured(hurt);
        }),
        fuzz(300),
      );
    },
    60_000,
  );
});
