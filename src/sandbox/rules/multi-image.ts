/**
 * Checks `/v1/videos/multi-image2video` and makes the order: a clip in which what several pictures show comes together.
 * It was a feature of kling-v1-6 alone, a name that is presumed retired; some gateways still have it. The aspect ratio
 * is asked for and does not follow the pictures. There is no watermark.
 */

import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type World } from "./order.js";
import { describePicture, frameOfRatio, LEGACY_PICTURE_BYTES, pictureName, readPicture } from "./pictures.js";
import { MULTI_IMAGE_PER_FIVE_SECONDS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readCallback } from "./request-options.js";

const MODEL = "kling-v1-6";
const MOST_IMAGES = 4;

/** Video from several images. */
export const MULTI_IMAGE_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/multi-image2video", productType: "video", check },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.oneOf("model_name", [MODEL]);
  complaints.when(
    world.retired === "refuse",
    `model_name ${MODEL} has been discontinued and is no longer available`,
  );
  body.require("image_list", "prompt");
  const items = body.objects("image_list", MOST_IMAGES);
  complaints.when(body.has("image_list") && items.length === 0, "image_list needs 1 to 4 images");
  const pictures = items.flatMap((item) => {
    item.require("image");
    const value = item.text("image");
    item.done();
    const picture =
      value === undefined
        ? undefined
        : readPicture(value, item.name("image"), LEGACY_PICTURE_BYTES, world, complaints);
    return picture === undefined ? [] : [picture];
  });
  const prompt = body.text("prompt", PROMPT_CHARACTERS, 1) ?? "";
  body.text("negative_prompt", PROMPT_CHARACTERS);
  const mode = body.oneOf("mode", ["std", "pro"]) ?? "std";
  const seconds = Number(body.oneOf("duration", ["5", "10"]) ?? "5");
  const ratio = body.oneOf("aspect_ratio", ["16:9", "9:16", "1:1"]) ?? "16:9";
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  const [std, pro] = MULTI_IMAGE_PER_FIVE_SECONDS;
  const resolution = mode === "std" ? "720p" : "1080p";
  return conclude(complaints, () => ({
    order: {
      kind: "video",
      product: "multi-image video",
      model: MODEL,
      version: MODEL,
      resolution,
      mode,
      size: frameOfRatio(resolution, ratio),
      seconds,
      sound: [],
      prompt,
      notes: pictures.map((picture, i) => describePicture(`image ${i + 1}`, picture)),
      sources: pictures.map(pictureName),
      milliUnits: ((mode === "std" ? std : pro) * seconds) / 5,
    },
    externalId,
    watermark: false,
  }));
}
