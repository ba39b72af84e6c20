/**
 * Two lockfiles made one. Renders are a union, so that what either side paid for stays known; the result does not
 * depend on order, grouping or repetition. Which key a step points at is the second file's word where both have one.
 */
import { isRecord } from "../base/guard.js";
import type { CacheKey } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import type { OtherRendering, Rendering } from "../plan/prior.js";
import { paidOnce } from "../plan/recorded.js";
import { sortedJson } from "./json-text.js";
import type { LockFile } from "./lockfile.js";
import type { Stored } from "./stored.js";

/**
 * The union of two lockfiles. Where two entries of one key differ, the one with the higher attempt stays: a second
 * attempt exists only because a person gave up the first, and attempts must never be counted backwards, or an old
 * client reference would be used anew. Then: a known bill before an unknown one, a handle before none, the later handle,
 * and at last the text, so that both sides of a merge always choose alike. What gives way is kept among its `others`.
 */
export function mergeLocks(a: LockFile, b: LockFile): LockFile {
  const renders = new Map(a.renders);
  const entries = new Map<CacheKey, Stored>(a.unknown.entries);
  for (const [key, theirs] of b.renders) {
    const ours = renders.get(key);
    const isOurs = ours !== undefined && !outranks(theirs, b, ours, a);
    renders.set(key, ours === undefined ? theirs : withOthers(isOurs ? ours : theirs, [ours, theirs]));
    if (isOurs) continue;
    const entry = b.unknown.entries.get(key);
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  const steps = new Map<string, ReadonlyMap<StepId, CacheKey>>(a.steps);
  for (const [profile, keys] of b.steps)
    steps.set(profile, new Map([...(steps.get(profile) ?? []), ...keys]));
  return { renders, steps, unknown: { top: mergeTop(a.unknown.top, b.unknown.top), entries } };
}

/**
 * `first` with everything else that was paid for at its key: the others of all `known` ones, and these themselves where
 * they are of another task, or of another attempt or artifact where no task is known. Each once, in order.
 */
export function withOthers(first: Rendering, known: readonly Rendering[]): Rendering {
  const found = new Map<string, OtherRendering>([[paidOnce(first), asOther(first)]]);
  for (const each of known.flatMap(recordsOf)) {
    const other = asOther(each);
    const name = paidOnce(other);
    const before = found.get(name);
    if (before === undefined || compare(worth(other), worth(before)) > 0) found.set(name, other);
  }
  // More may be known of `first` than it says itself: kept, for when it gives way in a later merge.
  if (compare(worth(found.get(paidOnce(first)) ?? first), worth(first)) === 0) found.delete(paidOnce(first));
  const gone = deletions(known);
  const { others: _others, ...rest } = first;
  const others = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, other]) => withDeletion(other, gone));
  return { ...withDeletion(rest, gone), ...(others.length === 0 ? {} : { others }) };
}

function recordsOf(rendering: Rendering): readonly OtherRendering[] {
  return [rendering, ...(rendering.others ?? [])];
}

/** When things were deleted at the vendor, by their task: the first word on it, whoever has it. */
function deletions(known: readonly Rendering[]): ReadonlyMap<string, string> {
  const gone = new Map<string, string>();
  for (const { handle } of known.flatMap(recordsOf)) {
    if (handle?.deleted === undefined) continue;
    const task = `${handle.route} ${handle.task}`;
    const before = gone.get(task);
    if (before === undefined || handle.deleted < before) gone.set(task, handle.deleted);
  }
  return gone;
}

function withDeletion<T extends OtherRendering>(one: T, gone: ReadonlyMap<string, string>): T {
  const { handle } = one;
  const deleted = handle && gone.get(`${handle.route} ${handle.task}`);
  return deleted === undefined ? one : { ...one, handle: { ...handle, deleted } };
}

function asOther({ attempt, artifact, handle, estimate, billed }: OtherRendering): OtherRendering {
  return {
    attempt,
    artifact,
    ...(handle === undefined ? {} : { handle }),
    ...(estimate === undefined ? {} : { estimate }),
    billed,
  };
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
  return compare(rank(one, oneFile), rank(other, otherFile)) > 0;
}

function rank(rendering: Rendering, file: LockFile): readonly (string | number)[] {
  const { others: _others, ...own } = rendering;
  const { others: _stored, ...entry } = file.unknown.entries.get(rendering.key) ?? {};
  return [rendering.attempt, ...worth(rendering), textOf(own), textOf(entry)];
}

/** A known bill before an unknown one, a handle before none, the later handle, and at last the text. */
function worth(other: OtherRendering): readonly (string | number)[] {
  return [
    other.billed.kind === "unknown" ? 0 : 1,
    other.handle === undefined ? 0 : 1,
    other.handle === undefined ? 0 : Date.parse(other.handle.completed),
    textOf(asOther(other)),
  ];
}

/** Without when it was deleted, which is no other rendering of it: both sides get that. */
function textOf(entry: { readonly handle?: unknown }): string {
  if (!isRecord(entry.handle)) return sortedJson(entry);
  const { deleted: _deleted, ...handle } = entry.handle;
  return sortedJson({ ...entry, handle });
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, mine] of a.entries()) {
    const its = b[index] ?? "";
    if (mine !== its) return mine > its ? 1 : -1;
  }
  return 0;
}
