import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { ImageLimits } from "../../src/catalog/model.js";
import { checkImage, isImageFacts, readImageFacts } from "../../src/store/image.js";
import { probeBytes, type Probed } from "../../src/store/probe.js";
import { box, FTYP, jpg, MDAT, moov, mp4, png } from "./pictures.js";

const SHA256 = sha256Hex("any");

function reader(bytes: Buffer) {
  return (position: number, length: number) => bytes.subarray(position, position + length);
}

function probed(bytes: Buffer): Probed {
  return probeBytes(reader(bytes), { sha256: SHA256, size: bytes.length });
}

/** The measures of a fit file, or why it is unfit. */
function told(bytes: Buffer): unknown {
  const answer = probed(bytes);
  if (answer.kind === "unfit") return answer.why;
  const { sha256: _, size, ...measures } = answer.artifact;
  expect(size).toBe(bytes.length);
  return measures;
}

describe("a finished download", () => {
  const hd = { type: "video/mp4", seconds: 5, width: 1280, height: 720 };
  it.each<[string, Buffer, unknown]>([
    ["an MP4", mp4(), hd],
    ["an MP4 with 64-bit times", mp4({ wide: true }), hd],
    ["an MP4 whose index comes last", Buffer.concat([FTYP, MDAT, moov()]), hd],
    ["an odd length", mp4({ seconds: 5.041 }), { ...hd, seconds: 5.042 }],
    ["a turned picture", mp4({ turned: true }), { ...hd, width: 720, height: 1280 }],
    [
      "a turned picture with 64-bit times",
      mp4({ turned: true, wide: true }),
      { ...hd, width: 720, height: 1280 },
    ],
    ["no length in the index", mp4({ seconds: 0 }), { type: "video/mp4", width: 1280, height: 720 }],
    ["a PNG", png(768, 1024), { type: "image/png", width: 768, height: 1024 }],
    ["a JPEG", jpg(640, 480), { type: "image/jpeg", width: 640, height: 480 }],
    ["a JPEG with a long preamble", jpg(640, 480, 300), { type: "image/jpeg", width: 640, height: 480 }],
  ])("is measured: %s", (_, bytes, measures) => {
    expect(told(bytes)).toEqual(measures);
  });

  const openEnd = Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from("mdatframes")]);
  const large = Buffer.concat([
    Buffer.from("00000001", "hex"),
    Buffer.from("mdat"),
    Buffer.alloc(7),
    Buffer.of(18),
    Buffer.from("xx"),
  ]);
  it("is whole when its last box is open-ended, or when a box has a 64-bit length", () => {
    expect(told(Buffer.concat([FTYP, moov(), openEnd]))).toEqual(hd);
    expect(told(Buffer.concat([FTYP, large, moov()]))).toEqual(hd);
  });

  it.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "it is empty"],
    ["an error page", Buffer.from("<html>gone</html>"), "does not begin as an MP4"],
    ["an MP4 without its last byte", mp4().subarray(0, -1), "ends in the middle of a box"],
    [
      "an MP4 with something after it",
      Buffer.concat([mp4(), Buffer.from("junk")]),
      "ends in the middle of a box",
    ],
    ["no index", Buffer.concat([FTYP, MDAT]), "no index"],
    ["no pictures", Buffer.concat([FTYP, moov(), box("mdat")]), "no pictures"],
    ["sound only", mp4({ handler: "soun" }), "no video track"],
    ["an empty index", Buffer.concat([FTYP, box("moov"), MDAT]), "no video track"],
    [
      "a box shorter than its own header",
      Buffer.concat([FTYP, Buffer.from("00000004", "hex"), Buffer.from("mdat")]),
      "middle of a box",
    ],
    ["a PNG cut short", png(1, 1).subarray(0, 33), "ends before the picture does"],
    ["a PNG without its last byte", png(1, 1).subarray(0, -1), "ends before the picture does"],
    ["a PNG cut in its header", png(1, 1).subarray(0, 18), "header is damaged"],
    ["a PNG of no size", png(0, 9), "header is damaged"],
    ["a JPEG cut short", jpg(64, 64).subarray(0, -2), "ends before the picture does"],
    ["a WebP", Buffer.from("RIFF\0\0\0\0WEBPVP8 "), "not a complete MP4"],
  ])("is unfit: %s", (_, bytes, why) => {
    expect(told(bytes)).toContain(why);
  });

  it("cut at any byte is unfit, and bytes changed anywhere never make the reader fail", () => {
    const whole = mp4();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.nat(255), (cut, at, byte) => {
        expect(probed(whole.subarray(0, cut)).kind).toBe("unfit");
        const changed = Buffer.from(whole);
        changed[at] = byte;
        expect(["artifact", "unfit"]).toContain(probed(changed).kind);
      }),
      { numRuns: 2000 },
    );
  });

  it("made of endless tiny boxes or segments is given up in bounded time", () => {
    expect(probed(Buffer.concat([FTYP, ...Array.from({ length: 150_000 }, () => box("free"))])).kind).toBe(
      "unfit",
    );
    const segments = Array.from({ length: 5000 }, () => Buffer.of(0xff, 0xe0, 0x00, 0x02));
    expect(probed(Buffer.concat([Buffer.of(0xff, 0xd8), ...segments])).kind).toBe("unfit");
  });
});

