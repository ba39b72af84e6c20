/**
 * The disk as a port, and the few ways in which it is written: replaced whole, appended durably, copied beside.
 * Knows no formats and no project. The real disk is `nodeFiles`; this is the only file of the room that imports it.
 * Promises for what waits, sync for what is looked at in bulk, so that an in-memory disk fits too.
 */
import { randomBytes } from "node:crypto";
import * as disk from "node:fs";
import { basename, dirname, join } from "node:path";

/** What is known of a path without opening it. */
export interface FileStat {
  /** Bytes. */
  readonly size: number;
  /** Last change of the content, in milliseconds since the epoch, with fractions where the disk has them. */
  readonly mtimeMs: number;
  /** Last change of content, name or rights. */
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** An open file. */
export interface OpenFile {
  readonly fd: number;
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<FileStat>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** The part of `node:fs` that klingmake uses. */
export interface FileSystem {
  readonly promises: {
    open(path: string, flags: string, mode?: number): Promise<OpenFile>;
    readFile(path: string): Promise<Uint8Array>;
    readdir(path: string): Promise<string[]>;
    mkdir(path: string, options: { readonly recursive: true; readonly mode?: number }): Promise<unknown>;
    rename(from: string, to: string): Promise<void>;
    unlink(path: string): Promise<void>;
    rmdir(path: string): Promise<void>;
    chmod(path: string, mode: number): Promise<void>;
    copyFile(from: string, to: string, flags: number): Promise<void>;
  };
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined;
  realpathSync(path: string): string;
  readFileSync(path: string): Uint8Array;
  openSync(path: string, flags: string): number;
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: number): number;
  closeSync(fd: number): void;
}

/** The part of `node:fs` that says where links lead. */
export interface LinkedFiles {
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileStat | undefined;
  readlinkSync(path: string): string;
}

/** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
export type ReadAt = (position: number, length: number) => Uint8Array;

/** The real disk. */
export const nodeFiles: FileSystem & LinkedFiles = disk;

/** Rights of files that only their owner may read. */
export const PRIVATE_FILE = 0o600;

/** Rights of directories that only their owner may enter. */
export const PRIVATE_DIRECTORY = 0o700;

/** Rights of files for everyone to read. */
export const PUBLIC_FILE = 0o644;

/** What lies at `path` itself (links are not followed), or undefined when nothing does or it cannot be reached. */
export function look(fs: Pick<FileSystem, "lstatSync">, path: string): FileStat | undefined {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file where a directory was expected: there is nothing at this path either.
    if (hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/**
 * What stands in the place of a file of ours and cannot be one. Reading it would never end (a pipe, a device), would
 * show what lies somewhere else (a link), or would not fit into a text.
 */
export class UnfitFile extends Error {
  override readonly name = "UnfitFile";
  readonly code = "ELOOP";

  constructor(path: string, what: string) {
    super(`${basename(path)} ${what}`);
  }
}

// Far more than a lockfile or a journal ever has, and less than a text can hold.
const MOST_BYTES = 256 * 1024 * 1024;

/** @throws UnfitFile unless at `path` there is nothing, or a file that can be read at once. */
function checkFit(fs: FileSystem, path: string): void {
  const found = look(fs, path);
  if (found === undefined) return;
  if (found.isSymbolicLink()) throw new UnfitFile(path, "is a symbolic link");
  if (!found.isFile())
    throw new UnfitFile(path, `is ${found.isDirectory() ? "a directory" : "no regular file"}`);
  if (found.size > MOST_BYTES) throw new UnfitFile(path, `is larger than ${MOST_BYTES >> 20} MB`);
}

/**
 * The bytes of a file of ours, or undefined when there is none.
 * @throws UnfitFile where something else lies there, and the disk's error for all else.
 */
export function readBytesIf(fs: FileSystem, path: string): Uint8Array | undefined {
  try {
    checkFit(fs, path);
    return fs.readFileSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The whole text of such a file; throws as `readBytesIf` does. */
export async function readTextIf(fs: FileSystem, path: string): Promise<string | undefined> {
  try {
    checkFit(fs, path);
    return Buffer.from(await fs.promises.readFile(path)).toString("utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Puts `data` at `path` so that a reader, or a crash at any moment, sees either the old file or the new one.
 * `durable: false` leaves out the syncs, for what may be lost at no cost. @throws the disk's error; nothing is left beside.
 */
export async function writeAtomic(
  fs: FileSystem,
  path: string,
  data: string | Uint8Array,
  options: { readonly mode?: number; readonly durable?: boolean } = {},
): Promise<void> {
  const durable = options.durable ?? true;
  const beside = besideName(path);
  try {
    const file = await fs.promises.open(beside, "wx", options.mode ?? PUBLIC_FILE);
    try {
      await writeAll(file, typeof data === "string" ? Buffer.from(data) : data);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(beside, path);
  } catch (error) {
    await removeIf(fs, beside);
    throw error;
  }
  if (durable) await syncDirectory(fs, dirname(path));
}

/** A name in the same directory that nobody else uses, hidden, and telling what it was for. */
export function besideName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
}

/** Writes all bytes at the file's own position, however few the system takes at once. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}

/** Appends `text` and returns once it is on the disk itself. @throws the disk's error; a part may have been written. */
export async function appendDurable(file: OpenFile, text: string): Promise<void> {
  await writeAll(file, Buffer.from(text));
  await file.datasync();
}

/**
 * Opens a private file for appending, made when it is absent, closed to others when it was open to them.
 * @throws UnfitFile when a link or anything else that is no regular file lies there, and the disk's error.
 */
export async function openToAppend(fs: FileSystem, path: string, flags: "a" | "a+"): Promise<OpenFile> {
  // The port has no flag against following links, so one is looked for right before.
  checkFit(fs, path);
  await tighten(fs, path, PRIVATE_FILE);
  return await fs.promises.open(path, flags, PRIVATE_FILE);
}

/** Takes from what is ours the rights that others have and `mode` does not give; what is not there is left alone. */
export async function tighten(fs: FileSystem, path: string, mode: number): Promise<void> {
  const found = look(fs, path);
  if (found === undefined || found.isSymbolicLink() || (found.mode & 0o777 & ~mode) === 0) return;
  await fs.promises.chmod(path, mode);
}

/** Makes renames and new names in a directory durable, where the system can. */
export async function syncDirectory(fs: FileSystem, path: string): Promise<void> {
  try {
    const directory = await fs.promises.open(path, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    // Windows and some network disks cannot sync a directory; their renames are as durable as they get.
    if (!hasCode(error, "EPERM", "EISDIR", "EINVAL", "EACCES", "ENOTSUP", "EBADF")) throw error;
  }
}

/** Makes what was written to `path` durable. */
export async function syncFile(fs: FileSystem, path: string): Promise<void> {
  const file = await fs.promises.open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes a file; that it is gone already is no error. */
export async function removeIf(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.promises.unlink(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Opens `path`, lets `use` read pieces of it (fewer bytes only at its end), closes it. @throws the disk's error. */
export function readOpen<T>(fs: FileSystem, path: string, use: (read: ReadAt) => T): T {
  const fd = fs.openSync(path, "r");
  try {
    return use((position, length) => {
      const piece = Buffer.alloc(length);
      let done = 0;
      while (done < length) {
        const count = fs.readSync(fd, piece, done, length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return piece.subarray(0, done);
    });
  } finally {
    fs.closeSync(fd);
  }
}

/** The numbers that bytes hold; the bytes are not copied. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether an error of the disk has one of these codes (`ENOENT`, ...). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorCode(error));
}

/** The disk's code of an error of the disk (`ENOSPC`); undefined for all other errors, which are bugs. */
export function diskCode(error: unknown): string | undefined {
  const code = errorCode(error);
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** The disk's code of an error (`EACCES`), or `unknown`: safe to show, unlike the message, which has paths in it. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown";
}
