/**
 * Cache keys: SHA-256 over canonical JSON of intent, chained through upstream keys.
 * What is at its version-1 default is absent, so that fields, dialects, routes and catalog data added later leave
 * every old key alone. The committed golden keys never change; a new meaning needs a new key version.
 */
import { canonicalJson, sha256Hex, type Json, type Sha256 } from "../base/digest.js";
import { unreachable, type Brand } from "../base/guard.js";
import type { Action, Graph, Input, Realm, Step, StepId } from "./step.js";

/** Digest of what a step asks for. */
export type CacheKey = Brand<string, "CacheKey">;

/** What a key is the digest of; recorded beside it, so that `why` can show what differs. */
export interface KeyInputs {
  /** Version of the key's own format. */
  readonly key: 1;
  readonly realm: Realm;
  readonly action: { readonly kind: string; readonly [field: string]: Json | undefined };
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
    default:
      return unreachable(input);
  }
}

/** An action as key inputs: vendor-style names, version-1 defaults left out. */
function intent(action: Action, named: (input: Input | undefined) => Json | undefined): KeyInputs["action"] {
  switch (action.kind) {
    case "text_to_video":
      return {
        kind: action.kind,
        model: action.identity ?? action.model,
        prompt: action.prompt,
        ...clipFields(action),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
      };
    case "image_to_video":
      return {
        kind: action.kind,
        model: action.identity ?? action.model,
        prompt: unless(action.prompt, ""),
        ...clipFields(action),
        image: named(action.image),
        end_image: named(action.end_image),
      };
    case "extend":
      return {
        kind: action.kind,
        via: action.via,
        source: named(action.source),
        model: action.identity ?? action.model,
        prompt: unless(action.prompt, ""),
        ...clipFields(action),
      };
    case "lip_sync":
      return {
        kind: action.kind,
        source: named(action.source),
        audio: named(action.audio),
        text: action.text,
        voice: action.voice,
        voice_language: unless(action.voice_language, "en"),
        voice_speed: unless(action.voice_speed, 1),
        face: unless(action.face, 1),
        audio_start: unless(action.audio_start, 0),
        audio_end: action.audio_end,
        at: unless(action.at, 0),
        volume: unless(action.volume, 1),
        original_volume: unless(action.original_volume, 1),
      };
    case "image":
      return {
        kind: action.kind,
        model: action.identity ?? action.model,
        prompt: action.prompt,
        negative_prompt: unless(action.negative_prompt, ""),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        resolution: unless(action.resolution, "1k"),
        image: named(action.image),
        image_reference: action.image_reference,
        image_fidelity: unless(action.image_fidelity, 0.5),
        human_fidelity: unless(action.human_fidelity, 0.45),
      };
    case "try_on":
      return {
        kind: action.kind,
        model: action.identity ?? action.model,
        human: named(action.human),
        cloth: named(action.cloth),
      };
    case "frame":
      return { kind: action.kind, which: action.which, source: named(action.source) };
    default:
      return unreachable(action);
  }
}

interface ClipFields {
  readonly mode?: string;
  readonly duration?: number;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  readonly audio?: boolean;
}

function clipFields(action: ClipFields): Readonly<Record<string, Json | undefined>> {
  return {
    mode: unless(action.mode, "std"),
    duration: unless(action.duration, 5),
    negative_prompt: unless(action.negative_prompt, ""),
    cfg_scale: unless(action.cfg_scale, 0.5),
    audio: unless(action.audio, false),
  };
}

function unless<T extends Json>(value: T | undefined, initial: T): T | undefined {
  return value === initial ? undefined : value;
}
