/**
 * The first step of a shot → its action, with all fields resolved. Which kind it is follows from the fields that only
 * one kind has, else from the image. Does not judge whether the model takes the fields: that is `rules.ts`.
 */
import { problem, type Path } from "../base/diagnostic.js";
import type { Shot } from "../manifest/manifest.js";
import type { Action, Cut } from "./actions.js";
import { kindOf, refuseModelFields, refuseOthers, type Kind } from "./clip-kind.js";
import { effectiveVideo, type ClipKind } from "./effective.js";
import {
  identityOf,
  inputAt,
  inputIf,
  inputsAt,
  missing,
  modeOf,
  optional,
  ownVideo,
  referencesAt,
  wordsOf,
  type Making,
} from "./entry.js";

/** The action of a shot's first step. */
export function clipAction(shot: Shot, path: Path, making: Making): Action {
  const kind = kindOf(shot, making);
  refuseOthers(shot, kind, path, making);
  const prompt = promptOf(shot, kind, path, making);
  const at = (field: string): Path => [...path, field];
  const image = () =>
    shot.image === undefined ? {} : optional("image", inputIf(shot.image, at("image"), "picture", making));
  const firstImage = () => {
    if (shot.image === undefined) missing(`shot ${shot.id} has no image`, path, "add image:", making);
    return inputAt(shot.image ?? "", at("image"), "picture", making);
  };
  const elements = () => optional("elements", referencesAt(shot.elements, at("elements"), "element", making));
  switch (kind) {
    case "avatar":
    case "effect": {
      refuseModelFields(shot, kind, path, making);
      if (kind === "effect") {
        const { scene = "", images = [] } = shot.effect ?? {};
        return { kind, scene, images: inputsAt(images, [...at("effect"), "images"], "picture", making) };
      }
      const audio = [...at("avatar"), "audio"];
      return {
        kind,
        ...modeOfService(shot),
        image: firstImage(),
        audio: inputAt(shot.avatar?.audio ?? "", audio, "sound", making),
        ...optional("prompt", prompt),
      };
    }
    case "motion_control": {
      const { model, mode, audio } = effectiveVideo(ownVideo(shot), kind, false, making.force);
      if (shot.character_orientation === undefined) {
        const why = "it decides how long the motion may be, and the vendor wants it said";
        missing(
          `shot ${shot.id} has no character_orientation`,
          path,
          "add character_orientation: image, or video",
          making,
          why,
        );
      }
      return {
        kind,
        model,
        ...identityOf(making.force.catalog.video(model)),
        ...modeOf(model, mode, making.force),
        image: firstImage(),
        motion_video: inputAt(shot.motion_video ?? "", at("motion_video"), "video", making),
        character_orientation: shot.character_orientation ?? "image",
        ...optional("prompt", prompt),
        ...(audio === false ? { audio } : {}),
        ...elements(),
      };
    }
    default:
      break;
  }
  const cuts = cutsOf(shot, path, making);
  const own = ownVideo(shot);
  const sum = cuts?.reduce((total, { seconds }) => total + seconds, 0);
  const fields = effectiveVideo(
    { ...own, ...(own.duration === undefined ? optional("duration", sum) : {}) },
    kind,
    shot.end_image !== undefined,
    making.force,
  );
  const { catalog } = making.force;
  const named = {
    model: fields.model,
    ...identityOf(catalog.video(fields.model)),
    ...modeOf(fields.model, fields.mode, making.force),
  };
  const duration = fields.duration ?? 5;
  const endImage = () => optional("end_image", inputIf(shot.end_image, at("end_image"), "picture", making));
  if (kind === "omni_video") {
    const isEdit = shot.base_video !== undefined;
    const isFramed = shot.image !== undefined;
    return {
      kind,
      ...named,
      ...(isEdit && own.duration === undefined ? {} : { duration }),
      ...optional("aspect_ratio", isEdit || isFramed ? own.aspect_ratio : (fields.aspect_ratio ?? "16:9")),
      ...optional("prompt", prompt),
      ...optional("cuts", cuts),
      ...optional("audio", audioOf(fields.model, fields.audio, kind, making)),
      ...image(),
      ...endImage(),
      ...optional("refer_images", referencesAt(shot.refer_images, at("refer_images"), "picture", making)),
      ...optional("feature_video", inputIf(shot.feature_video, at("feature_video"), "video", making)),
      ...optional("base_video", inputIf(shot.base_video, at("base_video"), "video", making)),
      ...elements(),
    };
  }
  const negative = wordsOf(fields.negative_prompt, at("negative_prompt"), making);
  if (kind === "multi_image_to_video") {
    return {
      kind,
      ...named,
      duration,
      aspect_ratio: fields.aspect_ratio ?? "16:9",
      prompt: prompt ?? "",
      ...optional("negative_prompt", negative),
      images: inputsAt(shot.images ?? [], at("images"), "picture", making),
    };
  }
  const audio = audioOf(fields.model, fields.audio, kind, making);
  if (audio === "original") {
    making.report(
      problem("catalog/unsupported", "there is no video whose original sound could be kept", {
        path: at("audio"),
        help: "write audio: true or audio: false, or give the shot a video to work on",
      }),
    );
  }
  const shared = {
    ...named,
    duration,
    ...optional("negative_prompt", negative),
    ...optional("cfg_scale", fields.cfg_scale),
    ...optional("audio", audio === "original" ? undefined : audio),
    ...optional("cuts", cuts),
    ...optional("camera_control", shot.camera_control),
  };
  if (shot.image === undefined) {
    if (shot.end_image !== undefined) {
      making.report(
        problem("catalog/unsupported", "an end image needs a first image beside it", {
          path: at("end_image"),
          why: "no model takes an end frame alone",
          help: "add image: for the first frame, or use this picture as image",
        }),
      );
    }
    return {
      kind: "text_to_video",
      ...shared,
      aspect_ratio: fields.aspect_ratio ?? "16:9",
      prompt: prompt ?? "",
    };
  }
  return {
    kind: "image_to_video",
    ...shared,
    ...optional("prompt", prompt),
    image: firstImage(),
    ...endImage(),
    ...elements(),
    ...optional("voices", referencesAt(shot.voices, at("voices"), "voice", making)),
    ...optional("static_mask", inputIf(shot.static_mask, at("static_mask"), "picture", making)),
    ...optional(
      "dynamic_masks",
      shot.dynamic_masks?.map(({ mask, trajectories }, index) => ({
        mask: inputAt(mask, [...at("dynamic_masks"), index, "mask"], "picture", making),
        trajectories: trajectories.map(({ x, y }) => ({ x, y })),
      })),
    ),
  };
}

