/**
 * Every rule that spans fields, with a manifest that breaks it and the nearest one that does not. Each manifest breaks
 * just its rule, so that what is found is all that is wrong with it; the files that they name are one picture and one sound.
 */

/** A rule, a manifest that breaks it, what is found, and a manifest that keeps it. */
export interface RuleCase {
  readonly rule: string;
  readonly breaks: string;
  /** `severity path: message | help`, of each finding. */
  readonly found: readonly string[];
  readonly keeps: string;
}

const HEAD = `version: 1
project: night-ferry
provider: kling
`;

/** What manifests name besides their shot: clips of every sort, elements and voices. */
const CAST = `elements:
  mara: { description: a woman in a raincoat, image: refs/dawn.png, refer_images: [refs/dawn.png] }
  dancer: { description: a dancer, video: { from: shots.hd } }
voices: { hers: { sample: { from: shots.heard } } }
shots:
  short: { prompt: a wave, model: kling-3.0, duration: 3 }
  ten: { prompt: a wave, duration: 10 }
  long: { prompt: a wave, model: kling-3.0, duration: 15 }
  uhd: { prompt: a wave, model: kling-3.0, mode: 4k }
  hd: { prompt: a dancer, mode: pro }
  square: { prompt: a dancer, mode: pro, aspect_ratio: "1:1" }
  heard: { prompt: she talks, model: kling-2.6, mode: pro, audio: true, duration: 5 }
  silent: { prompt: a wave, model: kling-2.6 }
  gentle: { prompt: a wave, model: kling-3.0-turbo, duration: 5 }
`;

/** A manifest with one shot more, `x`. */
export function withShot(fields: string): string {
  return `${HEAD}${CAST}  x: { ${fields} }\n`;
}

/** A manifest with an entry of another kind, `x`. */
export function withEntry(kind: "images" | "sounds", fields: string): string {
  return `${HEAD}${kind}: { x: { ${fields} } }\n${CAST}`;
}

function withElement(fields: string): string {
  return `${HEAD}${CAST.replace("elements:\n", `elements:\n  x: { ${fields} }\n`)}`;
}

