/** Rules for cuts, handles, and what a prompt names beside a first frame. */
import { IMAGE, OMNI, cuts, elements, named, withShot, type RuleCase } from "./rule-manifests.js";

export const CUTS: readonly RuleCase[] = [
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
      "error catalog/prompt-too-long x.cuts: the list of cuts has 2564 characters, kling-3.0-turbo takes 2500 | cut 64 characters",
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

export const HANDLES: readonly RuleCase[] = [
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
    rule: "/v1 has longer names for references, which count",
    breaks: withShot(
      `prompt: "${"a".repeat(2487)}, @coat", model: kling-v3-omni, refer_images: { coat: refs/dawn.png }`,
    ),
    found: [
      "error catalog/prompt-too-long x.prompt: the prompt has 2502 characters, kling-v3-omni takes 2500 | cut 2 characters",
    ],
    keeps: withShot(
      `prompt: "${"a".repeat(2485)}, @coat", model: kling-v3-omni, refer_images: { coat: refs/dawn.png }`,
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
];

export const KEPT: readonly RuleCase[] = [
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
