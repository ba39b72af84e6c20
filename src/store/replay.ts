/**
 * What the journal's records mean: for each create the furthest that it came. Pure; the same records give the same answer.
 * The last record wins, except that nothing is forgotten: a late or repeated record never takes a task, a handle or an
 * artifact back. What has no intent cannot be placed and is only counted.
 */
import type { Sha256 } from "../base/digest.js";
import { getOrMake, unreachable } from "../base/guard.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import { withBill } from "../plan/calls.js";
import type { Attempt, AttemptState, ClientReference, SentCall } from "../plan/prior.js";
import type { AfterIntent, IntentEntry, JournalRecord } from "./journal.js";
import { defined } from "./stored.js";

/** What a journal tells. */
export interface JournalView {
  /** By key, in order of attempt, then of writing. */
  readonly attempts: ReadonlyMap<CacheKey, readonly Attempt[]>;
  /** What each of those keys is the digest of. */
  readonly inputs: ReadonlyMap<CacheKey, KeyInputs>;
  /** Every artifact that was ever placed, and what was placed last at each output path. */
  readonly placed: ReadonlySet<Sha256>;
  readonly placedAt: ReadonlyMap<string, Sha256>;
  /** References that records speak of and no intent explains: the line with it was damaged. */
  readonly orphans: ReadonlySet<ClientReference>;
}

/**
 * From which states a record moves an attempt on. A task that turns up after all counts from wherever it was missing:
 * the vendor's word on what exists is worth more than ours on what does not.
 */
const FROM: Readonly<Record<Exclude<AfterIntent["type"], "calling" | "called">, readonly AttemptState[]>> = {
  submitted: ["intent", "unknown", "refused", "abandoned"],
  refused: ["intent", "unknown"],
  unknown: ["intent"],
  succeeded: ["intent", "unknown", "refused", "abandoned", "submitted"],
  failed: ["intent", "unknown", "submitted"],
  stored: ["succeeded", "stored", "recorded"],
  recorded: ["stored"],
  abandoned: ["intent", "unknown", "submitted", "succeeded"],
};

/** Reads the records in order. */
export function replay(records: Iterable<JournalRecord>): JournalView {
  const byReference = new Map<ClientReference, Attempt>();
  const inputs = new Map<CacheKey, KeyInputs>();
  const placedAt = new Map<string, Sha256>();
  const placed = new Set<Sha256>();
  const orphans = new Set<ClientReference>();
  for (const record of records) {
    if (record.type === "placed") {
      placedAt.set(record.output, record.sha256);
      placed.add(record.sha256);
      continue;
    }
    const { reference } = record;
    const before = byReference.get(reference);
    if (record.type === "intent") {
      // A refused create may be tried again under its reference, which was never used up.
      if (before !== undefined && before.state !== "refused") continue;
      // What its earlier calls cost is not forgotten.
      byReference.set(reference, { ...begun(record), ...(before?.calls ? { calls: before.calls } : {}) });
      inputs.set(record.key, record.inputs);
    } else if (before === undefined) {
      orphans.add(reference);
    } else if (record.type === "calling") {
      byReference.set(reference, { ...before, calls: [...(before.calls ?? []), sentCall(record)] });
    } else if (record.type === "called") {
      byReference.set(reference, {
        ...before,
        calls: withBill(before.calls ?? [], record.call, record.billed),
      });
    } else if (FROM[record.type].includes(before.state)) {
      byReference.set(reference, advanced(before, record));
    }
  }
  const attempts = new Map<CacheKey, Attempt[]>();
  for (const attempt of byReference.values()) getOrMake(attempts, attempt.key, () => []).push(attempt);
  for (const list of attempts.values()) list.sort((a, b) => a.attempt - b.attempt);
  return { attempts, inputs, placed, placedAt, orphans };
}

function begun(record: IntentEntry & { readonly at: string }): Attempt {
  const { type: _, inputs: __, at, ...rest } = record;
  return { ...rest, state: "intent", started: at };
}

function sentCall({ call, units, ceiling }: Extract<AfterIntent, { type: "calling" }>): SentCall {
  return defined<SentCall>({ call, units, ceiling });
}

function advanced(
  before: Attempt,
  record: Exclude<AfterIntent, { type: "calling" | "called" }> & { readonly at: string },
): Attempt {
  // What is no longer true of the new state goes: a failure that turned out to be none, an end that was not one.
  const base = before.failure === undefined && before.ended === undefined ? before : reopened(before);
  switch (record.type) {
    case "submitted":
      return { ...base, state: "submitted", task: record.task };
    case "refused":
      return {
        ...base,
        state: "refused",
        failure: defined<NonNullable<Attempt["failure"]>>({
          code: record.code,
          message: record.message,
          refusal: record.refusal,
          billed: "not_billed",
        }),
        ended: record.at,
      };
    case "failed":
      return {
        ...base,
        state: "failed",
        failure: defined<NonNullable<Attempt["failure"]>>({
          code: record.code,
          message: record.message,
          refusal: record.refusal,
          billed: record.billed.kind,
        }),
        billed: record.billed,
        ended: record.at,
      };
    case "succeeded":
      return {
        ...base,
        state: "succeeded",
        task: record.handle.task,
        handle: record.handle,
        billed: record.billed,
        ended: record.handle.completed,
      };
    case "stored": {
      const state = before.state === "recorded" ? "recorded" : "stored";
      const { artifact, flags } = record;
      return flags === undefined ? { ...before, state, artifact } : { ...before, state, artifact, flags };
    }
    case "recorded":
      return { ...before, state: "recorded" };
    case "unknown":
      return { ...base, state: "unknown" };
    case "abandoned":
      return { ...base, state: "abandoned", ended: record.at };
    default:
      return unreachable(record);
  }
}

function reopened(before: Attempt): Attempt {
  const { failure: _, ended: __, ...base } = before;
  return base;
}
