/**
 * Where tasks and the ledger of create requests are kept: in memory, or in a directory that outlives the process.
 * Sounds that came with requests are kept beside the tasks, by digest, because clips are rendered from them later.
 * In a directory each task is one file, named after its external id, and put in place by a hard link of a finished
 * file: the link fails when the name is taken, so that even two processes on one directory cannot make two tasks with
 * one external id, and a kill never leaves half a task. Nothing is flushed to the platter: this guards against a
 * killed process, not against a power cut. Whatever another process adds is seen at the next question.
 */

import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { sha256Hex } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { readTask, type Task } from "./task.js";

const DIGEST = /^[0-9a-f]{64}$/u;

/** One create request that was received, whatever became of it. */
export interface LedgerEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly path: string;
  readonly external_task_id: string | null;
  readonly outcome: "accepted" | "duplicate" | "refused";
  readonly task_id: string | null;
  /** 0 when accepted, else the code of the refusal. */
  readonly code: number;
}

/** All tasks and all create requests of one sandbox. */
export interface TaskBook {
  /** Keeps a task, unless one with its external id exists: then answers that one. */
  add(task: Task): Task;
  byId(id: string): Task | undefined;
  byExternalId(externalId: string): Task | undefined;
  /** Every task, newest first. */
  all(): readonly Task[];
  /** Keeps the bytes of a sound under their digest. */
  keepSound(sha256: string, bytes: Uint8Array): void;
  /** Undefined when it was never kept, or was deleted. */
  sound(sha256: string): Uint8Array | undefined;
  record(entry: LedgerEntry): void;
  ledger(): readonly LedgerEntry[];
}

/** A book that ends with the process. */
export function memoryBook(): TaskBook {
  const tasks = new Index();
  const entries: LedgerEntry[] = [];
  const sounds = new Map<string, Uint8Array>();
  return {
    keepSound: (sha256, bytes) => void sounds.set(sha256, bytes),
    sound: (sha256) => sounds.get(sha256),
    add: (task) => tasks.claim(task),
    byId: (id) => tasks.byId.get(id),
    byExternalId: (externalId) => tasks.byExternalId.get(externalId),
    all: () => tasks.newestFirst(),
    record: (entry) => void entries.push(entry),
    ledger: () => entries,
  };
}

/** A book in a directory, which is made when missing. */
export function directoryBook(directory: string): TaskBook {
  const folder = join(directory, "tasks");
  const soundFolder = join(directory, "sounds");
  const ledgerFile = join(directory, "ledger.jsonl");
  for (const each of [folder, soundFolder]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const tasks = new Index();
  const read = new Set<string>();

  const refresh = (): void => {
    for (const name of readdirSync(folder)) {
      if (read.has(name) || !name.endsWith(".json")) continue;
      read.add(name);
      const task = readTask(readFileSync(join(folder, name), "utf8"));
      if (task !== undefined) tasks.claim(task);
    }
  };

  const asking = <T>(question: () => T): T => {
    refresh();
    return question();
  };

  return {
    add(task) {
      const name =
        task.externalId === undefined ? `id-${task.id}` : `ref-${sha256Hex(task.externalId).slice(0, 40)}`;
      const place = join(folder, `${name}.json`);
      const beside = join(folder, `${task.id}.${process.pid}.part`);
      writeFileSync(beside, JSON.stringify(task), { mode: 0o600 });
      const placed = putInPlace(beside, place);
      rmSync(beside, { force: true });
      refresh();
      const held = task.externalId === undefined ? undefined : tasks.byExternalId.get(task.externalId);
      return placed ? task : (held ?? task);
    },
    byId: (id) => asking(() => tasks.byId.get(id)),
    byExternalId: (externalId) => asking(() => tasks.byExternalId.get(externalId)),
    all: () => asking(() => tasks.newestFirst()),
    keepSound(sha256, bytes) {
      const beside = join(soundFolder, `${sha256}.${process.pid}.part`);
      writeFileSync(beside, bytes, { mode: 0o600 });
      renameSync(beside, join(soundFolder, sha256));
    },
    sound(sha256) {
      const place = join(soundFolder, sha256);
      // The digest stands in a file that anyone may have written.
      return DIGEST.test(sha256) && existsSync(place) ? readFileSync(place) : undefined;
    },
    record: (entry) => appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`, { mode: 0o600 }),
    ledger() {
      const text = existsSync(ledgerFile) ? readFileSync(ledgerFile, "utf8") : "";
      const entries = text.split("\n").flatMap(readEntry);
      const told = new Set(entries.flatMap((entry) => (entry.outcome === "accepted" ? [entry.task_id] : [])));
      // A process that was killed may have kept a task and not written its line.
      const untold = asking(() => tasks.newestFirst()).filter((task) => !told.has(task.id));
      return [...entries, ...untold.map(acceptedEntry)];
    },
  };
}

class Index {
  readonly byId = new Map<string, Task>();
  readonly byExternalId = new Map<string, Task>();

  claim(task: Task): Task {
    const held = task.externalId === undefined ? undefined : this.byExternalId.get(task.externalId);
    if (held !== undefined) return held;
    this.byId.set(task.id, task);
    if (task.externalId !== undefined) this.byExternalId.set(task.externalId, task);
    return task;
  }

  newestFirst(): readonly Task[] {
    return [...this.byId.values()].toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  }
}

/** False when the place is taken. */
function putInPlace(beside: string, place: string): boolean {
  try {
    linkSync(beside, place);
    return true;
  } catch (error) {
    if (isRecord(error) && error["code"] === "EEXIST") return false;
    // A file system without hard links: the check and the rename are two steps there, one process at a time.
    if (existsSync(place)) return false;
    renameSync(beside, place);
    return true;
  }
}

/** What is written of a task that was accepted. */
export function acceptedEntry({ createdAt, path, externalId, id }: Task): LedgerEntry {
  return {
    at: createdAt,
    path,
    external_task_id: externalId ?? null,
    outcome: "accepted",
    task_id: id,
    code: 0,
  };
}

/** A line that is not whole, because its writer was killed, counts as absent. */
function readEntry(line: string): readonly LedgerEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && typeof value["at"] === "number" ? [value as unknown as LedgerEntry] : [];
  } catch {
    return [];
  }
}
