/**
 * The inputs of an action, one by one. Of several in one field each has a name of its own: `images.0`, `elements.mara`.
 */
import { unreachable } from "../base/guard.js";
import type { Action } from "./actions.js";
import type { Input, Reference } from "./input.js";

/** The inputs of an action by field name, in a fixed order. */
export function inputsOf(action: Action): readonly (readonly [field: string, input: Input])[] {
  switch (action.kind) {
    case "text_to_video":
    case "text_to_audio":
      return [];
    case "image_to_video":
      return [
        ...present(["image", action.image], ["end_image", action.end_image]),
        ...named("elements", action.elements),
        ...named("voices", action.voices),
        ...present(["static_mask", action.static_mask]),
        ...listed(
          "dynamic_masks",
          action.dynamic_masks?.map(({ mask }) => mask),
        ),
      ];
    case "omni_video":
      return [
        ...present(["image", action.image], ["end_image", action.end_image]),
        ...named("refer_images", action.refer_images),
        ...present(["feature_video", action.feature_video], ["base_video", action.base_video]),
        ...named("elements", action.elements),
      ];
    case "motion_control":
      return [
        ...present(["image", action.image], ["motion_video", action.motion_video]),
        ...named("elements", action.elements),
      ];
    case "avatar":
      return present(["image", action.image], ["audio", action.audio]);
    case "effect":
    case "multi_image_to_video":
      return listed("images", action.images);
    case "extend":
      return present(["source", action.source], ["frame", action.frame]);
    case "video_to_audio":
    case "frame":
    case "picture":
      return present(["source", action.source]);
    case "lip_sync":
      return present(["source", action.source], ["audio", action.audio]);
    case "image":
      return [...present(["image", action.image]), ...named("elements", action.elements)];
    case "omni_image":
      return [...named("refer_images", action.refer_images), ...named("elements", action.elements)];
    case "multi_image":
      return [
        ...listed("subjects", action.subjects),
        ...present(["scene", action.scene], ["style", action.style]),
      ];
    case "expand":
      return present(["image", action.image]);
    case "try_on":
      return present(["human", action.human], ["cloth", action.cloth]);
    case "element":
      return [
        ...present(["image", action.image]),
        ...listed("refer_images", action.refer_images),
        ...present(["video", action.video], ["voice", action.voice]),
      ];
    case "voice":
      return present(["sample", action.sample]);
    default:
      return unreachable(action);
  }
}

type Field = readonly [string, Input];

function present(...fields: readonly (readonly [string, Input | undefined])[]): readonly Field[] {
  return fields.flatMap(([field, input]) => (input === undefined ? [] : [[field, input] as const]));
}

/** `elements.mara`. */
function named(field: string, references: readonly Reference[] | undefined): readonly Field[] {
  return (references ?? []).map(({ handle, input }) => [`${field}.${handle}`, input] as const);
}

/** `images.0`. */
function listed(field: string, inputs: readonly Input[] | undefined): readonly Field[] {
  return (inputs ?? []).map((input, index) => [`${field}.${index}`, input] as const);
}
