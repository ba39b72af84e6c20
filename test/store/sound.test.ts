import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LIP_SYNC_SOUND } from "../../src/catalog/units.js";
import { nodeFiles } from "../../src/store/files.js";
import { findTool } from "../../src/store/frame.js";
import {
  checkSound,
  isSoundFacts,
  readSoundFacts,
  type SoundFacts,
  type SoundFinding,
} from "../../src/store/sound.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { box, FTYP, moov, mp4, png } from "./pictures.js";
import { chunk, id3, spoken, wav } from "./sounds.js";

const ffmpeg = findTool(nodeFiles, process.env["PATH"], "ffmpeg");
const folder = mkdtempSync(join(tmpdir(), "sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function clip(): Uint8Array {
  const text = { seed: "0123456789abcdef", title: "", tag: "", facts: [], prompt: "", notes: [] };
  const steps = encodeClip({ width: 128, height: 72, seconds: 3, text });
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

const sound = (format: "mp3" | "wav" | "m4a" | "aac", seconds: number): SoundFacts => ({
  kind: "sound",
  format,
  seconds,
});
const damaged = (format: "mp3" | "wav" | "m4a" | "aac"): SoundFacts => ({ kind: "damaged", format });
const other = (format: string): SoundFacts => ({ kind: "other_format", format });
const begins = (text: string): Buffer => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(200)]);
const junk = Buffer.alloc(3000, 0x55);

/** The same without its tag and its first frame, which carries the count and no sound. */
function uncounted(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf(Buffer.of(0xff, 0xf3), bytes.indexOf("Info")));
}

