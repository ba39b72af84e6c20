/** Rules for motions, cameras, brushes and several pictures. */
import { IMAGE, elements, withShot, OLD_6, type RuleCase } from "./rule-manifests.js";

export const MOTION: readonly RuleCase[] = [
  {
    rule: "an element is known by a number",
    breaks: withShot(`${IMAGE}, model: kling-v3, prompt: "@mara waits", elements: { mara: { id: mara_1 } }`),
    found: [
      "error x.elements.mara.id: mara_1 is no id of an element | write the number by which the vendor knows it, in quotes",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-v3, prompt: "@mara waits", elements: { mara: { id: "829836802793406551" } }`,
    ),
  },
  {
    rule: "a motion is taken over by few models",
    breaks: withShot(
      `${IMAGE}, model: kling-2.5-turbo, motion_video: { from: shots.hd }, character_orientation: image`,
    ),
    found: [
      "error x.model: kling-2.5-turbo takes over no motion | remove motion_video, or use kling-2.6 or kling-3.0",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-2.6, motion_video: { from: shots.hd }, character_orientation: image`,
    ),
  },
  {
    rule: "a motion is taken over in std and pro",
    breaks: withShot(
      `${IMAGE}, model: kling-3.0, mode: 4k, motion_video: { from: shots.hd }, character_orientation: image`,
    ),
    found: ["error x.mode: kling-3.0 has no mode 4k here | choose std or pro"],
    keeps: withShot(
      `${IMAGE}, model: kling-3.0, mode: pro, motion_video: { from: shots.hd }, character_orientation: image`,
    ),
  },
  {
    rule: "a figure that faces as in its image takes ten seconds of motion",
    breaks: withShot(`${IMAGE}, motion_video: { from: shots.long }, character_orientation: image`),
    found: [
      "error x.motion_video: with character_orientation: image no motion of 15 s is taken | set character_orientation: video, which takes 3 to 30 s",
    ],
    keeps: withShot(`${IMAGE}, motion_video: { from: shots.long }, character_orientation: video`),
  },
  {
    rule: "2.6 takes no element beside a motion",
    breaks: withShot(
      `${IMAGE}, model: kling-2.6, motion_video: { from: shots.hd }, character_orientation: video, elements: { mara: { from: elements.mara } }`,
    ),
    found: [
      "error x.elements: kling-2.6 takes no elements beside a motion_video | keep none, or use kling-3.0",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-3.0, motion_video: { from: shots.hd }, character_orientation: video, elements: { mara: { from: elements.mara } }`,
    ),
  },
  {
    rule: "3.0 takes one element beside a motion",
    breaks: withShot(
      `${IMAGE}, model: kling-3.0, motion_video: { from: shots.hd }, character_orientation: video, ${elements(2)}`,
    ),
    found: ["error x.elements: kling-3.0 takes 1 element beside a motion_video | keep 1"],
    keeps: withShot(
      `${IMAGE}, model: kling-3.0, motion_video: { from: shots.hd }, character_orientation: video, ${elements(1)}`,
    ),
  },
  {
    rule: "no sound is made for a motion",
    breaks: withShot(`${IMAGE}, audio: true, motion_video: { from: shots.hd }, character_orientation: image`),
    found: [
      "error x.audio: a clip with a motion video has the sound of that video, or none | write audio: original, or audio: false",
    ],
    keeps: withShot(
      `${IMAGE}, audio: original, motion_video: { from: shots.hd }, character_orientation: image`,
    ),
  },
];

const V15 = "prompt: a wave, image: refs/dawn.png, model: kling-v1-5";
const PATH = "trajectories: [{ x: 1, y: 1 }, { x: 9, y: 9 }]";
const OLD =
  "warning catalog/retired-model x.model: kling-v1-5 has probably been discontinued | use kling-2.5-turbo";

export const CAMERA: readonly RuleCase[] = [
  {
    rule: "camera moves are for models that had them",
    breaks: withShot(`prompt: a wave, camera_control: { type: simple, config: { zoom: 5 } }`),
    found: [
      "error x.camera_control: kling-2.5-turbo takes no camera_control | say in the prompt how the camera moves; kling-v1-5 took it, if it still answers",
    ],
    keeps: withShot("prompt: a wave as the camera comes nearer"),
  },
  {
    rule: "camera moves are for one mode",
    breaks: withShot(`${V15}, mode: std, camera_control: { type: simple, config: { zoom: 5 } }`),
    found: [OLD, "error x.camera_control: kling-v1-5 takes no camera_control in mode std | set mode: pro"],
    keeps: withShot(`${V15}, mode: pro, camera_control: { type: simple, config: { zoom: 5 } }`),
  },
  {
    rule: "camera moves are for one length",
    breaks: withShot(
      `${V15}, mode: pro, duration: 10, camera_control: { type: simple, config: { zoom: 5 } }`,
    ),
    found: [
      OLD,
      "error x.camera_control: kling-v1-5 takes camera_control in clips of 5 s only | set duration: 5",
    ],
    keeps: withShot(`${V15}, mode: pro, duration: 5, camera_control: { type: simple, config: { zoom: 5 } }`),
  },
  {
    rule: "1.5 takes simple moves only",
    breaks: withShot(`${V15}, mode: pro, camera_control: { type: forward_up }`),
    found: [
      OLD,
      "error x.camera_control.type: kling-v1-5 takes no camera move forward_up here | choose simple, or say it in the prompt",
    ],
    keeps: withShot(`${V15}, mode: pro, camera_control: { type: simple, config: { zoom: 5 } }`),
  },
  {
    rule: "a simple move is along exactly one axis",
    breaks: withShot(`${V15}, mode: pro, camera_control: { type: simple, config: { zoom: 5, pan: 2 } }`),
    found: [
      OLD,
      "error x.camera_control.config: a simple move is along one axis, not pan and zoom | set exactly one of horizontal, vertical, pan, tilt, roll or zoom to something other than 0",
    ],
    keeps: withShot(`${V15}, mode: pro, camera_control: { type: simple, config: { zoom: 5, pan: 0 } }`),
  },
  {
    rule: "camera moves and an end frame exclude one another",
    breaks: withShot(
      `${V15}, mode: pro, end_image: refs/dawn.png, camera_control: { type: simple, config: { zoom: 5 } }`,
    ),
    found: [
      OLD,
      "error x.camera_control: end_image and camera_control exclude one another | keep one of end_image and camera_control",
    ],
    keeps: withShot(`${V15}, mode: pro, end_image: refs/dawn.png`),
  },
  {
    rule: "the motion brush is for models that had it",
    breaks: withShot(`prompt: a wave, ${IMAGE}, static_mask: refs/dawn.png`),
    found: [
      "error x.static_mask: kling-2.5-turbo takes no static_mask | say in the prompt what moves; kling-v1-5 took it, if it still answers",
    ],
    keeps: withShot(`prompt: a wave before a still shore, ${IMAGE}`),
  },
  {
    rule: "the motion brush is for one mode",
    breaks: withShot(`${V15}, mode: std, dynamic_masks: [{ mask: refs/dawn.png, ${PATH} }]`),
    found: [OLD, "error x.dynamic_masks: kling-v1-5 takes no dynamic_masks in mode std | set mode: pro"],
    keeps: withShot(`${V15}, mode: pro, dynamic_masks: [{ mask: refs/dawn.png, ${PATH} }]`),
  },
  {
    rule: "the motion brush and an end frame exclude one another",
    breaks: withShot(`${V15}, mode: pro, end_image: refs/dawn.png, static_mask: refs/dawn.png`),
    found: [
      OLD,
      "error x.static_mask: end_image and static_mask exclude one another | keep one of end_image and static_mask",
    ],
    keeps: withShot(`${V15}, mode: pro, static_mask: refs/dawn.png`),
  },
  {
    rule: "several pictures are brought together by 1.6 alone",
    breaks: withShot("prompt: they meet, model: kling-3.0, images: [refs/dawn.png]"),
    found: [
      "error x.model: kling-3.0 brings no pictures together | use kling-v1-6 where it still answers, or refer_images with kling-3.0-omni",
    ],
    keeps: withShot("prompt: they meet, model: kling-v1-6, images: [refs/dawn.png]"),
  },
  {
    rule: "several pictures are brought together in 5 or 10 s",
    breaks: withShot("prompt: they meet, model: kling-v1-6, duration: 7, images: [refs/dawn.png]"),
    found: [OLD_6, "error x.duration: kling-v1-6 makes no clip of 7 s from pictures | choose 5 or 10 s"],
    keeps: withShot("prompt: they meet, model: kling-v1-6, duration: 10, images: [refs/dawn.png]"),
  },
];
