/**
 * A folder on a real disk with a film in it, and the command line as a function on it: what the tests of hostile input
 * stand on. HOME, store and caches lie beside the project, so that everything that a run wrote can be looked at.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { surroundings } from "../cli/fixtures.js";

/** A picture that every model takes. */
export const STILL = encodeStill(
  320,
  320,
  { seed: "00112233", title: "", tag: "", facts: [], prompt: "", notes: [] },
  "id",
);

/** What a command said and how it ended. */
export interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with surroundings of its own. */
export interface Ground {
  /** Holds everything: the project, its surroundings, and what lies outside. */
  readonly base: string;
  readonly root: string;
  /** Absolute path of something in `base`. */
  at(path: string): string;
  /** Writes a file in the project; `../x` lies outside. */
  put(path: string, text: string | Uint8Array): void;
  klingmake(words: readonly string[], over?: Partial<Io>): Promise<Said>;
}

/** A fresh project; gone when the test ends. */
export function ground(manifest: string | Uint8Array): Ground {
  const base = mkdtempSync(join(tmpdir(), "klingmake-hostile-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, "film");
  const put = (path: string, text: string | Uint8Array) => {
    const to = join(root, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  };
  put("kling.manifest.yaml", manifest);
  // The way up to a manifest ends here.
  mkdirSync(join(root, ".git"));
  return {
    base,
    root,
    at: (path) => join(base, path),
    put,
    async klingmake(words, over = {}) {
      const io = surroundings({
        cwd: root,
        home: join(base, "home"),
        now: () => Date.now(),
        ...over,
        env: {
          KLINGMAKE_STORE: join(base, "store"),
          XDG_CACHE_HOME: join(base, "cache"),
          KLINGMAKE_SANDBOX_TIME_SCALE: "0",
          ...over.env,
        },
        createFile: (path) => {
          let text = "";
          return Promise.resolve({
            write: (piece: string) => void (text += piece),
            close: () => Promise.resolve(writeFileSync(join(root, path), text)),
          });
        },
      });
      const exit = await run(words, io);
      return { exit, ...io.said };
    },
  };
}

/** Every regular file below a folder with its bytes, by path relative to it. */
export function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path));
  }
  return files;
}