describe("a file is by its bytes", () => {
  it.each<readonly [string, Uint8Array, SoundFacts]>([
    ["a WAV", wav(8.2), sound("wav", 8.2)],
    ["a WAV in stereo at 48 kHz", wav(2.0005, { rate: 48_000, channels: 2, bits: 24 }), sound("wav", 2.001)],
    ["a WAV with other chunks", wav(3, { before: chunk("LIST", Buffer.alloc(77)) }), sound("wav", 3)],
    ["a WAV of unknown length", wav(3, { told: 0xffffffff }), sound("wav", 3)],
    ["a WAV of 16 minutes", wav(963.5, { rate: 4000, bits: 8 }), sound("wav", 963.5)],
    ["a WAV cut short", wav(3).subarray(0, 30_000), damaged("wav")],
    ["a WAV cut in its header", wav(3).subarray(0, 30), damaged("wav")],
    ["a WAV without a rate", wav(3, { rate: 0 }), damaged("wav")],
    ["an MP3", spoken("mp3"), sound("mp3", 3.318)],
    ["an MP3 behind tags", Buffer.concat([id3(300), id3(20, 0x10), spoken("mp3")]), sound("mp3", 3.318)],
    ["an MP3 with a tag at its end", Buffer.concat([spoken("mp3"), begins("TAG")]), sound("mp3", 3.318)],
    ["an MP3 without a count", uncounted(spoken("mp3")), sound("mp3", 3.318)],
    [
      "two MP3s with something between them",
      Buffer.concat([uncounted(spoken("mp3")), junk, uncounted(spoken("mp3"))]),
      sound("mp3", 6.635),
    ],
    ["an MP3 cut short in a frame", uncounted(spoken("mp3")).subarray(0, 6000), damaged("mp3")],
    ["an MP3 cut short between frames", spoken("mp3").subarray(0, -3 * 104), damaged("mp3")],
    ["a tag without music", Buffer.concat([id3(300), junk]), damaged("mp3")],
    ["a tag that is longer than the file", id3(5000).subarray(0, 400), damaged("mp3")],
    ["an AAC", spoken("aac"), sound("aac", 3.344)],
    ["an AAC of 16 minutes", Buffer.concat(Array<Buffer>(288).fill(spoken("aac"))), sound("aac", 962.978)],
    [
      "an AAC with a frame of no length between the others",
      Buffer.concat([spoken("aac"), Buffer.of(0xff, 0xf1, 0x5c, 0x40, 0, 0x1f, 0xfc), spoken("aac")]),
      damaged("aac"),
    ],
    ["an AAC with something behind it", Buffer.concat([spoken("aac"), junk]), damaged("aac")],
    ["an AAC cut short", spoken("aac").subarray(0, 5000), damaged("aac")],
    ["an M4A", spoken("m4a"), sound("m4a", 3.258)],
    ["an M4A cut short", spoken("m4a").subarray(0, 8000), damaged("m4a")],
    [
      "an M4A without its index",
      spoken("m4a").subarray(0, spoken("m4a").indexOf("moov") - 4),
      damaged("m4a"),
    ],
    ["a clip", clip(), other("mp4 with a picture")],
    ["an MP4 with a track of words beside its sound", mp4({ handler: "text" }), sound("m4a", 5)],
    [
      "an MP4 without a track",
      Buffer.concat([FTYP, noTracks(), box("mdat", junk)]),
      other("mp4 without sound"),
    ],
    ["a MOV", Buffer.concat([box("ftyp", Buffer.from("qt  \0\0\0\0")), junk]), other("mov")],
    ["an Ogg", begins("OggS\0\u0002vorbis"), other("ogg")],
    ["an Opus", begins("OggS\0\u0002                  OpusHead"), other("opus")],
    ["a FLAC", begins("fLaC"), other("flac")],
    ["a FLAC behind a tag", Buffer.concat([id3(20), begins("fLaC")]), other("flac")],
    ["a WMA", begins("\x30\x26\xb2\x75\x8e\x66\xcf\x11"), other("wma")],
    ["an AIFF", begins("FORM\0\0\0\0AIFF"), other("aiff")],
    ["an AMR", begins("#!AMR\n"), other("amr")],
    ["a WebM", begins("\x1a\x45\xdf\xa3"), other("webm or mkv")],
    ["an AVI", begins("RIFF\0\0\0\0AVI "), other("avi")],
    ["an MP2", begins("\xff\xfd\x84\x00"), other("mp2")],
    ["a picture", png(640, 480), { kind: "not_a_sound" }],
    ["a WebP", begins("RIFF\0\0\0\0WEBP"), { kind: "not_a_sound" }],
    ["a text", Buffer.from("version: 1\n".repeat(1000)), { kind: "not_a_sound" }],
    ["nothing", Buffer.alloc(0), { kind: "not_a_sound" }],
  ])("%s", (_, bytes, facts) => {
    expect(readSoundFacts(bytes)).toEqual(facts);
    expect(isSoundFacts(facts)).toBe(true);
  });

  it.each<readonly [string, string, number, number, number]>([
    ["stereo of MPEG 1", "fffb9000", 417, 36, 2.612],
    ["one channel of MPEG 1", "fffb90c0", 417, 21, 2.612],
    ["stereo of MPEG 2", "fff38000", 208, 21, 2.612],
    ["one channel of MPEG 2", "fff380c0", 208, 13, 2.612],
    ["one channel of MPEG 2.5", "ffe380c0", 417, 13, 5.224],
  ])("an MP3 with %s, whose first frame counts the others", (_, header, length, at, seconds) => {
    const frame = Buffer.concat([Buffer.from(header, "hex"), Buffer.alloc(length - 4)]);
    const counting = (frames: number) => {
      const first = Buffer.from(frame);
      first.write("Info\0\0\0\u0001", at, "latin1");
      first.writeUInt32BE(frames, at + 8);
      return Buffer.concat([first, ...Array<Buffer>(100).fill(frame)]);
    };
    expect(readSoundFacts(counting(100))).toEqual(sound("mp3", seconds));
    expect(readSoundFacts(counting(200))).toEqual(damaged("mp3"));
  });

  it.runIf(ffmpeg !== undefined).each<readonly [string, ...string[]]>([
    ["wav", "-c:a", "pcm_f32le"],
    ["mp3", "-q:a", "4"],
    ["mp3", "-b:a", "48k", "-ar", "48000"],
    ["mp3", "-b:a", "8k", "-ar", "8000", "-write_xing", "0", "-id3v2_version", "0"],
    ["aac", "-ar", "44100"],
    ["m4a", "-ar", "48000", "-movflags", "+faststart"],
  ])("a real %s lasts as long as it was made to (%s %s)", (ending, ...args) => {
    const path = join(folder, `${args.join("")}.${ending}`);
    const tone = ["-f", "lavfi", "-i", "sine=d=12.345"];
    execFileSync(ffmpeg ?? "", ["-v", "error", "-nostdin", ...tone, ...args, path]);
    const facts = readSoundFacts(readFileSync(path));
    expect(facts).toMatchObject({ kind: "sound", format: ending });
    const seconds = facts.kind === "sound" ? facts.seconds : 0;
    // Frames are filled up at the end, and MP3 and AAC begin a little early.
    expect(seconds).toBeGreaterThanOrEqual(12.345);
    expect(seconds - 12.345).toBeLessThan(ending === "wav" ? 0.001 : 0.25);
  });
});

