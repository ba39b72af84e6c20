/**
 * Checks a video request of the new generation against its row of the endpoint table and makes the order.
 * Strict as the vendor is: unknown fields, a duration that is a string, legacy fields such as negative_prompt are all
 * refused. The aspect ratio follows the first frame or the video where there is one; one whose size is unknown counts as
 * 16:9. A video to edit keeps its length, and that is what is charged.
 */

import { unreachable } from "../../base/guard.js";
import { checkConflicts } from "./conflicts.js";
import { type Contents, onlyPrompt, readContents, type SourceVideo } from "./contents.js";
import { Complaints, Fields } from "./fields.js";
import { countElements } from "./kept.js";
import { type Audio, NEW_ENDPOINTS, type NewEndpoint } from "./new-models.js";
import {
  conclude,
  type Checked,
  type Product,
  type Resolution,
  type Size,
  type VideoOrder,
  type World,
} from "./order.js";
import { describePicture, frameOfPicture, frameOfRatio, pictureName } from "./pictures.js";
import { clipMilliUnits, type PriceCase } from "./prices.js";
import { checkReferences, isMultiShot, readShots } from "./prompt.js";
import { checkReferenceVideo, lineage, secondsOf } from "./reference-video.js";
import { readOptions } from "./request-options.js";
import { humOf } from "./sources.js";

/** std, pro or 4k, as the legacy generation calls the three frame sizes. */
const MODE_OF: Readonly<Record<Resolution, string>> = { "720p": "std", "1080p": "pro", "4k": "4k" };

/** Every video product of the new generation. */
export const NEW_VIDEO_PRODUCTS: readonly Product[] = NEW_ENDPOINTS.map((endpoint) => ({
  generation: "new",
  path: endpoint.path,
  productType: "video",
  check: (body, world) => check(endpoint, body, world),
}));

const RATIOS = ["16:9", "9:16", "1:1"] as const;

function check(endpoint: NewEndpoint, record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const contents = readInputs(endpoint, body, world, complaints);
  if (endpoint.product === "omni video") checkOmni(endpoint, contents, complaints);
  const settings = body.object("settings");
  const resolution = settings?.oneOf("resolution", endpoint.resolutions) ?? "720p";
  const seconds = settings?.whole("duration", endpoint.seconds[0] ?? 0, endpoint.seconds.at(-1) ?? 0) ?? 5;
  complaints.when(
    !endpoint.seconds.includes(seconds),
    `settings.duration must be one of ${endpoint.seconds.join(", ")}`,
  );
  const ratio = (endpoint.aspectRatio ? settings?.oneOf("aspect_ratio", RATIOS) : undefined) ?? "16:9";
  const audio: Audio =
    (endpoint.audio.length > 0 ? settings?.oneOf("audio", endpoint.audio) : undefined) ?? "off";
  const multiShot = endpoint.multiShot ? settings?.flag("multi_shot") : undefined;
  settings?.done();
  const options = body.object("options");
  const { externalId, watermark } = readOptions(options, complaints);
  options?.done();
  body.done();

  const prompt = contents.prompt ?? "";
  // Here handles are written @id; the other form belongs to the legacy generation and would be read as words.
  checkReferences(prompt, {}, complaints);
  const turbo = endpoint.model === "kling-3.0-turbo";
  const listed = isMultiShot(prompt) && (turbo || (endpoint.multiShot && multiShot !== false));
  const cuts = listed ? readShots(prompt, seconds, complaints) : [];
  checkConflicts(
    {
      product: endpoint.product,
      model: endpoint.model,
      resolution,
      seconds,
      audio,
      severalShots: listed || multiShot === true,
      firstFrame: contents.firstFrame !== undefined,
      lastFrame: contents.lastFrame !== undefined,
      images: contents.images.length,
      elements: countElements(contents.elements),
      voices: contents.voices.length,
      video: contents.video?.role ?? "none",
    },
    complaints,
  );

  const length = secondsOf(contents.video, seconds);
  const order: VideoOrder = {
    kind: "video",
    product: endpoint.product,
    model: endpoint.model,
    version: endpoint.model,
    resolution,
    mode: MODE_OF[resolution],
    size: frame(contents, resolution, ratio),
    seconds: length,
    sound: soundOf(turbo ? "native" : audio, contents.video, prompt, length),
    prompt,
    ...(cuts.length > 0 ? { cuts } : {}),
    ...described(contents),
    ...lineage(contents.video, prompt),
    milliUnits: clipMilliUnits(priceCase(endpoint.model, audio, contents), resolution, length),
  };
  return conclude(complaints, () => ({ order, externalId, watermark }));
}

