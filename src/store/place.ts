/**
 * Brings a blob to the place where the author wants it: a reflink or a copy, never a hard link, because an editor that
 * writes in place would change the stored clip. Never replaces a file that is not one of ours.
 */
import { dirname } from "node:path";
import type { Sha256 } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import type { OutputState } from "../plan/prior.js";
import type { Artifacts } from "./artifacts.js";
import {
  besideName,
  look,
  PUBLIC_FILE,
  removeIf,
  syncDirectory,
  syncFile,
  type FileStat,
  type FileSystem,
} from "./files.js";
import type { Outputs } from "./outputs.js";
import { ledTo, placeToWrite } from "./project-path.js";

/** What became of placing an artifact. */
export type Placed =
  | { readonly kind: "placed" }
  /** It lay there already; nothing was written. */
  | { readonly kind: "already" }
  /** Something lies there that is not ours; it was left alone. */
  | { readonly kind: "occupied"; readonly by: Exclude<OutputState, { readonly kind: "absent" }> }
  /** The path cannot be written to; `why` is a clause. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "missing" }
  | { readonly kind: "damaged" };

/** Where things come from and go to. */
export interface PlaceArguments {
  readonly fs: FileSystem;
  readonly root: string;
  readonly artifacts: Artifacts;
  readonly outputs: Outputs;
}

/**
 * Puts the blob `sha256` at `output` (relative to the project). Files whose digests are in `ours` may be replaced.
 * Durable when it returns. @throws the disk's error; what lay there is then still there.
 */
export async function place(
  given: PlaceArguments,
  sha256: Sha256,
  output: string,
  ours: ReadonlySet<Sha256>,
): Promise<Placed> {
  const { fs, root, artifacts, outputs } = given;
  const target = placeToWrite(fs, root, output);
  if (target.kind === "refused") return target;
  const { path } = target;
  const before = look(fs, path);
  const state = (await outputs.states([output])).get(output) ?? { kind: "absent" };
  switch (state.kind) {
    case "absent":
      break;
    case "other":
      return { kind: "occupied", by: state };
    case "file":
      if (state.sha256 === sha256) return { kind: "already" };
      if (!ours.has(state.sha256)) return { kind: "occupied", by: state };
      break;
    default:
      return unreachable(state);
  }
  await fs.promises.mkdir(dirname(path), { recursive: true });
  // A folder that became a link just now leads nowhere else: what is renamed later was made under a name of its own.
  const folder = ledTo(fs, root, dirname(path));
  if (folder.kind === "refused") return folder;
  const beside = besideName(path);
  try {
    const copied = await artifacts.copyOut(sha256, beside);
    if (copied !== "copied") return { kind: copied };
    await fs.promises.chmod(beside, PUBLIC_FILE);
    await syncFile(fs, beside);
    // Copying takes time, in which someone may have put something there.
    if (!sameFile(before, look(fs, path))) {
      return { kind: "occupied", by: { kind: "other", what: "a file that was written just now" } };
    }
    await fs.promises.rename(beside, path);
  } finally {
    await removeIf(fs, beside);
  }
  await syncDirectory(fs, dirname(path));
  outputs.placed(output, sha256);
  return { kind: "placed" };
}

function sameFile(a: FileStat | undefined, b: FileStat | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
