/**
 * What is held, to be looked at: bytes of the store by their digest, and the sidecars beside a project's outputs. Reads
 * only; not even a damaged blob is put aside here. A blob is checked whole once per process, before anything of it is
 * given away, and again when the disk says that it is another file than then.
 */
import { dirname, join } from "node:path";
import { asSha256, type Sha256 } from "./base/digest.js";
import { isRecord } from "./base/guard.js";
import { redactor } from "./base/secret.js";
import { escapeInvisible } from "./base/text.js";
import { storeOf } from "./engine.js";
import type { OpenOptions } from "./engine-prepare.js";
import { realWorld, type World } from "./engine-world.js";
import type { Artifact } from "./plan/prior.js";
import { openArtifacts } from "./store/artifacts.js";
import { hashFile } from "./store/file-index.js";
import { look, PUBLIC_FILE, readTextIf, removeIf, type FileStat, type FileSystem } from "./store/files.js";
import { probe } from "./store/probe.js";
import { ledTo, projectPath } from "./store/project-path.js";

/** A blob that was found whole. */
export interface HeldMedia {
  /** Absolute; read-only. Whoever opens it compares size and time of change: it was checked as it was then. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  /** By content, never by name. */
  readonly type: Artifact["type"];
}

/** What can be looked at. Methods throw the disk's errors. */
export interface Shelf {
  /** The blob with this digest; undefined when it is missing, damaged, or nothing that klingmake makes. */
  media(sha256: string): Promise<HeldMedia | undefined>;
  /** Copies a blob to `to`, where nothing may be, for everyone to read, and checks the copy; false when there is no whole one. */
  copy(sha256: string, to: string): Promise<boolean>;
  /** The sidecar of an output of the project at `root`, as JSON; undefined unless a sidecar of ours lies there. */
  sidecar(root: string, output: string): Promise<string | undefined>;
}

// node:fs constants, as in the store: fail when the target exists; share blocks where the disk can.
const COPY_EXCLUSIVELY = 1;
const COPY_BY_REFERENCE = 2;
/** A sidecar has a few kilobytes. */
const MOST_SIDECAR_BYTES = 1024 * 1024;

/** Opens the user's shelf. */
export function openShelf(
  options: Pick<OpenOptions, "env" | "home">,
  { fs }: Pick<World, "fs"> = realWorld(),
): Shelf {
  const redact = redactor(options.env);
  const store = openArtifacts(fs, storeOf(options));
  const checked = new Map<
    Sha256,
    { readonly stat: FileStat; readonly found: Promise<HeldMedia | undefined> }
  >();

  const media = async (text: string): Promise<HeldMedia | undefined> => {
    const sha256 = asSha256(text);
    if (sha256 === undefined) return undefined;
    const stat = look(fs, store.pathOf(sha256));
    if (stat?.isFile() !== true) return undefined;
    const before = checked.get(sha256);
    if (before !== undefined && isSame(before.stat, stat)) return before.found;
    const found = examined(fs, store.pathOf(sha256), sha256, stat);
    checked.set(sha256, { stat, found });
    // What could not be read now may be readable the next time.
    found.catch(() => checked.delete(sha256));
    return found;
  };

  return {
    media,
    async copy(text, to) {
      const held = await media(text);
      if (held === undefined) return false;
      await fs.promises.copyFile(held.path, to, COPY_EXCLUSIVELY | COPY_BY_REFERENCE);
      await fs.promises.chmod(to, PUBLIC_FILE);
      const stat = look(fs, to);
      if (stat !== undefined && (await hashFile(fs, to, stat)) === text) return true;
      await removeIf(fs, to);
      return false;
    },
    async sidecar(root, output) {
      const plain = projectPath(`${output}.json`, "read");
      if (plain.kind === "refused") return undefined;
      const path = join(root, plain.path);
      const folder = ledTo(fs, root, dirname(path));
      const stat = look(fs, path);
      // A link is not followed: what lies beside an output and is ours is a file.
      if (folder.kind === "refused" || stat?.isFile() !== true || stat.size > MOST_SIDECAR_BYTES)
        return undefined;
      return asSidecar(await readTextIf(fs, path), redact);
    },
  };
}

async function examined(
  fs: FileSystem,
  path: string,
  sha256: Sha256,
  stat: FileStat,
): Promise<HeldMedia | undefined> {
  if ((await hashFile(fs, path, stat)) !== sha256) return undefined;
  const probed = probe(fs, path, { sha256, size: stat.size });
  if (probed.kind === "unfit") return undefined;
  return { path, size: stat.size, mtimeMs: stat.mtimeMs, type: probed.artifact.type };
}

function isSame(a: FileStat, b: FileStat): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

/** Written anew from what was understood, without what only the environment or the queries of addresses may hold. */
function asSidecar(text: string | undefined, redact: (text: string) => string): string | undefined {
  try {
    const data: unknown = JSON.parse(text ?? "");
    if (!isRecord(data) || data["schema"] !== "klingmake/sidecar") return undefined;
    const clean = (_: string, value: unknown) => (typeof value === "string" ? redact(value) : value);
    return `${escapeInvisible(JSON.stringify(data, clean, 2))}\n`;
  } catch {
    // Not JSON, or nested deeper than anything of ours.
    return undefined;
  }
}
