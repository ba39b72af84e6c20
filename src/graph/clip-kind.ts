/**
 * Which kind of clip a shot begins with: the one whose own field it has, else by its image. Says which of its fields
 * belong to another kind, because a field that was left out in silence would buy another clip than was asked for.
 */
import { problem, type Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { Shot } from "../manifest/manifest.js";
import { effectiveVideo, type ClipKind } from "./effective.js";
import { ownVideo, refuseFields, type Making } from "./entry.js";

/** The kinds of clip that a shot can begin with. */
export type Kind = ClipKind | "avatar" | "effect";

/** What a shot says that only some kinds of clip understand; `prompt`, models and takes are every kind's. */
const FIELDS = [
  "image",
  "end_image",
  "cuts",
  "refer_images",
  "feature_video",
  "base_video",
  "elements",
  "voices",
  "motion_video",
  "character_orientation",
  "images",
  "avatar",
  "effect",
  "camera_control",
  "static_mask",
  "dynamic_masks",
] as const satisfies readonly (keyof Shot)[];

type Field = (typeof FIELDS)[number];

const TAKES: Readonly<Record<Kind, readonly Field[]>> = {
  text_to_video: ["cuts", "camera_control", "end_image"],
  image_to_video: [
    "image",
    "end_image",
    "cuts",
    "elements",
    "voices",
    "camera_control",
    "static_mask",
    "dynamic_masks",
  ],
  omni_video: ["image", "end_image", "cuts", "refer_images", "feature_video", "base_video", "elements"],
  motion_control: ["image", "motion_video", "character_orientation", "elements"],
  multi_image_to_video: ["images"],
  avatar: ["image", "avatar"],
  effect: ["effect"],
};

const WORDS: Readonly<Record<Kind, string>> = {
  text_to_video: "a clip from words alone",
  image_to_video: "a clip from an image",
  omni_video: "a clip of an omni model",
  motion_control: "a clip with a motion video",
  multi_image_to_video: "a clip from several pictures",
  avatar: "an avatar",
  effect: "an effect",
};

/** The kind whose own field the shot has; an omni model also takes elements, with an image or without. */
export function kindOf(shot: Shot, { force }: Making): Kind {
  if (shot.avatar !== undefined) return "avatar";
  if (shot.effect !== undefined) return "effect";
  if (shot.motion_video !== undefined || shot.character_orientation !== undefined) return "motion_control";
  if (shot.images !== undefined) return "multi_image_to_video";
  const refers =
    shot.refer_images !== undefined || shot.feature_video !== undefined || shot.base_video !== undefined;
  if (refers) return "omni_video";
  const plain = shot.image === undefined ? "text_to_video" : "image_to_video";
  if (shot.elements === undefined) return plain;
  if (plain === "text_to_video") return "omni_video";
  const { model } = effectiveVideo(ownVideo(shot), plain, shot.end_image !== undefined, force);
  return force.catalog.video(model)?.imageToVideo?.shape === "omni" ? "omni_video" : plain;
}

/** Says which of the shot's fields belong to another kind of clip. */
export function refuseOthers(shot: Shot, kind: Kind, path: Path, making: Making): void {
  const strange = FIELDS.filter((field) => shot[field] !== undefined && !TAKES[kind].includes(field));
  for (const field of strange) {
    const kinds = (Object.keys(TAKES) as Kind[]).filter((other) => TAKES[other].includes(field));
    making.report(
      problem("catalog/unsupported", `${WORDS[kind]} takes no ${field}`, {
        path: [...path, field],
        on: "key",
        why: `${listWords(
          kinds.map((other) => WORDS[other]),
          "or",
        )} takes it`,
        help: `remove ${field}, or make it another shot`,
      }),
    );
  }
  const hasFrame = kind === "image_to_video" || (kind === "omni_video" && shot.image !== undefined);
  if (hasFrame || kind === "motion_control") {
    refuseFields(
      shot,
      ["aspect_ratio"],
      () => ({
        message: "a shot that starts from an image takes no aspect_ratio",
        why: "the clip has the proportions of its image",
        help: "remove aspect_ratio and crop the image to the shape you want",
      }),
      path,
      making,
    );
  }
  if (kind === "motion_control" || kind === "omni_video" || kind === "multi_image_to_video") {
    refuseFields(
      shot,
      LACKING[kind],
      (field) => ({
        message: `${WORDS[kind]} takes no ${field}`,
        ...(field === "duration" ? { why: "it is as long as the motion that can be used" } : {}),
        ...(field === "negative_prompt" ? { help: "say in the prompt what must not be seen" } : {}),
      }),
      path,
      making,
    );
  }
  if (kind === "motion_control" && shot.audio === true) {
    making.report(
      problem("catalog/unsupported", "a clip with a motion video has the sound of that video, or none", {
        path: [...path, "audio"],
        help: "write audio: original, or audio: false",
      }),
    );
  }
}

/** Fields of clips that some kinds have not. */
const LACKING = {
  motion_control: ["duration", "negative_prompt", "cfg_scale"],
  omni_video: ["negative_prompt", "cfg_scale"],
  multi_image_to_video: ["cfg_scale", "audio"],
} as const;

/** Avatars and effects name no model. */
export function refuseModelFields(shot: Shot, kind: "avatar" | "effect", path: Path, making: Making): void {
  const fields = ["model", "duration", "aspect_ratio", "negative_prompt", "cfg_scale", "audio"];
  const others = kind === "effect" ? [...fields, "mode", "prompt"] : fields;
  refuseFields(
    shot,
    others,
    (field) => ({ message: `${WORDS[kind]} takes no ${field}`, why: "the vendor has no such field there" }),
    path,
    making,
  );
}
