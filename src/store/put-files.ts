/**
 * Puts a set of files into a folder, all of them or none: new ones only where nothing lies, grown ones by replacing them
 * whole. When the disk refuses one, those before it are taken back, with the directories made for them.
 */
import { dirname, join } from "node:path";
import { look, PUBLIC_FILE, syncDirectory, writeAll, writeAtomic, type FileSystem } from "./files.js";

/** One file; `path` is relative, with forward slashes, and was checked to lie inside. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What lies there now and is to be replaced; absent: nothing may lie there. */
  readonly before?: Uint8Array;
}

/** Writes the files in order. @throws the disk's error after taking back what was written, as far as the disk lets it. */
export async function putFiles(fs: FileSystem, root: string, files: readonly NewFile[]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { path, bytes, before } of files) {
      const target = join(root, ...path.split("/"));
      await makeDirectories(fs, dirname(target), undo);
      if (before !== undefined) {
        const mode = (look(fs, target)?.mode ?? PUBLIC_FILE) & 0o777;
        await writeAtomic(fs, target, bytes, { mode });
        undo.push(() => writeAtomic(fs, target, before, { mode }));
        continue;
      }
      // `wx` follows no link and replaces nothing, whatever was put there since it was looked at.
      const file = await fs.promises.open(target, "wx", PUBLIC_FILE);
      undo.push(() => fs.promises.unlink(target));
      try {
        await writeAll(file, bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    await syncDirectory(fs, root);
  } catch (error) {
    for (const step of undo.toReversed()) await step().catch(() => undefined);
    throw error;
  }
}

async function makeDirectories(fs: FileSystem, path: string, undo: (() => Promise<void>)[]): Promise<void> {
  const missing: string[] = [];
  for (let each = path; look(fs, each) === undefined && each !== dirname(each); each = dirname(each)) {
    missing.push(each);
  }
  if (missing.length === 0) return;
  await fs.promises.mkdir(path, { recursive: true });
  // Taken back from the innermost outwards; one that somebody else has put something into stays.
  for (const each of missing.toReversed()) undo.push(() => fs.promises.rmdir(each));
}
