/**
 * Hears of changes in folders, through chokidar, which is loaded with the first folder. One watch per folder and none
 * per file: a thousand inputs in three folders cost three. Only its raw events are used: the others are thinned out, so
 * that the last write of several may go untold. What an event means is for the caller to find out from the disk.
 */
import { basename } from "node:path";
import type { ChokidarOptions, FSWatcher } from "chokidar";
import { errorCode } from "./files.js";

/** The part of chokidar that is used. */
export interface Watching {
  readonly FSWatcher: new (options: ChokidarOptions) => FSWatcher;
}

/** What is told of folders. */
export interface FolderNews {
  /** Something happened to a name in it; undefined when the system does not say to which. */
  touched(folder: string, name: string | undefined): void;
  /** It is itself no longer what it was: gone, moved or made again. */
  moved(folder: string): void;
  /** From now on nothing in it is missed. */
  standing(folder: string): void;
  /** It cannot be watched; the disk's code. */
  refused(folder: string, code: string): void;
  /** The user's environment asks for looking instead of listening. */
  polled(): void;
}

/** Folders that are being watched. */
export interface FolderWatches {
  /** Watches these and no others; one whose identity differs from last time is watched anew. */
  want(folders: ReadonlyMap<string, string>): void;
  /** Watches it anew at the next `want`. */
  renew(folder: string): void;
  /** Resolves once each folder stands or is refused. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Standing {
  readonly identity: string;
  /** Settles once it stands or is refused. */
  readonly watcher: Promise<FSWatcher | undefined>;
}

/** Nothing is loaded or watched before the first `want`. */
export function openFolderWatches(news: FolderNews, load: () => Promise<Watching>): FolderWatches {
  const current = new Map<string, Standing>();
  const leaving = new Map<string, Promise<void>>();
  let closed = false;

  const start = async (folder: string, isMine: () => boolean): Promise<FSWatcher | undefined> => {
    // chokidar shares what it holds of one path: what is left of an earlier watch would be taken for the new one.
    await leaving.get(folder);
    let watching: Watching;
    try {
      watching = await load();
    } catch (error) {
      if (isMine()) news.refused(folder, errorCode(error));
      return undefined;
    }
    if (!isMine()) return undefined;
    const plain = folder.replaceAll("\\", "/");
    const watcher = new watching.FSWatcher({
      depth: 0,
      ignored: (path) => path.replaceAll("\\", "/") !== plain,
      ignoreInitial: true,
      followSymlinks: false,
      atomic: false,
    });
    if (watcher.options.usePolling) {
      news.polled();
      return undefined;
    }
    await new Promise<void>((resolve) => {
      watcher.on("raw", (event, name: unknown) => {
        if (!isMine()) return;
        if (event === "rename" && name === basename(folder)) news.moved(folder);
        news.touched(folder, typeof name === "string" ? name : undefined);
      });
      watcher.on("error", (error) => {
        if (isMine()) news.refused(folder, errorCode(error));
        resolve();
      });
      watcher.once("ready", resolve);
      watcher.add(folder);
    });
    if (isMine()) news.standing(folder);
    return watcher;
  };

  const stop = (folder: string, { watcher }: Standing): void => {
    current.delete(folder);
    const left = watcher.then((each) => each?.close());
    leaving.set(folder, left);
    void left.then(() => {
      if (leaving.get(folder) === left) leaving.delete(folder);
    });
  };

  return {
    want(folders) {
      if (closed) return;
      for (const [folder, standing] of current) {
        if (folders.get(folder) !== standing.identity) stop(folder, standing);
      }
      for (const [folder, identity] of folders) {
        if (current.has(folder)) continue;
        const isMine = (): boolean => !closed && current.get(folder) === standing;
        // Begun a moment later, when `current` has it.
        const watcher = Promise.resolve().then(async () => await start(folder, isMine));
        const standing: Standing = { identity, watcher };
        current.set(folder, standing);
      }
    },
    renew(folder) {
      const standing = current.get(folder);
      if (standing !== undefined) stop(folder, standing);
    },
    async ready() {
      let before: ReadonlySet<Standing> = new Set();
      for (;;) {
        // What stands may have shown that other folders must be watched.
        const now = new Set(current.values());
        if (closed || [...now].every((each) => before.has(each))) return;
        await Promise.all([...now].map(({ watcher }) => watcher));
        before = now;
      }
    },
    async close() {
      closed = true;
      for (const [folder, standing] of current) stop(folder, standing);
      await Promise.all(leaving.values());
    },
  };
}
