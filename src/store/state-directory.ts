/**
 * `.kling/`: the project's own working directory, private to its owner and kept out of git by itself.
 * A symbolic link in its place, or in that of anything in it, is refused: a checkout could otherwise send the journal
 * somewhere else.
 */
import { join, relative } from "node:path";
import {
  look,
  PRIVATE_DIRECTORY,
  PRIVATE_FILE,
  tighten,
  UnfitFile,
  writeAtomic,
  type FileSystem,
} from "./files.js";

/** Where things stand inside `.kling/`. All absolute. */
export interface StateDirectory {
  readonly path: string;
  readonly journal: string;
  readonly damagedJournal: string;
  readonly lock: string;
  readonly plans: string;
  readonly partial: string;
  /** May be deleted at no cost. */
  readonly cache: string;
  /** The embedded sandbox's own, in the cache. */
  readonly sandbox: string;
}

/** The places in the `.kling/` of a project, whether or not they exist. */
export function stateDirectory(root: string): StateDirectory {
  const path = join(root, ".kling");
  return {
    path,
    journal: join(path, "journal.jsonl"),
    damagedJournal: join(path, "journal.damaged.jsonl"),
    lock: join(path, "lock"),
    plans: join(path, "plans"),
    partial: join(path, "partial"),
    cache: join(path, "cache"),
    sandbox: join(path, "cache", "sandbox"),
  };
}

/** Makes `.kling/` and what it needs, with rights for its owner only. @throws the disk's error. */
export async function makeStateDirectory(
  fs: FileSystem,
  root: string,
): Promise<{ readonly kind: "ready" } | { readonly kind: "refused"; readonly why: string }> {
  const at = stateDirectory(root);
  const directories = [at.path, at.plans, at.partial, at.cache, ...sandboxDirectories(at)];
  const files = [at.lock, at.journal, at.damagedJournal, ...sandboxFiles(at)];
  const why = oddity(fs, root, directories, "directory") ?? oddity(fs, root, files, "regular file");
  if (why !== undefined) return { kind: "refused", why };
  for (const path of [at.path, at.plans, at.partial, at.cache]) {
    await fs.promises.mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  }
  // They may have come with an archive, or been made by hand: what is in them is nobody else's business.
  for (const path of directories) await tighten(fs, path, PRIVATE_DIRECTORY);
  for (const path of files) await tighten(fs, path, PRIVATE_FILE);
  const ignore = join(at.path, ".gitignore");
  if (look(fs, ignore) === undefined) await writeAtomic(fs, ignore, "*\n", { mode: PRIVATE_FILE });
  return { kind: "ready" };
}

/** Whether `.kling/` itself may be looked into. @throws UnfitFile for a link or a file in its place. */
export function checkStateDirectory(fs: FileSystem, { path }: StateDirectory): void {
  const stat = look(fs, path);
  if (stat === undefined || stat.isDirectory()) return;
  throw new UnfitFile(path, stat.isSymbolicLink() ? "is a symbolic link" : "is not a directory");
}

/** Where the embedded sandbox keeps its tasks: written by a server that knows nothing of links. */
function sandboxDirectories({ sandbox }: StateDirectory): readonly string[] {
  return [sandbox, join(sandbox, "tasks"), join(sandbox, "sounds")];
}

function sandboxFiles({ sandbox }: StateDirectory): readonly string[] {
  return [join(sandbox, "ledger.jsonl")];
}

/** What is wrong with the first of these that is there and is something else. */
function oddity(
  fs: FileSystem,
  root: string,
  paths: readonly string[],
  wanted: "directory" | "regular file",
): string | undefined {
  for (const path of paths) {
    const stat = look(fs, path);
    if (stat === undefined || (wanted === "directory" ? stat.isDirectory() : stat.isFile())) continue;
    const name = relative(root, path).replaceAll("\\", "/");
    return `\`${name}\` is ${stat.isSymbolicLink() ? "a symbolic link" : `not a ${wanted}`}`;
  }
  return undefined;
}
