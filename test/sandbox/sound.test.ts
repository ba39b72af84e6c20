/** What is heard in clips: the codec undone here, and, where they are installed, other people's decoders and players. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { flacFrames, flacStreamInfo } from "../../src/sandbox/media/flac.js";
import {
  clip,
  download,
  first,
  good,
  LIP_SYNC,
  lipSyncBody,
  mp3,
  m4a,
  session,
  speech,
  wav,
} from "./chain.js";
import { boxes } from "./boxes.js";
import { type Ask, open } from "./client.js";
import { unpacked } from "./flac-reader.js";
import { CHROMIUM, launch } from "../media/chromium.js";

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "sandbox-sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RATE = 48_000;

/** Loudest sample in each tenth of a second. */
type Envelope = readonly number[];

function envelopeOf(samples: ArrayLike<number>, rate: number): Envelope {
  const step = rate / 10;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    let most = 0;
    for (let at = i * step; at < (i + 1) * step; at++)
      most = Math.max(most, Math.abs(samples[at] ?? 0) / 32_768);
    return most;
  });
}

/** The FLAC track of a clip, undone. */
function heardIn(file: Buffer): Envelope {
  const all = boxes(file);
  const tracks = all.filter(({ path }) => path === "moov.trak.mdia.minf.stbl.stsz");
  const sound = all.findLast(({ path }) => path === "moov.trak.mdia.minf.stbl.stco")?.body;
  const sizes = tracks.at(-1)?.body;
  if (tracks.length < 2 || sound === undefined || sizes === undefined) return [];
  const chunkOf =
    all.findLast(({ path }) => path === "moov.trak.mdia.minf.stbl.stsc")?.body ?? Buffer.alloc(8);
  const perChunk = Array.from({ length: chunkOf.readUInt32BE(4) }, (_, i) => [
    chunkOf.readUInt32BE(8 + 12 * i),
    chunkOf.readUInt32BE(12 + 12 * i),
  ]);
  const samples: number[] = [];
  let sample = 0;
  for (let chunk = 1; chunk <= sound.readUInt32BE(4); chunk++) {
    let at = sound.readUInt32BE(4 + 4 * chunk);
    const count = perChunk.findLast(([from = 0]) => from <= chunk)?.[1] ?? 0;
    for (let i = 0; i < count; i++, sample++) {
      const size = sizes.readUInt32BE(12 + 4 * sample);
      for (const value of unpacked(file.subarray(at, at + size))) samples.push(value);
      at += size;
    }
  }
  return envelopeOf(samples, RATE);
}

/** A clip with a sound from 1 s to 4 s. */
async function synced(
  ask: Ask,
  sound: Readonly<Record<string, unknown>>,
  more = {},
  source = {},
): Promise<Buffer> {
  const faces = await session(ask, (await clip(ask, source)).id);
  const { task_id } = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, sound, more)));
  const told = await ask("GET", `${LIP_SYNC}/${task_id}`);
  return download(first(told, told).url);
}

const loudest = (heard: Envelope, from: number, to: number): number =>
  Math.max(...heard.slice(from * 10, to * 10));

