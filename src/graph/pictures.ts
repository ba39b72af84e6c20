/**
 * Pictures as inputs: where they stand in a step, what the endpoint takes, and whether a picture that is still to be made
 * will have a shape that its taker takes. Outpainting alone makes shapes that nothing takes; what measures a file is for
 * others to look up.
 */
import { problem, type Diagnostic, type Path } from "../base/diagnostic.js";
import { unreachable } from "../base/guard.js";
import { safeText } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { ImageLimits } from "../catalog/model.js";
import type { Action, Expand } from "./actions.js";
import type { Input, StepId } from "./input.js";
import { inputsOf } from "./inputs-of.js";
import type { Graph } from "./step.js";

/** Where an input stands in its step: `images.0` is `images: [ … ]`, and some stand a level deeper. */
export function placeOf({ kind }: Action, field: string): Path {
  const [name = "", ...parts] = field.split(".");
  const place: Path = [name, ...parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
  switch (kind) {
    case "try_on":
    case "effect":
    case "expand":
      return [kind, ...place];
    case "avatar":
      return name === "audio" ? [kind, ...place] : place;
    default:
      return name === "dynamic_masks" ? [...place, "mask"] : place;
  }
}

/** Limits of every picture that an action works with. */
export function imageLimitsOf(action: Action, catalog: Catalog): ImageLimits | undefined {
  switch (action.kind) {
    case "image_to_video":
    case "omni_video":
      return catalog.video(action.model)?.imageToVideo?.image;
    case "motion_control":
      return catalog.video(action.model)?.motion?.image;
    case "multi_image_to_video":
      return catalog.video(action.model)?.multiImage?.image;
    case "image":
    case "omni_image":
    case "multi_image":
    case "try_on":
      return catalog.image(action.model)?.image;
    case "avatar":
    case "effect":
    case "expand":
    case "element":
      return catalog.service(action.kind).image;
    case "text_to_video":
    case "extend":
    case "lip_sync":
    case "video_to_audio":
    case "text_to_audio":
    case "voice":
    case "frame":
    case "picture":
      return undefined;
    default:
      return unreachable(action);
  }
}

/** Width over height of a file; undefined where nobody knows. */
type RatioOfFile = (path: string) => number | undefined;

/** Which steps would be given a picture, painted on beyond its edges, that is too long for them. */
export function checkShapes(graph: Graph, catalog: Catalog, ofFile: RatioOfFile): readonly Diagnostic[] {
  const grown = new Map<StepId, Expand>();
  const ratios = new Map<StepId, number>();
  const ratioOf = (input: Input): number | undefined => {
    if (input.kind === "file") return ofFile(input.path);
    return input.kind === "step" ? ratios.get(input.id) : undefined;
  };
  // Upstream comes first, so what a step is given is known when its turn comes; in a circle it never is.
  return graph.steps.flatMap((step) => {
    const { action } = step;
    const limits = step.candidate ? undefined : imageLimitsOf(action, catalog);
    const found = inputsOf(action).flatMap(([field, input]) => {
      const expand = input.kind === "step" ? grown.get(input.id) : undefined;
      const before = expand === undefined ? undefined : ratioOf(expand.image);
      if (limits === undefined || input.kind !== "step" || expand === undefined || before === undefined)
        return [];
      return tooLong(input.id, expand, before, limits, [...step.path, ...placeOf(action, field)]) ?? [];
    });
    // A held picture may be another one than is written now.
    const ratio = step.hold ? undefined : ratioMade(action, ratioOf);
    if (ratio !== undefined) ratios.set(step.id, ratio);
    if (ratio !== undefined && action.kind === "expand") grown.set(step.id, action);
    return found;
  });
}

/** Width over height of what an action makes, as far as it is known before it is made. */
function ratioMade(action: Action, ratioOf: (input: Input) => number | undefined): number | undefined {
  switch (action.kind) {
    case "image":
    case "omni_image":
    case "multi_image": {
      const [width = Number.NaN, height = Number.NaN] = action.aspect_ratio.split(":").map(Number);
      return width / height > 0 ? width / height : undefined;
    }
    case "picture":
      return ratioOf(action.source);
    case "expand": {
      const before = ratioOf(action.image);
      return before === undefined ? undefined : before * growth(action);
    }
    default:
      return undefined;
  }
}

/** By how much an expand makes a picture wider than it makes it higher. */
function growth({ up, down, left, right }: Expand): number {
  return (1 + left + right) / (1 + up + down);
}

function tooLong(
  id: StepId,
  expand: Expand,
  before: number,
  { maxRatio }: ImageLimits,
  path: Path,
): Diagnostic | undefined {
  const { up, down, left, right } = expand;
  const [wider, higher] = [1 + left + right, 1 + up + down];
  const ratio = before * growth(expand);
  if (Math.max(ratio, 1 / ratio) <= maxRatio) return undefined;
  const isWide = ratio > 1;
  const most = (isWide ? (maxRatio * higher) / before : maxRatio * before * wider) - 1;
  const sides = isWide ? "left and right" : "up and down";
  const long = (isWide ? ratio : 1 / ratio).toFixed(2);
  return problem(
    "graph/input-invalid",
    `${safeText(id)} becomes ${long} times as ${isWide ? "wide as high" : "high as wide"}; ${maxRatio} times is the most`,
    {
      path,
      why: "the vendor would refuse it after the picture is paid for; limits from the Kling API documentation, 2026-09-20",
      help:
        most >= 0.01
          ? `let ${sides} of its expand add up to ${Math.floor(most * 100) / 100} at most`
          : `use a picture of another shape, or add less at its ${sides}`,
    },
  );
}
