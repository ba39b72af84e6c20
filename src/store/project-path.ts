/**
 * Which paths a manifest may name. Everything that is read or written for the author stays inside the project, on every
 * platform alike: what only Windows forbids is refused everywhere, so that a film moves between machines.
 * `projectPath` looks at the words only; `placeToWrite` also looks where symbolic links lead.
 */
import { dirname, join, sep } from "node:path";
import { safeText } from "../base/text.js";
import { hasCode, look, type FileSystem } from "./files.js";

/** A path that may be used, or why not (a clause: "is absolute"). */
export type PathAnswer =
  | { readonly kind: "inside"; readonly path: string }
  | { readonly kind: "refused"; readonly why: string };

const DEVICES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
// Control characters, and what Windows cannot have in a name (the colon would also name a hidden stream).
const UNWRITABLE = /[<>:"|?*\u0001-\u001f\u007f]/;
const OURS = new Set([".git", ".kling"]);
// The names by which DOS knew them, which NTFS still answers to.
const OURS_SHORT = /^(?:git|kling)~\d+$/i;

/**
 * A relative path with forward slashes in its plain form (`./a//b` → `a/b`), or why it is refused.
 * For `write` also names that another platform could not hold, and the directories that are not the author's.
 */
export function projectPath(relative: string, purpose: "read" | "write"): PathAnswer {
  const refused = (why: string): PathAnswer => ({ kind: "refused", why });
  const unusable = unusablePath(relative);
  if (unusable !== undefined) return refused(unusable);
  if (relative.startsWith("/") || /^[a-z]:/i.test(relative)) return refused("is absolute");
  const names = relative.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length === 0) return refused("is empty");
  for (const name of names) {
    if (name === "..") return refused("contains `..`");
    if (DEVICES.test(name)) return refused("uses a name that is reserved on Windows");
    if (purpose === "read") continue;
    if (UNWRITABLE.test(name)) return refused("contains a character that file names cannot have everywhere");
    // Some file systems pass over such characters, so that `.g<U+200C>it` is `.git`; no person sees them anywhere.
    if (safeText(name) !== name) return refused("contains an invisible character");
    if (/[. ]$/.test(name)) return refused("has a part that ends in a dot or a space");
    if (OURS.has(name.toLowerCase()) || OURS_SHORT.test(name)) return refused(`leads into ${name}`);
  }
  if (relative.endsWith("/")) return refused("names a directory");
  return { kind: "inside", path: names.join("/") };
}

/** Why no file can have this path, wherever it leads; undefined when one can. */
export function unusablePath(path: string): string | undefined {
  if (path.includes("\0")) return "contains a NUL character";
  if (!path.isWellFormed()) return "is not well-formed text";
  return path.includes("\\") ? "contains a backslash; use / on every platform" : undefined;
}

/** The absolute path to write at, after following the links of the directories that exist already. */
export function placeToWrite(fs: FileSystem, root: string, relative: string): PathAnswer {
  const plain = projectPath(relative, "write");
  if (plain.kind === "refused") return plain;
  const path = join(root, ...plain.path.split("/"));
  let parent = dirname(path);
  let found = look(fs, parent);
  while (found === undefined && parent !== dirname(parent)) {
    parent = dirname(parent);
    found = look(fs, parent);
  }
  const led = ledTo(fs, root, parent);
  if (led.kind === "refused") return led;
  if (found?.isFile() === true) return { kind: "refused", why: "leads through a file" };
  return { kind: "inside", path };
}

/**
 * Where an existing path really is, or that its links lead out of the project or nowhere.
 * Without `root` they may lead anywhere.
 */
export function ledTo(fs: FileSystem, root: string | undefined, path: string): PathAnswer {
  try {
    const real = fs.realpathSync(path);
    return root === undefined || within(fs.realpathSync(root), real)
      ? { kind: "inside", path: real }
      : { kind: "refused", why: "leads out of the project through a symbolic link" };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR", "EACCES")) {
      return { kind: "refused", why: "leads through a symbolic link to nowhere" };
    }
    throw error;
  }
}

function within(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
