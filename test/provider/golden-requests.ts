/**
 * Every request that can be sent: at least one action for each endpoint and model of the catalog, with what is handed
 * over for it. The committed files, the sandbox's rules and the table of fields are all checked against these.
 */
import type {
  Action,
  Extend,
  ImageToVideo,
  LipSync,
  OmniVideo,
  TextToVideo,
} from "../../src/graph/actions.js";
import type { Input, Reference } from "../../src/graph/input.js";
import type { LipSyncEndpoint } from "../../src/plan/estimate.js";
import type { Carry } from "../../src/provider/kling/carried.js";
import { deleteRequest } from "../../src/provider/kling/delete.js";
import { createRequest } from "../../src/provider/kling/requests.js";
import { smallRequest } from "../../src/provider/kling/small-calls.js";
import { targetOf, type CreateRequest, type Given } from "../../src/provider/kling/target.js";
import type { SpeechPlan } from "../../src/provider/provider.js";
import { builtIn, reference } from "./world.js";

/** An action, and what is handed over for it. */
export interface Case {
  readonly action: Action;
  readonly carried?: Readonly<Record<string, Carry>>;
  readonly way?: LipSyncEndpoint;
  readonly speech?: SpeechPlan;
}

const file: Input = { kind: "file", path: "refs/a.png" };
/** The head of a picture of 960 by 540 pixels. */
export const PICTURE: Carry = {
  kind: "base64",
  text: "iVBORw0KGgoAAAANSUhEUgAAA8AAAAIcAAAAAAAAAAAA",
};
export const at = (name: string): Carry => ({ kind: "url", url: `https://example.com/${name}` });
export const kept = (id: string): Carry => ({ kind: "kept", id });
export const CLIP: Carry = {
  kind: "result",
  id: "clip-7",
  url: "https://example.com/7.mp4?sig=1",
  width: 720,
  height: 1280,
};
const named = (...handles: readonly string[]): readonly Reference[] =>
  handles.map((handle) => ({ handle, input: file }));

const words = (model: string, more: Partial<TextToVideo> = {}): Case => ({
  action: {
    kind: "text_to_video",
    model,
    mode: "std",
    duration: 5,
    aspect_ratio: "16:9",
    prompt: "a paper boat on a dark river",
    ...more,
  },
});
const still = (
  model: string,
  more: Partial<ImageToVideo> = {},
  carried: Readonly<Record<string, Carry>> = {},
): Case => ({
  action: {
    kind: "image_to_video",
    model,
    mode: "pro",
    duration: 5,
    prompt: "the boat drifts toward the lens",
    image: file,
    ...more,
  },
  carried: { image: PICTURE, ...(more.end_image ? { end_image: at("last.png") } : {}), ...carried },
});
/** For models without modes. */
const modeless = ({ action, ...rest }: Case): Case => {
  const { mode: _mode, ...bare } = action as TextToVideo;
  return { action: bare, ...rest };
};
const omni = (
  model: string,
  more: Partial<OmniVideo>,
  carried: Readonly<Record<string, Carry>> = {},
): Case => ({
  action: { kind: "omni_video", model, mode: "pro", ...more },
  carried,
});
const extend = (via: Extend["via"], model?: string, more: Partial<Extend> = {}): Case => ({
  action: {
    kind: "extend",
    via,
    source: file,
    prompt: "the camera keeps pushing in",
    ...(model === undefined ? {} : { model, mode: "pro", duration: 5 }),
    ...(via === "last_frame" ? { frame: file } : {}),
    ...more,
  },
  carried: via === "last_frame" ? { frame: PICTURE } : { source: CLIP },
});
const speak = (more: Partial<LipSync>, rest: Omit<Case, "action">): Case => ({
  action: { kind: "lip_sync", source: file, ...more },
  ...rest,
});
const SAID = { text: "the ferry is late", voice: "oversea_male1" } as const;
const speech: SpeechPlan = { session: "2", face: "2-1", startMs: 0, endMs: 4200, insertMs: 500 };

