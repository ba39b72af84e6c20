/**
 * A file that a person named on the command line, inside the project or outside: looked at before it is opened, read once
 * in pieces, and refused when it is not a file of bytes that stays as it is meanwhile.
 */
import { errorCode, look, type FileSystem } from "./files.js";
import { isPointer } from "./inputs.js";

/** A file that may be read, or why not (a clause: "is a directory"). */
export type NamedFile =
  /** `path` is where its links lead. */
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "refused"; readonly why: string };

const PIECE = 1 << 20;

/** Looks at the file at an absolute path; more than `mostBytes` is refused. Does not open devices or pipes. */
export function lookAtNamed(fs: FileSystem, path: string, mostBytes: number): NamedFile {
  const refused = (why: string): NamedFile => ({ kind: "refused", why });
  try {
    if (look(fs, path) === undefined) return refused("is not there");
    const real = fs.realpathSync(path);
    const stat = look(fs, real);
    if (stat === undefined) return refused("is not there");
    if (stat.isDirectory()) return refused("is a directory");
    if (!stat.isFile()) return refused("is no regular file");
    if (stat.size > mostBytes) return refused(`is larger than ${mostBytes / 1024 ** 3} GiB`);
    if (isPointer(fs, real, stat.size))
      return refused("is a pointer of Git LFS, whose content was not fetched (git lfs pull)");
    return { kind: "file", path: real, size: stat.size };
  } catch (error) {
    return refused(`cannot be read (${errorCode(error)})`);
  }
}

/** Hands the file on, piece by piece; `changed` when it is not what was looked at. @throws what `take` throws. */
export async function readNamed(
  fs: FileSystem,
  { path, size }: Extract<NamedFile, { kind: "file" }>,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<"read" | "changed"> {
  const file = await fs.promises.open(path, "r");
  try {
    const before = await file.stat();
    if (!before.isFile() || before.size !== size) return "changed";
    const piece = Buffer.allocUnsafe(PIECE);
    let done = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, done);
      if (bytesRead === 0) break;
      done += bytesRead;
      if (done > size) return "changed";
      await take(piece.subarray(0, bytesRead));
    }
    const after = await file.stat();
    return done === size && after.mtimeMs === before.mtimeMs && after.size === size ? "read" : "changed";
  } finally {
    await file.close();
  }
}
