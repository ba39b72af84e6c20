/**
 * Rules for clips of several cuts: how many, how long each and all together, how many words; and for plain prompts that
 * are written as such a list, which mean something else than their author thinks.
 */
import type { Diagnostic } from "../base/diagnostic.js";
import { counted, listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { CutLimits, VideoEndpoint, VideoModel } from "../catalog/model.js";
import type { Cut, ImageToVideo, OmniVideo, TextToVideo } from "./actions.js";
import { writtenCuts, isLikeCuts, listedCuts } from "./cut-list.js";
import { durationWords } from "./rules-field.js";
import type { Findings } from "./rules-findings.js";
import { orUse } from "./rules-model.js";
import { characters, checkLength } from "./rules-prompt.js";

type Clip = TextToVideo | ImageToVideo | OmniVideo;

/** What is wrong with the cuts of a clip, or with a prompt that reads like cuts. */
export function checkCuts(
  action: Clip,
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  findings: Findings,
): readonly Diagnostic[] {
  const { cuts } = action;
  const limits = endpoint.cuts;
  const slot = action.kind === "image_to_video" ? "imageToVideo" : "textToVideo";
  const others = orUse(catalog, slot, (other) => other.cuts !== undefined && other.shape === endpoint.shape);
  if (cuts === undefined) {
    checkPlain(action, model, endpoint, others, findings);
    return [];
  }
  if (limits === undefined) {
    findings.refuse("cuts", `${model.id} makes no clip of several cuts`, `write one prompt${others}`, "key");
    return [];
  }
  if (cuts.length > limits.most) {
    const help = `join cuts until there are ${limits.most}, or make two shots of them`;
    findings.refuse("cuts", `${model.id} takes ${limits.most} cuts, not ${cuts.length}`, help);
  }
  checkLengths(action, cuts, limits, endpoint, model, findings);
  return [...eachCut(cuts, limits, model, findings), ...checkWhole(cuts, endpoint, model, findings)];
}

function checkLengths(
  action: Clip,
  cuts: readonly Cut[],
  { minSeconds }: CutLimits,
  endpoint: VideoEndpoint,
  model: VideoModel,
  { refuse }: Findings,
): void {
  for (const [index, { seconds }] of cuts.entries()) {
    if (seconds >= minSeconds && Number.isInteger(seconds)) continue;
    const help = `give it ${counted(minSeconds, "second")} or more, in whole seconds`;
    refuse(["cuts", index, "seconds"], `a cut of ${model.id} lasts at least ${minSeconds} s`, help);
  }
  const sum = totalOf(cuts);
  if (action.duration === undefined || sum === action.duration) return;
  const nearest = nearestOf(endpoint.durations, sum);
  const help =
    nearest === sum
      ? `set duration: ${sum}, or let the cuts add up to ${action.duration} s`
      : `let the cuts add up to ${nearest} s, and set duration: ${nearest}`;
  refuse("cuts", `the cuts last ${sum} s together, the clip ${action.duration} s`, help);
}

/** What is wrong with lengths that a model does not make, where the cuts alone say how long the clip is. */
export function checkTotal(
  cuts: readonly Cut[],
  durations: readonly number[],
  { id }: VideoModel,
  { refuse }: Findings,
): void {
  const sum = totalOf(cuts);
  const help = `let them add up to ${nearestOf(durations, sum)} s: it makes clips of ${durationWords(durations)}`;
  refuse("cuts", `the cuts last ${sum} s together, which ${id} does not make`, help);
}

function eachCut(
  cuts: readonly Cut[],
  { promptMax }: CutLimits,
  model: VideoModel,
  { path, why, refuse }: Findings,
): readonly Diagnostic[] {
  return cuts.flatMap(({ prompt }, index) => {
    const at = ["cuts", index, "prompt"];
    if (prompt === "") refuse(at, `cut ${index + 1} has no words`, "say what happens in it");
    if (model.dialect === "new" && prompt.includes(";")) {
      refuse(
        at,
        `cut ${index + 1} has a semicolon`,
        "write a comma or a full stop: a semicolon ends the cut",
      );
    }
    const taker = `a cut of ${model.id}`;
    return checkLength("prompt", prompt, taker, { promptMax }, [...path, "cuts", index], why);
  });
}

/** In the new generation the cuts are written into the prompt; `/v1` has a list of its own for them. */
function checkWhole(
  cuts: readonly Cut[],
  { promptMax, promptAdvised }: VideoEndpoint,
  model: VideoModel,
  { path, why }: Findings,
): readonly Diagnostic[] {
  if (model.dialect !== "new") return [];
  const limits = { promptMax, ...(promptAdvised === undefined ? {} : { promptAdvised }) };
  const written = `${why}; the cuts are written into one prompt`;
  return checkLength("cuts", writtenCuts(cuts), model.id, limits, path, written, "list of cuts");
}

/** A plain prompt that reads like a list of cuts. */
function checkPlain(
  action: Clip,
  model: VideoModel,
  endpoint: VideoEndpoint,
  others: string,
  { refuse, warn }: Findings,
): void {
  const { prompt } = action;
  if (prompt === undefined || !isLikeCuts(prompt)) return;
  if (endpoint.cuts?.always !== true) {
    const help = endpoint.cuts === undefined ? `describe one shot${others}` : "write the list as cuts:";
    warn("prompt", `the prompt reads like a list of cuts, but ${model.id} makes one shot of it`, help);
    return;
  }
  const listed = listedCuts(prompt);
  const slips = listed === undefined ? ["form"] : slipsOf(listed, endpoint.cuts, action.duration);
  if (slips.length === 0) {
    warn("prompt", `${model.id} takes the prompt for a list of cuts`, "write the list as cuts:");
    return;
  }
  const message = `${model.id} takes the prompt for a list of cuts, and its ${listWords(slips)} is wrong`;
  refuse("prompt", message, "write the list as cuts:, where each part is checked");
}

function slipsOf(cuts: readonly Cut[], limits: CutLimits, duration: number | undefined): readonly string[] {
  return [
    ...(cuts.length > limits.most ? ["number of cuts"] : []),
    ...(totalOf(cuts) === duration && cuts.every(({ seconds }) => seconds >= limits.minSeconds)
      ? []
      : ["timing"]),
    ...(cuts.some(({ prompt }) => characters(prompt) > limits.promptMax) ? ["length in characters"] : []),
  ];
}

/** How long cuts are together, in seconds. */
export function totalOf(cuts: readonly Cut[]): number {
  return cuts.reduce((total, { seconds }) => total + seconds, 0);
}

function nearestOf(durations: readonly number[], seconds: number): number {
  const apart = (duration: number) => Math.abs(duration - seconds);
  return durations.toSorted((a, b) => apart(a) - apart(b))[0] ?? seconds;
}
