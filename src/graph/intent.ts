/**
 * An action as what its key is the digest of: vendor-style names, and nothing that is at its version-1 default, so that
 * fields which are added later leave every old key alone.
 */
import type { Json } from "../base/digest.js";
import { unreachable } from "../base/guard.js";
import type { Action, CameraControl, Cut } from "./actions.js";
import type { Input, Reference } from "./input.js";

/** What an action asks for. */
export interface Intent {
  readonly kind: string;
  readonly [field: string]: Json | undefined;
}

/** Names an input by what it is. */
type Named = (input: Input | undefined) => Json | undefined;

/** An action as key inputs: vendor-style names, version-1 defaults left out. */
export function intent(action: Action, named: Named): Intent {
  const { kind } = action;
  const model = "model" in action ? (action.identity ?? action.model) : undefined;
  switch (action.kind) {
    case "text_to_video":
      return {
        kind,
        model,
        prompt: action.cuts === undefined ? action.prompt : undefined,
        ...clipFields(action),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        ...shotFields(action),
      };
    case "image_to_video":
      return {
        kind,
        model,
        prompt: unless(action.prompt, ""),
        ...clipFields(action),
        image: named(action.image),
        end_image: named(action.end_image),
        ...shotFields(action),
        elements: references(action.elements, named),
        voices: references(action.voices, named),
        static_mask: named(action.static_mask),
        dynamic_masks: action.dynamic_masks?.map(({ mask, trajectories }) => ({
          mask: named(mask) ?? null,
          trajectories: trajectories.map(({ x, y }) => ({ x, y })),
        })),
      };
    case "omni_video":
      return {
        kind,
        model,
        prompt: unless(action.prompt, ""),
        mode: unless(action.mode, "std"),
        duration: unless(action.duration, 5),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        audio: unless(action.audio, false),
        image: named(action.image),
        end_image: named(action.end_image),
        cuts: cutsOf(action.cuts),
        refer_images: references(action.refer_images, named),
        feature_video: named(action.feature_video),
        base_video: named(action.base_video),
        elements: references(action.elements, named),
      };
    case "motion_control":
      return {
        kind,
        model,
        prompt: unless(action.prompt, ""),
        mode: unless(action.mode, "std"),
        image: named(action.image),
        motion_video: named(action.motion_video),
        character_orientation: action.character_orientation,
        audio: action.audio,
        elements: references(action.elements, named),
      };
    case "avatar":
      return {
        kind,
        prompt: unless(action.prompt, ""),
        mode: unless(action.mode, "std"),
        image: named(action.image),
        audio: named(action.audio),
      };
    case "effect":
      return { kind, scene: action.scene, images: list(action.images, named) };
    case "multi_image_to_video":
      return {
        kind,
        model,
        prompt: action.prompt,
        ...clipFields(action),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        images: list(action.images, named),
      };
    case "extend":
      return {
        kind,
        via: action.via,
        source: named(action.source),
        model,
        prompt: unless(action.prompt, ""),
        ...clipFields(action),
      };
    case "lip_sync":
      return {
        kind,
        source: named(action.source),
        audio: named(action.audio),
        text: action.text,
        voice: action.voice,
        voice_language: unless(action.voice_language, "en"),
        voice_speed: unless(action.voice_speed, 1),
        face: unless(action.face, 1),
        audio_start: unless(action.audio_start, 0),
        audio_end: action.audio_end,
        at: unless(action.at, 0),
        volume: unless(action.volume, 1),
        original_volume: unless(action.original_volume, 1),
      };
    case "video_to_audio":
      return {
        kind,
        source: named(action.source),
        sound_effect_prompt: unless(action.sound_effect_prompt, ""),
        bgm_prompt: unless(action.bgm_prompt, ""),
        asmr_mode: unless(action.asmr_mode, false),
      };
    case "image":
      return {
        kind,
        model,
        prompt: action.prompt,
        negative_prompt: unless(action.negative_prompt, ""),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        resolution: unless(action.resolution, "1k"),
        image: named(action.image),
        image_reference: action.image_reference,
        image_fidelity: unless(action.image_fidelity, 0.5),
        human_fidelity: unless(action.human_fidelity, 0.45),
        elements: references(action.elements, named),
      };
    case "omni_image":
      return {
        kind,
        model,
        prompt: action.prompt,
        aspect_ratio: unless(action.aspect_ratio, "auto"),
        resolution: unless(action.resolution, "1k"),
        refer_images: references(action.refer_images, named),
        elements: references(action.elements, named),
        series: action.series,
      };
    case "multi_image":
      return {
        kind,
        model,
        prompt: unless(action.prompt, ""),
        aspect_ratio: unless(action.aspect_ratio, "16:9"),
        subjects: list(action.subjects, named),
        scene: named(action.scene),
        style: named(action.style),
      };
    case "expand":
      return {
        kind,
        prompt: unless(action.prompt, ""),
        image: named(action.image),
        up: unless(action.up, 0),
        down: unless(action.down, 0),
        left: unless(action.left, 0),
        right: unless(action.right, 0),
      };
    case "try_on":
      return { kind, model, human: named(action.human), cloth: named(action.cloth) };
    case "text_to_audio":
      return { kind, prompt: action.prompt, duration: unless(action.duration, 5) };
    case "element":
      return {
        kind,
        description: action.description,
        image: named(action.image),
        refer_images: action.refer_images === undefined ? undefined : list(action.refer_images, named),
        video: named(action.video),
        voice: named(action.voice),
        tags: action.tags === undefined ? undefined : [...action.tags],
      };
    case "voice":
      return { kind, sample: named(action.sample) };
    case "frame":
      return { kind, which: action.which, source: named(action.source) };
    case "picture":
      return { kind, index: action.index, source: named(action.source) };
    default:
      return unreachable(action);
  }
}

/** Several inputs in their order; whether each has a name is for `named` to notice. */
function list(inputs: readonly Input[], named: Named): Json {
  return inputs.map((input) => named(input) ?? null);
}

/** By handle, which the prompt names. */
function references(given: readonly Reference[] | undefined, named: Named): Json | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(given.map(({ handle, input }) => [handle, named(input) ?? null]));
}

function cutsOf(cuts: readonly Cut[] | undefined): Json | undefined {
  return cuts?.map(({ seconds, prompt }) => ({ seconds, prompt }));
}

/** Fields of a single shot that version 1 of keys did not have from the beginning. */
function shotFields(action: {
  readonly cuts?: readonly Cut[];
  readonly camera_control?: CameraControl;
}): Readonly<Record<string, Json | undefined>> {
  const { cuts, camera_control: camera } = action;
  return {
    cuts: cutsOf(cuts),
    camera_control:
      camera === undefined
        ? undefined
        : { type: camera.type, ...(camera.config === undefined ? {} : { config: { ...camera.config } }) },
  };
}

interface ClipFields {
  readonly mode?: string;
  readonly duration?: number;
  readonly negative_prompt?: string;
  readonly cfg_scale?: number;
  readonly audio?: boolean;
}

function clipFields(action: ClipFields): Readonly<Record<string, Json | undefined>> {
  return {
    mode: unless(action.mode, "std"),
    duration: unless(action.duration, 5),
    negative_prompt: unless(action.negative_prompt, ""),
    cfg_scale: unless(action.cfg_scale, 0.5),
    audio: unless(action.audio, false),
  };
}

function unless<T extends Json>(value: T | undefined, initial: T): T | undefined {
  return value === initial ? undefined : value;
}
