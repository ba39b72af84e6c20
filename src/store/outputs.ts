/**
 * What lies where the author's clips belong: looked at in bulk, digests taken only of what changed.
 * Decides nothing: whether a file is ours, older, or a stranger's is the plan's business.
 */
import { dirname, join } from "node:path";
import type { Sha256 } from "../base/digest.js";
import type { OutputState } from "../plan/prior.js";
import { hashFile, openFileIndex, type FileIndex } from "./file-index.js";
import { errorCode, look, type FileStat, type FileSystem } from "./files.js";
import { ledTo, projectPath, type PathAnswer } from "./project-path.js";

/** The output files of one project. Paths are relative to it, with forward slashes. */
export interface Outputs {
  /** The state of each path; only what changed since the last time is read. */
  states(paths: Iterable<string>): Promise<ReadonlyMap<string, OutputState>>;
  /** Tells that we put the artifact `sha256` at `path`, so that it need not be read to be known. */
  placed(path: string, sha256: Sha256): void;
  /** Keeps what was learnt for the next run. */
  save(): Promise<void>;
}

/** The outputs of the project at `root`; `indexFile` is in its cache. `now` gives milliseconds since the epoch. */
export function openOutputs(fs: FileSystem, root: string, indexFile: string, now: () => number): Outputs {
  const index = openFileIndex(fs, indexFile);
  return {
    async states(paths) {
      const states = new Map<string, OutputState>();
      const directories = new Map<string, PathAnswer>();
      for (const path of paths) {
        if (states.has(path)) continue;
        // Mostly known at a glance; waiting even for what is there already would add up.
        const found = glance(fs, root, path, index, directories);
        states.set(path, found.kind === "unread" ? await digested(fs, path, found, index, now) : found);
      }
      return states;
    },
    placed(path, sha256) {
      const stat = look(fs, join(root, path));
      if (stat?.isFile() === true) index.rememberPlaced(path, stat, sha256);
    },
    save: () => index.save(),
  };
}

/** A file of which only the outside was looked at. */
interface Unread {
  readonly kind: "unread";
  readonly path: string;
  readonly stat: FileStat;
}

function glance(
  fs: FileSystem,
  root: string,
  relative: string,
  index: FileIndex,
  directories: Map<string, PathAnswer>,
): OutputState | Unread {
  try {
    // A file that was looked at before, down to its inode: its path, and where its directory leads, were looked at then.
    const seen = index.has(relative) ? look(fs, `${root}/${relative}`) : undefined;
    const known = seen?.isFile() === true ? index.known(relative, seen) : undefined;
    if (known !== undefined) return { kind: "file", sha256: known };
    const plain = projectPath(relative, "write");
    if (plain.kind === "refused") return { kind: "other", what: `a path that ${plain.why}` };
    const path = join(root, plain.path);
    const stat = look(fs, path);
    if (stat === undefined) return { kind: "absent" };
    const parent = dirname(path);
    let led = directories.get(parent);
    if (led === undefined) {
      led = ledTo(fs, root, parent);
      directories.set(parent, led);
    }
    if (led.kind === "refused") return { kind: "other", what: `a path that ${led.why}` };
    if (!stat.isFile()) return { kind: "other", what: whatItIs(stat) };
    return { kind: "unread", path, stat };
  } catch (error) {
    return unreadable(error);
  }
}

async function digested(
  fs: FileSystem,
  relative: string,
  { path, stat }: Unread,
  index: FileIndex,
  now: () => number,
): Promise<OutputState> {
  try {
    const sha256 = await hashFile(fs, path, stat);
    if (sha256 === undefined) return { kind: "other", what: "a file that is being written" };
    index.remember(relative, stat, sha256, now());
    return { kind: "file", sha256 };
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): OutputState {
  return { kind: "other", what: `a file that cannot be read (${errorCode(error)})` };
}

function whatItIs(stat: FileStat): string {
  if (stat.isDirectory()) return "a directory";
  return stat.isSymbolicLink() ? "a symbolic link" : "a special file";
}
