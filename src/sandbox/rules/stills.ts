/**
 * Checks `/v1/images/generations` and `/v1/images/kolors-virtual-try-on` and makes the order.
 * How many elements an image may take is not documented: ten, as on omni-image. A try-on has the size of the person's
 * picture, made smaller when that is large.
 */

import { Complaints, Fields } from "./fields.js";
import { readElements } from "./kept.js";
import { conclude, type Checked, type Product, type Size, type World } from "./order.js";
import {
  describePicture,
  describePictures,
  pictureName,
  readLegacyPicture,
  wornPicture,
} from "./pictures.js";
import { STILL_MILLI_UNITS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { STILL_RATIOS, stillSize, within } from "./still-sizes.js";

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

const MOST_ELEMENTS = 10;
const LONGEST_TRY_ON = 1536;
const TRY_ON_WITHOUT_SIZE: Size = { width: 768, height: 1024 };

function checkImage(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const model = body.oneOf("model_name", ["kling-v3", "kling-v2-1"]) ?? "kling-v3";
  body.require("prompt");
  const prompt = body.text("prompt", PROMPT_CHARACTERS, 1) ?? "";
  const image = readLegacyPicture(body, "image", world, complaints);
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
  const elements = readElements(body, MOST_ELEMENTS, world, complaints);
  complaints.when(model !== "kling-v3" && elements.length > 0, `element_list is not supported by ${model}`);
  const resolution = body.oneOf("resolution", ["1k", "2k"]) ?? "1k";
  const count = body.whole("n", 1, 9) ?? 1;
  const ratio = body.oneOf("aspect_ratio", STILL_RATIOS) ?? "16:9";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  const each =
    model === "kling-v3"
      ? STILL_MILLI_UNITS["kling-v3"]
      : STILL_MILLI_UNITS[image === undefined ? "kling-v2-1 from text" : "kling-v2-1 from image"];
  return conclude(complaints, () => ({
    order: {
      kind: "still",
      product: "image",
      model,
      version: `image ${model}`,
      resolution,
      size: stillSize(ratio, resolution),
      count,
      prompt,
      notes: [
        ...(image === undefined ? [] : [describePicture("from image", image)]),
        ...describePictures("image", [], elements),
      ],
      sources: [...(image === undefined ? [] : [pictureName(image)]), ...elements.map(({ id }) => id)],
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
  const human = readLegacyPicture(body, "human_image", world, complaints);
  const cloth = readLegacyPicture(body, "cloth_image", world, complaints);
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
