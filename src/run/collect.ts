/**
 * From a task at the vendor to a checked artifact in the store: follow, fetch, keep, record. Costs nothing, may be
 * stopped and resumed anywhere.
 */
import { isoTime } from "../base/clock.js";
import { elide } from "../base/text.js";
import type { Attempt, Billed, Handle } from "../plan/prior.js";
import { productOfInputs } from "../plan/product.js";
import type { TaskLook } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import { taskFailed } from "./failed-task.js";
import { foreignTask, notCollected, notFollowed, taskLost } from "./failure.js";
import { fetchResult, resultId, type Collectable } from "./fetch-result.js";
import { finish, renderingOf } from "./finish.js";
import { laneOf } from "./lane.js";
import type { Collecting, Stepping } from "./stepping.js";

const FIRST_LOOK_MOST_MS = 120_000;
const RESUMED_MOST_MS = 5_000;

/** Whether this run has seen to a task from its beginning. */
type Since = "submitted" | "resumed";

/** A task that the vendor has finished, still to be fetched. */
export interface Finished {
  readonly kind: "finished";
  readonly attempt: Attempt;
  readonly handle: Handle;
  readonly look?: TaskLook;
}

/** How a step ended before there was anything to fetch. */
export interface Ended {
  readonly kind: "ended";
  readonly outcome: Outcome;
  /** Set when its task ended as failed. */
  readonly failed?: FailedTask;
}

/** What is known of a task that ended as failed. */
export interface FailedTask {
  /** Refused for its content, so that another attempt cannot help. */
  readonly refusal: boolean;
  /** The vendor's words; may be empty. */
  readonly message: string;
  readonly billed: Billed;
}

/** Follows an attempt's task in a slot (unless it is known to have succeeded), fetches, and records. */
export async function collect(stepping: Stepping, attempt: Attempt): Promise<Outcome> {
  const { handle } = attempt;
  const finished: Finished | Ended =
    handle === undefined
      ? await stepping.run.slots.follow(laneOf(stepping.planned), () =>
          followAttempt(stepping, attempt, "resumed"),
        )
      : { kind: "finished", attempt, handle };
  return finished.kind === "ended" ? finished.outcome : keepResult(stepping, finished);
}

/** Follows the task of an attempt that was submitted just now, or by an earlier run. Whoever calls holds a slot for it. */
export async function followAttempt(
  stepping: Collecting,
  attempt: Attempt,
  since: Since = "submitted",
): Promise<Finished | Ended> {
  const followed = await follow(stepping, collectableOf(attempt, attempt.task), since);
  if (followed.kind === "ended") {
    // The account that was charged says, again and again, that there is no such task: nothing is left to wait for.
    if (followed.absent === true && attempt.account === stepping.run.provider.account) {
      const why = "the vendor does not know the task any more";
      await stepping.run.disk.journal({ type: "abandoned", reference: attempt.reference, why });
    }
    return followed;
  }
  const { handle, look } = followed;
  return { kind: "finished", attempt: { ...attempt, billed: look.billed }, handle, look };
}

/** Fetches what a finished task gave, and records it. Wants no slot: the vendor is done with it. */
export async function keepResult(stepping: Stepping, { attempt, handle, look }: Finished): Promise<Outcome> {
  const { run } = stepping;
  const fetched = await run.inDownload(() =>
    fetchResult(stepping, { ...collectableOf(attempt, handle.task), ...resultOf(handle) }, look),
  );
  if (fetched.kind === "ended") return fetched.outcome;
  const rendering = renderingOf(stepping, attempt, fetched.artifact, handle, attempt.billed, fetched.flags);
  return finish(stepping, rendering, "new");
}

function resultOf({ result }: Handle): Pick<Collectable, "result"> {
  return result === undefined ? {} : { result };
}

/** Where the task of an attempt is asked for. */
export function collectableOf(
  attempt: Attempt,
  task: Attempt["task"],
): Collectable & Pick<Attempt, "reference"> {
  if (task === undefined) throw new Error(`attempt ${attempt.reference} has no task`);
  return {
    task,
    address: { dialect: attempt.dialect, product: attempt.product },
    reference: attempt.reference,
    startedMs: Date.parse(attempt.started),
  };
}

