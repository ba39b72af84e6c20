/** Each field that an endpoint lacks or refuses is an error where it stands, with what works instead. */
import { expect, test } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.js";
import type { VideoFields } from "../../src/manifest/manifest.js";
import type { SourceFacts } from "../../src/graph/rules-refine.js";
import { checkHeard, clock } from "../../src/graph/rules-speech.js";
import { checkAction, takesField } from "../../src/graph/rules.js";
import type {
  Action,
  Extend,
  ImageToVideo,
  LipSync,
  MakeImage,
  TextToVideo,
} from "../../src/graph/actions.js";
import type { Input } from "../../src/graph/input.js";

const { value: catalog } = createCatalog({ models: [{ id: "house", like: "kling-2.6", durations: [4, 8] }] });
if (catalog === undefined) throw new Error("no catalog");

const PICTURE: Input = { kind: "file", path: "refs/a.png" };
const CLIP: Input = { kind: "step", id: "shots.010.clip" as never };

function words(model: string, more: Partial<TextToVideo> = {}): TextToVideo {
  return { kind: "text_to_video", model, duration: 5, aspect_ratio: "16:9", prompt: "a boat", ...more };
}
function still(model: string, more: Partial<ImageToVideo> = {}): ImageToVideo {
  return { kind: "image_to_video", model, duration: 5, image: PICTURE, ...more };
}
function picture(more: Partial<MakeImage> = {}): MakeImage {
  return {
    kind: "image",
    model: "kling-v3",
    prompt: "a face",
    aspect_ratio: "3:4",
    resolution: "1k",
    ...more,
  };
}
function extend(more: Partial<Extend> = {}): Extend {
  return {
    kind: "extend",
    via: "omni",
    source: CLIP,
    model: "kling-3.0-omni",
    mode: "std",
    duration: 5,
    ...more,
  };
}
function speak(more: Partial<LipSync> = {}): LipSync {
  return { kind: "lip_sync", source: CLIP, text: "hello", voice: "oversea_male1", ...more };
}
function dub(more: Partial<LipSync> = {}): LipSync {
  return { kind: "lip_sync", source: CLIP, audio: { kind: "file", path: "vo.wav" }, ...more };
}
const AT_AN_ADDRESS: Input = {
  kind: "url",
  url: "https://example.org/vo.mp3",
  sha256: "0".repeat(64) as never,
};

/** `error field: message | help`, without the code where it is catalog/unsupported. */
function check(action: Action, source: SourceFacts = {}): readonly string[] {
  return checkAction(action, catalog as NonNullable<typeof catalog>, { path: ["shots", "010"] }, source).map(
    (each) => {
      expect(each.path?.slice(0, 2)).toEqual(["shots", "010"]);
      const code = each.code === "catalog/unsupported" ? "" : `${each.code} `;
      return `${each.severity} ${code}${each.path?.slice(2).join(".")}: ${each.message} | ${each.help}`;
    },
  );
}

