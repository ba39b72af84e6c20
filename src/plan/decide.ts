/**
 * One step → one decision. Looks only at the prior; the first case that fits wins, cheapest first, so that nothing
 * is bought that is held, and nothing held is lost sight of.
 */
import { unreachable } from "../base/guard.js";
import type { CacheKey, Keyed } from "../graph/key.js";
import { isLocal, productOf, type Frame, type Picture } from "../graph/actions.js";
import type { StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import { UNSPEAKABLE, type Artifact, type Attempt, type Prior, type Rendering } from "./prior.js";
import { productOfInputs, productWords } from "./product.js";
import { isRecorded, recordedAt } from "./recorded.js";
import { recordedThing } from "./kept.js";
import { changesBetween } from "./change.js";
import type { Obstacle, Reason } from "./reason.js";
import { replacedUpstream } from "./replaced.js";
import { fromRendering, gone, isKnown, unknownRoute, withReason } from "./restore.js";
import { fresh, sourceObstacle, sourcesOf, type Source } from "./source.js";

/** Where something comes back from; `record`: the lockfile says all of it. */
export type RestoredFrom = "store" | "output" | "record" | "vendor";

/** What will happen to a step. */
export type Decision =
  | { readonly kind: "keep"; readonly artifact: Artifact; readonly conflict?: boolean }
  /** At no cost: from the store, the output itself, the lockfile, or from the vendor by task id. */
  | { readonly kind: "restore"; readonly from: RestoredFrom; readonly artifact: Artifact }
  /** A task under way is collected. `mayCreate`: it is not certain that the vendor took it. */
  | {
      readonly kind: "resume";
      readonly attempt: Attempt;
      readonly mayCreate: boolean;
      /** What blocks the step when the vendor turns out not to have the task. */
      readonly otherwise?: Obstacle;
    }
  | { readonly kind: "render"; readonly attempt: number }
  | { readonly kind: "blocked"; readonly because: Obstacle };

/** What a person asked for by name; each is a decision that costs money. */
export interface Wishes {
  /** Steps whose content refusal is to be tried again. */
  readonly retryRefused: ReadonlySet<StepId>;
  /** The same by what is asked for, whichever step asks for it. */
  readonly retryRefusedKeys?: ReadonlySet<CacheKey>;
  /** Steps that are to be bought again. */
  readonly rebuy: ReadonlySet<StepId>;
}

/** The call of a client reference that creates the step's own result. */
export const RENDER = "render";

/** What `decide` may look at. */
export interface DecideArguments {
  readonly step: Step;
  readonly keyed: Keyed;
  readonly profile: string;
  /** Its upstream steps as planned so far, and the clips that frames among them are taken from. */
  readonly upstream: readonly { readonly step: Step; readonly key: CacheKey; readonly decision: Decision }[];
  readonly prior: Prior;
  readonly wishes: Wishes;
  /** Programs of this machine that steps may need. */
  readonly tools: ReadonlySet<"ffmpeg">;
  /** What stands in the way of this very action, whatever was rendered before. */
  readonly obstacle?: Obstacle;
}

/** A decision, its reason, and the key in force when a hold overrides the step's own. */
export interface Decided {
  readonly decision: Decision;
  readonly reason?: Reason;
  readonly key?: CacheKey;
}

/** Decides one step. */
export function decide(given: DecideArguments): Decided {
  const { step, keyed, prior, profile } = given;
  if (isLocal(step.action)) return decideLocal(given, step.action);
  const before = prior.lock.steps.get(profile)?.get(step.id);
  if (step.hold && before !== undefined) {
    const held = prior.lock.renders.get(before);
    if (held !== undefined) {
      const decision = misheld(held, step) ?? fromRendering(held, step, prior);
      return { decision, reason: { because: "held" }, ...(before === keyed.key ? {} : { key: before }) };
    }
  }
  const rendering = prior.lock.renders.get(keyed.key);
  const last = goneOnWith(rendersOf(keyed.key, prior), prior);
  // A later attempt than the recorded one was agreed to already: it is collected, never bought beside.
  const later = last !== undefined && last.attempt > Math.max(1, rendering?.attempt ?? 0) ? last : undefined;
  if (given.wishes.rebuy.has(step.id)) {
    // What was or may have been paid for and can still be had is collected first.
    const isNewest = last !== undefined && last.attempt >= (rendering?.attempt ?? 0);
    const isOpen = isNewest && isUnderWay(last) && !isRecorded(prior.lock, last);
    const continued = isOpen && fresh(last.started, prior.today) ? fromAttempt(last, given) : undefined;
    return continued ?? paid(given, nextAttempt(keyed.key, prior), { because: "rebuy" });
  }
  if (rendering !== undefined) {
    const replaced = replacedUpstream(rendering, given);
    const open =
      later !== undefined && (replaced !== undefined || isUnderWay(later) || later.state === "unknown");
    const continued = open ? fromAttempt(later, given) : undefined;
    if (continued !== undefined) return continued;
    if (replaced !== undefined) return paid(given, nextAttempt(keyed.key, prior), replaced);
    return withReason(fromRendering(rendering, step, prior), rendering, step, prior);
  }
  const continued = last === undefined ? undefined : fromAttempt(last, given);
  return continued ?? paid(given, nextAttempt(keyed.key, prior), whyRender(given, before, last));
}

/** That what is held is no result of the kind that the step gives now, so that it could only be sent, or placed, as what it is not. */
function misheld({ inputs }: Rendering, { action }: Step): Decision | undefined {
  const wanted = productOf(action.kind, "series" in action ? action.series : undefined);
  const held = productOfInputs(inputs);
  if (held === undefined || held === wanted) return undefined;
  const what = `a ${productWords(wanted)} where a ${productWords(held)} is held`;
  return { kind: "blocked", because: { because: "unsupported", what } };
}

/** A picture out of something costs nothing: it is made again where neither the store nor its own place has it. */
function decideLocal(given: DecideArguments, action: Frame | Picture): Decided {
  const { step, keyed, prior } = given;
  const rendering = prior.lock.renders.get(keyed.key);
  const replaced = rendering === undefined ? undefined : replacedUpstream(rendering, given);
  if (rendering !== undefined && replaced === undefined) {
    const there = fromRendering(rendering, step, prior);
    if (there.kind !== "blocked") return withReason(there, rendering, step, prior);
  }
  const stuck = stuckUpstream(given);
  if (stuck !== undefined) return { decision: { kind: "blocked", because: stuck } };
  if (action.kind === "frame" && !given.tools.has("ffmpeg"))
    return { decision: { kind: "blocked", because: { because: "tool_missing", tool: "ffmpeg" } } };
  const because = rendering === undefined ? "new" : "store_missing";
  return { decision: { kind: "render", attempt: 1 }, reason: replaced ?? { because } };
}

/** The attempts at a key's own rendering, without the small calls that belong to it. */
function rendersOf(key: CacheKey, prior: Prior): readonly Attempt[] {
  return (prior.attempts.get(key) ?? []).filter((attempt) => attempt.call === RENDER);
}

/** A paid step: blocked by what is upstream or by a clip that the vendor cannot work on, else rendered. */
function paid(given: DecideArguments, attempt: number, reason: Reason): Decided {
  const because = stuckUpstream(given) ?? given.obstacle ?? goneSource(given);
  return because === undefined
    ? { decision: { kind: "render", attempt }, reason }
    : { decision: { kind: "blocked", because } };
}

function stuckUpstream({ upstream }: DecideArguments): Obstacle | undefined {
  const stuck = upstream.filter((each) => each.decision.kind === "blocked");
  return stuck.length === 0 ? undefined : { because: "upstream", steps: stuck.map((each) => each.step.id) };
}

/** What keeps the vendor from working on what the step consumes there. */
function goneSource(given: DecideArguments): Obstacle | undefined {
  for (const source of sourcesOf(given.step.action)) {
    const obstacle = goneOne(source, given);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

/** One that is still to be made will do. */
function goneOne(source: Source, { upstream, prior }: DecideArguments): Obstacle | undefined {
  const made = upstream.find((each) => each.step.id === source.id);
  if (made === undefined) return undefined;
  const { decision } = made;
  switch (decision.kind) {
    case "render":
    case "blocked":
      return undefined;
    case "resume": {
      const { handle, artifact } = decision.attempt;
      return handle === undefined ? undefined : sourceObstacle(source, { handle, artifact }, prior.today);
    }
    case "keep":
    case "restore": {
      const handle = prior.lock.renders.get(made.key)?.handle;
      return sourceObstacle(source, { handle, artifact: decision.artifact }, prior.today);
    }
    default:
      return unreachable(decision);
  }
}

/** Whether the vendor has, or may have, a task that is not recorded yet. */
export function isUnderWay({ state }: Attempt): boolean {
  return ["intent", "submitted", "succeeded", "stored"].includes(state);
}

/** Whether what an attempt gave, or will give, can still be had. */
export function isObtainable(attempt: Attempt, prior: Pick<Prior, "held" | "today">): boolean {
  const { artifact, dialect, handle, started } = attempt;
  if (artifact !== undefined && prior.held.has(artifact.sha256)) return true;
  return isKnown(dialect) && fresh(handle?.completed ?? started, prior.today);
}

/**
 * The attempt that a step goes on with: the latest one; where that came to nothing, an earlier one of which the task turned
 * up after all, because what is paid for comes before what is not.
 */
function goneOnWith(attempts: readonly Attempt[], prior: Prior): Attempt | undefined {
  const last = attempts.at(-1);
  if (last === undefined || !["failed", "refused", "abandoned"].includes(last.state)) return last;
  const earlier = attempts.findLast(
    (each) => each.task !== undefined && isUnderWay(each) && isObtainable(each, prior),
  );
  return earlier ?? last;
}

/** What to do about the attempt that a key goes on with and that has no rendering of it yet. */
function fromAttempt(last: Attempt, given: DecideArguments): Decided | undefined {
  const { step, prior, wishes } = given;
  const found = last.found === true ? { found: true as const } : {};
  const reason = { because: "under_way", since: last.started, ...found } as const;
  switch (last.state) {
    case "intent": {
      // The task may exist, so it is asked for even where it could not be sent now.
      const stuck = stuckUpstream(given) ?? given.obstacle;
      return {
        decision: {
          kind: "resume",
          attempt: last,
          mayCreate: stuck === undefined,
          ...(stuck === undefined ? {} : { otherwise: stuck }),
        },
        reason: { ...reason, unconfirmed: true },
      };
    }
    case "submitted":
    case "succeeded": {
      const since = last.handle?.completed ?? last.started;
      // What stays with the vendor is named by its id, and that is on record.
      if (recordedThing(given.keyed.inputs, last.handle?.result) !== undefined)
        return { decision: { kind: "resume", attempt: last, mayCreate: false }, reason };
      if (!fresh(since, prior.today))
        return { decision: { kind: "blocked", because: { because: "expired", completed: since } } };
      if (!isKnown(last.dialect))
        return { decision: { kind: "blocked", because: unknownRoute(last.dialect) } };
      return { decision: { kind: "resume", attempt: last, mayCreate: false }, reason };
    }
    case "stored":
    case "recorded": {
      if (last.artifact === undefined) return undefined;
      if (prior.held.has(last.artifact.sha256))
        return { decision: { kind: "resume", attempt: last, mayCreate: false }, reason };
      const isWritten = recordedThing(given.keyed.inputs, last.handle?.result) !== undefined;
      if (isWritten || fresh(last.handle?.completed, prior.today)) {
        return {
          decision: { kind: "resume", attempt: { ...last, state: "succeeded" }, mayCreate: false },
          reason,
        };
      }
      return { decision: { kind: "blocked", because: gone(last.artifact.sha256, last.handle?.completed) } };
    }
    case "unknown":
      return {
        decision: {
          kind: "blocked",
          because: { because: "unknown", reference: last.reference, since: last.started },
        },
      };
    case "failed":
    case "refused":
      if (wishes.retryRefusedKeys?.has(last.key) === true) return undefined;
      return last.failure?.refusal === true && !wishes.retryRefused.has(step.id)
        ? { decision: { kind: "blocked", because: refusedBefore(last.failure) } }
        : undefined;
    case "abandoned":
      return undefined;
  }
}

function refusedBefore({ message, code }: NonNullable<Attempt["failure"]>): Obstacle {
  return { because: "refused", message, ...(code === UNSPEAKABLE ? { by: "lip_sync" } : {}) };
}

/** The number of the next attempt. A create that was refused left no task, so its reference is free; everything else has used its own up. */
function nextAttempt(key: CacheKey, prior: Prior): number {
  const attempts = rendersOf(key, prior);
  const used = attempts.filter((attempt) => attempt.state !== "refused").map((attempt) => attempt.attempt);
  const recorded = recordedAt(prior.lock, key).map((each) => each.attempt);
  const highest = Math.max(0, ...recorded, ...used);
  return highest + 1;
}

function whyRender(given: DecideArguments, before: CacheKey | undefined, last: Attempt | undefined): Reason {
  if (last?.state === "abandoned") {
    return {
      because: "failed_before",
      attempt: last.attempt,
      message: "it was given up as lost",
    };
  }
  if (last?.failure !== undefined) {
    return { because: "failed_before", attempt: last.attempt, message: last.failure.message };
  }
  const old = before === undefined ? undefined : given.prior.lock.renders.get(before);
  if (old === undefined) return { because: "new" };
  return { because: "changed", changes: changesBetween(old.inputs, given.keyed.inputs, given.step) };
}
