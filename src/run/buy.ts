/**
 * The part of a step's life that can cost money: permit, inputs, intent, create. What was created is then collected.
 */
import { isLocal } from "../graph/actions.js";
import { isoTime } from "../base/clock.js";
import type { Sha256 } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import { micros, type Micros } from "../base/money.js";
import { callsLeft, callsMoney, callsUsedUp, withBill } from "../plan/calls.js";
import { chargedOr } from "../plan/committed.js";
import { RENDER } from "../plan/decide.js";
import { lowOf } from "../plan/drift.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Attempt, SentCall } from "../plan/prior.js";
import type { Address, Submission } from "../provider/provider.js";
import { followAttempt, keepResult, type Ended, type FailedTask, type Finished } from "./collect.js";
import type { Outcome } from "./event.js";
import { failedAgain } from "./failed-task.js";
import { notSent, refusedByVendor, unsettled } from "./failure.js";
import { handOver } from "./hand-over.js";
import { findListed, sourceOf } from "./listed.js";
import { speechBefore, type CallBooks } from "./small-calls.js";
import type { Stepping } from "./stepping.js";
import { laneOf, modelOf, namedModel } from "./lane.js";
import type { Slot } from "./slots.js";
import { createTask, type NotReady } from "./submit.js";

/**
 * Creates the task, follows it to its end and fetches what it gave. A task that fails is followed by the next attempt that
 * the plan has for it, if there is one and the content was not refused.
 */
export async function buy(stepping: Stepping, earlier: Attempt | undefined): Promise<Outcome> {
  const { run, planned } = stepping;
  const further = [...(planned.create?.retries ?? [])];
  let now = stepping;
  let failure: Outcome | undefined;
  for (let attempts = 1; ; attempts++) {
    const finished = await attemptOnce(now, attempts === 1 ? earlier : undefined);
    if (finished.kind === "finished") return keepResult(now, finished);
    const { outcome, failed } = finished;
    // What was never begun leaves the failure before it as it was.
    if (failure !== undefined && !isBegun(outcome)) return failure;
    if (failed === undefined || outcome.status !== "failed") return outcome;
    const spent = lose(now, failed);
    failure = attempts === 1 ? outcome : failedAgain(outcome, attempts);
    const next = further.shift();
    if (next === undefined || failed.refusal || run.stop.aborted) return failure;
    run.emit({
      type: "step_retrying",
      step: planned.step.id,
      failed: now.planned.create?.attempt ?? next.attempt - 1,
      attempt: next.attempt,
      why: failed.message,
      billed: failed.billed,
      spent,
    });
    run.retried.set(planned.step.id, next.reference);
    now = { run, planned: { ...planned, create: next } };
  }
}

function isBegun(outcome: Outcome): boolean {
  return outcome.status !== "blocked" && !(outcome.status === "interrupted" && !outcome.underWay);
}

/** Puts what a failed attempt took into the books of the run, and says how much that was. */
function lose({ run, planned }: Stepping, { billed }: FailedTask): Micros {
  const { id } = planned.step;
  const { ceiling, units } = expectedOf(planned);
  const isOurs = planned.create !== undefined && !run.found.has(planned.create.reference);
  const expected = {
    ...(ceiling === undefined ? {} : { usd: ceiling }),
    ...(units === undefined ? {} : { units }),
  };
  const bill = isOurs && billed.kind === "billed" ? chargedOr(billed, expected) : 0;
  const spent = run.provider.realm === "sandbox" ? 0 : bill + (run.small.get(id) ?? 0);
  run.small.delete(id);
  run.lost.set(id, micros((run.lost.get(id) ?? 0) + spent));
  return micros(spent);
}

/** Creates one task and follows it to its end in one of the account's slots. */
function attemptOnce(stepping: Stepping, earlier: Attempt | undefined): Promise<Finished | Ended> {
  const { run, planned } = stepping;
  const { step } = planned;
  return run.slots.hold(laneOf(planned), async (slot) => {
    if (run.stop.aborted) return ended({ status: "interrupted", underWay: earlier !== undefined });
    const by = run.halted();
    if (by !== undefined) return ended({ status: "blocked", because: { because: "upstream", steps: [by] } });
    if (earlier === undefined && !run.retried.has(step.id))
      run.emit({ type: "step_started", step: step.id, what: "render" });
    const submitted = await submit(stepping, earlier, slot);
    if (!("status" in submitted)) return followAttempt(stepping, submitted);
    // Said while the slot is held, so that whoever has it next knows.
    if (submitted.status === "failed" && submitted.fatal === true) run.halt(step.id);
    return ended(submitted);
  });
}