test.each<[string, Action]>([
  ["2.5 Turbo", words("kling-2.5-turbo", { mode: "pro", duration: 10, aspect_ratio: "1:1" })],
  ["2.5 Turbo, first and last frame in pro", still("kling-2.5-turbo", { mode: "pro", end_image: PICTURE })],
  ["2.6 with sound in pro", words("kling-2.6", { mode: "pro", audio: true })],
  [
    "2.6 first and last frame, pro and silent",
    still("kling-2.6", { mode: "pro", end_image: PICTURE, audio: false }),
  ],
  ["silence of a silent model", words("kling-2.5-turbo", { audio: false })],
  ["O1 from a first frame, 10 s", still("kling-o1", { duration: 10 })],
  ["O1 between two frames, 8 s", still("kling-o1", { duration: 8, end_image: PICTURE })],
  ["3.0 in 4k with sound, 15 s", words("kling-3.0", { mode: "4k", audio: true, duration: 15 })],
  ["3.0 between two frames with sound", still("kling-3.0", { mode: "std", audio: true, end_image: PICTURE })],
  ["3.0 Turbo, sound asked for", words("kling-3.0-turbo", { audio: true })],
  ["the older API with its own fields", words("kling-v3", { negative_prompt: "text", mode: "4k" })],
  ["a master without a mode", words("kling-3.0", {})],
  ["a prompt of just the advised length", words("kling-3.0", { prompt: "x".repeat(2500) })],
  ["a prompt of the full length, counted in characters", words("kling-2.6", { prompt: "🌊".repeat(2500) })],
  ["a project's own length", words("house", { duration: 8 })],
  ["an empty negative prompt", words("kling-2.6", { negative_prompt: "" })],
  ["a still", picture({ negative_prompt: "text", resolution: "2k", aspect_ratio: "21:9" })],
  ["a still like another", picture({ image: PICTURE })],
  [
    "a still of 2.1 with a face",
    picture({
      model: "kling-v2-1",
      image: PICTURE,
      image_reference: "face",
      image_fidelity: 0.6,
      human_fidelity: 0.5,
    }),
  ],
  ["a fitting", { kind: "try_on", model: "kolors-virtual-try-on-v1", human: PICTURE, cloth: PICTURE }],
  ["a frame", { kind: "frame", which: "last", source: CLIP }],
  ["a continuation", extend()],
  ["a continuation by O1, any length", extend({ model: "kling-o1", mode: "pro", duration: 7 })],
  ["a native extension", extendNatively()],
  ["a continuation with all the words that fit", extend({ model: "kling-o1", prompt: "x".repeat(2457) })],
  [
    "a continuation that names its clip",
    extend({ model: "kling-o1", prompt: `${"x".repeat(2490)} @video_1` }),
  ],
  ["speech", speak()],
  ["speech in a chosen voice", speak({ voice_language: "zh", voice_speed: 1.5 })],
  ["a sound", dub({ audio_start: 1, audio_end: 4.5, at: 1 })],
  ["a sound at an address, up to a moment", dub({ audio: AT_AN_ADDRESS, audio_end: 5 })],
])("%s passes", (_what, action) => {
  expect(check(action)).toEqual([]);
});

function extendNatively(more: Partial<Extend> = {}): Extend {
  return {
    kind: "extend",
    via: "native",
    source: CLIP,
    prompt: "on",
    negative_prompt: "text",
    cfg_scale: 0.4,
    ...more,
  };
}

