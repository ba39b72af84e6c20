/**
 * What a project's own records say, read by the program's own readers, each content of a file once.
 */
import type { OtherRendering } from "../../src/plan/prior.js";
import { wholeOf } from "../../src/plan/recorded.js";
import { parseJournal } from "../../src/store/journal-file.js";
import { readLock, type LockFile } from "../../src/store/lockfile.js";
import { replay, type JournalView } from "../../src/store/replay.js";
import type { Disk, Node } from "./disk.js";

/** Thrown when a promise was broken. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** What a project's own records say. */
export interface Records {
  readonly lock: LockFile | undefined;
  readonly journal: JournalView;
}

const LOCK = "kling.lock.json";
/** Where the author's store stands. */
export const STORE = "/home/author/.local/share/klingmake/store";

const known = new WeakMap<Node, { readonly version: number; readonly value: unknown }>();

/** What `read` makes of a file, once for each content. */
export function once<T>(node: Node | undefined, read: (text: string | undefined) => T): T {
  const before = node === undefined ? undefined : known.get(node);
  if (node !== undefined && before?.version === node.version) return before.value as T;
  const value = read(node?.content().toString("utf8"));
  if (node !== undefined) known.set(node, { version: node.version, value });
  return value;
}

/** Lockfile and journal can be read; only a line that was cut short may be damaged. */
export function recordsParse({ disk, root }: { readonly disk: Disk; readonly root: string }): Records {
  const lock = once(disk.at(`${root}/${LOCK}`), (text) => {
    if (text === undefined) return undefined;
    const read = readLock(text, LOCK);
    if (read.value !== undefined && read.diagnostics.length === 0) return read.value;
    throw new Broken(`the lockfile does not parse: ${JSON.stringify(read.diagnostics)}`);
  });
  const journal = once(disk.at(`${root}/.kling/journal.jsonl`), (text) => {
    const parsed = parseJournal(text ?? "");
    if (parsed.newer.length > 0) throw new Broken("the journal has lines of another version");
    return replay(parsed.records);
  });
  return { lock, journal };
}

/** Where a blob stands, or would. */
export function blobPath(sha256: string): string {
  return `${STORE}/cas/${sha256.slice(0, 2)}/${sha256}`;
}

/** Every rendering that a lockfile has. */
export function artifactsOf(lock: LockFile | undefined): readonly OtherRendering[] {
  return [...(lock?.renders.values() ?? [])].flatMap((rendering) => wholeOf(rendering));
}

/** Keys whose latest attempt was refused for its content. */
export function refusedKeys({ journal }: Records): ReadonlySet<string> {
  return new Set(
    [...journal.attempts].flatMap(([key, list]) => (list.at(-1)?.failure?.refusal === true ? [key] : [])),
  );
}
