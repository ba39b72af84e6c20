/**
 * Rules for moves of the camera and the motion brush, which only models of 1.x had. They and an end frame exclude one
 * another.
 */
import { listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Mode, VideoEndpoint, VideoModel } from "../catalog/model.js";
import { CAMERA_AXES, type CameraControl, type ImageToVideo, type TextToVideo } from "./actions.js";
import { durationWords } from "./rules-field.js";
import type { Findings } from "./rules-findings.js";

/** What is wrong with the moves of a clip's camera and of parts of its first picture. */
export function checkMoves(
  action: TextToVideo | ImageToVideo,
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  findings: Findings,
): void {
  const brushes = brushesOf(action);
  const camera = action.camera_control;
  const [brush] = brushes;
  if (camera !== undefined) checkCamera(action, camera, model, endpoint, catalog, findings);
  if (brush !== undefined) checkBrush(action, brush, model, endpoint, catalog, findings);
  const used = [
    ...(action.kind === "image_to_video" && action.end_image !== undefined ? ["end_image"] : []),
    ...(camera === undefined ? [] : ["camera_control"]),
    ...brushes.slice(0, 1),
  ];
  const [, second] = used;
  if (second === undefined) return;
  findings.refuse(second, `${listWords(used)} exclude one another`, `keep one of ${listWords(used)}`, "key");
}

function brushesOf(action: TextToVideo | ImageToVideo): readonly ("static_mask" | "dynamic_masks")[] {
  if (action.kind === "text_to_video") return [];
  return (["static_mask", "dynamic_masks"] as const).filter((field) => action[field] !== undefined);
}

function checkCamera(
  action: TextToVideo | ImageToVideo,
  camera: CameraControl,
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  { refuse }: Findings,
): void {
  const limits = endpoint.camera;
  const field = "camera_control";
  if (limits === undefined) {
    const able = namesOf(catalog, (other) => other.camera !== undefined);
    refuse(field, `${model.id} takes no ${field}`, `say in the prompt how the camera moves${able}`, "key");
    return;
  }
  checkWhere(field, action, model, limits, refuse);
  if (!limits.types.includes(camera.type)) {
    const help = `choose ${listWords(limits.types, "or")}, or say it in the prompt`;
    refuse([field, "type"], `${model.id} takes no camera move ${camera.type} here`, help);
  }
  const moved = CAMERA_AXES.filter((axis) => (camera.config?.[axis] ?? 0) !== 0);
  if (camera.type !== "simple") {
    if (camera.config === undefined) return;
    const help = "remove config, or set type: simple";
    refuse([field, "config"], `the camera move ${camera.type} takes no config`, help, "key");
  } else if (moved.length !== 1) {
    const what = moved.length === 0 ? "none" : listWords(moved);
    const help = `set exactly one of ${listWords(CAMERA_AXES, "or")} to something other than 0`;
    refuse(
      camera.config === undefined ? field : [field, "config"],
      `a simple move is along one axis, not ${what}`,
      help,
    );
  }
}

function checkBrush(
  action: TextToVideo | ImageToVideo,
  field: "static_mask" | "dynamic_masks",
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  { refuse }: Findings,
): void {
  const limits = endpoint.brush;
  if (limits === undefined) {
    const able = namesOf(catalog, (other) => other.brush !== undefined);
    refuse(field, `${model.id} takes no ${field}`, `say in the prompt what moves${able}`, "key");
    return;
  }
  checkWhere(field, action, model, limits, refuse);
  const groups = action.kind === "image_to_video" ? (action.dynamic_masks ?? []) : [];
  if (groups.length > limits.masks) {
    refuse(
      "dynamic_masks",
      `${model.id} takes ${limits.masks} masks, not ${groups.length}`,
      "join some of them",
    );
  }
  const { least, most } = limits.points;
  for (const [index, { trajectories }] of groups.slice(0, limits.masks).entries()) {
    if (trajectories.length >= least && trajectories.length <= most) continue;
    const at = ["dynamic_masks", index, "trajectories"];
    refuse(
      at,
      `a path has ${least} to ${most} points, not ${trajectories.length}`,
      "add or leave out points",
    );
  }
}

function checkWhere(
  field: string,
  { mode, duration }: TextToVideo | ImageToVideo,
  model: VideoModel,
  limits: { readonly modes: readonly Mode[]; readonly durations: readonly number[] },
  refuse: Findings["refuse"],
): void {
  if (mode !== undefined && !limits.modes.includes(mode)) {
    refuse(
      field,
      `${model.id} takes no ${field} in mode ${mode}`,
      `set mode: ${listWords(limits.modes, "or")}`,
      "key",
    );
  }
  if (!limits.durations.includes(duration)) {
    const help = `set duration: ${listWords(limits.durations.map(String), "or")}`;
    refuse(
      field,
      `${model.id} takes ${field} in clips of ${durationWords(limits.durations)} only`,
      help,
      "key",
    );
  }
}

/** `; kling-v1-5 takes it, if it still answers`: no current model does. */
function namesOf(catalog: Catalog, can: (endpoint: VideoEndpoint) => boolean): string {
  const able = catalog.all().flatMap((model) => {
    if (model.kind !== "video" || model.status === "retired") return [];
    const endpoints = [model.textToVideo, model.imageToVideo];
    return endpoints.some((each) => each !== undefined && can(each)) ? [model.id] : [];
  });
  return able.length === 0 ? "" : `; ${listWords(able)} took it, if it still answers`;
}
