/** Sound files that were made or damaged to keep a reader busy: each is read or refused at once. */
import { describe, expect, it } from "vitest";

import { readSound, soundFacts } from "../../src/sandbox/media/sound-file.js";
import { aac, m4a, mp3, wav } from "./chain.js";

const MOST_MS = 3000;

async function timed<T>(work: Promise<T>): Promise<T> {
  const from = performance.now();
  const done = await work;
  expect(performance.now() - from).toBeLessThan(MOST_MS);
  return done;
}

/** A box with its length before it. */
function box(name: string, ...numbers: readonly number[]): Buffer {
  const out = Buffer.alloc(8 + 4 * numbers.length);
  out.writeUInt32BE(out.length, 0);
  out.write(name, 4, "latin1");
  for (const [i, value] of numbers.entries()) out.writeUInt32BE(value, 8 + 4 * i);
  return out;
}

/** A sound of four seconds, in which a number of a box is another; `at` counts from behind the box's name. */
function altered(name: string, at: number, value: number): Buffer {
  const file = m4a(4);
  file.writeUInt32BE(value, file.indexOf(name, 0, "latin1") + 4 + at);
  return file;
}

/** The same with another table, of equal length, in the place of one that is there. */
function replaced(name: string, by: Buffer): Buffer {
  const file = m4a(4);
  const at = file.indexOf(name, 0, "latin1") - 4;
  expect(by.length).toBeLessThanOrEqual(file.readUInt32BE(at));
  by.copy(file, at);
  return file;
}

describe("a sound file that keeps its reader busy", () => {
  it.each([
    ["an M4A of chunks with more samples than it has bytes", altered("stsc", 12, 0x7ffffff0)],
    ["an M4A of chunks beyond any number", altered("stsc", 20, 0x7ffffff0)],
    ["an M4A with more sizes than bytes", altered("stsz", 8, 0xfffffff0)],
    ["an M4A with more moments than bytes", altered("stts", 8, 0xfffffff0)],
    ["an M4A with more offsets in time than bytes", replaced("stsz", box("ctts", 0, 1, 0x7ffffff0, 0))],
    ["an M4A whose sizes take no room", replaced("stsz", box("stz2", 0, 0, 0x7ffffff0))],
    [
      "an M4A in fragments with more samples than bytes",
      Buffer.concat([m4a(4), box("moof", 0), box("trun", 0, 0x7ffffff0)]),
    ],
    [
      "an M4A in more fragments than anybody makes",
      Buffer.concat([m4a(4), ...Array(10_001).fill(box("moof"))]),
    ],
    ["an M4A with many tables", Buffer.concat([m4a(4), ...Array(200_000).fill(box("stts", 0, 0x7ffffff0))])],
    ["an AAC whose frames are empty", Buffer.concat(Array(100).fill(Buffer.from("fff14c40001ffc00", "hex")))],
    ["an AAC that goes back in time", backwards()],
    ["a WAV whose samples take no room", noWidth()],
  ])("is refused at once when it is %s", async (_what, file) => {
    expect(await timed(soundFacts(file))).toBeUndefined();
  });

  it("is read up to where it is damaged when nothing else is wrong", async () => {
    const damaged = Buffer.concat([aac(3), Buffer.alloc(500, 0xff)]);
    const sound = await timed(readSound(damaged));
    expect(sound?.kind === "coded" && sound.packets.length).toBe(141);
  });

  it.each([
    ["mp3", mp3(4)],
    ["m4a", m4a(4)],
    ["aac", aac(4)],
    ["wav", wav(4)],
  ])("is not taken for one when it is a plain %s", async (format, file) => {
    expect(await soundFacts(file)).toMatchObject({ format });
  });

  it("is not taken for one for the name of a table among its samples", async () => {
    const file = wav(4);
    file.write("stsc", 5000, "latin1");
    expect(await soundFacts(file)).toMatchObject({ format: "wav" });
  });
});

/** Frames of 96 kHz, then of 48 kHz: the reader counts the time of each as if all before had its rate. */
function backwards(): Buffer {
  const frame = (rate: number): Buffer => {
    const one = aac(0.1).subarray(0, aac(0.1).readUInt16BE(4) >> 5);
    const copy = Buffer.from(one);
    copy[2] = ((copy[2] ?? 0) & 0xc3) | (rate << 2);
    return copy;
  };
  return Buffer.concat([...Array(20).fill(frame(3)), ...Array(20).fill(frame(0))]);
}

function noWidth(): Buffer {
  const file = wav(4);
  file.writeUInt16LE(0, 32);
  return file;
}
