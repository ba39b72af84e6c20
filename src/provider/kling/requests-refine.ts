/**
 * Bodies of the `/v1` products that work on a clip without naming a model: the native extension, and the two ways of
 * moving lips. Pure; the small calls that come before a lip-sync stand in `small-calls.ts`.
 */
import type { Json } from "../../base/digest.js";
import { lackedByOldLipSync } from "../../graph/rules-refine.js";
import type { Extend, LipSync } from "../../graph/actions.js";
import type { Material } from "../provider.js";
import { carriedEither, sourceUrl, type Carry, type Given } from "./target.js";

type Body = Readonly<Record<string, Json>>;

/** The body of a native extension. It has no field for a reference. */
export function nativeExtension(action: Extend, { source }: Given): Body {
  if (source?.kind !== "result" || source.id === undefined) {
    throw new Error("a native extension wants a result of the vendor's own, by its id");
  }
  const body: Record<string, Json> = { video_id: source.id };
  if ((action.prompt ?? "") !== "") body["prompt"] = action.prompt ?? "";
  if ((action.negative_prompt ?? "") !== "") body["negative_prompt"] = action.negative_prompt ?? "";
  if (action.cfg_scale !== undefined) body["cfg_scale"] = action.cfg_scale;
  return body;
}

/** The body of a lip-sync whose face and sound the small calls have settled. */
export function advancedLipSync(action: LipSync, { reference, carried, speech }: Given): Body {
  if (speech === undefined) throw new Error("a lip-sync whose faces nobody asked for");
  if ((speech.audio === undefined) === (action.audio === undefined)) {
    throw new Error("a lip-sync wants either its sound file or spoken text");
  }
  const sound =
    speech.audio === undefined
      ? { sound_file: carriedEither(carried, "audio").text }
      : { audio_id: speech.audio };
  return {
    session_id: speech.session,
    face_choose: [
      {
        face_id: speech.face,
        ...sound,
        sound_start_time: speech.startMs,
        sound_end_time: speech.endMs,
        sound_insert_time: speech.insertMs,
        sound_volume: action.volume ?? 1,
        original_audio_volume: action.original_volume ?? 1,
      },
    ],
    external_task_id: reference,
  };
}

/** The body of the lip-sync that older gateways have: it chooses no face, no span and no volume, and has no reference. */
export function oldLipSync(action: LipSync, { carried, source }: Given): Body {
  const lacking = lackedByOldLipSync(action);
  if (lacking.length > 0) throw new Error(`the old lip-sync has no ${lacking.join(", ")}`);
  const clip = clipFields(source);
  if (action.text !== undefined) {
    return {
      input: {
        mode: "text2video",
        ...clip,
        text: action.text,
        ...(action.voice === undefined ? {} : { voice_id: action.voice }),
        voice_language: action.voice_language ?? "en",
        voice_speed: action.voice_speed ?? 1,
      },
    };
  }
  return { input: { mode: "audio2video", ...clip, ...soundFields(carriedEither(carried, "audio")) } };
}

/** A clip by the vendor's id where it has one, else by URL. @throws Error for anything else. */
export function clipFields(source: Material | undefined): Body {
  return source?.kind === "result" && source.id !== undefined
    ? { video_id: source.id }
    : { video_url: sourceUrl(source) };
}

function soundFields({ kind, text }: Carry): Body {
  return kind === "url" ? { audio_type: "url", audio_url: text } : { audio_type: "file", audio_file: text };
}
