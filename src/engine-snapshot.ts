/**
 * Snapshots: what came of a text that was read before, so that a run with nothing to do parses and checks nothing twice.
 * They lie in the user's own cache and not in the project or a shared store, so that a checkout cannot bring one along. Each carries a
 * mark made of everything it depends on; another mark, damage or absence only cost time.
 */
import { join } from "node:path";
import { sha256Hex } from "./base/digest.js";
import { isRecord } from "./base/guard.js";
import { build } from "./engine-package.js";
import type { OpenOptions } from "./engine-prepare.js";
import type { World } from "./engine-world.js";
import { PRIVATE_DIRECTORY, PRIVATE_FILE, writeAtomic } from "./store/files.js";

/** Remembered results, one for each subject. */
export interface Snapshots {
  /** What was kept of `about` under this very mark. */
  read(about: string, mark: string): unknown;
  /** Keeps `value` (plain data) in place of whatever there was. Failure to do so is no failure. */
  write(about: string, mark: string, value: unknown): Promise<void>;
}

/** The snapshots in the user's cache directory. */
export function openSnapshots(world: World, cache: string): Snapshots {
  const directory = join(cache, "klingmake", "snapshots");
  const fileOf = (about: string) => join(directory, `${sha256Hex(about).slice(0, 32)}.json`);
  // Another build may make something else of the same text.
  const maker = build();
  const signed = (mark: string) => `${maker} ${mark}`;
  return {
    read(about, mark) {
      try {
        const data: unknown = JSON.parse(Buffer.from(world.fs.readFileSync(fileOf(about))).toString("utf8"));
        return isRecord(data) && data["mark"] === signed(mark) ? data["value"] : undefined;
      } catch {
        return undefined;
      }
    },
    async write(about, mark, value) {
      try {
        await world.fs.promises.mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
        const text = JSON.stringify({ mark: signed(mark), value });
        await writeAtomic(world.fs, fileOf(about), text, { mode: PRIVATE_FILE, durable: false });
      } catch {
        // The next run does the work again; that is all.
      }
    },
  };
}

/** Where programs keep what may be deleted; XDG counts an absolute directory only. */
export function cacheHome({ env, home }: Pick<OpenOptions, "env" | "home">): string {
  const given = env["XDG_CACHE_HOME"];
  return given?.startsWith("/") === true ? given : join(home, ".cache");
}
