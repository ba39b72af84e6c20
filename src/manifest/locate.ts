/**
 * Paths into the manifest → places in its text. Does nothing until the first place is wanted, so that a manifest that
 * came from a cache costs no parse; a path that leads nowhere is placed at the nearest value that exists.
 */
import { bounded, inFileOrder, type Diagnostic, type Path, type Place } from "../base/diagnostic.js";
import type { Locate } from "./manifest.js";
import { placer, type Placer, type Span } from "./place.js";
import { isAlias, isMap, isScalar, isSeq, parseYaml, type Node, type Yaml, type YAMLMap } from "./yaml.js";

/** A text that was parsed already, for a locator that need not do it again. */
export interface Parsed {
  readonly yaml: Yaml;
  readonly places: Placer;
}

/** The locator of a manifest's text (as `readManifest` takes it). */
export function locator(text: string, file: string, parsed?: Parsed): Locate {
  let held = parsed;
  const members = new Map<YAMLMap, ReadonlyMap<string, Member>>();
  return (path, on = "value") => {
    held ??= { yaml: parseYaml(text), places: placer(text, file) };
    return place(path, on, held, members);
  };
}

/** Diagnostics with a place wherever a path can be found, in file order. */
export function placed(diagnostics: readonly Diagnostic[], locate: Locate): readonly Diagnostic[] {
  const find = (path: Path | undefined, on?: "key" | "value"): { readonly place?: Place } => {
    const found = path === undefined ? undefined : locate(path, on);
    return found === undefined ? {} : { place: found };
  };
  return inFileOrder(
    bounded(diagnostics).map((diagnostic) => {
      const notes = diagnostic.notes?.map((note) => ({ ...find(note.path), ...note }));
      return { ...find(diagnostic.path, diagnostic.on), ...diagnostic, ...(notes ? { notes } : {}) };
    }),
  );
}

interface Member {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

function place(
  path: Path,
  on: "key" | "value",
  { yaml, places }: Parsed,
  members: Map<YAMLMap, ReadonlyMap<string, Member>>,
): Place | undefined {
  let here: Member = { key: undefined, value: yaml.root };
  for (const [index, step] of path.entries()) {
    const inside = isAlias(here.value) ? yaml.resolve(here.value) : here.value;
    const next = memberAt(inside, step, members);
    if (next === undefined) return spot(here, index === 0 ? "value" : "key", places);
    here = next;
  }
  return spot(here, on, places);
}

function memberAt(
  node: Node | undefined,
  step: string | number,
  members: Map<YAMLMap, ReadonlyMap<string, Member>>,
): Member | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (!isMap(node)) return undefined;
  let byName = members.get(node);
  if (byName === undefined) {
    const made = new Map<string, Member>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.source : undefined;
      if (name !== undefined && !made.has(name)) {
        made.set(name, { key: key as Node, value: (value ?? undefined) as Node | undefined });
      }
    }
    members.set(node, made);
    byName = made;
  }
  return byName.get(String(step));
}

/** A block's own text begins on the next line and says little, so its key stands for it. */
function spot({ key, value }: Member, on: "key" | "value", places: Placer): Place | undefined {
  const block = (isMap(value) || isSeq(value)) && !value.flow;
  const empty = isScalar(value) && value.source === "" && value.type === "PLAIN";
  const node = key !== undefined && (on === "key" || block || empty) ? key : (value ?? key);
  if (node?.range) return places.at([node.range[0], node.range[1]] satisfies Span);
  return value === undefined && key === undefined ? places.at([0, 1]) : undefined;
}
