import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PRODUCTS } from "../../src/sandbox/rules/products.js";
import { makeTask } from "../../src/sandbox/task.js";
import { directoryBook } from "../../src/sandbox/task-book.js";
import { clipBody, open, resultUrl, until } from "./client.js";
import { accepted } from "./verdict.js";

const CLIP = "/text-to-video/kling-3.0";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sandbox-tasks-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("a sandbox with a directory", () => {
  it("finds its tasks again after a restart, by both ids, and their life went on meanwhile", async () => {
    const before = await open({ directory, timeScale: 0.005 });
    const { id } = (await before.ask("POST", CLIP, clipBody("a boat", "ref"))).data;
    expect((await before.ask("GET", `/tasks?task_ids=${id}`)).data[0]?.status).not.toBe("succeeded");
    await before.sandbox.close();
    // The pace of the second sandbox must not matter: the dates of a task are fixed when it is created.
    const { ask } = await open({ directory, timeScale: 1 });
    const done = await until(
      () => ask("GET", "/tasks?external_task_ids=ref"),
      ({ data }) => data[0]?.status === "succeeded",
    );
    expect(done.data[0]?.id).toBe(id);
    expect((await fetch(resultUrl(done))).status).toBe(200);
    expect((await ask("POST", CLIP, clipBody("a boat", "ref"))).code).toBe(1201);
  });

  it("keeps the ledger", async () => {
    const before = await open({ directory });
    await before.ask("POST", CLIP, clipBody("a boat", "ref"));
    await before.sandbox.close();
    const { ask } = await open({ directory });
    expect((await ask("GET", "/sandbox/ledger")).data).toMatchObject([
      { external_task_id: "ref", outcome: "accepted" },
    ]);
  });

  it("tells once of a task whose line a killed process had not written yet", async () => {
    const before = await open({ directory });
    await before.ask("POST", CLIP, clipBody("a boat", "told"));
    const { id } = (await before.ask("POST", CLIP, clipBody("a boat", "untold"))).data;
    await before.sandbox.close();
    const file = join(directory, "ledger.jsonl");
    const [first = ""] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${first}\n`);
    const { ask } = await open({ directory });
    expect((await ask("GET", "/sandbox/ledger")).data).toMatchObject([
      { external_task_id: "told", outcome: "accepted" },
      { external_task_id: "untold", outcome: "accepted", task_id: id, path: CLIP, code: 0 },
    ]);
  });

  it("shares tasks, references and slots with another one that is running on it", async () => {
    const a = await open({ directory, timeScale: 1, concurrency: 2 });
    const b = await open({ directory, timeScale: 1, concurrency: 2 });
    const { id } = (await a.ask("POST", CLIP, clipBody("a", "one"))).data;
    expect((await b.ask("GET", `/tasks?task_ids=${id}`)).data).toHaveLength(1);
    expect((await b.ask("POST", CLIP, clipBody("a", "one"))).code).toBe(1201);
    expect((await b.ask("POST", CLIP, clipBody("b", "two"))).code).toBe(0);
    expect((await a.ask("POST", CLIP, clipBody("c", "three"))).code).toBe(1303);
  });

  it("makes one task of simultaneous creates with one reference on two servers", async () => {
    const a = await open({ directory, concurrency: 50 });
    const b = await open({ directory, concurrency: 50 });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? a : b).ask("POST", CLIP, clipBody("a", "same"))),
    );
    expect(replies.filter(({ code }) => code === 0)).toHaveLength(1);
    expect((await a.ask("POST", "/tasks", {})).data.count).toBe(1);
  });

  it("gives a reference to one of two books that never saw each other's tasks", () => {
    const product = PRODUCTS.get(CLIP);
    if (product === undefined) throw new Error(`no product at ${CLIP}`);
    const checked = accepted(CLIP, clipBody("a boat", "ref"));
    const make = (serial: number) =>
      makeTask(product, checked, { now: 1, timeScale: 1, serial, mark: "3fa2" });
    const one = directoryBook(directory);
    const two = directoryBook(directory);
    expect(one.add(make(1)).id).toBe(make(1).id);
    expect(two.add(make(2)).id).toBe(make(1).id);
    expect(directoryBook(directory).all()).toEqual([make(1)]);
  });

  it("is not confused by half a file, a file of another version or half a ledger line", async () => {
    const before = await open({ directory });
    await before.ask("POST", CLIP, clipBody("a boat", "ref"));
    await before.sandbox.close();
    writeFileSync(join(directory, "tasks", "half.json"), '{"version":1,"id":"12');
    writeFileSync(join(directory, "tasks", "later.json"), '{"version":3,"id":"1","order":{}}');
    writeFileSync(join(directory, "tasks", "1.2.part"), "");
    writeFileSync(join(directory, "ledger.jsonl"), '{"at":1,"pa', { flag: "a" });
    const { ask } = await open({ directory });
    expect((await ask("POST", "/tasks", {})).data.count).toBe(1);
    expect((await ask("GET", "/sandbox/ledger")).data).toHaveLength(1);
  });

  it("keeps sounds by digest, and reads nothing that is not named by one", () => {
    const book = directoryBook(directory);
    const digest = "a".repeat(64);
    book.keepSound(digest, Uint8Array.of(1, 2));
    writeFileSync(join(directory, "secret"), "x");
    expect([...(directoryBook(directory).sound(digest) ?? [])]).toEqual([1, 2]);
    expect(book.sound("../secret")).toBeUndefined();
    expect(book.sound("b".repeat(64))).toBeUndefined();
  });

  it("stores no picture, only its digest, and leaves no unfinished file", async () => {
    const { ask } = await open({ directory });
    await ask("POST", CLIP, clipBody("a boat", "ref"));
    expect(readdirSync(join(directory, "tasks")).every((name) => name.endsWith(".json"))).toBe(true);
  });
});

describe("stopping", () => {
  it("is prompt although a connection is kept alive", async () => {
    const { sandbox, ask } = await open();
    await ask("GET", "/sandbox/ledger");
    await sandbox.close();
    await expect(ask("GET", "/sandbox/ledger")).rejects.toThrow("fetch failed");
  });

  it("frees the port for the next", async () => {
    const { sandbox } = await open();
    const port = Number(new URL(sandbox.url).port);
    await sandbox.close();
    expect((await open({ port })).sandbox.url).toBe(sandbox.url);
  });
});
