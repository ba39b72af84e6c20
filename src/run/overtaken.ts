/**
 * Tasks that no step of a plan answers for: paid for, and collected under their own keys all the same, so that nothing paid
 * is lost and taking an edit back is free. Nothing here can cost money: each is asked about once, and what is not done yet
 * is left to a later run. After a run's steps they can neither hold it up nor fail it.
 */
import { unreachable } from "../base/guard.js";
import { elide } from "../base/text.js";
import type { KeyInputs } from "../graph/key.js";
import type { Overtaken } from "../plan/overtaken.js";
import type { Artifact, Attempt } from "../plan/prior.js";
import type { VendorError } from "../provider/provider.js";
import { askFor } from "./ask.js";
import { collectableOf, conclude, type Finished } from "./collect.js";
import { fetchResult } from "./fetch-result.js";
import type { Outcome } from "./event.js";
import { renderingOf } from "./finish.js";
import { ARRIVAL_MS } from "./patience.js";
import type { Collecting, Collector } from "./stepping.js";

/** What came of collecting one. */
export type Collected =
  | { readonly kind: "collected"; readonly artifact: Artifact }
  | { readonly kind: "under_way" }
  /** It ended at the vendor, and gave nothing that is ours. */
  | { readonly kind: "ended"; readonly outcome: Outcome }
  /** The vendor has no task of its reference: journaled, so that nothing is open any more. */
  | { readonly kind: "never_sent" }
  /** The vendor says that it does not know the task. */
  | { readonly kind: "denied" }
  | { readonly kind: "other_account" }
  /** Whether it was sent cannot be found out by asking. */
  | { readonly kind: "unaskable" }
  | { readonly kind: "unanswered"; readonly why: string; readonly error?: VendorError }
  /** It is finished, and could not be fetched now. */
  | { readonly kind: "unfetched"; readonly outcome: Outcome };

/** What is to be collected: an attempt with what its key is the digest of. */
export type Uncollected = Pick<Overtaken, "attempt" | "inputs">;

/** Collects what an edit overtook, and says in a notice what came of it. */
export async function collectOvertaken(run: Collector, overtaken: Overtaken): Promise<void> {
  const say = (what: string) => {
    const message = `a task of ${overtaken.attempt.step} that an edit overtook ${what}`;
    run.emit({ type: "notice", message });
  };
  try {
    const collected = await collectOnce(run, overtaken);
    if (collected.kind !== "never_sent") say(noticeOf(collected));
  } catch (error) {
    if (run.stop.aborted) return;
    say(`could not be collected now (${elide(error instanceof Error ? error.message : String(error), 80)})`);
  }
}

function noticeOf(collected: Exclude<Collected, { kind: "never_sent" }>): string {
  switch (collected.kind) {
    case "collected":
      return "is collected; taking the edit back is free";
    case "under_way":
      return "is still under way; a later render collects it";
    case "ended":
      return "ended without a result";
    case "denied":
      return "is not known to the vendor now; the next render asks again";
    case "other_account":
      return "belongs to another account: render with its credentials to ask for it";
    case "unaskable":
      return "may or may not have been taken by the vendor, which cannot be asked; it counts in the budget";
    case "unanswered":
      return "could not be asked about now; the next render asks again";
    case "unfetched":
      return "could not be fetched now; the next render tries again";
    default:
      return unreachable(collected);
  }
}

