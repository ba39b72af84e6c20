/**
 * From an action to the request that creates its task, in whichever of the vendor's two dialects its model speaks.
 * Pure. A field that the endpoint lacks is a bug of ours, because the graph has refused it long before; leaving it out
 * in silence would buy another clip than was asked for.
 */
import { unreachable } from "../../base/guard.js";
import type { VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type { ImageToVideo, TextToVideo } from "../../graph/step.js";
import type { ClientReference } from "../../plan/prior.js";
import { legacyClip, legacyImage, legacyTryOn } from "./requests-legacy.js";
import { newClip } from "./requests-new.js";
import { addressOf, type Carried, type CreateRequest, type Target } from "./target.js";

/** The create of a target. @throws Error when the action has what its endpoint lacks, or an input was not handed over. */
export function createRequest(target: Target, reference: ClientReference, carried: Carried): CreateRequest {
  const path = addressOf(target).product;
  return { method: "POST", path, body: bodyOf(target, reference, carried) };
}

function bodyOf(target: Target, reference: ClientReference, carried: Carried): CreateRequest["body"] {
  switch (target.kind) {
    case "clip": {
      refuseLacking(target.action, target.model, target.endpoint);
      const clip = target.model.dialect === "new" ? newClip : legacyClip;
      return clip(target, reference, carried);
    }
    case "image":
      return legacyImage(target.action, target.model, reference, carried);
    case "try_on":
      return legacyTryOn(target.model, reference, carried);
    default:
      return unreachable(target);
  }
}

function refuseLacking(action: TextToVideo | ImageToVideo, model: VideoModel, endpoint: VideoEndpoint): void {
  const lacking: string[] = [];
  if ((action.negative_prompt ?? "") !== "" && !endpoint.negativePrompt) lacking.push("negative_prompt");
  if (action.cfg_scale !== undefined && !endpoint.cfgScale) lacking.push("cfg_scale");
  if (action.audio === true && endpoint.audio === "none") lacking.push("audio");
  if (action.audio === false && endpoint.audio === "always") lacking.push("audio");
  if (action.kind === "image_to_video" && action.end_image !== undefined && endpoint.endImage === undefined) {
    lacking.push("end_image");
  }
  if (lacking.length > 0) throw new Error(`${model.id} has no ${lacking.join(", ")} at ${endpoint.path}`);
}
