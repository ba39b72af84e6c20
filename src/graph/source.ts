/**
 * What is known, before anything is rendered, of the clip that an extend or lip-sync works on.
 */
import { unreachable } from "../base/guard.js";
import { NATIVE_SECONDS } from "../catalog/units.js";
import type { SourceFacts } from "./rules-refine.js";
import type { Action, ExtendVia } from "./actions.js";
import type { Input, StepId } from "./input.js";

/** Whether an extend gives the whole clip, or the continuation alone. [kling-api 3.2, 4.4: native adds to its clip] */
export function returnsOf(via: ExtendVia): "whole" | "tail" {
  return via === "native" ? "whole" : "tail";
}

/** The step whose clip an action works on. */
export function workedOn(action: Action): StepId | undefined {
  switch (action.kind) {
    case "extend":
    case "lip_sync":
    case "video_to_audio":
      return stepOf(action.source);
    case "omni_video":
      return stepOf(action.base_video ?? action.feature_video);
    case "motion_control":
      return stepOf(action.motion_video);
    case "element":
      return stepOf(action.video);
    case "voice":
      return stepOf(action.sample);
    default:
      return undefined;
  }
}

/** The sound that decides how long the clip of an action becomes. */
export function heardIn(action: Action): Input | undefined {
  return action.kind === "avatar" ? action.audio : undefined;
}

/** The step that makes the sound that an action speaks. */
export function soundOf(action: Action): StepId | undefined {
  return stepOf(action.kind === "lip_sync" ? action.audio : heardIn(action));
}

function stepOf(input: Input | undefined): StepId | undefined {
  return input?.kind === "step" ? input.id : undefined;
}

/**
 * What is known of the clip and the sound that `action` works on and of its elements, as far as the graph tells. `actionOf`
 * says nothing of steps whose clip may be another one than is written (held ones).
 */
export function sourceFacts(action: Action, actionOf: (id: StepId) => Action | undefined): SourceFacts {
  const id = workedOn(action);
  const above = id === undefined ? undefined : actionOf(id);
  const clip = above === undefined ? {} : clipFacts(above, sourceFacts(above, actionOf));
  const heardId = soundOf(action);
  const sound = heardId === undefined ? undefined : actionOf(heardId);
  const characters = charactersOf(action, actionOf);
  return {
    ...clip,
    ...(sound === undefined ? {} : asSound(clipFacts(sound, {}))),
    ...(characters.length === 0 ? {} : { characters }),
  };
}

/** The handles of elements that are made of videos. */
function charactersOf(action: Action, actionOf: (id: StepId) => Action | undefined): readonly string[] {
  const elements = "elements" in action ? (action.elements ?? []) : [];
  return elements.flatMap(({ handle, input }) => {
    const made = input.kind === "step" ? actionOf(input.id) : undefined;
    return made?.kind === "element" && made.video !== undefined ? [handle] : [];
  });
}

/** What is known of a sound, as what is known by whom it decides. */
export function asSound({ sourceSeconds }: SourceFacts): SourceFacts {
  return sourceSeconds === undefined ? {} : { soundSeconds: sourceSeconds };
}

/** What is known of the clip or sound that an action makes; `source` is what is known of what it works on. */
export function clipFacts(action: Action, source: SourceFacts): SourceFacts {
  switch (action.kind) {
    case "text_to_video":
      return {
        ...madeBy(action.model, action.mode, action.duration),
        ...shown(action),
        ...heard(action.audio),
      };
    case "image_to_video":
      return { ...madeBy(action.model, action.mode, action.duration), ...heard(action.audio) };
    case "multi_image_to_video":
      return { ...madeBy(action.model, action.mode, action.duration), ...shown(action), ...heard(false) };
    case "omni_video": {
      // An edit is as long as the video that is edited.
      const seconds = action.base_video === undefined ? action.duration : source.sourceSeconds;
      const audio = action.audio === "original" ? source.sourceAudio : (action.audio ?? false);
      return {
        ...madeBy(action.model, action.mode, seconds),
        ...(action.base_video === undefined ? shown(action) : {}),
        ...(audio === undefined ? {} : heard(audio)),
      };
    }
    case "motion_control": {
      const audio = action.audio ?? source.sourceAudio;
      return {
        // As long as the motion that can be used: at most the whole of it.
        ...madeBy(action.model, action.mode, source.sourceSeconds),
        ...(audio === undefined ? {} : heard(audio)),
      };
    }
    case "avatar":
      return { ...heard(true), ...asSource(source.soundSeconds) };
    case "text_to_audio":
      return asSource(action.duration);
    case "effect":
      return {};
    case "lip_sync":
    case "video_to_audio":
      return { ...clipOnly(source), ...heard(true) };
    case "extend": {
      if (returnsOf(action.via) === "tail") {
        return { ...madeBy(action.model, action.mode, action.duration ?? 5), ...heard(false) };
      }
      const { sourceSeconds: before } = source;
      return before === undefined
        ? clipOnly(source)
        : { ...clipOnly(source), sourceSeconds: before + NATIVE_SECONDS.high };
    }
    case "image":
    case "omni_image":
    case "multi_image":
    case "expand":
    case "try_on":
    case "element":
    case "voice":
    case "frame":
    case "picture":
      return {};
    default:
      return unreachable(action);
  }
}

function clipOnly({
  characters: _characters,
  soundSeconds: _soundSeconds,
  ...clip
}: SourceFacts): SourceFacts {
  return clip;
}

function shown({ aspect_ratio: sourceRatio }: { readonly aspect_ratio?: string }): SourceFacts {
  return sourceRatio === undefined ? {} : { sourceRatio };
}

function heard(audio: boolean | undefined): SourceFacts {
  return { sourceAudio: audio ?? false };
}

function asSource(sourceSeconds: number | undefined): SourceFacts {
  return sourceSeconds === undefined ? {} : { sourceSeconds };
}

function madeBy(
  model: string | undefined,
  mode: SourceFacts["sourceMode"],
  sourceSeconds: number | undefined,
): SourceFacts {
  return {
    ...(model === undefined ? {} : { sourceModel: model }),
    ...(mode === undefined ? {} : { sourceMode: mode }),
    ...(sourceSeconds === undefined ? {} : { sourceSeconds }),
  };
}
