/**
 * What differs between two intents, field by field; of inputs that stand in one field together each by its own name.
 */
import { canonicalJson, type Json } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import type { Input, StepId } from "../graph/input.js";
import { inputsOf } from "../graph/inputs-of.js";
import type { KeyInputs } from "../graph/key.js";
import type { Step } from "../graph/step.js";

/** One field that differs from what was rendered before. */
export interface Change {
  readonly field: string;
  /** As people read them; absent: was not there. */
  readonly from?: string;
  readonly to?: string;
  /** The file whose bytes changed, or the upstream step whose intent did. */
  readonly file?: string;
  readonly upstream?: StepId;
}

type Fields = Readonly<Record<string, Json | undefined>>;

/** The fields of an intent, with its inputs one by one as `inputsOf` names them: `elements.mara`, `refer_images.0`. */
export function fieldsOf(intent: KeyInputs["action"]): readonly (readonly [field: string, value: Json])[] {
  return Object.entries(intent).flatMap(([field, value]): readonly (readonly [string, Json])[] => {
    if (value === undefined) return [];
    const members =
      typeof value === "object" && value !== null && !isInput(value) ? Object.entries(value) : [];
    const inputs = members.flatMap(([name, member]): readonly (readonly [string, Json])[] =>
      member !== undefined && isInput(member) ? [[`${field}.${name}`, member]] : [],
    );
    return inputs.length > 0 && inputs.length === members.length ? inputs : [[field, value]];
  });
}

/** Whether a value of an intent stands for an input. */
function isInput(value: Json | undefined): boolean {
  return isRecord(value) && ["sha256", "key", "id"].some((name) => typeof value[name] === "string");
}

/** What differs between two intents; `changed` is empty when only the key's own version does. */
export function changesBetween(before: KeyInputs, after: KeyInputs, step: Step): readonly Change[] {
  const old: Fields = { ...Object.fromEntries(fieldsOf(before.action)), take: before.take };
  const now: Fields = { ...Object.fromEntries(fieldsOf(after.action)), take: after.take };
  const inputs = new Map<string, Input>(inputsOf(step.action));
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields
    .filter((field) => canonicalJson(old[field] ?? null) !== canonicalJson(now[field] ?? null))
    .map((field): Change => {
      const input = inputs.get(field);
      const from = old[field] === undefined ? undefined : readable(old[field]);
      const to = now[field] === undefined ? undefined : readable(now[field]);
      return {
        field,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(input?.kind === "file" ? { file: input.path } : {}),
        ...(input?.kind === "step" ? { upstream: input.id } : {}),
      };
    });
}

function readable(value: Json): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const named = value as { readonly sha256?: Json; readonly key?: Json; readonly id?: Json };
    const digest = named.sha256 ?? named.key;
    if (typeof digest === "string") return digest.slice(0, 8);
    if (typeof named.id === "string") return named.id;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
