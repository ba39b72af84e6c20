/**
 * Entries of `sounds:`, `voices:` and `elements:` → their actions. What an element or a voice is called at the vendor
 * follows from its id, because it says nothing about what is asked for.
 */
import type { Path } from "../base/diagnostic.js";
import type { ElementEntry, Sound, VoiceEntry } from "../manifest/manifest.js";
import type { Element, TextToAudio, Voice } from "./actions.js";
import {
  inputAt,
  inputIf,
  inputsAt,
  missing,
  optional,
  refuseFields,
  wordsOf,
  type Making,
} from "./entry.js";

/** The longest name that the vendor takes. [kling-api 4.5: max 20] */
const LONGEST_NAME = 20;

/** The action of an entry of `sounds:`. */
export function soundAction(sound: Sound, path: Path, making: Making): TextToAudio {
  const prompt = wordsOf(sound.prompt, [...path, "prompt"], making) ?? "";
  if (prompt === "") {
    missing(`sound ${sound.id} has no prompt`, path, "say what is heard: prompt: heavy rain on deck", making);
  }
  return { kind: "text_to_audio", prompt, duration: sound.duration ?? 5 };
}

/** The action of an entry of `voices:`. */
export function voiceAction(voice: VoiceEntry, path: Path, making: Making): Voice {
  const sample = inputAt(voice.sample, [...path, "sample"], "video", making);
  return { kind: "voice", name: voice.id.slice(0, LONGEST_NAME), sample };
}

/** The action of an entry of `elements:`. */
export function elementAction(element: ElementEntry, path: Path, making: Making): Element {
  const description = wordsOf(element.description, [...path, "description"], making) ?? "";
  const { image, refer_images, video, voice, element_tags: tags } = element;
  if (description === "") {
    missing(`element ${element.id} has no description`, path, "say what it is, in a few words", making);
  }
  if (video !== undefined) {
    refuseFields(
      element,
      ["image", "refer_images"],
      (field) => ({
        message: `an element from a video takes no ${field}`,
        help: `remove ${field}, or video`,
      }),
      path,
      making,
    );
  } else if (image === undefined || refer_images === undefined) {
    missing(
      `element ${element.id} wants an image and refer_images`,
      path,
      "name a picture from the front as image, and one to three others as refer_images; or a video",
      making,
      "the vendor makes an element from one front view and one to three further pictures, or from a clip",
    );
  }
  const fromVideo = video === undefined ? undefined : inputAt(video, [...path, "video"], "video", making);
  const pictures =
    refer_images === undefined || video !== undefined
      ? undefined
      : inputsAt(refer_images, [...path, "refer_images"], "picture", making);
  return {
    kind: "element",
    name: element.id.slice(0, LONGEST_NAME),
    description,
    ...optional(
      "image",
      video === undefined ? inputIf(image, [...path, "image"], "picture", making) : undefined,
    ),
    ...optional("refer_images", pictures),
    ...optional("video", fromVideo),
    ...optional("voice", inputIf(voice, [...path, "voice"], "voice", making)),
    ...optional("tags", tags),
  };
}