describe("FLAC", () => {
  it("undone is what was put in, whatever it is", () => {
    const wave = fc.tuple(
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 0, max: 32_767 }),
      fc.integer(),
    );
    fc.assert(
      fc.property(wave, ([length, loud, seed]) => {
        const samples = Int16Array.from({ length }, (_, i) =>
          seed % 3 === 0 ? loud : Math.round(loud * Math.sin(i / 7) - ((i * seed) % 17)),
        );
        const undone = [...flacFrames(samples, RATE)].flatMap((frame) => [...unpacked(frame)]);
        expect(undone).toEqual([...samples]);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps noise at full volume", () => {
    const samples = Int16Array.from(
      { length: 5000 },
      (_, i) => (((i * 2_654_435_761) >>> 7) % 65_536) - 32_768,
    );
    expect([...flacFrames(samples, RATE)].flatMap((frame) => [...unpacked(frame)])).toEqual([...samples]);
  });

  it("numbers its frames beyond the first 128, and takes little room for silence", () => {
    const frames = [...flacFrames(new Int16Array(4096 * 2100), RATE)];
    expect(frames).toHaveLength(2100);
    expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(16);
    expect([...(frames[2099] ?? [])].slice(4, 7)).toEqual([0xe0, 0xa0, 0xb3]);
  });

  it("says rate, channels, depth and length in its STREAMINFO", () => {
    const info = Buffer.from(flacStreamInfo(48_000, 240_000));
    expect(info).toHaveLength(34);
    expect(info.readUIntBE(10, 3) >> 4).toBe(48_000);
    expect(info.readUInt16BE(12) & 0x1ff).toBe(0xf0);
    expect(info.readUInt32BE(14)).toBe(240_000);
  });
});

describe("native sound", () => {
  it("is a quiet hum that fades in and out, of the clip's length", async () => {
    const { ask } = await open();
    const heard = heardIn(await download((await clip(ask, { sound: "on" })).url));
    expect(heard).toHaveLength(50);
    expect(heard[0]).toBeLessThan(0.03);
    expect(heard[49]).toBeLessThan(0.03);
    expect(loudest(heard, 1, 4)).toBeGreaterThan(0.04);
    expect(loudest(heard, 0, 5)).toBeLessThan(0.2);
  });

  it("is another for another prompt, and absent from silent clips", async () => {
    const { ask } = await open();
    const [one, two] = [
      heardIn(await download((await clip(ask, { sound: "on", prompt: "a" })).url)),
      heardIn(await download((await clip(ask, { sound: "on", prompt: "b" })).url)),
    ];
    expect(one).not.toEqual(two);
    expect(heardIn(await download((await clip(ask)).url))).toEqual([]);
  });
});

describe("the sound of a lip-sync", () => {
  it("is heard where it was put and nowhere else", async () => {
    const { ask } = await open();
    const heard = heardIn(await synced(ask, { audio_id: (await speech(ask)).id }));
    expect(heard).toHaveLength(50);
    expect(loudest(heard, 0, 1)).toBe(0);
    expect(loudest(heard, 1, 1.2)).toBeGreaterThan(0.05);
    expect(loudest(heard, 3.5, 4)).toBeGreaterThan(0.05);
    expect(loudest(heard, 4, 5)).toBe(0);
  });

  it("is the piece that was asked for, as loud as asked for", async () => {
    const { ask } = await open();
    const sound = { sound_file: wav(6).toString("base64") };
    const piece = { sound_start_time: 2000, sound_end_time: 4500 };
    const plain = heardIn(await synced(ask, sound, piece));
    const loud = heardIn(await synced(ask, sound, { ...piece, sound_volume: 2 }));
    const faint = heardIn(await synced(ask, sound, { ...piece, sound_volume: 0 }));
    expect(loudest(plain, 1, 1.2)).toBeGreaterThan(0.03);
    expect(loudest(plain, 3.5, 5)).toBe(0);
    expect(loudest(loud, 1, 3) / loudest(plain, 1, 3)).toBeCloseTo(2, 1);
    expect(loudest(faint, 0, 5)).toBe(0);
  });

  it("is laid over what was there, at the volume that was asked for", async () => {
    const { ask } = await open();
    const sound = { audio_id: (await speech(ask)).id };
    const kept = heardIn(await synced(ask, sound, {}, { sound: "on" }));
    const muted = heardIn(await synced(ask, sound, { original_audio_volume: 0 }, { sound: "on" }));
    expect(loudest(kept, 4, 4.5)).toBeGreaterThan(0.03);
    expect(loudest(muted, 4, 4.5)).toBe(0);
  });

  it("is the one that was given last, where two cannot be mixed", async () => {
    const { ask } = await open();
    const coded = { sound_file: mp3(4).toString("base64") };
    const spoken = { audio_id: (await speech(ask)).id };
    const twiceSynced = async (one: object, other: object) => {
      const faces = await session(ask, (await clip(ask)).id);
      const { task_id } = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, { ...one })));
      const again = await session(ask, `${task_id}-1`);
      const last = good(await ask("POST", LIP_SYNC, lipSyncBody(again, { ...other })));
      return download(first(...(await twice(ask, last.task_id))).url);
    };
    expect(loudest(heardIn(await twiceSynced(coded, spoken)), 1, 4)).toBeGreaterThan(0.05);
    expect((await twiceSynced(spoken, coded)).includes("mp4a")).toBe(true);
    expect((await twiceSynced(spoken, spoken)).includes("fLaC")).toBe(true);
  });

  it("survives a restart of the sandbox", async () => {
    const directory = mkdtempSync(join(folder, "kept-"));
    const before = await open({ directory });
    const faces = await session(before.ask, (await clip(before.ask)).id);
    const { id } = await speech(before.ask);
    const body = lipSyncBody(faces, { sound_file: wav(4).toString("base64") });
    const { task_id } = good(await before.ask("POST", LIP_SYNC, body));
    const url = first(...(await twice(before.ask, task_id))).url;
    const bytes = await download(url);
    expect(loudest(heardIn(bytes), 1, 4)).toBeGreaterThan(0.03);
    await before.sandbox.close();

    const { ask } = await open({ directory });
    const again = first(...(await twice(ask, task_id)));
    expect((await download(again.url)).equals(bytes)).toBe(true);
    // The session, the speech and an address of the first process are still good.
    for (const sound of [{ audio_id: id }, body]) {
      const choice = "audio_id" in sound ? lipSyncBody(faces, sound) : sound;
      expect((await ask("POST", LIP_SYNC, choice)).code).toBe(0);
    }
    expect((await ask("POST", "/v1/videos/identify-face", { video_url: url })).code).toBe(0);
  });

  async function twice(ask: Ask, id: string) {
    const told = await ask("GET", `${LIP_SYNC}/${id}`);
    return [told, told] as const;
  }
});

