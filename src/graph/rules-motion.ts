/**
 * Rules for a figure that takes over the motion of a clip, and for clips in which several pictures come together.
 */
import type { Diagnostic, Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Mode, MotionEndpoint, VideoModel } from "../catalog/model.js";
import type { MotionControl, MultiImageToVideo } from "./actions.js";
import { durationWords, sourceWords } from "./rules-field.js";
import { findingsAt, type Findings } from "./rules-findings.js";
import { asWritten, checkHandles, checkNumbered } from "./rules-handles.js";
import { orUseModel, usableVideo } from "./rules-model.js";
import { checkLength, checkPrompts } from "./rules-prompt.js";
import { clock } from "./rules-speech.js";
import type { SourceFacts } from "./rules-refine.js";

/** What is wrong with taking over a motion by this model. */
export function checkMotion(
  action: MotionControl,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableVideo(action.model, catalog, path, found);
  if (model === undefined) return found;
  const takes = model.motion;
  const findings = findingsAt(path, sourceWords(takes?.basis ?? model.basis));
  const { refuse, warn, why } = findings;
  if (takes === undefined) {
    const others = orUseModel(catalog, ({ motion }) => motion !== undefined);
    refuse("model", `${model.id} takes over no motion`, `remove motion_video${others}`);
    return [...found, ...findings.found];
  }
  const written = asWritten(action, model.dialect, false).prompt;
  checkMode(action.mode, takes.modes, model, findings);
  checkLengthOf(action, takes, source, findings);
  const elements = action.elements ?? [];
  if (elements.length > takes.elements) {
    const others = orUseModel(catalog, ({ motion }) => (motion?.elements ?? 0) >= elements.length);
    const most = takes.elements === 0 ? "no elements" : `${takes.elements} element`;
    const message = `${model.id} takes ${most} beside a motion_video`;
    refuse("elements", message, `keep ${takes.elements === 0 ? "none" : takes.elements}${others}`, "key");
  } else if (elements.length > 0 && action.character_orientation === "image") {
    const help = "write character_orientation: video, or remove the element";
    warn("character_orientation", "with an element the figure faces as in the video all the same", help);
  }
  checkHandles(action, { video: false, mustName: false }, findings);
  checkNumbered(action, findings);
  return [
    ...found,
    ...findings.found,
    ...checkLength("prompt", written, `motion control of ${model.id}`, takes, path, why),
  ];
}

function checkLengthOf(
  action: MotionControl,
  takes: MotionEndpoint,
  { sourceSeconds: seconds }: SourceFacts,
  { refuse }: Findings,
): void {
  const { min, max } = takes.seconds[action.character_orientation];
  if (seconds === undefined || (seconds >= min && seconds <= max)) return;
  const fitsVideo = seconds >= takes.seconds.video.min && seconds <= takes.seconds.video.max;
  const help = fitsVideo
    ? `set character_orientation: video, which takes ${takes.seconds.video.min} to ${takes.seconds.video.max} s`
    : `give it a clip of ${min} to ${max} s`;
  const facing = action.character_orientation;
  refuse(
    "motion_video",
    `with character_orientation: ${facing} no motion of ${clock(seconds)} is taken`,
    help,
  );
}

/** What is wrong with bringing pictures together by this model. */
export function checkSeveral(action: MultiImageToVideo, catalog: Catalog, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableVideo(action.model, catalog, path, found);
  if (model === undefined) return found;
  const takes = model.multiImage;
  const findings = findingsAt(path, sourceWords(takes?.basis ?? model.basis));
  const { refuse, why } = findings;
  if (takes === undefined) {
    const help = "use kling-v1-6 where it still answers, or refer_images with kling-3.0-omni";
    refuse("model", `${model.id} brings no pictures together`, help);
    return [...found, ...findings.found];
  }
  const { images, duration, aspect_ratio: ratio } = action;
  if (images.length === 0 || images.length > takes.images) {
    refuse(
      "images",
      `${model.id} takes 1 to ${takes.images} pictures, not ${images.length}`,
      `keep ${takes.images}`,
    );
  }
  checkMode(
    action.mode,
    model.modes.map(({ mode }) => mode),
    model,
    findings,
  );
  if (!takes.durations.includes(duration)) {
    const help = `choose ${durationWords(takes.durations)}`;
    refuse("duration", `${model.id} makes no clip of ${duration} s from pictures`, help);
  }
  if (!takes.aspectRatios.includes(ratio)) {
    refuse(
      "aspect_ratio",
      `${model.id} has no aspect ratio ${ratio}`,
      `choose ${listWords(takes.aspectRatios, "or")}`,
    );
  }
  checkNumbered(action, findings);
  const texts = { promptMax: takes.promptMax, negativePrompt: true };
  return [...found, ...findings.found, ...checkPrompts(action, model, texts, path, why)];
}

function checkMode(
  mode: Mode | undefined,
  modes: readonly Mode[],
  model: VideoModel,
  { refuse }: Findings,
): void {
  if (mode === undefined || modes.includes(mode)) return;
  refuse("mode", `${model.id} has no mode ${mode} here`, `choose ${listWords(modes, "or")}`);
}
