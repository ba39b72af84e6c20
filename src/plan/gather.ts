/**
 * A part of a plan: what may be had at no cost, what may be created of it now, and the paid copies that the store lacks.
 * Whoever carries a part out can order nothing that is not in it, because nothing else in it could be approved.
 */
import { unreachable } from "../base/guard.js";
import { micros } from "../base/money.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import { paidSteps, planDigest } from "./approval.js";
import { isKnown } from "./restore.js";
import { sum } from "./estimate.js";
import { recordText } from "./kept.js";
import { isLocal } from "../graph/actions.js";
import { createsOf } from "./approval.js";
import { estimatesOf } from "./create.js";
import { withoutIdleFrames } from "./frames.js";
import { expectedSeconds } from "./pace.js";
import type { Plan, PlannedStep } from "./plan.js";
import type { Artifact, ClientReference, Handle, Prior } from "./prior.js";
import type { Obstacle } from "./reason.js";
import { wholeOf } from "./recorded.js";
import { fresh } from "./source.js";

const NOT_RENDERED: Obstacle = { because: "not_rendered" };

/** The plan without its creates: what they would have made is blocked as not rendered yet, all else goes on. */
export function withoutCreates(plan: Plan): Plan {
  const had = new Set<StepId>();
  const all = plan.steps.map((planned) => {
    const now = gathered(planned, had);
    if (now.decision.kind !== "blocked") had.add(now.step.id);
    return now;
  });
  return partOf(plan, all, 1);
}

/**
 * What of a plan can be done when only these of its creates may be sent: what has to be created beside them is left out,
 * and so is what needs it, and what is blocked. `concurrency`: tasks at once.
 */
export function withOnly(plan: Plan, named: ReadonlySet<ClientReference>, concurrency: number): Plan {
  const had = new Set<StepId>();
  const steps = plan.steps.flatMap((planned): readonly PlannedStep[] => {
    const now = allowed(planned, named, had);
    if (now === undefined) return [];
    had.add(now.step.id);
    return [now];
  });
  return partOf(plan, steps, concurrency);
}

function allowed(
  planned: PlannedStep,
  named: ReadonlySet<ClientReference>,
  had: ReadonlySet<StepId>,
): PlannedStep | undefined {
  const { create, ...without } = planned;
  const { decision } = planned;
  switch (decision.kind) {
    case "keep":
    case "restore":
      return planned;
    case "blocked":
      return undefined;
    case "render": {
      const isNamed = create === undefined ? isLocal(planned.step.action) : named.has(create.reference);
      return isNamed && planned.step.needs.every((id) => had.has(id)) ? planned : undefined;
    }
    case "resume": {
      if (create === undefined || named.has(create.reference)) return planned;
      return { ...without, decision: { ...decision, mayCreate: false, otherwise: NOT_RENDERED } };
    }
    default:
      return unreachable(decision);
  }
}

/** A plan of which only these steps are left as they were: its digest, sums and books follow. */
function partOf(plan: Plan, all: readonly PlannedStep[], concurrency: number): Plan {
  const steps = withoutIdleFrames(all);
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const each of steps) count[each.decision.kind]++;
  const left = paidSteps({ steps });
  const credits = (of: ReturnType<typeof paidSteps>) =>
    of.reduce((total, { create }) => total + (create.credit ?? 0), 0);
  return {
    ...plan,
    steps,
    digest: planDigest(plan.realm, createsOf({ steps })),
    totals: { ...plan.totals, create: sum(left.flatMap(estimatesOf)), count },
    committed: micros(plan.committed + credits(paidSteps(plan)) - credits(left)),
    expectedSeconds: expectedSeconds(steps, concurrency),
  };
}

/** `had`: the steps before it that are here or will be. */
function gathered({ create: _create, ...planned }: PlannedStep, had: ReadonlySet<StepId>): PlannedStep {
  const { decision } = planned;
  switch (decision.kind) {
    case "keep":
    case "restore":
      return planned;
    case "render":
      // A picture of a series that is here costs nothing.
      if (planned.step.action.kind === "picture" && planned.step.needs.every((id) => had.has(id)))
        return planned;
      return { ...planned, decision: { kind: "blocked", because: NOT_RENDERED } };
    case "resume": {
      const isCertain = !decision.mayCreate && decision.otherwise === undefined;
      // It is asked for, and not sent when the vendor turns out not to have it.
      return isCertain
        ? planned
        : { ...planned, decision: { ...decision, mayCreate: false, otherwise: NOT_RENDERED } };
    }
    case "blocked":
      return isAboutPaid(decision.because)
        ? planned
        : { ...planned, decision: { kind: "blocked", because: NOT_RENDERED } };
  }
}

/** Whether an obstacle is about something that was, or may have been, paid for; all others keep a create from being sent. */
function isAboutPaid(obstacle: Obstacle): boolean {
  switch (obstacle.because) {
    case "missing":
    case "expired":
    case "unknown":
      return true;
    case "unsupported":
      return obstacle.by === undefined;
    default:
      return false;
  }
}

/** A recorded rendering whose bytes the store lacks. */
export interface LostCopy {
  readonly key: CacheKey;
  readonly inputs: KeyInputs;
  readonly artifact: Artifact;
  /** What the vendor may be asked with; absent when it can give nothing back any more. */
  readonly handle?: Handle;
  /** A step that has, or had, this key. */
  readonly step?: StepId;
}

/**
 * Renderings of the lockfile, and the others beside them, that are not in the store and that the steps of the plan do
 * not bring back. Pictures out of clips are made again and never missed.
 */
export function lostCopies(prior: Prior, plan: Pick<Plan, "steps">): readonly LostCopy[] {
  const coming = new Set(
    plan.steps.flatMap(({ decision }) => (decision.kind === "restore" ? [decision.artifact.sha256] : [])),
  );
  const names = new Map<CacheKey, StepId>();
  for (const keys of prior.lock.steps.values()) for (const [id, key] of keys) names.set(key, id);
  const lost = new Map<string, LostCopy>();
  for (const rendering of prior.lock.renders.values()) {
    if (["frame", "picture"].includes(rendering.inputs.action.kind)) continue;
    for (const each of wholeOf(rendering)) {
      // What the lockfile says all of is not lost.
      if (recordText(rendering.inputs, each) !== undefined) continue;
      const { artifact, handle } = each;
      const { sha256 } = artifact;
      if (prior.held.has(sha256) || coming.has(sha256) || lost.has(sha256)) continue;
      const { key, inputs } = rendering;
      const step = names.get(key);
      const isThere = isKnown(handle?.dialect ?? "") && fresh(handle?.completed, prior.today);
      lost.set(sha256, {
        key,
        inputs,
        artifact,
        ...(handle !== undefined && isThere ? { handle } : {}),
        ...(step === undefined ? {} : { step }),
      });
    }
  }
  return [...lost.values()];
}
