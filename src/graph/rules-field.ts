/**
 * Whether an endpoint takes a field with a value: the one answer behind both a default that is left out and a
 * shot's own field that is an error. Says why not and what works instead; where it is said is the caller's business.
 */
import { unreachable } from "../base/guard.js";
import { listWords, safeText } from "../base/text.js";
import type { Basis, Mode, VideoEndpoint, VideoModel } from "../catalog/model.js";
import type { VideoFields } from "../manifest/manifest.js";

/** The two ways to ask for a clip. */
export type ClipKind = "text_to_video" | "image_to_video";

/** What stands beside a field and decides with it; an absent member leaves its rules out. */
export interface Beside {
  readonly mode?: Mode;
  readonly endImage?: boolean;
}

/** Why a field is refused. */
export interface Refusal {
  readonly message: string;
  readonly help: string;
  /** Whether the field as such is not there, rather than its value. */
  readonly absent?: boolean;
  /** Tells the models that would take it. */
  readonly takenBy?: (endpoint: VideoEndpoint, model: VideoModel) => boolean;
}

/** Whether a model takes this field with this value; a model without the endpoint takes nothing. */
export function takesField(
  model: VideoModel,
  kind: ClipKind,
  field: keyof VideoFields,
  value: unknown,
  beside: Beside = {},
): boolean {
  if (field === "model" || value === undefined) return true;
  const endpoint = endpointOf(model, kind);
  return endpoint !== undefined && refusal(model, endpoint, kind, field, value, beside) === undefined;
}

/** The endpoint that a kind of clip goes to. */
export function endpointOf(model: VideoModel, kind: ClipKind): VideoEndpoint | undefined {
  return kind === "text_to_video" ? model.textToVideo : model.imageToVideo;
}

/** Why an endpoint refuses a field with a value, or undefined when it takes it. */
export function refusal(
  model: VideoModel,
  endpoint: VideoEndpoint,
  kind: ClipKind,
  field: Exclude<keyof VideoFields, "model">,
  value: unknown,
  beside: Beside,
): Refusal | undefined {
  switch (field) {
    case "mode":
      return modeRefusal(model, value);
    case "duration":
      return durationRefusal(model, endpoint, kind, value, beside);
    case "aspect_ratio":
      if (endpoint.aspectRatios.includes(String(value))) return undefined;
      return kind === "image_to_video"
        ? {
            message: "a clip that starts from an image takes no aspect_ratio",
            help: "remove aspect_ratio: the clip has the proportions of its image",
            absent: true,
          }
        : {
            message: `${model.id} has no aspect ratio ${shown(value)}`,
            help: `choose ${listWords(endpoint.aspectRatios, "or")}`,
          };
    case "negative_prompt":
      if (endpoint.negativePrompt || value === "") return undefined;
      return {
        message: `${model.id} takes no negative_prompt`,
        help: "say in the prompt what must not be seen",
        absent: true,
      };
    case "cfg_scale":
      if (endpoint.cfgScale) return undefined;
      return {
        message: `${model.id} takes no cfg_scale`,
        help: "remove cfg_scale: only 1.x models had it",
        absent: true,
      };
    case "audio":
      return audioRefusal(model, endpoint, value, beside);
    default:
      return unreachable(field);
  }
}

function modeRefusal(model: VideoModel, value: unknown): Refusal | undefined {
  if (model.modes.some(({ mode }) => mode === value)) return undefined;
  if (model.modes.length === 0) {
    return {
      message: `${model.id} takes no mode`,
      help: `remove mode: the model always delivers ${model.resolution ?? "one size"}`,
      absent: true,
    };
  }
  const offered = model.modes.map(({ mode, resolution }) => `${mode} (${resolution})`);
  return {
    message: `${model.id} has no mode ${shown(value)}`,
    help: `choose ${listWords(offered, "or")}`,
    takenBy: (_endpoint, other) => other.modes.some(({ mode }) => mode === value),
  };
}

function durationRefusal(
  model: VideoModel,
  endpoint: VideoEndpoint,
  kind: ClipKind,
  value: unknown,
  beside: Beside,
): Refusal | undefined {
  const isLoneFrame = kind === "image_to_video" && beside.endImage !== true;
  const allowed = (isLoneFrame ? endpoint.loneFrameDurations : undefined) ?? endpoint.durations;
  if (allowed.some((seconds) => seconds === value)) return undefined;
  const fewer = allowed !== endpoint.durations && endpoint.durations.some((seconds) => seconds === value);
  return {
    message: `${model.id} makes no clip of ${shown(value)} s${fewer ? " from a first frame alone" : ""}`,
    help: `choose ${durationWords(allowed)}${fewer ? ", or add an end_image" : ""}`,
    takenBy: (other) =>
      (other.loneFrameDurations ?? other.sureDurations ?? other.durations).some(
        (seconds) => seconds === value,
      ),
  };
}

function audioRefusal(
  model: VideoModel,
  endpoint: VideoEndpoint,
  value: unknown,
  beside: Beside,
): Refusal | undefined {
  const makesSound = (other: VideoEndpoint) => other.audio !== "none";
  if (endpoint.audio === "always") {
    if (value === true) return undefined;
    return {
      message: `${model.id} always makes a sound track`,
      help: "remove audio, and mute the clip in the cut",
      takenBy: (other) => other.audio !== "always",
    };
  }
  if (value !== true) return undefined;
  if (endpoint.audio === "none") {
    return { message: `${model.id} makes no sound`, help: "remove audio", takenBy: makesSound };
  }
  const modes = endpoint.audioModes;
  if (beside.mode !== undefined && modes !== undefined && !modes.includes(beside.mode)) {
    return {
      message: `${model.id} makes no sound in mode ${beside.mode}`,
      help: `set mode: ${listWords(modes, "or")}, or remove audio`,
    };
  }
  if (beside.endImage === true && endpoint.endImage?.silentOnly === true) {
    return {
      message: `${model.id} makes no sound for a clip with an end_image`,
      help: "remove audio or end_image",
      takenBy: (other) =>
        makesSound(other) && other.endImage !== undefined && other.endImage.silentOnly !== true,
    };
  }
  return undefined;
}

/** `5 or 10 s`, `3 to 15 s`. */
export function durationWords(durations: readonly number[]): string {
  const first = durations[0] ?? 0;
  const last = durations.at(-1) ?? 0;
  const isRange = durations.length > 2 && last - first === durations.length - 1;
  return `${isRange ? `${first} to ${last}` : listWords(durations.map(String), "or")} s`;
}

/** Who says so, for a finding's `why`. */
export function sourceWords(basis: Basis): string {
  return basis.asOf === "undated" ? basis.source : `${basis.source}, ${basis.asOf}`;
}

function shown(value: unknown): string {
  return safeText(typeof value === "string" ? value : JSON.stringify(value));
}
