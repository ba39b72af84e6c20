/**
 * Tasks that an account turns out to have, of creates that nothing here remembers: a disk was lost, another machine
 * rendered the same intent, or a run died. Which references are worth asking for, and a prior that knows of what was found.
 * The client reference follows from intent alone, so no record of ours is needed to ask.
 */
import { unreachable } from "../base/guard.js";
import { isLocal, type Action } from "../graph/actions.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import { clientReference } from "./approval.js";
import { RENDER } from "./decide.js";
import { lowOf } from "./drift.js";
import type { Plan, PlannedStep } from "./plan.js";
import type { Attempt, Billed, ClientReference, Prior, TaskId } from "./prior.js";
import { recordedAt } from "./recorded.js";

/** A reference to ask for. */
export interface Wanted {
  readonly reference: ClientReference;
  readonly attempt: number;
  readonly planned: PlannedStep;
  /** What is known of the attempt; absent when nothing is. */
  readonly known?: Attempt;
  /** Its task, as far as any record names it. */
  readonly task?: TaskId;
  /** Of the step, for whoever knows where such tasks are created. */
  readonly action: Action;
}

/** An attempt that is known from the vendor alone. */
export interface Found {
  readonly attempt: Attempt;
  readonly inputs: KeyInputs;
  /** Whether the journal has its intent already. */
  readonly journaled: boolean;
}

/** What the vendor says of a task, as far as a plan wants to know. */
export interface FoundTask {
  readonly task: TaskId;
  readonly status: "submitted" | "processing" | "succeeded" | "failed";
  readonly message?: string;
  readonly refusal?: boolean;
  readonly billed: Billed;
  /** ISO 8601. */
  readonly created?: string;
  readonly updated?: string;
}

/**
 * What of a plan the account may have: all that would be created, or would be if nothing stood in the way, and what
 * nobody knew or the vendor denied before.
 */
export function wantedOf(plan: Plan, prior: Prior): readonly Wanted[] {
  return plan.steps.flatMap((planned): readonly Wanted[] => {
    if (planned.sameAs !== undefined) return [];
    const known = (prior.attempts.get(planned.key) ?? []).filter((each) => each.call === RENDER);
    const open = known.filter(({ state }) => state === "unknown" || state === "abandoned");
    const isNew = known.length === 0 && !prior.lock.renders.has(planned.key);
    const stuck = planned.decision.kind === "blocked" && isNew && !isLocal(planned.step.action);
    const next = planned.create?.attempt ?? (stuck ? 1 : undefined);
    const numbers = new Set([
      ...(next === undefined ? [] : [...unheardOf(planned.key, next, prior), next]),
      ...open.map(({ attempt }) => attempt),
    ]);
    return [...numbers].map((attempt) => {
      const before = known.find((each) => each.attempt === attempt);
      const reference = clientReference(planned.key, attempt, RENDER);
      const { action } = planned.step;
      const task = before?.task ?? prior.orphans?.get(reference)?.task;
      return {
        reference,
        attempt,
        planned,
        action,
        ...(before === undefined ? {} : { known: before }),
        ...(task === undefined ? {} : { task }),
      };
    });
  });
}

/** Attempts before the next one of which nothing is known: a file that was bound by hand stands in the place of one. */
function unheardOf(key: CacheKey, next: number, { lock, attempts }: Prior): readonly number[] {
  const known = new Set([
    ...(attempts.get(key) ?? []).map(({ attempt }) => attempt),
    ...recordedAt(lock, key).flatMap((each) => (each.handle === undefined ? [] : [each.attempt])),
  ]);
  const before = Array.from({ length: Math.min(next - 1, UNHEARD_MOST) }, (_, index) => next - 1 - index);
  return before.filter((attempt) => !known.has(attempt));
}

/** So many attempts back: a lockfile may name any number. */
const UNHEARD_MOST = 8;

/** Where an attempt is known from. */
type From = Pick<Attempt, "realm" | "route" | "account" | "dialect" | "product">;

/** An attempt of which nothing here knows more than that it was made. */
function begunAttempt({ reference, attempt, planned }: Wanted, from: From, started: string): Attempt {
  const { create, step, key, estimate } = planned;
  const { units, usd } = estimate.kind === "priced" ? estimate : {};
  const ceiling = create?.ceiling ?? usd?.high;
  return {
    key,
    attempt,
    call: RENDER,
    reference,
    step: step.id,
    state: "intent",
    ...from,
    model: planned.model ?? step.action.kind,
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(units === undefined ? {} : { units: units.high }),
    ...lowOf(estimate),
    // Which bytes it was made from, nobody remembers.
    consumed: {},
    started,
  };
}

/**
 * An attempt that may have been made: the account has tasks on its clip that belong to nobody here, and none of them can
 * name it. A person decides.
 */
export function doubtfulAttempt(wanted: Wanted, from: From, since: string): Found {
  const attempt: Attempt = { ...begunAttempt(wanted, from, since), state: "unknown", found: true };
  return { inputs: wanted.planned.inputs, journaled: false, attempt };
}

/** What a task makes of an attempt: under way, to be collected like any other, or failed. */
export function foundAttempt(
  wanted: Wanted,
  from: From,
  { task, status, message = "", refusal = false, billed, created, updated }: FoundTask,
  now: string,
): Found {
  const { planned, known } = wanted;
  const begun = known ?? begunAttempt(wanted, from, created ?? now);
  const { failure: _failure, ended: _ended, ...open } = begun;
  const base = { ...open, task, found: true } as const;
  const found = { inputs: planned.inputs, journaled: known !== undefined };
  switch (status) {
    case "submitted":
    case "processing":
    case "succeeded":
      return { ...found, attempt: { ...base, state: "submitted" } };
    case "failed":
      return {
        ...found,
        attempt: {
          ...base,
          state: "failed",
          failure: { message, refusal, billed: billed.kind },
          billed,
          ended: updated ?? now,
        },
      };
    default:
      return unreachable(status);
  }
}

/** A prior that knows of these attempts. */
export function withFound(prior: Prior, found: readonly Found[]): Prior {
  if (found.length === 0) return prior;
  const attempts = new Map<CacheKey, readonly Attempt[]>(prior.attempts);
  const intents = new Map<CacheKey, KeyInputs>(prior.intents);
  for (const { attempt, inputs } of found) {
    const others = (attempts.get(attempt.key) ?? []).filter((each) => each.reference !== attempt.reference);
    attempts.set(
      attempt.key,
      [...others, attempt].toSorted((a, b) => a.attempt - b.attempt),
    );
    intents.set(attempt.key, inputs);
  }
  return { ...prior, attempts, intents };
}
