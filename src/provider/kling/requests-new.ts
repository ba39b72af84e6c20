/**
 * Bodies of the new dialect: words or `contents`, `settings`, `options`. Everything that has a default at the vendor and
 * a price is said outright; `multi_shot` is on unless it is switched off. Pure; knows nothing of paths and hosts.
 */
import type { Mode, VideoEndpoint, VideoModel } from "../../catalog/model.js";
import type { Cut } from "../../graph/actions.js";
import { CONTINUED_CLIP, continuationPrompt } from "../../graph/continuation.js";
import type { Reference } from "../../graph/input.js";
import type { ClientReference } from "../../plan/prior.js";
import type { ExactJson } from "../json.js";
import { carriedEither, carriedInput, clipUrl, keptId, type Carried } from "./carried.js";
import { cutList, isNamed } from "./prompt.js";
import { nearestRatio } from "./ratio.js";
import type { CreateRequest, Given, Target } from "./target.js";

type Body = CreateRequest["body"];
type Settings = Record<string, ExactJson>;
type Item = Readonly<Record<string, ExactJson>>;

/** Models whose endpoints have the switch `multi_shot`; the others cut shots by the prompt or not at all. */
const MULTI_SHOT = new Set(["kling-3.0", "kling-3.0-omni"]);

/** The body of a clip. */
export function newClip(
  { action, model, endpoint, first }: Extract<Target, { readonly kind: "clip" }>,
  { reference, carried }: Given,
): Body {
  const settings = shotSettings(model, endpoint, action);
  const prompt = wordsOf(action);
  const options = optionsOf(reference);
  if (action.kind === "text_to_video") {
    const { duration, ...rest } = settings;
    const shaped = { ...rest, aspect_ratio: action.aspect_ratio, duration };
    if (endpoint.shape === "text") return { prompt, settings: shaped, options };
    return { contents: promptItem(prompt), settings: shaped, options };
  }
  const contents = [
    ...promptItem(prompt),
    { type: "first_frame", url: carriedInput(carried, first) },
    ...pictureItem("last_frame", action.end_image, "end_image", carried),
    ...keptItems("element", "elements", action.elements, carried),
    ...keptItems("voice", "voices", action.voices, carried),
  ];
  return { contents, settings, options };
}

/** The body of a clip from references. Beside a video to edit the vendor's examples name no length. */
export function newOmni(
  { action, model, endpoint }: Extract<Target, { readonly kind: "omni" }>,
  { reference, carried }: Given,
): Body {
  const prompt = wordsOf(action);
  const { duration, ...settings } = shotSettings(model, endpoint, action);
  const video = (field: "feature_video" | "base_video"): readonly Item[] =>
    action[field] === undefined
      ? []
      : [
          {
            type: field,
            url: clipUrl(carried, field),
            // A name that the prompt does not use could only collide with one that it does.
            ...(isNamed(CONTINUED_CLIP, prompt) ? { id: CONTINUED_CLIP } : {}),
          },
        ];
  return {
    contents: [
      ...promptItem(prompt),
      ...pictureItem("first_frame", action.image, "image", carried),
      ...pictureItem("last_frame", action.end_image, "end_image", carried),
      ...(action.refer_images ?? []).map(({ handle }) => ({
        type: "refer_image",
        url: carriedInput(carried, `refer_images.${handle}`),
        id: handle,
      })),
      ...video("feature_video"),
      ...video("base_video"),
      ...keptItems("element", "elements", action.elements, carried),
    ],
    settings: {
      ...settings,
      ...(action.aspect_ratio === undefined ? {} : { aspect_ratio: action.aspect_ratio }),
      ...(duration === undefined ? {} : { duration }),
    },
    options: optionsOf(reference),
  };
}

/** The body of a figure that takes over a motion. */
export function newMotion(
  { action, model }: Extract<Target, { readonly kind: "motion" }>,
  { reference, carried }: Given,
): Body {
  return {
    contents: [
      ...promptItem(action.prompt ?? ""),
      { type: "image", url: carriedInput(carried, "image") },
      { type: "video", url: clipUrl(carried, "motion_video") },
      ...keptItems("element", "elements", action.elements, carried),
    ],
    settings: {
      character_orientation: action.character_orientation,
      audio: action.audio === false ? "off" : "original",
      resolution: resolutionOf(model, action.mode),
    },
    options: optionsOf(reference),
  };
}

/** The body of a clip that goes on from another one. */
export function newContinuation(
  { action, model, endpoint }: Extract<Target, { readonly kind: "continuation" }>,
  { reference, carried }: Given,
): Body {
  const source = carriedEither(carried, "source");
  return {
    contents: [
      { type: "prompt", text: continuationPrompt(action.prompt, "new") },
      { type: "feature_video", url: clipUrl(carried, "source"), id: CONTINUED_CLIP },
    ],
    settings: {
      ...multiShot(model, undefined),
      audio: "off",
      resolution: resolutionOf(model, action.mode),
      aspect_ratio: nearestRatio(endpoint.aspectRatios, source),
      duration: action.duration ?? 5,
    },
    options: optionsOf(reference),
  };
}

/** What all clips have to say outright; the length last, where there is one. */
function shotSettings(
  model: VideoModel,
  endpoint: VideoEndpoint,
  action: {
    readonly audio?: boolean | "original";
    readonly cuts?: readonly Cut[];
    readonly mode?: Mode;
    readonly duration?: number;
  },
): Settings {
  const settings = multiShot(model, action.cuts);
  const { audio } = action;
  // Omni endpoints have the field even where no sound can be made.
  if (endpoint.audio === "optional" || endpoint.shape === "omni") {
    settings["audio"] = audio === true ? "native" : audio === "original" ? "original" : "off";
  }
  settings["resolution"] = resolutionOf(model, action.mode);
  if (action.duration !== undefined) settings["duration"] = action.duration;
  return settings;
}

function multiShot(model: VideoModel, cuts: readonly Cut[] | undefined): Settings {
  const names = [model.id, model.like, model.wireName];
  const hasSwitch = names.some((name) => name !== undefined && MULTI_SHOT.has(name));
  return hasSwitch ? { multi_shot: cuts !== undefined } : {};
}

function wordsOf({ prompt, cuts }: { readonly prompt?: string; readonly cuts?: readonly Cut[] }): string {
  return cuts === undefined ? (prompt ?? "") : cutList(cuts);
}

function promptItem(text: string): readonly Item[] {
  return text === "" ? [] : [{ type: "prompt", text }];
}

function pictureItem(type: string, input: unknown, field: string, carried: Carried): readonly Item[] {
  return input === undefined ? [] : [{ type, url: carriedInput(carried, field) }];
}

function keptItems(
  type: "element" | "voice",
  field: string,
  references: readonly Reference[] = [],
  carried: Carried,
): readonly Item[] {
  return references.map(({ handle }) => ({
    type,
    [`${type}_id`]: keptId(carried, `${field}.${handle}`),
    id: handle,
  }));
}

function optionsOf(reference: ClientReference): ExactJson {
  return { external_task_id: reference, watermark_info: { enabled: false } };
}

function resolutionOf(model: VideoModel, mode: Mode = "std"): string {
  const resolution =
    model.modes.length === 0 ? model.resolution : model.modes.find((row) => row.mode === mode)?.resolution;
  if (resolution === undefined) throw new Error(`${model.id} has no mode ${mode}`);
  return resolution;
}
