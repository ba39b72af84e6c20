/**
 * Outcomes on their way out of a run: without secrets, and with their places in the manifest.
 */
import { redacted } from "./base/secret.js";
import type { Opened } from "./engine-prepare.js";
import type { Outcome } from "./run/event.js";

/** An outcome without secrets: the words of an exception are nobody's, and only here it is known what is secret. */
export function cleaned<T extends Outcome>({ options }: Opened, outcome: T): T {
  if (outcome.status !== "failed" || outcome.diagnostic.why === undefined) return outcome;
  const { diagnostic } = outcome;
  return {
    ...outcome,
    diagnostic: { ...diagnostic, why: redacted(outcome.diagnostic.why, options.env) },
  };
}

/** An outcome whose diagnostic knows its place in the manifest. */
export async function placedOutcome(
  opened: Opened,
  outcome: Extract<Outcome, { status: "failed" }>,
): Promise<Outcome> {
  const [diagnostic] = await opened.put([outcome.diagnostic]);
  return diagnostic === undefined ? outcome : { ...outcome, diagnostic };
}
