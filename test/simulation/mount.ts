/**
 * The disk as one process has it: `FileSystem` over a simulated disk, every waiting call a port at which the process can
 * die or meet an error of the disk. File locks as the kernel gives them: they go when their process does.
 */
import type { FileStat, FileSystem, OpenFile } from "../../src/store/files.js";
import type { FileLocks } from "../../src/store/project-lock.js";
import { diskError, type Disk, type Node } from "./disk.js";
import type { Life } from "./life.js";

class Stat implements FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
  readonly #directory: boolean;

  constructor(node: Node) {
    this.size = node.size;
    this.mtimeMs = node.mtimeMs;
    this.ctimeMs = node.ctimeMs;
    this.ino = node.ino;
    this.#directory = node.entries !== undefined;
    this.mode = (this.#directory ? 0o040000 : 0o100000) | node.mode;
  }

  isFile(): boolean {
    return !this.#directory;
  }

  isDirectory(): boolean {
    return this.#directory;
  }

  isSymbolicLink(): boolean {
    return false;
  }
}

/** An open file of a process. */
interface Opened {
  readonly node: Node;
  readonly appends: boolean;
  readonly writes: boolean;
  position: number;
}

/** The disk and its locks, as `life` has them. */
export function mount(disk: Disk, life: Life): { readonly fs: FileSystem; readonly locks: FileLocks } {
  const files = new Map<number, Opened>();
  let descriptors = 2;
  life.letGo.push(() => {
    for (const [inode, holder] of disk.locks) if (holder === life) disk.locks.delete(inode);
  });

  const there = (path: string): Node => {
    const node = disk.at(path);
    if (node === undefined) throw diskError("ENOENT");
    return node;
  };
  const meets = (kind: "read" | "write"): void => {
    const code = life.troubled(kind);
    if (code !== undefined) throw diskError(code);
  };
  const opened = (fd: number): Opened => {
    const file = files.get(fd);
    if (file === undefined) throw diskError("EBADF");
    return file;
  };
  const open = (path: string, flags: string, mode = 0o644): number => {
    const writes = flags !== "r";
    let node = disk.at(path);
    const code = life.troubled(writes && flags !== "r+" ? "write" : "read");
    // Who may write into a directory and not look into it cannot sync it either, which is not held against anybody.
    if (code !== undefined && (node?.entries === undefined || code !== "EACCES")) throw diskError(code);
    if (node !== undefined && flags.includes("x")) throw diskError("EEXIST");
    if (node === undefined) {
      if (flags.startsWith("r")) throw diskError("ENOENT");
      node = disk.make(path, "file", mode);
    }
    if (node.entries !== undefined && writes) throw diskError("EISDIR");
    if (flags.startsWith("w")) node.truncate(0);
    const fd = ++descriptors;
    files.set(fd, { node, appends: flags.startsWith("a"), writes, position: 0 });
    return fd;
  };
  const close = (fd: number): void => {
    const { node } = opened(fd);
    files.delete(fd);
    if (disk.locks.get(node.ino) === life) disk.locks.delete(node.ino);
  };
  const read = (fd: number, into: Uint8Array, offset: number, length: number, position: number | null) => {
    meets("read");
    const file = opened(fd);
    const from = position ?? file.position;
    const piece = file.node.content().subarray(from, from + length);
    into.set(piece, offset);
    if (position === null) file.position += piece.length;
    return piece.length;
  };
  const write = (fd: number, bytes: Uint8Array, position: number | null): number => {
    const file = opened(fd);
    if (!file.writes) throw diskError("EBADF");
    const code = life.troubled("write");
    // A disk that is filling up takes a part first.
    const part = code === "ENOSPC" && bytes.length > 1 ? bytes.subarray(0, bytes.length >> 1) : bytes;
    if (code !== undefined && part.length === bytes.length) throw diskError(code);
    const from = file.appends ? file.node.size : (position ?? file.position);
    file.node.write(from, Buffer.from(part));
    file.node.mtimeMs = disk.stamp();
    file.node.ctimeMs = file.node.mtimeMs;
    if (!file.appends && position === null) file.position = from + part.length;
    return part.length;
  };
  const sync = (fd: number): void => {
    const { node } = opened(fd);
    const code = life.troubled("write");
    // Rights are asked for when a file is opened, and never again.
    if (code !== undefined && code !== "EACCES") throw diskError(code);
    if (node.entries === undefined) node.sync();
    else disk.syncNames(node);
  };
  const openFile = (fd: number): OpenFile => {
    const what = opened(fd).node.entries === undefined ? "" : " directory";
    return {
      fd,
      read: (into, offset, length, position) =>
        life.port("read", () => ({ bytesRead: read(fd, into, offset, length, position) })),
      write: (bytes, offset, length, position) =>
        life.port("write", () => ({
          bytesWritten: write(fd, bytes.subarray(offset, offset + length), position),
        })),
      stat: () => life.port("stat", () => new Stat(opened(fd).node)),
      truncate: (length) =>
        life.port("truncate", () => {
          meets("write");
          opened(fd).node.truncate(length);
        }),
      sync: () => life.port(`sync${what}`, () => sync(fd)),
      datasync: () => life.port(`datasync${what}`, () => sync(fd)),
      close: () => life.port(`close${what}`, () => close(fd)),
    };
  };
  const makeDirectories = (path: string, mode: number): void => {
    meets("write");
    const names = path.split("/").filter((name) => name !== "");
    for (let depth = 1; depth <= names.length; depth++) {
      const directory = `/${names.slice(0, depth).join("/")}`;
      const node = disk.at(directory);
      if (node === undefined) disk.make(directory, "directory", mode);
      else if (node.entries === undefined) throw diskError(depth === names.length ? "EEXIST" : "ENOTDIR");
    }
  };
  const move = (from: string, to: string): void => {
    meets("write");
    const node = there(from);
    const source = disk.parentOf(from);
    const target = disk.parentOf(to);
    if (disk.at(to)?.entries !== undefined) throw diskError("EISDIR");
    node.ctimeMs = disk.stamp();
    disk.rename([
      { ...source, after: undefined },
      { ...target, after: node },
    ]);
  };
  const remove = (path: string, directory: boolean): void => {
    meets("write");
    const node = there(path);
    if ((node.entries !== undefined) !== directory) throw diskError(directory ? "ENOTDIR" : "EISDIR");
    if ((node.entries?.size ?? 0) > 0) throw diskError("ENOTEMPTY");
    disk.rename([{ ...disk.parentOf(path), after: undefined }]);
  };

  const fs: FileSystem = {
    promises: {
      open: async (path, flags, mode) => openFile(await life.port("open", () => open(path, flags, mode))),
      readFile: (path) =>
        life.port("readFile", () => {
          meets("read");
          return Buffer.from(there(path).content());
        }),
      readdir: (path) =>
        life.port("readdir", () => {
          meets("read");
          const { entries } = there(path);
          if (entries === undefined) throw diskError("ENOTDIR");
          return [...entries.keys()];
        }),
      mkdir: (path, { mode = 0o777 }) => life.port("mkdir", () => makeDirectories(path, mode)),
      rename: (from, to) => life.port("rename", () => move(from, to)),
      unlink: (path) => life.port("unlink", () => remove(path, false)),
      rmdir: (path) => life.port("rmdir", () => remove(path, true)),
      chmod: (path, mode) =>
        life.port("chmod", () => {
          meets("write");
          const node = there(path);
          node.mode = mode;
          node.ctimeMs = disk.stamp();
        }),
      copyFile: (from, to, flags) =>
        life.port("copyFile", () => {
          meets("write");
          const source = there(from);
          if ((flags & 1) !== 0 && disk.at(to) !== undefined) throw diskError("EEXIST");
          const copy = disk.make(to, "file", source.mode);
          copy.write(0, Buffer.from(source.content()));
        }),
    },
    lstatSync(path) {
      const node = disk.at(path);
      return node === undefined ? undefined : new Stat(node);
    },
    realpathSync: (path) => {
      there(path);
      return path;
    },
    readFileSync(path) {
      meets("read");
      return Buffer.from(there(path).content());
    },
    openSync: (path, flags) => open(path, flags),
    readSync: (fd, into, offset, length, position) => read(fd, into, offset, length, position),
    closeSync: (fd) => close(fd),
  };
  const locks: FileLocks = {
    tryLock(fd) {
      const { ino } = opened(fd).node;
      const holder = disk.locks.get(ino);
      if (holder !== undefined && holder !== life) return false;
      disk.locks.set(ino, life);
      return true;
    },
  };
  return { fs, locks };
}
