/**
 * JSON to and from a stranger: integers that a double cannot hold are strings when they come and big integers when they
 * go, instead of losing digits, because an id with a wrong last digit is somebody else's. Knows nothing of what the text
 * means.
 */
import type { Json } from "../base/digest.js";

/** JSON whose integers may be of any length. */
export type ExactJson =
  | Json
  | bigint
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson | undefined };

// One token: a string (skipped as a whole) or a number. The unrolled form of the string does not backtrack.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const LONG_INTEGER = /^-?\d{16,}$/;

/** The value of a JSON text, long integers as strings. @throws SyntaxError when it is not JSON. */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)));
}

/** The text of a value, big integers with all their digits; what is undefined is left out. */
export function writeExactJson(value: ExactJson): string {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(writeExactJson).join(",")}]`;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${writeExactJson(member)}`],
  );
  return `{${members.join(",")}}`;
}

function isList(value: object): value is readonly ExactJson[] {
  return Array.isArray(value);
}
