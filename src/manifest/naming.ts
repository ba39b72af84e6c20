/**
 * How messages of this room name things: places of the manifest, pieces of the author's text, sentences of the schema.
 */
import type { Path } from "../base/diagnostic.js";
import { elide } from "../base/text.js";
import { maskSecrets } from "./secrets.js";

/** `shots.010.steps[0]`, or `the manifest` for its root. */
export function named(path: Path): string {
  let text = "";
  for (const step of path)
    text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${step}`;
  return text === "" ? "the manifest" : quoted(text);
}

/** Text of the author in a message: short, safe, credentials made unreadable. */
export function quoted(text: string): string {
  return `\`${elide(maskSecrets(text), 80)}\``;
}

/** A sentence of the schema inside one of ours. */
export function plainWords(about: string | undefined): string {
  const text = (about ?? "").trim().replace(/\.$/, "");
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
