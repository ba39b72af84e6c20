/**
 * What must hold of projects and their account after anything: one task for each (key, attempt, call), every one of them
 * in the lockfile, none that nobody knows, and all bytes as recorded. For films in which no task fails.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { TestProject } from "./cli.js";
import { isSmall, Lines, SMALL_CALLS, type Written } from "./killing.js";
import type { Standalone } from "./standalone.js";

interface Rendered {
  readonly artifact: { readonly sha256: string; readonly size: number };
  readonly handle?: { readonly task: string };
}

/** How many creates and small calls the vendor accepted. */
export interface Reckoned {
  readonly creates: number;
  readonly small: number;
}

/** Asserts all of it; of several projects each must have what any of them paid for. */
export async function reckon(vendor: Standalone, ...films: readonly TestProject[]): Promise<Reckoned> {
  const accepted = (await vendor.ledger()).filter(({ outcome }) => outcome === "accepted");
  const creates = accepted.filter((each) => !isSmall(each));
  const journals = films.map((film) => {
    const journal = new Lines<Written>(join(film.root, ".kling/journal.jsonl"));
    journal.news();
    return journal.all;
  });
  const records = journals.flat();
  const intents = records.filter(({ type }) => type === "intent");
  const submitted = records.filter(({ type }) => type === "submitted");

  // A create without a reference is known by the task that was journaled for it.
  const known = creates.map(({ external_task_id, task_id }) => {
    const own = external_task_id ?? submitted.find(({ task }) => task === task_id)?.reference;
    return intents.find(({ reference }) => reference === own);
  });
  expect(known, "no task is orphaned").not.toContain(undefined);
  const triples = known.map((each) => `${each?.key} ${each?.attempt} ${each?.call}`);
  expect(new Set(triples).size, "creates = distinct (key, attempt, call)").toBe(creates.length);
  expect(new Set(known.map((each) => each?.key)).size, "no key is paid for twice").toBe(creates.length);

  const bytesAt = await vendor.digests(
    creates.flatMap(({ task_id }) => task_id ?? []).filter((_, at) => at % 5 === 0),
  );
  for (const film of films) {
    const lock = JSON.parse(film.read("kling.lock.json")) as {
      readonly renders: Readonly<Record<string, Rendered>>;
    };
    expect(Object.keys(lock.renders).length, "the lockfile has every task and no other").toBe(creates.length);
    for (const [index, { task_id }] of creates.entries()) {
      const intent = known[index];
      const rendered = lock.renders[intent?.key ?? ""];
      expect(rendered?.handle?.task, `the task of ${intent?.step}`).toBe(task_id);
      const theirs = bytesAt.get(task_id ?? "");
      if (theirs !== undefined) expect(rendered?.artifact.sha256, "the bytes are the vendor's").toBe(theirs);
    }
    for (const { artifact } of Object.values(lock.renders)) {
      const { sha256 } = artifact;
      const bytes = readFileSync(join(film.root, "store/cas", sha256.slice(0, 2), sha256));
      expect([digest(bytes), bytes.length]).toEqual([sha256, artifact.size]);
    }
  }
  for (const [index, journal] of journals.entries()) {
    const placed = new Map(
      journal.flatMap(({ output, sha256 }) => (output === undefined ? [] : [[output, sha256]])),
    );
    expect(placed.size).toBeGreaterThan(0);
    for (const [output, sha256] of placed) {
      expect(digest(readFileSync(join(films[index]?.root ?? "", output))), output).toBe(sha256);
    }
  }
  for (const [path, call] of SMALL_CALLS) {
    const made = accepted.filter((each) => each.path === path).length;
    const written = records.filter((each) => each.type === "calling" && each.call === call).length;
    expect(made, `every ${call} was journaled before it was sent`).toBeLessThanOrEqual(written);
  }
  return { creates: creates.length, small: accepted.length - creates.length };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
