/**
 * A download on its way: bytes go to `.kling/partial/<key>.part` while they are hashed, so that nothing is read twice.
 * It starts over in every run; only within one run is it added to. Fits the sink that a provider writes into.
 * One write is under way while more comes in, so an error of the disk may only show with the next call.
 */
import { join } from "node:path";
import { sha256Stream, type Sha256 } from "../base/digest.js";
import type { CacheKey } from "../graph/key.js";
import {
  PRIVATE_DIRECTORY,
  PRIVATE_FILE,
  removeIf,
  writeAll,
  type FileSystem,
  type OpenFile,
} from "./files.js";

/** A file that came in whole, ready to go into the store. */
export interface ReceivedFile {
  readonly path: string;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

/** A file that is coming in. All methods throw the disk's errors. */
export interface PartialFile {
  readonly path: string;
  /** How many came so far. */
  bytes(): number;
  /** Resolves when more can be taken; the chunk must stay as it is until the next call has resolved. */
  write(chunk: Uint8Array): Promise<void>;
  /** Throws away what came so far. */
  restart(): Promise<void>;
  /** Makes it durable and closes it. */
  finish(): Promise<ReceivedFile>;
  /** Closes and removes it; harmless after `finish`, when the file may have moved on. */
  discard(): Promise<void>;
}

/** What this room and the taking of pictures put into the directory. */
const OURS = /^[0-9a-f]{64}\.(part|mp4|png)$/;

/** Throws away what runs that died had begun. Whoever calls holds the project's lock. @throws the disk's error. */
export async function clearPartials(fs: FileSystem, directory: string): Promise<void> {
  for (const name of await fs.promises.readdir(directory)) {
    if (OURS.test(name)) await removeIf(fs, join(directory, name));
  }
}

/** Begins the download for `key`, throwing away what an earlier run left of it. */
export async function openPartial(fs: FileSystem, directory: string, key: CacheKey): Promise<PartialFile> {
  await fs.promises.mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  const path = join(directory, `${key}.part`);
  await removeIf(fs, path);
  let file: OpenFile | undefined = await fs.promises.open(path, "wx", PRIVATE_FILE);
  let hash = sha256Stream();
  let size = 0;
  /** The write under way. */
  let writing: Promise<void> = Promise.resolve();
  const opened = (): OpenFile => {
    if (file === undefined) throw new Error("a partial file was used after it was closed");
    return file;
  };
  const close = async () => {
    const closing = file;
    file = undefined;
    await writing.catch(() => {});
    await closing?.close();
  };
  const remove = async () => {
    try {
      await close();
    } finally {
      await removeIf(fs, path);
    }
  };
  return {
    path,
    bytes: () => size,
    async write(chunk) {
      await writing;
      writing = writeAll(opened(), chunk);
      // Whoever waits for it hears of its error; nobody may.
      writing.catch(() => {});
      hash.update(chunk);
      size += chunk.length;
    },
    async restart() {
      await remove();
      file = await fs.promises.open(path, "wx", PRIVATE_FILE);
      writing = Promise.resolve();
      hash = sha256Stream();
      size = 0;
    },
    async finish() {
      await writing;
      await opened().sync();
      await close();
      return { path, sha256: hash.digest(), size };
    },
    discard: remove,
  };
}
