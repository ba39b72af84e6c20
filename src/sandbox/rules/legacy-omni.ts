/**
 * Checks `/v1/videos/omni-video` and makes the order. The rules about references are those of the new generation's
 * omni endpoints; field names and the type of `duration` are not. A video to edit keeps its own length; for one that
 * is not the sandbox's, and is not fetched, `duration` counts all the same. The default mode is disputed: std here.
 */

import { checkConflicts } from "./conflicts.js";
import type { Contents } from "./contents.js";
import { Complaints, Fields } from "./fields.js";
import { countElements, readElements } from "./kept.js";
import { readLegacyShots } from "./legacy-fields.js";
import { described, frame, priceCase, soundOf } from "./new-video.js";
import { conclude, type Checked, type Product, type SourcePicture, type World } from "./order.js";
import { readLegacyPicture } from "./pictures.js";
import { clipMilliUnits } from "./prices.js";
import { checkReferences, PROMPT_CHARACTERS, type Referable } from "./prompt.js";
import { checkReferenceVideo, lineage, secondsOf } from "./reference-video.js";
import { readOptions } from "./request-options.js";
import { clipAt } from "./sources.js";

/** Omni video of the legacy generation. */
export const LEGACY_OMNI_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/omni-video", productType: "video", check },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const name = body.oneOf("model_name", ["kling-video-o1", "kling-v3-omni"]) ?? "kling-video-o1";
  const newest = name === "kling-v3-omni";
  const model = newest ? "kling-3.0-omni" : "kling-o1";
  const mode = body.oneOf("mode", newest ? ["std", "pro", "4k"] : ["std", "pro"]) ?? "std";
  const resolution = mode === "std" ? "720p" : mode === "pro" ? "1080p" : "4k";
  const lengths = Array.from({ length: newest ? 13 : 8 }, (_, i) => String(i + 3));
  const seconds = Number(body.oneOf("duration", lengths) ?? "5");
  const shots = readLegacyShots(body, newest, seconds, complaints);
  const prompt = body.text("prompt", PROMPT_CHARACTERS);
  complaints.when(shots.prompt === undefined && (prompt ?? "") === "", "prompt is required");
  const inputs = readInputs(body, world, complaints);
  const sound = (body.oneOf("sound", ["on", "off"]) ?? "off") === "on";
  complaints.when(sound && !newest, `sound is not supported by ${name}`);
  complaints.when(sound && inputs.video !== undefined, "sound must be off with a video");
  const ratio = body.oneOf("aspect_ratio", ["16:9", "9:16", "1:1"]);
  complaints.when(
    !body.has("aspect_ratio") && inputs.firstFrame === undefined && inputs.video?.role !== "base",
    "aspect_ratio is required without a first frame or a base video",
  );
  complaints.when(
    inputs.video?.role === "feature" && shots.several && shots.type !== "intelligence",
    "multi_shot with a feature video needs shot_type intelligence",
  );
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();

  checkReferenceVideo(inputs.video, name, complaints);
  const audio = sound ? "native" : "off";
  const length = secondsOf(inputs.video, seconds);
  const words = shots.prompt ?? prompt ?? "";
  checkReferences(words, inputs.referable, complaints);
  checkConflicts(
    {
      product: "omni video",
      model,
      resolution,
      seconds,
      audio,
      severalShots: shots.several,
      firstFrame: inputs.firstFrame !== undefined,
      lastFrame: inputs.lastFrame !== undefined,
      images: inputs.images.length,
      elements: countElements(inputs.elements),
      voices: 0,
      video: inputs.video?.role ?? "none",
    },
    complaints,
  );
  return conclude(complaints, () => ({
    order: {
      kind: "video",
      product: "omni video",
      model: name,
      version: model,
      resolution,
      mode,
      size: frame(inputs, resolution, ratio ?? "16:9"),
      seconds: length,
      sound: soundOf(inputs.keepsSound ? "original" : audio, inputs.video, words, length),
      prompt: words,
      ...shots.told,
      ...described(inputs),
      ...lineage(inputs.video, words),
      milliUnits: clipMilliUnits(priceCase(model, audio, inputs), resolution, length),
    },
    externalId,
    watermark,
  }));
}

function readInputs(
  body: Fields,
  world: World,
  complaints: Complaints,
): Contents & { readonly keepsSound: boolean; readonly referable: Referable } {
  const firstFrames: SourcePicture[] = [];
  const lastFrames: SourcePicture[] = [];
  const images: SourcePicture[] = [];
  const listed = body.objects("image_list");
  for (const item of listed) {
    item.require("image_url");
    const picture = readLegacyPicture(item, "image_url", world, complaints);
    const role = item.oneOf("type", ["first_frame", "end_frame"]);
    if (picture !== undefined) {
      (role === "first_frame" ? firstFrames : role === "end_frame" ? lastFrames : images).push(picture);
    }
    item.done();
  }
  complaints.when(
    firstFrames.length > 1 || lastFrames.length > 1,
    "image_list: at most one frame of each type",
  );
  let video: Contents["video"];
  let keepsSound = false;
  for (const item of body.objects("video_list", 1)) {
    item.require("video_url");
    const url = item.text("video_url");
    const role = item.oneOf("refer_type", ["feature", "base"]) ?? "base";
    keepsSound = (item.oneOf("keep_original_sound", ["yes", "no"]) ?? "no") === "yes";
    const source = url === undefined ? undefined : clipAt(url, item.name("video_url"), world, complaints);
    if (source !== undefined) video = { role, source };
    item.done();
  }
  const elements = readElements(body, 7, world, complaints);
  return {
    prompt: undefined,
    firstFrame: firstFrames[0],
    lastFrame: lastFrames[0],
    images,
    video,
    elements,
    voices: [],
    keepsSound,
    // Frames are numbered among the other pictures, as they stand in the list.
    referable: { image: listed.length, element: elements.length, video: video === undefined ? 0 : 1 },
  };
}
