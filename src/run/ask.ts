/**
 * Asks for a task that an earlier run may have sent, where nothing may be sent now: found, it is collected like any other;
 * not found, it stays as it is. Costs nothing.
 */
import type { KeyInputs } from "../graph/key.js";
import type { Attempt } from "../plan/prior.js";
import { unreachable } from "../base/guard.js";
import { micros } from "../base/money.js";
import type { Obstacle } from "../plan/reason.js";
import type { VendorError } from "../provider/provider.js";
import { collect } from "./collect.js";
import type { Outcome } from "./event.js";
import { unsettled } from "./failure.js";
import { findListed } from "./listed.js";
import type { Collector, Stepping } from "./stepping.js";

/** The attempt with its task, journaled; why it has none; or that nobody could say. */
type Asked =
  | { readonly kind: "found"; readonly attempt: Attempt }
  | { readonly kind: "absent" }
  /** Its product, or these credentials, cannot be asked for it. */
  | { readonly kind: "unaskable"; readonly why: "product" | "account" }
  | { readonly kind: "unanswered"; readonly why: string; readonly error?: VendorError };

/** Collects the task of an intent if the vendor has one; else the step is blocked by `otherwise`. */
export async function collectIfThere(
  stepping: Stepping,
  intent: Attempt,
  otherwise: Obstacle,
): Promise<Outcome> {
  const { run, planned } = stepping;
  const asked = await askFor(run, intent, planned.inputs);
  switch (asked.kind) {
    case "found":
      return collect(stepping, asked.attempt);
    case "absent":
    case "unaskable":
      return { status: "blocked", because: otherwise };
    case "unanswered":
      return unsettled(planned.step, asked.why, asked.error);
    default:
      return unreachable(asked);
  }
}

/** Asks for an intent's task once: by its reference, or by its product's list where creates carry none. */
export async function askFor(run: Collector, intent: Attempt, inputs: KeyInputs): Promise<Asked> {
  const { dialect, product, reference } = intent;
  const address = { dialect, product };
  if (intent.account !== run.provider.account) return { kind: "unaskable", why: "account" };
  const named = run.provider.references(address);
  const answer = named
    ? (await run.provider.find([{ reference, address }], run.stop))[0]
    : await findListed(run, intent, inputs, address, run.stop);
  switch (answer?.kind) {
    case "found": {
      const { task } = answer.look;
      run.found.add(reference);
      run.claims.take(task);
      run.claims.close(reference);
      await run.disk.journal({ type: "submitted", reference, task, adopted: true });
      run.emit({
        type: "step_submitted",
        step: intent.step,
        reference,
        task,
        adopted: true,
        reserved: micros(0),
      });
      return { kind: "found", attempt: { ...intent, state: "submitted", task } };
    }
    case "absent":
      return named ? { kind: "absent" } : { kind: "unaskable", why: "product" };
    case "ambiguous":
      return { kind: "unaskable", why: "product" };
    case undefined:
      return { kind: "unanswered", why: "the vendor did not answer" };
    case "failed":
      return { kind: "unanswered", why: answer.error.message, error: answer.error };
    case "lost":
      return { kind: "unanswered", why: answer.why };
    default:
      return unreachable(answer);
  }
}
