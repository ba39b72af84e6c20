/**
 * What clips cost that a model makes. Where a clip is as long as the author says, that is billed; where a video decides,
 * that video's length is, rounded to the nearest second, and a range where nobody knows it yet.
 */
import type { Catalog, PriceQuery } from "../catalog/catalog.js";
import type { Mode, PriceRow, VideoModel } from "../catalog/model.js";
import { NATIVE_SECONDS } from "../catalog/units.js";
import type {
  Extend,
  ImageToVideo,
  MotionControl,
  MultiImageToVideo,
  OmniVideo,
  TextToVideo,
} from "../graph/actions.js";
import type { SourceFacts } from "../graph/rules-refine.js";
import type { Estimate, Range } from "./estimate.js";
import { billedSeconds, billedWithin, noModel, noPrice, priced, priceFor } from "./estimate-price.js";

/** A clip from words, or from a picture. */
export function asked(action: TextToVideo | ImageToVideo, catalog: Catalog): Estimate {
  const { model, duration } = action;
  const input = action.kind === "text_to_video" ? "text" : "image";
  const voices = action.kind === "image_to_video" && action.voices !== undefined;
  return clip(model, { ...modeAndSound(action), voices, input, duration }, catalog);
}

/** A clip in which several pictures come together. */
export function fromImages(action: MultiImageToVideo, catalog: Catalog): Estimate {
  const { model: id, duration } = action;
  const model = catalog.video(id);
  if (model !== undefined && model.multiImage === undefined)
    return noPrice(model, { input: "images" }, catalog);
  return clip(id, { ...modeAndSound(action), input: "images", duration }, catalog);
}

/** A clip of an omni model: from words and references, after a video, or a video that is edited. */
export function omni(action: OmniVideo, catalog: Catalog, source: SourceFacts): Estimate {
  const { model: id, duration = 5, feature_video: feature, base_video: base } = action;
  const shared = modeAndSound(action);
  if (base === undefined && feature === undefined) {
    const isFromPictures = [action.image, action.refer_images, action.elements].some((each) => each);
    return clip(id, { ...shared, input: isFromPictures ? "image" : "text", duration }, catalog);
  }
  if (base === undefined) return afterVideo(id, { ...shared, duration }, catalog, source);
  const model = catalog.video(id);
  if (model === undefined) return noModel(id);
  const limits = model.textToVideo?.referenceVideo;
  if (limits === undefined) return noPrice(model, { input: "video" }, catalog);
  const { sourceSeconds: known } = source;
  const seconds = known === undefined ? billedWithin(limits) : billedSeconds(known);
  return clip(id, { ...shared, input: "video", seconds }, catalog);
}

/** A figure that moves as one in a video does: what of the motion can be used decides the length. */
export function motion(action: MotionControl, catalog: Catalog, source: SourceFacts): Estimate {
  const model = catalog.video(action.model);
  if (model === undefined) return noModel(action.model);
  const mode = action.mode ?? model.modes[0]?.mode;
  const query: PriceQuery = { input: "motion", ...(mode === undefined ? {} : { mode }) };
  if (model.motion === undefined) return noPrice(model, query, catalog);
  const limits = model.motion.seconds;
  // With an element the figure follows the video, whatever is asked for.
  const { max } = limits[action.elements === undefined ? action.character_orientation : "video"];
  const { sourceSeconds: known } = source;
  const high = known === undefined ? max : Math.min(max, billedSeconds(known).high);
  const seconds = { low: Math.min(limits[action.character_orientation].min, high), high };
  return priceFor(model, query, { what: "clip", seconds }, catalog);
}

/** A clip made longer. */
export function extension(action: Extend, catalog: Catalog, source: SourceFacts): Estimate {
  if (action.via === "native") {
    if (source.sourceModel === undefined) {
      return { kind: "unknown", why: "the price depends on the clip's model, which is not known" };
    }
    const model = catalog.video(source.sourceModel);
    if (model === undefined) return noModel(source.sourceModel);
    const mode = source.sourceMode;
    if (mode === undefined && model.modes.length > 0) {
      return { kind: "unknown", why: "the price depends on the clip's mode, which is not known" };
    }
    const query: PriceQuery = { input: "video", ...(mode === undefined ? {} : { mode }) };
    if (!model.extend.includes("native")) return noPrice(model, query, catalog);
    return priceFor(model, query, { what: "extension", seconds: NATIVE_SECONDS }, catalog);
  }
  if (action.model === undefined) {
    return { kind: "unknown", why: "no model is named that continues the clip" };
  }
  const request = { ...modeAndSound(action), duration: action.duration ?? 5 };
  return action.via === "last_frame"
    ? clip(action.model, { ...request, input: "image" }, catalog)
    : afterVideo(action.model, request, catalog, source);
}

interface ClipRequest {
  readonly mode?: Mode;
  readonly audio?: boolean;
  readonly voices?: boolean;
  readonly input: NonNullable<PriceRow["input"]>;
  /** Seconds that are asked for; absent where a video decides. */
  readonly duration?: number;
  /** Seconds that are billed, where that may be others. */
  readonly seconds?: Range<number>;
}

/** A clip that goes on from a video. */
function afterVideo(
  id: string,
  request: Omit<ClipRequest, "input"> & { readonly duration: number },
  catalog: Catalog,
  source: SourceFacts,
): Estimate {
  const model = catalog.video(id);
  const { duration } = request;
  const longest = model?.textToVideo?.referenceVideo?.maxSeconds;
  if (model !== undefined && longest === undefined) return noPrice(model, { input: "video" }, catalog);
  const low = Math.ceil(duration);
  // Which length is billed when a video is given is not documented: the clip that is given bounds it from above.
  const seconds = { low, high: Math.max(low, Math.ceil(source.sourceSeconds ?? longest ?? duration)) };
  return clip(id, { ...request, input: "video", seconds }, catalog);
}

function clip(id: string, request: ClipRequest, catalog: Catalog): Estimate {
  const model = catalog.video(id);
  if (model === undefined) return noModel(id);
  const query = clipQuery(model, request);
  const row = catalog.price(model, query);
  // The list has no price for native sound beside a video; a row without conditions is not meant.
  const isMeant = !(query.input === "video" && query.audio === true) || row?.basis.grade === "project";
  if (row === undefined || !isMeant) return noPrice(model, query, catalog);
  const whole = Math.ceil(request.duration ?? 0);
  return row.per === "second"
    ? priced(row, request.seconds ?? { low: whole, high: whole }, "s", catalog, { model, query })
    : priced(row, { low: 1, high: 1 }, "clip", catalog, { model, query });
}

function clipQuery(model: VideoModel, request: ClipRequest): PriceQuery {
  const endpoint = request.input === "image" ? model.imageToVideo : model.textToVideo;
  const mode = request.mode ?? model.modes[0]?.mode;
  return {
    ...(mode === undefined ? {} : { mode }),
    audio: endpoint?.audio === "always" || (endpoint?.audio === "optional" && request.audio === true),
    ...(request.voices === true ? { voices: true } : {}),
    input: request.input,
    ...(request.duration === undefined ? {} : { seconds: request.duration }),
  };
}

/** The sound of a video that is kept is not paid for. */
function modeAndSound(action: { readonly mode?: Mode; readonly audio?: boolean | "original" }) {
  const { mode, audio } = action;
  return { ...(mode === undefined ? {} : { mode }), audio: audio === true };
}