test.each<[string, Action, readonly string[]]>([
  [
    "a misspelt model",
    words("kling-2.5-trubo"),
    [
      "error catalog/unknown-model model: there is no video model called kling-2.5-trubo | did you mean kling-2.5-turbo?",
    ],
  ],
  [
    "a model from elsewhere",
    words("sora\u001b"),
    [
      "error catalog/unknown-model model: there is no video model called sora\u{fffd} | choose kling-2.5-turbo, " +
        "kling-2.6, kling-o1, kling-3.0, kling-3.0-omni, kling-3.0-turbo or house, or add it under catalog: models:",
    ],
  ],
  [
    "a discontinued model, and nothing else about it",
    words("kling-v1", { duration: 99 }),
    ["error catalog/retired-model model: kling-v1 is discontinued | use kling-2.5-turbo"],
  ],
  [
    "a model that is presumed discontinued, with its rules",
    words("kling-v1-6", { duration: 7, negative_prompt: "text", cfg_scale: 0.5 }),
    [
      "warning catalog/retired-model model: kling-v1-6 has probably been discontinued | use kling-2.5-turbo",
      "error duration: kling-v1-6 makes no clip of 7 s | choose 5 or 10 s, or use kling-3.0, kling-3.0-omni or kling-3.0-turbo",
    ],
  ],
  [
    "words for a model that wants an image",
    words("kling-v2-1"),
    [
      "warning catalog/retired-model model: kling-v2-1 has probably been discontinued | use kling-2.5-turbo",
      "error model: kling-v2-1 makes no clip from words alone | give the shot an image" +
        ", or use kling-2.5-turbo, kling-2.6 or kling-o1",
    ],
  ],
  [
    "a mode that is not offered",
    words("kling-2.6", { mode: "4k" }),
    [
      "error mode: kling-2.6 has no mode 4k | choose std (720p) or pro (1080p), or use kling-3.0 or kling-3.0-omni",
    ],
  ],
  [
    "a mode where there is none",
    words("kling-v2-1-master", { mode: "std" }),
    [
      "warning catalog/retired-model model: kling-v2-1-master has probably been discontinued | use kling-3.0",
      "error mode: kling-v2-1-master takes no mode | remove mode: the model always delivers 1080p",
    ],
  ],
  [
    "a length that is not offered",
    still("kling-3.0", { duration: 20 }),
    ["error duration: kling-3.0 makes no clip of 20 s | choose 3 to 15 s"],
  ],
  [
    "a length that only others offer",
    words("kling-2.5-turbo", { duration: 8 }),
    [
      "error duration: kling-2.5-turbo makes no clip of 8 s | choose 5 or 10 s" +
        ", or use kling-3.0, kling-3.0-omni or kling-3.0-turbo",
    ],
  ],
  [
    "O1 from a first frame alone, 8 s",
    still("kling-o1", { duration: 8 }),
    [
      "error duration: kling-o1 makes no clip of 8 s from a first frame alone | choose 5 or 10 s, or add an end_image" +
        ", or use kling-3.0, kling-3.0-omni or kling-3.0-turbo",
    ],
  ],
  [
    "O1 from words, 8 s",
    words("kling-o1", { duration: 8 }),
    ["warning duration: kling-o1 may refuse a clip of 8 s from words alone | choose 5 or 10 s to be sure"],
  ],
  [
    "an aspect ratio that is not offered",
    words("kling-2.6", { aspect_ratio: "21:9" }),
    ["error aspect_ratio: kling-2.6 has no aspect ratio 21:9 | choose 16:9, 9:16 or 1:1"],
  ],
  [
    "fields that new endpoints lack",
    words("kling-2.6", { negative_prompt: "text", cfg_scale: 0.7 }),
    [
      "error negative_prompt: kling-2.6 takes no negative_prompt | say in the prompt what must not be seen",
      "error cfg_scale: kling-2.6 takes no cfg_scale | remove cfg_scale: only 1.x models had it",
    ],
  ],
  [
    "sound of a silent model",
    words("kling-2.5-turbo", { audio: true }),
    [
      "error audio: kling-2.5-turbo makes no sound | remove audio, or use kling-2.6, kling-3.0 or kling-3.0-omni",
    ],
  ],
  [
    "sound in a mode without",
    words("kling-2.6", { audio: true, mode: "std" }),
    ["error audio: kling-2.6 makes no sound in mode std | set mode: pro, or remove audio"],
  ],
  [
    "sound with the mode left open, which is std",
    words("kling-2.6", { audio: true }),
    ["error audio: kling-2.6 makes no sound in mode std | set mode: pro, or remove audio"],
  ],
  [
    "silence of a model that always sounds",
    words("kling-3.0-turbo", { audio: false }),
    [
      "error audio: kling-3.0-turbo always makes a sound track | remove audio, and mute the clip in the cut" +
        ", or use kling-2.5-turbo, kling-2.6 or kling-o1",
    ],
  ],
  [
    "an end frame where there is none",
    still("kling-3.0-turbo", { end_image: PICTURE }),
    [
      "error end_image: kling-3.0-turbo takes no end_image | remove end_image" +
        ", or use kling-2.5-turbo, kling-2.6 or kling-o1",
    ],
  ],
  [
    "an end frame in std of 2.5 Turbo",
    still("kling-2.5-turbo", { end_image: PICTURE, mode: "std" }),
    [
      "error end_image: kling-2.5-turbo takes no end_image in mode std | set mode: pro" +
        ", or use kling-o1, kling-3.0 or kling-3.0-omni",
    ],
  ],
  [
    "an end frame with sound of 2.6",
    still("kling-2.6", { end_image: PICTURE, mode: "pro", audio: true }),
    [
      "error audio: kling-2.6 makes no sound for a clip with an end_image | remove audio or end_image" +
        ", or use kling-3.0 or kling-3.0-omni",
    ],
  ],
  [
    "prompts that are too long, or longer than advised",
    words("kling-3.0", { prompt: "x".repeat(3000) }),
    [
      "warning catalog/prompt-too-long prompt: the prompt has 3000 characters, 2500 are advised for kling-3.0" +
        " | it is taken up to 3072; a shorter one is followed better",
    ],
  ],
  [
    "a prompt beyond 3072",
    words("kling-3.0-turbo", { prompt: "x".repeat(3073) }),
    [
      "error catalog/prompt-too-long prompt: the prompt has 3073 characters, kling-3.0-turbo takes 3072 | cut 1 character",
    ],
  ],
  [
    "the shorter prompt of 3.0 Turbo from an image",
    still("kling-3.0-turbo", { prompt: "x".repeat(2501) }),
    [
      "error catalog/prompt-too-long prompt: the prompt has 2501 characters, kling-3.0-turbo takes 2500 | cut 1 character",
    ],
  ],
  [
    "a negative prompt that is too long",
    words("kling-v2-6", { negative_prompt: "x".repeat(2510) }),
    [
      "error catalog/prompt-too-long negative_prompt: the negative_prompt has 2510 characters, kling-v2-6 takes 2500" +
        " | cut 10 characters",
    ],
  ],
  [
    "several problems at once",
    still("kling-2.5-turbo", { mode: "4k", duration: 3, cfg_scale: 1, end_image: PICTURE }),
    [
      "error mode: kling-2.5-turbo has no mode 4k | choose std (720p) or pro (1080p), or use kling-3.0 or kling-3.0-omni",
      "error duration: kling-2.5-turbo makes no clip of 3 s | choose 5 or 10 s, or use kling-3.0, kling-3.0-omni or kling-3.0-turbo",
      "error cfg_scale: kling-2.5-turbo takes no cfg_scale | remove cfg_scale: only 1.x models had it",
      "error end_image: kling-2.5-turbo takes no end_image in mode 4k | set mode: pro" +
        ", or use kling-o1, kling-3.0 or kling-3.0-omni",
    ],
  ],
])("%s: a clip is refused or warned of", (_what, action, findings) => {
  expect(check(action)).toEqual(findings);
});