/** Avatars have modes, but are no model's: neither defaults nor overrides are theirs. */
function modeOfService({ mode }: Shot) {
  return { mode: mode ?? "std" } as const;
}

function promptOf(shot: Shot, kind: Kind, path: Path, making: Making): string | undefined {
  const prompt = wordsOf(shot.prompt, [...path, "prompt"], making);
  const said = prompt === "" ? undefined : prompt;
  if (shot.cuts !== undefined && said !== undefined) {
    making.report(
      problem("catalog/unsupported", "a shot with cuts takes no prompt", {
        path: [...path, "prompt"],
        on: "key",
        why: "the words of its cuts are its prompt",
        help: "move the words into the cuts",
      }),
    );
  }
  const isWanted = kind !== "avatar" && kind !== "effect" && kind !== "motion_control";
  if (said === undefined && shot.cuts === undefined && isWanted) {
    missing(
      `shot ${shot.id} has no prompt`,
      path,
      "describe the shot: prompt: wide, the ferry leaves the pier",
      making,
      "the vendor wants words for every clip, also beside an image",
    );
  }
  return shot.cuts === undefined ? said : undefined;
}

function cutsOf(shot: Shot, path: Path, making: Making): readonly Cut[] | undefined {
  return shot.cuts?.map(({ seconds, prompt }, index) => ({
    seconds,
    prompt: wordsOf(prompt, [...path, "cuts", index, "prompt"], making) ?? "",
  }));
}

/** Sound that cannot be switched off is no part of the intent. */
function audioOf(
  modelId: string,
  audio: boolean | "original" | undefined,
  kind: ClipKind,
  { force }: Making,
): boolean | "original" | undefined {
  const model = force.catalog.video(modelId);
  const endpoint = kind === "image_to_video" ? model?.imageToVideo : model?.textToVideo;
  return endpoint?.audio === "always" && audio === true ? undefined : audio;
}
