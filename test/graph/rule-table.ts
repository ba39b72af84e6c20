/**
 * Every rule that spans fields, with a manifest that breaks it and the nearest one that does not. Each manifest breaks
 * just its rule, so that what is found is all that is wrong with it; the files that they name are one picture and one sound.
 */
import { CAMERA, MOTION } from "./rule-table-clip.js";
import { OMNI_RULES } from "./rule-table-omni.js";
import { CUTS, HANDLES, KEPT } from "./rule-table-prompt.js";
import { REFINED, SERVICES, STILLS } from "./rule-table-service.js";
import { ADDRESS, IMAGE, OMNI, cuts, withShot, type RuleCase } from "./rule-manifests.js";

/** What is no mistake to the vendor, and yet hardly meant. */
export const WARNINGS: readonly (Omit<RuleCase, "breaks"> & { readonly warns: string })[] = [
  {
    rule: "other effects are not known to",
    warns: withShot("effect: { scene: jelly_squish, images: [refs/dawn.png, refs/dawn.png] }"),
    found: [
      "warning x.effect.images: the effect jelly_squish is not known to take two pictures | give it one picture, or choose cheers_2026, daily_ootd or eternal_kiss",
    ],
    keeps: withShot("effect: { scene: jelly_squish, images: [refs/dawn.png] }"),
  },
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
  ...OMNI_RULES,
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
