/**
 * What a step gives that stays with the vendor, an element or a voice: the record of it that is kept here, and which of
 * them the lockfile knows. The record says nothing that the lockfile does not say, so it is never lost as long as that is
 * there. Pure; what is read from files is checked in the store room.
 */
import { sha256Hex } from "../base/digest.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import type { Handle, Lock, OtherRendering } from "./prior.js";
import { productOfInputs } from "./product.js";
import { wholeOf } from "./recorded.js";

/** An element or a voice of the vendor's. */
export interface KeptRecord {
  readonly kept: "element" | "voice";
  readonly id: string;
}

/** What an id of the vendor's looks like. */
const ID = /^[\w-]{1,128}$/;

/** The text of a record. Equal things give equal bytes. */
export function keptText({ kept, id }: KeptRecord): string {
  return `${JSON.stringify({ kept, id })}\n`;
}

/** The record's text, as the lockfile alone has it; undefined where that is not what was recorded, or no record at all. */
export function recordText(
  inputs: KeyInputs,
  { artifact, handle }: Pick<OtherRendering, "artifact" | "handle">,
): string | undefined {
  const text = recordedThing(inputs, handle?.result);
  return text !== undefined && sha256Hex(text) === artifact.sha256 ? text : undefined;
}

/** The record's text for a result of that id; undefined where the intent leaves nothing with the vendor. */
export function recordedThing(inputs: KeyInputs, result: string | undefined): string | undefined {
  const kept = keptKind(inputs);
  return kept === undefined || result === undefined ? undefined : keptText({ kept, id: result });
}

function keptKind(inputs: KeyInputs): KeptRecord["kept"] | undefined {
  if (productOfInputs(inputs) !== "kept") return undefined;
  return inputs.action.kind === "voice" ? "voice" : "element";
}

/** Something of the account's that a lockfile knows by its id. */
export interface KeptThing extends KeptRecord {
  readonly key: CacheKey;
  readonly handle: Handle;
  /** Whether it is what its key stands for now; others were made for the same intent before. */
  readonly stands: boolean;
  /** The steps of the manifest, under any profile, that it is the result of. */
  readonly steps: readonly StepId[];
}

/** The elements and voices of a lockfile, in the order of kind and id; `claims`: the steps of each key. */
export function keptThings(
  lock: Lock,
  claims: ReadonlyMap<CacheKey, readonly StepId[]>,
): readonly KeptThing[] {
  const found = new Map<string, KeptThing>();
  for (const rendering of lock.renders.values()) {
    const kept = keptKind(rendering.inputs);
    if (kept === undefined) continue;
    for (const [index, { handle }] of wholeOf(rendering).entries()) {
      if (handle?.result === undefined || !ID.test(handle.result)) continue;
      const { key } = rendering;
      const stands = index === 0;
      const thing = {
        kept,
        id: handle.result,
        key,
        handle,
        stands,
        steps: stands ? (claims.get(key) ?? []) : [],
      };
      const name = [kept, handle.result, handle.account].join(" ");
      if (stands || !found.has(name)) found.set(name, thing);
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, thing]) => thing);
}
