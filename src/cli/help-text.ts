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
  ["KLING_DIALECT", "unified: the API is a gateway that speaks that"],
  ["KLING_WEBHOOK_SECRET", "whsec_...: proves callbacks (--listen)"],
  ["KLINGMAKE_ASK_ABOVE, KLINGMAKE_ASK_TIERS", "as --ask-above, --ask-tiers"],
  ["KLINGMAKE_RETRIES", "as --retries"],
  ["NO_COLOR, FORCE_COLOR, CI", "honoured"],
];

const FAULTS: readonly (readonly [words: string, meaning: string])[] = [
  ["call", "any, or one or a list of: create, query, list,"],
  ["", "small (faces, speech), download"],
  ["path", "only where this is a part of the path"],
  ["nth | every | probability", "which of them: number or list; every so many;"],
  ["", "by chance; without any of these, all"],
  ["do", "what befalls them:"],
  ["  delay", "ms: late; with after, the answer is"],
  ["  hang", "no answer, ever"],
  ["  lost-before, lost-after", "cut, not carried out or carried out"],
  ["  code", "code, message: the vendor's error"],
  ["  html", "status (502): a proxy's page"],
  ["  garbage, truncated-json", "no JSON; half of the true answer"],
  ["  cut, stall", "at (0.5): breaks or falls silent there"],
  ["  short", "at, says (whole, part, nothing): ends there;"],
  ["", "the length that its header tells"],
  ["  corrupt", "at: bytes are flipped there"],
  ["  endless, wrong-type", "bytes without an end; a page, no clip"],
  ["  expired, redirect", "403; to: another address, or its own"],
  ["after", "with code, html, garbage, hang: carried out all"],
  ["", "the same"],
];

/** The words of a fault plan, for the help of `sandbox`. */
export function faultWords(): string {
  return [
    "",
    "Faults:",
    '  { "seed": 1, "rules": [',
    '      { "call": "create", "nth": 2, "do": "lost-after" } ] }',
    ...FAULTS.flatMap(([words, meaning]) => [...(words === "" ? [] : [`  ${words}`]), `      ${meaning}`]),
  ].join("\n");
}

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
