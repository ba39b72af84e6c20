/**
 * How long is waited when the vendor is busy, and a wait that ends early when the user stops the run.
 */
import type { Clock } from "../base/clock.js";

/** The first wait after a busy answer, and the longest. [kling-api section 7: 1303, first delay at least 1 s] */
export const BUSY_FIRST_MS = 1_000;
export const BUSY_MOST_MS = 30_000;

/** How long is waited between questions about a create that may have been lost, and how often is asked. */
export const SETTLE_MS = 3_000;
export const SETTLE_ROUNDS = 3;

/** How long a create may take to arrive at the vendor: nobody waits longer for its answer. */
export const ARRIVAL_MS = 120_000;

/** Waits; false when it was cut short by `stop`. */
export async function slept(clock: Clock, ms: number, stop: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, stop);
    return true;
  } catch {
    return false;
  }
}
