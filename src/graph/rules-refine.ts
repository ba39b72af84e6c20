/**
 * Rules for what is done to a clip that exists: made longer, or made to speak.
 * Rules about the clip itself hold only as far as the caller knows it (`SourceFacts`); what is unknown is not refused.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { counted, elide, listWords } from "../base/text.js";
import { NATIVE_SECONDS } from "../catalog/units.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Mode, VideoEndpoint, VideoModel } from "../catalog/model.js";
import { CONTINUED_CLIP, continuationPrompt } from "./continuation.js";
import { checkClip } from "./rules-clip.js";
import { refusal, sourceWords } from "./rules-field.js";
import { findingsAt } from "./rules-findings.js";
import { checkNumbered } from "./rules-handles.js";
import { usableVideo, orUse } from "./rules-model.js";
import { isBeyond } from "./rules-video.js";
import { characters, checkLength, checkPrompts } from "./rules-prompt.js";
import type { Action, Extend, LipSync } from "./actions.js";

/** What is known of what a step works on: a clip or the sound that is spoken, and of the elements beside it. */
export interface SourceFacts {
  readonly sourceModel?: string;
  readonly sourceMode?: Mode;
  readonly sourceSeconds?: number;
  /** Its shape, where that was chosen. */
  readonly sourceRatio?: string;
  /** Whether sound was asked for; some models make it unasked. */
  readonly sourceAudio?: boolean;
  /** Handles of the step's elements that are made of videos. */
  readonly characters?: readonly string[];
  /** Length of the sound that decides how long a clip becomes. */
  readonly soundSeconds?: number;
}

/** The longest clip that a native extension may lead to, in seconds. */
const NATIVE_TOTAL = 180;
const NATIVE_PROMPT = { promptMax: 2500, negativePrompt: true };
const NATIVE_SOURCE = "captures of the former video-extend page, 2026-03-31";

