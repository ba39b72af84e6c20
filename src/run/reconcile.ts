/**
 * Settles open matters at no cost: asks the vendor, patiently where its word decides, and collects what it has. What stays
 * open is left to a person, with the tasks that could be it. Has no purse: nothing here can send anything.
 */
import pLimit from "p-limit";
import { isoTime } from "../base/clock.js";
import { getOrMake, unreachable } from "../base/guard.js";
import { misfit, type Matter, type Undecided } from "../plan/matters.js";
import type { Attempt, Prior, TaskId } from "../plan/prior.js";
import type { LookAnswer, TaskLook, VendorError } from "../provider/provider.js";
import { askFor } from "./ask.js";
import { collectOnce, leaveUnknown, neverSent, type Collected } from "./overtaken.js";
import { SETTLE_MS, SETTLE_ROUNDS, slept } from "./patience.js";
import type { Collector } from "./stepping.js";

/** A task of the vendor's that could be the one of a matter. */
export type Candidate = Pick<TaskLook, "task" | "created" | "source" | "status">;

/** What came of a matter. */
export type Settled =
  | Extract<
      Collected,
      { kind: "collected" | "under_way" | "ended" | "never_sent" | "unanswered" | "unfetched" }
    >
  /** Only a person can decide; `candidates` of the vendor's list could be it. */
  | { readonly kind: "undecided"; readonly because: Undecided; readonly candidates: readonly Candidate[] }
  /** Given up already, and the vendor has nothing new to say. */
  | { readonly kind: "noted" }
  | { readonly kind: "stopped" };

/** Settles matters, a few at a time; those of one key in turn, because their downloads share a partial file. */
export async function settleAll(
  run: Collector,
  matters: readonly Matter[],
): Promise<ReadonlyMap<Matter, Settled>> {
  const some = pLimit(AT_ONCE);
  const byKey = new Map<string, Matter[]>();
  for (const matter of matters) getOrMake(byKey, matter.attempt.key, () => []).push(matter);
  const came = new Map<Matter, Settled>();
  const inTurn = async (same: readonly Matter[]) => {
    for (const matter of same) came.set(matter, await settle(run, matter));
  };
  await Promise.all([...byKey.values()].map((same) => some(() => inTurn(same))));
  return came;
}

const AT_ONCE = 8;

/** Settles one matter as far as that goes now. */
async function settle(run: Collector, matter: Matter): Promise<Settled> {
  const { way } = matter;
  try {
    switch (way.kind) {
      case "none":
        return { kind: "noted" };
      case "decide":
        return { kind: "undecided", because: way.because, candidates: [] };
      case "record":
        return await settled(run, matter, await collectOnce(run, matter));
      case "ask":
        return way.by === "task" ? await settleTask(run, matter) : await settleIntent(run, matter);
      default:
        return unreachable(way);
    }
  } catch (error) {
    if (run.stop.aborted) return { kind: "stopped" };
    throw error;
  }
}

/** A task that is known: a denial counts only when it is repeated. */
async function settleTask(run: Collector, matter: Matter): Promise<Settled> {
  const { attempt } = matter;
  const isGone = attempt.state === "stored";
  // What the store lost is fetched again.
  const { artifact: _artifact, ...rest } = attempt;
  const wanted = { ...matter, attempt: isGone ? ({ ...rest, state: "succeeded" } as const) : attempt };
  let came = await collectOnce(run, wanted);
  for (let round = 1; came.kind === "denied" && round < SETTLE_ROUNDS; round++) {
    if (!(await slept(run.clock, SETTLE_MS, run.stop))) return { kind: "stopped" };
    came = await collectOnce(run, wanted);
  }
  return settled(run, matter, came);
}

/** A submission without a task: looked for by its reference, or in its product's list. */
async function settleIntent(run: Collector, matter: Matter): Promise<Settled> {
  const { attempt, inputs } = matter;
  const isGivenUp = matter.standing === "abandoned";
  for (let round = 0; ; round++) {
    const asked = await askFor(run, attempt, inputs);
    switch (asked.kind) {
      case "found":
        return settled(run, matter, await collectOnce(run, { inputs, attempt: asked.attempt }));
      case "unaskable":
        if (asked.why === "account") return settled(run, matter, { kind: "other_account" });
        if (attempt.state === "intent") await leaveUnknown(run, attempt);
        return settled(run, matter, { kind: "unaskable" });
      case "unanswered":
        return asked;
      case "absent":
        break;
      default:
        return unreachable(asked);
    }
    if (isGivenUp) return { kind: "noted" };
    // Reads may lag behind writes, so one denial proves nothing.
    if (round === SETTLE_ROUNDS - 1) break;
    if (!(await slept(run.clock, SETTLE_MS, run.stop))) return { kind: "stopped" };
  }
  return neverSent(run, attempt);
}

