/**
 * Tasks that an edit overtook: paid for, and wanted by no step of the plan. They are collected under their own keys all the
 * same, so that nothing paid is lost and taking the edit back is free. Nothing here can cost money or fail a run.
 */
import type { Overtaken } from "../plan/overtaken.js";
import { elide } from "../base/text.js";
import { collectableOf, fetchResult, followAttempt } from "./collect.js";
import { renderingOf } from "./finish.js";
import type { Collecting, Run } from "./stepping.js";

/** Collects one, and says in a notice what came of it. */
export async function collectOvertaken(run: Run, { attempt, inputs }: Overtaken): Promise<void> {
  const step = { id: attempt.step, path: [] };
  const collecting: Collecting = { run, planned: { key: attempt.key, inputs, step } };
  const say = (what: string) =>
    run.emit({ type: "notice", message: `a task of ${attempt.step} that an edit overtook ${what}` });
  try {
    if (attempt.artifact === undefined && attempt.account !== run.provider.account) {
      say("belongs to another account: render with its credentials to collect it");
      return;
    }
    const finished =
      attempt.handle === undefined
        ? await run.inSlot(attempt.model, () => followAttempt(collecting, attempt))
        : ({ kind: "finished", attempt, handle: attempt.handle } as const);
    if (finished.kind === "ended") {
      say("ended without a result");
      return;
    }
    const { handle, attempt: known } = finished;
    const fetched =
      known.artifact === undefined
        ? await run.inDownload(() =>
            fetchResult(collecting, collectableOf(known, handle.task), finished.look),
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
