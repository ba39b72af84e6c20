/**
 * The author's own files: which are there, what their digests are, what the pictures and sounds among them are like.
 * Whatever is wrong with one is data; the engine turns it into a diagnostic at the place that names the file.
 * Links are followed as long as they stay inside the project, unless the user allows what lies outside of it. What is
 * sent later is read again against the digest.
 */
import { dirname, resolve } from "node:path";
import { sha256Hex, type Sha256 } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { isLfsPointer, LFS_POINTER_BYTES } from "../base/lfs.js";
import { hashFile, openFileIndex, type FileIndex } from "./file-index.js";
import { errorCode, look, readOpen, type FileStat, type FileSystem } from "./files.js";
import { isImageFacts, readImageFacts, type ImageFacts } from "./image.js";
import { isSoundFacts, readSoundFacts, type SoundFacts } from "./sound.js";
import { ledTo, projectPath, unusablePath, type PathAnswer } from "./project-path.js";

/** What lies at an input path. */
export type InputState =
  | { readonly kind: "file"; readonly sha256: Sha256; readonly size: number }
  | { readonly kind: "missing" }
  | { readonly kind: "directory" }
  /** A pointer of Git LFS whose content was not fetched (`git lfs pull`). */
  | { readonly kind: "lfs_pointer" }
  /** `why` is a clause: "is absolute". */
  | { readonly kind: "outside"; readonly why: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** The bytes of an input, or that they are no longer those of the digest. */
type InputBytes =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "changed" }
  | { readonly kind: "unreadable"; readonly why: string };

// Several times what any endpoint takes; a digest of more would keep everybody waiting.
const MOST_BYTES = 256 * 1024 * 1024;

/** Where inputs may lie. */
interface Reach {
  readonly fs: FileSystem;
  readonly root: string;
  /** Whether paths and links may lead out of the project. */
  readonly outside: boolean;
}

/** The input files of one project. Paths are relative to it, with forward slashes; absolute ones are outside of it. */
export interface Inputs {
  /** The state of each path; only what changed since the last time is read. */
  states(paths: Iterable<string>): Promise<ReadonlyMap<string, InputState>>;
  /** What the file at `path`, whose digest is `sha256`, is as a picture. */
  image(path: string, sha256: Sha256): Promise<ImageFacts>;
  /** What the file at `path`, whose digest is `sha256`, is as a sound. Reads all of it. */
  sound(path: string, sha256: Sha256): Promise<SoundFacts>;
  /** The bytes to send: they are checked, because the file may have been edited since the plan. */
  read(path: string, sha256: Sha256): Promise<InputBytes>;
  /** Keeps what was learnt for the next run. */
  save(): Promise<void>;
}

/**
 * The inputs of the project at `root`; `indexFile` is in its cache. `now` gives milliseconds since the epoch.
 * `outside` allows paths and links that lead out of the project.
 */
export function openInputs(
  fs: FileSystem,
  root: string,
  indexFile: string,
  now: () => number,
  outside = false,
): Inputs {
  const index = openFileIndex(fs, indexFile);
  const at: Reach = { fs, root, outside };
  // Facts that were found in this run, and the files that are what the index knows.
  const found = new Map<string, unknown>();
  const known = new Set<string>();
  // Set apart, because pictures and sounds have facts of the same kinds.
  const factsOf = (as: "image" | "sound", path: string, sha256: Sha256): unknown => {
    const held = known.has(`${sha256} ${path}`) ? index.facts(path) : undefined;
    return found.get(`${as} ${sha256}`) ?? (isRecord(held) ? held[as] : undefined);
  };
  const learn = (as: "image" | "sound", path: string, sha256: Sha256, facts: ImageFacts | SoundFacts) => {
    found.set(`${as} ${sha256}`, facts);
    index.learn(path, sha256, { [as]: facts });
  };
  return {
    async states(paths) {
      const states = new Map<string, InputState>();
      const directories = new Map<string, PathAnswer>();
      for (const path of paths) {
        if (states.has(path)) continue;
        // Mostly known at a glance; waiting even for what is there already would add up.
        const located = tryLocate(at, path, directories);
        const seen = glance(path, located, index);
        if (seen?.kind === "file") known.add(`${seen.sha256} ${path}`);
        states.set(path, seen ?? (await digested(fs, path, located, index, now)));
      }
      return states;
    },
    async image(path, sha256) {
      const facts = factsOf("image", path, sha256);
      if (isImageFacts(facts)) return facts;
      const located = tryLocate(at, path, new Map());
      if (located.kind === "state") return { kind: "not_an_image" };
      try {
        const read = readOpen(fs, located.path, readImageFacts);
        // Facts belong to the digest, so they are kept only if the file is still the one that has it.
        if ((await hashFile(fs, located.path, located.stat)) === sha256) learn("image", path, sha256, read);
        return read;
      } catch {
        return { kind: "not_an_image" };
      }
    },
    async sound(path, sha256) {
      const facts = factsOf("sound", path, sha256);
      if (isSoundFacts(facts)) return facts;
      const located = tryLocate(at, path, new Map());
      if (located.kind === "state") return { kind: "not_a_sound" };
      try {
        const bytes = await fs.promises.readFile(located.path);
        const read = readSoundFacts(bytes);
        if (sha256Hex(bytes) === sha256) learn("sound", path, sha256, read);
        return read;
      } catch {
        return { kind: "not_a_sound" };
      }
    },
    async read(path, sha256) {
      const located = tryLocate(at, path, new Map());
      if (located.kind === "state") return { kind: "changed" };
      try {
        const bytes = await fs.promises.readFile(located.path);
        return sha256Hex(bytes) === sha256 ? { kind: "bytes", bytes } : { kind: "changed" };
      } catch (error) {
        return { kind: "unreadable", why: errorCode(error) };
      }
    },
    save: () => index.save(),
  };
}

