/**
 * An entry of a shot's `steps:` → its action, which works on the result of the step before it.
 * Does not judge whether the model takes the fields: that is `rules.ts`.
 */
import { problem, type Path } from "../base/diagnostic.js";
import type { ExtendFields, LipSyncFields, ShotStep, VideoToAudioFields } from "../manifest/manifest.js";
import type { Action, ExtendVia } from "./actions.js";
import { effectiveVideo, type InForce } from "./effective.js";
import {
  copyOf,
  identityOf,
  inputIf,
  missing,
  modeOf,
  optional,
  ownVideo,
  refuseFields,
  wordsOf,
  type Making,
} from "./entry.js";
import type { Input, StepId } from "./input.js";

/** Fields of an extend that would have no effect. */
const NOT_NATIVE = ["model", "mode", "duration", "aspect_ratio", "audio"] as const;
const NOT_CONTINUED = ["aspect_ratio", "audio"] as const;

/** The step that a refinement works on. */
export interface Previous {
  readonly base: string;
  readonly action: Action;
}

/** The action of a refinement; undefined where it names none. */
export function refineAction(
  { extend, lip_sync, video_to_audio }: ShotStep,
  previous: Previous,
  path: Path,
  making: Making,
): Action | undefined {
  const source: Input = { kind: "step", id: previous.base as StepId };
  if (extend !== undefined) return extendAction(extend, source, previous, path, making);
  if (lip_sync !== undefined) return lipSyncAction(lip_sync, source, path, making);
  return video_to_audio === undefined ? undefined : videoToAudioAction(video_to_audio, source, path, making);
}

function extendAction(
  own: ExtendFields,
  source: Input,
  previous: Previous,
  path: Path,
  making: Making,
): Action {
  const { force } = making;
  const via = own.via ?? firstWay(previous.action, force);
  const prompt = wordsOf(own.prompt, [...path, "prompt"], making);
  const common = {
    kind: "extend",
    via,
    source,
    ...optional("prompt", prompt === "" ? undefined : prompt),
    ...optional("negative_prompt", wordsOf(own.negative_prompt, [...path, "negative_prompt"], making)),
    ...optional("cfg_scale", own.cfg_scale),
    ...optional("copy", copyOf(own.copy)),
    ...(via === "last_frame" ? { frame: making.lastFrame(previous.base, path) } : {}),
  } as const;
  if (own.copy !== undefined && via !== "omni") {
    making.report(
      problem("catalog/unsupported", `extend via ${via} takes no copy of the clip`, {
        path: [...path, "copy"],
        on: "key",
        why:
          via === "native"
            ? "the vendor continues its own results only"
            : "the picture to continue from is taken from the clip on this machine",
        help: via === "native" ? "set via: omni or last_frame, or remove copy" : "remove copy",
      }),
    );
  }
  refuseFields(
    own,
    via === "native" ? NOT_NATIVE : NOT_CONTINUED,
    (field) => ({
      message: `extend via ${via} takes no ${field}`,
      why:
        via === "native"
          ? "it continues with the clip's own model, mode and step"
          : field === "audio"
            ? "what continues a clip is rendered without sound"
            : "it has the shape of the clip that it continues",
    }),
    path,
    making,
  );
  if (via === "native") return common;
  const inherited = "model" in previous.action ? previous.action.model : undefined;
  const model = own.model ?? (via === "omni" ? "kling-3.0-omni" : inherited);
  const fields = effectiveVideo({ ...ownVideo(own), ...optional("model", model) }, "image_to_video", false, {
    ...force,
    override: {},
  });
  return {
    ...common,
    model: fields.model,
    ...identityOf(force.catalog.video(fields.model)),
    ...modeOf(fields.model, fields.mode, force),
    duration: fields.duration ?? 5,
  };
}

function lipSyncAction(own: LipSyncFields, source: Input, path: Path, making: Making): Action {
  if ((own.audio === undefined) === (own.text === undefined)) {
    missing(
      "lip_sync wants either audio or text",
      path,
      "name an audio file (audio: vo/020.wav), or write text with a voice",
      making,
    );
  }
  return {
    kind: "lip_sync",
    source,
    ...optional("audio", inputIf(own.audio, [...path, "audio"], "sound", making)),
    ...optional("text", wordsOf(own.text, [...path, "text"], making)),
    ...optional("voice", own.voice),
    ...optional("voice_language", own.voice_language),
    ...optional("voice_speed", own.voice_speed),
    ...optional("face", own.face),
    ...optional("audio_start", own.audio_start),
    ...optional("audio_end", own.audio_end),
    ...optional("at", own.at),
    ...optional("volume", own.volume),
    ...optional("original_volume", own.original_volume),
    ...optional("copy", copyOf(own.copy)),
  };
}

function videoToAudioAction(own: VideoToAudioFields, source: Input, path: Path, making: Making): Action {
  const words = (field: "sound_effect_prompt" | "bgm_prompt") => {
    const text = wordsOf(own[field], [...path, field], making);
    return optional(field, text === "" ? undefined : text);
  };
  return {
    kind: "video_to_audio",
    source,
    ...words("sound_effect_prompt"),
    ...words("bgm_prompt"),
    ...optional("asmr_mode", own.asmr_mode),
    ...optional("copy", copyOf(own.copy)),
  };
}

/** The first way of extending that the source's model allows; never what happens to be installed. */
function firstWay(source: Action, force: InForce): ExtendVia {
  if (source.kind === "extend" && source.via === "native") return "native";
  const model =
    "model" in source && source.model !== undefined ? force.catalog.video(source.model) : undefined;
  return model?.extend[0] ?? "omni";
}
