/**
 * Bodies of what the vendor does without a model of one's choice: avatars, effects, sounds, outpainting, elements and
 * voices. Pure.
 */
import { unreachable } from "../../base/guard.js";
import type { Effect, Element } from "../../graph/actions.js";
import type { ExactJson } from "../json.js";
import { carriedEither, carriedInput, clipFields, clipUrl, keptId, type Carried } from "./carried.js";
import type { CreateRequest, Given, ServiceAction } from "./target.js";

type Fields = CreateRequest["body"];

/** The body of an action that a service carries out. */
export function serviceBody(action: ServiceAction, { reference, carried }: Given): Fields {
  return { ...fieldsOf(action, carried), external_task_id: reference };
}

function fieldsOf(action: ServiceAction, carried: Carried): Fields {
  switch (action.kind) {
    case "avatar":
      return {
        image: carriedInput(carried, "image"),
        sound_file: carriedInput(carried, "audio"),
        ...said("prompt", action.prompt),
        mode: action.mode ?? "std",
      };
    case "effect":
      return { effect_scene: action.scene, input: effectInput(action, carried) };
    case "video_to_audio":
      return {
        ...clipFields(carriedEither(carried, "source")),
        ...said("sound_effect_prompt", action.sound_effect_prompt),
        ...said("bgm_prompt", action.bgm_prompt),
        asmr_mode: action.asmr_mode ?? false,
      };
    case "text_to_audio":
      return { prompt: action.prompt, duration: action.duration };
    case "expand":
      return {
        image: carriedInput(carried, "image"),
        up_expansion_ratio: action.up,
        down_expansion_ratio: action.down,
        left_expansion_ratio: action.left,
        right_expansion_ratio: action.right,
        ...said("prompt", action.prompt),
        n: 1,
      };
    case "element":
      return {
        element_name: action.name,
        element_description: action.description,
        ...likenessOf(action, carried),
        ...(action.voice === undefined ? {} : { element_voice_id: keptId(carried, "voice") }),
        ...(action.tags === undefined ? {} : { tag_list: action.tags.map((tag) => ({ tag_id: tag })) }),
      };
    case "voice":
      // By address: the id of a clip is taken for few of the models that make speech.
      return { voice_name: action.name, voice_url: clipUrl(carried, "sample") };
    default:
      return unreachable(action);
  }
}

/** One picture, or the left and the right one. */
function effectInput({ images }: Effect, carried: Carried): ExactJson {
  const pictures = images.map((_, index) => carriedInput(carried, `images.${index}`));
  const [only] = pictures;
  if (only === undefined || pictures.length > 2) throw new Error("an effect wants one picture or two");
  return pictures.length === 1 ? { image: only } : { images: pictures };
}

function likenessOf(action: Element, carried: Carried): Fields {
  if (action.video !== undefined) {
    return {
      reference_type: "video_refer",
      element_video_list: { refer_videos: [{ video_url: clipUrl(carried, "video") }] },
    };
  }
  return {
    reference_type: "image_refer",
    element_image_list: {
      frontal_image: carriedInput(carried, "image"),
      refer_images: (action.refer_images ?? []).map((_, index) => ({
        image_url: carriedInput(carried, `refer_images.${index}`),
      })),
    },
  };
}

function said(field: string, words: string | undefined): Fields {
  return words === undefined || words === "" ? {} : { [field]: words };
}
