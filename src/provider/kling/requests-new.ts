/**
 * Bodies of the new dialect: words or `contents`, `settings`, `options`. Everything that has a default at the vendor and
 * a price is said outright; `multi_shot` is on unless it is switched off. Pure; knows nothing of paths and hosts.
 */
import type { Json } from "../../base/digest.js";
import type { Mode, VideoModel } from "../../catalog/model.js";
import { CONTINUED_CLIP, continuationPrompt } from "../../graph/continuation.js";
import type { ImageToVideo, TextToVideo } from "../../graph/actions.js";
import type { ClientReference } from "../../plan/prior.js";
import { nearestRatio } from "./ratio.js";
import { carriedInput, sourceUrl, type Carried, type Given, type Target } from "./target.js";

/** Models whose endpoints have the switch `multi_shot`; the others cut shots by the prompt or not at all. */
const MULTI_SHOT = new Set(["kling-3.0", "kling-3.0-omni"]);

/** The body of a clip. */
export function newClip(
  { action, model, endpoint, first }: Extract<Target, { readonly kind: "clip" }>,
  { reference, carried }: Given,
): Readonly<Record<string, Json>> {
  const settings = oneShot(model);
  if (endpoint.audio === "optional") settings["audio"] = action.audio === true ? "native" : "off";
  // Omni endpoints have the field even where sound cannot be had.
  else if (endpoint.shape === "omni") settings["audio"] = "off";
  settings["resolution"] = resolutionOf(model, action.mode);
  if (action.kind === "text_to_video") settings["aspect_ratio"] = action.aspect_ratio;
  settings["duration"] = action.duration;

  const options = optionsOf(reference);
  if (endpoint.shape === "text" && action.kind === "text_to_video") {
    return { prompt: action.prompt, settings, options };
  }
  return { contents: contentsOf(action, carried, first), settings, options };
}

/** The body of a clip that goes on from another one. */
export function newContinuation(
  { action, model, endpoint }: Extract<Target, { readonly kind: "continuation" }>,
  { reference, source }: Given,
): Readonly<Record<string, Json>> {
  return {
    contents: [
      { type: "prompt", text: continuationPrompt(action.prompt, "new") },
      { type: "feature_video", url: sourceUrl(source), id: CONTINUED_CLIP },
    ],
    settings: {
      ...oneShot(model),
      audio: "off",
      resolution: resolutionOf(model, action.mode),
      aspect_ratio: nearestRatio(endpoint.aspectRatios, source),
      duration: action.duration ?? 5,
    },
    options: optionsOf(reference),
  };
}

function oneShot(model: VideoModel): Record<string, Json> {
  const names = [model.id, model.like, model.wireName];
  return names.some((name) => name !== undefined && MULTI_SHOT.has(name)) ? { multi_shot: false } : {};
}

function optionsOf(reference: ClientReference): Json {
  return { external_task_id: reference, watermark_info: { enabled: false } };
}

function contentsOf(
  action: TextToVideo | ImageToVideo,
  carried: Carried,
  first: "image" | "frame",
): readonly Json[] {
  const contents: Json[] = [];
  if ((action.prompt ?? "") !== "") contents.push({ type: "prompt", text: action.prompt });
  if (action.kind === "image_to_video") {
    contents.push({ type: "first_frame", url: carriedInput(carried, first) });
    if (action.end_image !== undefined) {
      contents.push({ type: "last_frame", url: carriedInput(carried, "end_image") });
    }
  }
  return contents;
}

function resolutionOf(model: VideoModel, mode: Mode = "std"): string {
  const resolution =
    model.modes.length === 0 ? model.resolution : model.modes.find((row) => row.mode === mode)?.resolution;
  if (resolution === undefined) throw new Error(`${model.id} has no mode ${mode}`);
  return resolution;
}