/** Collects one as far as that goes now: asks, fetches, records. */
export async function collectOnce(run: Collector, { attempt, inputs }: Uncollected): Promise<Collected> {
  const collecting: Collecting = {
    run,
    planned: { key: attempt.key, inputs, step: { id: attempt.step, path: [] } },
  };
  const sent = attempt.state === "intent" ? await sentAfterAll(run, attempt, inputs) : attempt;
  if ("kind" in sent) return sent;
  const finished = await lookOnce(collecting, sent);
  if ("kind" in finished) return finished;
  const { handle, attempt: known } = finished;
  const fetched =
    known.artifact === undefined
      ? await run.inDownload(() =>
          fetchResult(collecting, collectableOf(known, handle?.task), finished.look, 1),
        )
      : ({ kind: "stored", artifact: known.artifact, flags: known.flags ?? [] } as const);
  if (fetched.kind === "ended") return { kind: "unfetched", outcome: fetched.outcome };
  const { artifact, flags } = fetched;
  await run.disk.record(renderingOf(collecting, known, artifact, handle, known.billed, flags));
  await run.disk.journal({ type: "recorded", reference: attempt.reference });
  return { kind: "collected", artifact };
}

/** An intent with its task, if the vendor has one; else what came of asking. */
async function sentAfterAll(
  run: Collector,
  intent: Attempt,
  inputs: KeyInputs,
): Promise<Attempt | Collected> {
  const asked = await askFor(run, intent, inputs);
  switch (asked.kind) {
    case "found":
      return asked.attempt;
    case "absent":
      return neverSent(run, intent);
    case "unaskable":
      if (asked.why === "account") return { kind: "other_account" };
      await leaveUnknown(run, intent);
      return { kind: "unaskable" };
    case "unanswered":
      return asked;
    default:
      return unreachable(asked);
  }
}

/**
 * Journals that the vendor has no such task: sending its reference again is free of doubt from now on. Of a create that may
 * still be on its way, a denial proves nothing.
 */
export async function neverSent(
  run: Collector,
  { reference, started }: Attempt,
): Promise<Extract<Collected, { kind: "never_sent" | "unanswered" }>> {
  if (run.clock.now() - Date.parse(started) < ARRIVAL_MS) {
    return { kind: "unanswered", why: "it was about to be sent moments ago, and may still arrive there" };
  }
  const message = "the vendor has no task of this reference";
  await run.disk.journal({ type: "refused", reference, message, refusal: false });
  return { kind: "never_sent" };
}

/** Journals that asking does not settle it. */
export async function leaveUnknown(run: Collector, { reference }: Attempt): Promise<void> {
  await run.disk.journal({ type: "unknown", reference, why: "its product cannot be asked for it" });
}

/** What the vendor says of the task now, unless its artifact is held; or why there is nothing to collect yet. */
async function lookOnce(
  collecting: Collecting,
  attempt: Attempt,
): Promise<(Pick<Finished, "attempt" | "look"> & Partial<Pick<Finished, "handle">>) | Collected> {
  const { handle } = attempt;
  if (attempt.artifact !== undefined) return { attempt, ...(handle === undefined ? {} : { handle }) };
  const { provider, stop } = collecting.run;
  const collectable = collectableOf(attempt, attempt.task);
  const [answer] = await provider.look([collectable], stop);
  switch (answer?.kind) {
    case "found":
      break;
    case "absent":
      return { kind: attempt.account === provider.account ? "denied" : "other_account" };
    case "failed":
      return { kind: "unanswered", why: answer.error.message, error: answer.error };
    case "lost":
      return { kind: "unanswered", why: answer.why };
    case undefined:
      return { kind: "unanswered", why: "the vendor did not answer" };
    default:
      return unreachable(answer);
  }
  const { look } = answer;
  if (look.reference !== undefined && look.reference !== attempt.reference) return { kind: "denied" };
  if (attempt.state === "abandoned") {
    // It is there after all, so whatever plans next must go on with it.
    const { reference } = attempt;
    await collecting.run.disk.journal({ type: "submitted", reference, task: look.task, adopted: true });
  }
  if (look.status !== "succeeded" && look.status !== "failed") return { kind: "under_way" };
  if (handle !== undefined && look.status === "succeeded") return { attempt, handle, look };
  const concluded = await conclude(collecting, collectable, look);
  if (concluded.kind === "ended") return { kind: "ended", outcome: concluded.outcome };
  return { attempt: { ...attempt, billed: look.billed }, handle: concluded.handle, look };
}
