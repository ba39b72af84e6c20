/**
 * What the vendor does without a model of one's choice: avatars, effects, sounds, outpainting, elements and voices.
 * Each is listed and priced like a model, so that a project can give a price where the vendor publishes none.
 */
import { LIP_SYNC_SOUND } from "./units.js";
import type { PriceRow, ServiceModel, SoundLimits } from "./model.js";
import { extracted, milli, official, perImage, perSecond, V1_IMAGE, VIDEO_PRICES } from "./rows.js";

/** The kinds of action that a service carries out. */
export type ServiceKind =
  | "avatar"
  | "effect"
  | "video_to_audio"
  | "text_to_audio"
  | "expand"
  | "element"
  | "voice";

const AVATAR_SOUND: SoundLimits = { ...LIP_SYNC_SOUND, maxSeconds: 300, basis: extracted("avatar") };

/** The scenes of two people among the 219 that were listed. [kling-api 4.4: 15 of them two-image] */
const PAIR_SCENES = [
  "cheers_2026",
  "daily_ootd",
  "eternal_kiss",
  "fight_pro",
  "finger_swipe",
  "french_elegance",
  "heart_gesture_pro",
  "hug_pro",
  "kiss_pro",
  "pet_skateboard",
  "smooth_transition",
  "snow_night_kiss",
  "studio_look",
  "switch_to_silk",
  "toss_run",
];

const SERVICE = {
  kind: "service",
  aliases: [],
  status: "current",
  dialect: "legacy",
  modes: [],
  texts: {},
} as const;

/** Video units per call. */
function perCall(units: number, basis = VIDEO_PRICES): PriceRow {
  return { per: "call", unit: "video", units: milli(units), basis };
}

/** The services, by the kind of action that they carry out. */
export const SERVICES: Readonly<Record<ServiceKind, ServiceModel>> = {
  avatar: {
    ...SERVICE,
    id: "avatar",
    label: "Avatar",
    wireName: "avatar",
    path: "/v1/videos/avatar/image2video",
    modes: [
      { mode: "std", resolution: "720p" },
      { mode: "pro", resolution: "1080p" },
    ],
    texts: { prompt: 2500 },
    image: V1_IMAGE,
    sound: AVATAR_SOUND,
    prices: perSecond({ std: 0.4, pro: 0.8 }),
    usualSeconds: 120,
    basis: extracted("avatar"),
  },
  effect: {
    ...SERVICE,
    id: "effects",
    label: "Effects",
    note: "the vendor publishes no price of its scenes",
    wireName: "effects",
    path: "/v1/videos/effects",
    image: V1_IMAGE,
    pictures: { least: 1, most: 2 },
    pairScenes: PAIR_SCENES,
    prices: [],
    usualSeconds: 120,
    basis: extracted("effects"),
  },
  video_to_audio: {
    ...SERVICE,
    id: "video-to-audio",
    label: "Video to audio",
    wireName: "video-to-audio",
    path: "/v1/audio/video-to-audio",
    texts: { sound_effect_prompt: 200, bgm_prompt: 200 },
    video: { minSeconds: 3, maxSeconds: 20 },
    prices: [perCall(0.25)],
    usualSeconds: 60,
    basis: extracted("video to audio"),
  },
  text_to_audio: {
    ...SERVICE,
    id: "text-to-audio",
    label: "Text to audio",
    wireName: "text-to-audio",
    path: "/v1/audio/text-to-audio",
    texts: { prompt: 200 },
    seconds: { least: 3, most: 10 },
    prices: [perCall(0.25)],
    usualSeconds: 30,
    basis: extracted("text to audio"),
  },
  expand: {
    ...SERVICE,
    id: "outpainting",
    label: "Outpainting",
    wireName: "expand",
    path: "/v1/images/editing/expand",
    texts: { prompt: 2500 },
    image: V1_IMAGE,
    expansion: { side: 2, area: 3 },
    prices: [perImage(8)],
    usualSeconds: 30,
    basis: official("outpainting"),
  },
  element: {
    ...SERVICE,
    id: "element",
    label: "Element",
    note: "nothing was charged in the calls that were measured",
    wireName: "advanced-custom-elements",
    path: "/v1/general/advanced-custom-elements",
    texts: { description: 100 },
    image: V1_IMAGE,
    pictures: { least: 1, most: 3 },
    video: { minSeconds: 3, maxSeconds: 8, resolution: "1080p", aspectRatios: ["16:9", "9:16"] },
    tags: ["o_101", "o_102", "o_103", "o_104", "o_105", "o_106", "o_107", "o_108"],
    prices: [perCall(0, { source: "a third party's record of live calls", asOf: "2026-09-20", grade: "L" })],
    usualSeconds: 60,
    basis: extracted("elements"),
  },
  voice: {
    ...SERVICE,
    id: "custom-voice",
    label: "Custom voice",
    wireName: "custom-voices",
    path: "/v1/general/custom-voices",
    video: { minSeconds: 5, maxSeconds: 30 },
    prices: [perCall(0.05)],
    usualSeconds: 30,
    basis: extracted("custom voices"),
  },
};