function ended(outcome: Outcome): Ended {
  return { kind: "ended", outcome };
}

/** Creates the task; returns its attempt, or how the step ended without one. */
async function submit(
  stepping: Stepping,
  earlier: Attempt | undefined,
  slot: Slot,
): Promise<Attempt | Outcome> {
  const { run, planned } = stepping;
  const { step, create } = planned;
  if (create === undefined) throw new Error(`${step.id} is to be rendered but has nothing to create`);
  if (earlier !== undefined && earlier.account !== run.provider.account) {
    // Asking this account proves nothing about the other one, which may have been charged.
    return {
      status: "unknown",
      reference: create.reference,
      why: "it was sent with other credentials; use those, or count `take` up to have another one",
    };
  }
  const address = run.provider.address(step.action);
  const consumed = consumedBy(stepping);
  // Read and checked before the intent: an input that was edited since the plan is no reason to have paid.
  const early = earlier === undefined ? await handOver(stepping) : undefined;
  if (early !== undefined && "outcome" in early) return early.outcome;
  const permit = run.purse.admit(create);
  if (permit === "over_cap") {
    return { status: "blocked", because: { because: "over_budget", cap: "max_cost" } };
  }
  if (typeof permit === "string") throw new Error(`no permit for ${step.id}: ${permit}`);
  const orphan = earlier === undefined ? run.orphan(create.reference) : undefined;
  const attempt: Attempt = {
    key: planned.key,
    attempt: create.attempt,
    call: RENDER,
    reference: create.reference,
    step: step.id,
    state: "submitted",
    realm: run.provider.realm,
    route: run.provider.route,
    account: run.provider.account,
    ...address,
    model: modelOf(planned),
    ...expectedOf(planned),
    consumed: earlier?.consumed ?? consumed,
    started: earlier?.started ?? orphan?.since ?? isoTime(run.clock.now()),
  };
  const since = orphan === undefined ? {} : { since: orphan.since };
  const journalIntent = () =>
    run.disk.journal({ type: "intent", inputs: planned.inputs, ...intentOf(attempt), ...since });
  if (earlier === undefined) await journalIntent();
  const books = openBooks(stepping);
  const ready = async (): Promise<Submission | NotReady> => {
    const handed = early ?? (await handOver(stepping));
    if ("outcome" in handed) return { kind: "not_ready", outcome: handed.outcome };
    if (earlier !== undefined && earlier.product !== address.product) {
      // The vendor says that it is not where an earlier run meant to send it; from now on it is asked for elsewhere.
      const message = `it was never sent to ${earlier.product}`;
      await run.disk.journal({ type: "refused", reference: create.reference, message, refusal: false });
    }
    // What an earlier run wrote before it was killed may never have reached the disk itself.
    if (earlier !== undefined) await journalIntent();
    const { materials } = handed;
    const speech = await speechBefore(stepping, permit, materials, books);
    if (speech !== undefined && "status" in speech) return { kind: "not_ready", outcome: speech };
    return {
      reference: create.reference,
      action: step.action,
      materials,
      ...(speech === undefined ? {} : { speech }),
    };
  };
  const source = run.provider.references(address) ? undefined : sourceOf(planned.inputs);
  if (source !== undefined) run.claims.open(create.reference, { product: address.product, source });
  const seek = (where: Address, signal: AbortSignal) =>
    findListed(run, attempt, planned.inputs, where, signal);
  const before = earlier ?? (orphan === undefined ? undefined : address);
  const sentTo = before === undefined ? {} : { sentTo: { dialect: before.dialect, product: before.product } };
  const created = await createTask(
    run.provider,
    run.clock,
    { reference: create.reference, address, permit, slot, ready, seek, ...sentTo },
    (why, seconds) => run.emit({ type: "step_waiting", step: step.id, why, seconds }),
    run.stop,
  );
  const { reference } = create;
  const named = namedModel(planned);
  if (!["unknown", "unsettled", "interrupted"].includes(created.kind)) run.claims.close(reference);
  switch (created.kind) {
    case "task":
      slot.taken(created.adopted);
      run.claims.take(created.task);
      if (created.found) run.found.add(create.reference);
      await run.disk.journal({
        type: "submitted",
        reference,
        task: created.task,
        ...(created.adopted ? { adopted: true } : {}),
      });
      run.emit({
        type: "step_submitted",
        step: step.id,
        reference,
        task: created.task,
        adopted: created.adopted,
        ...reservedBy(created.found ? micros(0) : create.ceiling),
      });
      if (!created.adopted && named !== undefined) await run.models.taken(named);
      // What was found existed before: it consumed what the earlier run handed over.
      return {
        ...attempt,
        ...created.at,
        task: created.task,
        consumed: created.adopted ? attempt.consumed : consumed,
        ...(books.calls().length === 0 ? {} : { calls: books.calls() }),
      };
    case "refused":
      await run.disk.journal({
        type: "refused",
        reference,
        code: created.error.code,
        message: created.error.message,
        refusal: created.error.class === "content",
      });
      if (created.error.about === "model" && named !== undefined)
        await run.models.refused(named, created.error.message);
      return refusedByVendor(step, created.error);
    case "unsettled":
      return unsettled(step, created.why, created.error);
    case "unknown":
      await run.disk.journal({ type: "unknown", reference, why: created.why });
      return { status: "unknown", reference, why: created.why };
    case "not_ready":
      return created.outcome;
    case "unsent":
      await run.disk.journal({ type: "refused", reference, message: created.why, refusal: false });
      if (created.thrown !== undefined) throw created.thrown;
      return notSent(step, created.why);
    case "interrupted":
      // Nobody could be asked for it later, so it is said now that there is nothing to ask for.
      if (created.unsent && !run.provider.references(address)) {
        const message = "it was stopped before it was sent";
        await run.disk.journal({ type: "refused", reference, message, refusal: false });
      }
      return { status: "interrupted", underWay: !created.unsent };
    default:
      return unreachable(created);
  }
}