async function settled(run: Collector, matter: Matter, came: Collected): Promise<Settled> {
  const isGivenUp = matter.standing === "abandoned";
  switch (came.kind) {
    case "denied":
      return isGivenUp ? { kind: "noted" } : { kind: "undecided", because: "denied", candidates: [] };
    case "other_account":
      return isGivenUp ? { kind: "noted" } : { kind: "undecided", because: "other_account", candidates: [] };
    case "unaskable":
      return {
        kind: "undecided",
        because: "no_reference",
        candidates: await candidatesFor(run, matter.attempt),
      };
    case "collected":
    case "under_way":
    case "ended":
    case "never_sent":
    case "unanswered":
    case "unfetched":
      return came;
    default:
      return unreachable(came);
  }
}

const CANDIDATES_MOST = 10;
/** Clocks of two machines differ. */
const SLACK_MS = 15 * 60_000;

/** Tasks of the product's list since the submission that belong to nobody, the oldest first. */
async function candidatesFor(run: Collector, attempt: Attempt): Promise<readonly Candidate[]> {
  const { dialect, product, started } = attempt;
  const answer = await run.provider.list({ dialect, product }, Date.parse(started) - SLACK_MS, run.stop);
  if (answer.kind !== "listed") return [];
  const order = (look: TaskLook) => look.created ?? isoTime(run.clock.now());
  return answer.looks
    .filter(({ task, reference }) => reference === undefined && !run.claims.isTaken(task))
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .slice(0, CANDIDATES_MOST)
    .map(({ task, created, source, status }) => ({
      task,
      status,
      ...(created === undefined ? {} : { created }),
      ...(source === undefined ? {} : { source }),
    }));
}

/** What came of a task that a person named. */
export type TaskGiven =
  | { readonly kind: "adopted"; readonly settled: Settled }
  /** `why` is a clause about the task. */
  | { readonly kind: "unfit"; readonly why: string }
  | { readonly kind: "unanswered"; readonly why: string; readonly error?: VendorError };

/** Looks at a task that a person found, and takes it for the matter's where it fits. */
export async function giveTask(
  run: Collector,
  matter: Matter,
  task: TaskId,
  prior: Pick<Prior, "lock" | "attempts">,
): Promise<TaskGiven> {
  const { attempt, inputs } = matter;
  const { dialect, product, reference } = attempt;
  const address = { dialect, product };
  const answer = (await run.provider.look([{ task, address }], run.stop))[0] ?? UNANSWERED;
  if (answer.kind === "absent")
    return { kind: "unfit", why: "is not known to the vendor among the tasks of this product and account" };
  if (answer.kind !== "found") return unanswered(answer);
  if (answer.look.reference === undefined && run.provider.references(address)) {
    // One that names no reference must not stand before the one that does.
    const own = (await run.provider.find([{ reference, address }], run.stop))[0] ?? UNANSWERED;
    if (own.kind === "failed" || own.kind === "lost") return unanswered(own);
    if (own.kind === "found" && own.look.task !== task)
      return { kind: "unfit", why: `is not the one that the vendor has of it, which is ${own.look.task}` };
  }
  const why = misfit(matter, answer.look, prior);
  if (why !== undefined) return { kind: "unfit", why };
  await run.disk.journal({ type: "submitted", reference, task, adopted: true });
  run.claims.take(task);
  run.claims.close(reference);
  const known: Attempt = { ...attempt, state: "submitted", task };
  const settledNow = await settled(run, matter, await collectOnce(run, { attempt: known, inputs }));
  return { kind: "adopted", settled: settledNow };
}

const UNANSWERED: LookAnswer = { kind: "lost", why: "the vendor did not answer" };

function unanswered(answer: Extract<LookAnswer, { kind: "failed" | "lost" }>): TaskGiven {
  return answer.kind === "lost"
    ? { kind: "unanswered", why: answer.why }
    : { kind: "unanswered", why: answer.error.message, error: answer.error };
}

/** Journals that a person gave a matter up. What it may have cost stays in the books. */
export async function giveUp(run: Pick<Collector, "disk">, { attempt }: Matter): Promise<void> {
  const { reference } = attempt;
  await run.disk.journal({ type: "abandoned", reference, why: "a person said that it is lost" });
}