const TWO_CUTS = {
  cuts: [
    { seconds: 3, prompt: "wide, the ferry leaves the pier" },
    { seconds: 2, prompt: "close, the rope falls" },
  ],
} as const;
const CUT_WORDS: Partial<TextToVideo> = { ...TWO_CUTS, prompt: "" };
const TWO_VOICES = {
  voices: named("mara", "tom"),
  prompt: "@mara calls, @tom answers",
  audio: true,
} as const;
const VOICES = { "voices.mara": kept("v"), "voices.tom": kept("v") };
const MARA = { elements: named("mara"), prompt: "@mara turns to the sea" } as const;
const ELEMENT = { "elements.mara": kept("77") };
const REFERENCES: Partial<OmniVideo> = {
  duration: 8,
  aspect_ratio: "9:16",
  refer_images: named("coat", "pier"),
  elements: named("mara"),
  prompt: "@mara in @coat on @pier",
};
const REFERRED = { "refer_images.coat": at("coat.png"), "refer_images.pier": PICTURE, ...ELEMENT };
const brush = {
  mode: "pro",
  static_mask: file,
  dynamic_masks: [
    {
      mask: file,
      trajectories: [
        { x: 10, y: 20 },
        { x: 300, y: 40 },
      ],
    },
  ],
} as const;
const MASKS = { static_mask: PICTURE, "dynamic_masks.0": PICTURE };
const STANDING = { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0 } as const;
const camera = { camera_control: { type: "simple", config: { ...STANDING, zoom: -4 } } } as const;
const motion = (model: string, more: object = {}, carried: Readonly<Record<string, Carry>> = {}): Case => ({
  action: {
    kind: "motion_control",
    model,
    mode: "pro",
    image: file,
    motion_video: file,
    character_orientation: "image",
    ...more,
  },
  carried: { image: PICTURE, motion_video: at("dance.mp4"), ...carried },
});
const picture = (model: string, more: object = {}, carried: Readonly<Record<string, Carry>> = {}): Case => ({
  action: { kind: "image", model, prompt: "a portrait", aspect_ratio: "3:4", resolution: "1k", ...more },
  carried,
});
const omniPicture = (model: string, more: object, carried: Readonly<Record<string, Carry>> = {}): Case => ({
  action: {
    kind: "omni_image",
    model,
    prompt: "a portrait",
    aspect_ratio: "auto",
    resolution: "1k",
    ...more,
  },
  carried,
});
const fitting = (model: string): Case => ({
  action: { kind: "try_on", model, human: file, cloth: file },
  carried: { human: PICTURE, cloth: at("coat.png") },
});

