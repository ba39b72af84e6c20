/**
 * From a task at the vendor to a checked artifact in the store: follow, fetch, check, keep. Costs nothing, may be
 * stopped and resumed anywhere; a URL that expired is asked for again by id, and no URL is written anywhere.
 */
import { isoTime } from "../base/clock.js";
import { elide } from "../base/text.js";
import type { Artifact, Attempt, Billed, Handle, TaskId } from "../plan/prior.js";
import type { KeyInputs } from "../graph/key.js";
import type { Address, TaskLook, TaskOutput } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import { taskFailed } from "./failed-task.js";
import { foreignTask, notCollected, notFollowed, taskLost } from "./failure.js";
import { finish, renderingOf } from "./finish.js";
import type { Collecting, Stepping } from "./stepping.js";

/** A task to collect. */
export interface Collectable {
  readonly task: TaskId;
  readonly address: Address;
  /** Of the create that the journal tells of; absent when only the lockfile does. */
  readonly reference?: Attempt["reference"];
  /** Milliseconds since the epoch, when it was submitted. */
  readonly startedMs: number;
}

const FETCHES_MOST = 4;
const FETCH_PAUSE_MS = 1_000;
const FIRST_LOOK_MOST_MS = 120_000;

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
      ? await stepping.run.inSlot(attempt.model, () => followAttempt(stepping, attempt))
      : { kind: "finished", attempt, handle };
  return finished.kind === "ended" ? finished.outcome : keepResult(stepping, finished);
}

/** Follows the task of a submitted attempt. Whoever calls holds a slot for it. */
export async function followAttempt(stepping: Collecting, attempt: Attempt): Promise<Finished | Ended> {
  const followed = await follow(stepping, collectableOf(attempt, attempt.task));
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
    fetchResult(stepping, collectableOf(attempt, handle.task), look),
  );
  if (fetched.kind === "ended") return fetched.outcome;
  const rendering = renderingOf(stepping, attempt, fetched.artifact, handle, attempt.billed, fetched.flags);
  return finish(stepping, rendering, "new");
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
): Promise<
  | { readonly kind: "succeeded"; readonly look: TaskLook; readonly handle: Handle }
  | (Ended & { readonly absent?: boolean })
> {
  const { run, planned } = stepping;
  const { step } = planned;
  const followed = await run.poller.follow({
    task: collectable.task,
    address: collectable.address,
    firstLookMs: firstLookMs(stepping, collectable),
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
    });
    const { billed } = look;
    return {
      kind: "ended",
      outcome: taskFailed(step, message, refusal, billed, run.provider.realm),
      failed: { refusal, message: elide(message, 300), billed },
    };
  }
  const output = primaryOutput(look);
  const handle: Handle = {
    route: run.provider.route,
    task: look.task,
    ...(output?.id === undefined ? {} : { result: output.id }),
    account: run.provider.account,
    completed: look.updated ?? isoTime(run.clock.now()),
    ...collectable.address,
  };
  await run.disk.journal({ type: "succeeded", reference, handle, billed: look.billed });
  return { kind: "succeeded", look, handle };
}

/** Fetches the result of a finished task into the store, in so many rounds at most; journals what was stored. */
export async function fetchResult(
  stepping: Collecting,
  collectable: Collectable,
  look: TaskLook | undefined,
  rounds = FETCHES_MOST,
): Promise<
  | {
      readonly kind: "stored";
      readonly artifact: Artifact;
      readonly flags: readonly string[];
    }
  | Ended
> {
  const { run, planned } = stepping;
  const { step } = planned;
  let known = look;
  let why = "";
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await run.clock.sleep(Math.max(run.pollMs, FETCH_PAUSE_MS * 2 ** (round - 1)), run.stop);
    if (known === undefined) {
      const [answer] = await run.provider.look([collectable], run.stop);
      if (answer?.kind === "found") known = answer.look;
      else {
        why =
          answer === undefined || answer.kind === "absent"
            ? "the vendor does not have it any more"
            : answer.kind === "lost"
              ? answer.why
              : answer.error.message;
        continue;
      }
    }
    const output = primaryOutput(known);
    if (output === undefined) {
      why = "the finished task shows no result";
      known = undefined;
      continue;
    }
    const arrival = await run.disk.arrival(planned.key);
    try {
      const answer = await run.provider.fetch(output.url, arrival, run.stop, (bytes, total) =>
        run.emit({
          type: "step_downloading",
          step: step.id,
          bytes,
          ...(total === undefined ? {} : { total }),
        }),
      );
      if (answer.kind === "done") {
        const finished = await arrival.finish();
        if (finished.kind === "kept") {
          const flags = oddities(planned.inputs, finished.artifact);
          const { reference } = collectable;
          if (reference !== undefined)
            await run.disk.journal({ type: "stored", reference, artifact: finished.artifact, flags });
          return { kind: "stored", artifact: finished.artifact, flags };
        }
        why = finished.why;
      } else why = answer.kind === "expired" ? "its address had expired" : answer.why;
    } finally {
      await arrival.discard();
    }
    known = undefined;
  }
  return { kind: "ended", outcome: notCollected(step, why) };
}

function primaryOutput(look: TaskLook): TaskOutput | undefined {
  return (
    look.outputs.find((output) => output.kind === "video") ??
    look.outputs.find((output) => output.kind === "image")
  );
}

/** When it is worth looking first: a little before tasks of its kind are usually done. */
function firstLookMs(stepping: Collecting, collectable: Collectable): number {
  const { run, planned } = stepping;
  const elapsed = run.clock.now() - collectable.startedMs;
  const usual = run.provider.loopback
    ? 0
    : Math.min(FIRST_LOOK_MOST_MS, (planned.expectedSeconds ?? 0) * 500);
  return Math.max(run.pollMs / 2, usual - elapsed);
}

/** What about an artifact is not quite what was asked. It is kept all the same, and never bought again by itself. */
export function oddities(inputs: KeyInputs, artifact: Artifact): readonly string[] {
  // Of the intent and not of the step, because an edit may have changed the step meanwhile. Defaults are absent there.
  const { kind, duration = 5, aspect_ratio: shape = "16:9" } = inputs.action;
  const flags: string[] = [];
  const asked = kind.endsWith("_video") && typeof duration === "number" ? duration : undefined;
  if (asked !== undefined && artifact.seconds !== undefined && Math.abs(artifact.seconds - asked) > 0.5) {
    flags.push(`asked for ${asked} s, is ${artifact.seconds.toFixed(2)} s long`);
  }
  const isClip = kind.endsWith("_video") || kind === "extend" || kind === "lip_sync";
  if (isClip !== (artifact.type === "video/mp4")) {
    flags.push(`asked for a ${isClip ? "clip" : "still"}, is ${artifact.type}`);
  }
  const { width, height } = artifact;
  if (kind === "text_to_video" && typeof shape === "string" && width !== undefined && height !== undefined) {
    const [wide = 16, high = 9] = shape.split(":").map(Number);
    if (Math.abs(width / height - wide / high) / (wide / high) > 0.03) {
      flags.push(`asked for ${shape}, is ${width}x${height}`);
    }
  }
  return flags;
}
