/**
 * `${vars.name}` in texts. Variables may use variables; `$${` stands for a plain `${`. Pure text: where a text stands and
 * which profile is in force is the caller's business. Whatever cannot be expanded is left as it is written and reported.
 */
import { didYouMean } from "../base/text.js";

/** A text with its variables put in, and what stood in the way. */
export interface Expansion {
  readonly text: string;
  /** What stands inside each `${…}` that names no variable, as written: `vars.mra`, `mara`, `var.mara`; without repeats. */
  readonly unknown: readonly string[];
  /** Variables that need themselves, each circle from its first name back to it: `["a", "b", "a"]`. */
  readonly cycles: readonly (readonly string[])[];
}

// More than any prompt may have: a text that grows beyond it is refused for its length, and expansion ends in time.
const MAX_LENGTH = 16_384;
// Longer chains are circles in all but name, and would only exhaust the stack.
const MAX_DEPTH = 64;

const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)\}?/g;
const NAMED = /^\s*vars\.([A-Za-z0-9][A-Za-z0-9_-]*)\s*$/;

/** `text` with every `${vars.name}` replaced. */
export function expandVars(text: string, vars: Readonly<Record<string, string>>): Expansion {
  if (!text.includes("${")) return { text, unknown: [], cycles: [] };
  const unknown = new Set<string>();
  const cycles: (readonly string[])[] = [];
  const done = new Map<string, string>();
  const expand = (part: string, trail: readonly string[]): string => {
    let out = "";
    let from = 0;
    for (const match of part.matchAll(PLACEHOLDER)) {
      out += part.slice(from, match.index) + replacement(match, trail);
      from = match.index + match[0].length;
      if (out.length > MAX_LENGTH) return out.slice(0, MAX_LENGTH);
    }
    return out + part.slice(from);
  };
  const replacement = ([whole, written]: RegExpExecArray, trail: readonly string[]): string => {
    if (written === undefined) return "${";
    const name = NAMED.exec(written)?.[1];
    const value = name !== undefined && Object.hasOwn(vars, name) ? vars[name] : undefined;
    if (name === undefined || value === undefined || !whole.endsWith("}")) {
      unknown.add(written.trim());
      return whole;
    }
    if (trail.includes(name) || trail.length >= MAX_DEPTH) {
      const circle = [...trail.slice(Math.max(0, trail.indexOf(name))), name];
      if (!cycles.some((known) => sameCircle(known, circle))) cycles.push(circle);
      return whole;
    }
    const held = done.get(name);
    if (held !== undefined) return held;
    const made = expand(value, [...trail, name]);
    done.set(name, made);
    return made;
  };
  return { text: expand(text, []), unknown: [...unknown], cycles };
}

/** What `${written}` was probably meant to be (`vars.mara`), for a name that `expandVars` reported as unknown. */
export function suggestVar(written: string, vars: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(vars);
  const bare = written.trim().replace(/^vars?[.:/ ]\s*/i, "");
  if (bare === "") return undefined;
  const name = names.includes(bare) ? bare : didYouMean(bare, names);
  return name === undefined ? undefined : `vars.${name}`;
}

function sameCircle(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
