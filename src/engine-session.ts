/**
 * What a watcher remembers of its session: what was ordered in it, when, what ended badly, and what a person asked to try
 * again. Turns a plan into the offer that the watcher's machine goes by. What was begun here is remembered before it is
 * sent; what it took is read from the books, which know every create that was, also one whose answer was lost.
 */
import { canonicalJson, sha256Hex } from "./base/digest.js";
import { micros, sumMicros, usd, type Micros } from "./base/money.js";
import type { Tier } from "./catalog/model.js";
import { isLocal } from "./graph/actions.js";
import type { StepId } from "./graph/input.js";
import type { CacheKey } from "./graph/key.js";
import { paidSteps, type Policy } from "./plan/approval.js";
import { withOnly } from "./plan/gather.js";
import type { Ordered } from "./plan/committed.js";
import type { Plan, PlannedStep } from "./plan/plan.js";
import type { ClientReference } from "./plan/prior.js";
import { standingOf, type Standing } from "./plan/standing.js";
import type { RunEvent } from "./run/event.js";
import type { Offer } from "./run/watch.js";

/** What a person said for the whole session. */
export interface SessionWish {
  readonly budgetUsd?: number;
  readonly tiers?: readonly Tier[];
}

/** A session of many plans. */
export interface WatchSession {
  /** How a plan stands to the session, and what the machine is offered. */
  look(plan: Plan, policy: Policy, nowMs: number): { readonly standing: Standing; readonly offer: Offer };
  /** Takes in what happened in a run of `plan`. */
  take(event: RunEvent, plan: Plan | undefined, nowMs: number): void;
  /** A file changed. */
  changed(nowMs: number): void;
  /** A person wants what failed to be tried again. */
  forgive(plan: Plan | undefined): void;
  /** What was refused for its content and is to be tried again. */
  readonly retryRefused: ReadonlySet<CacheKey>;
  /** Steps of the plan that was looked at last which ended badly as they are in it. */
  readonly failed: readonly StepId[];
  /** Of what plans have to say the charges. */
  readonly ordered: ReadonlyMap<ClientReference, Ordered>;
  readonly ceiling?: Micros;
  /** What was ordered in it, the most that tasks under way may cost among it. */
  readonly used: Micros;
  /** The most that creates of this plan, made just now, may be ordered for; absent without a ceiling. */
  leftFor(plan: Plan): Micros | undefined;
}

/** A step is ordered without asking when its file has been left alone for that long, in milliseconds… */
const REST_MS = 1_000;
/** …and no sooner than that after the step was ordered the last time. */
const BETWEEN_ORDERS_MS = 15_000;
/** How long the same work rests before it is begun again: at the vendor, and on this machine. */
const PATIENCE_MS = { kling: 10_000, sandbox: 1_000 } as const;

