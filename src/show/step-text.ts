/**
 * One planned step in words: what it is made with, from what, at which price, and what is worth knowing of it.
 * Shared by the call sheet, the page of one step and the film in a browser; decides nothing and lays nothing out.
 */
import {
  counted,
  isLocal,
  listWords,
  obstacleText,
  reasonText,
  sourcesOf,
  type Action,
  type Catalog,
  type Input,
  type PlannedStep,
} from "../index.js";
import { estimateText } from "./money-text.js";

/** Whether it is kept and there is nothing more to say. */
export function isPlainKeep(each: PlannedStep): boolean {
  return each.decision.kind === "keep" && each.decision.conflict !== true && each.reason === undefined;
}

/** Why it is decided as it is, in one line; undefined where there is nothing to say. */
export function whyText({ decision, reason, step }: PlannedStep): string | undefined {
  if (decision.kind === "blocked") return obstacleText(decision.because, step.id).why;
  if (decision.kind === "keep" && decision.conflict === true) return "its output was changed by someone else";
  return reason === undefined ? undefined : reasonText(reason);
}

/** Planned steps by id. */
export type StepsById = ReadonlyMap<string, PlannedStep>;

/** Model and mode; empty where the author has no choice of one. */
export function modelText(each: PlannedStep, byId: StepsById): string {
  if (each.model === undefined && isLocal(each.step.action)) return "this machine";
  const { model, mode } = modelOf(each, byId);
  return [model ?? "", mode ?? ""].join(" ").trim();
}

/** The model that makes it, with its mode; a native extend is made by the model of its clip. */
export function modelOf(each: PlannedStep, byId: StepsById): Pick<PlannedStep, "model" | "mode"> {
  if (each.model !== undefined || each.step.action.kind !== "extend") return each;
  return madeBy(each.step.action, byId) ?? {};
}

/** Seconds of a clip, or the size of a still; empty where neither is asked for. */
export function sizeText({ seconds, step: { action } }: PlannedStep): string {
  if (seconds !== undefined) return `${seconds} s`;
  if (action.kind === "image") return `${action.resolution} ${action.aspect_ratio}`;
  if (action.kind !== "omni_image") return action.kind === "multi_image" ? action.aspect_ratio : "";
  const size = `${action.resolution} ${action.aspect_ratio}`;
  return action.series === undefined ? size : `${action.series} x ${size}`;
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
      return "";
    case "image_to_video": {
      const end = action.end_image === undefined ? "" : ` to ${inputText(action.end_image)}`;
      return `from ${inputText(action.image)}${end}`;
    }
    case "omni_video": {
      const { image, feature_video: feature, base_video: base } = action;
      if (base !== undefined) return `changes ${inputText(base)}`;
      if (feature !== undefined) return `after ${inputText(feature)}`;
      if (image !== undefined) return `from ${inputText(image)}`;
      return referencesText([...(action.refer_images ?? []), ...(action.elements ?? [])]);
    }
    case "motion_control":
      return `${inputText(action.image)} moves as ${inputText(action.motion_video)}`;
    case "avatar":
      return `${inputText(action.image)} speaks ${inputText(action.audio)}`;
    case "effect":
      return `${action.scene} with ${listWords(action.images.map(inputText))}`;
    case "multi_image_to_video":
      return `from ${listWords(action.images.map(inputText))}`;
    case "omni_image":
      return referencesText([...(action.refer_images ?? []), ...(action.elements ?? [])]);
    case "multi_image":
      return `from ${listWords(action.subjects.map(inputText))}`;
    case "expand":
      return `beyond ${inputText(action.image)}`;
    case "element":
      return `of ${inputText(action.video ?? action.image ?? { kind: "kept", id: action.name })}`;
    case "voice":
      return `of ${inputText(action.sample)}`;
    case "picture":
      return `picture ${action.index} of ${inputText(action.source)}`;
    case "video_to_audio":
    case "text_to_audio":
      return "";
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

/** `with sound`, where a clip has some; `silent`, where it goes on from one that has, without; else empty. */
export function soundText(action: Action, byId: StepsById, models: Models): string {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video":
      return isHeard(action, models) ? "with sound" : "";
    case "extend": {
      if (action.via === "native") return "";
      if (isHeard(action, models)) return "with sound";
      return isHeard(actionOf(action.source, byId), models) ? "silent" : "";
    }
    default:
      return "";
  }
}