test.each<[string, Action, readonly string[]]>([
  [
    "a video model",
    picture({ model: "kling-2.6" }),
    ["error catalog/unknown-model model: there is no image model called kling-2.6 | did you mean kling-2.1?"],
  ],
  [
    "a fitting model for a picture from words",
    picture({ model: "kolors-virtual-try-on-v1" }),
    [
      "error model: kolors-virtual-try-on-v1 makes no picture from words" +
        " | use try_on: to dress a person, or choose kling-v3 or kling-v2-1",
    ],
  ],
  [
    "a ratio and a resolution that are not offered",
    picture({ aspect_ratio: "5:4", resolution: "4k" as never }),
    [
      "error aspect_ratio: kling-v3 has no aspect ratio 5:4 | choose 16:9, 9:16, 1:1, 4:3, 3:4, 3:2, 2:3 or 21:9",
      "error resolution: kling-v3 has no resolution 4k | choose 1k or 2k",
    ],
  ],
  [
    "a negative prompt beside an image",
    picture({ image: PICTURE, negative_prompt: "text" }),
    [
      "error negative_prompt: kling-v3 takes no negative_prompt beside an image | say in the prompt what must not be seen",
    ],
  ],
  [
    "reference fields that only 2.1 has",
    picture({ image: PICTURE, image_reference: "face", image_fidelity: 1, human_fidelity: 1 }),
    ["image_reference", "image_fidelity", "human_fidelity"].map(
      (field) => `error ${field}: kling-v3 takes no ${field} | remove ${field}, or choose kling-v2-1`,
    ),
  ],
  [
    "a reference without an image",
    picture({ model: "kling-v2-1", image_reference: "subject" }),
    [
      "error image_reference: image_reference says how an image is used, but there is no image" +
        " | add image, or remove image_reference",
    ],
  ],
  [
    "a prompt that is too long",
    picture({ prompt: "x".repeat(2600) }),
    [
      "error catalog/prompt-too-long prompt: the prompt has 2600 characters, kling-v3 takes 2500 | cut 100 characters",
    ],
  ],
  [
    "dressing by a model that makes pictures",
    { kind: "try_on", model: "kling-v3", human: PICTURE, cloth: PICTURE },
    ["error model: kling-v3 dresses nobody | choose kolors-virtual-try-on-v1 or kolors-virtual-try-on-v1-5"],
  ],
])("%s: a still is refused", (_what, action, findings) => {
  expect(check(action)).toEqual(findings);
});

