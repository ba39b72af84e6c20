/**
 * The lines of a manifest set in order: two spaces a level, keys as people read them, blank lines between sections and
 * between shots, comments with what they stand above. Works on the author's own lines, found by the offsets of the
 * parsed tree, and never prints a value anew: how a text is folded or a number is written is not its business.
 * What it does not understand (`? key`, an anchor on a line of its own) is moved as it stands.
 */
import { keyRank, mayMove, requoted } from "./tidy-words.js";
import type { Path } from "../base/diagnostic.js";
import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "./yaml.js";

type Collection = YAMLMap | YAMLSeq;

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

/** Comment lines, with at most one blank line between two. */
interface Remarks {
  readonly blankBefore: boolean;
  readonly lines: readonly string[];
}

/** `text`, which is tidy as far as line breaks go and has `root` as its tree, in order. */
export function tidyLines(text: string, root: Node | undefined): string {
  return new Setting(text).whole(root);
}

class Setting {
  private readonly lines: readonly string[];
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    this.lines = text.split("\n");
    let start = 0;
    this.starts = this.lines.map((line) => {
      const here = start;
      start += line.length + 1;
      return here;
    });
  }

  whole(root: Node | undefined): string {
    const set = isBlock(root) ? this.document(root) : undefined;
    if (set === undefined) return `${this.text.replace(/\n+$/, "")}\n`;
    const lines = `${set.lines.join("\n")}\n`;
    return set.open ? lines : lines.replace(/\n+$/, "\n");
  }

  /** What stands above the first key stays on top, whatever key comes first then. */
  private document(root: Collection): Lines | undefined {
    const first = this.lineOf(startOf(root));
    let headEnd = first;
    const above = this.lines.slice(0, first).map((line) => line.trim());
    const lastBlank = above.lastIndexOf("");
    const lastMarker = above.findLastIndex((line) => /^(---|%)/.test(line));
    // A header that touches the first key is still the file's; after a blank line, comments belong to the key.
    if (lastBlank > lastMarker && above.slice(0, lastBlank).some((line) => line !== ""))
      headEnd = lastBlank + 1;
    const header = collapsed(above.slice(0, headEnd));
    const body = this.collection(root, [], headEnd, this.lines.length);
    if (body === undefined) return undefined;
    return { lines: [...header, ...body.lines], open: body.open };
  }

  /** The entries of a collection with the comments between `from` and `until` (lines; the latter excluded). */
  private collection(node: Collection, path: Path, from: number, until: number): Lines | undefined {
    const entries = this.entries(node, path);
    const first = entries?.[0];
    if (entries === undefined || first === undefined) return undefined;
    const before = this.remarks(from, first.line);
    if (before === undefined) return undefined;
    const lastBlank = before.lines.lastIndexOf("");
    const head = before.lines.slice(0, Math.max(0, lastBlank));
    let above: Remarks = { blankBefore: false, lines: before.lines.slice(lastBlank + 1) };
    const blocks: Block[] = [];
    for (const [index, entry] of entries.entries()) {
      const next = entries[index + 1]?.line ?? until;
      const inner = this.innerEnd(entry, next);
      blocks.push({ entry, above, ...(this.block(entry, inner) ?? this.asItStands(entry, inner)) });
      const rest = this.remarks(inner, next);
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
        const line = this.lineOf(start);
        const column = start - (this.starts[line] ?? 0);
        const lead = this.lines[line]?.slice(0, column) ?? "";
        const isFirst = out.length === 0 && path.length > 0;
        if (!(isFirst ? /^[ -]*$/ : /^ *$/).test(lead)) return undefined;
        if (!/^[ \t]*:/.test(this.text.slice(end)) || this.lineOf(end) !== line) return undefined;
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
    let line = this.lineOf(node.range[0]);
    const column = node.range[0] - (this.starts[line] ?? 0);
    for (const [index, item] of node.items.entries()) {
      if (index > 0) while (line < this.lines.length && this.isRemark(line)) line++;
      if (!/^-(\s|$)/.test(this.lines[line]?.slice(column) ?? "")) return undefined;
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
      const column = this.lines[line]?.search(/\S/) ?? -1;
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
      const start = this.lineOf(startOf(value));
      const onSameLine = start === line;
      if (onSameLine && entry.key !== undefined) return undefined;
      if (onSameLine && !/^-\s+$/.test(this.text.slice((this.starts[line] ?? 0) + column, startOf(value))))
        return undefined;
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
      ? this.shifted(line + 1, end, column).map(trimmed)
      : indented(this.lines.slice(line + 1, end + 1).map((each) => trimmed(each).trimStart()));
    return { lines: [own, ...more], open: false };
  }

  /** `|` and `>`: the text keeps its lines, and goes where its key goes. */
  private blockScalar(entry: Entry, own: string, end: number): Lines | undefined {
    const { value, line, column } = entry;
    const start = value?.range?.[0] ?? 0;
    if (this.lineOf(start) !== line) return undefined;
    const given = /^[|>][-+]?([1-9])/.exec(this.text.slice(start, start + 3))?.[1];
    const content = this.lines.slice(line + 1, end + 1);
    const found = content.find((each) => /[^ ]/.test(each))?.search(/[^ ]/) ?? 0;
    const from = given === undefined ? found : column + Number(given);
    const to = given === undefined ? 2 : Number(given);
    const moved = content.map((each) => (each.length <= from ? "" : " ".repeat(to) + each.slice(from)));
    return { lines: [own, ...moved], open: this.keepsBlankLines(value) };
  }

  /** The line of an entry's key or dash, from there on. */
  private ownLine({ key, value, line, column, path }: Entry): string {
    const whole = this.lines[line]?.slice(column) ?? "";
    const keyText = this.rawText(key);
    const name = key === undefined ? "-" : `${requoted(key, path, true) ?? keyText}:`;
    let rest = whole.slice(key === undefined ? 1 : whole.indexOf(":", keyText.length) + 1);
    const plain = isScalar(value) ? requoted(value, path, false) : undefined;
    if (plain !== undefined) rest = rest.replace(this.rawText(value), () => plain);
    // Blanks before a comment are the author's: two of them tell it from a `#` that cuts a text short.
    return trimmed(name + rest.replace(/^[ \t]+(?=[^ \t#])/, " "));
  }

  private rawText(node: Node | undefined): string {
    return node?.range ? this.text.slice(node.range[0], node.range[1]) : "";
  }

  private asItStands(entry: Entry, until: number): Lines {
    const first = this.lines[entry.line]?.slice(entry.column) ?? "";
    const lines = [first, ...this.shifted(entry.line + 1, until - 1, entry.column)];
    return { lines, open: this.keepsBlankLines(entry.value) };
  }

  private shifted(from: number, to: number, column: number): readonly string[] {
    return this.lines.slice(from, to + 1).map((line) => {
      const indent = line.search(/[^ ]/);
      return indent === -1 && line.length <= column
        ? ""
        : line.slice(indent === -1 ? column : Math.min(column, indent));
    });
  }

  private remarks(from: number, to: number): Remarks | undefined {
    const lines: string[] = [];
    for (let line = from; line < to; line++) {
      if (!this.isRemark(line)) return undefined;
      lines.push(this.lines[line]?.trim() ?? "");
    }
    const tidy = collapsed(lines);
    return { blankBefore: lines[0] === "", lines: tidy[0] === "" ? tidy.slice(1) : tidy };
  }

  private isRemark(line: number): boolean {
    return /^\s*(#|$)|^\.\.\.$/.test(this.lines[line] ?? "");
  }

  /** The last line of an entry's key and value. */
  private endOf({ key, value, line }: Entry): number {
    const end = value === undefined ? this.lineOf(key?.range?.[1] ?? 0) : this.lastLine(value);
    return Math.max(line, end);
  }

  private lastLine(node: Node): number {
    const [start, end] = node.range ?? [0, 0];
    if (isBlock(node)) {
      const last: unknown = isMap(node) ? node.items.at(-1) : { key: undefined, value: node.items.at(-1) };
      const { key, value } = last as { readonly key: Node | undefined; readonly value: Node | null };
      return Math.max(...[key, value].map((each) => (each ? this.lastLine(each) : 0)), this.lineOf(start));
    }
    let line = this.lineOf(end > start ? end - 1 : start);
    if (!isBlockScalar(node) || this.keepsBlankLines(node)) return line;
    while (line > this.lineOf(start) && this.lines[line]?.trim() === "") line--;
    return line;
  }

  /** Whether the author's text of a value ends in `|+` or `>+`. */
  private keepsBlankLines(node: Node | undefined): boolean {
    if (isBlock(node)) {
      const last: unknown = node.items.at(-1);
      return this.keepsBlankLines((isMap(node) ? (last as { readonly value?: Node }).value : last) as Node);
    }
    return isBlockScalar(node) && /^[|>]\d?\+/.test(this.rawText(node));
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
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
    out.push(...block.above.lines, ...block.lines);
    before = block;
  }
  const last = tail.lines.at(-1) === "" ? tail.lines.slice(0, -1) : tail.lines;
  if (last.length > 0) out.push(...(tail.blankBefore && before?.open !== true ? [""] : []), ...last);
  return { lines: out, open: before?.open === true && last.length === 0 };
}

function sorted(blocks: readonly Block[], path: Path): readonly Block[] {
  const rank = (block: Block) => keyRank(path, String(block.entry.path.at(-1)));
  return blocks.toSorted((a, b) => rank(a) - rank(b));
}

function isShots(path: Path): boolean {
  return path.length === 1 && path[0] === "shots";
}

function isBlock(node: unknown): node is Collection {
  return (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
}

function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

function isBlockScalar(node: Node | undefined): boolean {
  return isScalar(node) && (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL");
}

function collapsed(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line !== "" || (index > 0 && lines[index - 1] !== ""));
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** Without blanks at the end; an escaped blank belongs to the text. */
function trimmed(line: string): string {
  const short = line.trimEnd();
  return short.endsWith("\\") ? line : short;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
