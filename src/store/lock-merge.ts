/**
 * Two lockfiles made one. Renders are a union, so that what either side paid for stays known; the result does not
 * depend on order, grouping or repetition. Which key a step points at is the second file's word where both have one.
 */
import { isRecord } from "../base/guard.js";
import type { CacheKey } from "../graph/key.js";
import type { StepId } from "../graph/step.js";
import type { Rendering } from "../plan/prior.js";
import { sortedJson } from "./json-text.js";
import type { LockFile } from "./lockfile.js";
import type { Stored } from "./stored.js";

/**
 * The union of two lockfiles. Where two entries of one key differ, the one with the higher attempt stays: a second
 * attempt exists only because a person gave up the first, and attempts must never be counted backwards, or an old
 * client reference would be used anew. Then: a known bill before an unknown one, a handle before none, the later
 * handle, and at last the text, so that both sides of a merge always choose alike.
 */
export function mergeLocks(a: LockFile, b: LockFile): LockFile {
  const renders = new Map(a.renders);
  const entries = new Map<CacheKey, Stored>(a.unknown.entries);
  for (const [key, theirs] of b.renders) {
    const ours = renders.get(key);
    if (ours !== undefined && !outranks(theirs, b, ours, a)) continue;
    renders.set(key, theirs);
    const entry = b.unknown.entries.get(key);
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  const steps = new Map<string, ReadonlyMap<StepId, CacheKey>>(a.steps);
  for (const [profile, keys] of b.steps)
    steps.set(profile, new Map([...(steps.get(profile) ?? []), ...keys]));
  return { renders, steps, unknown: { top: mergeTop(a.unknown.top, b.unknown.top), entries } };
}

/** Members that this version does not know: objects are maps like `steps`, so both sides' members stay. */
function mergeTop(a: Stored, b: Stored): Stored {
  const theirs = Object.entries(b).map(([name, value]): [string, unknown] => {
    const ours = Object.hasOwn(a, name) ? a[name] : undefined;
    return [name, isRecord(ours) && isRecord(value) ? { ...ours, ...value } : value];
  });
  return { ...a, ...Object.fromEntries(theirs) };
}

function outranks(one: Rendering, oneFile: LockFile, other: Rendering, otherFile: LockFile): boolean {
  const ranks = [rank(one, oneFile), rank(other, otherFile)] as const;
  for (const [index, mine] of ranks[0].entries()) {
    const its = ranks[1][index] ?? "";
    if (mine !== its) return mine > its;
  }
  return false;
}

function rank(rendering: Rendering, file: LockFile): readonly (string | number)[] {
  return [
    rendering.attempt,
    rendering.billed.kind === "unknown" ? 0 : 1,
    rendering.handle === undefined ? 0 : 1,
    rendering.handle === undefined ? 0 : Date.parse(rendering.handle.completed),
    sortedJson(rendering),
    sortedJson(file.unknown.entries.get(rendering.key) ?? {}),
  ];
}