type Located =
  | { readonly kind: "located"; readonly path: string; readonly stat: FileStat }
  | { readonly kind: "state"; readonly state: InputState };

function glance(path: string, found: Located, index: FileIndex): InputState | undefined {
  if (found.kind === "state") return found.state;
  const sha256 = index.known(path, found.stat);
  return sha256 === undefined ? undefined : { kind: "file", sha256, size: found.stat.size };
}

async function digested(
  fs: FileSystem,
  path: string,
  found: Located,
  index: FileIndex,
  now: () => number,
): Promise<InputState> {
  if (found.kind === "state") return found.state;
  const { size } = found.stat;
  if (size > MOST_BYTES) return { kind: "unreadable", why: `it is larger than ${MOST_BYTES >> 20} MB` };
  try {
    if (isPointer(fs, found.path, size)) return { kind: "lfs_pointer" };
    const sha256 = await hashFile(fs, found.path, found.stat);
    if (sha256 === undefined) return { kind: "unreadable", why: "it is being written" };
    index.remember(path, found.stat, sha256, now());
    return { kind: "file", sha256, size };
  } catch (error) {
    return { kind: "unreadable", why: errorCode(error) };
  }
}

function tryLocate(at: Reach, path: string, directories: Map<string, PathAnswer>): Located {
  try {
    return locate(at, path, directories);
  } catch (error) {
    return { kind: "state", state: { kind: "unreadable", why: errorCode(error) } };
  }
}

/** Finds the file behind a path: one look at the file itself, and one look per directory where its links lead. */
function locate({ fs, root, outside }: Reach, named: string, directories: Map<string, PathAnswer>): Located {
  const is = (state: InputState): Located => ({ kind: "state", state });
  const plain = projectPath(named, "read");
  const unusable = unusablePath(named);
  if (unusable !== undefined) return is({ kind: "unreadable", why: `its path ${unusable}` });
  if (plain.kind === "refused" && !outside) return is({ kind: "outside", why: plain.why });
  const path = resolve(root, plain.kind === "inside" ? plain.path : named);
  let stat = look(fs, path);
  if (stat === undefined) return is({ kind: "missing" });
  const parent = dirname(path);
  if (!outside) {
    let led = directories.get(parent);
    if (led === undefined) {
      led = ledTo(fs, root, parent);
      directories.set(parent, led);
    }
    if (led.kind === "refused") return is({ kind: "outside", why: led.why });
  }
  let real = path;
  if (stat.isSymbolicLink()) {
    const target = ledTo(fs, outside ? undefined : root, path);
    if (target.kind === "refused") return is({ kind: "outside", why: target.why });
    real = target.path;
    stat = look(fs, real);
    if (stat === undefined) return is({ kind: "missing" });
  }
  if (stat.isDirectory()) return is({ kind: "directory" });
  if (!stat.isFile()) return is({ kind: "unreadable", why: "it is not a regular file" });
  return { kind: "located", path: real, stat };
}

/** Whether a file of `size` bytes is a pointer of Git LFS. @throws the disk's error. */
export function isPointer(fs: FileSystem, path: string, size: number): boolean {
  if (size >= LFS_POINTER_BYTES) return false;
  return isLfsPointer(Buffer.from(fs.readFileSync(path)).toString("latin1"));
}