/** Begins a session. */
export function openSession({ budgetUsd, tiers = [] }: SessionWish): WatchSession {
  const failed = new Set<CacheKey>();
  /** The keys of the plan that was looked at last. */
  let shown: ReadonlyMap<StepId, CacheKey> = new Map();
  const again = new Set<CacheKey>();
  const retryRefused = new Set<CacheKey>();
  const ordered = new Map<StepId, number>();
  const ceiling = budgetUsd === undefined ? undefined : usd(budgetUsd);
  let changedMs = Number.NEGATIVE_INFINITY;
  /** Everything that a run of it began to order. */
  const begun = new Map<ClientReference, Ordered>();
  const charges = new Map<ClientReference, Micros>();
  const read = (plan: Plan): void => {
    // What is not in the books any more was ordered all the same.
    for (const [reference, charge] of plan.charges ?? []) charges.set(reference, charge);
  };
  /** What was ordered in it, but for what a create that may be sent again is in the books with. */
  const used = (besides: ReadonlySet<ClientReference> = new Set()) =>
    sumMicros([...charges].flatMap(([reference, charge]) => (besides.has(reference) ? [] : [charge])));
  const leftOf = (spent: Micros) =>
    ceiling === undefined ? undefined : micros(Math.max(0, ceiling - spent));

  const begin = ({ key, create }: PlannedStep): void => {
    for (const { reference, attempt } of create === undefined ? [] : [create, ...(create.retries ?? [])])
      begun.set(reference, { key, attempt });
  };

  return {
    look(plan, policy, nowMs) {
      read(plan);
      shown = new Map(plan.steps.map(({ step, key }) => [step.id, key]));
      const remains = leftOf(used());
      const standing = standingOf(plan, {
        ...(remains === undefined ? {} : { left: remains }),
        isOurs: (reference) => charges.has(reference),
        tiers: new Set([...ALL_TIERS.filter((tier) => !policy.tiers.includes(tier)), ...tiers]),
        failed,
        again,
        restsMs: (step) =>
          Math.max(
            changedMs + REST_MS - nowMs,
            (ordered.get(step) ?? Number.NEGATIVE_INFINITY) + BETWEEN_ORDERS_MS - nowMs,
            0,
          ),
      });
      return { standing, offer: offerOf(plan, standing) };
    },
    take(event, plan, nowMs) {
      if (event.type === "step_submitted" && !event.adopted && event.reserved !== 0)
        ordered.set(event.step, nowMs);
      if (event.type !== "step_started" && event.type !== "step_ended") return;
      const planned = plan?.steps.find(({ step }) => step.id === event.step);
      if (planned === undefined) return;
      // Also where the answer gets lost, and no word of a task ever comes.
      if (event.type === "step_started" && event.what === "render") ordered.set(event.step, nowMs);
      if (event.type === "step_started") return void (plan?.realm === "kling" && begin(planned));
      const { key } = planned;
      const isBad = endedBadly(event, planned);
      // Whether it was only asked for in vain, or cut short, says nothing new of it.
      if (!isBad && !["kept", "restored", "rendered"].includes(event.outcome.status)) return;
      if (isBad) failed.add(key);
      else failed.delete(key);
      // A yes to try again is used up by whatever came of it.
      again.delete(key);
      retryRefused.delete(key);
    },
    changed: (nowMs) => void (changedMs = nowMs),
    forgive(plan) {
      for (const { key, decision } of plan?.steps ?? []) {
        if (failed.delete(key)) again.add(key);
        if (decision.kind === "blocked" && decision.because.because === "refused") retryRefused.add(key);
      }
    },
    retryRefused,
    get failed() {
      return [...shown].flatMap(([id, key]) => (failed.has(key) ? [id] : []));
    },
    ordered: begun,
    ...(ceiling === undefined ? {} : { ceiling }),
    get used() {
      return used();
    },
    leftFor(plan) {
      read(plan);
      return leftOf(used(new Set(paidSteps(plan).map(({ create }) => create.reference))));
    },
  };
}

const ALL_TIERS: readonly Tier[] = ["standard", "pro", "master"];

/** Whether a create came to nothing that is there; what only waits for another step did not. */
function endedBadly({ outcome }: RunEvent & { type: "step_ended" }, { create }: PlannedStep): boolean {
  switch (outcome.status) {
    case "failed":
    case "unknown":
      return true;
    case "blocked":
      return create !== undefined && outcome.because.because !== "upstream";
    case "kept":
    case "restored":
    case "rendered":
    case "interrupted":
      return false;
  }
}

function offerOf(plan: Plan, { due, open, waiting, laterMs }: Standing): Offer {
  // Pictures out of clips come and go with what needs them, and mean nothing of their own.
  const meant = plan.steps.filter(({ step }) => !isLocal(step.action));
  const work = [
    // As a run sees it: a picture that only what waits would need is not made.
    ...withOnly(plan, due, 1).steps.flatMap(({ step, decision, create }): readonly string[] => {
      if (decision.kind === "restore" || (decision.kind === "render" && create === undefined))
        return [`${decision.kind} ${step.id}`];
      return decision.kind === "resume" ? [`resume ${decision.attempt.reference}`] : [];
    }),
    ...plan.overtaken.map(({ attempt }) => `overtaken ${attempt.reference}`),
    ...due,
  ];
  return {
    digest: plan.digest,
    meaning: sha256Hex(canonicalJson([plan.profile, meant.map(({ step, key }) => [step.id, key])])),
    work: work.join("\n"),
    // What a yes would add to what is sent anyway.
    waits: waiting.length === 0 ? 0 : [...open].filter((reference) => !due.has(reference)).length,
    ...(laterMs === undefined ? {} : { laterMs }),
    patienceMs: PATIENCE_MS[plan.realm],
  };
}