/** The actions by name. */
export const CASES: Readonly<Record<string, Case>> = {
  "kling-2.5-turbo from words": words("kling-2.5-turbo"),
  "kling-2.6 from words, with sound": words("kling-2.6", { mode: "pro", audio: true, duration: 10 }),
  "kling-3.0 from words": words("kling-3.0", { mode: "4k", duration: 15 }),
  "kling-3.0 from cuts": words("kling-3.0", { ...CUT_WORDS, audio: true }),
  "kling-3.0-turbo from words": words("kling-3.0-turbo", { aspect_ratio: "1:1", duration: 7 }),
  "kling-3.0-turbo from cuts": words("kling-3.0-turbo", CUT_WORDS),

  "kling-2.5-turbo from two frames": still("kling-2.5-turbo", { end_image: file }),
  "kling-2.6 from an image": still("kling-2.6"),
  "kling-2.6 from two frames": still("kling-2.6", { end_image: file }),
  "kling-2.6 with voices": still("kling-2.6", TWO_VOICES, VOICES),
  "kling-3.0 from two frames": still("kling-3.0", { audio: true, end_image: file }),
  "kling-3.0 with an element": still("kling-3.0", MARA, ELEMENT),
  "kling-3.0 from an image and cuts": still("kling-3.0", TWO_CUTS),
  "kling-3.0-turbo from an image": still("kling-3.0-turbo"),
  "kling-3.0-turbo from a last frame": extend("last_frame", "kling-3.0-turbo"),

  "kling-3.0-omni from words": words("kling-3.0-omni", { duration: 3 }),
  "kling-3.0-omni from an image": still("kling-3.0-omni"),
  "kling-3.0-omni from two frames and an element": omni(
    "kling-3.0-omni",
    { ...MARA, duration: 5, image: file, end_image: file, audio: true },
    { image: PICTURE, end_image: at("last.png"), ...ELEMENT },
  ),
  "kling-3.0-omni from references": omni("kling-3.0-omni", REFERENCES, REFERRED),
  "kling-3.0-omni from a feature video and cuts": omni(
    "kling-3.0-omni",
    { ...TWO_CUTS, duration: 5, aspect_ratio: "16:9", feature_video: file },
    { feature_video: at("7.mp4") },
  ),
  "kling-3.0-omni edits a video": omni(
    "kling-3.0-omni",
    { prompt: "make it night in @video_1", base_video: file, audio: "original" },
    { base_video: at("7.mp4") },
  ),
  "kling-3.0-omni goes on": extend("omni", "kling-3.0-omni", { duration: 8 }),
  "kling-o1 from words": words("kling-o1", { aspect_ratio: "9:16" }),
  "kling-o1 from two frames": still("kling-o1", { end_image: file }),
  "kling-o1 from references": omni("kling-o1", REFERENCES, REFERRED),
  "kling-o1 edits a video": omni(
    "kling-o1",
    { prompt: "make it night in @video_1", base_video: file },
    { base_video: at("7.mp4") },
  ),
  "kling-o1 goes on": extend("omni", "kling-o1", { mode: "std" }),

  "kling-3.0 takes over a motion": motion(
    "kling-3.0",
    { ...MARA, character_orientation: "video", audio: false },
    ELEMENT,
  ),
  "kling-2.6 takes over a motion": motion("kling-2.6", { prompt: "she dances" }),

  "kling-v2-5-turbo from words": words("kling-v2-5-turbo", { negative_prompt: "people" }),
  "kling-v2-6 from words": words("kling-v2-6", { mode: "pro", audio: true }),
  "kling-v3 from words": words("kling-v3", { duration: 12, mode: "4k" }),
  "kling-v3 from cuts": words("kling-v3", CUT_WORDS),
  "kling-v1 with a camera": words("kling-v1", camera),
  "kling-v1-6 from words": words("kling-v1-6", { cfg_scale: 0.7, negative_prompt: "people" }),
  "kling-v2-master from words": modeless(words("kling-v2-master")),
  "kling-v2-1-master from words": modeless(words("kling-v2-1-master")),

  "kling-v2-5-turbo from two frames": still("kling-v2-5-turbo", { end_image: file }),
  "kling-v2-6 with voices": still("kling-v2-6", TWO_VOICES, VOICES),
  "kling-v3 from an image and cuts": still("kling-v3", TWO_CUTS),
  "kling-v3 with an element": still("kling-v3", MARA, ELEMENT),
  "kling-v1 with a brush": still("kling-v1", brush, MASKS),
  "kling-v1-5 with a camera": still("kling-v1-5", camera),
  "kling-v1-5 with a brush": still("kling-v1-5", brush, MASKS),
  "kling-v1-6 from two frames": still("kling-v1-6", { cfg_scale: 0.5, end_image: file }),
  "kling-v1-6 from a last frame": extend("last_frame", "kling-v1-6", {
    cfg_scale: 0.4,
    negative_prompt: "people",
  }),
  "kling-v2-master from an image": modeless(still("kling-v2-master")),
  "kling-v2-1 from an image": still("kling-v2-1"),
  "kling-v2-1-master from an image": modeless(still("kling-v2-1-master")),

  "kling-v3-omni from words": words("kling-v3-omni", { mode: "pro" }),
  "kling-v3-omni from two frames": still("kling-v3-omni", { end_image: file }),
  "kling-v3-omni from references": omni("kling-v3-omni", REFERENCES, REFERRED),
  "kling-v3-omni from a frame, a reference and cuts": omni(
    "kling-v3-omni",
    {
      cuts: [
        { seconds: 2, prompt: "@mara in @coat" },
        { seconds: 3, prompt: "the pier" },
      ],
      duration: 5,
      image: file,
      refer_images: named("coat"),
      elements: named("mara"),
      audio: true,
    },
    { image: PICTURE, "refer_images.coat": at("coat.png"), ...ELEMENT },
  ),
  "kling-v3-omni edits a video": omni(
    "kling-v3-omni",
    { prompt: "make it night in @video_1", base_video: file, audio: "original" },
    { base_video: at("7.mp4") },
  ),
  "kling-v3-omni goes on": extend("omni", "kling-v3-omni", { mode: "4k" }),
  "kling-video-o1 from words": words("kling-video-o1"),
  "kling-video-o1 from an image": still("kling-video-o1"),
  "kling-video-o1 from a feature video": omni(
    "kling-video-o1",
    { prompt: "the same move as @video_1", duration: 6, aspect_ratio: "1:1", feature_video: file },
    { feature_video: at("7.mp4") },
  ),

  "kling-v3 takes over a motion": motion("kling-v3", MARA, ELEMENT),
  "kling-v2-6 takes over a motion": motion("kling-v2-6", { audio: false, prompt: "she dances" }),
  "kling-v1-6 brings pictures together": {
    action: {
      kind: "multi_image_to_video",
      model: "kling-v1-6",
      mode: "std",
      duration: 10,
      aspect_ratio: "9:16",
      prompt: "a girl and a boat",
      negative_prompt: "people",
      images: [file, file],
    },
    carried: { "images.0": PICTURE, "images.1": at("boat.png") },
  },

  "a native extension": extend("native", undefined, { negative_prompt: "people", cfg_scale: 0.6 }),
  "a lip-sync to a file": speak(
    { audio: file, face: 2, volume: 1.5, original_volume: 0 },
    { carried: { source: CLIP, audio: at("020.wav") }, speech },
  ),
  "a lip-sync to spoken text": speak(SAID, {
    carried: { source: CLIP },
    speech: { ...speech, audio: "audio-9", endMs: 3000 },
  }),
  "an old lip-sync to a URL": speak(
    { audio: file },
    { way: "old", carried: { source: at("7.mp4"), audio: at("020.wav") } },
  ),
  "an old lip-sync to a file": speak(
    { audio: file },
    { way: "old", carried: { source: CLIP, audio: { kind: "base64", text: "c291bmQ=" } } },
  ),
  "an old lip-sync to spoken text": speak(
    { ...SAID, voice_language: "zh", voice_speed: 1.2 },
    { way: "old", carried: { source: CLIP } },
  ),
  "an avatar": {
    action: { kind: "avatar", mode: "pro", image: file, audio: file, prompt: "she smiles" },
    carried: { image: PICTURE, audio: at("020.wav") },
  },
  "an effect of one picture": {
    action: { kind: "effect", scene: "squish", images: [file] },
    carried: { "images.0": PICTURE },
  },
  "an effect of two pictures": {
    action: { kind: "effect", scene: "hug_pro", images: [file, file] },
    carried: { "images.0": PICTURE, "images.1": at("tom.png") },
  },
  "sound for a clip of the vendor's": {
    action: {
      kind: "video_to_audio",
      source: file,
      sound_effect_prompt: "rain",
      bgm_prompt: "slow piano",
      asmr_mode: true,
    },
    carried: { source: CLIP },
  },
  "sound for a clip at an address": {
    action: { kind: "video_to_audio", source: file },
    carried: { source: at("7.mp4") },
  },
  "a sound": { action: { kind: "text_to_audio", prompt: "heavy rain on deck", duration: 7.5 } },

  "kling-v3 picture": picture("kling-v3", { negative_prompt: "hats", resolution: "2k" }),
  "kling-v3 picture with an element": picture("kling-v3", { ...MARA }, ELEMENT),
  "kling-v2-1 picture": picture(
    "kling-v2-1",
    { image: file, image_reference: "face", image_fidelity: 0.6, human_fidelity: 0.9 },
    { image: PICTURE },
  ),
  "kling-v3-omni picture from references": omniPicture(
    "kling-v3-omni",
    {
      resolution: "4k",
      refer_images: named("coat"),
      elements: named("mara"),
      prompt: "@mara in @coat",
    },
    { "refer_images.coat": PICTURE, ...ELEMENT },
  ),
  "kling-v3-omni series": omniPicture("kling-v3-omni", { series: 4, aspect_ratio: "3:4" }),
  "kling-image-o1 picture": omniPicture("kling-image-o1", {}),
  "kling-v2-1 brings subjects together": {
    action: {
      kind: "multi_image",
      model: "kling-v2-1",
      prompt: "a girl in a boat",
      aspect_ratio: "4:3",
      subjects: [file, file],
      scene: file,
      style: file,
    },
    carried: {
      "subjects.0": PICTURE,
      "subjects.1": at("boat.png"),
      scene: at("sea.png"),
      style: at("ink.png"),
    },
  },
  "a picture made wider": {
    action: { kind: "expand", image: file, up: 0, down: 0, left: 0.25, right: 0.25, prompt: "more sea" },
    carried: { image: PICTURE },
  },
  "a fitting by v1": fitting("kolors-virtual-try-on-v1"),
  "a fitting by v1.5": fitting("kolors-virtual-try-on-v1-5"),

  "an element from pictures": {
    action: {
      kind: "element",
      name: "mara",
      description: "Mara, 40s, cropped silver hair",
      image: file,
      refer_images: [file, file],
      voice: file,
      tags: ["o_102"],
    },
    carried: {
      image: PICTURE,
      "refer_images.0": PICTURE,
      "refer_images.1": at("side.png"),
      voice: kept("v"),
    },
  },
  "an element from a video": {
    action: { kind: "element", name: "tom", description: "Tom, a sailor", video: file },
    carried: { video: at("tom.mp4") },
  },
  "a voice": {
    action: { kind: "voice", name: "mara", sample: file },
    carried: { sample: at("mara.wav") },
  },
};

