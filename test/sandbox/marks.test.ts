import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { clip, download, EXTEND, first, good, LIP_SYNC, lipSyncBody, session, T2V, wav } from "./chain.js";
import { type Ask, open, pngHeader, type Reply } from "./client.js";

const IMAGES = "/v1/images/generations";
const TRY_ON = "/v1/images/kolors-virtual-try-on";
const folder = mkdtempSync(join(tmpdir(), "sandbox-marks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const still = async (ask: Ask, path: string, body: object, external_task_id: string): Promise<Buffer> => {
  good(await ask("POST", path, { ...body, external_task_id }));
  return download((await ask("GET", `${path}/${external_task_id}`)).data.task_result.images[0]?.url ?? "");
};

describe("two takes of one request", () => {
  const picture = { model_name: "kling-v3", prompt: "mara" };
  const person = { human_image: pngHeader(600, 800), cloth_image: pngHeader(400, 400) };

  it.each([
    ["clip", async (ask: Ask, ref: string) => download((await clip(ask, { external_task_id: ref })).url)],
    ["still", async (ask: Ask, ref: string) => still(ask, IMAGES, picture, ref)],
    ["try-on", async (ask: Ask, ref: string) => still(ask, TRY_ON, person, ref)],
  ])("are two %ss, and each is the same on every sandbox", async (_what, make) => {
    const here = await open();
    const there = await open();
    const one = await make(here.ask, "one");
    expect(one.equals(await make(here.ask, "two"))).toBe(false);
    expect(one.equals(await make(there.ask, "one"))).toBe(true);
  });

  it("without a reference are told apart by their number", async () => {
    const twice = async () => {
      const { ask } = await open({ retired: "accept" });
      const { id } = await clip(ask, { model_name: "kling-v1-6", external_task_id: "source" });
      const tasks: Reply[] = [];
      for (let i = 0; i < 2; i++) {
        const { task_id } = good(await ask("POST", EXTEND, { video_id: id }));
        tasks.push(await ask("GET", `${EXTEND}/${task_id}`));
      }
      return Promise.all(tasks.map((told) => download(first(told, told).url)));
    };
    const [one, two] = await twice();
    const [again, another] = await twice();
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
    expect(one?.equals(again ?? Buffer.alloc(0))).toBe(true);
    expect(two?.equals(another ?? Buffer.alloc(0))).toBe(true);
  });

  it("try-ons of two persons have two colours", async () => {
    const { ask } = await open();
    const one = await still(ask, TRY_ON, person, "a");
    const other = await still(
      (await open()).ask,
      TRY_ON,
      { ...person, human_image: pngHeader(600, 800, 1) },
      "a",
    );
    expect(one.equals(other)).toBe(false);
  });
});

describe("a whole chain", () => {
  it("is the same bytes on every sandbox, although its ids and addresses differ", async () => {
    const chain = async () => {
      const { ask } = await open({ retired: "accept" });
      const source = await clip(ask, { model_name: "kling-v1-6", external_task_id: "source" });
      const longer = good(await ask("POST", EXTEND, { video_id: source.id }));
      const told = await ask("GET", `${EXTEND}/${longer.task_id}`);
      const faces = await session(ask, first(told, told).id);
      const body = lipSyncBody(faces, { sound_file: wav(4).toString("base64") });
      good(await ask("POST", LIP_SYNC, { ...body, external_task_id: "sync" }));
      const synced = await ask("GET", `${LIP_SYNC}/sync`);
      return Promise.all([first(told, told), first(synced, synced)].map(({ url }) => download(url)));
    };
    const [one, other] = [await chain(), await chain()];
    for (const [i, bytes] of one.entries())
      expect(bytes.equals(other[i] ?? Buffer.alloc(0)), `link ${i}`).toBe(true);
  });
});

describe("tasks that an earlier version stored", () => {
  it("are read: their sound is a hum, and their mark follows from their reference", async () => {
    const directory = mkdtempSync(join(folder, "old-"));
    const before = await open({ directory });
    await clip(before.ask, { sound: "on", external_task_id: "kept" });
    await before.sandbox.close();
    for (const name of readdirSync(join(directory, "tasks"))) {
      const path = join(directory, "tasks", name);
      const { mark: _, ...task } = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...task, version: 1, order: { ...task.order, sound: true } }));
    }
    const { ask } = await open({ directory });
    const told = await ask("GET", `${T2V}/kept`);
    const fresh = await clip((await open()).ask, { sound: "on", external_task_id: "kept" });
    expect((await download(first(told, told).url)).equals(await download(fresh.url))).toBe(true);
  });
});
