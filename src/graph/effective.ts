/**
 * Which fields a step has in the end: built-in defaults < defaults < profile defaults < own fields < profile override.
 * A default that the step cannot take is left out; a field of the step's own stays, and the rules judge it.
 */
import type { Catalog } from "../catalog/catalog.js";
import type { FieldSet, ImageFields, Manifest, Profile, VideoFields } from "../manifest/manifest.js";
import type { Beside } from "./rules-field.js";
import { takesField } from "./rules.js";

/** The model of a clip when nobody names one. */
export const DEFAULT_VIDEO_MODEL = "kling-2.5-turbo";

/** The model of a still when nobody names one. */
export const DEFAULT_IMAGE_MODEL = "kling-v3";

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
  kind: "text_to_video" | "image_to_video",
  endImage: boolean,
  force: InForce,
): VideoFields & { readonly model: string } {
  const layers = force.defaults.map((set) => set.video ?? {});
  const override = force.override.video ?? {};
  const named = [override, own, ...layers.toReversed()].find((layer) => layer.model !== undefined)?.model;
  const wanted = named ?? DEFAULT_VIDEO_MODEL;
  const model = force.catalog.video(wanted);
  // Whether a field is taken can depend on the mode, so the mode is settled first.
  const layered = (beside: Beside): VideoFields => {
    const takeable = (layer: VideoFields): VideoFields =>
      model === undefined
        ? layer
        : fieldsWhere(layer, (field, value) =>
            takesField(model, kind, field as keyof VideoFields, value, beside),
          );
    return { ...Object.assign({}, ...layers.map(takeable)), ...present(own), ...takeable(override) };
  };
  const mode = layered({ endImage }).mode ?? model?.modes[0]?.mode;
  return { ...layered({ endImage, ...(mode === undefined ? {} : { mode }) }), model: model?.id ?? wanted };
}

/** A still's fields, in the same order of precedence. */
export function effectiveImage(
  own: ImageFields,
  fromImage: boolean,
  force: InForce,
): ImageFields & { readonly model: string } {
  const layers = force.defaults.map((set) => set.image ?? {});
  const override = force.override.image ?? {};
  const named = [override, own, ...layers.toReversed()].find((layer) => layer.model !== undefined)?.model;
  const wanted = named ?? DEFAULT_IMAGE_MODEL;
  const model = force.catalog.image(wanted);
  const takeable = (layer: ImageFields): ImageFields =>
    fieldsWhere(layer, (field, value) => {
      if (model === undefined) return true;
      if (field === "negative_prompt") return model.negativePrompt && !fromImage;
      if (field === "resolution") return (model.resolutions as readonly unknown[]).includes(value);
      if (field === "aspect_ratio") return (model.aspectRatios as readonly unknown[]).includes(value);
      return true;
    });
  return {
    ...Object.assign({}, ...layers.map(takeable)),
    ...present(own),
    ...takeable(override),
    model: model?.id ?? wanted,
  };
}

function fieldsWhere<T extends object>(fields: T, keep: (field: string, value: unknown) => boolean): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== undefined && keep(field, value)),
  ) as T;
}

function present<T extends object>(fields: T): T {
  return fieldsWhere(fields, () => true);
}
