/**
 * Where a path leads, step by step: each name in a folder that it hangs on, the names of links on its way among them,
 * and what lies at its end. Changes of what is watched are seen by comparing two such ends. Knows nothing of events.
 * Links are followed by hand, because the system's own answer does not say which folders it went through.
 */
import { basename, dirname, resolve, sep } from "node:path";
import { errorCode, look, type FileStat, type LinkedFiles } from "./files.js";

/** A name in a folder that a path hangs on: when it comes, goes or is replaced, the path may lead elsewhere. */
export interface Hinge {
  /** Absolute, without links. */
  readonly folder: string;
  readonly name: string;
}

/** What lies at the end of a path, as far as it can be told without reading it. */
export type Seen =
  | { readonly kind: "missing" }
  | { readonly kind: "unreachable"; readonly code: string }
  /** Neither a file nor missing: what happens inside of it is nobody's concern. */
  | { readonly kind: "other"; readonly ino: number }
  | {
      readonly kind: "file";
      readonly ino: number;
      readonly size: number;
      readonly mtimeMs: number;
      readonly ctimeMs: number;
      readonly mode: number;
    };

/** A path followed to its end. */
export interface Trail {
  /** The last one is where the end lies, or where the first missing name would. */
  readonly hinges: readonly Hinge[];
  readonly seen: Seen;
}

/** Follows one absolute path without `..` in it. */
export type Follow = (path: string) => Trail;

interface Place {
  /** Without links; absent when nothing is there. */
  readonly real?: string;
  readonly stat?: FileStat;
  readonly code?: string;
  readonly kept: readonly Hinge[];
  readonly last?: Hinge;
}

// As many as Linux follows.
const MOST_LINKS = 40;

/**
 * Follows paths as they lead at this moment: use it for one look around and drop it. Above `root` and outside of it only
 * links and the last folder are named: the folders of the whole machine are busy, and seldom renamed.
 */
export function openTrails(fs: LinkedFiles, root: string): Follow {
  const known = new Map<string, Place>();
  let inside = (_folder: string): boolean => false;

  const placeOf = (path: string, links: number): Place => {
    let place = known.get(path);
    if (place === undefined) known.set(path, (place = findPlace(path, links)));
    return place;
  };

  const findPlace = (path: string, links: number): Place => {
    const above = dirname(path);
    if (above === path) return { real: path, kept: [] };
    const parent = placeOf(above, links);
    if (parent.real === undefined) return parent;
    if (parent.stat?.isDirectory() === false) return { ...parent, real: undefined, stat: undefined };
    const hinge: Hinge = { folder: parent.real, name: basename(path) };
    const here = pathOf(hinge);
    const kept = inside(parent.real) ? [...parent.kept, hinge] : parent.kept;
    try {
      const stat = look(fs, here);
      if (stat === undefined) return { kept, last: hinge };
      if (!stat.isSymbolicLink()) return { real: here, stat, kept, last: hinge };
      if (links >= MOST_LINKS) return { code: "ELOOP", kept, last: hinge };
      const target = placeOf(resolve(parent.real, fs.readlinkSync(here)), links + 1);
      return { ...target, kept: [...parent.kept, hinge, ...target.kept] };
    } catch (error) {
      return { code: errorCode(error), kept, last: hinge };
    }
  };

  const realRoot = placeOf(resolve(root), 0).real ?? resolve(root);
  const below = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  inside = (folder) => folder === realRoot || folder.startsWith(below);
  known.clear();

  return (path) => {
    // Only folders are remembered: each path is followed once.
    const { kept, last, stat, code } = findPlace(path, 0);
    return {
      hinges: last === undefined || kept.at(-1) === last ? kept : [...kept, last],
      seen: code === undefined ? seenAs(stat) : { kind: "unreachable", code },
    };
  };
}

/** What lies at a hinge now; a link there is not followed. */
export function seenAt(fs: LinkedFiles, hinge: Hinge): Seen {
  try {
    return seenAs(look(fs, pathOf(hinge)));
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  }
}

function pathOf({ folder, name }: Hinge): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

function seenAs(stat: FileStat | undefined): Seen {
  if (stat === undefined) return { kind: "missing" };
  const { ino, size, mtimeMs, ctimeMs, mode } = stat;
  return stat.isFile() ? { kind: "file", ino, size, mtimeMs, ctimeMs, mode } : { kind: "other", ino };
}

const MAY_READ = 0o444;

/** Whether what can be read at the end of a path may have changed. Other rights and the time of reading are no change. */
export function mayDiffer(before: Seen, after: Seen): boolean {
  if (before.kind === "file" && after.kind === "file") {
    if (before.ino !== after.ino || before.size !== after.size || before.mtimeMs !== after.mtimeMs)
      return true;
    if (before.ctimeMs === after.ctimeMs) return false;
    // Somebody may have set the old time back after writing; but where the rights are others, these explain it.
    return before.mode === after.mode || ((before.mode ^ after.mode) & MAY_READ) !== 0;
  }
  if (before.kind === "other" && after.kind === "other") return before.ino !== after.ino;
  if (before.kind === "unreachable" && after.kind === "unreachable") return before.code !== after.code;
  return before.kind !== after.kind;
}

// The coarsest clock of a file system in use (FAT), with a little for a late event.
const COARSEST_MS = 2_500;

/** Whether a file was written so lately that a second write might have left the same size and times. */
export function isYoung(seen: Seen, nowMs: number): boolean {
  return seen.kind === "file" && nowMs - seen.mtimeMs < COARSEST_MS;
}
