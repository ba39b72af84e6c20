/**
 * Paid work that no step of a plan claims: an edit, a hold or a removed shot overtook it while it was under way.
 */
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm } from "../graph/step.js";
import { fresh, isKnown, RENDER } from "./decide.js";
import type { Attempt, Prior } from "./prior.js";
import { isRecorded } from "./recorded.js";

/** An attempt to be collected under its own key, with what that key is the digest of. */
export interface Overtaken {
  readonly attempt: Attempt;
  readonly inputs: KeyInputs;
}

/**
 * The attempts of a realm that have a task which can still be had, are not in the lockfile, and whose keys are not among
 * the `claimed`.
 */
export function overtakenBy(
  prior: Prior,
  realm: Realm,
  claimed: ReadonlySet<CacheKey>,
): readonly Overtaken[] {
  const found: Overtaken[] = [];
  for (const [key, attempts] of prior.attempts) {
    const inputs = prior.intents.get(key);
    const attempt = attempts.findLast(
      (each) => each.call === RENDER && ["submitted", "succeeded", "stored"].includes(each.state),
    );
    if (attempt === undefined || inputs === undefined || attempt.realm !== realm) continue;
    if (claimed.has(key) || isRecorded(prior.lock, attempt) || !isObtainable(attempt, prior)) continue;
    found.push({ attempt, inputs });
  }
  return found;
}

function isObtainable(attempt: Attempt, prior: Prior): boolean {
  if (attempt.artifact !== undefined && prior.held.has(attempt.artifact.sha256)) return true;
  return isKnown(attempt.dialect) && fresh(attempt.handle?.completed ?? attempt.started, prior.today);
}
