/**
 * Whether what a rendering was made from is another artifact now, so that it would have to be made again.
 */
import type { Sha256 } from "../base/digest.js";
import { isLocal } from "../graph/actions.js";
import type { CacheKey } from "../graph/key.js";
import type { DecideArguments } from "./decide.js";
import type { Lock, Rendering } from "./prior.js";
import type { Reason } from "./reason.js";
import { recordedAt } from "./recorded.js";

/** Whether an upstream artifact is another one than the rendering consumed. */
export function replacedUpstream(rendering: Rendering, given: DecideArguments): Reason | undefined {
  for (const upstream of given.upstream) {
    // Another ffmpeg makes other bytes of the same picture: what counts is what it was taken from.
    if (isLocal(upstream.step.action)) continue;
    const consumed = rendering.consumed[upstream.key];
    const now = given.prior.lock.renders.get(upstream.key)?.artifact.sha256;
    if (consumed === undefined || now === undefined) continue;
    // Deleted on purpose, and made again for something new: what was made with the first stands.
    if (wasDeleted(given.prior.lock, upstream.key, consumed)) continue;
    const step = upstream.step.id;
    if (consumed !== now) return { because: "upstream_replaced", upstream: step, from: consumed, to: now };
    // Bought again in this very plan: what comes of it is known to be another clip, and not yet which.
    const { kind } = upstream.decision;
    if (kind === "render" || (kind === "resume" && upstream.decision.attempt.attempt > 1)) {
      return { because: "upstream_replaced", upstream: step, from: consumed };
    }
  }
  return undefined;
}

/** Whether that very artifact is an element or a voice that a person had deleted at the vendor. */
function wasDeleted(lock: Lock, key: CacheKey, consumed: Sha256): boolean {
  return recordedAt(lock, key).some(
    ({ artifact, handle }) => artifact.sha256 === consumed && handle?.deleted !== undefined,
  );
}
