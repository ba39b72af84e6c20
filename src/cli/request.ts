/**
 * Flags → the library's requests, and back to a command line that a person can paste. Dollars become exact amounts here.
 */
import { usd, type PlanRequest, type Policy } from "../index.js";
import type { GlobalFlags, PlanFlags, PolicyFlags } from "./commands.js";

/** The request that plan flags stand for. */
export function planRequest(flags: PlanFlags): PlanRequest {
  return {
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.targets.length === 0 ? {} : { targets: flags.targets }),
    ...(flags.maxCostUsd === undefined ? {} : { maxCostUsd: flags.maxCostUsd }),
    ...(flags.jobs === undefined ? {} : { concurrency: flags.jobs }),
    retryRefused: flags.retryRefused,
    rebuy: flags.rebuy,
    allowUnknownPrice: flags.allowUnknownPrice,
  };
}

/** The part of a policy that flags or the environment set. */
export function policyOf(flags: PolicyFlags): Partial<Policy> {
  return {
    ...(flags.askTiers === undefined ? {} : { tiers: flags.askTiers }),
    ...(flags.askAboveUsd === undefined ? {} : { above: usd(flags.askAboveUsd) }),
  };
}

/** A `render` command line with the same choices and `more` at its end, ready for a shell. */
export function renderLine(globals: GlobalFlags, flags: PlanFlags, more: readonly string[]): string {
  const words = [
    "klingmake",
    "render",
    ...(globals.file === undefined ? [] : ["--file", globals.file]),
    ...(flags.profile === undefined ? [] : ["--profile", flags.profile]),
    ...flags.targets.flatMap((target) => ["--target", target]),
    ...(flags.maxCostUsd === undefined ? [] : ["--max-cost", String(flags.maxCostUsd)]),
    ...flags.allowUnknownPrice.flatMap((name) => ["--allow-unknown-price", name]),
    ...flags.rebuy.flatMap((step) => ["--rebuy", step]),
    ...flags.retryRefused.flatMap((step) => ["--retry-refused", step]),
    ...more,
  ];
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
