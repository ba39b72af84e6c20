/** What is remembered of refused models: read back as it was written, and nothing at all where anything about it is wrong. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRefusals, writeRefusals, type RefusedModel } from "../../src/store/refusals.js";
import { stateDirectory } from "../../src/store/state-directory.js";
import { memoryDisk, textOf } from "./disk.js";

const at = stateDirectory("/film");
const FILE = "/film/.kling/cache/refused-models.json";
const refused: RefusedModel = {
  server: "api-singapore.klingai.com",
  kind: "video",
  model: "kling-v1-6",
  day: "2026-11-22",
  said: "it has been discontinued (1201)",
};
const stored = (change: object = {}, file: object = {}) =>
  JSON.stringify({ version: 1, models: [{ ...refused, ...change }], ...file });
const disk = (text?: string) =>
  memoryDisk({ "/film/.kling/cache/x": "", ...(text !== undefined && { [FILE]: text }) });

test("what was written is read back, in its order", async () => {
  const { fs, volume } = disk();
  const models = [refused, { ...refused, kind: "image" as const }, { ...refused, server: "sandbox" }];
  await writeRefusals(fs, at, models);
  expect(await readRefusals(fs, at)).toEqual(models);
  expect(volume.statSync(FILE).mode & 0o777).toBe(0o600);
  expect(textOf(volume, FILE)).toContain('"version": 1');
  await writeRefusals(fs, at, []);
  expect(await readRefusals(fs, at)).toEqual([]);
});

test("words of a stranger are made safe and short, on their way out and in", async () => {
  const { fs, volume } = disk();
  await writeRefusals(fs, at, [{ ...refused, said: `\u001b[31m${"x".repeat(500)}` }]);
  expect(textOf(volume, FILE)).not.toMatch(/u001b/);
  volume.writeFileSync(FILE, stored({ said: `\u001b]0;pwned\u0007${"y".repeat(500)}` }));
  const [read] = await readRefusals(fs, at);
  // eslint-disable-next-line no-control-regex
  expect(read?.said).not.toMatch(/[\u0000-\u001f]/);
  expect(read?.said.length).toBe(200);
});

test("the latest two hundred are kept", async () => {
  const { fs } = disk();
  const many = Array.from({ length: 300 }, (_, index) => ({ ...refused, model: `m${index}` }));
  await writeRefusals(fs, at, many);
  expect((await readRefusals(fs, at)).map(({ model }) => model)).toEqual(
    many.slice(100).map(({ model }) => model),
  );
});

test.each<[string, string]>([
  ["nothing", ""],
  ["no JSON", "{"],
  ["another version", stored({}, { version: 2 })],
  ["no version", stored({}, { version: undefined })],
  ["no list", stored({}, { models: {} })],
  ["another kind", stored({ kind: "sound" })],
  ["no day", stored({ day: "yesterday\u001b[2J" })],
  ["no words", stored({ said: 7 })],
  ["no server", stored({ server: "" })],
  ["more than it can be", stored({ said: "z".repeat(1 << 19) })],
])("a file with %s counts as empty", async (_, text) => {
  expect(await readRefusals(disk(text).fs, at)).toEqual([]);
});

test("whatever the file holds, reading it throws nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
      expect(await readRefusals(disk(text).fs, at)).toEqual([]);
    }),
  );
});

test("a link in its place is not followed, and a disk that refuses is no failure", async () => {
  const { fs, volume } = disk();
  volume.writeFileSync("/elsewhere", stored());
  volume.symlinkSync("/elsewhere", FILE);
  expect(await readRefusals(fs, at)).toEqual([]);
  await writeRefusals(fs, at, [{ ...refused, model: "kling-v2-1" }]);
  expect(textOf(volume, "/elsewhere")).toBe(stored());
  expect(await readRefusals(fs, at)).toHaveLength(1);
  const none = memoryDisk();
  await writeRefusals(none.fs, at, [refused]);
  expect(await readRefusals(none.fs, at)).toEqual([]);
});
