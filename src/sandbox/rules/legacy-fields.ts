/**
 * Readers for the fields that several legacy video products share: model name, shots, camera, motion brush, lists.
 * Each complains by itself and returns what the rules still need. Bodies are flat and durations are strings here.
 */

import type { Complaints, Fields } from "./fields.js";
import {
  CURRENT_LEGACY_MODELS,
  DISCONTINUED_LEGACY_MODEL,
  type LegacyModel,
  RETIRED_LEGACY_MODELS,
} from "./legacy-models.js";
import type { Cut, Size, World } from "./order.js";
import { readLegacyPicture } from "./pictures.js";
import { MOST_SHOTS, SHOT_CHARACTERS } from "./prompt.js";

/** The model that a text2video or image2video request names; undefined after a complaint. */
export function readLegacyModel(body: Fields, world: World, complaints: Complaints): LegacyModel | undefined {
  const name = body.has("model_name") ? body.text("model_name") : DISCONTINUED_LEGACY_MODEL;
  if (name === undefined) return undefined;
  const retired = RETIRED_LEGACY_MODELS.find((model) => model.name === name);
  if (name === DISCONTINUED_LEGACY_MODEL || (retired !== undefined && world.retired === "refuse")) {
    complaints.add(`model_name ${name} has been discontinued and is no longer available`);
    return undefined;
  }
  const model = retired ?? CURRENT_LEGACY_MODELS.find((candidate) => candidate.name === name);
  if (model === undefined) complaints.add(`model_name value '${name}' is invalid`);
  return model;
}

/** What a legacy request says about shots. */
export interface LegacyShots {
  readonly several: boolean;
  readonly type: "customize" | "intelligence" | undefined;
  /** The texts of a custom list, joined; undefined when there is none. */
  readonly prompt: string | undefined;
  /** The custom list as an order keeps it. */
  readonly told: { readonly cuts?: readonly Cut[] };
}

/** Reads multi_shot, shot_type and multi_prompt for a clip of `seconds`. */
export function readLegacyShots(
  body: Fields,
  allowed: boolean,
  seconds: number,
  complaints: Complaints,
): LegacyShots {
  const several = body.flag("multi_shot") ?? false;
  const type = body.oneOf("shot_type", ["customize", "intelligence"]);
  const items = body.objects("multi_prompt", MOST_SHOTS);
  complaints.when(several && !allowed, "multi_shot is not supported by this model");
  complaints.when(several && type === undefined, "shot_type is required when multi_shot is true");
  complaints.when(!several && type !== undefined, "shot_type needs multi_shot");
  const custom = several && type === "customize";
  complaints.when(custom && items.length === 0, "multi_prompt is required when shot_type is customize");
  complaints.when(!custom && items.length > 0, "multi_prompt needs multi_shot and shot_type customize");
  const cuts = items.map((item, i): Cut => {
    item.require("index", "prompt", "duration");
    const index = item.whole("index", 1, MOST_SHOTS);
    complaints.when(index !== undefined && index !== i + 1, `${item.name("index")} must be ${i + 1}`);
    const words = item.text("prompt", SHOT_CHARACTERS, 1) ?? "";
    const length = item.text("duration") ?? "0";
    complaints.when(!/^[1-9]\d*$/u.test(length), `${item.name("duration")} must be at least "1"`);
    item.done();
    return { seconds: Number(length), words };
  });
  complaints.when(
    custom && items.length > 0 && cuts.reduce((sum, cut) => sum + cut.seconds, 0) !== seconds,
    "the durations in multi_prompt must add up to duration",
  );
  if (!custom) return { several, type, prompt: undefined, told: {} };
  return { several, type, prompt: cuts.map(({ words }) => words).join(" / "), told: { cuts } };
}

const CAMERA_TYPES = [
  "simple",
  "down_back",
  "forward_up",
  "right_turn_forward",
  "left_turn_forward",
] as const;
const CAMERA_AXES = ["horizontal", "vertical", "pan", "tilt", "roll", "zoom"] as const;

/** Checks camera_control by itself; answers its type. */
export function readCamera(body: Fields, complaints: Complaints): (typeof CAMERA_TYPES)[number] | undefined {
  const camera = body.object("camera_control");
  if (camera === undefined) return undefined;
  camera.require("type");
  const type = camera.oneOf("type", CAMERA_TYPES);
  const config = camera.object("config");
  const moved = CAMERA_AXES.map((axis) => config?.number(axis, -10, 10) ?? 0).filter((value) => value !== 0);
  config?.done();
  camera.done();
  complaints.when(
    type === "simple" && moved.length !== 1,
    "camera_control.config needs exactly one non-zero value",
  );
  complaints.when(type !== "simple" && config !== undefined, "camera_control.config is only for type simple");
  return type;
}

/** The ratio of a mask may miss that of its picture by rounding to whole pixels. */
const MASK_TOLERANCE = 0.01;

/**
 * Checks the motion brush for a picture of a size that may be unknown; answers whether there is one. Points are pixels
 * of the picture, counted from its lower left corner. How the number of points follows other lengths than 5 s is not
 * documented; brushes exist at 5 s alone.
 */
export function readBrush(
  body: Fields,
  size: Size | undefined,
  world: World,
  complaints: Complaints,
): boolean {
  const mask = (fields: Fields, field: string): void => {
    const read = readLegacyPicture(fields, field, world, complaints)?.size;
    if (read === undefined || size === undefined) return;
    const apart = (read.width * size.height) / (read.height * size.width);
    complaints.when(
      Math.abs(apart - 1) > MASK_TOLERANCE,
      `${fields.name(field)} is ${read.width}x${read.height}; it must have the aspect ratio of the image, ${size.width}x${size.height}`,
    );
  };
  mask(body, "static_mask");
  const groups = body.objects("dynamic_masks", 6);
  for (const group of groups) {
    group.require("mask", "trajectories");
    mask(group, "mask");
    const points = group.objects("trajectories", 77);
    complaints.when(points.length < 2, `${group.name("trajectories")} needs at least 2 points`);
    for (const point of points) {
      point.require("x", "y");
      point.number("x", 0, size?.width ?? Infinity);
      point.number("y", 0, size?.height ?? Infinity);
      point.done();
    }
    group.done();
  }
  return body.has("static_mask") || groups.length > 0;
}