test.each<[string, Action, SourceFacts, readonly string[]]>([
  [
    "natively, a clip that is not of 1.x",
    extendNatively(),
    { sourceModel: "kling-2.6" },
    ["error via: clips of kling-2.6 cannot be extended natively | set via: omni or last_frame"],
  ],
  [
    "natively, beyond three minutes",
    extendNatively(),
    { sourceModel: "kling-v1-6", sourceSeconds: 178 },
    [
      "error via: a native extension would make the clip longer than 180 s | start a new shot from the last frame",
    ],
  ],
  [
    "natively, with fields that are inherited",
    extendNatively({ model: "kling-2.6", mode: "pro", duration: 5 }),
    {},
    ["model", "mode", "duration"].map(
      (field) => `error ${field}: a native extension takes no ${field} | remove ${field}, or set via: omni`,
    ),
  ],
  [
    "by omni, without a model",
    { kind: "extend", via: "omni", source: CLIP },
    {},
    [
      "error manifest/missing-key via: extend via omni wants a model | name the model that continues the clip",
    ],
  ],
  [
    "by a model that takes no video",
    extend({ model: "kling-2.6" }),
    {},
    [
      "error model: kling-2.6 cannot continue from a video | set via: last_frame, or use kling-o1 or kling-3.0-omni",
    ],
  ],
  [
    "by a model that nobody knows",
    extend({ model: "kling-3.0-omnia" }),
    {},
    [
      "error catalog/unknown-model model: there is no video model called kling-3.0-omnia | did you mean kling-3.0-omni?",
    ],
  ],
  [
    "by omni, with fields that it lacks",
    extend({ model: "kling-o1", mode: "4k", duration: 12, negative_prompt: "text", cfg_scale: 1 }),
    {},
    [
      "error mode: kling-o1 has no mode 4k | choose std (720p) or pro (1080p)",
      "error duration: kling-o1 makes no clip of 12 s | choose 3 to 10 s",
      "error negative_prompt: kling-o1 takes no negative_prompt | say in the prompt what must not be seen",
      "error cfg_scale: kling-o1 takes no cfg_scale | remove cfg_scale: only 1.x models had it",
    ],
  ],
  [
    "by omni, a clip that is too long to be shown to it",
    extend({ model: "kling-o1" }),
    { sourceSeconds: 15 },
    ["error via: kling-o1 takes no reference video of 15 s | it takes 3 to 10 s: set via: last_frame"],
  ],
  [
    "by omni, with more words than fit beside those that name the clip",
    extend({ prompt: "x".repeat(3030) }),
    {},
    [
      "error catalog/prompt-too-long prompt: the prompt has 3030 characters, kling-3.0-omni takes 3029 | cut 1 character",
    ],
  ],
  [
    "by the older omni, with more words than fit beside those that name the clip",
    extend({ model: "kling-video-o1", prompt: "x".repeat(2500) }),
    {},
    [
      "error catalog/prompt-too-long prompt: the prompt has 2500 characters, kling-video-o1 takes 2452 | cut 48 characters",
    ],
  ],
  [
    "from the last frame, with a length that the model lacks",
    extend({
      via: "last_frame",
      model: "kling-2.6",
      duration: 8,
      mode: "std",
      prompt: "on",
      negative_prompt: "x",
      cfg_scale: 1,
    }),
    {},
    [
      "error duration: kling-2.6 makes no clip of 8 s | choose 5 or 10 s, or use kling-3.0, kling-3.0-omni or kling-3.0-turbo",
      "error negative_prompt: kling-2.6 takes no negative_prompt | say in the prompt what must not be seen",
      "error cfg_scale: kling-2.6 takes no cfg_scale | remove cfg_scale: only 1.x models had it",
    ],
  ],
  [
    "to speak, a clip that is too long, with too many words",
    speak({ text: "x".repeat(1001) }),
    { sourceSeconds: 75 },
    [
      "error catalog/prompt-too-long text: the text has 1001 characters, text to speech takes 1000 | cut 1 character",
      "error : a clip of 75 s cannot be made to speak | lip_sync takes clips of 2 to 60 s",
    ],
  ],
  [
    "to speak, too short a span of sound",
    dub({ audio_start: 3, audio_end: 4.5 }),
    { sourceSeconds: 5 },
    ["error audio_end: the span of the sound is shorter than 2 s | move audio_start or audio_end"],
  ],
  [
    "to speak, a text without a voice",
    { kind: "lip_sync", source: CLIP, text: "hello" },
    {},
    [
      "error manifest/missing-key text: a text wants a voice to be spoken with | name one of the vendor's voices: voice: oversea_male1",
    ],
  ],
  [
    "to speak, a text with a span of sound",
    speak({ audio_start: 0, audio_end: 4 }),
    {},
    ["audio_start", "audio_end"].map(
      (field) =>
        `error ${field}: ${field} cuts a sound file, and this lip_sync speaks a text | remove ${field}; what goes with it here is voice, voice_language and voice_speed`,
    ),
  ],
  [
    "to speak, a sound with a voice",
    dub({ voice: "oversea_male1", voice_language: "en", voice_speed: 2 }),
    {},
    ["voice", "voice_language", "voice_speed"].map(
      (field) =>
        `error ${field}: ${field} is for a spoken text, and this lip_sync uses a sound | remove ${field}; what goes with it here is audio_start and audio_end`,
    ),
  ],
  [
    "to speak, a sound of unknown length",
    dub({ audio: AT_AN_ADDRESS }),
    {},
    [
      "error manifest/missing-key audio: a sound at an address wants audio_end | write where it ends, in seconds (audio_end: 4.5), or put the file into the project",
    ],
  ],
  [
    "to speak, a sound that goes on after the clip",
    dub({ audio_start: 1, audio_end: 9.2, at: 0.5 }),
    { sourceSeconds: 5 },
    [
      "error audio_end: the sound lasts 8.2 s, the clip has 4.5 s from at: 0.5 | set audio_end: 5.5, or give the clip a longer duration",
    ],
  ],
  [
    "to speak, a sound that begins after the clip",
    dub({ at: 9 }),
    { sourceSeconds: 5 },
    ["error at: the clip has 0 s from at: 9 | set at: 3 or less, or give the clip a longer duration"],
  ],
  [
    "to speak, a text that begins too near to the end",
    speak({ at: 3.5 }),
    { sourceSeconds: 5 },
    ["error at: the clip has 1.5 s from at: 3.5 | set at: 3 or less, or give the clip a longer duration"],
  ],
])("%s: a refinement is refused", (_what, action, source, findings) => {
  expect(check(action, source)).toEqual(findings);
});

