/**
 * The one place where text that a server sent becomes text that may be shown: credentials and signed URLs are taken
 * out, controls replaced, length bounded. Everything that the provider room says about an answer passes through here.
 */
import { spellingsOf } from "../base/secret.js";
import { elide } from "../base/text.js";

/** Makes a server's words safe to show, at most `limit` characters (300 when absent). */
export type Redact = (text: string, limit?: number) => string;

const LONGEST = 20_000;
const TOKEN = /eyJ[\w-]{6,}(?:\.[\w-]*){0,2}/g;
const BEARER = /(bearer(?:\s|%20|\+)+)[^\s"',;]+/gi;
// Also as they stand in JSON (`https:\/\/`), percent-encoded, or without a scheme.
// Only where a run of slashes begins, so that a text of nothing else stays cheap.
const SLASHES = String.raw`(?<![\\/]|%2f)(?:(?:\\?/){2}|%2f%2f)`;
const URL_TAIL = new RegExp(String.raw`((?:${SLASHES})[^\s"'<>?#]*?)(?:[?#]|%3f|%23)[^\s"'<>]*`, "gi");
const USER_INFO = new RegExp(String.raw`(${SLASHES})[^\s"'<>/?#]*@`, "gi");

/** A redactor for these secrets: each is removed wherever it occurs, however it is spelled. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.flatMap(spellingsOf));
  // Longest first, so that a secret that contains another is removed whole.
  const ordered = [...forms].toSorted((a, b) => b.length - a.length);
  return (text, limit = 300) => {
    // A cut could leave half a secret at the end: the last word goes with it.
    let clean = text.length > LONGEST ? wholeWords(text.slice(0, LONGEST)) : text;
    for (const form of ordered) clean = clean.replaceAll(form, "[secret]");
    clean = clean
      .replace(TOKEN, "[token]")
      .replace(BEARER, "$1[token]")
      .replace(URL_TAIL, "$1?…")
      .replace(USER_INFO, "$1");
    return elide(clean, limit);
  };
}

/** A text without its last word, from the end on: a pattern would look at every word. */
function wholeWords(text: string): string {
  let end = text.length;
  while (end > 0 && /\S/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