function readInputs(endpoint: NewEndpoint, body: Fields, world: World, complaints: Complaints): Contents {
  if (endpoint.contents === undefined) {
    body.require("prompt");
    return onlyPrompt(body.text("prompt", endpoint.promptCharacters, 1));
  }
  body.require("contents");
  const items = body.objects("contents");
  const contents = readContents(items, endpoint.contents, endpoint.promptCharacters, world, complaints);
  complaints.when(contents.prompt === undefined, "contents: a prompt is required");
  return contents;
}

function checkOmni({ model }: NewEndpoint, { video }: Contents, complaints: Complaints): void {
  if (model === "kling-3.0-omni" || model === "kling-o1") checkReferenceVideo(video, model, complaints);
}

/** What is heard: the model's own sound, that of the video it was made from, or nothing. */
export function soundOf(
  audio: Audio,
  video: SourceVideo | undefined,
  prompt: string,
  seconds: number,
): VideoOrder["sound"] {
  switch (audio) {
    case "native":
      return [humOf(prompt, seconds)];
    case "original":
      return video?.source.clip.sound ?? [];
    case "off":
      return [];
    default:
      return unreachable(audio);
  }
}

/** Size of the clip: the first frame decides, then a video whose size is known, then the aspect ratio. */
export function frame(contents: Contents, resolution: Resolution, ratio: (typeof RATIOS)[number]): Size {
  const { firstFrame, video } = contents;
  const known = firstFrame?.size ?? (video?.source.own === true ? video.source.clip.size : undefined);
  return known === undefined ? frameOfRatio(resolution, ratio) : frameOfPicture(resolution, known);
}

/** What the slate says of the inputs, and what identifies them. */
export function described(contents: Contents): Pick<VideoOrder, "notes" | "sources"> {
  const { firstFrame, lastFrame, images, video, elements, voices } = contents;
  const counted = [
    images.length > 0 ? `${images.length} reference image${images.length > 1 ? "s" : ""}` : "",
    elements.length > 0 ? `elements: ${elements.map(({ name }) => name).join(", ")}` : "",
    voices.length > 0 ? `${voices.length} voice${voices.length > 1 ? "s" : ""}` : "",
  ];
  const made =
    video === undefined ? "" : `${video.role === "base" ? "edits" : "continues"} ${video.source.name}`;
  const frames = [
    firstFrame === undefined ? "" : describePicture("first frame", firstFrame),
    lastFrame === undefined ? "" : describePicture("last frame", lastFrame),
  ];
  const pictures = [firstFrame, lastFrame, ...images].flatMap((picture) =>
    picture ? [pictureName(picture)] : [],
  );
  return {
    notes: [made, ...frames, counted.filter((part) => part !== "").join(", ")].filter((line) => line !== ""),
    sources: [
      ...pictures,
      ...(video === undefined ? [] : [video.source.name]),
      ...elements.map(({ id }) => id),
      ...voices,
    ],
  };
}

/** Which line of the price list applies. */
export function priceCase(model: NewEndpoint["model"], audio: Audio, contents: Contents): PriceCase {
  const video = contents.video !== undefined;
  switch (model) {
    case "kling-3.0":
      return audio === "native" ? "kling-3.0 native" : "kling-3.0";
    case "kling-3.0-omni":
      return video ? "kling-3.0-omni video" : audio === "native" ? "kling-3.0-omni native" : "kling-3.0-omni";
    case "kling-o1":
      return video ? "kling-o1 video" : "kling-o1";
    case "kling-2.6":
      return contents.voices.length > 0
        ? "kling-2.6 voice"
        : audio === "native"
          ? "kling-2.6 native"
          : "kling-2.6";
    case "kling-3.0-turbo":
    case "kling-2.5-turbo":
      return model;
    default:
      return unreachable(model);
  }
}
