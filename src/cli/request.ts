/**
 * Flags → the library's requests, and back to a command line that a person can paste, which is made safe to show here.
 * Dollars become exact amounts here.
 */
import { safeText, usd, type PlanRequest, type Policy } from "../index.js";
import type { GlobalFlags, PlanFlags, PolicyFlags, Selection } from "./commands.js";

/** The request that plan flags stand for. */
export function planRequest(flags: PlanFlags): PlanRequest {
  return {
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.targets.length === 0 ? {} : { targets: flags.targets }),
    ...(flags.maxCostUsd === undefined ? {} : { maxCostUsd: flags.maxCostUsd }),
    ...(flags.jobs === undefined ? {} : { concurrency: flags.jobs }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    retryRefused: flags.retryRefused,
    rebuy: flags.rebuy,
    allowUnknownPrice: flags.allowUnknownPrice,
  };
}

/** The request that only looks at what is selected. */
export function selection({ profile, targets }: Selection): Pick<PlanRequest, "profile" | "targets"> {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(targets.length === 0 ? {} : { targets }),
  };
}

/** The part of a policy that flags or the environment set. */
export function policyOf(flags: PolicyFlags): Partial<Policy> {
  return {
    ...(flags.askTiers === undefined ? {} : { tiers: flags.askTiers }),
    ...(flags.askAboveUsd === undefined ? {} : { above: usd(flags.askAboveUsd) }),
  };
}

/** Flags that stand for a policy. */
export function policyParts(flags: PolicyFlags): readonly (readonly string[])[] {
  return [
    ...(flags.askTiers === undefined ? [] : [["--ask-tiers", flags.askTiers.join(",") || "none"]]),
    ...(flags.askAboveUsd === undefined ? [] : [["--ask-above", String(flags.askAboveUsd)]]),
  ];
}

/** A `render` command line with the same choices and `more` at its end, ready for a shell. */
export function renderLine(globals: GlobalFlags, flags: PlanFlags, more: readonly string[]): string {
  return renderParts(globals, flags, [more]).join(" ");
}

/** The same in parts between which the line may be broken: each option stays with its value. */
export function renderParts(
  globals: GlobalFlags,
  flags: PlanFlags,
  more: readonly (readonly string[])[],
): readonly string[] {
  const parts = [
    ["klingmake", "render"],
    ...(globals.file === undefined ? [] : [["--file", globals.file]]),
    ...(globals.allowOutside === true ? [["--allow-outside"]] : []),
    ...(flags.profile === undefined ? [] : [["--profile", flags.profile]]),
    ...flags.targets.map((target) => ["--target", target]),
    ...(flags.maxCostUsd === undefined ? [] : [["--max-cost", String(flags.maxCostUsd)]]),
    ...flags.allowUnknownPrice.map((name) => ["--allow-unknown-price", name]),
    ...flags.rebuy.map((step) => ["--rebuy", step]),
    ...flags.retryRefused.map((step) => ["--retry-refused", step]),
    ...(flags.retries === undefined ? [] : [["--retries", String(flags.retries)]]),
    ...more,
  ];
  return parts.flatMap((words) => (words.length === 0 ? [] : [shellLine(words)]));
}

/** A command line about the same manifest and profile, with `words` at its end, ready for a shell. */
export function sameLine(
  { file, allowOutside }: Pick<GlobalFlags, "file" | "allowOutside">,
  command: { readonly name: string; readonly profile?: string },
  words: readonly string[],
): string {
  return shellLine([
    "klingmake",
    command.name,
    ...(file === undefined ? [] : ["--file", file]),
    ...(allowOutside === true ? ["--allow-outside"] : []),
    ...(command.profile === undefined ? [] : ["--profile", command.profile]),
    ...words,
  ]);
}

/** Words as one line for a shell, safe to show. */
export function shellLine(words: readonly string[]): string {
  return safeText(words.map(shellWord).join(" "));
}

/** A word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
