/**
 * Bodies of the video products of `/v1`: one flat object with `model_name`, durations as text, images as URL or bare
 * base64. The model name is always sent, because the vendor's default is a model that no longer answers; so is
 * `multi_shot` where it is taken. Pure; knows nothing of hosts.
 */
import type { Mode, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import { CAMERA_AXES, type CameraControl, type Cut, type ImageToVideo } from "../../graph/actions.js";
import { continuationPrompt } from "../../graph/continuation.js";
import type { Reference } from "../../graph/input.js";
import { legacyNames, withNames, type Nameable } from "../../graph/numbered.js";
import type { ExactJson } from "../json.js";
import { carriedEither, carriedInput, clipUrl, keptId, keptNumber, type Carried } from "./carried.js";
import { nearestRatio } from "./ratio.js";
import type { CreateRequest, Given, Target } from "./target.js";

type Fields = CreateRequest["body"];
type Body = Record<string, ExactJson>;

/** The body of a clip, of any of the three `/v1` products. */
export function legacyClip(
  { action, model, endpoint, first }: Extract<Target, { readonly kind: "clip" }>,
  { reference, carried }: Given,
): Fields {
  const nameable = action.kind === "image_to_video" ? action : {};
  const body: Body = { model_name: model.wireName, ...shotsOf(action, endpoint, nameable) };
  if ((action.negative_prompt ?? "") !== "") body["negative_prompt"] = action.negative_prompt ?? "";
  if (action.cfg_scale !== undefined) body["cfg_scale"] = action.cfg_scale;
  Object.assign(body, modeOf(model, action.mode));
  if (action.camera_control !== undefined) body["camera_control"] = cameraOf(action.camera_control);
  if (action.kind === "text_to_video") body["aspect_ratio"] = action.aspect_ratio;
  body["duration"] = String(action.duration);
  if (endpoint.audio === "optional") body["sound"] = action.audio === true ? "on" : "off";
  if (action.kind === "image_to_video") Object.assign(body, framesOf(action, endpoint, carried, first));
  return { ...body, external_task_id: reference };
}

/** The body of a clip from references. Beside a video to edit no length is sent: it would be ignored. */
export function legacyOmni(
  { action, model, endpoint }: Extract<Target, { readonly kind: "omni" }>,
  { reference, carried }: Given,
): Fields {
  const role = action.base_video === undefined ? "feature" : "base";
  const video = action.base_video ?? action.feature_video;
  if (action.feature_video !== undefined && action.cuts !== undefined) {
    throw new Error(`${model.id} chooses its cuts itself beside a feature video`);
  }
  if (video !== undefined && action.audio === true) {
    throw new Error(`${model.id} makes no sound beside a video`);
  }
  // References come first, so that the vendor numbers them alike whether or not it counts frames.
  const pictures: Body[] = (action.refer_images ?? []).map(({ handle }) => ({
    image_url: carriedInput(carried, `refer_images.${handle}`),
  }));
  if (action.image !== undefined) {
    pictures.push({ image_url: carriedInput(carried, "image"), type: "first_frame" });
  }
  if (action.end_image !== undefined) {
    pictures.push({ image_url: carriedInput(carried, "end_image"), type: "end_frame" });
  }
  const body: Body = {
    model_name: model.wireName,
    ...shotsOf(action, endpoint, { ...action, video: video !== undefined }),
    ...(pictures.length === 0 ? {} : { image_list: pictures }),
    ...elementList(action.elements, carried),
  };
  if (video !== undefined) {
    const keeps = action.audio === "original" ? "yes" : "no";
    body["video_list"] = [
      { video_url: clipUrl(carried, `${role}_video`), refer_type: role, keep_original_sound: keeps },
    ];
  }
  Object.assign(body, modeOf(model, action.mode));
  if (action.aspect_ratio !== undefined) body["aspect_ratio"] = action.aspect_ratio;
  if (action.duration !== undefined) body["duration"] = String(action.duration);
  if (endpoint.audio === "optional") body["sound"] = action.audio === true ? "on" : "off";
  return { ...body, external_task_id: reference };
}

/** The body of a figure that takes over a motion. */
export function legacyMotion(
  { action, model }: Extract<Target, { readonly kind: "motion" }>,
  { reference, carried }: Given,
): Fields {
  const prompt = withNames(
    action.prompt ?? "",
    legacyNames(action.elements ? { elements: action.elements } : {}),
  );
  return {
    model_name: model.wireName,
    image_url: carriedInput(carried, "image"),
    video_url: clipUrl(carried, "motion_video"),
    ...(prompt === "" ? {} : { prompt }),
    ...elementList(action.elements, carried),
    character_orientation: action.character_orientation,
    mode: action.mode ?? "std",
    keep_original_sound: action.audio === false ? "no" : "yes",
    external_task_id: reference,
  };
}

/** The body of a clip that brings several pictures together. */
export function multiImageClip(
  { action, model }: Extract<Target, { readonly kind: "multi_image_clip" }>,
  { reference, carried }: Given,
): Fields {
  const negative = action.negative_prompt ?? "";
  return {
    model_name: model.wireName,
    image_list: action.images.map((_, index) => ({ image: carriedInput(carried, `images.${index}`) })),
    prompt: action.prompt,
    ...(negative === "" ? {} : { negative_prompt: negative }),
    mode: action.mode ?? "std",
    duration: String(action.duration),
    aspect_ratio: action.aspect_ratio,
    external_task_id: reference,
  };
}

/** The body of a clip that goes on from another one. Without an aspect ratio it would have the vendor's default. */
export function legacyContinuation(
  { action, model, endpoint }: Extract<Target, { readonly kind: "continuation" }>,
  { reference, carried }: Given,
): Fields {
  const body: Body = {
    model_name: model.wireName,
    ...shotsOf({ prompt: continuationPrompt(action.prompt, "legacy") }, endpoint, {}),
    video_list: [{ video_url: clipUrl(carried, "source"), refer_type: "feature", keep_original_sound: "no" }],
    ...modeOf(model, action.mode),
  };
  body["aspect_ratio"] = nearestRatio(endpoint.aspectRatios, carriedEither(carried, "source"));
  body["duration"] = String(action.duration ?? 5);
  if (endpoint.audio === "optional") body["sound"] = "off";
  return { ...body, external_task_id: reference };
}

/** Elements as `/v1` has them. */
export function elementList(elements: readonly Reference[] | undefined, carried: Carried): Body {
  if (elements === undefined) return {};
  return {
    element_list: elements.map(({ handle }) => ({ element_id: keptNumber(carried, `elements.${handle}`) })),
  };
}

/** The prompt, or the cuts that take its place. */
function shotsOf(
  { prompt = "", cuts }: { readonly prompt?: string; readonly cuts?: readonly Cut[] },
  endpoint: VideoEndpoint,
  nameable: Nameable,
): Body {
  const names = legacyNames(nameable);
  if (cuts === undefined) {
    return {
      ...(prompt === "" ? {} : { prompt: withNames(prompt, names) }),
      ...(endpoint.cuts === undefined ? {} : { multi_shot: false }),
    };
  }
  return {
    multi_shot: true,
    shot_type: "customize",
    multi_prompt: cuts.map((cut, index) => ({
      index: index + 1,
      prompt: withNames(cut.prompt, names),
      duration: String(cut.seconds),
    })),
  };
}

/** @throws Error for a mode that the model lacks. */
function modeOf({ id, modes }: VideoModel, mode: Mode | undefined): Body {
  if (modes.length === 0 && mode === undefined) return {};
  const asked = mode ?? "std";
  if (!modes.some((row) => row.mode === asked)) throw new Error(`${id} has no mode ${asked}`);
  return { mode: asked };
}

function cameraOf({ type, config }: CameraControl): Body {
  if (config === undefined) return { type };
  const moves = CAMERA_AXES.map((axis) => [axis, config[axis]] as const);
  return { type, config: Object.fromEntries(moves.filter(([, by]) => by !== undefined)) };
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
  const body: Body = last === undefined ? { image: first } : { image: first, image_tail: last };
  Object.assign(body, elementList(action.elements, carried));
  if (action.voices !== undefined) {
    body["voice_list"] = action.voices.map(({ handle }) => ({
      voice_id: keptId(carried, `voices.${handle}`),
    }));
  }
  if (action.static_mask !== undefined) body["static_mask"] = carriedInput(carried, "static_mask");
  if (action.dynamic_masks !== undefined) {
    body["dynamic_masks"] = action.dynamic_masks.map(({ trajectories }, index) => ({
      mask: carriedInput(carried, `dynamic_masks.${index}`),
      trajectories: trajectories.map(({ x, y }) => ({ x, y })),
    }));
  }
  return body;
}
