/**
 * Kills klingmake at a chosen point: right after a journal record of some kind, right before one as far as it shows from
 * outside, or at a moment. What is chosen comes from a seed; what a process does until then is its own affair.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LedgerEntry } from "../../src/sandbox/task-book.js";
import type { Ended, TestProject } from "./cli.js";

/** A repeatable sequence of choices. */
export interface Draw {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Choices from a seed. */
export function draws(seed: number): Draw {
  let state = (seed % 2_147_483_646) + 1;
  const below = (count: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * count);
  };
  return {
    below,
    pick: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error("there is nothing to pick from");
      return chosen;
    },
  };
}

/** Kinds of journal record after each of which a run is killed. */
export const RECORDS = [
  "intent",
  "submitted",
  "calling",
  "called",
  "succeeded",
  "stored",
  "recorded",
  "placed",
] as const;
/** Signs that a record is about to be written: the vendor has the task, the call; bytes arrive; the lockfile, an output stands. */
export const SIGNS = ["created", "spoken", "arriving", "locked", "output"] as const;

/** Where a run is killed: at a record, at a sign, or so many milliseconds after it has the project's lock. */
export type Point = (typeof RECORDS)[number] | (typeof SIGNS)[number] | number;

/** A record of the journal, as far as tests look at it. */
export interface Written {
  readonly type: string;
  readonly reference?: string;
  readonly key?: string;
  readonly attempt?: number;
  readonly call?: string;
  readonly product?: string;
  readonly step?: string;
  readonly task?: string;
  readonly output?: string;
  readonly sha256?: string;
}

/** A file of JSON lines that only grows, read as it grows. */
export class Lines<T> {
  #read = 0;
  #rest = "";
  readonly all: T[] = [];

  constructor(private readonly file: string) {}

  /** Whole lines that came since the last call. */
  news(): readonly T[] {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#read) return [];
    const bytes = Buffer.alloc(size - this.#read);
    const file = openSync(this.file, "r");
    this.#read += readSync(file, bytes, 0, bytes.length, this.#read);
    closeSync(file);
    const lines = (this.#rest + bytes.toString("utf8")).split("\n");
    this.#rest = lines.pop() ?? "";
    const fresh = lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as T]));
    this.all.push(...fresh);
    return fresh;
  }
}

/** The calls before a lip-sync, which carry no reference: path at the vendor → word of the journal. */
export const SMALL_CALLS: ReadonlyMap<string, string> = new Map([
  ["/v1/videos/identify-face", "identify_face"],
  ["/v1/audio/tts", "speech"],
]);

/** Whether an entry is of such a call. */
export function isSmall({ path }: LedgerEntry): boolean {
  return SMALL_CALLS.has(path);
}

/** What can be seen of a project and its vendor from outside. */
export interface Watched {
  readonly film: TestProject;
  readonly journal: Lines<Written>;
  readonly ledger: Lines<LedgerEntry>;
}

/** Whether the point is reached; called again and again from the start of a run. */
function reached(point: Exclude<Point, number>, { film, journal, ledger }: Watched): () => boolean {
  journal.news();
  ledger.news();
  const count = (type: string) => journal.all.filter((each) => each.type === type).length;
  const files = (folder: string) => {
    const place = join(film.root, folder);
    return existsSync(place) ? readdirSync(place, { recursive: true }).length : 0;
  };
  const stamp = () => statSync(join(film.root, "kling.lock.json"), { throwIfNoEntry: false })?.ino;
  const [calls, partials, outputs, lock] = [
    count("called"),
    files(".kling/partial"),
    files("renders"),
    stamp(),
  ];
  const created = new Set<string>();
  let small = 0;
  return () => {
    const fresh = journal.news();
    switch (point) {
      case "created": {
        const taken = ledger.news().filter((each) => each.outcome === "accepted" && !isSmall(each));
        for (const { task_id } of taken) created.add(task_id ?? "");
        for (const { type, task } of journal.all) if (type === "submitted") created.delete(task ?? "");
        return created.size > 0;
      }
      case "spoken":
        small += ledger.news().filter((each) => each.outcome === "accepted" && isSmall(each)).length;
        return small > count("called") - calls;
      case "arriving":
        return files(".kling/partial") > partials;
      case "locked":
        return stamp() !== lock;
      case "output":
        return files("renders") > outputs;
      default:
        return fresh.some((each) => each.type === point);
    }
  };
}

/** How a run ended that was to be killed. */
export interface Fate extends Ended {
  /** The point, "late" when it never came and time was up, or undefined for a run that ended by itself. */
  readonly at: string | undefined;
}

/** How a run is killed. */
export interface Killing {
  readonly args: readonly string[];
  /** Milliseconds of work after which it is killed wherever it is. */
  readonly mostMs: number;
  /** A moment at which it must not be killed; then it is let run until it may. */
  readonly spared?: (watched: Watched) => boolean;
}

/** Renders until the point is reached, or for so long after the start of the work, and kills. */
export async function killedAt(
  point: Point,
  watched: Watched,
  { args, mostMs, spared }: Killing,
): Promise<Fate> {
  const { film, journal, ledger } = watched;
  const isReached = typeof point === "number" ? () => false : reached(point, watched);
  const { child, ended } = film.start(args);
  let worksSince: number | undefined;
  let at: string | undefined;
  while (child.exitCode === null && child.signalCode === null) {
    // Counted from here, as starting takes longer on a busy machine.
    if (worksSince === undefined && holder(film) === child.pid) worksSince = performance.now();
    const workedMs = worksSince === undefined ? -1 : performance.now() - worksSince;
    if (at !== undefined) {
      // Chosen already, and spared until now.
    } else if (typeof point === "number") {
      if (workedMs >= point) at = "moment";
    } else if (isReached()) at = point;
    else if (workedMs > mostMs) at = "late";
    if (at !== undefined) {
      if (spared === undefined) break;
      // Stopped while the journal is read, so that nothing is written between the look and the kill.
      child.kill("SIGSTOP");
      journal.news();
      ledger.news();
      if (!spared(watched)) break;
      child.kill("SIGCONT");
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  child.kill("SIGKILL");
  const end = await ended;
  return { ...end, at: end.signal === "SIGKILL" ? at : undefined };
}

/** The process that is in `.kling/lock`. */
function holder(film: TestProject): number | undefined {
  const text = film.has(".kling/lock") ? film.read(".kling/lock") : "";
  return text.endsWith("\n") ? (JSON.parse(text) as { readonly pid: number }).pid : undefined;
}
