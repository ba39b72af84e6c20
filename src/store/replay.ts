/**
 * What the journal's records mean: for each create the furthest that it came, by the moves of `plan/attempt-state.ts`.
 * Pure; the same records give the same answer. What has no intent cannot be placed and is only counted.
 */
import type { Sha256 } from "../base/digest.js";
import { getOrMake, unreachable } from "../base/guard.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import { withBill } from "../plan/calls.js";
import { moved, type AttemptState } from "../plan/attempt-state.js";
import type { Attempt, ClientReference, Orphan, SentCall } from "../plan/prior.js";
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
  /** References that records speak of and no intent explains, as the line with it was damaged: what is still known of them. */
  readonly orphans: ReadonlyMap<ClientReference, Orphan>;
}

/** Reads the records in order. */
export function replay(records: Iterable<JournalRecord>): JournalView {
  const byReference = new Map<ClientReference, Attempt>();
  const inputs = new Map<CacheKey, KeyInputs>();
  const placedAt = new Map<string, Sha256>();
  const placed = new Set<Sha256>();
  const orphans = new Map<ClientReference, Orphan>();
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
      if (before !== undefined && moved(before.state, "intent") === undefined) continue;
      // What its earlier calls cost is not forgotten.
      byReference.set(reference, { ...begun(record), ...(before?.calls ? { calls: before.calls } : {}) });
      inputs.set(record.key, record.inputs);
    } else if (before === undefined) {
      const { since = record.at, task } = orphans.get(reference) ?? {};
      const told = record.type === "submitted" ? record.task : task;
      orphans.set(reference, { since, ...(told === undefined ? {} : { task: told }) });
    } else if (record.type === "calling") {
      byReference.set(reference, { ...before, calls: [...(before.calls ?? []), sentCall(record)] });
    } else if (record.type === "called") {
      byReference.set(reference, {
        ...before,
        calls: withBill(before.calls ?? [], record.call, record.billed),
      });
    } else {
      const state = moved(before.state, record.type);
      if (state !== undefined) byReference.set(reference, advanced(before, state, record));
    }
  }
  const attempts = new Map<CacheKey, Attempt[]>();
  for (const attempt of byReference.values()) getOrMake(attempts, attempt.key, () => []).push(attempt);
  for (const list of attempts.values()) list.sort((a, b) => a.attempt - b.attempt);
  return { attempts, inputs, placed, placedAt, orphans };
}

function begun(record: IntentEntry & { readonly at: string }): Attempt {
  const { type: _, inputs: __, at, since = at, ...rest } = record;
  return { ...rest, state: "intent", started: since };
}

function sentCall({ call, units, ceiling }: Extract<AfterIntent, { type: "calling" }>): SentCall {
  return defined<SentCall>({ call, units, ceiling, open: true });
}

function advanced(
  before: Attempt,
  state: AttemptState,
  record: Exclude<AfterIntent, { type: "calling" | "called" }> & { readonly at: string },
): Attempt {
  // What is no longer true of the new state goes: a failure that turned out to be none, an end that was not one.
  const base = before.failure === undefined && before.ended === undefined ? before : reopened(before);
  switch (record.type) {
    case "submitted":
      return { ...base, state, task: record.task };
    case "refused":
      return {
        ...base,
        state,
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
        state,
        failure: defined<NonNullable<Attempt["failure"]>>({
          code: record.code,
          message: record.message,
          refusal: record.refusal,
          billed: record.billed.kind,
        }),
        billed: record.billed,
        ended: record.completed ?? record.at,
      };
    case "succeeded":
      return {
        ...base,
        state,
        task: record.handle.task,
        handle: record.handle,
        billed: record.billed,
        ended: record.handle.completed,
      };
    case "stored": {
      const { artifact, flags } = record;
      return flags === undefined ? { ...before, state, artifact } : { ...before, state, artifact, flags };
    }
    case "recorded":
      return { ...before, state };
    case "unknown":
      return { ...base, state };
    case "abandoned":
      return { ...base, state, ended: record.at };
    default:
      return unreachable(record);
  }
}

function reopened(before: Attempt): Attempt {
  const { failure: _, ended: __, ...base } = before;
  return base;
}
