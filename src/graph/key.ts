/**
 * Cache keys: SHA-256 over canonical JSON of intent, chained through upstream keys.
 * What is at its version-1 default is absent, so that fields, dialects, routes and catalog data added later leave
 * every old key alone. The committed golden keys never change; a new meaning needs a new key version.
 */
import { canonicalJson, sha256Hex, type Json, type Sha256 } from "../base/digest.js";
import { isRecord, unreachable, type Brand } from "../base/guard.js";
import type { Input, Realm, StepId } from "./input.js";
import { intent, type Intent } from "./intent.js";
import type { Graph, Step } from "./step.js";

/** Digest of what a step asks for. */
export type CacheKey = Brand<string, "CacheKey">;

/** What a key is the digest of; recorded beside it, so that `why` can show what differs. */
export interface KeyInputs {
  /** Version of the key's own format. */
  readonly key: 1;
  readonly realm: Realm;
  readonly action: Intent;
  /** Absent for take 1. */
  readonly take?: number;
}

/** Digests of files by project path, as far as they could be read. */
export type FileDigests = ReadonlyMap<string, Sha256>;

/** A step with its key. */
export interface Keyed {
  readonly key: CacheKey;
  readonly inputs: KeyInputs;
}

/** The key of recorded or fresh key inputs. */
export function cacheKey(inputs: KeyInputs): CacheKey {
  return sha256Hex(canonicalJson(inputs)) as string as CacheKey;
}

/**
 * The keys of a graph's steps. A step whose input file has no digest, and all that depends on it, has no key.
 * Steps stand upstream before downstream, so one pass is enough. `known` may answer for steps that were keyed before,
 * for the very same graph and files.
 */
export function keyGraph(
  graph: Graph,
  files: FileDigests,
  known: (id: StepId) => Keyed | undefined = () => undefined,
): ReadonlyMap<StepId, Keyed> {
  const keys = new Map<StepId, Keyed>();
  for (const step of graph.steps) {
    const before = known(step.id);
    if (before !== undefined) {
      keys.set(step.id, before);
      continue;
    }
    const inputs = keyInputs(graph.realm, step, files, keys);
    if (inputs !== undefined) keys.set(step.id, { key: cacheKey(inputs), inputs });
  }
  return keys;
}

function keyInputs(
  realm: Realm,
  step: Step,
  files: FileDigests,
  keys: ReadonlyMap<StepId, Keyed>,
): KeyInputs | undefined {
  let known = true;
  const named = (input: Input | undefined): Json | undefined => {
    if (input === undefined) return undefined;
    const name = nameInput(input, files, keys);
    if (name === undefined) known = false;
    return name;
  };
  const action = intent(step.action, named);
  if (!known) return undefined;
  return { key: 1, realm, action, ...(step.take === 1 ? {} : { take: step.take }) };
}

/** The key of a step whose upstream steps have other keys than the graph gives them. */
export function chainedTo(
  step: Step,
  { inputs }: Keyed,
  keyOf: (upstream: StepId) => CacheKey | undefined,
): Keyed {
  // What is no step's is named as it was.
  const named = (input: Input | undefined): Json | undefined => {
    if (input === undefined) return undefined;
    const key = input.kind === "step" ? keyOf(input.id) : undefined;
    return key === undefined ? null : { key };
  };
  const action = filled(intent(step.action, named), inputs.action) as Intent;
  const chained = { ...inputs, action };
  return { key: cacheKey(chained), inputs: chained };
}

/** A value with what it has of another one in the places where it is null. */
function filled(value: Json | undefined, from: Json | undefined): Json | undefined {
  if (value === null) return from;
  if (Array.isArray(value)) {
    const items: readonly Json[] = Array.isArray(from) ? from : [];
    return value.map((item: Json, index) => filled(item, items[index]) ?? null);
  }
  if (!isRecord(value)) return value;
  const members = isRecord(from) ? from : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, filled(member, members[name])]),
  );
}

function nameInput(input: Input, files: FileDigests, keys: ReadonlyMap<StepId, Keyed>): Json | undefined {
  switch (input.kind) {
    case "file": {
      const sha256 = files.get(input.path);
      return sha256 === undefined ? undefined : { sha256 };
    }
    case "url":
      return { sha256: input.sha256 };
    case "step": {
      const upstream = keys.get(input.id);
      return upstream === undefined ? undefined : { key: upstream.key };
    }
    case "kept":
      return { id: input.id };
    default:
      return unreachable(input);
  }
}