/** The models with what they do: what tells which of them always make sound. */
export type Models = Pick<Catalog, "video"> | undefined;

/** Whether a clip is known to have sound. */
function isHeard(action: Action | undefined, models: Models): boolean {
  switch (action?.kind) {
    case "text_to_video":
      return action.audio === true || models?.video(action.model)?.textToVideo?.audio === "always";
    case "image_to_video":
      return action.audio === true || models?.video(action.model)?.imageToVideo?.audio === "always";
    case "lip_sync":
      return true;
    case "extend":
      // A continuation is ordered without sound, as far as its model can leave it out; from a picture, as any other clip.
      return (
        action.via === "last_frame" &&
        action.model !== undefined &&
        models?.video(action.model)?.imageToVideo?.audio === "always"
      );
    default:
      return false;
  }
}

function actionOf(input: Input, byId: StepsById): Action | undefined {
  return input.kind === "step" ? byId.get(input.id)?.step.action : undefined;
}

/** That a copy of the clip it works on is pinned, and at whose address: the host alone, as a URL can be a key. */
export function copyText(action: Action): string {
  const copy = "copy" in action ? action.copy : undefined;
  if (copy === undefined) return "";
  return URL.canParse(copy.url) ? `copy pinned at ${new URL(copy.url).host}` : "copy pinned";
}

/** An input by its name. URLs stay unsaid: a signed one is as good as a key. */
export function inputText(input: Input): string {
  switch (input.kind) {
    case "file":
      return input.path;
    case "step":
      return input.id;
    case "url":
      return "a pinned URL";
    case "kept":
      return `the vendor's ${input.id}`;
  }
}

function referencesText(references: readonly { readonly handle: string }[]): string {
  const handles = references.map(({ handle }) => `@${handle}`);
  return handles.length === 0 ? "" : `with ${listWords(handles)}`;
}

/** What is said or shown, in the author's words. */
export function wordsOf(action: Action): string | undefined {
  if (action.kind === "lip_sync") return action.text;
  if (action.kind === "element") return action.description;
  if (action.kind === "video_to_audio") {
    const { sound_effect_prompt: sounds, bgm_prompt: music } = action;
    return [sounds, music].filter((each) => each !== undefined).join("; ");
  }
  if ("cuts" in action && action.cuts !== undefined) {
    return action.cuts.map(({ seconds, prompt }) => `${seconds} s ${prompt}`).join("; ");
  }
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
  for (
    let last = action;
    last.kind === "extend" || last.kind === "lip_sync" || last.kind === "video_to_audio";
  ) {
    const source = last.source.kind === "step" ? byId.get(last.source.id) : undefined;
    if (source === undefined) return undefined;
    // A sound track is put to a clip, which stays the clip that it was.
    if (source.model !== undefined && source.step.action.kind !== "video_to_audio") return source;
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

/** How long a clip's handle lives, and what it is good for; empty where that is long. */
export function handleText(each: PlannedStep, now: number): string {
  const ends = handleEndOf(each);
  return ends === undefined ? "" : `its handle lives ${lifeText(ends, now)}; extend and lip_sync need it`;
}

/** When the vendor forgets a clip, where that is soon; nothing works on a still or a frame there. */
export function handleEndOf({ step, handleEnds }: PlannedStep): string | undefined {
  const isClip = step.owner.kind === "shot" && !isLocal(step.action);
  return isClip ? handleEnds : undefined;
}

/** The step whose clip must still be at the vendor for an action. */
export function workedOn(action: Action): string | undefined {
  return sourcesOf(action).find(({ by }) => by !== "kept")?.id;
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
