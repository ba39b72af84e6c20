/**
 * Rules for a video that is given to a step, as far as the graph knows it: how long it lasts, what it measures, whether
 * anything is heard in it. A video at an address, or one that is held, is not known, and nothing is said about it.
 */
import { listWords } from "../base/text.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Resolution } from "../catalog/model.js";
import type { Findings } from "./rules-findings.js";
import type { SourceFacts } from "./rules-refine.js";
import { clock } from "./rules-speech.js";

/** What a video may be. */
export interface VideoLimits {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** Pixels of a side. */
  readonly maxSide?: number;
}

const LONG_SIDE_4K = 3840;

/** What is wrong with the length and the size of a video. */
export function checkGivenVideo(
  field: string | readonly string[],
  limits: VideoLimits | undefined,
  taker: string,
  source: SourceFacts,
  { refuse }: Findings,
): void {
  const { sourceSeconds: seconds } = source;
  if (limits === undefined) return;
  const { minSeconds: least, maxSeconds: most, maxSide } = limits;
  if (seconds !== undefined && (seconds < least || seconds > most)) {
    const help = `give it a clip of ${least} to ${most} s`;
    refuse(field, `${taker} takes no video of ${clock(seconds)}`, help);
  }
  if (isBeyond(maxSide, source)) {
    refuse(
      field,
      `${taker} takes no video in 4k`,
      `its sides have ${maxSide} pixels at most: make the clip in mode: pro`,
    );
  }
}

/** Whether a video is certainly longer on one side than it may be; of one that follows a picture the shape is not known. */
export function isBeyond(maxSide: number | undefined, { sourceMode, sourceRatio }: SourceFacts): boolean {
  const isOblong = sourceRatio !== undefined && sourceRatio !== "1:1";
  return maxSide !== undefined && isOblong && sourceMode === "4k" && LONG_SIDE_4K > maxSide;
}

/** What is wrong with the resolution and the shape of a video of which the vendor wants a certain one. */
export function checkVideoShape(
  field: string,
  wants: { readonly resolution?: Resolution; readonly aspectRatios?: readonly string[] },
  taker: string,
  source: SourceFacts,
  catalog: Catalog,
  { refuse }: Findings,
): void {
  const is = resolutionOf(source, catalog);
  if (wants.resolution !== undefined && is !== undefined && is !== wants.resolution) {
    const help =
      wants.resolution === "1080p" ? "make the clip in mode: pro" : `make it in ${wants.resolution}`;
    refuse(field, `${taker} takes videos of ${wants.resolution}, not of ${is}`, help);
  }
  const ratio = source.sourceRatio;
  if (wants.aspectRatios !== undefined && ratio !== undefined && !wants.aspectRatios.includes(ratio)) {
    const help = `make the clip in ${listWords(wants.aspectRatios, "or")}`;
    refuse(field, `${taker} takes no video of ${ratio}`, help);
  }
}

/** What is wrong with a video that has to be heard. */
export function checkHeardVideo(
  field: string,
  taker: string,
  source: SourceFacts,
  catalog: Catalog,
  { refuse }: Findings,
): void {
  if (source.sourceAudio !== false) return;
  const model = source.sourceModel === undefined ? undefined : catalog.video(source.sourceModel);
  if (model?.textToVideo?.audio === "always" || model?.imageToVideo?.audio === "always") return;
  const help =
    "give the clip audio: true on a model that makes sound, or name an avatar or a clip with a lip_sync";
  refuse(field, `${taker} wants a voice, and nothing is heard in this clip`, help);
}

function resolutionOf(source: SourceFacts, catalog: Catalog): Resolution | undefined {
  const model = source.sourceModel === undefined ? undefined : catalog.video(source.sourceModel);
  if (model === undefined) return undefined;
  if (model.modes.length === 0) return model.resolution;
  return model.modes.find(({ mode }) => mode === source.sourceMode)?.resolution;
}