/** A real sound of four seconds of 440 Hz, made by ffmpeg. */
function encoded(name: string): Buffer {
  const source = "sine=frequency=440:duration=4:sample_rate=44100";
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-ac", "2", join(folder, name)]);
  return readFileSync(join(folder, name));
}

describe("MP3 and AAC", { timeout: 60_000 }, () => {
  it.each([
    // Six packets before the one that is heard first are there for the decoder: 1152 or 1024 samples each.
    ["mp3", mp3(4), 0x6b, 22_050 - 13 * 1152],
    ["m4a", m4a(4), 0x40, 24_000 - 17 * 1024],
  ])(
    "in %s are passed on as they are, with an edit list that says when they are heard",
    async (_kind, bytes, type, skipped) => {
      const { ask } = await open();
      const all = boxes(
        await synced(
          ask,
          { sound_file: bytes.toString("base64") },
          { sound_start_time: 500, sound_end_time: 3000 },
        ),
      );
      const edits = all.find(({ path }) => path === "moov.trak.edts.elst")?.body ?? Buffer.alloc(0);
      expect([
        edits.readUInt32BE(4),
        edits.readUInt32BE(8),
        edits.readInt32BE(12),
        edits.readUInt32BE(20),
        edits.readUInt32BE(24),
      ]).toEqual([2, 1000, -1, 2500, skipped]);
      const entry = all.findLast(({ path }) => path.endsWith("stsd"))?.body ?? Buffer.alloc(0);
      const descriptor = entry.indexOf("esds") + 8;
      expect(entry[entry.indexOf(0x04, descriptor + 3) + 2]).toBe(type);
    },
  );

  it.runIf(hasFfmpeg).each(["voice.mp3", "voice.m4a", "voice.aac", "voice.wav"])(
    "%s begins and ends where it should in ffmpeg, and decodes cleanly",
    async (name) => {
      const { ask } = await open();
      const path = join(folder, `${name}.mp4`);
      writeFileSync(path, await synced(ask, { sound_file: encoded(name).toString("base64") }));
      const clean = spawnSync("ffmpeg", ["-v", "error", "-i", path, "-f", "null", "-"]);
      expect([clean.status, clean.stderr.toString()]).toEqual([0, ""]);
      const raw = execFileSync(
        "ffmpeg",
        `-v error -i ${path} -vn -af aresample=async=1:first_pts=0,apad=whole_dur=5 -ac 1 -ar 8000 -f s16le -`.split(
          " ",
        ),
      );
      const heard = envelopeOf(new Int16Array(raw.buffer, raw.byteOffset, raw.length >> 1), 8000);
      expect(loudest(heard, 0, 0.9)).toBeLessThan(0.002);
      expect(loudest(heard, 1.1, 1.3)).toBeGreaterThan(0.05);
      expect(loudest(heard, 3.7, 3.9)).toBeGreaterThan(0.05);
      expect(loudest(heard, 4.1, 5)).toBeLessThan(0.002);
    },
  );
});

