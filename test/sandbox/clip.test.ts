import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { BitWriter } from "../../src/sandbox/media/bits.js";
import { type ClipPlan, encodeClip } from "../../src/sandbox/media/clip.js";
import { H264Encoder } from "../../src/sandbox/media/h264.js";
import { face, spell, textWidth, wrap } from "../../src/sandbox/media/lettering.js";
import { mp4, videoEntry } from "../../src/sandbox/media/mp4.js";
import { Picture, rgb } from "../../src/sandbox/media/picture.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { Slate, type SlateText, timeCode } from "../../src/sandbox/media/slate.js";
import { soundtrack } from "../../src/sandbox/media/soundtrack.js";
import { humOf } from "../../src/sandbox/rules/sources.js";
import { boxes } from "./boxes.js";

// Not needed, but a good judge where they are installed.
const FFMPEG = "ffmpeg";
const FFPROBE = "ffprobe";
const hasFfmpeg = [FFPROBE, FFMPEG].every((tool) => spawnSync(tool, ["-version"]).status === 0);
const folder = mkdtempSync(join(tmpdir(), "sandbox-clip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = {
  seed: "4f21aa",
  mark: "3fa2",
  title: "kling-3.0",
  tag: "std",
  facts: ["text to video", "5 s"],
  prompt: "a paper boat on a dark river, slow push-in",
  notes: [],
};

function plan(over: Partial<ClipPlan> = {}): ClipPlan {
  return { width: 1280, height: 720, seconds: 5, text: TEXT, ...over };
}

function humming(seconds: number) {
  return soundtrack([humOf("a boat", seconds)], seconds, () => undefined);
}

function encode(what: ClipPlan): Uint8Array {
  const steps = encodeClip(what);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Differs from frame to frame in flat blocks, in noise, and in blocks that are left alone. */
function drawTestCard(picture: Picture, frame: number): void {
  for (let i = 0; i < 6; i++) {
    const at = (i * 7 + frame * 3) % 9;
    picture.fill(
      at * 16,
      i * 16,
      32,
      16,
      rgb((i * 40 + frame * 25) % 256, (i * 90) % 256, (frame * 60) % 256),
    );
  }
  const coverage = Uint8Array.from({ length: 40 * 24 }, (_, i) => (i * 2654435761 + frame * 97) % 256);
  picture.stamp({ width: 40, height: 24, coverage }, 61 + frame, 30, rgb(255, 255, 255));
  picture.fill(0, 96, 16, 4, { y: 255, u: 0, v: 255 });
  picture.fill(32, 96, 16, 16, { y: 0, u: 255, v: 0 });
}

describe("the bit writer", () => {
  it.each([
    [0, "1"],
    [1, "010"],
    [2, "011"],
    [3, "00100"],
    [7, "0001000"],
  ])("writes ue(%i) as the standard prints it", (value, expected) => {
    const out = new BitWriter();
    out.unsigned(value);
    const bits = [...out.finish()].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    expect(bits.slice(0, expected.length)).toBe(expected);
  });

  it.each([
    [0, 0],
    [1, 1],
    [-1, 2],
    [2, 3],
    [-6, 12],
  ])("maps se(%i) to ue(%i)", (signed, unsigned) => {
    const a = new BitWriter();
    const b = new BitWriter();
    a.signed(signed);
    b.unsigned(unsigned);
    expect(a.finish()).toEqual(b.finish());
  });
});

describe("the encoder", () => {
  it("announces constrained baseline, its level and both parameter sets in avcC", () => {
    const avcc = new H264Encoder(new Picture(1280, 720), 24).configuration();
    expect([...avcc.subarray(0, 6)]).toEqual([1, 66, 0xc0, 31, 0xff, 0xe1]);
    const spsLength = ((avcc[6] ?? 0) << 8) | (avcc[7] ?? 0);
    expect((avcc[8] ?? 0) & 31).toBe(7);
    expect((avcc[8 + spsLength + 3] ?? 0) & 31).toBe(8);
  });

  it("spends next to nothing on a frame on which nothing was drawn", () => {
    const picture = new Picture(1280, 720);
    const encoder = new H264Encoder(picture, 24);
    encoder.encode(picture, true);
    expect(encoder.encode(picture, false).length).toBeLessThan(20);
  });

  it("never writes a start code inside a NAL unit", () => {
    const picture = new Picture(160, 112);
    picture.fill(0, 0, 160, 112, { y: 0, u: 0, v: 0 });
    const odd = new Uint8Array(160 * 112).map((_, i) => (i % 3 === 2 ? 1 : 0));
    picture.stamp({ width: 160, height: 112, coverage: odd }, 0, 0, rgb(0, 0, 0));
    const unit = Buffer.from(new H264Encoder(picture, 24).encode(picture, true).subarray(4));
    for (const forbidden of ["000000", "000001", "000002"]) {
      expect(unit.indexOf(Buffer.from(forbidden, "hex"))).toBe(-1);
    }
  });

  it.runIf(hasFfmpeg)("is lossless: ffmpeg decodes exactly the planes that were drawn", () => {
    const picture = new Picture(150, 102);
    const encoder = new H264Encoder(picture, 24);
    const drawn: Buffer[] = [];
    const samples = Array.from({ length: 9 }, (_, frame) => {
      drawTestCard(picture, frame);
      drawn.push(visible(picture));
      const key = frame % 6 === 0;
      return { data: encoder.encode(picture, key), duration: 512, key };
    });
    const entry = videoEntry(150, 102, encoder.configuration());
    const path = join(folder, "card.mp4");
    writeFileSync(path, mp4([{ kind: "video", timescale: 12_288, width: 150, height: 102, entry, samples }]));
    const decoded = execFileSync(
      FFMPEG,
      ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
      {
        maxBuffer: 1 << 26,
      },
    );
    expect(decoded.equals(Buffer.concat(drawn))).toBe(true);
  });
});

describe("a clip", () => {
  it("is a box structure that ends exactly at the end of the file, with moov before mdat", async () => {
    const all = boxes(encode(plan({ seconds: 3, sound: await humming(3) })));
    expect(all.filter(({ path }) => !path.includes(".")).map(({ path }) => path)).toEqual([
      "ftyp",
      "moov",
      "mdat",
    ]);
  });

  it.each([
    [1280, 720, 5],
    [720, 1280, 3],
    [1080, 1080, 10],
    [960, 720, 4],
  ])("of %ix%i and %i s says so in its headers", (width, height, seconds) => {
    const all = boxes(encode(plan({ width, height, seconds })));
    const at = (path: string): Buffer => all.find((box) => box.path === path)?.body ?? Buffer.alloc(0);
    expect(at("moov.mvhd").readUInt32BE(16) / at("moov.mvhd").readUInt32BE(12)).toBe(seconds);
    expect(at("moov.trak.tkhd").readUInt32BE(76) / 65_536).toBe(width);
    expect(at("moov.trak.tkhd").readUInt32BE(80) / 65_536).toBe(height);
    expect(at("moov.trak.mdia.minf.stbl.stsz").readUInt32BE(8)).toBe(seconds * 24);
  });

  it("has chunk offsets and sample sizes that cover mdat without a gap", async () => {
    const file = encode(plan({ width: 320, height: 320, seconds: 3, sound: await humming(3) }));
    const all = boxes(file);
    const sizes = all
      .filter(({ path }) => path.endsWith("stsz"))
      .flatMap(({ body }) =>
        Array.from({ length: body.readUInt32BE(8) }, (_, i) => body.readUInt32BE(12 + 4 * i)),
      );
    const mdat = all.find(({ path }) => path === "mdat")?.body.length;
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(mdat);
    const offsets = all
      .filter(({ path }) => path.endsWith("stco"))
      .flatMap(({ body }) =>
        Array.from({ length: body.readUInt32BE(4) }, (_, i) => body.readUInt32BE(8 + 4 * i)),
      );
    expect(Math.min(...offsets)).toBe(file.length - (mdat ?? 0));
  });

  it("is the same bytes for the same plan and other bytes for another prompt", () => {
    const one = encode(plan({ seconds: 3 }));
    expect(Buffer.compare(one, encode(plan({ seconds: 3 })))).toBe(0);
    expect(Buffer.compare(one, encode(plan({ seconds: 3, text: { ...TEXT, prompt: "another" } })))).not.toBe(
      0,
    );
  });

  it("pauses every half second of film, so that its driver can let others work", () => {
    const steps = encodeClip(plan({ width: 320, height: 320 }));
    let pauses = 0;
    while (steps.next().done !== true) pauses++;
    expect(pauses).toBe(10);
  });

  it.runIf(hasFfmpeg).each([
    [1280, 720, 5, false],
    [1920, 1080, 5, true],
    [720, 1280, 3, true],
    [1802, 722, 3, false],
  ])(
    "of %ix%i, %i s, sound %s is what ffprobe says it is, and decodes cleanly",
    async (width, height, seconds, sounds) => {
      const sound = sounds ? await humming(seconds) : undefined;
      const path = join(folder, `${width}.mp4`);
      writeFileSync(path, encode(plan({ width, height, seconds, sound })));
      const fields = "stream=codec_name,width,height,nb_frames,duration,r_frame_rate,color_space";
      const probed = execFileSync(FFPROBE, [
        "-v",
        "error",
        "-count_frames",
        "-show_entries",
        fields,
        "-of",
        "json",
        path,
      ]);
      const { streams } = JSON.parse(probed.toString());
      expect(streams[0]).toMatchObject({
        codec_name: "h264",
        width,
        height,
        r_frame_rate: "24/1",
        color_space: "bt709",
        nb_frames: String(seconds * 24),
        duration: `${seconds}.000000`,
      });
      expect(streams.slice(1)).toMatchObject(
        sounds ? [{ codec_name: "flac", duration: `${seconds}.000000` }] : [],
      );
      const decoded = spawnSync(FFMPEG, ["-v", "error", "-i", path, "-f", "null", "-"]);
      expect(decoded.stderr.toString()).toBe("");
      expect(decoded.status).toBe(0);
    },
  );
});

describe("a still", () => {
  it("is a PNG of exactly the asked size, odd sides included", () => {
    const still = Buffer.from(encodeStill(333, 501, TEXT, "still"));
    expect(still.toString("latin1", 1, 4)).toBe("PNG");
    expect([still.readUInt32BE(16), still.readUInt32BE(20)]).toEqual([333, 501]);
  });

  it.runIf(hasFfmpeg)("decodes cleanly", () => {
    const path = join(folder, "still.png");
    writeFileSync(path, encodeStill(333, 501, TEXT, "still"));
    expect(spawnSync(FFMPEG, ["-v", "error", "-i", path, "-f", "null", "-"]).stderr.toString()).toBe("");
  });
});

describe("a slate", () => {
  const drawn = (text: Partial<SlateText>): Buffer =>
    Buffer.from(new Slate(320, 320, { ...TEXT, ...text }).picture.luma);
  const rowsThatDiffer = (a: Buffer, b: Buffer): readonly number[] =>
    Array.from({ length: 320 }, (_, y) => y).filter(
      (y) => !a.subarray(y * 320, (y + 1) * 320).equals(b.subarray(y * 320, (y + 1) * 320)),
    );

  it("shows by its mark which take it is, in the sign at the upper right corner", () => {
    const rows = rowsThatDiffer(drawn({ mark: "0000" }), drawn({ mark: "7fff" }));
    expect(rows.some((y) => y > 20 && y < 45)).toBe(true);
  });

  it("marks parts of the clip above the progress bar and nowhere else", () => {
    const rows = rowsThatDiffer(drawn({}), drawn({ spans: [{ from: 0.5, to: 1 }] }));
    expect(rows.length).toBeGreaterThan(0);
    expect(Math.min(...rows)).toBeGreaterThan(285);
    expect(Math.max(...rows)).toBeLessThan(296);
  });
});

describe("the slate's text", () => {
  it.each([
    ["Über naïve café", "Uber naive cafe"],
    ["Straße, Ærø, Łódź", "Strasse, AEro, Lodz"],
    ["“quoted” — it’s", '"quoted" — it\'s'],
    ["ｆｕｌｌ width", "full width"],
  ])("spells %s as %s", (text, expected) => {
    expect(spell(text)).toBe(expected);
  });

  it("keeps every line within the width, cutting words that are longer than a line", () => {
    const set = face(20);
    const lines = wrap(`short words and ${"endless".repeat(20)} then more`, set, 300);
    for (const line of lines) expect(textWidth(line, set)).toBeLessThanOrEqual(300);
    expect(lines.join("").replaceAll(" ", "")).toBe(`shortwordsand${"endless".repeat(20)}thenmore`);
  });

  it.each([
    [0, "00:00:00:00"],
    [119, "00:00:04:23"],
    [24 * 3661 + 5, "01:01:01:05"],
  ])("counts frame %i as %s", (frame, expected) => {
    expect(timeCode(frame, 24)).toBe(expected);
  });
});

/** The planes as ffmpeg writes them: the visible part, luma then both chromas. */
function visible(picture: Picture): Buffer {
  const crop = (plane: Uint8Array, stride: number, width: number, height: number): Buffer =>
    Buffer.concat(Array.from({ length: height }, (_, y) => plane.slice(y * stride, y * stride + width)));
  const { stride, width, height } = picture;
  return Buffer.concat([
    crop(picture.luma, stride, width, height),
    crop(picture.cb, stride / 2, width / 2, height / 2),
    crop(picture.cr, stride / 2, width / 2, height / 2),
  ]);
}