function reservedBy(ceiling: Micros | undefined): { readonly reserved?: Micros } {
  return ceiling === undefined ? {} : { reserved: ceiling };
}

function intentOf(attempt: Attempt) {
  const { state: _state, started: _started, ...intent } = attempt;
  return intent;
}

/** What it is expected to cost by itself, without the calls of earlier runs that its permit covers, too. */
function expectedOf({
  estimate,
  create,
}: PlannedStep): Pick<Attempt, "ceiling" | "units" | "lowUnits" | "lowUsd"> {
  const { units } = estimate.kind === "priced" ? estimate : {};
  const own = create?.ceiling === undefined ? undefined : create.ceiling - callsUsedUp(create.calls);
  return {
    ...(own === undefined ? {} : { ceiling: micros(own) }),
    ...(units === undefined ? {} : { units: units.high }),
    ...lowOf(estimate),
  };
}

/** The books of a step's small calls, with those of earlier runs in them. */
function openBooks({ run, planned }: Stepping): CallBooks & { calls(): readonly SentCall[] } {
  const before = planned.create?.calls ?? [];
  let calls: readonly SentCall[] = before;
  const write = (now: readonly SentCall[]) => {
    calls = now;
    run.small.set(planned.step.id, micros(Math.max(0, callsMoney(calls) - callsMoney(before))));
  };
  return {
    calls: () => calls,
    left: (kind) => callsLeft(before, kind),
    sent: (call) => write([...calls, call]),
    billed: (kind, billed) => write(withBill(calls, kind, billed)),
  };
}

/** Which artifact bytes a step consumes, by upstream key; of a frame also the clip that it is taken from. */
function consumedBy({ run, planned }: Stepping): Readonly<Record<string, Sha256>> {
  const entries = planned.step.needs.flatMap((id) => {
    const upstream = run.artifact(id);
    if (upstream === undefined) return [];
    const own = [[upstream.key, upstream.artifact.sha256] as const];
    // The clip itself may still be on its way when its picture is there.
    const clips = isLocal(upstream.step.action) ? run.rendering(upstream.key)?.consumed : undefined;
    return [...own, ...Object.entries(clips ?? {})];
  });
  return Object.fromEntries(entries);
}