/** An index with a header and nothing else. */
function noTracks(): Buffer {
  const whole = moov();
  const length = whole.readUInt32BE(8);
  return box("moov", whole.subarray(8, 8 + length));
}

describe("hostile bytes", () => {
  const whole = [spoken("mp3"), uncounted(spoken("mp3")), spoken("aac"), spoken("m4a"), wav(0.5), mp4()];

  it("always come to facts, and quickly", () => {
    const edit = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(edit, { maxLength: 8 }),
        fc.nat(),
        (file, edits, cut) => {
          const bytes = Buffer.from(file);
          for (const [at, value, length] of edits) {
            const where = at % bytes.length;
            bytes.fill(value, where, Math.min(bytes.length, where + length));
          }
          const facts = readSoundFacts(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
          expect(isSoundFacts(facts)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each<readonly [string, Uint8Array]>([
    [
      "frames that are nothing but headers",
      Buffer.alloc(5_000_000, Buffer.of(0xff, 0xf1, 0x50, 0, 0, 0xff, 0xfc)),
    ],
    ["frames of no length", Buffer.alloc(5_000_000, Buffer.of(0xff, 0xf1, 0x50, 0, 0, 0x1f, 0xfc))],
    ["one byte over and over", Buffer.alloc(5_000_000, 0xff)],
    ["tags in tags", Buffer.alloc(5_000_000, id3(0))],
    ["chunks of no length", Buffer.concat([wav(1).subarray(0, 12), Buffer.alloc(5_000_000)])],
    [
      "boxes of no content",
      Buffer.concat([FTYP, Buffer.alloc(5_000_000, Buffer.of(0, 0, 0, 8, 102, 114, 101, 101))]),
    ],
    ["rows of frames that break off", Buffer.alloc(5_000_000, uncounted(spoken("mp3")).subarray(0, 310))],
  ])("%s are looked at once (5 MB)", { timeout: 2000 }, (_, bytes) => {
    expect(isSoundFacts(readSoundFacts(bytes))).toBe(true);
  });

  it.each([
    null,
    "sound",
    {},
    { kind: "sound", format: "ogg", seconds: 1 },
    { kind: "sound", format: "mp3", seconds: -1 },
    { kind: "sound", format: "mp3", seconds: Number.POSITIVE_INFINITY },
    { kind: "sound", format: "mp3" },
    { kind: "damaged", format: "jpg" },
    { kind: "other_format" },
    { kind: "not_an_image" },
  ])("stored as facts are not believed: %j", (value) => {
    expect(isSoundFacts(value)).toBe(false);
  });
});

describe("lip-sync", () => {
  it.each<readonly [string, SoundFacts | undefined, number, readonly SoundFinding[]]>([
    ["takes a sound of 2 s", sound("wav", 2), 5_000_000, []],
    ["takes a sound of 60 s", sound("aac", 60), 1, []],
    ["takes no 16 minutes", sound("mp3", 963), 1, [{ kind: "length", seconds: 963, min: 2, max: 60 }]],
    ["takes no word", sound("m4a", 1.999), 1, [{ kind: "length", seconds: 1.999, min: 2, max: 60 }]],
    [
      "takes no large file, whatever is in it",
      undefined,
      5_000_001,
      [{ kind: "bytes", found: 5_000_001, limit: 5_000_000 }],
    ],
    [
      "takes no other format",
      other("ogg"),
      1,
      [{ kind: "format", found: "ogg", allowed: ["mp3", "wav", "m4a", "aac"] }],
    ],
    ["takes nothing damaged", damaged("aac"), 1, [{ kind: "damaged", format: "aac" }]],
    ["takes no text", { kind: "not_a_sound" }, 1, [{ kind: "not_a_sound" }]],
  ])("%s", (_, facts, bytes, findings) => {
    expect(checkSound(facts, bytes, LIP_SYNC_SOUND)).toEqual(findings);
  });
});