describe.runIf(CHROMIUM !== undefined)("in Chromium", { timeout: 90_000 }, () => {
  it("a hum, speech, MP3 and AAC are heard where they should be", async () => {
    const { ask } = await open();
    const files = new Map<string, Buffer>([
      ["/hum.mp4", await download((await clip(ask, { sound: "on" })).url)],
      ["/speech.mp4", await synced(ask, { audio_id: (await speech(ask)).id })],
    ]);
    if (hasFfmpeg) {
      for (const name of ["voice.mp3", "voice.aac"]) {
        files.set(`/${name}.mp4`, await synced(ask, { sound_file: encoded(name).toString("base64") }));
      }
    }
    const heard = await played(files);
    for (const name of files.keys()) {
      const [before, during] = heard.get(name) ?? [];
      if (name === "/hum.mp4") expect(before, name).toBeGreaterThan(0.02);
      else expect(before, name).toBe(0);
      expect(during, name).toBeGreaterThan(0.02);
    }
  });
});

/** Plays files in a browser: the loudest sample between 0.5 and 0.8 s, and between 1.5 and 1.9 s. */
async function played(files: ReadonlyMap<string, Buffer>): Promise<ReadonlyMap<string, readonly number[]>> {
  const pages = createServer((request, response) => {
    const bytes = files.get(request.url ?? "");
    response.setHeader("content-type", bytes === undefined ? "text/html" : "video/mp4");
    response.end(bytes ?? "<!doctype html><title>player</title>");
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
    const told = new Map<string, readonly number[]>();
    for (const name of files.keys()) {
      // As text, because it runs in the page, which has other types than this file.
      const loud = await page.evaluate<readonly number[]>(`new Promise((resolve, reject) => {
        const video = document.createElement("video");
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        const samples = new Float32Array(analyser.fftSize);
        const loud = [undefined, undefined];
        video.onerror = () => reject(new Error(video.error.message));
        video.src = "${name}";
        document.body.append(video);
        context.createMediaElementSource(video).connect(analyser);
        analyser.connect(context.destination);
        const look = () => {
          analyser.getFloatTimeDomainData(samples);
          const at = video.currentTime;
          const slot = at > 0.5 && at < 0.8 ? 0 : at > 1.5 && at < 1.9 ? 1 : undefined;
          if (slot !== undefined) loud[slot] = Math.max(loud[slot] ?? 0, ...samples.map(Math.abs));
          // On a machine with much to do a moment can pass unseen: then once more from the beginning.
          if (at >= 2 && !loud.includes(undefined)) return resolve(loud);
          if (at >= 2) video.currentTime = 0;
          requestAnimationFrame(look);
        };
        video.play().then(look, reject);
      })`);
      told.set(name, loud);
    }
    return told;
  } finally {
    await browser.close();
    pages.close();
  }
}
