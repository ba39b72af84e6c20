/**
 * Digests of files, remembered by what the disk says of them, so that what did not change is not read again.
 * A cache: damage, loss and concurrent writers cost time and nothing else.
 * A file changed within two seconds of being read is not remembered: a second change could look the same from outside.
 */
import { dirname } from "node:path";
import { asSha256, sha256Stream, type Sha256 } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import {
  look,
  PRIVATE_DIRECTORY,
  PRIVATE_FILE,
  readBytesIf,
  writeAtomic,
  type FileStat,
  type FileSystem,
} from "./files.js";

const VERSION = 2;
const RACY_MS = 2000;
const MOST_ENTRIES = 50_000;
const PIECE = 1 << 20;
const SMALL = 8 * PIECE;

/** Digests by project path. */
export interface FileIndex {
  /** Whether anything is remembered of `path`. */
  has(path: string): boolean;
  /** The digest of the file at `path`, when it still looks as it did when that was taken. */
  known(path: string, stat: FileStat): Sha256 | undefined;
  /** Remembers a digest that was taken of the file as `stat` shows it, unless it changed too shortly before `nowMs`. */
  remember(path: string, stat: FileStat, sha256: Sha256, nowMs: number): void;
  /** Remembers a file that we put there ourselves; trusted at once where the disk's clock is finer than a second. */
  rememberPlaced(path: string, stat: FileStat, sha256: Sha256): void;
  /**
   * Facts about the content of the file at `path`, as they were given; trust them only of a file that is `known`. They
   * hang on what the disk says of a file and not on its digest alone: a checkout can bring a cache along, and so say
   * anything of content that it brings too, but it cannot foretell inodes and times.
   */
  facts(path: string): unknown;
  /** Remembers facts about the content with this digest, if that of the file at `path` is remembered. */
  learn(path: string, sha256: Sha256, facts: unknown): void;
  /** Writes what changed. Failure to do so is no failure. */
  save(): Promise<void>;
}

type Row = readonly [
  path: string,
  size: number,
  mtimeMs: number,
  ctimeMs: number,
  ino: number,
  sha256: Sha256,
  facts: unknown,
];

/** Opens the index kept in `file`; an unreadable one is an empty one. */
export function openFileIndex(fs: FileSystem, file: string): FileIndex {
  const rows = load(fs, file);
  let changed = false;
  const put = (path: string, stat: FileStat, sha256: Sha256) => {
    // Deleted first, so that the least recently seen stand at the front and go first.
    rows.delete(path);
    rows.set(path, [path, stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, sha256, null]);
    changed = true;
  };
  return {
    facts: (path) => rows.get(path)?.[6] ?? undefined,
    learn(path, sha256, facts) {
      const row = rows.get(path);
      if (row?.[5] !== sha256) return;
      rows.set(path, [...row.slice(0, 6), facts] as unknown as Row);
      changed = true;
    },
    has: (path) => rows.has(path),
    known(path, stat) {
      const row = rows.get(path);
      if (row === undefined) return undefined;
      const [, size, mtimeMs, ctimeMs, ino, sha256] = row;
      const same =
        size === stat.size && mtimeMs === stat.mtimeMs && ctimeMs === stat.ctimeMs && ino === stat.ino;
      return same ? sha256 : undefined;
    },
    remember(path, stat, sha256, nowMs) {
      if (nowMs - Math.max(stat.mtimeMs, stat.ctimeMs) >= RACY_MS) put(path, stat, sha256);
    },
    rememberPlaced(path, stat, sha256) {
      if (stat.mtimeMs % 1000 !== 0 && stat.ctimeMs % 1000 !== 0) put(path, stat, sha256);
    },
    async save() {
      if (!changed) return;
      const text = JSON.stringify({ version: VERSION, files: [...rows.values()].slice(-MOST_ENTRIES) });
      try {
        if (!isOurs(fs, file)) return;
        await fs.promises.mkdir(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY });
        await writeAtomic(fs, file, text, { mode: PRIVATE_FILE, durable: false });
        changed = false;
      } catch {
        // A checkout that cannot be written is still a project that can be planned.
      }
    },
  };
}

/**
 * The digest of the file at `path`, which `stat` describes; undefined when it changed while it was read.
 * Small files are read at once, which is six times as quick for many; large ones let other work go on between pieces.
 * @throws the disk's error.
 */
export async function hashFile(fs: FileSystem, path: string, stat: FileStat): Promise<Sha256 | undefined> {
  const { sha256, size } = stat.size <= SMALL ? hashAtOnce(fs, path, stat.size) : await hashInTurns(fs, path);
  const after = look(fs, path);
  const still =
    size === stat.size &&
    after !== undefined &&
    after.mtimeMs === stat.mtimeMs &&
    after.size === stat.size &&
    after.ino === stat.ino;
  return still ? sha256 : undefined;
}

interface Hashed {
  readonly sha256: Sha256;
  readonly size: number;
}

function hashAtOnce(fs: FileSystem, path: string, expected: number): Hashed {
  const fd = fs.openSync(path, "r");
  try {
    const piece = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, expected)));
    const hash = sha256Stream();
    let size = 0;
    for (;;) {
      const count = fs.readSync(fd, piece, 0, piece.length, size);
      if (count === 0) return { sha256: hash.digest(), size };
      hash.update(piece.subarray(0, count));
      size += count;
    }
  } finally {
    fs.closeSync(fd);
  }
}

async function hashInTurns(fs: FileSystem, path: string): Promise<Hashed> {
  const file = await fs.promises.open(path, "r");
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    const hash = sha256Stream();
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, size);
      if (bytesRead === 0) return { sha256: hash.digest(), size };
      hash.update(piece.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function load(fs: FileSystem, file: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  let stored: unknown;
  try {
    if (!isOurs(fs, file)) return rows;
    stored = JSON.parse(Buffer.from(readBytesIf(fs, file) ?? []).toString("utf8"));
  } catch {
    return rows;
  }
  if (!isRecord(stored) || stored["version"] !== VERSION) return rows;
  for (const row of listOf(stored["files"])) {
    if (isRow(row)) rows.set(row[0], row);
  }
  return rows;
}

/** A link in place of `.kling` or its cache: nothing of ours is read or written where it leads. */
function isOurs(fs: FileSystem, file: string): boolean {
  return [dirname(dirname(file)), dirname(file)].every((path) => look(fs, path)?.isDirectory() !== false);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRow(value: unknown): value is Row {
  return (
    Array.isArray(value) &&
    value.length === 7 &&
    typeof value[0] === "string" &&
    value.slice(1, 5).every((number) => typeof number === "number") &&
    asSha256(value[5]) !== undefined
  );
}
