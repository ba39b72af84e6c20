/**
 * Bodies of the `/v1` products that work on a clip without naming a model: the native extension, and the two ways of
 * moving lips. Pure; the small calls that come before a lip-sync stand in `small-calls.ts`.
 */
import { lackedByOldLipSync } from "../../graph/rules-refine.js";
import type { Extend, LipSync } from "../../graph/actions.js";
import type { ExactJson } from "../json.js";
import { carriedEither, carriedInput, clipFields, type Carried } from "./carried.js";
import type { CreateRequest, Given } from "./target.js";

type Body = CreateRequest["body"];

/** The body of a native extension. It has no field for a reference. */
export function nativeExtension(action: Extend, { carried }: Given): Body {
  const source = carried.get("source");
  if (source?.kind !== "result" || source.id === undefined) {
    throw new Error("a native extension wants a result of the vendor's own, by its id");
  }
  const body: Record<string, ExactJson> = { video_id: source.id };
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
    speech.audio === undefined ? { sound_file: carriedInput(carried, "audio") } : { audio_id: speech.audio };
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
export function oldLipSync(action: LipSync, { carried }: Given): Body {
  const lacking = lackedByOldLipSync(action);
  if (lacking.length > 0) throw new Error(`the old lip-sync has no ${lacking.join(", ")}`);
  const clip = clipFields(carriedEither(carried, "source"));
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
  return { input: { mode: "audio2video", ...clip, ...soundFields(carried) } };
}

function soundFields(carried: Carried): Body {
  const sound = carriedInput(carried, "audio");
  return carriedEither(carried, "audio").kind === "base64"
    ? { audio_type: "file", audio_file: sound }
    : { audio_type: "url", audio_url: sound };
}
