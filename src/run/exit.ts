/**
 * Exit codes: what a whole command came to, as one number. Frozen: scripts branch on them.
 * Where several apply, the order is 8, 5, 4, 10, 9, 1.
 */
import type { Outcome } from "./event.js";

/** Every exit code by name. */
export const EXIT = {
  done: 0,
  stepFailed: 1,
  changes: 2,
  invalid: 3,
  approval: 4,
  money: 5,
  locked: 6,
  stale: 7,
  unknown: 8,
  credentials: 9,
  blocked: 10,
  usage: 64,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const ORDER: readonly ExitCode[] = [
  EXIT.unknown,
  EXIT.money,
  EXIT.approval,
  EXIT.blocked,
  EXIT.credentials,
  EXIT.stepFailed,
];

/** The exit code of a finished run. */
export function exitOfOutcomes(outcomes: Iterable<Outcome>): ExitCode {
  const found = new Set<ExitCode>();
  for (const outcome of outcomes) {
    const code = exitOf(outcome);
    if (code !== undefined) found.add(code);
  }
  return ORDER.find((code) => found.has(code)) ?? EXIT.done;
}

function exitOf(outcome: Outcome): ExitCode | undefined {
  switch (outcome.status) {
    case "kept":
    case "interrupted":
      return undefined;
    case "restored":
    case "rendered":
      // Safe in the store, and not where the author looks for it.
      return outcome.conflict === undefined ? undefined : EXIT.stepFailed;
    case "unknown":
      return EXIT.unknown;
    case "failed":
      return outcome.fatal === true ? EXIT.credentials : EXIT.stepFailed;
    case "blocked":
      switch (outcome.because.because) {
        case "unknown":
          return EXIT.unknown;
        case "over_budget":
        case "price_unknown":
          return EXIT.money;
        case "refused":
          return EXIT.stepFailed;
        case "missing":
        case "expired":
        case "unsupported":
        case "source_unavailable":
        case "tool_missing":
          return EXIT.blocked;
        case "upstream":
        case "not_rendered":
          return undefined;
      }
  }
}
