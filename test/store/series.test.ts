/** A series is one file that any tar program opens, with equal bytes for equal pictures; what is no whole series is none. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { keptText } from "../../src/plan/kept.js";
import { readKept } from "../../src/store/kept.js";
import { probeBytes } from "../../src/store/probe.js";
import { readSeries, SERIES_END, seriesHeader, seriesPadding } from "../../src/store/series.js";
import { png as pngOf } from "./pictures.js";
import { wav } from "./sounds.js";

const reader = (bytes: Uint8Array) => (position: number, length: number) =>
  bytes.subarray(position, position + length);
const seriesOf = (pictures: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([
    ...pictures.flatMap((each, index) => [seriesHeader(index + 1, each), each, seriesPadding(each.length)]),
    SERIES_END,
  ]);
const probed = (bytes: Uint8Array) =>
  probeBytes(reader(bytes), { sha256: sha256Hex(bytes), size: bytes.length });

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "series-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a series is read back picture by picture, whatever their sizes", () => {
  const pictures = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(pictures, (given) => {
      const bytes = seriesOf(given);
      const found = readSeries(reader(bytes), bytes.length) ?? [];
      expect(found.map(({ position, size }) => [...bytes.subarray(position, position + size)])).toEqual(
        given.map((each) => [...each]),
      );
    }),
    { numRuns: 50 },
  );
});

test("any tar program takes the pictures out", () => {
  const pictures = [pngOf(300, 300), pngOf(400, 300)];
  writeFileSync(join(directory, "series.tar"), seriesOf(pictures));
  execFileSync("tar", ["-xf", "series.tar"], { cwd: directory });
  for (const [index, picture] of pictures.entries()) {
    expect(readFileSync(join(directory, `picture-${index + 1}.png`)).equals(picture)).toBe(true);
  }
});

test("a series of whole pictures is an artifact, and one with a torn picture is not", () => {
  const picture = pngOf(300, 300);
  expect(probed(seriesOf([picture, picture]))).toMatchObject({ artifact: { type: "application/x-tar" } });
  expect(probed(seriesOf([picture, picture.subarray(0, picture.length - 4)])).kind).toBe("unfit");
});

test.each([
  ["cut off", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 600)],
  ["without its end", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1024)],
  ["with something after its end", (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(512, 1)])],
  ["with a size that leads out of it", (bytes: Uint8Array) => patched(bytes, 124, "77777777777")],
  ["with a size that is no number", (bytes: Uint8Array) => patched(bytes, 124, "-0000000001")],
  ["of another kind of archive", (bytes: Uint8Array) => patched(bytes, 257, "GNUtar")],
])("a series %s is none", (_what, spoil) => {
  const bytes = spoil(seriesOf([pngOf(300, 300)]));
  expect(readSeries(reader(bytes), bytes.length)).toBeUndefined();
});

function patched(bytes: Uint8Array, at: number, text: string): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.write(text, at, "latin1");
  return copy;
}

test("a record of what stays with the vendor is read back, and is an artifact", () => {
  const text = Buffer.from(keptText({ kept: "voice", id: "8298" }));
  expect(readKept(text)).toEqual({ kept: "voice", id: "8298" });
  expect(probed(text)).toMatchObject({ artifact: { type: "application/json", size: text.length } });
});

test.each([
  '{"kept":"shot","id":"1"}',
  '{"kept":"voice","id":"../1"}',
  '{"kept":"voice"}',
  "[]",
  "{",
  "null",
])("%s is no record", (text) => expect(readKept(Buffer.from(text))).toBeUndefined());

test("a sound is an artifact with its length", () => {
  expect(probed(wav(4))).toMatchObject({ artifact: { type: "audio/wav", seconds: 4 } });
});
