/**
 * The rules that span fields, for current models and both generations: frames, sound, shots and references that
 * exclude or demand one another. It sees counts, not bodies.
 *
 * Left open, because the vendor's pages disagree or say nothing: whether O1 makes other lengths than 5 and 10 s from a
 * prompt alone (its own page says so), whether aspect_ratio is required on omni (the vendor's own example leaves it
 * out), what duration means beside a reference video, whether frames count among the seven or four references (they do
 * here), and the sound of an O1 feature video. multi_shot is true by default; beside a base video only asking for it in
 * words is refused, since the examples leave it out.
 */

import { unreachable } from "../../base/guard.js";
import type { Complaints } from "./fields.js";
import type { ElementCounts } from "./kept.js";
import type { Audio, NewEndpoint } from "./new-models.js";
import type { Resolution } from "./order.js";

/** What a video request combines. */
export interface Combination {
  readonly product: NewEndpoint["product"];
  readonly model: NewEndpoint["model"];
  readonly resolution: Resolution;
  readonly seconds: number;
  readonly audio: Audio;
  /** Whether several shots were asked for, by a setting or by the way the prompt is written. */
  readonly severalShots: boolean;
  readonly firstFrame: boolean;
  readonly lastFrame: boolean;
  /** Reference images that are not frames. */
  readonly images: number;
  readonly elements: ElementCounts;
  readonly voices: number;
  readonly video: "none" | "feature" | "base";
}

/** Complains about every rule that the combination breaks. */
export function checkConflicts(asked: Combination, complaints: Complaints): void {
  const { model, firstFrame, lastFrame, resolution, audio } = asked;
  complaints.when(lastFrame && !firstFrame, "a last frame is only supported together with a first frame");
  if (asked.product === "image to video") complaints.when(!firstFrame, "first_frame is required");
  switch (model) {
    case "kling-3.0-turbo":
    case "kling-3.0":
      complaints.when(elementsOf(asked) > 3, "at most 3 elements are supported");
      return;
    case "kling-2.6":
      complaints.when(
        audio === "native" && resolution !== "1080p",
        "native audio is only supported at 1080p",
      );
      complaints.when(
        lastFrame && resolution !== "1080p",
        "first and last frame are only supported at 1080p",
      );
      complaints.when(lastFrame && audio !== "off", "first and last frame are only supported without audio");
      complaints.when(asked.voices > 0 && audio !== "native", "voices require native audio");
      complaints.when(asked.voices > 2, "at most 2 voices are supported");
      return;
    case "kling-2.5-turbo":
      complaints.when(
        lastFrame && resolution !== "1080p",
        "first and last frame are only supported at 1080p",
      );
      return;
    case "kling-3.0-omni":
      checkReferences(asked, complaints);
      checkCharacters(asked, complaints);
      checkOriginal(asked, complaints);
      complaints.when(asked.video === "feature" && audio !== "off", "audio must be off with a feature video");
      complaints.when(
        asked.video === "base" && audio === "native",
        "native audio is not supported with a base video",
      );
      complaints.when(
        asked.video === "base" && asked.severalShots,
        "multi-shot is not supported with a base video",
      );
      return;
    case "kling-o1":
      checkReferences(asked, complaints);
      complaints.when(asked.elements.videoCharacter > 0, "only multi-image elements are supported");
      checkOriginal(asked, complaints);
      complaints.when(
        lastFrame && asked.images + elementsOf(asked) > 0,
        "first and last frame exclude other references",
      );
      complaints.when(
        lastFrame && asked.video === "feature",
        "a last frame is not supported with a feature video",
      );
      complaints.when(
        firstFrame &&
          !lastFrame &&
          references(asked) === 1 &&
          asked.video === "none" &&
          asked.seconds % 5 !== 0,
        "duration must be 5 or 10 with a first frame and no other reference",
      );
      return;
    default:
      return unreachable(model);
  }
}

function checkReferences(asked: Combination, complaints: Complaints): void {
  const frames = asked.firstFrame || asked.lastFrame;
  complaints.when(frames && asked.video === "base", "frames are not supported with a base video");
  complaints.when(frames && elementsOf(asked) > 3, "at most 3 elements are supported with frames");
  const most = asked.video === "none" ? 7 : 4;
  const count = references(asked);
  complaints.when(
    count > most,
    `at most ${most} images and elements are supported ${asked.video === "none" ? "" : "with a video"}, got ${count}`,
  );
}

/** What video-character elements of 3.0 Omni exclude: few of them, fewer references beside them, none with a video. */
function checkCharacters(asked: Combination, complaints: Complaints): void {
  const { videoCharacter } = asked.elements;
  if (videoCharacter === 0) return;
  if (asked.video !== "none") {
    complaints.when(
      videoCharacter > 1 || references(asked) > 1,
      "with a video, one video-character element without images and other elements is supported",
    );
    return;
  }
  complaints.when(videoCharacter > 3, "at most 3 video-character elements are supported");
  const others = references(asked) - videoCharacter;
  complaints.when(
    others > 4,
    `at most 4 images and multi-image elements are supported with video-character elements, got ${others}`,
  );
}

function elementsOf({ elements }: Combination): number {
  return elements.multiImage + elements.videoCharacter;
}

/** The original sound is that of a video. */
function checkOriginal({ audio, video }: Combination, complaints: Complaints): void {
  complaints.when(audio === "original" && video === "none", "original audio needs a video");
}

function references(asked: Combination): number {
  return asked.images + elementsOf(asked) + (asked.firstFrame ? 1 : 0) + (asked.lastFrame ? 1 : 0);
}