/** What is wrong with making a clip longer in this way. */
export function checkExtend(
  action: Extend,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  if (action.via === "native") return checkNative(action, catalog, path, source);
  if (action.model === undefined) {
    return [
      problem("manifest/missing-key", `extend via ${action.via} wants a model`, {
        path: [...path, "via"],
        help: "name the model that continues the clip",
      }),
    ];
  }
  if (action.via === "omni") return checkOmni(action, action.model, catalog, path, source);
  const { model, mode, duration, prompt, negative_prompt, cfg_scale } = action;
  return checkClip(
    {
      kind: "image_to_video",
      model,
      duration: duration ?? 5,
      image: action.source,
      ...(mode === undefined ? {} : { mode }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(negative_prompt === undefined ? {} : { negative_prompt }),
      ...(cfg_scale === undefined ? {} : { cfg_scale }),
    },
    catalog,
    path,
  );
}

function checkNative(
  action: Extend,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = source.sourceModel === undefined ? undefined : catalog.video(source.sourceModel);
  if (source.sourceModel !== undefined && model?.extend.includes("native") !== true) {
    const others = model?.extend ?? ["omni", "last_frame"];
    found.push(
      problem(
        "catalog/unsupported",
        `clips of ${elide(source.sourceModel, 60)} cannot be extended natively`,
        {
          path: [...path, "via"],
          why: `only clips of 1.x models can (${NATIVE_SOURCE})`,
          help: `set via: ${listWords(others, "or")}`,
        },
      ),
    );
  }
  if (source.sourceSeconds !== undefined && source.sourceSeconds + NATIVE_SECONDS.high > NATIVE_TOTAL) {
    found.push(
      problem("catalog/unsupported", `a native extension would make the clip longer than ${NATIVE_TOTAL} s`, {
        path: [...path, "via"],
        why: NATIVE_SOURCE,
        help: "start a new shot from the last frame",
      }),
    );
  }
  for (const field of ["model", "mode", "duration"] as const) {
    if (action[field] === undefined) continue;
    found.push(
      problem("catalog/unsupported", `a native extension takes no ${field}`, {
        path: [...path, field],
        on: "key",
        why: `it adds 4 to 5 s in the model and mode of the clip (${NATIVE_SOURCE})`,
        help: `remove ${field}, or set via: omni`,
      }),
    );
  }
  found.push(...checkPrompts(action, { id: "video-extend" }, NATIVE_PROMPT, path, NATIVE_SOURCE));
  return found;
}

function checkOmni(
  action: Extend,
  modelId: string,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableVideo(modelId, catalog, path, found);
  if (model === undefined) return found;
  const endpoint = model.textToVideo;
  const takes = endpoint?.referenceVideo;
  if (endpoint === undefined || takes === undefined) {
    const others = orUse(catalog, "textToVideo", (other) => other.referenceVideo !== undefined);
    found.push(
      problem("catalog/unsupported", `${model.id} cannot continue from a video`, {
        path: [...path, "model"],
        why: sourceWords(model.basis),
        help: `set via: last_frame${others}`,
      }),
    );
    return found;
  }
  const why = sourceWords(endpoint.basis ?? model.basis);
  for (const field of ["mode", "duration", "negative_prompt", "cfg_scale"] as const) {
    const value = action[field];
    if (value === undefined) continue;
    const refused = refusal(model, endpoint, "text_to_video", field, value, {});
    if (refused === undefined) continue;
    found.push(
      problem("catalog/unsupported", refused.message, {
        path: [...path, field],
        ...(refused.absent === true ? { on: "key" } : {}),
        why,
        help: refused.help,
      }),
    );
  }
  const held = source.sourceSeconds;
  if (held !== undefined && (held < takes.minSeconds || held > takes.maxSeconds)) {
    found.push(
      problem("catalog/unsupported", `${model.id} takes no reference video of ${held} s`, {
        path: [...path, "via"],
        why,
        help: `it takes ${takes.minSeconds} to ${takes.maxSeconds} s: set via: last_frame`,
      }),
    );
  }
  if (isBeyond(takes.maxSide, source)) {
    found.push(
      problem("catalog/unsupported", `${model.id} takes no reference video in 4k`, {
        path: [...path, "via"],
        why,
        help: `its sides have ${takes.maxSide} pixels at most: set via: last_frame, or model: kling-3.0-omni`,
      }),
    );
  }
  found.push(...checkContinuation(action, model, endpoint, path, why));
  return found;
}

/** What the old lip-sync of gateways takes. [kling-api 4.4: text max 120; section 10: 2-10 s] */
const OLD_LIP_SYNC = { text: 120, seconds: { min: 2, max: 10 } };
/** What it lacks, with the values that say nothing. */
const NOT_OLD = {
  face: 1,
  audio_start: 0,
  audio_end: undefined,
  at: 0,
  volume: 1,
  original_volume: 1,
} as const;

/** The fields of a lip-sync that say something for which the old endpoint of gateways has no field. */
export function lackedByOldLipSync(action: LipSync): readonly string[] {
  return (Object.keys(NOT_OLD) as (keyof typeof NOT_OLD)[]).filter(
    (field) => action[field] !== undefined && action[field] !== NOT_OLD[field],
  );
}

/** What of a lip-sync the old endpoint of gateways cannot do; undefined when it can do all of it. */
export function beyondOldLipSync(action: Action, source: SourceFacts): string | undefined {
  if (action.kind !== "lip_sync") return undefined;
  const { text, seconds } = OLD_LIP_SYNC;
  const length = source.sourceSeconds;
  const lacking = lackedByOldLipSync(action);
  const found = [
    ...(lacking.length > 0 ? [listWords(lacking)] : []),
    ...(characters(action.text ?? "") > text ? [`a text of more than ${text} characters`] : []),
    ...(length !== undefined && (length < seconds.min || length > seconds.max)
      ? [`a clip of ${length} s`]
      : []),
  ];
  return found.length === 0 ? undefined : listWords(found);
}

/** Whether the author's words leave room for those that name the clip. Omni endpoints take no negative prompt. */
function checkContinuation(
  { prompt }: Extend,
  model: VideoModel,
  { promptMax, promptAdvised }: VideoEndpoint,
  path: Path,
  why: string,
): readonly Diagnostic[] {
  if (prompt === undefined) return [];
  const added = characters(continuationPrompt(prompt, model.dialect)) - characters(prompt);
  const left = {
    promptMax: promptMax - added,
    ...(promptAdvised === undefined ? {} : { promptAdvised: promptAdvised - added }),
  };
  const findings = findingsAt(path, why);
  // The clip itself may be named in either spelling.
  const others = prompt.replaceAll(`<<<${CONTINUED_CLIP}>>>`, "");
  checkNumbered(
    { prompt: others },
    findings,
    `write @${CONTINUED_CLIP} for the clip: nothing else has a name`,
  );
  const named = added > 0 ? `; ${counted(added, "character")} more are needed to name the clip` : "";
  return [...findings.found, ...checkLength("prompt", prompt, model.id, left, path, `${why}${named}`)];
}

const SPEECH_MAX = 1000;
const SPOKEN_SECONDS = { min: 2, max: 60 };

/** What is wrong with making this clip speak. */
export function checkLipSync(action: LipSync, path: Path, source: SourceFacts): readonly Diagnostic[] {
  const why = "Kling API documentation, lip-sync and text to speech, 2026-09-20";
  const limits = { promptMax: SPEECH_MAX };
  const found = [...checkLength("text", action.text, "text to speech", limits, path, why)];
  const held = source.sourceSeconds;
  if (held !== undefined && (held < SPOKEN_SECONDS.min || held > SPOKEN_SECONDS.max)) {
    found.push(
      problem("catalog/unsupported", `a clip of ${held} s cannot be made to speak`, {
        path,
        on: "key",
        why,
        help: `lip_sync takes clips of ${SPOKEN_SECONDS.min} to ${SPOKEN_SECONDS.max} s`,
      }),
    );
  }
  if (source.sourceMode === "4k") {
    found.push(
      problem("catalog/unsupported", "a clip in 4k cannot be made to speak", {
        path,
        on: "key",
        why,
        help: "lip_sync takes clips of 720p and 1080p: make the clip in mode: pro",
      }),
    );
  }
  if (action.audio_end !== undefined && action.audio_end - (action.audio_start ?? 0) < SPOKEN_SECONDS.min) {
    found.push(
      problem("catalog/unsupported", `the span of the sound is shorter than ${SPOKEN_SECONDS.min} s`, {
        path: [...path, "audio_end"],
        why,
        help: "move audio_start or audio_end",
      }),
    );
  }
  return found;
}
