/**
 * Bodies of `/v1`: one flat object with `model_name`, durations as text, images as URL or bare base64. The model name is
 * always sent, because the vendor's default is a model that no longer answers. Pure; knows nothing of hosts.
 */
import type { Json } from "../../base/digest.js";
import type { ImageModel, VideoEndpoint } from "../../catalog/model.js";
import { continuationPrompt } from "../../graph/continuation.js";
import type { ImageToVideo, MakeImage } from "../../graph/actions.js";
import { nearestRatio } from "./ratio.js";
import { carriedInput, sourceUrl, type Carried, type Given, type Target } from "./target.js";

type Body = Record<string, Json>;

/** The body of a clip, of any of the three `/v1` products. */
export function legacyClip(
  { action, model, endpoint, first }: Extract<Target, { readonly kind: "clip" }>,
  { reference, carried }: Given,
): Readonly<Record<string, Json>> {
  const body: Body = { model_name: model.wireName };
  if ((action.prompt ?? "") !== "") body["prompt"] = action.prompt ?? "";
  if ((action.negative_prompt ?? "") !== "") body["negative_prompt"] = action.negative_prompt ?? "";
  if (action.cfg_scale !== undefined) body["cfg_scale"] = action.cfg_scale;
  if (model.modes.length > 0) body["mode"] = action.mode ?? "std";
  if (action.kind === "text_to_video") body["aspect_ratio"] = action.aspect_ratio;
  body["duration"] = String(action.duration);
  if (endpoint.audio === "optional") body["sound"] = action.audio === true ? "on" : "off";
  if (action.kind === "image_to_video") Object.assign(body, framesOf(action, endpoint, carried, first));
  return { ...body, external_task_id: reference };
}

/** The body of a clip that goes on from another one. Without an aspect ratio it would have the vendor's default. */
export function legacyContinuation(
  { action, model, endpoint }: Extract<Target, { readonly kind: "continuation" }>,
  { reference, source }: Given,
): Readonly<Record<string, Json>> {
  const body: Body = {
    model_name: model.wireName,
    prompt: continuationPrompt(action.prompt, "legacy"),
    video_list: [{ video_url: sourceUrl(source), refer_type: "feature", keep_original_sound: "no" }],
  };
  if (model.modes.length > 0) body["mode"] = action.mode ?? "std";
  body["aspect_ratio"] = nearestRatio(endpoint.aspectRatios, source);
  body["duration"] = String(action.duration ?? 5);
  if (endpoint.audio === "optional") body["sound"] = "off";
  return { ...body, external_task_id: reference };
}

function framesOf(
  action: ImageToVideo,
  endpoint: VideoEndpoint,
  carried: Carried,
  field: "image" | "frame",
): Body {
  const first = carriedInput(carried, field);
  const last = action.end_image === undefined ? undefined : carriedInput(carried, "end_image");
  if (endpoint.shape === "omni") {
    const list = [{ image_url: first, type: "first_frame" }];
    if (last !== undefined) list.push({ image_url: last, type: "end_frame" });
    return { image_list: list };
  }
  return last === undefined ? { image: first } : { image: first, image_tail: last };
}

/** The body of a still: one picture, because takes are tasks of their own. */
export function legacyImage(
  action: MakeImage,
  model: ImageModel,
  { reference, carried }: Given,
): Readonly<Record<string, Json>> {
  const negative = action.negative_prompt ?? "";
  const graded =
    action.image_reference !== undefined ||
    action.image_fidelity !== undefined ||
    action.human_fidelity !== undefined;
  if (action.image !== undefined && negative !== "") {
    throw new Error(`${model.id} takes no negative_prompt beside an image`);
  }
  if (
    (action.image !== undefined && model.reference === "none") ||
    (graded && model.reference !== "subject_or_face")
  ) {
    throw new Error(`${model.id} takes no such reference image`);
  }
  const body: Body = { model_name: model.wireName, prompt: action.prompt };
  if (negative !== "") body["negative_prompt"] = negative;
  if (action.image !== undefined) body["image"] = carriedInput(carried, "image");
  if (action.image_reference !== undefined) body["image_reference"] = action.image_reference;
  if (action.image_fidelity !== undefined) body["image_fidelity"] = action.image_fidelity;
  if (action.human_fidelity !== undefined) body["human_fidelity"] = action.human_fidelity;
  return {
    ...body,
    resolution: action.resolution,
    n: 1,
    aspect_ratio: action.aspect_ratio,
    external_task_id: reference,
  };
}

/** The body of a fitting. */
export function legacyTryOn(
  model: ImageModel,
  { reference, carried }: Given,
): Readonly<Record<string, Json>> {
  return {
    model_name: model.wireName,
    human_image: carriedInput(carried, "human"),
    cloth_image: carriedInput(carried, "cloth"),
    external_task_id: reference,
  };
}
