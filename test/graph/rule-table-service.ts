/** Rules for services, refinements and stills. */
import {
  IMAGE,
  elements,
  named,
  refers,
  withElement,
  withEntry,
  withShot,
  withVoice,
  OLD_6,
  type RuleCase,
} from "./rule-manifests.js";

export const SERVICES: readonly RuleCase[] = [
  {
    rule: "avatars have two modes",
    breaks: withShot(`${IMAGE}, mode: 4k, avatar: { audio: refs/vo.wav }`),
    found: ["error x.mode: an avatar has no mode 4k | choose std (720p) or pro (1080p)"],
    keeps: withShot(`${IMAGE}, mode: pro, avatar: { audio: refs/vo.wav }`),
  },
  {
    rule: "effects of two people take two pictures",
    breaks: withShot("effect: { scene: hug_pro, images: [refs/dawn.png] }"),
    found: [
      "error x.effect.images: the effect hug_pro is of two people | give it a left and a right picture",
    ],
    keeps: withShot("effect: { scene: hug_pro, images: [refs/dawn.png, refs/dawn.png] }"),
  },
  {
    rule: "sound is made for clips of 3 to 20 s",
    breaks: withShot(
      `${IMAGE}, model: kling-v1-6, prompt: on, duration: 10, steps: [{ extend: { via: native } }, { extend: { via: native } }, { extend: { via: native } }, { video_to_audio: { bgm_prompt: strings } }]`,
    ),
    found: [
      OLD_6,
      "error x.steps.3.video_to_audio: video_to_audio takes no video of 25 s | give it a clip of 3 to 20 s",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-v1-6, prompt: on, duration: 10, steps: [{ extend: { via: native } }, { extend: { via: native } }, { video_to_audio: { bgm_prompt: strings } }]`,
    ),
  },
  {
    rule: "the words for a sound track are few",
    breaks: withShot(
      `prompt: a wave, steps: [{ video_to_audio: { sound_effect_prompt: ${"a".repeat(201)} } }]`,
    ),
    found: [
      "error catalog/prompt-too-long x.steps.0.video_to_audio.sound_effect_prompt: the sound_effect_prompt has 201 characters, video to audio takes 200 | cut 1 character",
    ],
    keeps: withShot(
      `prompt: a wave, steps: [{ video_to_audio: { sound_effect_prompt: ${"a".repeat(200)} } }]`,
    ),
  },
  {
    rule: "the words for a sound are few",
    breaks: withEntry("sounds", `prompt: ${"a".repeat(201)}`),
    found: [
      "error catalog/prompt-too-long sounds.x.prompt: the prompt has 201 characters, text to audio takes 200 | cut 1 character",
    ],
    keeps: withEntry("sounds", `prompt: ${"a".repeat(200)}`),
  },
  {
    rule: "a sound lasts tenths of a second",
    breaks: withEntry("sounds", "prompt: rain, duration: 4.25"),
    found: ["error sounds.x.duration: a sound lasts tenths of a second, not 4.25 s | set duration: 4.3"],
    keeps: withEntry("sounds", "prompt: rain, duration: 4.3"),
  },
  {
    rule: "the description of an element is short",
    breaks: withElement(
      `description: ${"a".repeat(101)}, image: refs/dawn.png, refer_images: [refs/dawn.png]`,
    ),
    found: [
      "error catalog/prompt-too-long elements.x.description: the description has 101 characters, element takes 100 | cut 1 character",
    ],
    keeps: withElement(
      `description: ${"a".repeat(100)}, image: refs/dawn.png, refer_images: [refs/dawn.png]`,
    ),
  },
  {
    rule: "the video of an element lasts 3 to 8 s",
    breaks: withElement("description: a dancer, video: { from: shots.tenhd }").replace(
      "  hd:",
      "  tenhd: { prompt: a dancer, mode: pro, duration: 10 }\n  hd:",
    ),
    found: ["error elements.x.video: an element takes no video of 10 s | give it a clip of 3 to 8 s"],
    keeps: withElement("description: a dancer, video: { from: shots.hd }"),
  },
  {
    rule: "the video of an element is of 1080p",
    breaks: withElement("description: a dancer, video: { from: shots.silent }"),
    found: [
      "error elements.x.video: an element takes videos of 1080p, not of 720p | make the clip in mode: pro",
    ],
    keeps: withElement("description: a dancer, video: { from: shots.hd }"),
  },
  {
    rule: "the video of an element is not square",
    breaks: withElement("description: a dancer, video: { from: shots.square }"),
    found: ["error elements.x.video: an element takes no video of 1:1 | make the clip in 16:9 or 9:16"],
    keeps: withElement("description: a dancer, video: { from: shots.hd }"),
  },
  {
    rule: "tags of elements are the vendor's",
    breaks: withElement(
      "description: a boat, image: refs/dawn.png, refer_images: [refs/dawn.png], element_tags: [o_109]",
    ),
    found: [
      "error elements.x.element_tags: o_109 is no tag of the vendor's | choose o_101, o_102, o_103, o_104, o_105, o_106, o_107 or o_108",
    ],
    keeps: withElement(
      "description: a boat, image: refs/dawn.png, refer_images: [refs/dawn.png], element_tags: [o_108]",
    ),
  },
  {
    rule: "a voice is heard in its sample",
    breaks: withVoice("shots.silent"),
    found: [
      "error voices.x.sample: a voice wants a voice, and nothing is heard in this clip | give the clip audio: true on a model that makes sound, or name an avatar or a clip with a lip_sync",
    ],
    keeps: withVoice("shots.gentle"),
  },
  {
    rule: "the sample of a voice lasts 5 to 30 s",
    breaks: withVoice("shots.brief").replace(
      "  hd:",
      "  brief: { prompt: she talks, model: kling-3.0, duration: 4, audio: true }\n  hd:",
    ),
    found: ["error voices.x.sample: a voice takes no video of 4 s | give it a clip of 5 to 30 s"],
    keeps: withVoice("shots.heard"),
  },
];

/** A clip of 5 s that speaks a sound made for the film. */
const spoken = (seconds: number) =>
  `${withShot("prompt: she talks, steps: [{ lip_sync: { audio: { from: sounds.line } } }]").trimEnd()}\nsounds:\n  line: { prompt: she calls, duration: ${seconds} }\n`;

export const REFINED: readonly RuleCase[] = [
  {
    rule: "a sound that is made to be spoken is no longer than its clip",
    breaks: spoken(8),
    found: [
      "error x.steps.0.lip_sync.audio: the sound lasts 8 s, the clip has 5 s from at: 0 | set audio_end: 5, or give the clip a longer duration",
    ],
    keeps: spoken(5),
  },
  {
    rule: "a clip in 4k cannot be made to speak",
    breaks: withShot(
      "prompt: she talks, model: kling-3.0, mode: 4k, steps: [{ lip_sync: { text: hello, voice: oversea_male1 } }]",
    ),
    found: [
      "error x.steps.0.lip_sync: a clip in 4k cannot be made to speak | lip_sync takes clips of 720p and 1080p: make the clip in mode: pro",
    ],
    keeps: withShot(
      "prompt: she talks, model: kling-3.0, mode: pro, steps: [{ lip_sync: { text: hello, voice: oversea_male1 } }]",
    ),
  },
  {
    rule: "O1 does not go on from a clip in 4k",
    breaks: withShot(
      "prompt: a wave, model: kling-3.0, mode: 4k, steps: [{ extend: { via: omni, model: kling-o1, mode: pro } }]",
    ),
    found: [
      "error x.steps.0.extend.via: kling-o1 takes no reference video in 4k | its sides have 2160 pixels at most: set via: last_frame, or model: kling-3.0-omni",
    ],
    keeps: withShot(
      "prompt: a wave, model: kling-3.0, mode: 4k, steps: [{ extend: { via: omni, mode: pro } }]",
    ),
  },
];

export const STILLS: readonly RuleCase[] = [
  {
    rule: "pictures that the prompt names are for omni models",
    breaks: withEntry("images", `${refers(1)}, model: kling-v3`),
    found: [
      "error images.x.model: kling-v3 makes no picture from references that the prompt names | choose kling-v3-omni or kling-image-o1, or give one picture as image",
    ],
    keeps: withEntry("images", `${refers(1)}, model: kling-image-o1`),
  },
  {
    rule: "ten references of a still",
    breaks: withEntry("images", `${refers(9, named(2))}, ${elements(2)}`),
    found: [
      "error images.x.refer_images: kling-v3-omni takes 10 pictures and elements together, not 11 | keep 10 of them",
    ],
    keeps: withEntry("images", `${refers(8, named(2))}, ${elements(2)}`),
  },
  {
    rule: "series are made by 3.0 Omni alone",
    breaks: withEntry("images", "prompt: a boat, model: kling-image-o1, series: 4"),
    found: ["error images.x.series: kling-image-o1 makes no series | remove series, or choose kling-v3-omni"],
    keeps: withEntry("images", "prompt: a boat, model: kling-v3-omni, series: 4"),
  },
  {
    rule: "series are for omni models",
    breaks: withEntry("images", "prompt: a boat, model: kling-v3, series: 4"),
    found: ["error images.x.series: kling-v3 makes no series | remove series, or choose kling-v3-omni"],
    keeps: withEntry("images", "prompt: a boat, model: kling-v3"),
  },
  {
    rule: "4k stills are made by 3.0 Omni alone",
    breaks: withEntry("images", "prompt: a boat, model: kling-image-o1, resolution: 4k"),
    found: [
      "error images.x.resolution: kling-image-o1 has no resolution 4k | choose 1k or 2k, or use kling-v3-omni",
    ],
    keeps: withEntry("images", "prompt: a boat, model: kling-v3-omni, resolution: 4k"),
  },
  {
    rule: "elements of a still are for 3.0",
    breaks: withEntry("images", `prompt: "@el0", model: kling-v2-1, ${elements(1)}`),
    found: ["error images.x.elements: kling-v2-1 takes no elements | remove elements, or choose kling-v3"],
    keeps: withEntry("images", `prompt: "@el0", model: kling-v3, ${elements(1)}`),
  },
  {
    rule: "subjects are brought together by 2.1 alone",
    breaks: withEntry("images", "prompt: they meet, model: kling-v3, subjects: [refs/dawn.png]"),
    found: [
      "error images.x.model: kling-v3 brings no subjects together | choose kling-v2-1, or refer_images with an omni model",
    ],
    keeps: withEntry("images", "prompt: they meet, model: kling-v2-1, subjects: [refs/dawn.png]"),
  },
  {
    rule: "a scene wants subjects",
    breaks: withEntry("images", "prompt: they meet, scene: refs/dawn.png"),
    found: [
      "error images.x: a scene or a style alone makes no picture: subjects are wanted | add subjects: with one to four pictures",
    ],
    keeps: withEntry("images", "prompt: they meet, scene: refs/dawn.png, subjects: [refs/dawn.png]"),
  },
  {
    rule: "a picture from subjects has no resolution",
    breaks: withEntry("images", "prompt: they meet, subjects: [refs/dawn.png], resolution: 2k"),
    found: ["error images.x.resolution: a still from subjects takes no resolution | remove resolution"],
    keeps: withEntry("images", "prompt: they meet, subjects: [refs/dawn.png]"),
  },
  {
    rule: "a picture becomes three times as large at most",
    breaks: withEntry("images", "expand: { image: refs/dawn.png, left: 1, right: 1, up: 0.5 }"),
    found: [
      "error images.x.expand: the picture would become 4.50 times as large; 3 times is the most | add less, for instance up: 0.31, left: 0.63 and right: 0.63",
    ],
    keeps: withEntry("images", "expand: { image: refs/dawn.png, left: 0.63, right: 0.63, up: 0.31 }"),
  },
  {
    rule: "a picture is expanded somewhere",
    breaks: withEntry("images", "expand: { image: refs/dawn.png }"),
    found: [
      "error images.x.expand: nothing is added at any side | set up, down, left or right, for instance right: 0.5",
    ],
    keeps: withEntry("images", "expand: { image: refs/dawn.png, right: 2 }"),
  },
];
