/**
 * How sounds, elements and voices are told: the results that neither generation tells like clips and stills. The two
 * differ in names, and in the word for what is still there. Pure: addresses come from outside, one for each file.
 */

import { mp3Seconds } from "./media/mp3.js";
import type { ElementOrder, SoundOrder, VoiceOrder } from "./rules/order.js";
import { isPreset, keptId } from "./shelf.js";
import { filesOf, resultId, type Task } from "./task.js";

/** The owner of what no preset is: a creator's number. */
const CREATOR = "1";

/** The tags of elements, by their number. */
const TAG_NAMES: Readonly<Record<string, string>> = {
  o_101: "Hottest",
  o_102: "Character",
  o_103: "Animal",
  o_104: "Item",
  o_105: "Costume",
  o_106: "Scene",
  o_107: "Effect",
  o_108: "Others",
};

/** The addresses of a sound's files, and what is told of it. */
interface ToldSound {
  readonly id: string;
  readonly mp3: string;
  readonly wav: string;
  readonly mp3Seconds: string;
  readonly wavSeconds: string;
  readonly clip: { readonly id: string; readonly url: string; readonly duration: string } | undefined;
}

function toldSound(task: Task, order: SoundOrder, urls: readonly string[]): ToldSound {
  const files = filesOf(order);
  const urlOf = (extension: string): string =>
    urls[files.findIndex((file) => file.extension === extension)] ?? "";
  const sound = files.at(-1)?.index ?? 0;
  return {
    id: resultId(task, sound),
    mp3: urlOf("mp3"),
    wav: urlOf("wav"),
    mp3Seconds: String(mp3Seconds(order.seconds)),
    wavSeconds: String(order.seconds),
    clip:
      order.clip === undefined
        ? undefined
        : { id: resultId(task, 0), url: urlOf("mp4"), duration: String(order.clip.seconds) },
  };
}

/** A sound, and its clip, in the legacy generation's words. */
export function legacySound(task: Task, order: SoundOrder, urls: readonly string[]): unknown {
  const {
    id,
    mp3,
    wav,
    mp3Seconds: duration_mp3,
    wavSeconds: duration_wav,
    clip,
  } = toldSound(task, order, urls);
  return {
    ...(clip === undefined ? {} : { videos: [clip] }),
    audios: [{ id, url_mp3: mp3, url_wav: wav, duration_mp3, duration_wav }],
  };
}

/** A sound, and its clip, in the new generation's words. */
export function newSound(task: Task, order: SoundOrder, urls: readonly string[]): readonly unknown[] {
  const {
    id,
    mp3,
    wav,
    mp3Seconds: mp3_duration,
    wavSeconds: wav_duration,
    clip,
  } = toldSound(task, order, urls);
  return [
    ...(clip === undefined ? [] : [{ type: "video", watermark_url: "", ...clip }]),
    { type: "audio", id, mp3_url: mp3, wav_url: wav, mp3_duration, wav_duration },
  ];
}

/** An element in the legacy generation's words; its id is a number there. */
export function legacyElement(
  task: Task,
  order: ElementOrder,
  urls: readonly string[],
  deleted: boolean,
): unknown {
  const [frontal, ...more] = urls;
  return {
    elements: [
      {
        element_id: Number(keptId(task)),
        element_name: order.name,
        element_description: order.prompt,
        reference_type: order.type === "multi-image" ? "image_refer" : "video_refer",
        element_image_list:
          frontal === undefined
            ? {}
            : { frontal_image: frontal, refer_images: more.map((image_url) => ({ image_url })) },
        element_video_list: order.videoUrl === "" ? {} : { refer_videos: [{ video_url: order.videoUrl }] },
        element_voice_info: order.voiceId === "" ? {} : { voice_id: order.voiceId },
        tag_list: order.tags.map((id) => ({ id, name: TAG_NAMES[id] ?? "", description: "" })),
        owned_by: ownerOf(task),
        status: deleted ? "deleted" : "succeed",
      },
    ],
  };
}

/** An element in the new generation's words. */
export function newElement(
  task: Task,
  order: ElementOrder,
  urls: readonly string[],
  deleted: boolean,
): readonly unknown[] {
  return [
    {
      type: "element",
      id: keptId(task),
      name: order.name,
      description: order.prompt,
      element_type: order.type === "multi-image" ? "multi_image_elements" : "video_character_elements",
      references: [
        ...urls.map((url, i) => ({ type: "image", role: i === 0 ? "frontal" : "refer", url })),
        ...(order.videoUrl === "" ? [] : [{ type: "video", role: "refer", url: order.videoUrl }]),
        ...(order.voiceId === "" ? [] : [{ type: "voice", role: "refer", url: "", id: order.voiceId }]),
      ],
      owned_by: ownerOf(task),
      status: deleted ? "deleted" : "succeeded",
      tags: order.tags.map((id) => ({ id: Number(id.slice(2)), name: TAG_NAMES[id] ?? "", description: "" })),
    },
  ];
}

/** A voice in the legacy generation's words. */
export function legacyVoice(task: Task, order: VoiceOrder, urls: readonly string[]): unknown {
  const [trial_url = ""] = urls;
  return {
    voices: [{ voice_id: keptId(task), voice_name: order.name, trial_url, owned_by: ownerOf(task) }],
  };
}

/** A voice in the new generation's words. */
export function newVoice(
  task: Task,
  order: VoiceOrder,
  urls: readonly string[],
  deleted: boolean,
): readonly unknown[] {
  const [url = ""] = urls;
  const status = deleted ? "deleted" : "succeeded";
  return [{ type: "voice", id: keptId(task), name: order.name, url, owned_by: ownerOf(task), status }];
}

function ownerOf(task: Task): string {
  return isPreset(task) ? "kling" : CREATOR;
}
