/**
 * Runs a plan under an approval: starts steps as their needs are met, keeps the limits, collects outcomes.
 * The only `catch` for what steps throw is here; one failed step takes down its dependents and nobody else.
 */
import pLimit from "p-limit";
import type { Clock } from "../base/clock.js";
import { micros, type Micros } from "../base/money.js";
import type { CacheKey } from "../graph/key.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import { paidSteps, type Approval } from "../plan/approval.js";
import type { Plan, PlannedStep } from "../plan/plan.js";
import { chargedOr } from "../plan/committed.js";
import type { Artifact, Prior, Rendering } from "../plan/prior.js";
import type { Obstacle } from "../plan/reason.js";
import type { CallbackHint, Provider } from "../provider/provider.js";
import type { PackKind } from "../provider/account.js";
import { errorCode } from "../store/files.js";
import type { Disk } from "./disk.js";
import type { Emit, Outcome } from "./event.js";
import { thrown } from "./failure.js";
import { openClaims } from "./listed.js";
import { collectOvertaken } from "./overtaken.js";
import { createPoller } from "./poll.js";
import { openPurse, type Caps } from "./purse.js";
import { renderStep } from "./render.js";
import type { ModelNews, Run } from "./stepping.js";
import { createSchedule } from "./schedule.js";
import { openSlots } from "./slots.js";

/** What a run needs. */
export interface Execution {
  readonly plan: Plan;
  readonly approval: Approval;
  readonly caps: Caps;
  /** What was known when the plan was made. */
  readonly prior: Pick<Prior, "lock" | "attempts" | "intents" | "orphans">;
  readonly disk: Disk;
  readonly provider: Provider;
  readonly models: ModelNews;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly stop: AbortSignal;
  readonly limits: {
    /** Tasks at once, per model. */
    readonly concurrency: number;
    /** The same by kind of pack, where the account says how many it takes. */
    readonly packs?: Readonly<Partial<Record<PackKind, number>>>;
    readonly downloads: number;
    readonly pollMs: number;
    /** Between two questions about one task, whatever hints come; `pollMs` when absent. */
    readonly floorMs?: number;
  };
  /** Where hints at tasks come from; called once, with who takes them. */
  readonly hints?: (take: (hint: CallbackHint) => void) => void;
  /** All steps of the profile, also those that this plan leaves out: the others leave the lock. */
  readonly present: readonly Step[];
}

/** How a run ended. */
export interface Executed {
  readonly outcomes: ReadonlyMap<StepId, Outcome>;
  /** Billed where known, else estimated. */
  readonly spent: Micros;
  readonly interrupted: boolean;
}

/** Runs a plan to its end, or until it is stopped. */
export async function execute(execution: Execution): Promise<Executed> {
  const { plan, emit, stop } = execution;
  const outcomes = new Map<StepId, Outcome>();
  const byId = new Map(plan.steps.map((planned) => [planned.step.id, planned]));
  const run = openRun(execution, byId, outcomes);
  const schedule = createSchedule(
    plan.steps.map((planned) => ({
      id: planned.step.id,
      needs: consumes(planned) ? planned.step.needs : [],
      anyway: planned.decision.kind === "resume",
    })),
  );
  const shared = new Map(plan.steps.flatMap(({ sameAs }) => (sameAs ? [[sameAs, awaited<Outcome>()]] : [])));
  emit({
    type: "run_started",
    digest: plan.digest,
    profile: plan.profile,
    realm: plan.realm,
    steps: plan.steps.length,
    creates: paidSteps(plan).length,
  });

  const note = (id: StepId, outcome: Outcome): void => {
    outcomes.set(id, outcome);
    shared.get(id)?.resolve(outcome);
    emit({ type: "step_ended", step: id, outcome });
  };
  const end = (id: StepId, outcome: Outcome): void => {
    note(id, outcome);
    if (outcome.status === "failed" && outcome.fatal === true) run.halt(id);
    for (const never of schedule.settle(id, isUsable(outcome) ? "usable" : "unusable")) {
      const planned = byId.get(never);
      if (planned !== undefined) note(never, neverStarted(planned, outcomes, stop));
    }
  };

  await new Promise<void>((resolve) => {
    const advance = (): void => {
      for (let id = schedule.next(); id !== undefined; id = schedule.next()) start(id);
      if (schedule.done) resolve();
    };
    const start = (id: StepId): void => {
      const planned = byId.get(id);
      if (planned === undefined) throw new Error(`the schedule names ${id}, which the plan does not have`);
      // A twin waits for the step whose task it shares, whichever may start first, and then only places its own output.
      const first = planned.sameAs === undefined ? undefined : shared.get(planned.sameAs)?.promise;
      const work =
        first === undefined
          ? startStep(run, askedOnly(planned, outcomes, stop))
          : first.then((outcome) => afterTwin(run, planned, outcome));
      void work.then((outcome) => {
        end(id, outcome);
        advance();
      });
    };
    advance();
  });
  if (!stop.aborted) await Promise.all(plan.overtaken.map((each) => collectOvertaken(run, each)));

  if (!stop.aborted) {
    // What came of the run is worth more than a tidy lockfile, which the next run can make.
    await execution.disk.retire(execution.present).catch((error: unknown) => {
      const why = errorCode(error);
      emit({ type: "notice", message: `steps that left the manifest are still in the lockfile (${why})` });
    });
  }
  const spent = spentOn(plan, outcomes, run);
  const interrupted = stop.aborted;
  emit({ type: "run_ended", spent, interrupted });
  return { outcomes, spent, interrupted };
}

/** Whether a step may need what lies before it; what is there already, or under way, does not. */
function consumes({ create, decision }: PlannedStep): boolean {
  return create !== undefined || decision.kind === "render";
}

