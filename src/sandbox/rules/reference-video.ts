/**
 * The limits for a video that an omni request refers to or edits, as far as they can be judged: only the sandbox's own
 * results are known, a video by a foreign address passes. Frame rates are not checked, because every clip has 24.
 */

import { handedDown } from "../mischief.js";
import type { SourceVideo } from "./contents.js";
import type { Complaints } from "./fields.js";
import type { VideoOrder } from "./order.js";

interface Limits {
  /** Length in seconds, both ends included. */
  readonly seconds: readonly [least: number, most: number];
  /** Sides in pixels. */
  readonly sides: readonly [least: number, most: number];
  /** Largest area in pixels, and the range of width divided by height. */
  readonly area?: number;
  readonly ratio?: readonly [least: number, most: number];
}

const LIMITS = {
  "kling-3.0-omni": { seconds: [3, 15.5], sides: [700, 4553], area: 8_294_400, ratio: [0.4, 2] },
  "kling-o1": { seconds: [3, 10], sides: [700, 2160] },
  "kling-v3-omni": { seconds: [3, 15], sides: [720, 2160] },
  "kling-video-o1": { seconds: [3, 10], sides: [720, 2160] },
} as const satisfies Readonly<Record<string, Limits>>;

/** A model that takes reference videos, by the name it has in its generation. */
export type OmniModel = keyof typeof LIMITS;

/** Complains about a video that is outside the limits of the model. */
export function checkReferenceVideo(
  video: SourceVideo | undefined,
  model: OmniModel,
  complaints: Complaints,
): void {
  if (video?.source.own !== true) return;
  const { seconds, size } = video.source.clip;
  const limits: Limits = LIMITS[model];
  complaints.when(
    seconds < limits.seconds[0] || seconds > limits.seconds[1],
    `the reference video lasts ${seconds} s; it must last from ${limits.seconds.join(" to ")} s`,
  );
  const { width, height } = size;
  complaints.when(
    Math.min(width, height) < limits.sides[0] || Math.max(width, height) > limits.sides[1],
    `the reference video is ${width}x${height}; each side must be from ${limits.sides.join(" to ")} px`,
  );
  complaints.when(
    limits.area !== undefined && width * height > limits.area,
    `the reference video is ${width}x${height}; its area must be at most ${limits.area} px`,
  );
  complaints.when(
    limits.ratio !== undefined && (width / height < limits.ratio[0] || width / height > limits.ratio[1]),
    `the reference video is ${width}x${height}; its aspect ratio must be from ${limits.ratio?.join(" to ")}`,
  );
}

/** Length of the result: a video that is edited keeps its own where it is known. */
export function secondsOf(video: SourceVideo | undefined, asked: number): number {
  return video?.role === "base" && video.source.own ? video.source.clip.seconds : asked;
}

/** What an order inherits from the video it came from, beside sound and size. */
export function lineage(
  video: SourceVideo | undefined,
  prompt: string,
): Pick<VideoOrder, "parent" | "heed" | "colour" | "headline"> {
  if (video === undefined) return {};
  const { parent, clip } = video.source;
  const colour = clip.colour ?? clip.prompt;
  const headline = video.role === "feature" ? withoutReference(prompt) : prompt;
  return { parent, colour, headline, heed: `${prompt} ${handedDown(clip.heed ?? clip.prompt, "then")}` };
}

/** What follows the phrase by which a client says which video is to be continued, up to the first colon. */
function withoutReference(prompt: string): string {
  const [, words] = /^[^:]*(?:@video\w*|<<<video\w*>>>)[^:]*:\s+(.+)$/su.exec(prompt) ?? [];
  return words ?? prompt;
}
