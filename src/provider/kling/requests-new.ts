/**
 * Bodies of the new dialect: words or `contents`, `settings`, `options`. Everything that has a default at the vendor and
 * a price is said outright; `multi_shot` is on unless it is switched off. Pure; knows nothing of paths and hosts.
 */
import type { Json } from "../../base/digest.js";
import type { VideoModel } from "../../catalog/model.js";
import type { ImageToVideo, TextToVideo } from "../../graph/step.js";
import type { ClientReference } from "../../plan/prior.js";
import { carriedInput, type Carried, type Target } from "./target.js";

/** Models whose endpoints have the switch `multi_shot`; the others cut shots by the prompt or not at all. */
const MULTI_SHOT = new Set(["kling-3.0", "kling-3.0-omni"]);

/** The body of a clip. */
export function newClip(
  { action, model, endpoint }: Extract<Target, { readonly kind: "clip" }>,
  reference: ClientReference,
  carried: Carried,
): Readonly<Record<string, Json>> {
  const settings: Record<string, Json> = {};
  const names = [model.id, model.like, model.wireName];
  if (names.some((name) => name !== undefined && MULTI_SHOT.has(name))) settings["multi_shot"] = false;
  if (endpoint.audio === "optional") settings["audio"] = action.audio === true ? "native" : "off";
  // Omni endpoints have the field even where sound cannot be had.
  else if (endpoint.shape === "omni") settings["audio"] = "off";
  settings["resolution"] = resolutionOf(model, action);
  if (action.kind === "text_to_video") settings["aspect_ratio"] = action.aspect_ratio;
  settings["duration"] = action.duration;

  const options = { external_task_id: reference, watermark_info: { enabled: false } };
  if (endpoint.shape === "text" && action.kind === "text_to_video") {
    return { prompt: action.prompt, settings, options };
  }
  return { contents: contentsOf(action, carried), settings, options };
}

function contentsOf(action: TextToVideo | ImageToVideo, carried: Carried): readonly Json[] {
  const contents: Json[] = [];
  if ((action.prompt ?? "") !== "") contents.push({ type: "prompt", text: action.prompt });
  if (action.kind === "image_to_video") {
    contents.push({ type: "first_frame", url: carriedInput(carried, "image") });
    if (action.end_image !== undefined) {
      contents.push({ type: "last_frame", url: carriedInput(carried, "end_image") });
    }
  }
  return contents;
}

function resolutionOf(model: VideoModel, action: TextToVideo | ImageToVideo): string {
  const mode = action.mode ?? "std";
  const resolution =
    model.modes.length === 0 ? model.resolution : model.modes.find((row) => row.mode === mode)?.resolution;
  if (resolution === undefined) throw new Error(`${model.id} has no mode ${mode}`);
  return resolution;
}
