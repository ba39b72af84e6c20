/**
 * A folder on the real disk that is watched: what is told, and what a reader who reads whatever is told then knows.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../../src/base/clock.js";
import { nodeFiles, type LinkedFiles } from "../../src/store/files.js";
import type { Watching } from "../../src/store/folder-watch.js";
import { watchFiles, type Watched } from "../../src/store/watch-files.js";

/** Time as it is. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

/** The same time, with waits cut short, for what would otherwise be found seconds later. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => realClock.sleep(ms / 20, signal),
};

const BOUND_MS = 20_000;

/** Waits until `condition` holds, and says whether it ever did. */
export async function comes(condition: () => boolean): Promise<boolean> {
  const end = performance.now() + BOUND_MS;
  while (!condition()) {
    if (performance.now() > end) return false;
    await wait(2);
  }
  return true;
}

/** What is watched, and what came of it. */
export interface WatchedDisk {
  readonly root: string;
  readonly watched: Watched;
  /** Each telling in turn, paths from the root. */
  readonly told: readonly (readonly string[])[];
  readonly failed: readonly string[];
  at(name: string): string;
  write(name: string, text: string): void;
  watch(...names: string[]): void;
  /**
   * Waits until the reader knows of each file what the disk holds, and every one of `names` was told.
   * Resolves with those for which that never came.
   */
  behind(...names: string[]): Promise<readonly string[]>;
  forget(): void;
  end(): Promise<void>;
}

/** Files on disk, of which `names` (all unless given) are watched. */
export async function watchedDisk(
  files: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(files),
  options: {
    readonly load?: () => Promise<Watching>;
    readonly clock?: Clock;
    readonly fs?: LinkedFiles;
  } = {},
): Promise<WatchedDisk> {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "klingmake-watch-")));
  const root = join(top, "film");
  mkdirSync(root, { recursive: true });
  const at = (name: string): string => join(root, name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      return String(error instanceof Error && "code" in error ? error.code : error);
    }
  };
  const told: string[][] = [];
  const failed: string[] = [];
  const known = new Map<string, string>();
  const watched = watchFiles({
    fs: options.fs ?? nodeFiles,
    clock: options.clock ?? realClock,
    root,
    tell(changed) {
      told.push([...changed].map((path) => relative(root, path)));
      for (const path of changed) known.set(path, read(path));
    },
    fail: (why) => failed.push(why),
    ...(options.load === undefined ? {} : { load: options.load }),
  });
  const watch = (...wanted: string[]): void => {
    for (const name of wanted) if (!known.has(at(name))) known.set(at(name), read(at(name)));
    watched.set(new Set(wanted.map(at)));
  };
  watch(...names);
  await watched.ready();
  return {
    root,
    watched,
    told,
    failed,
    at,
    write,
    watch,
    async behind(...wanted) {
      const late = (): readonly string[] => [
        ...[...known].filter(([path, text]) => read(path) !== text).map(([path]) => relative(root, path)),
        ...wanted.filter((name) => !told.some((each) => each.includes(name))),
      ];
      await comes(() => late().length === 0);
      return late();
    },
    forget: () => void told.splice(0),
    async end() {
      await watched.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}