async function startStep(run: Run, planned: PlannedStep): Promise<Outcome> {
  try {
    const idle = planned.decision.kind === "keep" || planned.decision.kind === "blocked";
    if (run.stop.aborted && !idle)
      return { status: "interrupted", underWay: planned.decision.kind === "resume" };
    return await renderStep({ run, planned });
  } catch (error) {
    // A wait that was cut short by the user: whatever was submitted is journaled.
    if (run.stop.aborted) return { status: "interrupted", underWay: true };
    return thrown(planned.step, error);
  }
}

/** A promise that somebody else resolves. */
function awaited<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A step whose key an earlier step has: the same artifact, at another path. */
async function afterTwin(run: Run, planned: PlannedStep, first: Outcome): Promise<Outcome> {
  const { decision } = planned;
  const artifact = artifactOf(first);
  // What needs no task may still be had where its twin could not: from its own output.
  const needsTask = decision.kind !== "keep" && decision.kind !== "restore";
  if (artifact === undefined) return needsTask ? first : startStep(run, planned);
  const kept = decision.kind === "keep" && decision.artifact.sha256 === artifact.sha256;
  return startStep(run, {
    ...planned,
    decision: kept ? decision : { kind: "restore", from: "store", artifact },
  });
}

function openRun(
  execution: Execution,
  byId: ReadonlyMap<StepId, PlannedStep>,
  outcomes: ReadonlyMap<StepId, Outcome>,
): Run {
  const { plan, approval, disk, provider, clock, emit, stop, limits } = execution;
  const renderings = new Map<CacheKey, Rendering>(execution.prior.lock.renders);
  const downloads = pLimit(limits.downloads);
  const poller = createPoller(provider, clock, limits, stop);
  execution.hints?.((hint) => poller.hint(hint));
  let halted: StepId | undefined;
  return {
    disk: {
      ...disk,
      async lock(step, key, rendering) {
        if (rendering !== undefined) renderings.set(key, rendering);
        await disk.lock(step, key, rendering);
      },
    },
    provider,
    models: execution.models,
    found: new Set(),
    claims: openClaims(execution.prior),
    orphan: (reference) => execution.prior.orphans?.get(reference),
    small: new Map(),
    lost: new Map(),
    retried: new Map(),
    purse: openPurse(plan, approval, execution.caps),
    poller,
    clock,
    emit,
    stop,
    pollMs: limits.pollMs,
    slots: openSlots((pack) => limits.packs?.[pack] ?? limits.concurrency),
    // The account refused a step for good: what has not been sent yet would be refused in the same way.
    halted: () => halted,
    halt: (by) => void (halted ??= by),
    inDownload: (work) => downloads(work),
    rendering: (key) => renderings.get(key),
    artifact(id) {
      const outcome = outcomes.get(id);
      const planned = byId.get(id);
      const artifact = outcome === undefined ? undefined : artifactOf(outcome);
      return artifact === undefined || planned === undefined
        ? undefined
        : { artifact, key: planned.key, step: planned.step };
    },
  };
}

function artifactOf(outcome: Outcome): Artifact | undefined {
  return isUsable(outcome) ? outcome.artifact : undefined;
}

function isUsable(outcome: Outcome): outcome is Extract<Outcome, { artifact: Artifact }> {
  return outcome.status === "kept" || outcome.status === "restored" || outcome.status === "rendered";
}

type NeverStarted =
  | Extract<Outcome, { status: "interrupted" }>
  | { readonly status: "blocked"; readonly because: Extract<Obstacle, { because: "upstream" }> };

/** What may be at the vendor is asked for whatever became of what lies before it; only to send it, that is needed. */
function askedOnly(
  planned: PlannedStep,
  outcomes: ReadonlyMap<StepId, Outcome>,
  stop: AbortSignal,
): PlannedStep {
  const { create, ...rest } = planned;
  const { decision } = planned;
  if (decision.kind !== "resume" || create === undefined) return planned;
  const instead = neverStarted(planned, outcomes, stop);
  if (instead.status !== "blocked" || instead.because.steps.length === 0) return planned;
  return { ...rest, decision: { ...decision, mayCreate: false, otherwise: instead.because } };
}

function neverStarted(
  planned: PlannedStep,
  outcomes: ReadonlyMap<StepId, Outcome>,
  stop: AbortSignal,
): NeverStarted {
  const failed = planned.step.needs.filter((need) => {
    const outcome = outcomes.get(need);
    return outcome !== undefined && !isUsable(outcome);
  });
  const causes = failed.map((id) => outcomes.get(id));
  if (stop.aborted && causes.every((cause) => cause?.status === "interrupted"))
    return { status: "interrupted", underWay: false };
  return { status: "blocked", because: { because: "upstream", steps: failed } };
}

function spentOn(
  plan: Plan,
  outcomes: ReadonlyMap<StepId, Outcome>,
  { found, small, lost, retried }: Pick<Run, "found" | "small" | "lost" | "retried">,
): Micros {
  if (plan.realm === "sandbox") return micros(0);
  let total = 0;
  for (const planned of plan.steps) {
    const { id } = planned.step;
    const outcome = outcomes.get(id);
    total += lost.get(id) ?? 0;
    if (outcome?.status !== "rendered") {
      total += small.get(id) ?? 0;
      continue;
    }
    const reference = retried.get(id) ?? planned.create?.reference;
    if (reference !== undefined && found.has(reference)) continue;
    // What an account turned out to have was ordered by no run that is known here.
    if (planned.decision.kind === "resume" && planned.decision.attempt.found === true) continue;
    const { estimate } = planned;
    const expected =
      estimate.kind === "priced" ? { units: estimate.units?.high, usd: estimate.usd.high } : {};
    total += chargedOr(outcome.billed, expected);
  }
  return micros(total);
}
