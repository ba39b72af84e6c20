/**
 * The filter over the sheet: words that must all be found in a shot's texts, and `is:`, `tag:`, `model:`, `tier:` and
 * `has:` for what it is. A minus before a word turns it round; quotation marks keep words together. Pure.
 */
import type { ShotView, StepView } from "../film.js";
import { STATES } from "./words.js";

/** Whether a shot is shown, and what of the filter nobody can understand. */
export interface Filter {
  readonly empty: boolean;
  readonly shows: (shot: ShotView) => boolean;
  /** `is:stail: there are done, free, …`. */
  readonly problem?: string;
}

type Test = (shot: ShotView) => boolean;

const anyStep =
  (holds: (step: StepView) => boolean): Test =>
  (shot) =>
    shot.steps.some(holds);

const IS: Readonly<Record<string, Test>> = {
  ...Object.fromEntries(Object.keys(STATES).map((state) => [state, anyStep((step) => step.state === state)])),
  ...Object.fromEntries(
    ["keep", "restore", "resume", "render"].map((decision) => [
      decision,
      anyStep((step) => step.decision === decision),
    ]),
  ),
  kept: anyStep(({ decision }) => decision === "keep"),
  blocked: anyStep((step) => step.state === "blocked" || step.decision === "blocked"),
  done: (shot) => shot.steps.every(({ state }) => state === "fresh"),
  rendering: anyStep(({ state }) => state === "working"),
  outdated: anyStep(({ outdated }) => outdated === true),
  changed: anyStep(
    ({ prompt, changes }) => changes.length > 0 || prompt?.some((word) => word.is !== "same") === true,
  ),
  missing: (shot) => shot.steps.every(({ media }) => media === undefined),
};

const HAS: Readonly<Record<string, Test>> = {
  takes: anyStep(({ candidate }) => candidate),
  clip: anyStep(({ media }) => media?.kind === "video"),
  notes: ({ notes }) => notes !== undefined,
};

/** Reads what was typed. */
export function readFilter(typed: string): Filter {
  const tests: Test[] = [];
  const problems: string[] = [];
  for (const [, minus, key, quoted, bare] of fold(typed).matchAll(
    /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g,
  )) {
    const word = quoted ?? bare ?? "";
    const test = key === undefined ? about(word) : keyed(key, word);
    if (typeof test === "string") problems.push(test);
    else tests.push(minus === "-" ? (shot) => !test(shot) : test);
  }
  return {
    empty: tests.length === 0,
    shows: (shot) => tests.every((test) => test(shot)),
    ...(problems.length > 0 ? { problem: problems.join("; ") } : {}),
  };
}

function keyed(key: string, word: string): Test | string {
  switch (key) {
    case "is":
      return chosen("is", IS, word);
    case "has":
      return chosen("has", HAS, word);
    case "tag":
      return ({ tags }) => tags.some((tag) => fold(tag).includes(word));
    case "model":
      return anyStep(({ model }) => model !== undefined && fold(model).includes(word));
    case "tier":
      return anyStep(({ tier }) => tier.startsWith(word));
    default:
      return about(`${key}:${word}`);
  }
}

function chosen(key: string, among: Readonly<Record<string, Test>>, word: string): Test | string {
  return (
    (Object.hasOwn(among, word) ? among[word] : undefined) ??
    `${key}:${word} is not known; there are ${Object.keys(among).join(", ")}`
  );
}

const texts = new WeakMap<ShotView, string>();

/** That a shot's texts have the word. */
function about(word: string): Test {
  return (shot) => {
    const known = texts.get(shot) ?? textOf(shot);
    texts.set(shot, known);
    return known.includes(word);
  };
}

function textOf({ id, title, notes, tags, steps }: ShotView): string {
  const parts = steps.flatMap(({ id, model, mode, reason, prompt }) => [
    id,
    model,
    mode,
    reason,
    prompt
      ?.filter((word) => word.is !== "old")
      .map((word) => word.text)
      .join(""),
  ]);
  return fold([id, title, notes, ...tags, ...parts].filter((part) => part !== undefined).join("\n"));
}

/** Letters alike, however they are written; runs of blanks are one. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/g, " ");
}
