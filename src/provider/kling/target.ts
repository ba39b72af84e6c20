/**
 * What an action is sent to: its model, its endpoint, and the words that all builders of requests share.
 * Pure. Kinds that this release does not render have no target, and asking for one is a bug of ours.
 */
import type { Json } from "../../base/digest.js";
import { unreachable } from "../../base/guard.js";
import type { ImageModel, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type { Action, ImageToVideo, MakeImage, TextToVideo, TryOn } from "../../graph/step.js";
import type { Address } from "../provider.js";

/** The catalog's look-ups that requests need. */
export interface Models {
  video(id: string): VideoModel | undefined;
  image(id: string): ImageModel | undefined;
}

/** Inputs by field name of the action, as the wire has them: a URL, or base64 without a prefix. */
export type Carried = ReadonlyMap<string, string>;

/** A create. */
export interface CreateRequest {
  readonly method: "POST";
  readonly path: string;
  readonly body: Readonly<Record<string, Json>>;
}

/** An action of a kind that is rendered, with its model and endpoint. */
export type Target =
  | {
      readonly kind: "clip";
      readonly action: TextToVideo | ImageToVideo;
      readonly model: VideoModel;
      readonly endpoint: VideoEndpoint;
    }
  | { readonly kind: "image"; readonly action: MakeImage; readonly model: ImageModel }
  | { readonly kind: "try_on"; readonly action: TryOn; readonly model: ImageModel };

/** Model and endpoint of an action. @throws Error for kinds that are not rendered here and for unknown models. */
export function targetOf(models: Models, action: Action): Target {
  switch (action.kind) {
    case "text_to_video":
    case "image_to_video": {
      const model = models.video(action.model);
      const endpoint = action.kind === "text_to_video" ? model?.textToVideo : model?.imageToVideo;
      if (model === undefined || endpoint === undefined) throw noRequest(action.kind, action.model);
      return { kind: "clip", action, model, endpoint };
    }
    case "image": {
      const model = models.image(action.model);
      if (model?.does !== "generate") throw noRequest(action.kind, action.model);
      return { kind: "image", action, model };
    }
    case "try_on": {
      const model = models.image(action.model);
      if (model?.does !== "try_on") throw noRequest(action.kind, action.model);
      return { kind: "try_on", action, model };
    }
    case "extend":
    case "lip_sync":
    case "frame":
      throw new Error(`no request is made for the action ${action.kind}`);
    default:
      return unreachable(action);
  }
}

/** Where the task of a target is created and asked for. */
export function addressOf(target: Target): Address {
  return target.kind === "clip"
    ? { dialect: target.model.dialect, product: target.endpoint.path }
    : { dialect: target.model.dialect, product: target.model.path };
}

/** The text of an input. @throws Error when it was not handed over. */
export function carriedInput(carried: Carried, field: string): string {
  const text = carried.get(field);
  if (text === undefined) throw new Error(`the input ${field} was not handed over`);
  return text;
}

function noRequest(kind: string, model: string): Error {
  return new Error(`the catalog has no way to ask ${model} for ${kind}`);
}
