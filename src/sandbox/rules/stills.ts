/**
 * Checks `/v1/images/generations` and `/v1/images/kolors-virtual-try-on` and makes the order.
 * Sizes keep the asked aspect ratio exactly, at about one megapixel for 1k and four for 2k; the vendor's own pixel
 * counts are not documented. A try-on has the size of the person's picture, made smaller when that is large.
 */

import { Complaints, Fields } from "./fields.js";
import { readIds } from "./legacy-fields.js";
import { conclude, type Checked, type Product, type Size, type SourcePicture, type World } from "./order.js";
import { describePicture, LEGACY_PICTURE_BYTES, pictureName, readPicture, wornPicture } from "./pictures.js";
import { STILL_MILLI_UNITS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";

/** Images and virtual try-on. */
export const STILL_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/images/generations", productType: "image", check: checkImage },
  {
    generation: "legacy",
    path: "/v1/images/kolors-virtual-try-on",
    productType: "try_on",
    check: checkTryOn,
  },
];

const ONE_K = {
  "16:9": { width: 1344, height: 756 },
  "9:16": { width: 756, height: 1344 },
  "1:1": { width: 1024, height: 1024 },
  "4:3": { width: 1184, height: 888 },
  "3:4": { width: 888, height: 1184 },
  "3:2": { width: 1248, height: 832 },
  "2:3": { width: 832, height: 1248 },
  "21:9": { width: 1568, height: 672 },
} as const satisfies Readonly<Record<string, Size>>;

type Ratio = keyof typeof ONE_K;

const RATIOS: readonly Ratio[] = ["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"];
const LONGEST_TRY_ON = 1536;
const TRY_ON_WITHOUT_SIZE: Size = { width: 768, height: 1024 };

function checkImage(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const model = body.oneOf("model_name", ["kling-v3", "kling-v2-1"]) ?? "kling-v3";
  body.require("prompt");
  const prompt = body.text("prompt", PROMPT_CHARACTERS, 1) ?? "";
  const image = picture(body, "image", world, complaints);
  const negative = body.text("negative_prompt", PROMPT_CHARACTERS);
  complaints.when(
    negative !== undefined && body.has("image"),
    "negative_prompt is not supported with an image",
  );
  const reference = body.oneOf("image_reference", ["subject", "face"]);
  const fidelity = [body.number("image_fidelity", 0, 1), body.number("human_fidelity", 0, 1)];
  complaints.when(
    model !== "kling-v2-1" && [reference, ...fidelity].some((value) => value !== undefined),
    `image_reference, image_fidelity and human_fidelity are not supported by ${model}`,
  );
  const elements = readIds(body, "element_list", "element_id", 10);
  complaints.when(model !== "kling-v3" && elements.length > 0, `element_list is not supported by ${model}`);
  const resolution = body.oneOf("resolution", ["1k", "2k"]) ?? "1k";
  const count = body.whole("n", 1, 9) ?? 1;
  const ratio = body.oneOf("aspect_ratio", RATIOS) ?? "16:9";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  const each =
    model === "kling-v3"
      ? STILL_MILLI_UNITS["kling-v3"]
      : STILL_MILLI_UNITS[image === undefined ? "kling-v2-1 from text" : "kling-v2-1 from image"];
  const scale = resolution === "2k" ? 2 : 1;
  return conclude(complaints, () => ({
    order: {
      kind: "still",
      product: "image",
      model,
      version: `image ${model}`,
      resolution,
      size: { width: ONE_K[ratio].width * scale, height: ONE_K[ratio].height * scale },
      count,
      prompt,
      notes: image === undefined ? [] : [describePicture("from image", image)],
      sources: [...(image === undefined ? [] : [pictureName(image)]), ...elements],
      milliUnits: each * count,
    },
    externalId,
    watermark,
  }));
}

function checkTryOn(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const names = ["kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5"] as const;
  const model = body.oneOf("model_name", names) ?? names[0];
  body.require("human_image");
  const human = picture(body, "human_image", world, complaints);
  const cloth = picture(body, "cloth_image", world, complaints);
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  return conclude(complaints, () => ({
    order: {
      kind: "still",
      product: "try-on",
      model,
      version: model,
      resolution: "",
      size: human?.size === undefined ? TRY_ON_WITHOUT_SIZE : within(human.size, LONGEST_TRY_ON),
      count: 1,
      prompt: "Virtual try-on",
      pictures: [
        cloth && wornPicture("garment", cloth),
        human && wornPicture(cloth === undefined ? "person" : "worn by", human),
      ].filter((picture) => picture !== undefined),
      notes: [],
      sources: [human, cloth].flatMap((source) => (source === undefined ? [] : [pictureName(source)])),
      milliUnits: STILL_MILLI_UNITS["try-on"],
    },
    externalId,
    watermark,
  }));
}

function picture(
  body: Fields,
  field: string,
  world: World,
  complaints: Complaints,
): SourcePicture | undefined {
  const value = body.text(field);
  return value === undefined ? undefined : readPicture(value, field, LEGACY_PICTURE_BYTES, world, complaints);
}

function within({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
