/**
 * `.kling/`: the project's own working directory, private to its owner and kept out of git by itself.
 * A symbolic link in its place, or in that of anything in it, is refused: a checkout could otherwise send the journal
 * somewhere else.
 */
import { join, relative } from "node:path";
import { look, PRIVATE_DIRECTORY, PRIVATE_FILE, writeAtomic, type FileSystem } from "./files.js";

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
  };
}

/** Makes `.kling/` and what it needs, with rights for its owner only. @throws the disk's error. */
export async function makeStateDirectory(
  fs: FileSystem,
  root: string,
): Promise<{ readonly kind: "ready" } | { readonly kind: "refused"; readonly why: string }> {
  const at = stateDirectory(root);
  const found = look(fs, at.path);
  const why =
    oddity(fs, root, [at.path], "directory") ??
    oddity(fs, root, [at.plans, at.partial, at.cache], "directory") ??
    oddity(fs, root, [at.lock, at.journal, at.damagedJournal], "regular file");
  if (why !== undefined) return { kind: "refused", why };
  for (const path of [at.path, at.plans, at.partial, at.cache]) {
    await fs.promises.mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  }
  if (found !== undefined && (found.mode & 0o077) !== 0) await fs.promises.chmod(at.path, PRIVATE_DIRECTORY);
  const ignore = join(at.path, ".gitignore");
  if (look(fs, ignore) === undefined) await writeAtomic(fs, ignore, "*\n", { mode: PRIVATE_FILE });
  return { kind: "ready" };
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
