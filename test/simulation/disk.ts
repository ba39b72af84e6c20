/**
 * A disk in memory that forgets like a real one. What is written, and every new, moved or removed name, is safe only when
 * the file, or the directory that names it, was synced: when the power goes, each change that was not may be kept, lost
 * or torn, in any combination. A process that dies takes nothing with it. Knows no links and enforces no rights.
 */
import type { Chance } from "./chance.js";

/** A change to a file's bytes that was not synced yet. */
type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly length: number };

/** A file or a directory. */
export class Node {
  bytes: Buffer = Buffer.alloc(0);
  size = 0;
  mode: number;
  mtimeMs: number;
  ctimeMs: number;
  /** Counts up with every change of the bytes. */
  version = 0;
  readonly entries: Map<string, Node> | undefined;
  /** Of a directory: the names that survive. */
  durable = new Map<string, Node>();
  #changes: Change[] = [];
  /** Bytes that survive: `size` up to which they are still as they were, or a copy once they no longer are. */
  #safe: { size: number; copy: Buffer | undefined } = { size: 0, copy: undefined };

  constructor(
    readonly ino: number,
    kind: "file" | "directory",
    mode: number,
    nowMs: number,
  ) {
    this.mode = mode;
    this.mtimeMs = nowMs;
    this.ctimeMs = nowMs;
    this.entries = kind === "directory" ? new Map() : undefined;
  }

  content(): Buffer {
    return this.bytes.subarray(0, this.size);
  }

  write(at: number, bytes: Buffer): void {
    this.#changes.push({ kind: "write", at, bytes });
    this.#apply({ kind: "write", at, bytes });
  }

  truncate(length: number): void {
    this.#changes.push({ kind: "truncate", length });
    this.#apply({ kind: "truncate", length });
  }

  sync(): void {
    this.#changes = [];
    this.#safe = { size: this.size, copy: undefined };
  }

  /** The power goes: what was not synced is kept, lost or torn. */
  lose(chance: Chance, mood: Mood): number {
    if (this.#changes.length === 0) return 0;
    const changes = this.#changes;
    const safe = this.#safe.copy ?? Buffer.from(this.bytes.subarray(0, this.#safe.size));
    this.bytes = safe;
    this.size = safe.length;
    let torn = 0;
    for (const [index, change] of changes.entries()) {
      if (mood === "nothing" || (mood === "some" && chance.happens(0.4))) continue;
      const tears = mood === "torn" ? index === changes.length - 1 : mood === "some" && chance.happens(0.5);
      if (change.kind === "write" && tears) {
        torn++;
        this.#apply({ ...change, bytes: change.bytes.subarray(0, chance.below(change.bytes.length + 1)) });
      } else this.#apply(change);
    }
    this.sync();
    return torn;
  }

  #apply(change: Change): void {
    this.version++;
    const from = change.kind === "write" ? change.at : change.length;
    if (from < this.#safe.size && this.#safe.copy === undefined) {
      this.#safe.copy = Buffer.from(this.bytes.subarray(0, this.#safe.size));
    }
    const end = change.kind === "write" ? change.at + change.bytes.length : change.length;
    if (end > this.bytes.length) {
      const grown = Buffer.alloc(Math.max(256, end, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.size);
      this.bytes = grown;
    }
    if (change.kind === "truncate") {
      if (change.length > this.size) this.bytes.fill(0, this.size, change.length);
      this.size = change.length;
      return;
    }
    if (change.at > this.size) this.bytes.fill(0, this.size, change.at);
    change.bytes.copy(this.bytes, change.at);
    this.size = Math.max(this.size, end);
  }
}

/** How much of what was not synced survives a power failure. `torn`: all but an end of the last write to each file. */
type Mood = "nothing" | "everything" | "torn" | "some";

/** Names that change together or not at all. */
type Renaming = readonly {
  readonly directory: Node;
  readonly name: string;
  readonly after: Node | undefined;
}[];

/** A machine's disk. */
export class Disk {
  readonly root: Node;
  #inodes = 1;
  #ticks = 0;
  #renamings: Renaming[] = [];
  /** Inode → who holds its lock. */
  readonly locks = new Map<number, object>();

  constructor(readonly now: () => number) {
    this.root = new Node(0, "directory", 0o755, this.stamp());
  }