/** The create of a case. */
export function requestOf(
  { action, carried = {}, way, speech: plan }: Case,
  more: Pick<Given, "callback"> = {},
): CreateRequest {
  return createRequest(targetOf(builtIn(), action, way), {
    reference,
    carried: new Map(Object.entries(carried)),
    ...(plan === undefined ? {} : { speech: plan }),
    ...more,
  });
}

/** What is sent beside creates: the small calls before a lip-sync, and deletions. */
const CALLS: Readonly<Record<string, CreateRequest>> = {
  "faces of a clip of the vendor's": smallCall({
    kind: "identify_face",
    source: { kind: "result", id: "clip-7", url: "https://example.com/7.mp4?sig=1" },
  }),
  "faces of a clip at an address": smallCall({
    kind: "identify_face",
    source: { kind: "url", url: "https://example.com/7.mp4" },
  }),
  "spoken text": smallCall({
    kind: "speech",
    text: "the ferry is late",
    voice: "oversea_male1",
    language: "en",
    speed: 1,
  }),
  "an element deleted": deletion({ kept: "element", id: "77" }),
  "a voice deleted": deletion({ kept: "voice", id: "v" }),
};

function deletion(record: Parameters<typeof deleteRequest>[0]): CreateRequest {
  const { path, body } = deleteRequest(record);
  return { method: "POST", path, body: body as CreateRequest["body"] };
}

function smallCall(call: Parameters<typeof smallRequest>[0]): CreateRequest {
  return { method: "POST", ...smallRequest(call) };
}

/** All requests by name. */
export function allRequests(): readonly (readonly [name: string, request: CreateRequest])[] {
  const creates = Object.entries(CASES).map(([name, one]) => [name, requestOf(one)] as const);
  return [...creates, ...Object.entries(CALLS)];
}

/** The product that a path belongs to: endpoints of the new dialect end in their model. */
export function productOfPath(path: string): string {
  return path.startsWith("/v1/") ? path : path.replace(/\/[^/]+$/, "/{model}");
}
