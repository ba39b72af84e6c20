/**
 * The lines of a manifest set in order: two spaces a level, keys as people read them, blank lines between sections and
 * between shots, comments with what they stand above. Works on the author's own lines, found by the offsets of the
 * parsed tree, and never prints a value anew: how a text is folded or a number is written is not its business.
 * What it does not understand (`? key`, an anchor on a line of its own) is moved as it stands.
 */
import type { Path } from "../base/diagnostic.js";
import {
  AuthorLines,
  collapsed,
  isBlock,
  isBlockScalar,
  isFlow,
  startOf,
  type Collection,
  type Remarks,
} from "./author-lines.js";
import { keyRank, mayMove, requoted } from "./tidy-words.js";
import { isMap, isScalar, type Node, type Scalar } from "./yaml.js";

/** One entry of a mapping or a list, as it stands in the text. */
interface Entry {
  readonly path: Path;
  readonly key: Scalar | undefined;
  readonly value: Node | undefined;
  /** Where its key or dash stands. */
  readonly line: number;
  readonly column: number;
}

/** Lines without the indentation of their collection. */
interface Lines {
  readonly lines: readonly string[];
  /** They end in a text that takes blank lines for its own (`|+`), so that none may be added. */
  readonly open: boolean;
}

/** One entry, set in order. */
interface Block extends Lines {
  readonly entry: Entry;
  readonly above: Remarks;
}

/** `text`, which is tidy as far as line breaks go and has `root` as its tree, in order. */
export function tidyLines(text: string, root: Node | undefined): string {
  return new Setting(text).whole(root);
}

class Setting {
  private readonly author: AuthorLines;

  constructor(private readonly text: string) {
    this.author = new AuthorLines(text);
  }

  whole(root: Node | undefined): string {
    const set = isBlock(root) ? this.document(root) : undefined;
    if (set === undefined) return `${this.text.replace(/\n+$/, "")}\n`;
    const lines = `${set.lines.join("\n")}\n`;
    return set.open ? lines : lines.replace(/\n+$/, "\n");
  }

  /** What stands above the first key stays on top, whatever key comes first then. */
  private document(root: Collection): Lines | undefined {
    const first = this.author.lineOf(startOf(root));
    let headEnd = first;
    const above = this.author.lines.slice(0, first).map((line) => line.trim());
    const lastBlank = above.lastIndexOf("");
    const lastMarker = above.findLastIndex((line) => /^(---|%)/.test(line));
    // A header that touches the first key is still the file's; after a blank line, comments belong to the key.
    if (lastBlank > lastMarker && above.slice(0, lastBlank).some((line) => line !== ""))
      headEnd = lastBlank + 1;
    const header = collapsed(above.slice(0, headEnd));
    const body = this.collection(root, [], headEnd, this.author.lines.length);
    if (body === undefined) return undefined;
    return { lines: [...header, ...body.lines], open: body.open };
  }

  /** The entries of a collection with the comments between `from` and `until` (lines; the latter excluded). */
  private collection(node: Collection, path: Path, from: number, until: number): Lines | undefined {
    const entries = this.entries(node, path);
    const first = entries?.[0];
    if (entries === undefined || first === undefined) return undefined;
    const before = this.author.remarks(from, first.line);
    if (before === undefined) return undefined;
    const lastBlank = before.lines.lastIndexOf("");
    const head = before.lines.slice(0, Math.max(0, lastBlank));
    let above: Remarks = { blankBefore: false, lines: before.lines.slice(lastBlank + 1) };
    const blocks: Block[] = [];
    for (const [index, entry] of entries.entries()) {
      const next = entries[index + 1]?.line ?? until;
      const inner = this.innerEnd(entry, next);
      blocks.push({ entry, above, ...(this.block(entry, inner) ?? this.asItStands(entry, inner)) });
      const rest = this.author.remarks(inner, next);
      if (rest === undefined) return undefined;
      above = rest;
    }
    const ordered = isMap(node) && mayMove(node) ? sorted(blocks, path) : blocks;
    return joined({ head, blocks: ordered, tail: above, apart: path.length === 0 || isShots(path) });
  }

