/**
 * One writer per project: a kernel lock on `.kling/lock`, which the kernel frees when its process ends, however it ends.
 * The file stays where it is for ever; removing it would let two processes lock two files of one name.
 * Needs a real disk. Where the lock cannot be had at all, nobody gets in: two renders at once could pay twice.
 */
import { isRecord } from "../base/guard.js";
import { elide } from "../base/text.js";
import { errorCode, openToAppend, readTextIf, writeAll, type FileSystem } from "./files.js";

/** Who holds the project; for people, decides nothing. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly started: string;
  readonly command: string;
}

/** The answer to a wish for the lock. */
export type Acquired =
  | { readonly kind: "held"; release(): Promise<void> }
  /** `holder` is absent while it is just being written, or where a locked file cannot be read. */
  | { readonly kind: "busy"; readonly holder?: Holder }
  /** This system or disk has no such locks. */
  | { readonly kind: "unavailable"; readonly why: string; readonly help: string };

/** The part of a native module that locks open files. */
export interface FileLocks {
  /** False when someone else has it. */
  tryLock(fd: number): boolean;
}

/** Tries to lock the file at `path`, without waiting. @throws the disk's error when it cannot be opened, or is a link. */
export async function acquireLock(
  fs: FileSystem,
  path: string,
  holder: Holder,
  loadLocks: () => Promise<FileLocks> = nativeLocks,
): Promise<Acquired> {
  let locks: FileLocks;
  try {
    locks = await loadLocks();
  } catch (error) {
    return unavailable(`file locks cannot be loaded on this system (${errorCode(error)})`);
  }
  const file = await openToAppend(fs, path, "a+");
  let kept = false;
  try {
    let locked: boolean;
    try {
      locked = locks.tryLock(file.fd);
    } catch (error) {
      return unavailable(`the disk of this project cannot lock files (${errorCode(error)})`);
    }
    if (!locked) {
      const who = await readHolder(fs, path);
      return who === undefined ? { kind: "busy" } : { kind: "busy", holder: who };
    }
    await file.truncate(0);
    await writeAll(file, Buffer.from(`${JSON.stringify(holder)}\n`));
    kept = true;
    let released = false;
    return {
      kind: "held",
      async release() {
        if (released) return;
        released = true;
        try {
          await file.truncate(0);
        } finally {
          // Closing is what unlocks.
          await file.close();
        }
      },
    };
  } finally {
    if (!kept) await file.close();
  }
}

function unavailable(why: string): Acquired {
  return {
    kind: "unavailable",
    why,
    help: "Render on Linux with glibc, macOS or Windows, with the project on a local disk; planning works everywhere",
  };
}

async function nativeLocks(): Promise<FileLocks> {
  const { tryLock } = await import("fs-native-extensions");
  return { tryLock };
}

async function readHolder(fs: FileSystem, path: string): Promise<Holder | undefined> {
  try {
    const data: unknown = JSON.parse((await readTextIf(fs, path)) ?? "");
    if (!isRecord(data)) return undefined;
    const { pid, host, started, command } = data;
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    if (typeof started !== "string" || typeof command !== "string") return undefined;
    return { pid, host: elide(host, 80), started: elide(started, 40), command: elide(command, 200) };
  } catch {
    return undefined;
  }
}
