/**
 * Tasks that an edit overtook: paid for, and wanted by no step of the plan. They are collected under their own keys all the
 * same, so that nothing paid is lost and taking the edit back is free. Nothing here can cost money, hold up or fail a run:
 * each is asked about once, after the steps, and what is not done yet is left to a later render.
 */
import { unreachable } from "../base/guard.js";
import { elide } from "../base/text.js";
import type { KeyInputs } from "../graph/key.js";
import type { Overtaken } from "../plan/overtaken.js";
import type { Attempt } from "../plan/prior.js";
import { askFor } from "./ask.js";
import { collectableOf, conclude, fetchResult, type Finished } from "./collect.js";
import { renderingOf } from "./finish.js";
import type { Collecting, Collector } from "./stepping.js";

/** Collects one, and says in a notice what came of it. */
export async function collectOvertaken(run: Collector, { attempt, inputs }: Overtaken): Promise<void> {
  const step = { id: attempt.step, path: [] };
  const collecting: Collecting = { run, planned: { key: attempt.key, inputs, step } };
  const say = (what: string) =>
    run.emit({ type: "notice", message: `a task of ${attempt.step} that an edit overtook ${what}` });
  try {
    const sent = attempt.state === "intent" ? await sentAfterAll(run, attempt, inputs) : attempt;
    if (sent === undefined) return;
    const finished = typeof sent === "string" ? sent : await lookOnce(collecting, sent);
    if (typeof finished === "string") {
      say(finished);
      return;
    }
    const { handle, attempt: known } = finished;
    const fetched =
      known.artifact === undefined
        ? await run.inDownload(() =>
            fetchResult(collecting, collectableOf(known, handle?.task), finished.look, 1),
          )
        : ({ kind: "stored", artifact: known.artifact, flags: known.flags ?? [] } as const);
    if (fetched.kind === "ended") {
      say("could not be fetched now; the next render tries again");
      return;
    }
    await run.disk.record(
      renderingOf(collecting, known, fetched.artifact, handle, known.billed, fetched.flags),
    );
    await run.disk.journal({ type: "recorded", reference: attempt.reference });
    say("is collected; taking the edit back is free");
  } catch (error) {
    if (run.stop.aborted) return;
    say(`could not be collected now (${elide(error instanceof Error ? error.message : String(error), 80)})`);
  }
}

/** An intent with its task, if the vendor has one; undefined where there is nothing to say, else what is to be said. */
async function sentAfterAll(
  run: Collector,
  intent: Attempt,
  inputs: KeyInputs,
): Promise<Attempt | string | undefined> {
  const asked = await askFor(run, intent, inputs);
  const { reference } = intent;
  switch (asked.kind) {
    case "found":
      return asked.attempt;
    case "absent": {
      const message = "the vendor has no task of this reference";
      await run.disk.journal({ type: "refused", reference, message, refusal: false });
      return undefined;
    }
    case "unaskable":
      if (asked.why === "account") return "may belong to another account: render with its credentials to ask";
      await run.disk.journal({ type: "unknown", reference, why: "its product cannot be asked for it" });
      return "may or may not have been taken by the vendor, which cannot be asked; it counts in the budget";
    case "unanswered":
      return "could not be asked about now; the next render asks again";
    default:
      return unreachable(asked);
  }
}

/** What the vendor says of the task now, unless its artifact is held; or why there is nothing to collect yet. */
async function lookOnce(
  collecting: Collecting,
  attempt: Attempt,
): Promise<(Pick<Finished, "attempt" | "look"> & Partial<Pick<Finished, "handle">>) | string> {
  const { handle } = attempt;
  if (attempt.artifact !== undefined) return { attempt, ...(handle === undefined ? {} : { handle }) };
  const { provider, stop } = collecting.run;
  const collectable = collectableOf(attempt, attempt.task);
  const [answer] = await provider.look([collectable], stop);
  switch (answer?.kind) {
    case "found":
      break;
    case "absent":
      return attempt.account === provider.account
        ? "is not known to the vendor now; the next render asks again"
        : "belongs to another account: render with its credentials to collect it";
    default:
      return "could not be asked about now; the next render asks again";
  }
  const { look } = answer;
  if (look.status !== "succeeded" && look.status !== "failed") {
    return "is still under way; a later render collects it";
  }
  if (handle !== undefined && look.status === "succeeded") return { attempt, handle, look };
  const concluded = await conclude(collecting, collectable, look);
  if (concluded.kind === "ended") return "ended without a result";
  return { attempt: { ...attempt, billed: look.billed }, handle: concluded.handle, look };
}
