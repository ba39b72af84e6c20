/**
 * JSON as text: written with sorted members so that the same value gives the same bytes, and searched for what the
 * parser passes over in silence. Knows nothing of what the values mean.
 */
import { isRecord } from "../base/guard.js";
import { escapeInvisible } from "../base/text.js";

/**
 * Indented JSON with members sorted by UTF-16 code units; members that are undefined are left out, and a Map is an
 * object. The parser's own objects put names such as "10" first, so the order is made here and not left to them.
 * What could not be seen, or would turn around what is read, is escaped.
 */
export function sortedJson(value: unknown, options: { readonly keepTopOrder?: boolean } = {}): string {
  return escapeInvisible(write(value, "\n", options.keepTopOrder !== true));
}

function write(value: unknown, newline: string, sort: boolean): string {
  const deeper = `${newline}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item, deeper, true));
    return items.length === 0 ? "[]" : `[${deeper}${items.join(`,${deeper}`)}${newline}]`;
  }
  const entries: readonly [unknown, unknown][] | undefined =
    value instanceof Map ? [...value] : isRecord(value) ? Object.entries(value) : undefined;
  if (entries === undefined) return JSON.stringify(value);
  const present = entries.filter(([, member]) => member !== undefined);
  if (sort) present.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const lines = present.map(([name, member]) => `${JSON.stringify(name)}: ${write(member, deeper, true)}`);
  return lines.length === 0 ? "{}" : `{${deeper}${lines.join(`,${deeper}`)}${newline}}`;
}

/** The first member that appears twice in one object of valid JSON, with its line (from 1). */
export function findRepeatedMember(
  text: string,
): { readonly name: string; readonly line: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  let beforeName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        open.push(new Set());
        beforeName = true;
        break;
      case 0x5b: // [
        open.push(undefined);
        beforeName = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        beforeName = false;
        break;
      case 0x2c: // ,
        beforeName = open.at(-1) !== undefined;
        break;
      case 0x22: {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (beforeName && names !== undefined) {
          const written = text.slice(at + 1, end);
          const name = written.includes("\\") ? (JSON.parse(`"${written}"`) as string) : written;
          if (names.has(name)) return { name, line: lineAt(text, at) };
          names.add(name);
          beforeName = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Whether objects and lists of a parsed value stand inside one another more than `most` deep, itself counted. */
export function isDeeperThan(value: unknown, most: number): boolean {
  // Level by level, because what this is asked about could be too deep to walk into.
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    level = level.filter((each) => typeof each === "object" && each !== null);
    if (level.length > 0 && depth === most) return true;
    level = level.flatMap((each) => Object.values(each as object) as unknown[]);
  }
  return false;
}

/** The line (from 1) on which `piece` first stands, if it does. */
export function lineOf(text: string, piece: string): number | undefined {
  const at = text.indexOf(piece);
  return at < 0 ? undefined : lineAt(text, at);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** Where the string that begins at `start` has its closing quote: the next one behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === 0x5c) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
