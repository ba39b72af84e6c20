/**
 * Which fields a step has in the end: built-in defaults < defaults < profile defaults < own fields < profile override.
 * A default that the step cannot take is left out; a field of the step's own stays, and the rules judge it.
 */
import { unreachable } from "../base/guard.js";
import type { Catalog } from "../catalog/catalog.js";
import type { ImageModel, VideoModel } from "../catalog/model.js";
import type { FieldSet, ImageFields, Manifest, Profile, VideoFields } from "../manifest/manifest.js";
import type { Beside } from "./rules-field.js";
import { takesField } from "./rules.js";

/** The kinds of clip that a model of one's choice makes. */
export type ClipKind =
  | "text_to_video"
  | "image_to_video"
  | "omni_video"
  | "motion_control"
  | "multi_image_to_video";

/** The kinds of still that a model of one's choice makes. */
export type StillKind = "image" | "omni_image" | "multi_image";

/** The model of a clip when nobody names one that can make it. */
const VIDEO_MODELS: Readonly<Record<ClipKind, string>> = {
  text_to_video: "kling-2.5-turbo",
  image_to_video: "kling-2.5-turbo",
  omni_video: "kling-3.0-omni",
  motion_control: "kling-2.6",
  multi_image_to_video: "kling-v1-6",
};

/** The model of a still when nobody names one that can make it. */
const IMAGE_MODELS: Readonly<Record<StillKind, string>> = {
  image: "kling-v3",
  omni_image: "kling-v3-omni",
  multi_image: "kling-v2-1",
};

/** What is in force for a whole expansion. */
export interface InForce {
  readonly catalog: Catalog;
  readonly defaults: readonly FieldSet[];
  readonly override: FieldSet;
}

/** Defaults and override of a manifest under a profile. */
export function inForce(manifest: Manifest, profile: Profile | undefined, catalog: Catalog): InForce {
  return {
    catalog,
    defaults: [manifest.defaults, ...(profile?.defaults ? [profile.defaults] : [])],
    override: profile?.override ?? {},
  };
}

/** A clip's fields. `model` is the catalog's id when it is known there, else as written. */
export function effectiveVideo(
  own: VideoFields,
  kind: ClipKind,
  endImage: boolean,
  force: InForce,
): VideoFields & { readonly model: string } {
  const layers = force.defaults.map((set) => set.video ?? {});
  const override = force.override.video ?? {};
  const able = (layer: VideoFields): boolean => makesClip(force.catalog.video(layer.model ?? ""), kind);
  const named = modelOf(own, layers, override, able);
  const wanted = named ?? VIDEO_MODELS[kind];
  const model = force.catalog.video(wanted);
  const way = kind === "image_to_video" ? kind : "text_to_video";
  // Whether a field is taken can depend on the mode, so the mode is settled first.
  const layered = (beside: Beside): VideoFields => {
    const takeable = (layer: VideoFields): VideoFields =>
      model === undefined
        ? layer
        : fieldsWhere(layer, (field, value) =>
            takesField(model, way, field as keyof VideoFields, value, beside),
          );
    return { ...Object.assign({}, ...layers.map(takeable)), ...present(own), ...takeable(override) };
  };
  const mode = layered({ endImage }).mode ?? model?.modes[0]?.mode;
  return { ...layered({ endImage, ...(mode === undefined ? {} : { mode }) }), model: model?.id ?? wanted };
}

/** A still's fields, in the same order of precedence. */
export function effectiveImage(
  own: ImageFields & { readonly image?: unknown },
  kind: StillKind,
  force: InForce,
): ImageFields & { readonly model: string } {
  const layers = force.defaults.map((set) => set.image ?? {});
  const override = force.override.image ?? {};
  const able = (layer: ImageFields): boolean => makesStill(force.catalog.image(layer.model ?? ""), kind);
  const wanted = modelOf(own, layers, override, able) ?? IMAGE_MODELS[kind];
  const model = force.catalog.image(wanted);
  const takeable = (layer: ImageFields): ImageFields =>
    fieldsWhere(layer, (field, value) => {
      if (model === undefined) return true;
      if (field === "negative_prompt") return model.negativePrompt && own.image === undefined;
      if (field === "resolution") return (model.resolutions as readonly unknown[]).includes(value);
      if (field === "aspect_ratio") return (model.aspectRatios as readonly unknown[]).includes(value);
      return true;
    });
  return {
    ...Object.assign({}, ...layers.map(takeable)),
    ...present(imageFields(own)),
    ...takeable(override),
    model: model?.id ?? wanted,
  };
}

function imageFields({ model, aspect_ratio, resolution, negative_prompt }: ImageFields): ImageFields {
  return { model, aspect_ratio, resolution, negative_prompt };
}

/** The model that is named first; a default or an override that cannot do it is left out, as its other fields are. */
function modelOf<T extends { readonly model?: string }>(
  own: T,
  layers: readonly T[],
  override: T,
  able: (layer: T) => boolean,
): string | undefined {
  const named = (layer: T) => layer.model !== undefined;
  if (named(override) && able(override)) return override.model;
  return named(own) ? own.model : layers.findLast((layer) => named(layer) && able(layer))?.model;
}

/**
 * Whether a model makes clips of a kind that only few make. For the kinds that most make, and for names that nobody knows,
 * the rules say what is wrong.
 */
function makesClip(model: VideoModel | undefined, kind: ClipKind): boolean {
  switch (kind) {
    case "text_to_video":
    case "image_to_video":
      return true;
    case "omni_video":
      return model === undefined || model.textToVideo?.shape === "omni";
    case "motion_control":
      return model === undefined || model.motion !== undefined;
    case "multi_image_to_video":
      return model === undefined || model.multiImage !== undefined;
    default:
      return unreachable(kind);
  }
}

function makesStill(model: ImageModel | undefined, kind: StillKind): boolean {
  switch (kind) {
    case "image":
      return true;
    case "omni_image":
      return model === undefined || model.does === "omni";
    case "multi_image":
      return model === undefined || model.multiImage !== undefined;
    default:
      return unreachable(kind);
  }
}

function fieldsWhere<T extends object>(fields: T, keep: (field: string, value: unknown) => boolean): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== undefined && keep(field, value)),
  ) as T;
}

function present<T extends object>(fields: T): T {
  return fieldsWhere(fields, () => true);
}
