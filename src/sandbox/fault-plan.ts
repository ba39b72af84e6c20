/**
 * Fault plans as JSON, checked: every key and value, so that a plan with a slip of the pen is refused and does not pass for
 * one under which nothing went wrong. All that is wrong is said at once. What the words mean stands in `faults.ts`.
 */

import { isRecord } from "../base/guard.js";
import { counted, didYouMean, elide, listWords } from "../base/text.js";
import { CALL_KINDS, type CallKind, type Fault, type FaultPlan } from "./faults.js";

/** A plan, or all that is wrong with it: one sentence each, safe to show. */
export type ReadPlan =
  | { readonly ok: true; readonly plan: FaultPlan }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A value that a key can have, or what it should be. */
type Check = (value: unknown) => string | undefined;

const number =
  (least: number, most: number, whole = false): Check =>
  (value) =>
    typeof value === "number" && value >= least && value <= most && (!whole || Number.isSafeInteger(value))
      ? undefined
      : `must be a ${whole ? "whole " : ""}number from ${least} to ${most}`;
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value) ? undefined : `must be ${listWords(words, "or")}`;
const flag: Check = (value) => (typeof value === "boolean" ? undefined : "must be true or false");
const text: Check = (value) => (typeof value === "string" ? undefined : "must be a text");
// It becomes a header.
const address: Check = (value) =>
  typeof value === "string" && /^[\x21-\x7e]+$/u.test(value) ? undefined : "must be an address";
const fraction = number(0, 1);
const ordinal = number(1, 1_000_000, true);
const ordinals: Check = (value) =>
  (
    Array.isArray(value)
      ? value.length > 0 && value.every((each) => ordinal(each) === undefined)
      : !ordinal(value)
  )
    ? undefined
    : "must be a whole number from 1, or a list of such numbers";
const calls: Check = (value) => {
  const known = (word: unknown): boolean => CALL_KINDS.some((kind) => kind === word);
  return value === "any" || known(value) || (Array.isArray(value) && value.length > 0 && value.every(known))
    ? undefined
    : `must be any, ${listWords(CALL_KINDS, "or")}, or a list of these but any`;
};

const PLAN: Readonly<Record<string, Check>> = {
  seed: number(0, 2 ** 32, true),
  rules: (value) => (Array.isArray(value) ? undefined : "must be a list"),
};
const WHEN: Readonly<Record<string, Check>> = {
  call: calls,
  path: text,
  nth: ordinals,
  every: ordinal,
  probability: fraction,
};

/** A fault's own keys, those that it must have, and the kinds of call that it can befall. */
interface Row {
  readonly keys?: Readonly<Record<string, Check>>;
  readonly needs?: string;
  readonly calls: readonly CallKind[];
}

const API: readonly CallKind[] = ["create", "small", "query", "list"];
const FILES: readonly CallKind[] = ["download"];
const FAULTS: Readonly<Record<Fault["do"], Row>> = {
  "lost-before": { calls: CALL_KINDS },
  "lost-after": { calls: API },
  code: {
    keys: { code: number(1, 999_999, true), message: text, after: flag },
    needs: "code",
    calls: CALL_KINDS,
  },
  html: { keys: { status: number(200, 599, true), after: flag }, calls: CALL_KINDS },
  garbage: { keys: { after: flag }, calls: API },
  "truncated-json": { calls: API },
  delay: { keys: { ms: number(0, 3_600_000), after: flag }, needs: "ms", calls: CALL_KINDS },
  hang: { keys: { after: flag }, calls: CALL_KINDS },
  cut: { keys: { at: fraction }, calls: FILES },
  short: { keys: { at: fraction, says: oneOf("whole", "part", "nothing") }, calls: FILES },
  stall: { keys: { at: fraction }, calls: FILES },
  endless: { calls: FILES },
  corrupt: { keys: { at: fraction }, calls: FILES },
  "wrong-type": { calls: FILES },
  expired: { calls: FILES },
  redirect: { keys: { to: address }, calls: FILES },
};

/** Reads a plan from the text of a JSON file. */
export function readFaultPlan(json: string): ReadPlan {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? elide(error.message, 120) : "";
    return { ok: false, problems: [`it is not JSON: ${why}`] };
  }
  if (!isRecord(value)) {
    return { ok: false, problems: ['it must be an object, like { "seed": 1, "rules": [] }'] };
  }
  const rules: readonly unknown[] = Array.isArray(value["rules"]) ? value["rules"] : [];
  const problems = [
    ...membersOf(value, PLAN, ["rules"], "the plan"),
    ...rules.flatMap((rule, index) => ruleProblems(rule, `rule ${index + 1}`)),
  ];
  // Every key and value of it was checked.
  return problems.length > 0 ? { ok: false, problems } : { ok: true, plan: value as unknown as FaultPlan };
}

function ruleProblems(rule: unknown, name: string): readonly string[] {
  if (!isRecord(rule))
    return [`${name} must be an object, like { "call": "create", "nth": 1, "do": "lost-after" }`];
  const word = rule["do"];
  const row =
    typeof word === "string" && Object.hasOwn(FAULTS, word) ? FAULTS[word as Fault["do"]] : undefined;
  if (row === undefined) {
    return [
      word === undefined
        ? `${name} has no do: say ${listWords(Object.keys(FAULTS), "or")}`
        : `${name}: there is no do ${shown(word)}${meant(word, Object.keys(FAULTS))}: ${listWords(Object.keys(FAULTS), "or")}`,
    ];
  }
  const needs = ["call", ...(row.needs === undefined ? [] : [row.needs])];
  const problems = membersOf(rule, { ...WHEN, ...row.keys, do: text }, needs, name);
  const chosen = ["nth", "every", "probability"].filter((key) => rule[key] !== undefined);
  if (chosen.length > 1) problems.push(`${name}: ${listWords(chosen)} exclude each other; keep one`);
  const { call } = rule;
  const wanted = call === "any" ? CALL_KINDS : Array.isArray(call) ? call : [call];
  const wrong =
    calls(call) === undefined ? wanted.filter((kind) => !row.calls.includes(kind as CallKind)) : [];
  if (wrong.length > 0) {
    const can = `${counted(row.calls.length, "kind")} of call: ${listWords(row.calls)}`;
    problems.push(
      `${name}: ${String(word)} cannot befall ${listWords(wrong as string[], "or")}; it is for ${can}`,
    );
  }
  return problems;
}

function membersOf(
  record: Readonly<Record<string, unknown>>,
  keys: Readonly<Record<string, Check>>,
  needs: readonly string[],
  name: string,
): string[] {
  const missing = needs.filter((key) => record[key] === undefined).map((key) => `${name} has no ${key}`);
  const wrong = Object.entries(record).flatMap(([key, value]) => {
    if (!Object.hasOwn(keys, key)) {
      const known = listWords(Object.keys(keys));
      return [`${name}: ${shown(key)} is not one of its keys${meant(key, Object.keys(keys))}: ${known}`];
    }
    const complaint = keys[key]?.(value);
    return complaint === undefined ? [] : [`${name}: ${key} ${complaint}, not ${shown(value)}`];
  });
  return [...missing, ...wrong];
}

function shown(value: unknown): string {
  return elide(JSON.stringify(value) ?? "nothing", 60);
}

function meant(word: unknown, candidates: readonly string[]): string {
  const near = typeof word === "string" ? didYouMean(word, candidates) : undefined;
  return near === undefined ? "" : `; did you mean ${near}?`;
}
