/**
 * From an action to the request that creates its task, in whichever of the vendor's two dialects its model speaks.
 * Pure. A field that the endpoint lacks is a bug of ours, because the graph has refused it long before; leaving it out
 * in silence would buy another clip than was asked for.
 */
import { isRecord, unreachable } from "../../base/guard.js";
import type { Dialect, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type { Extend, ImageToVideo, OmniVideo, TextToVideo } from "../../graph/actions.js";
import {
  legacyClip,
  legacyContinuation,
  legacyMotion,
  legacyOmni,
  multiImageClip,
} from "./requests-legacy.js";
import { newClip, newContinuation, newMotion, newOmni } from "./requests-new.js";
import { advancedLipSync, nativeExtension, oldLipSync } from "./requests-refine.js";
import { serviceBody } from "./requests-service.js";
import { legacyImage, legacyTryOn, multiImage, omniImage } from "./requests-still.js";
import { addressOf, type CreateRequest, type Given, type Target } from "./target.js";

/** The products of `/v1` that document the switch of the watermark. Elsewhere there is none. [kling-api 4.2, 4.4, 4.6] */
const WATERMARK: ReadonlySet<string> = new Set([
  "/v1/videos/text2video",
  "/v1/videos/image2video",
  "/v1/videos/motion-control",
  "/v1/videos/advanced-lip-sync",
  "/v1/videos/avatar/image2video",
  "/v1/images/generations",
]);

/** The create of a target. @throws Error when the action has what its endpoint lacks, or an input was not handed over. */
export function createRequest(target: Target, given: Given): CreateRequest {
  const { dialect, product } = addressOf(target);
  const body = bodyOf(target, given);
  const isSaid = dialect === "legacy" && WATERMARK.has(product);
  const marked = isSaid ? { ...body, watermark_info: { enabled: false } } : body;
  return {
    method: "POST",
    path: product,
    body: given.callback === undefined ? marked : withCallback(marked, dialect, given.callback),
  };
}

/** Every create has a field for it, of whatever product; it changes nothing of what is made. [kling-api 5.1] */
function withCallback(
  body: CreateRequest["body"],
  dialect: Dialect,
  callback: string,
): CreateRequest["body"] {
  switch (dialect) {
    case "new": {
      const { options } = body;
      return { ...body, options: { ...(isRecord(options) ? options : {}), callback_url: callback } };
    }
    case "legacy":
      return { ...body, callback_url: callback };
    // Gateways have no such field, and requests of theirs are not built here.
    case "unified":
      return body;
    default:
      return unreachable(dialect);
  }
}

function bodyOf(target: Target, given: Given): CreateRequest["body"] {
  const isNew = "model" in target && target.model.dialect === "new";
  switch (target.kind) {
    case "clip":
      refuseLacking(target.action, target.model, target.endpoint);
      return (isNew ? newClip : legacyClip)(target, given);
    case "omni":
      refuseLacking(target.action, target.model, target.endpoint);
      return (isNew ? newOmni : legacyOmni)(target, given);
    case "continuation":
      refuseLacking(target.action, target.model, target.endpoint);
      return (isNew ? newContinuation : legacyContinuation)(target, given);
    case "motion":
      refuseMore("elements", target.action.elements, target.endpoint.elements, target.model);
      return (isNew ? newMotion : legacyMotion)(target, given);
    case "multi_image_clip":
      refuseMore("images", target.action.images, target.endpoint.images, target.model);
      return multiImageClip(target, given);
    case "native_extension":
      return nativeExtension(target.action, given);
    case "lip_sync":
      return target.way === "old" ? oldLipSync(target.action, given) : advancedLipSync(target.action, given);
    case "image":
      return legacyImage(target.action, target.model, given);
    case "omni_image":
      return omniImage(target.action, target.model, given);
    case "multi_image":
      return multiImage(target.action, target.model, given);
    case "try_on":
      return legacyTryOn(target.model, given);
    case "service":
      return serviceBody(target.action, given);
    default:
      return unreachable(target);
  }
}

function refuseLacking(
  action: TextToVideo | ImageToVideo | OmniVideo | Extend,
  model: VideoModel,
  endpoint: VideoEndpoint,
): void {
  const lacking: string[] = [];
  const refuse = (field: string, isAsked: boolean, isTaken: boolean): void => {
    if (isAsked && !isTaken) lacking.push(field);
  };
  if ("negative_prompt" in action) {
    refuse("negative_prompt", (action.negative_prompt ?? "") !== "", endpoint.negativePrompt);
  }
  if ("cfg_scale" in action) refuse("cfg_scale", action.cfg_scale !== undefined, endpoint.cfgScale);
  if (action.kind !== "extend") {
    refuse("audio", action.audio === true, endpoint.audio !== "none");
    refuse("audio", action.audio === false, endpoint.audio !== "always");
    refuse("cuts", action.cuts !== undefined, endpoint.cuts !== undefined);
  }
  if (action.kind === "text_to_video" || action.kind === "image_to_video") {
    refuse("camera_control", action.camera_control !== undefined, endpoint.camera !== undefined);
  }
  if (action.kind === "omni_video") {
    const isGiven = action.feature_video !== undefined || action.base_video !== undefined;
    refuse("audio: original", action.audio === "original", isGiven);
    refuse("second video", action.feature_video !== undefined, action.base_video === undefined);
    refuse("end_image alone", action.end_image !== undefined, action.image !== undefined);
  }
  if (action.kind === "image_to_video") {
    refuse("end_image", action.end_image !== undefined, endpoint.endImage !== undefined);
    const brushes = action.static_mask !== undefined || action.dynamic_masks !== undefined;
    refuse("motion brush", brushes, endpoint.brush !== undefined);
    refuse(
      "silent voices",
      action.voices !== undefined,
      endpoint.voices === undefined || action.audio === true,
    );
    refuseMore("elements", action.elements, endpoint.elements, model);
    refuseMore("voices", action.voices, endpoint.voices, model);
  }
  if (lacking.length > 0) throw new Error(`${model.id} has no ${lacking.join(", ")} at ${endpoint.path}`);
}

function refuseMore(
  field: string,
  given: readonly unknown[] | undefined,
  most: number | undefined,
  model: VideoModel,
): void {
  const count = given?.length ?? 0;
  if (count > (most ?? 0)) throw new Error(`${model.id} takes ${most ?? 0} ${field}, not ${count}`);
}
