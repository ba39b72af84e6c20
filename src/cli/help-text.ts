/**
 * What stands below the options in `--help`: an example for every command, exit codes and environment for the program.
 */

const EXITS: readonly (readonly [code: number, meaning: string])[] = [
  [0, "done, or nothing to do"],
  [1, "a step failed; fmt --check: not tidy"],
  [2, "plan --detailed-exitcode: there is something to do"],
  [3, "manifest invalid"],
  [4, "approval needed or declined"],
  [5, "over budget, or a price is unknown"],
  [6, "project locked by another process"],
  [7, "stale plan, or --frozen would change the lock"],
  [8, "an unknown submission needs a decision"],
  [9, "credentials, balance or entitlement"],
  [10, "blocked: missing, expired, or unavailable"],
  [64, "wrong usage"],
  [70, "a bug in klingmake"],
  [130, "interrupted (143: terminated); run it again to go on"],
];

const ENVIRONMENT: readonly (readonly [names: string, meaning: string])[] = [
  ["KLING_API_KEY", "the account; or"],
  ["KLING_ACCESS_KEY, KLING_SECRET_KEY", "the pair that signs tokens"],
  ["KLING_BASE_URL", "where the API is, if not the usual place"],
  ["KLINGMAKE_ASK_ABOVE, KLINGMAKE_ASK_TIERS", "as --ask-above, --ask-tiers"],
  ["KLINGMAKE_RETRIES", "as --retries"],
  ["NO_COLOR, FORCE_COLOR, CI", "honoured"],
];

/** The end of the main help. */
export function appendix(): string {
  const exits = EXITS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  const environment = ENVIRONMENT.flatMap(([names, meaning]) => [`  ${names}`, `      ${meaning}`]);
  return [
    "",
    "Example:",
    "  klingmake plan && klingmake render",
    "",
    "Exit codes:",
    ...exits,
    "",
    "Environment:",
    ...environment,
  ].join("\n");
}

/** The end of a command's help: a line to try, and its exit codes. */
export function example(line: string, exits: readonly string[]): string {
  return ["", "Example:", `  ${line}`, "", "Exit codes:", ...exits.map((exit) => `  ${exit}`)].join("\n");
}
