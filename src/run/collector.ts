/**
 * A run that only brings in what is paid for: it has no purse, and a route that cannot spend.
 */
import pLimit from "p-limit";
import type { Prior } from "../plan/prior.js";
import { openClaims } from "./listed.js";
import { createPoller } from "./poll.js";
import type { Collector } from "./stepping.js";

/** Opens one; `downloads` at a time. */
export function openCollector(
  given: Pick<Collector, "disk" | "provider" | "clock" | "emit" | "stop" | "pollMs"> & {
    readonly downloads: number;
    /** What was known when it began. */
    readonly prior: Pick<Prior, "lock" | "attempts" | "intents">;
  },
): Collector {
  const { downloads, prior, ...rest } = given;
  const limit = pLimit(downloads);
  return {
    ...rest,
    poller: createPoller(given.provider, given.clock, given, given.stop),
    found: new Set(),
    claims: openClaims(prior),
    rendering: (key) => prior.lock.renders.get(key),
    inDownload: (work) => limit(work),
  };
}