function withVoice(sample: string): string {
  return `${HEAD}${CAST.replace("voices: {", `voices: { x: { sample: { from: ${sample} } },`)}`;
}

const IMAGE = "image: refs/dawn.png";
const OMNI = "model: kling-3.0-omni";
const ADDRESS = `{ url: "https://example.org/a.mp4", sha256: "${"0".repeat(64)}" }`;
const refers = (count: number, more = "") =>
  `prompt: "${more}${Array.from({ length: count }, (_, n) => ` @pic${n}`).join("")}", refer_images: { ${Array.from(
    { length: count },
    (_, n) => `pic${n}: refs/dawn.png`,
  ).join(", ")} }`;
const elements = (count: number) =>
  `elements: { ${Array.from({ length: count }, (_, n) => `el${n}: { id: "${n + 1}" }`).join(", ")} }`;
const named = (count: number) => Array.from({ length: count }, (_, n) => `@el${n}`).join(" ");
const cuts = (...seconds: readonly number[]) =>
  `cuts: [${seconds.map((each) => `{ seconds: ${each}, prompt: a wave }`).join(", ")}]`;

const CUTS: readonly RuleCase[] = [
  {
    rule: "cuts are for models that make several",
    breaks: withShot(`model: kling-2.6, duration: 5, ${cuts(2, 3)}`),
    found: [
      "error x.cuts: kling-2.6 makes no clip of several cuts | write one prompt, or use kling-3.0 or kling-3.0-turbo",
    ],
    keeps: withShot(`model: kling-3.0, duration: 5, ${cuts(2, 3)}`),
  },
  {
    rule: "cuts last as long as their clip",
    breaks: withShot(`model: kling-3.0, duration: 6, ${cuts(2, 3)}`),
    found: [
      "error x.cuts: the cuts last 5 s together, the clip 6 s | set duration: 5, or let the cuts add up to 6 s",
    ],
    keeps: withShot(`model: kling-3.0, duration: 6, ${cuts(3, 3)}`),
  },
  {
    rule: "cuts add up to a length that the model makes",
    breaks: withShot(`model: kling-3.0, ${cuts(1, 1)}`),
    found: [
      "error x.cuts: the cuts last 2 s together, which kling-3.0 does not make | let them add up to 3 s: it makes clips of 3 to 15 s",
    ],
    keeps: withShot(`model: kling-3.0, ${cuts(2, 1)}`),
  },
  {
    rule: "cuts that are longer than any clip",
    breaks: withShot(`model: kling-3.0, duration: 15, ${cuts(10, 10)}`),
    found: [
      "error x.cuts: the cuts last 20 s together, the clip 15 s | let the cuts add up to 15 s, and set duration: 15",
    ],
    keeps: withShot(`model: kling-3.0, duration: 15, ${cuts(10, 5)}`),
  },
  {
    rule: "the words of a cut have a limit of their own",
    breaks: withShot(`model: kling-3.0, cuts: [{ seconds: 5, prompt: ${"a".repeat(513)} }]`),
    found: [
      "error catalog/prompt-too-long x.cuts.0.prompt: the prompt has 513 characters, a cut of kling-3.0 takes 512 | cut 1 character",
    ],
    keeps: withShot(`model: kling-3.0, cuts: [{ seconds: 5, prompt: ${"a".repeat(512)} }]`),
  },
  {
    rule: "a semicolon ends a cut of the new generation",
    breaks: withShot(`model: kling-3.0, cuts: [{ seconds: 5, prompt: "a wave; a boat" }]`),
    found: [
      "error x.cuts.0.prompt: cut 1 has a semicolon | write a comma or a full stop: a semicolon ends the cut",
    ],
    keeps: withShot(`model: kling-v3, cuts: [{ seconds: 5, prompt: "a wave; a boat" }]`),
  },
  {
    rule: "a cut has words",
    breaks: withShot(`model: kling-3.0, cuts: [{ seconds: 5, prompt: "  " }]`),
    found: ["error x.cuts.0.prompt: cut 1 has no words | say what happens in it"],
    keeps: withShot(`model: kling-3.0, ${cuts(5)}`),
  },
  {
    rule: "cuts are written into one prompt, which has a limit",
    breaks: withShot(
      `${IMAGE}, model: kling-3.0-turbo, cuts: [${Array.from({ length: 5 }, () => `{ seconds: 1, prompt: ${"a".repeat(500)} }`).join(", ")}]`,
    ),
    found: [
      "error catalog/prompt-too-long x.cuts: the cuts has 2564 characters, kling-3.0-turbo takes 2500 | cut 64 characters",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-3.0-turbo, cuts: [${Array.from({ length: 5 }, () => `{ seconds: 1, prompt: ${"a".repeat(480)} }`).join(", ")}]`,
    ),
  },
  {
    rule: "Turbo takes a list in a plain prompt for cuts, and refuses one that is wrong",
    breaks: withShot(`prompt: "shot 1, 2, a wave; shot 2, 2, a boat;", model: kling-3.0-turbo, duration: 5`),
    found: [
      "error x.prompt: kling-3.0-turbo takes the prompt for a list of cuts, and its timing is wrong | write the list as cuts:, where each part is checked",
    ],
    keeps: withShot(`model: kling-3.0-turbo, ${cuts(2, 3)}`),
  },
  {
    rule: "nothing is cut beside a video to edit",
    breaks: withShot(`${OMNI}, base_video: { from: shots.hd }, ${cuts(2, 3)}`),
    found: ["error x.cuts: kling-3.0-omni takes no cuts beside a base_video | write one prompt"],
    keeps: withShot(`${OMNI}, feature_video: { from: shots.hd }, ${cuts(2, 3)}`),
  },
  {
    rule: "/v1 chooses the cuts beside a reference video itself",
    breaks: withShot(`model: kling-v3-omni, feature_video: { from: shots.hd }, ${cuts(2, 3)}`),
    found: ["error x.cuts: kling-v3-omni takes no cuts beside a feature_video | write one prompt"],
    keeps: withShot(`model: kling-v3-omni, feature_video: { from: shots.hd }, prompt: go on, duration: 5`),
  },
];

const HANDLES: readonly RuleCase[] = [
  {
    rule: "a handle means one thing",
    breaks: withShot(
      `prompt: "@mara walks", ${OMNI}, refer_images: { mara: refs/dawn.png }, elements: { mara: { from: elements.mara } }`,
    ),
    found: [
      "error x.elements.mara: the handle mara means two things | choose another handle, here and in the prompt",
    ],
    keeps: withShot(
      `prompt: "@mara walks in @coat", ${OMNI}, refer_images: { coat: refs/dawn.png }, elements: { mara: { from: elements.mara } }`,
    ),
  },
  {
    rule: "handles do not contain one another",
    breaks: withShot(
      `prompt: "@boat and @boat2", ${OMNI}, refer_images: { boat: refs/dawn.png, boat2: refs/dawn.png }`,
    ),
    found: [
      "error x.refer_images.boat2: the handles boat and boat2 contain one another | choose another handle, here and in the prompt",
      "error x.prompt: the handle boat stands in ordinary text: @boat2 | choose another handle than boat, or write the text without @",
    ],
    keeps: withShot(
      `prompt: "@boat1 and @boat2", ${OMNI}, refer_images: { boat1: refs/dawn.png, boat2: refs/dawn.png }`,
    ),
  },
  {
    rule: "a handle is no part of an address",
    breaks: withShot(
      `prompt: "@boat, and a sign: info@boat.example", ${OMNI}, refer_images: { boat: refs/dawn.png }`,
    ),
    found: [
      "error x.prompt: the handle boat stands in ordinary text: info@boat.example | choose another handle than boat, or write the text without @",
    ],
    keeps: withShot(
      `prompt: "@ferry, and a sign: info@boat.example", ${OMNI}, refer_images: { ferry: refs/dawn.png }`,
    ),
  },
  {
    rule: "the name of a video that is given is no handle",
    breaks: withShot(
      `prompt: "@video_1 with @video", ${OMNI}, feature_video: { from: shots.hd }, refer_images: { video: refs/dawn.png }`,
    ),
    found: [
      "error x.refer_images.video: the handles video_1 and video contain one another | choose another handle, here and in the prompt",
      "error x.prompt: the handle video stands in ordinary text: @video_1 | choose another handle than video, or write the text without @",
    ],
    keeps: withShot(
      `prompt: "@video_1 with @coat", ${OMNI}, feature_video: { from: shots.hd }, refer_images: { coat: refs/dawn.png }`,
    ),
  },
  {
    rule: "references are named by their handles",
    breaks: withShot(`prompt: "<<<image_1>>> and @coat", ${OMNI}, refer_images: { coat: refs/dawn.png }`),
    found: [
      "error x.prompt: <<<image_1>>> refers to nothing | write @handle, by the handle that the reference has in the shot",
    ],
    keeps: withShot(`prompt: "@coat", ${OMNI}, refer_images: { coat: refs/dawn.png }`),
  },
  {
    rule: "a continuation names its clip and nothing else",
    breaks: withShot(`${IMAGE}, prompt: on, steps: [{ extend: { via: omni, prompt: "<<<image_1>>>" } }]`),
    found: [
      "error x.steps.0.extend.prompt: <<<image_1>>> refers to nothing | write @video_1 for the clip: nothing else has a name",
    ],
    keeps: withShot(`${IMAGE}, prompt: on, steps: [{ extend: { via: omni, prompt: "<<<video_1>>>" } }]`),
  },
];

const KEPT: readonly RuleCase[] = [
  {
    rule: "voices are for models that speak with them",
    breaks: withShot(
      `prompt: "@hers speaks", ${IMAGE}, model: kling-3.0, audio: true, voices: { hers: { from: voices.hers } }`,
    ),
    found: ["error x.voices: kling-3.0 takes no voices | remove voices, or use kling-2.6"],
    keeps: withShot(
      `prompt: "@hers speaks", ${IMAGE}, model: kling-2.6, mode: pro, audio: true, voices: { hers: { from: voices.hers } }`,
    ),
  },
  {
    rule: "voices need sound",
    breaks: withShot(
      `prompt: "@hers speaks", ${IMAGE}, model: kling-2.6, mode: pro, voices: { hers: { from: voices.hers } }`,
    ),
    found: [
      "error x.voices: kling-2.6 speaks with voices only in a clip with sound | set audio: true and mode: pro",
    ],
    keeps: withShot(
      `prompt: "@hers speaks", ${IMAGE}, model: kling-2.6, mode: pro, audio: true, voices: { hers: { from: voices.hers } }`,
    ),
  },
  {
    rule: "voices are two at most",
    breaks: withShot(
      `prompt: "@ann @bob @cyn", ${IMAGE}, model: kling-2.6, mode: pro, audio: true, voices: { ann: { id: a }, bob: { id: b }, cyn: { id: c } }`,
    ),
    found: ["error x.voices: kling-2.6 takes 2 voices, not 3 | keep 2"],
    keeps: withShot(
      `prompt: "@ann @bob", ${IMAGE}, model: kling-2.6, mode: pro, audio: true, voices: { ann: { id: a }, bob: { id: b } }`,
    ),
  },
  {
    rule: "elements beside a first frame are for models that take them",
    breaks: withShot(
      `prompt: "@mara", ${IMAGE}, model: kling-2.6, elements: { mara: { from: elements.mara } }`,
    ),
    found: ["error x.elements: kling-2.6 takes no elements | remove elements, or use kling-3.0"],
    keeps: withShot(
      `prompt: "@mara", ${IMAGE}, model: kling-3.0, elements: { mara: { from: elements.mara } }`,
    ),
  },
  {
    rule: "elements beside a first frame are three at most",
    breaks: withShot(`prompt: "${named(4)}", ${IMAGE}, model: kling-3.0, ${elements(4)}`),
    found: ["error x.elements: kling-3.0 takes 3 elements, not 4 | keep 3"],
    keeps: withShot(`prompt: "${named(3)}", ${IMAGE}, model: kling-3.0, ${elements(3)}`),
  },
];

const OMNI_CASES: readonly RuleCase[] = [
  {
    rule: "references are for omni models",
    breaks: withShot(`${refers(1)}, model: kling-3.0`),
    found: [
      "error x.model: kling-3.0 works from no references | remove them, or use kling-o1 or kling-3.0-omni",
    ],
    keeps: withShot(`${refers(1)}, ${OMNI}`),
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

const MOTION: readonly RuleCase[] = [
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
const OLD_6 =
  "warning catalog/retired-model x.model: kling-v1-6 has probably been discontinued | use kling-2.5-turbo";

const CAMERA: readonly RuleCase[] = [
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

const SERVICES: readonly RuleCase[] = [
  {
    rule: "avatars have two modes",
    breaks: withShot(`${IMAGE}, mode: 4k, avatar: { audio: refs/vo.wav }`),
    found: ["error x.mode: an avatar has no mode 4k | choose std (720p) or pro (1080p)"],
    keeps: withShot(`${IMAGE}, mode: pro, avatar: { audio: refs/vo.wav }`),
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

const REFINED: readonly RuleCase[] = [
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

const STILLS: readonly RuleCase[] = [
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

/** What is no mistake to the vendor, and yet hardly meant. */
export const WARNINGS: readonly (Omit<RuleCase, "breaks"> & { readonly warns: string })[] = [
  {
    rule: "a list in a plain prompt makes one shot",
    warns: withShot(`prompt: "shot 1, 2, a wave; shot 2, 3, a boat;", model: kling-3.0, duration: 5`),
    found: [
      "warning x.prompt: the prompt reads like a list of cuts, but kling-3.0 makes one shot of it | write the list as cuts:",
    ],
    keeps: withShot(`model: kling-3.0, ${cuts(2, 3)}`),
  },
  {
    rule: "a list in a plain prompt for a model without cuts",
    warns: withShot(`prompt: "shot 1, 2, a wave; shot 2, 3, a boat;"`),
    found: [
      "warning x.prompt: the prompt reads like a list of cuts, but kling-2.5-turbo makes one shot of it | describe one shot, or use kling-3.0 or kling-3.0-turbo",
    ],
    keeps: withShot("prompt: a wave and a boat"),
  },
  {
    rule: "Turbo takes a list in a plain prompt for cuts",
    warns: withShot(`prompt: "shot 1, 2, a wave; shot 2, 3, a boat;", model: kling-3.0-turbo, duration: 5`),
    found: [
      "warning x.prompt: kling-3.0-turbo takes the prompt for a list of cuts | write the list as cuts:",
    ],
    keeps: withShot(`model: kling-3.0-turbo, ${cuts(2, 3)}`),
  },
  {
    rule: "a reference that the prompt does not name",
    warns: withShot(`prompt: she walks, ${OMNI}, elements: { mara: { from: elements.mara } }`),
    found: [
      "warning x.elements.mara: the prompt does not name @mara | write @mara where the prompt means it, or remove it",
    ],
    keeps: withShot(`prompt: "@mara walks", ${OMNI}, elements: { mara: { from: elements.mara } }`),
  },
  {
    rule: "a name that nothing has",
    warns: withShot(
      `prompt: "@mara walks, @mrra turns", ${OMNI}, elements: { mara: { from: elements.mara } }`,
    ),
    found: ["warning x.prompt: @mrra names nothing | did you mean @mara?"],
    keeps: withShot(
      `prompt: "@mara walks, @mara turns", ${OMNI}, elements: { mara: { from: elements.mara } }`,
    ),
  },
  {
    rule: "an element turns the figure with the video",
    warns: withShot(
      `${IMAGE}, model: kling-3.0, motion_video: { from: shots.hd }, character_orientation: image, elements: { mara: { from: elements.mara } }`,
    ),
    found: [
      "warning x.character_orientation: with an element the figure faces as in the video all the same | write character_orientation: video, or remove the element",
    ],
    keeps: withShot(
      `${IMAGE}, model: kling-3.0, motion_video: { from: shots.hd }, character_orientation: video, elements: { mara: { from: elements.mara } }`,
    ),
  },
];

/** Every rule that a request can fail by. */
export const RULES: readonly RuleCase[] = [
  ...CUTS,
  ...HANDLES,
  ...KEPT,
  ...OMNI_CASES,
  ...MOTION,
  ...CAMERA,
  ...SERVICES,
  ...REFINED,
  ...STILLS,
];

/** A video that nobody knows is not judged. */
export const UNKNOWN: readonly string[] = [
  withShot(`prompt: go on, model: kling-o1, feature_video: ${ADDRESS}`),
  withShot(`${IMAGE}, motion_video: ${ADDRESS}, character_orientation: image`),
];
