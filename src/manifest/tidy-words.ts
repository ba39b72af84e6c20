/**
 * What tidying knows of the manifest's words: in which order keys are read, which quotes say nothing, and when the
 * entries of a mapping must stay where they are. The order is the schema's; only shots and images are read as they are
 * told: who renders, from which pictures, in which words; and how often, what follows and remarks come last.
 */
import type { Path } from "../base/diagnostic.js";
import { fieldAt, keysOf } from "./fields.js";
import { isAlias, nodesOf, type Node, type Scalar, type YAMLMap } from "./yaml.js";

const FIRST = [
  "title",
  "model",
  "mode",
  "image",
  "image_reference",
  "image_fidelity",
  "human_fidelity",
  "end_image",
  "try_on",
  "prompt",
  "negative_prompt",
];
const LAST = ["takes", "take", "hold", "steps", "notes", "tags"];
/** Where people write sentences: quotes there guard what will be typed next. */
const PROSE = new Set(["prompt", "negative_prompt", "title", "notes", "text", "label"]);
const ALMOST_WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Where a key comes among its neighbours, small first. Names that the author chose all have the same rank. */
export function keyRank(path: Path, key: string): number {
  const known = keysOf(fieldAt(path));
  if (known.length === 0) return 0;
  const isTold = path.length === 2 && (path[0] === "shots" || path[0] === "images");
  const first = isTold ? FIRST.indexOf(key) : -1;
  if (first !== -1) return first;
  const last = LAST.indexOf(key);
  if (last !== -1 && known.includes(key)) return 2000 + last;
  const own = known.indexOf(key);
  return own === -1 ? 3000 : 1000 + own;
}

/** Whether no alias in the mapping leans on an anchor in another of its entries. */
export function mayMove(map: YAMLMap): boolean {
  const names = map.items.map(({ value }) => {
    const nodes = [...nodesOf((value ?? undefined) as Node | undefined)];
    return {
      anchors: nodes.flatMap((node) => (!isAlias(node) && node.anchor !== undefined ? [node.anchor] : [])),
      aliases: nodes.flatMap((node) => (isAlias(node) ? [node.source] : [])),
    };
  });
  return names.every(({ aliases }, index) =>
    aliases.every((alias) => !names.some(({ anchors }, other) => other !== index && anchors.includes(alias))),
  );
}

/** A scalar as it should stand, when that differs from how it stands: words without quotes, number-like ids with. */
export function requoted(node: Scalar, path: Path, isKey: boolean): string | undefined {
  const text = isKey ? (node.source ?? "") : String(node.value);
  const isQuoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
  if (path.some((step) => typeof step === "string" && step.startsWith("x-"))) return undefined;
  if (!isQuoted) return isKey && typeof node.value !== "string" ? `"${text}"` : undefined;
  const isWord = /^[A-Za-z][\w./-]*$/.test(text) && !ALMOST_WORDS.test(text);
  if (!isWord || (!isKey && (PROSE.has(String(path.at(-1))) || path.includes("vars")))) return undefined;
  return text;
}
