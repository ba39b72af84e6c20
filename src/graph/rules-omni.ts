/**
 * Rules for clips of omni models: what may be given together, how much of it, and what a video that is given excludes.
 * An element that the manifest makes from a video is a person, and counts otherwise than one of pictures; of an element
 * that only has an id nobody knows which it is, and it counts as one of pictures.
 */
import type { Diagnostic, Path } from "../base/diagnostic.js";
import { listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { OmniLimits, VideoEndpoint, VideoModel } from "../catalog/model.js";
import type { OmniVideo } from "./actions.js";
import { checkCuts, checkTotal, totalOf } from "./rules-cuts.js";
import { refusal, sourceWords } from "./rules-field.js";
import { findingsAt, type Findings } from "./rules-findings.js";
import { asWritten, checkHandles, checkNumbered } from "./rules-handles.js";
import { orUse, usableVideo } from "./rules-model.js";
import { checkLength } from "./rules-prompt.js";
import { checkGivenVideo } from "./rules-video.js";
import type { SourceFacts } from "./rules-refine.js";

/** What is wrong with a clip from references. */
export function checkOmniVideo(
  action: OmniVideo,
  catalog: Catalog,
  path: Path,
  source: SourceFacts,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const model = usableVideo(action.model, catalog, path, found);
  if (model === undefined) return found;
  const endpoint = model.textToVideo;
  const limits = endpoint?.omni;
  const findings = findingsAt(path, sourceWords(endpoint?.basis ?? model.basis));
  if (endpoint === undefined || limits === undefined) {
    const others = orUse(catalog, "textToVideo", (other) => other.omni !== undefined);
    const { refer_images: pictures, feature_video, base_video } = action;
    const isOfElements = pictures === undefined && feature_video === undefined && base_video === undefined;
    const takes = isOfElements && model.imageToVideo?.elements !== undefined;
    const message = takes
      ? `${model.id} takes elements beside an image only`
      : `${model.id} works from no references`;
    findings.refuse("model", message, `${takes ? "add image, or " : ""}remove them${others}`);
    return [...found, ...findings.found];
  }
  const video = action.feature_video !== undefined || action.base_video !== undefined;
  const written = asWritten(action, model.dialect, video);
  const texts = [
    ...checkLength("prompt", written.prompt, model.id, endpoint, path, findings.why),
    ...checkCuts(written, model, endpoint, catalog, findings),
  ];
  checkFields(action, model, endpoint, catalog, findings);
  checkVideo(action, model, endpoint, limits, source, findings);
  checkFrames(action, model, limits, findings);
  checkCounts(action, model, limits, source.characters ?? [], findings);
  checkHandles(action, { video, mustName: true }, findings);
  checkNumbered(action, findings);
  return [...found, ...findings.found, ...texts];
}

function checkFields(
  action: OmniVideo,
  model: VideoModel,
  endpoint: VideoEndpoint,
  catalog: Catalog,
  findings: Findings,
): void {
  const isEdit = action.base_video !== undefined;
  for (const field of ["mode", "duration", "aspect_ratio", "audio"] as const) {
    const value = action[field];
    if (value === undefined || (isEdit && (field === "duration" || field === "aspect_ratio"))) continue;
    const isLone = field === "duration" && isLoneFrame(action);
    const refused =
      isLone && model.imageToVideo !== undefined
        ? refusal(model, model.imageToVideo, "image_to_video", field, value, {})
        : refusal(model, endpoint, "text_to_video", field, value, {});
    if (refused === undefined) continue;
    const { cuts } = action;
    if (field === "duration" && cuts !== undefined && totalOf(cuts) === value) {
      checkTotal(cuts, endpoint.durations, model, findings);
      continue;
    }
    const can = refused.takenBy;
    const others = orUse(
      catalog,
      "textToVideo",
      can && ((other, of) => other.omni !== undefined && can(other, of)),
    );
    findings.refuse(
      field,
      refused.message,
      `${refused.help}${others}`,
      refused.absent === true ? "key" : "value",
    );
  }
}

/** Whether a first frame is all that there is besides words. */
function isLoneFrame({ image, end_image, refer_images, elements, feature_video }: OmniVideo): boolean {
  const others = [end_image, refer_images, elements, feature_video];
  return image !== undefined && others.every((other) => other === undefined);
}

/** What a video that is given excludes, and what it may be. */
function checkVideo(
  action: OmniVideo,
  model: VideoModel,
  endpoint: VideoEndpoint,
  limits: OmniLimits,
  source: SourceFacts,
  findings: Findings,
): void {
  const { refuse } = findings;
  const { audio, cuts } = action;
  const isFeature = action.feature_video !== undefined;
  const isEdit = action.base_video !== undefined;
  if (!isFeature && !isEdit) {
    if (audio !== "original") return;
    refuse(
      "audio",
      "there is no video whose original sound could be kept",
      "write audio: true or audio: false",
    );
    return;
  }
  if (isFeature && isEdit) {
    const help = "keep feature_video to take after a clip, or base_video to change it";
    refuse("base_video", `${model.id} takes one video, not two`, help, "key");
    return;
  }
  const field = isEdit ? "base_video" : "feature_video";
  const keepsSound = isEdit || limits.keepsFeatureSound;
  if (endpoint.audio !== "none" && audio === true) {
    const help = keepsSound ? "write audio: original, or remove audio" : "remove audio";
    refuse("audio", `${model.id} makes no sound beside a ${field}`, help);
  }
  if (audio === "original" && !keepsSound) {
    refuse(
      "audio",
      `${model.id} keeps no sound of a ${field}`,
      "remove audio, or give the clip as base_video",
    );
  }
  if (cuts !== undefined && endpoint.cuts !== undefined && !(isFeature && limits.cutsBesideFeature)) {
    refuse("cuts", `${model.id} takes no cuts beside a ${field}`, "write one prompt", "key");
  }
  if (isEdit && action.duration !== undefined) {
    const help = "remove duration: the clip stays as long as the video that is edited";
    refuse("duration", "a video that is edited keeps its length", help, "key");
  }
  if (isEdit && action.aspect_ratio !== undefined) {
    refuse("aspect_ratio", "a video that is edited keeps its shape", "remove aspect_ratio", "key");
  }
  checkGivenVideo(field, endpoint.referenceVideo, model.id, source, findings);
}

function checkFrames(action: OmniVideo, model: VideoModel, limits: OmniLimits, { refuse }: Findings): void {
  const { image, end_image: last } = action;
  if (last !== undefined && image === undefined) {
    refuse(
      "end_image",
      "an end image needs a first image beside it",
      "add image:, or use this picture as image",
      "key",
    );
  }
  if (action.base_video !== undefined) {
    for (const field of ["image", "end_image"] as const) {
      if (action[field] === undefined) continue;
      const help = `remove ${field}, or give the picture under refer_images and name it in the prompt`;
      refuse(field, `${model.id} takes no ${field} beside a base_video`, help, "key");
    }
    return;
  }
  if (last !== undefined && action.feature_video !== undefined && limits.framesBesideFeature === "first") {
    refuse("end_image", `${model.id} takes no end_image beside a feature_video`, "remove end_image", "key");
  }
  const others = (["refer_images", "elements"] as const).filter((field) => action[field] !== undefined);
  const [other] = others;
  if (
    limits.framesExcludeReferences === true &&
    image !== undefined &&
    last !== undefined &&
    other !== undefined
  ) {
    const help = `remove end_image, or ${listWords(others)}, or use kling-3.0-omni`;
    refuse(other, `${model.id} takes no ${listWords(others)} beside a first and a last frame`, help, "key");
  }
}

/** How many pictures and elements there are. */
function checkCounts(
  action: OmniVideo,
  model: VideoModel,
  limits: OmniLimits,
  characters: readonly string[],
  { refuse }: Findings,
): void {
  const { refer_images: pictures = [], elements = [] } = action;
  const frames = [action.image, action.end_image].filter((frame) => frame !== undefined).length;
  const field = pictures.length > 0 ? "refer_images" : "elements";
  const people = elements.filter(({ handle }) => characters.includes(handle));
  const others = pictures.length + frames + elements.length - people.length;
  const isBesideVideo = action.feature_video !== undefined || action.base_video !== undefined;
  const beside = isBesideVideo ? " beside a video" : "";
  if (frames > 0 && elements.length > limits.elementsBesideFrames) {
    const most = limits.elementsBesideFrames;
    refuse(
      "elements",
      `${model.id} takes ${most} elements beside frames, not ${elements.length}`,
      `keep ${most}`,
    );
  }
  const [person] = people;
  if (person === undefined) {
    const most = isBesideVideo ? limits.referencesBesideVideo : limits.references;
    if (others <= most) return;
    const message = `${model.id} takes ${most} pictures and elements${beside}, not ${others}`;
    refuse(field, message, `keep ${most} of them${frames > 0 ? "; frames count as pictures" : ""}`);
    return;
  }
  const at = ["elements", person.handle];
  if (limits.characters === undefined) {
    const help = "make the element of pictures, or use kling-3.0-omni";
    refuse(at, `${model.id} takes no element that is made of a video`, help, "key");
    return;
  }
  const { most, referencesBeside, mostBesideVideo } = limits.characters;
  if (isBesideVideo) {
    if (people.length <= mostBesideVideo && others === 0) return;
    const message = `${model.id} takes one element that is made of a video beside a video, and nothing else`;
    refuse(at, message, "keep that element alone, or make the elements of pictures", "key");
    return;
  }
  if (people.length > most) {
    refuse(
      "elements",
      `${model.id} takes ${most} elements that are made of videos, not ${people.length}`,
      `keep ${most}`,
    );
  }
  if (others > referencesBeside) {
    const message = `${model.id} takes ${referencesBeside} pictures and elements beside elements that are made of videos, not ${others}`;
    refuse(field, message, `keep ${referencesBeside} of them`);
  }
}
