/**
 * The author's lines under a parsed tree: from offsets to lines and columns, where a value ends, which lines hold only
 * comments or nothing. Looks and moves nothing.
 */
import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from "./yaml.js";

/** A node that holds others. */
export type Collection = YAMLMap | YAMLSeq;

/** Comment lines, with at most one blank line between two. */
export interface Remarks {
  readonly blankBefore: boolean;
  readonly lines: readonly string[];
}

/** A text with line feeds, by lines. */
export class AuthorLines {
  /** Every line without its line break. */
  readonly lines: readonly string[];
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

  /** A line from a column on. */
  from(line: number, column: number): string {
    return this.lines[line]?.slice(column) ?? "";
  }

  /** The column of an offset on its line. */
  columnOf(offset: number): number {
    return offset - (this.starts[this.lineOf(offset)] ?? 0);
  }

  /** A node as it is written. */
  rawText(node: Node | undefined): string {
    return node?.range ? this.text.slice(node.range[0], node.range[1]) : "";
  }

  /** Lines (the last included) moved to the left by a column, as far as they are indented. */
  shifted(from: number, to: number, column: number): readonly string[] {
    return this.lines.slice(from, to + 1).map((line) => {
      const indent = line.search(/[^ ]/);
      return indent === -1 && line.length <= column
        ? ""
        : line.slice(indent === -1 ? column : Math.min(column, indent));
    });
  }

  /** Lines (the last excluded) that hold comments and nothing else; undefined when they hold more. */
  remarks(from: number, to: number): Remarks | undefined {
    const lines: string[] = [];
    for (let line = from; line < to; line++) {
      if (!this.isRemark(line)) return undefined;
      lines.push(this.lines[line]?.trim() ?? "");
    }
    const tidy = collapsed(lines);
    return { blankBefore: lines[0] === "", lines: tidy[0] === "" ? tidy.slice(1) : tidy };
  }

  /** Whether a line holds a comment alone, nothing, or the end of the document. */
  isRemark(line: number): boolean {
    return /^\s*(#|$)|^\.\.\.$/.test(this.lines[line] ?? "");
  }

  /** The last line on which something of a value stands. */
  lastLine(node: Node): number {
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
  keepsBlankLines(node: Node | undefined): boolean {
    if (isBlock(node)) {
      const last: unknown = node.items.at(-1);
      return this.keepsBlankLines((isMap(node) ? (last as { readonly value?: Node }).value : last) as Node);
    }
    return isBlockScalar(node) && /^[|>]\d?\+/.test(this.rawText(node));
  }

  /** The line of an offset. */
  lineOf(offset: number): number {
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

/** Whether a node is a mapping or list without brackets. */
export function isBlock(node: unknown): node is Collection {
  return (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
}

/** Whether a node is a mapping or list in brackets. */
export function isFlow(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** Whether a node is a text behind `|` or `>`. */
export function isBlockScalar(node: Node | undefined): boolean {
  return isScalar(node) && (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL");
}

/** With one blank line where there were several. */
export function collapsed(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line !== "" || (index > 0 && lines[index - 1] !== ""));
}

/** The offset at which a node begins, without its anchor. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