describe("a picture for a request", () => {
  const limits: ImageLimits = { formats: ["jpg", "png"], maxBytes: 1000, minSide: 300, maxRatio: 2.5 };
  const kinds = (bytes: Buffer, given: Partial<ImageLimits> = {}) =>
    checkImage(readImageFacts(reader(bytes)), bytes.length, { ...limits, ...given }).map(({ kind }) => kind);

  it.each<[string, Buffer, Partial<ImageLimits>, readonly string[]]>([
    ["right in every way", png(300, 750), {}, []],
    ["one pixel too small", png(299, 299), {}, ["side"]],
    ["too long for its width", png(300, 751), {}, ["ratio"]],
    ["too wide for its height", jpg(751, 300), {}, ["ratio"]],
    ["of a format that this endpoint lacks", jpg(400, 400), { formats: ["png"] }, ["format"]],
    ["of a foreign format", Buffer.from("RIFF\0\0\0\0WEBPVP8 "), {}, ["format"]],
    ["too large in every way", png(100, 900), { maxBytes: 10 }, ["bytes", "side", "ratio"]],
    ["damaged", png(0, 0), {}, ["damaged"]],
    ["no picture", Buffer.from("hello"), {}, ["not_an_image"]],
  ])("%s", (_, bytes, given, found) => {
    expect(kinds(bytes, given)).toEqual(found);
  });

  it.each([
    ["gif", Buffer.from("GIF89a")],
    ["bmp", Buffer.from("BM......")],
    ["tiff", Buffer.from("II*\0....")],
    ["avif", Buffer.from("\0\0\0\x1cftypavif")],
    ["heic", Buffer.from("\0\0\0\x1cftypheic")],
  ])("is known by its name when it is a %s", (format, bytes) => {
    expect(readImageFacts(reader(bytes))).toEqual({ kind: "other_format", format });
  });

  it("is judged by its content and not by its end", () => {
    const facts = readImageFacts(reader(jpg(400, 300)));
    expect(facts).toEqual({ kind: "image", format: "jpg", width: 400, height: 300 });
    expect(isImageFacts(JSON.parse(JSON.stringify(facts)))).toBe(true);
  });

  it("is not believed from a cache that was changed", () => {
    const stored = [
      null,
      {},
      { kind: "image", format: "gif", width: 1, height: 1 },
      { kind: "image", format: "png" },
    ];
    expect(stored.filter((value) => isImageFacts(value))).toEqual([]);
  });
});
