/**
 * One planned step in words: what it is made with, from what, at which price, and what is worth knowing of it.
 * Shared by the call sheet and the page of one step; decides nothing and lays nothing out.
 */
import { counted, listWords, type Action, type Input, type PlannedStep } from "../index.js";
import { estimateText } from "./money-text.js";

/** Whether it is kept and there is nothing more to say. */
export function isPlainKeep(each: PlannedStep): boolean {
  return each.decision.kind === "keep" && each.decision.conflict !== true && each.reason === undefined;
}

/** Planned steps by id. */
export type StepsById = ReadonlyMap<string, PlannedStep>;

/** Model and mode; empty where the author has no choice of one. */
export function modelText({ model, mode, step }: PlannedStep, byId: StepsById): string {
  if (model !== undefined) return [model, mode ?? ""].join(" ").trim();
  if (step.action.kind === "frame") return "this machine";
  // A native extend is made by the model of its clip.
  const source = step.action.kind === "extend" ? madeBy(step.action, byId) : undefined;
  return source === undefined ? "" : [source.model, source.mode ?? ""].join(" ").trim();
}

/** Seconds of a clip, or the size of a still; empty where neither is asked for. */
export function sizeText({ seconds, step: { action } }: PlannedStep): string {
  if (seconds !== undefined) return `${seconds} s`;
  return action.kind === "image" ? `${action.resolution} ${action.aspect_ratio}` : "";
}

/** What stands in the price column: what may still be paid, else where the money went. */
export function priceText(each: PlannedStep): string {
  if (each.sameAs !== undefined && each.create !== undefined) return "shared";
  if (each.create !== undefined) return estimateText(each.estimate);
  switch (each.decision.kind) {
    case "keep":
    case "restore":
      return "kept";
    case "resume":
      return "ordered";
    case "render":
      return each.estimate.kind === "free" ? estimateText(each.estimate) : "-";
    case "blocked":
      return "-";
  }
}

/** What it works on, beside the step before it in its own shot; empty where words are all there is. */
export function sourceText(action: Action): string {
  switch (action.kind) {
    case "text_to_video":
      return withSound(action, "");
    case "image_to_video": {
      const end = action.end_image === undefined ? "" : ` to ${inputText(action.end_image)}`;
      return withSound(action, `from ${inputText(action.image)}${end}`);
    }
    case "image": {
      if (action.image === undefined) return "";
      const what = action.image_reference === undefined ? "" : `the ${action.image_reference} of `;
      return `after ${what}${inputText(action.image)}`;
    }
    case "try_on":
      return `${inputText(action.human)} wears ${inputText(action.cloth)}`;
    case "lip_sync": {
      const who = action.face === undefined ? "" : `face ${action.face} `;
      if (action.audio !== undefined) return `${who}speaks ${inputText(action.audio)}`;
      return `${who}speaks${action.voice === undefined ? "" : ` as ${action.voice}`}`;
    }
    case "frame":
      return `the ${action.which} picture of ${inputText(action.source)}`;
    case "extend":
      return "";
  }
}

function withSound(action: { readonly audio?: boolean }, text: string): string {
  return action.audio === true ? [text, "with sound"].filter((part) => part !== "").join(", ") : text;
}

/** URLs stay unsaid: a signed one is as good as a key. */
function inputText(input: Input): string {
  switch (input.kind) {
    case "file":
      return input.path;
    case "step":
      return input.id;
    case "url":
      return "a pinned URL";
  }
}

/** What is said or shown, in the author's words. */
export function wordsOf(action: Action): string | undefined {
  if (action.kind === "lip_sync") return action.text;
  return "prompt" in action ? action.prompt : undefined;
}

/** How an extend continues its clip, what that gives, and why so; nothing for other steps. */
export function extensionFacts(each: PlannedStep, byId: StepsById): readonly string[] {
  if (each.extension === undefined) return [];
  const { via, returns, chosen } = each.extension;
  const what =
    returns === "whole" ? "the clip and its continuation (whole)" : "the continuation alone (tail)";
  const model = madeBy(each.step.action, byId)?.model ?? "its clip";
  return [
    `continues via ${via}`,
    `gives ${what}`,
    chosen === "asked" ? "as you asked" : `first way that ${model} allows`,
  ];
}

/** The step whose model made the clip that an action works on, however many steps before. */
function madeBy(action: Action, byId: StepsById): PlannedStep | undefined {
  for (let last = action; last.kind === "extend" || last.kind === "lip_sync";) {
    const source = last.source.kind === "step" ? byId.get(last.source.id) : undefined;
    if (source === undefined || source.model !== undefined) return source;
    last = source.step.action;
  }
  return undefined;
}

const HOUR_MS = 3_600_000;

/** How long the vendor still knows something that is forgotten at `ends` (ISO 8601). */
export function lifeText(ends: string, now: number): string {
  const hours = Math.floor((Date.parse(ends) - now) / HOUR_MS);
  if (!(hours > 0)) return "less than an hour";
  return hours < 48 ? counted(hours, "more hour") : `${Math.floor(hours / 24)} more days`;
}

/** How long a clip's handle lives, and who needs it; empty where that is long. */
export function handleText(each: PlannedStep, now: number): string {
  return each.handleEnds === undefined
    ? ""
    : `its handle lives ${lifeText(each.handleEnds, now)}; extend and lip_sync need it`;
}

/** `take 2`, `takes 1 to 3 (2 is used)`; empty for the first take alone. */
export function takesText(takes: readonly PlannedStep[]): string {
  const numbers = takes.map((each) => each.step.take);
  const [first = 1] = numbers;
  // A candidate's number stands in its name already.
  if (numbers.length < 2) return first === 1 || takes[0]?.step.candidate === true ? "" : `take ${first}`;
  const last = numbers.at(-1) ?? first;
  const isRun = numbers.length > 2 && last - first === numbers.length - 1;
  const used = takes.find((each) => !each.step.candidate);
  const many = `takes ${isRun ? `${first} to ${last}` : listWords(numbers.map(String))}`;
  return used === undefined ? many : `${many} (${used.step.take} is used)`;
}
