/** Rules for clips from references. */
import { IMAGE, OMNI, elements, named, refers, withShot, type RuleCase } from "./rule-manifests.js";

export const OMNI_RULES: readonly RuleCase[] = [
  {
    rule: "references are for omni models",
    breaks: withShot(`${refers(1)}, model: kling-3.0`),
    found: [
      "error x.model: kling-3.0 works from no references | remove them, or use kling-o1 or kling-3.0-omni",
    ],
    keeps: withShot(`${refers(1)}, ${OMNI}`),
  },
  {
    rule: "elements without an image are for omni models",
    breaks: withShot(`prompt: "${named(1)}", model: kling-3.0, ${elements(1)}`),
    found: [
      "error x.model: kling-3.0 takes elements beside an image only | add image, or remove them, or use kling-o1 or kling-3.0-omni",
    ],
    keeps: withShot(`prompt: "${named(1)}", model: kling-3.0, ${IMAGE}, ${elements(1)}`),
  },
  {
    rule: "seven references without a video",
    breaks: withShot(`${refers(8)}, ${OMNI}`),
    found: ["error x.refer_images: kling-3.0-omni takes 7 pictures and elements, not 8 | keep 7 of them"],
    keeps: withShot(`${refers(7)}, ${OMNI}`),
  },
  {
    rule: "frames count as pictures",
    breaks: withShot(`${refers(7)}, ${OMNI}, ${IMAGE}`),
    found: [
      "error x.refer_images: kling-3.0-omni takes 7 pictures and elements, not 8 | keep 7 of them; frames count as pictures",
    ],
    keeps: withShot(`${refers(6)}, ${OMNI}, ${IMAGE}`),
  },
  {
    rule: "four references beside a video",
    breaks: withShot(`${refers(5)}, ${OMNI}, feature_video: { from: shots.hd }`),
    found: [
      "error x.refer_images: kling-3.0-omni takes 4 pictures and elements beside a video, not 5 | keep 4 of them",
    ],
    keeps: withShot(`${refers(4)}, ${OMNI}, feature_video: { from: shots.hd }`),
  },
  {
    rule: "three elements beside frames",
    breaks: withShot(`prompt: "${named(4)}", ${OMNI}, ${IMAGE}, ${elements(4)}`),
    found: ["error x.elements: kling-3.0-omni takes 3 elements beside frames, not 4 | keep 3"],
    keeps: withShot(`prompt: "${named(3)}", ${OMNI}, ${IMAGE}, ${elements(3)}`),
  },
  {
    rule: "four pictures beside an element that is made of a video",
    breaks: withShot(`${refers(5, "@dancer")}, ${OMNI}, elements: { dancer: { from: elements.dancer } }`),
    found: [
      "error x.refer_images: kling-3.0-omni takes 4 pictures and elements beside elements that are made of videos, not 5 | keep 4 of them",
    ],
    keeps: withShot(`${refers(4, "@dancer")}, ${OMNI}, elements: { dancer: { from: elements.dancer } }`),
  },
  {
    rule: "an element that is made of a video stands alone beside a video",
    breaks: withShot(
      `${refers(1, "@dancer")}, ${OMNI}, feature_video: { from: shots.hd }, elements: { dancer: { from: elements.dancer } }`,
    ),
    found: [
      "error x.elements.dancer: kling-3.0-omni takes one element that is made of a video beside a video, and nothing else | keep that element alone, or make the elements of pictures",
    ],
    keeps: withShot(
      `prompt: "@dancer", ${OMNI}, feature_video: { from: shots.hd }, elements: { dancer: { from: elements.dancer } }`,
    ),
  },
  {
    rule: "O1 takes no element that is made of a video",
    breaks: withShot(`prompt: "@dancer", model: kling-o1, elements: { dancer: { from: elements.dancer } }`),
    found: [
      "error x.elements.dancer: kling-o1 takes no element that is made of a video | make the element of pictures, or use kling-3.0-omni",
    ],
    keeps: withShot(`prompt: "@mara", model: kling-o1, elements: { mara: { from: elements.mara } }`),
  },
  {
    rule: "O1: first and last frame exclude references",
    breaks: withShot(`${refers(1)}, model: kling-o1, ${IMAGE}, end_image: refs/dawn.png`),
    found: [
      "error x.refer_images: kling-o1 takes no refer_images beside a first and a last frame | remove end_image, or refer_images, or use kling-3.0-omni",
    ],
    keeps: withShot(`${refers(1)}, model: kling-o1, ${IMAGE}`),
  },
  {
    rule: "O1: no last frame beside a reference video",
    breaks: withShot(
      `prompt: go on, model: kling-o1, ${IMAGE}, end_image: refs/dawn.png, feature_video: { from: shots.hd }`,
    ),
    found: ["error x.end_image: kling-o1 takes no end_image beside a feature_video | remove end_image"],
    keeps: withShot(`prompt: go on, model: kling-o1, ${IMAGE}, feature_video: { from: shots.hd }`),
  },
  {
    rule: "O1 makes no sound",
    breaks: withShot(`${refers(1)}, model: kling-o1, audio: true`),
    found: ["error x.audio: kling-o1 makes no sound | remove audio, or use kling-3.0-omni"],
    keeps: withShot(`${refers(1)}, ${OMNI}, audio: true`),
  },
  {
    rule: "a last frame needs a first one",
    breaks: withShot(`${refers(1)}, ${OMNI}, end_image: refs/dawn.png`),
    found: [
      "error x.end_image: an end image needs a first image beside it | add image:, or use this picture as image",
    ],
    keeps: withShot(`${refers(1)}, ${OMNI}, ${IMAGE}, end_image: refs/dawn.png`),
  },
  {
    rule: "one video at most",
    breaks: withShot(
      `prompt: go on, ${OMNI}, feature_video: { from: shots.hd }, base_video: { from: shots.ten }`,
    ),
    found: [
      "error x.base_video: kling-3.0-omni takes one video, not two | keep feature_video to take after a clip, or base_video to change it",
    ],
    keeps: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.hd }`),
  },
  {
    rule: "no sound is made beside a reference video",
    breaks: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.hd }, audio: true`),
    found: ["error x.audio: kling-3.0-omni makes no sound beside a feature_video | remove audio"],
    keeps: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.hd }`),
  },
  {
    rule: "no sound is made for a video to edit",
    breaks: withShot(`prompt: make it night, ${OMNI}, base_video: { from: shots.hd }, audio: true`),
    found: [
      "error x.audio: kling-3.0-omni makes no sound beside a base_video | write audio: original, or remove audio",
    ],
    keeps: withShot(`prompt: make it night, ${OMNI}, base_video: { from: shots.hd }, audio: original`),
  },
  {
    rule: "the sound of a reference video is not kept",
    breaks: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.hd }, audio: original`),
    found: [
      "error x.audio: kling-3.0-omni keeps no sound of a feature_video | remove audio, or give the clip as base_video",
    ],
    keeps: withShot(
      `prompt: go on, model: kling-v3-omni, feature_video: { from: shots.hd }, audio: original`,
    ),
  },
  {
    rule: "original sound needs a video",
    breaks: withShot(`${refers(1)}, ${OMNI}, audio: original`),
    found: [
      "error x.audio: there is no video whose original sound could be kept | write audio: true or audio: false",
    ],
    keeps: withShot(`${refers(1)}, ${OMNI}, audio: true`),
  },
  {
    rule: "a video to edit takes no frames",
    breaks: withShot(`prompt: make it night, ${OMNI}, ${IMAGE}, base_video: { from: shots.hd }`),
    found: [
      "error x.image: kling-3.0-omni takes no image beside a base_video | remove image, or give the picture under refer_images and name it in the prompt",
    ],
    keeps: withShot(`${refers(1, "make it night as in")}, ${OMNI}, base_video: { from: shots.hd }`),
  },
  {
    rule: "a video to edit keeps its length",
    breaks: withShot(`prompt: make it night, ${OMNI}, duration: 5, base_video: { from: shots.hd }`),
    found: [
      "error x.duration: a video that is edited keeps its length | remove duration: the clip stays as long as the video that is edited",
    ],
    keeps: withShot(`prompt: make it night, ${OMNI}, base_video: { from: shots.hd }`),
  },
  {
    rule: "a video to edit keeps its shape",
    breaks: withShot(`prompt: make it night, ${OMNI}, aspect_ratio: "1:1", base_video: { from: shots.hd }`),
    found: ["error x.aspect_ratio: a video that is edited keeps its shape | remove aspect_ratio"],
    keeps: withShot(`prompt: make it night, ${OMNI}, base_video: { from: shots.hd }`),
  },
  {
    rule: "O1 takes a reference video of ten seconds",
    breaks: withShot(`prompt: go on, model: kling-o1, feature_video: { from: shots.long }`),
    found: ["error x.feature_video: kling-o1 takes no video of 15 s | give it a clip of 3 to 10 s"],
    keeps: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.long }`),
  },
  {
    rule: "O1 takes no reference video in 4k",
    breaks: withShot(`prompt: go on, model: kling-o1, feature_video: { from: shots.uhd }`),
    found: [
      "error x.feature_video: kling-o1 takes no video in 4k | its sides have 2160 pixels at most: make the clip in mode: pro",
    ],
    keeps: withShot(`prompt: go on, ${OMNI}, feature_video: { from: shots.uhd }`),
  },
  {
    rule: "omni clips take no negative prompt",
    breaks: withShot(`${refers(1)}, ${OMNI}, negative_prompt: fog`),
    found: [
      "error x.negative_prompt: a clip of an omni model takes no negative_prompt | say in the prompt what must not be seen",
    ],
    keeps: withShot(`${refers(1, "no fog,")}, ${OMNI}`),
  },
];