  /** Undefined where the text has a form in which lines cannot be moved about. */
  private entries(node: Collection, path: Path): readonly Entry[] | undefined {
    const out: Entry[] = [];
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key) || !key.range) return undefined;
        const [start, end] = key.range;
        const line = this.author.lineOf(start);
        const column = this.author.columnOf(start);
        const lead = this.author.lines[line]?.slice(0, column) ?? "";
        const isFirst = out.length === 0 && path.length > 0;
        if (!(isFirst ? /^[ -]*$/ : /^ *$/).test(lead)) return undefined;
        if (!/^[ \t]*:/.test(this.text.slice(end)) || this.author.lineOf(end) !== line) return undefined;
        const name = key.source ?? "";
        out.push({
          path: [...path, name],
          key,
          value: (value ?? undefined) as Node | undefined,
          line,
          column,
        });
      }
      return out;
    }
    if (!node.range) return undefined;
    let line = this.author.lineOf(node.range[0]);
    const column = this.author.columnOf(node.range[0]);
    for (const [index, item] of node.items.entries()) {
      if (index > 0) while (line < this.author.lines.length && this.author.isRemark(line)) line++;
      if (!/^-(\s|$)/.test(this.author.from(line, column))) return undefined;
      const entry: Entry = { path: [...path, index], key: undefined, value: item as Node, line, column };
      out.push(entry);
      line = this.endOf(entry) + 1;
    }
    return out;
  }

  /** Where the lines of an entry end, comments included that are indented as if they belonged to it. */
  private innerEnd(entry: Entry, next: number): number {
    let end = this.endOf(entry) + 1;
    if (!isBlock(entry.value)) return end;
    for (let line = end; line < next; line++) {
      const column = this.author.lines[line]?.search(/\S/) ?? -1;
      if (column === -1) continue;
      if (column <= entry.column) break;
      end = line + 1;
    }
    return end;
  }

  /** An entry in order; undefined where it can only be moved as it stands. */
  private block(entry: Entry, until: number): Lines | undefined {
    const { value, line, column, path } = entry;
    const own = this.ownLine(entry);
    if (isBlock(value)) {
      const start = this.author.lineOf(startOf(value));
      const onSameLine = start === line;
      if (onSameLine && entry.key !== undefined) return undefined;
      const between = this.author.from(line, column).slice(0, this.author.columnOf(startOf(value)) - column);
      if (onSameLine && !/^-\s+$/.test(between)) return undefined;
      const inside = this.collection(value, path, onSameLine ? start : line + 1, until);
      if (inside === undefined) return undefined;
      const { lines, open } = inside;
      const [first = "", ...rest] = lines;
      const onDash = entry.key === undefined && (onSameLine || own === "-") && !/^(#|$)/.test(first);
      if (onDash) return { lines: [`- ${first}`, ...indented(rest)], open };
      return { lines: [onSameLine ? "-" : own, ...indented(lines)], open };
    }
    const end = this.endOf(entry);
    if (isBlockScalar(value)) return this.blockScalar(entry, own, end);
    const more = isFlow(value)
      ? this.author.shifted(line + 1, end, column).map(trimmed)
      : indented(this.author.lines.slice(line + 1, end + 1).map((each) => trimmed(each).trimStart()));
    return { lines: [own, ...more], open: false };
  }

  /** `|` and `>`: the text keeps its lines, and goes where its key goes. */
  private blockScalar(entry: Entry, own: string, end: number): Lines | undefined {
    const { value, line, column } = entry;
    const start = value?.range?.[0] ?? 0;
    if (this.author.lineOf(start) !== line) return undefined;
    const given = /^[|>][-+]?([1-9])/.exec(this.text.slice(start, start + 3))?.[1];
    const content = this.author.lines.slice(line + 1, end + 1);
    const found = content.find((each) => /[^ ]/.test(each))?.search(/[^ ]/) ?? 0;
    const from = given === undefined ? found : column + Number(given);
    const to = given === undefined ? 2 : Number(given);
    const moved = content.map((each) => (each.length <= from ? "" : " ".repeat(to) + each.slice(from)));
    return { lines: [own, ...moved], open: this.author.keepsBlankLines(value) };
  }

  /** The line of an entry's key or dash, from there on. */
  private ownLine({ key, value, line, column, path }: Entry): string {
    const whole = this.author.from(line, column);
    const keyText = this.author.rawText(key);
    const name = key === undefined ? "-" : `${requoted(key, path, true) ?? keyText}:`;
    let rest = whole.slice(key === undefined ? 1 : whole.indexOf(":", keyText.length) + 1);
    const plain = isScalar(value) ? requoted(value, path, false) : undefined;
    if (plain !== undefined) rest = rest.replace(this.author.rawText(value), () => plain);
    // Blanks before a comment are the author's: two of them tell it from a `#` that cuts a text short.
    return trimmed(name + rest.replace(/^[ \t]+(?=[^ \t#])/, " "));
  }

  private asItStands(entry: Entry, until: number): Lines {
    const first = this.author.from(entry.line, entry.column);
    const lines = [first, ...this.author.shifted(entry.line + 1, until - 1, entry.column)];
    return { lines, open: this.author.keepsBlankLines(entry.value) };
  }

  /** The last line of an entry's key and value. */
  private endOf({ key, value, line }: Entry): number {
    const end = value === undefined ? this.author.lineOf(key?.range?.[1] ?? 0) : this.author.lastLine(value);
    return Math.max(line, end);
  }
}

function joined(given: {
  readonly head: readonly string[];
  readonly blocks: readonly Block[];
  readonly tail: Remarks;
  /** Whether entries of several lines stand apart. */
  readonly apart: boolean;
}): Lines {
  const { head, blocks, tail, apart } = given;
  const out: string[] = [...head];
  let before: Block | undefined;
  for (const block of blocks) {
    const large = (each: Block) => each.lines.length > 1;
    const wanted = before === undefined ? head.length > 0 : block.above.blankBefore;
    const needed = apart && before !== undefined && (large(before) || large(block));
    if ((wanted || needed) && before?.open !== true) out.push("");
    for (const line of [...block.above.lines, ...block.lines]) out.push(line);
    before = block;
  }
  const last = tail.lines.at(-1) === "" ? tail.lines.slice(0, -1) : tail.lines;
  if (last.length > 0 && tail.blankBefore && before?.open !== true) out.push("");
  for (const line of last) out.push(line);
  return { lines: out, open: before?.open === true && last.length === 0 };
}

function sorted(blocks: readonly Block[], path: Path): readonly Block[] {
  const rank = (block: Block) => keyRank(path, String(block.entry.path.at(-1)));
  return blocks.toSorted((a, b) => rank(a) - rank(b));
}

function isShots(path: Path): boolean {
  return path.length === 1 && path[0] === "shots";
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** Without blanks at the end; an escaped blank belongs to the text. */
function trimmed(line: string): string {
  const short = line.trimEnd();
  return short.endsWith("\\") ? line : short;
}