test.each<[string, LipSync, number, SourceFacts, readonly string[]]>([
  ["fits", dub(), 5, { sourceSeconds: 5 }, []],
  ["fits but for the end of its last frame", dub({ at: 1 }), 4.05, { sourceSeconds: 5 }, []],
  ["fits in part", dub({ audio_start: 2, audio_end: 6, at: 1 }), 60, { sourceSeconds: 5 }, []],
  ["beside a clip of unknown length is not judged", dub(), 60, {}, []],
  [
    "goes on after the clip",
    dub(),
    8.2,
    { sourceSeconds: 5 },
    [
      "audio: the sound lasts 8.2 s, the clip has 5 s from at: 0 | set audio_end: 5, or give the clip a longer duration",
    ],
  ],
  [
    "goes on after the clip, from a moment on",
    dub({ audio_start: 1.5, at: 2 }),
    6,
    { sourceSeconds: 5 },
    [
      "audio: the sound lasts 4.5 s, the clip has 3 s from at: 2 | set audio_end: 4.5, or give the clip a longer duration",
    ],
  ],
  [
    "ends before audio_end",
    dub({ audio_end: 5 }),
    4.2,
    { sourceSeconds: 10 },
    ["audio_end: audio_end: 5 is beyond the sound | remove audio_end to use the sound to its end"],
  ],
  [
    "ends before audio_start",
    dub({ audio_start: 5 }),
    4.2,
    {},
    ["audio_start: audio_start: 5 is beyond the sound | set audio_start: 2.2 or less"],
  ],
  [
    "has too little left",
    dub({ audio_start: 3 }),
    4.2,
    {},
    ["audio_start: the span of the sound is shorter than 2 s | set audio_start: 2.2 or less"],
  ],
])("a sound whose file was measured %s", (_what, action, seconds, source, findings) => {
  const found = checkHeard(action, seconds, [], source);
  expect(found.map((each) => `${each.path?.join(".")}: ${each.message} | ${each.help}`)).toEqual(findings);
  expect(found.every((each) => each.code === "catalog/unsupported" && each.why !== undefined)).toBe(true);
});

