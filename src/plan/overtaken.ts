/**
 * Paid work that no step of a plan claims: an edit, a hold or a removed shot overtook it while it was under way.
 */
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm } from "../graph/input.js";
import { isObtainable, isUnderWay, RENDER } from "./decide.js";
import type { Attempt, ClientReference, Prior } from "./prior.js";
import { isRecorded } from "./recorded.js";

/** An attempt to be collected under its own key, with what that key is the digest of. */
export interface Overtaken {
  readonly attempt: Attempt;
  readonly inputs: KeyInputs;
}

/** What a plan answers for itself. */
export interface Claimed {
  /** Of steps that this plan was told to leave alone. */
  readonly keys: ReadonlySet<CacheKey>;
  /** Attempts that its steps resume. */
  readonly references: ReadonlySet<ClientReference>;
}

/** The latest attempt at each key that has a task which can still be had, is not in the lockfile, and is not claimed. */
export function overtakenBy(prior: Prior, realm: Realm, claimed: Claimed): readonly Overtaken[] {
  const found: Overtaken[] = [];
  for (const [key, attempts] of prior.attempts) {
    const inputs = prior.intents.get(key);
    if (inputs === undefined || claimed.keys.has(key)) continue;
    const attempt = attempts.findLast(
      (each) =>
        each.call === RENDER &&
        each.realm === realm &&
        isUnderWay(each) &&
        !claimed.references.has(each.reference) &&
        !isRecorded(prior.lock, each) &&
        isObtainable(each, prior),
    );
    if (attempt !== undefined) found.push({ attempt: withHeldArtifact(attempt, prior), inputs });
  }
  return found;
}

/** What was stored and is gone from the store has to be fetched again. */
function withHeldArtifact(attempt: Attempt, prior: Prior): Attempt {
  if (attempt.artifact === undefined || prior.held.has(attempt.artifact.sha256)) return attempt;
  const { artifact: _artifact, ...rest } = attempt;
  return { ...rest, state: "succeeded" };
}
