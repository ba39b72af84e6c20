/**
 * From an action to the request that creates its task, in whichever of the vendor's two dialects its model speaks.
 * Pure. A field that the endpoint lacks is a bug of ours, because the graph has refused it long before; leaving it out
 * in silence would buy another clip than was asked for.
 */
import { isRecord, unreachable } from "../../base/guard.js";
import type { Dialect, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type { Extend, ImageToVideo, TextToVideo } from "../../graph/actions.js";
import { legacyClip, legacyContinuation, legacyImage, legacyTryOn } from "./requests-legacy.js";
import { newClip, newContinuation } from "./requests-new.js";
import { advancedLipSync, nativeExtension, oldLipSync } from "./requests-refine.js";
import { addressOf, type CreateRequest, type Given, type Target } from "./target.js";

/** The create of a target. @throws Error when the action has what its endpoint lacks, or an input was not handed over. */
export function createRequest(target: Target, given: Given): CreateRequest {
  const { dialect, product } = addressOf(target);
  const body = bodyOf(target, given);
  return {
    method: "POST",
    path: product,
    body: given.callback === undefined ? body : withCallback(body, dialect, given.callback),
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
    default:
      return unreachable(dialect);
  }
}

function bodyOf(target: Target, given: Given): CreateRequest["body"] {
  switch (target.kind) {
    case "clip": {
      refuseLacking(target.action, target.model, target.endpoint);
      const clip = target.model.dialect === "new" ? newClip : legacyClip;
      return clip(target, given);
    }
    case "continuation": {
      refuseLacking(target.action, target.model, target.endpoint);
      const continuation = target.model.dialect === "new" ? newContinuation : legacyContinuation;
      return continuation(target, given);
    }
    case "native_extension":
      return nativeExtension(target.action, given);
    case "lip_sync":
      return target.way === "old" ? oldLipSync(target.action, given) : advancedLipSync(target.action, given);
    case "image":
      return legacyImage(target.action, target.model, given);
    case "try_on":
      return legacyTryOn(target.model, given);
    default:
      return unreachable(target);
  }
}

function refuseLacking(
  action: TextToVideo | ImageToVideo | Extend,
  model: VideoModel,
  endpoint: VideoEndpoint,
): void {
  const lacking: string[] = [];
  if ((action.negative_prompt ?? "") !== "" && !endpoint.negativePrompt) lacking.push("negative_prompt");
  if (action.cfg_scale !== undefined && !endpoint.cfgScale) lacking.push("cfg_scale");
  const audio = action.kind === "extend" ? undefined : action.audio;
  if (audio === true && endpoint.audio === "none") lacking.push("audio");
  if (audio === false && endpoint.audio === "always") lacking.push("audio");
  if (action.kind === "image_to_video" && action.end_image !== undefined && endpoint.endImage === undefined) {
    lacking.push("end_image");
  }
  if (lacking.length > 0) throw new Error(`${model.id} has no ${lacking.join(", ")} at ${endpoint.path}`);
}