test.each([
  [1.999, "1.999 s"],
  [60.05, "60.05 s"],
  [100, "1:40"],
  [963.4, "16:03"],
  [36_605, "10:10:05"],
])("%d seconds are read as %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});

test("a finding names where its rule was read, and of which day it is", () => {
  const why = (action: Action) => checkAction(action, catalog, { path: [] }).map((each) => each.why);
  expect(why(words("kling-2.6", { cfg_scale: 1 }))).toEqual([
    "Kling API documentation, 2.6 text to video, 2026-09-20",
  ]);
  expect(why(still("kling-2.6", { cfg_scale: 1 }))).toEqual([
    "Kling API documentation, 2.6 image to video, 2026-09-20",
  ]);
  expect(why(words("kling-v1"))).toEqual([
    "answered on 2026-03-28, refused as discontinued on 2026-09-20 (a third party's record of live calls, 2026-09-20)",
  ]);
  expect(why(words("house", { duration: 8, cfg_scale: 1, mode: "4k" }))).toHaveLength(2);
});

test("a field that is not there at all is marked at its key, a wrong value at the value", () => {
  const found = checkAction(words("kling-2.6", { cfg_scale: 1, duration: 6 }), catalog, { path: [] });
  expect(found.map((each) => [each.path, each.on])).toEqual([
    [["duration"], undefined],
    [["cfg_scale"], "key"],
  ]);
});

type Row = [string, "text_to_video" | "image_to_video", keyof VideoFields, unknown, boolean];
test.each<Row>([
  ["kling-2.5-turbo", "text_to_video", "model", "anything", true],
  ["kling-2.5-turbo", "text_to_video", "mode", "pro", true],
  ["kling-2.5-turbo", "text_to_video", "mode", "4k", false],
  ["kling-v2-master", "text_to_video", "mode", "std", false],
  ["kling-2.5-turbo", "text_to_video", "duration", 10, true],
  ["kling-2.5-turbo", "text_to_video", "duration", 8, false],
  ["kling-3.0", "text_to_video", "duration", 8, true],
  ["kling-o1", "image_to_video", "duration", 8, false],
  ["kling-2.5-turbo", "text_to_video", "aspect_ratio", "9:16", true],
  ["kling-2.5-turbo", "image_to_video", "aspect_ratio", "9:16", false],
  ["kling-3.0-omni", "image_to_video", "aspect_ratio", "16:9", false],
  ["kling-2.5-turbo", "text_to_video", "negative_prompt", "text", false],
  ["kling-v2-5-turbo", "text_to_video", "negative_prompt", "text", true],
  ["kling-v3-omni", "text_to_video", "negative_prompt", "text", false],
  ["kling-v1-6", "image_to_video", "cfg_scale", 0.5, true],
  ["kling-v2-6", "image_to_video", "cfg_scale", 0.5, false],
  ["kling-2.6", "text_to_video", "audio", true, true],
  ["kling-o1", "text_to_video", "audio", true, false],
  ["kling-3.0-turbo", "text_to_video", "audio", false, false],
  ["kling-3.0-turbo", "text_to_video", "audio", undefined, true],
  ["kling-v2-1", "text_to_video", "duration", 5, false],
])("%s as %s takes a default %s of %j: %s", (id, kind, field, value, takes) => {
  const model = catalog.video(id);
  expect(model && takesField(model, kind, field, value)).toBe(takes);
});

test("what stands beside a default decides with it", () => {
  const [newer, one] = [catalog.video("kling-2.6"), catalog.video("kling-o1")];
  if (newer === undefined || one === undefined) throw new Error("missing model");
  expect(takesField(newer, "text_to_video", "audio", true, { mode: "std" })).toBe(false);
  expect(takesField(newer, "text_to_video", "audio", true, { mode: "pro" })).toBe(true);
  expect(takesField(newer, "image_to_video", "audio", true, { mode: "pro", endImage: true })).toBe(false);
  expect(takesField(one, "image_to_video", "duration", 8, { endImage: true })).toBe(true);
});

test("a default that is taken is never refused afterwards, and one that is not taken would be", () => {
  const values: readonly (readonly [keyof VideoFields, unknown])[] = [
    ...["std", "pro", "4k"].map((mode) => ["mode", mode] as const),
    ...[3, 5, 8, 10, 15, 16].map((seconds) => ["duration", seconds] as const),
    ...["16:9", "4:3"].map((ratio) => ["aspect_ratio", ratio] as const),
    ["negative_prompt", "text"],
    ["cfg_scale", 0.5],
    ["audio", true],
    ["audio", false],
  ];
  for (const model of catalog.all()) {
    if (model.kind !== "video" || model.status === "retired") continue;
    for (const kind of ["text_to_video", "image_to_video"] as const) {
      if ((kind === "text_to_video" ? model.textToVideo : model.imageToVideo) === undefined) continue;
      const mode = model.modes[0]?.mode;
      const plain = kind === "text_to_video" ? words(model.id) : still(model.id);
      for (const [field, value] of values) {
        const action = { ...plain, ...(mode === undefined ? {} : { mode }), [field]: value } as Action;
        const refused = checkAction(action, catalog, { path: [] }).some(
          (each) => each.severity === "error" && each.path?.[0] === field,
        );
        const taken = takesField(model, kind, field, value, mode === undefined ? {} : { mode });
        expect([model.id, kind, field, value, refused]).toEqual([model.id, kind, field, value, !taken]);
      }
    }
  }
});
