/**
 * Checks `/v1/images/omni-image` and makes the order: a number of single pictures, or one series of them.
 * Where the vendor's pages disagree the narrower one holds: 4k and series are for kling-v3-omni alone. A series on
 * `auto` yields four pictures here. What `n` would mean for a series is not documented, so it is refused.
 */

import { Complaints, Fields } from "./fields.js";
import { readElements } from "./kept.js";
import {
  conclude,
  type Checked,
  type Product,
  type SourcePicture,
  type StillOrder,
  type World,
} from "./order.js";
import { describePictures, pictureName, readLegacyPicture } from "./pictures.js";
import { STILL_MILLI_UNITS } from "./prices.js";
import { checkReferences, PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { STILL_RATIOS, stillSize, stillSizeLike } from "./still-sizes.js";

/** Omni image. */
export const OMNI_IMAGE_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/images/omni-image", productType: "image", check },
];

const MOST_REFERENCES = 10;
const DEFAULT_SERIES = 4;

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const model = body.oneOf("model_name", ["kling-image-o1", "kling-v3-omni"]) ?? "kling-image-o1";
  const newest = model === "kling-v3-omni";
  body.require("prompt");
  const prompt = body.text("prompt", PROMPT_CHARACTERS, 1) ?? "";
  const images = readImages(body, world, complaints);
  const elements = readElements(body, MOST_REFERENCES, world, complaints);
  complaints.when(
    images.length + elements.length > MOST_REFERENCES,
    `image_list and element_list hold at most ${MOST_REFERENCES} together, got ${images.length + elements.length}`,
  );
  checkReferences(prompt, { image: images.length, element: elements.length }, complaints);
  const resolution = body.oneOf("resolution", newest ? ["1k", "2k", "4k"] : ["1k", "2k"]) ?? "1k";
  const series =
    (body.oneOf("result_type", newest ? ["single", "series"] : ["single"]) ?? "single") === "series";
  const n = body.whole("n", 1, 9) ?? 1;
  complaints.when(series && n !== 1, "n counts single pictures; a series is counted by series_amount");
  complaints.when(!series && body.has("series_amount"), "series_amount needs result_type series");
  const amount = readAmount(record, body);
  const count = series ? amount : n;
  const ratio = body.oneOf("aspect_ratio", ["auto", ...STILL_RATIOS]) ?? "auto";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  const order: StillOrder = {
    kind: "still",
    product: "omni image",
    model,
    version: `image ${model}`,
    resolution,
    size: ratio === "auto" ? stillSizeLike(images[0]?.size, resolution) : stillSize(ratio, resolution),
    count,
    ...(series ? { series } : {}),
    prompt,
    notes: describePictures("image", images, elements),
    sources: [...images.map(pictureName), ...elements.map(({ id }) => id)],
    milliUnits: STILL_MILLI_UNITS[resolution === "4k" ? "omni image 4k" : "omni image"] * count,
  };
  return conclude(complaints, () => ({ order, externalId, watermark }));
}

function readImages(body: Fields, world: World, complaints: Complaints): readonly SourcePicture[] {
  return body.objects("image_list").flatMap((item) => {
    item.require("image");
    const picture = readLegacyPicture(item, "image", world, complaints);
    item.done();
    return picture === undefined ? [] : [picture];
  });
}

function readAmount(record: Readonly<Record<string, unknown>>, body: Fields): number {
  const auto = !body.has("series_amount") || record["series_amount"] === "auto";
  return auto ? DEFAULT_SERIES : (body.whole("series_amount", 2, 9) ?? DEFAULT_SERIES);
}