  /** A time that no two changes share. */
  stamp(): number {
    this.#ticks = (this.#ticks + 1) % 900;
    return Math.floor(this.now()) + (this.#ticks + 1) / 1000;
  }

  /** What lies at a path; undefined when nothing does. @throws ENOTDIR below a file. */
  at(path: string): Node | undefined {
    let node: Node = this.root;
    for (const name of namesOf(path)) {
      if (node.entries === undefined) throw diskError("ENOTDIR");
      const next = node.entries.get(name);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  /** The directory that a path is named in, and its name there. */
  parentOf(path: string): { readonly directory: Node; readonly name: string } {
    const names = namesOf(path);
    const name = names.at(-1);
    if (name === undefined) throw diskError("EINVAL");
    const directory = this.at(`/${names.slice(0, -1).join("/")}`);
    if (directory === undefined) throw diskError("ENOENT");
    if (directory.entries === undefined) throw diskError("ENOTDIR");
    return { directory, name };
  }

  /** Makes something new, under a name that nothing has. */
  make(path: string, kind: "file" | "directory", mode: number): Node {
    const { directory, name } = this.parentOf(path);
    const node = this.#node(kind, mode);
    this.rename([{ directory, name, after: node }]);
    return node;
  }

  /** Changes names, all of them in one go. */
  rename(changes: Renaming): void {
    for (const { directory, name, after } of changes) setName(directory.entries, name, after);
    this.#renamings.push(changes);
  }

  /** Makes the names in a directory safe, with those that changed in the same go. */
  syncNames(directory: Node): void {
    const safe = this.#renamings.filter((each) => each.some((change) => change.directory === directory));
    for (const changes of safe) keepNames(changes);
    this.#renamings = this.#renamings.filter((each) => !safe.includes(each));
  }

  /** The power goes. Returns how much survived, and how many changes were torn. */
  powerFails(
    chance: Chance,
    mood = chance.pick<Mood>(["nothing", "everything", "torn", "torn", "some", "some"]),
  ): { readonly mood: Mood; readonly torn: number } {
    for (const changes of this.#renamings.splice(0)) {
      if (mood === "everything" || mood === "torn" || (mood === "some" && chance.happens(0.5)))
        keepNames(changes);
    }
    const nodes = new Set<Node>();
    const collect = (node: Node): void => {
      if (nodes.has(node)) return;
      nodes.add(node);
      if (node.entries === undefined) return;
      node.entries.clear();
      for (const [name, entry] of node.durable) {
        node.entries.set(name, entry);
        collect(entry);
      }
    };
    collect(this.root);
    let torn = 0;
    for (const node of nodes) torn += node.lose(chance, mood);
    this.locks.clear();
    return { mood, torn };
  }

  /** Everything below a path, directories first. */
  *walk(path = "/"): Generator<{ readonly path: string; readonly node: Node }> {
    const node = this.at(path);
    if (node === undefined) return;
    yield { path, node };
    for (const name of node.entries?.keys() ?? []) yield* this.walk(`${path === "/" ? "" : path}/${name}`);
  }

  /** Puts a file there as a person does: another file under this name, safe at once, and nothing else with it. */
  put(path: string, bytes: string | Uint8Array): void {
    const names = namesOf(path);
    for (let depth = 1; depth < names.length; depth++) {
      const directory = `/${names.slice(0, depth).join("/")}`;
      this.#settle(directory, this.at(directory) ?? this.#node("directory", 0o755));
    }
    const node = this.#node("file", 0o644);
    node.write(0, Buffer.from(bytes));
    node.sync();
    this.#settle(path, node);
  }

  /** Removes what lies there, with all below it, as a person does. */
  remove(path: string): void {
    if (this.at(path) !== undefined) this.#settle(path, undefined);
  }

  /** Gives a name its meaning for good, whatever was still unsafe about it. */
  #settle(path: string, after: Node | undefined): void {
    const { directory, name } = this.parentOf(path);
    const isOther = (change: Renaming[number]) => change.directory !== directory || change.name !== name;
    this.#renamings = this.#renamings.map((each) => (each.every(isOther) ? each : each.filter(isOther)));
    setName(directory.entries, name, after);
    setName(directory.durable, name, after);
  }

  #node(kind: "file" | "directory", mode: number): Node {
    return new Node(++this.#inodes, kind, mode, this.stamp());
  }

  /** The text at a path; undefined when there is none. */
  text(path: string): string | undefined {
    return this.at(path)?.content().toString("utf8");
  }
}

function keepNames(changes: Renaming): void {
  for (const { directory, name, after } of changes) setName(directory.durable, name, after);
}

function setName(names: Map<string, Node> | undefined, name: string, after: Node | undefined): void {
  if (after === undefined) names?.delete(name);
  else names?.set(name, after);
}

/** The parts of an absolute path. */
function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** An error as the disk gives it. */
export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}