/** Follows a task to its end; journals how it ended. */
async function follow(
  stepping: Collecting,
  collectable: Collectable & Pick<Attempt, "reference">,
  since: Since,
): Promise<
  | { readonly kind: "succeeded"; readonly look: TaskLook; readonly handle: Handle }
  | (Ended & { readonly absent?: boolean })
> {
  const { run, planned } = stepping;
  const { step } = planned;
  const followed = await run.poller.follow({
    task: collectable.task,
    address: collectable.address,
    ...(collectable.reference === undefined ? {} : { reference: collectable.reference }),
    firstLookMs: firstLookMs(stepping, collectable, since),
    onSilence: () => run.emit({ type: "step_waiting", step: step.id, why: "no_answer" }),
    onLook: (look) =>
      run.emit({
        type: "step_processing",
        step: step.id,
        status: look.status === "processing" ? "processing" : "submitted",
        elapsedSeconds: Math.max(0, (run.clock.now() - collectable.startedMs) / 1000),
        ...(planned.expectedSeconds === undefined ? {} : { expectedSeconds: planned.expectedSeconds }),
      }),
  });
  switch (followed.kind) {
    case "failed":
      return { kind: "ended", outcome: notFollowed(step, followed.answer.error) };
    case "absent":
      return { kind: "ended", absent: true, outcome: taskLost(step, collectable.task) };
    case "ended":
      break;
  }
  return conclude(stepping, collectable, followed.look);
}

/** Journals how a task ended. */
export async function conclude(
  stepping: Collecting,
  collectable: Collectable & Pick<Attempt, "reference">,
  look: TaskLook,
): Promise<{ readonly kind: "succeeded"; readonly look: TaskLook; readonly handle: Handle } | Ended> {
  const { run, planned } = stepping;
  const { step } = planned;
  if (look.reference !== undefined && look.reference !== collectable.reference) {
    return { kind: "ended", outcome: foreignTask(step, collectable.task) };
  }
  const { reference } = collectable;
  if (look.status === "failed") {
    const message = look.message ?? "";
    const refusal = look.refusal === true;
    await run.disk.journal({
      type: "failed",
      reference,
      message: elide(message, 300),
      refusal,
      billed: look.billed,
      ...(look.updated === undefined ? {} : { completed: look.updated }),
    });
    const { billed } = look;
    return {
      kind: "ended",
      outcome: taskFailed(step, message, refusal, billed, run.provider.realm),
      failed: { refusal, message: elide(message, 300), billed },
    };
  }
  const result = resultId(look, planned.inputs);
  if (result === undefined && productOfInputs(planned.inputs) === "kept") {
    // Recorded without its id it could never be used; as long as nothing is recorded, it is asked about again.
    return { kind: "ended", outcome: notCollected(step, "the finished task does not say what it made") };
  }
  const handle: Handle = {
    route: run.provider.route,
    task: look.task,
    ...(result === undefined ? {} : { result }),
    account: run.provider.account,
    completed: look.updated ?? isoTime(run.clock.now()),
    ...collectable.address,
  };
  await run.disk.journal({ type: "succeeded", reference, handle, billed: look.billed });
  return { kind: "succeeded", look, handle };
}

/** When it is worth looking first: a little before tasks of its kind are usually done. */
function firstLookMs(stepping: Collecting, collectable: Collectable, since: Since): number {
  const { run, planned } = stepping;
  const elapsed = run.clock.now() - collectable.startedMs;
  const usual = run.provider.loopback
    ? 0
    : Math.min(FIRST_LOOK_MOST_MS, (planned.expectedSeconds ?? 0) * 500);
  // It may have ended while nobody looked or listened: whoever polls slowly need not wait for that, too.
  const intervalMs = since === "resumed" ? Math.min(run.pollMs, RESUMED_MOST_MS) : run.pollMs;
  return Math.max(intervalMs / 2, usual - elapsed);
}
