/**
 * The content store: everything that was ever paid for, by SHA-256, one per user and outside of every project.
 * Blobs are read-only and never linked to from outside. What is read is checked; a damaged blob is put aside, not deleted.
 * Knows nothing of steps, keys or outputs: `place.ts` brings blobs to the author.
 */
import { dirname, join } from "node:path";
import { sha256Hex, type Sha256 } from "../base/digest.js";
import {
  besideName,
  hasCode,
  look,
  PRIVATE_DIRECTORY,
  removeIf,
  syncDirectory,
  syncFile,
  type FileSystem,
} from "./files.js";
import { hashFile } from "./file-index.js";
import type { ReceivedFile } from "./partial.js";

/** Rights of a blob. */
const READ_ONLY = 0o444;

// node:fs constants, which the port does not carry: fail when the target exists; share blocks where the disk can.
const COPY_EXCLUSIVELY = 1;
const COPY_BY_REFERENCE = 2;

/** The bytes of a blob, or why there are none. */
type BlobBytes =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "missing" }
  /** Its bytes were not those of its name; it was put aside. */
  | { readonly kind: "damaged" };

/** The store. Methods throw the disk's errors. */
export interface Artifacts {
  readonly directory: string;
  /** Which of these are held, with the right size as far as one is told. */
  held(artifacts: Iterable<{ readonly sha256: Sha256; readonly size?: number }>): ReadonlySet<Sha256>;
  /** Where the blob of a digest stands, or would. */
  pathOf(sha256: Sha256): string;
  /** Takes in a file that came in whole; it is gone from where it was. Durable when it returns. */
  put(received: ReceivedFile): Promise<void>;
  /** Takes in a copy of a file that should have this digest; false when it has another. */
  adopt(path: string, sha256: Sha256): Promise<boolean>;
  /** Copies a blob to `to`, where nothing may be, and checks the copy. */
  copyOut(sha256: Sha256, to: string): Promise<"copied" | "missing" | "damaged">;
  /** Whether a blob is there and whole; a damaged one is put aside. */
  check(sha256: Sha256): Promise<"whole" | "missing" | "damaged">;
  /** The checked bytes of a blob. */
  read(sha256: Sha256): Promise<BlobBytes>;
}

/** Where the store stands: the override, else below the user's data directory (which counts only when absolute). */
export function storeDirectory(given: {
  readonly override?: string;
  readonly dataHome?: string;
  readonly home: string;
}): string {
  if (given.override !== undefined && given.override !== "") return given.override;
  const data =
    given.dataHome?.startsWith("/") === true ? given.dataHome : join(given.home, ".local", "share");
  return join(data, "klingmake", "store");
}

/** The store in `directory`, which is made when something is first put there. */
export function openArtifacts(fs: FileSystem, directory: string): Artifacts {
  const shelf = (sha256: Sha256) => join(directory, "cas", sha256.slice(0, 2));
  const pathOf = (sha256: Sha256) => join(shelf(sha256), sha256);
  let rooted = false;

  /** Gives a complete, durable file its final name. */
  const shelve = async (file: string, sha256: Sha256) => {
    const path = pathOf(sha256);
    await fs.promises.chmod(file, READ_ONLY);
    await fs.promises.rename(file, path);
    await syncDirectory(fs, shelf(sha256));
    await syncDirectory(fs, join(directory, "cas"));
    // Those above may have been made with the first blob, by this run or by one that did not get this far.
    for (let above = directory; !rooted; above = dirname(above)) {
      await syncDirectory(fs, above);
      rooted = above === dirname(above);
    }
  };
  const copyIn = async (from: string, sha256: Sha256): Promise<boolean> => {
    const copy = besideName(pathOf(sha256));
    try {
      await fs.promises.copyFile(from, copy, COPY_EXCLUSIVELY | COPY_BY_REFERENCE);
      if ((await digestOf(fs, copy)) !== sha256) return false;
      await fs.promises.chmod(copy, 0o600);
      await syncFile(fs, copy);
      await shelve(copy, sha256);
      return true;
    } finally {
      await removeIf(fs, copy);
    }
  };
  const makeShelf = (sha256: Sha256) =>
    fs.promises.mkdir(shelf(sha256), { recursive: true, mode: PRIVATE_DIRECTORY });
  const putAside = async (sha256: Sha256) => {
    const aside = join(directory, "damaged");
    await fs.promises.mkdir(aside, { recursive: true, mode: PRIVATE_DIRECTORY });
    await fs.promises.rename(pathOf(sha256), join(aside, sha256));
  };

  return {
    directory,
    pathOf,
    held(artifacts) {
      const held = new Set<Sha256>();
      // Written out, because joining a thousand paths takes longer than looking at half of the files.
      const cas = join(directory, "cas");
      for (const { sha256, size } of artifacts) {
        const stat = look(fs, `${cas}/${sha256.slice(0, 2)}/${sha256}`);
        if (stat?.isFile() === true && (size === undefined || stat.size === size)) held.add(sha256);
      }
      return held;
    },
    async put(received) {
      await makeShelf(received.sha256);
      try {
        await shelve(received.path, received.sha256);
      } catch (error) {
        // Another disk than the project's.
        if (!hasCode(error, "EXDEV")) throw error;
        if (!(await copyIn(received.path, received.sha256))) {
          throw new Error("a received file changed before it was stored", { cause: error });
        }
        await removeIf(fs, received.path);
      }
    },
    async adopt(path, sha256) {
      await makeShelf(sha256);
      return await copyIn(path, sha256);
    },
    async copyOut(sha256, to) {
      const path = pathOf(sha256);
      if (look(fs, path) === undefined) return "missing";
      await fs.promises.copyFile(path, to, COPY_EXCLUSIVELY | COPY_BY_REFERENCE);
      if ((await digestOf(fs, to)) === sha256) return "copied";
      await removeIf(fs, to);
      // Only a blob that is wrong itself is put aside; a copy can also fail on its own.
      if ((await digestOf(fs, path)) !== sha256) await putAside(sha256);
      return "damaged";
    },
    async check(sha256) {
      const path = pathOf(sha256);
      if (look(fs, path) === undefined) return "missing";
      if ((await digestOf(fs, path)) === sha256) return "whole";
      await putAside(sha256);
      return "damaged";
    },
    async read(sha256) {
      try {
        const bytes = await fs.promises.readFile(pathOf(sha256));
        if (sha256Hex(bytes) === sha256) return { kind: "bytes", bytes };
      } catch (error) {
        if (hasCode(error, "ENOENT")) return { kind: "missing" };
        throw error;
      }
      await putAside(sha256);
      return { kind: "damaged" };
    },
  };
}

async function digestOf(fs: FileSystem, path: string): Promise<Sha256 | undefined> {
  const stat = look(fs, path);
  return stat === undefined ? undefined : await hashFile(fs, path, stat);
}
