/**
 * Checks `/v1/images/multi-image2image` and makes the order: one to four subjects, a scene and a style in one picture.
 * Of its fields only those of the vendor's page are known here; a resolution is not among them, so it is 1k.
 */

import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type SourcePicture, type World } from "./order.js";
import { describePicture, describePictures, pictureName, readLegacyPicture } from "./pictures.js";
import { STILL_MILLI_UNITS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { STILL_RATIOS, stillSize } from "./still-sizes.js";

/** Images from several images. */
export const COMPOSED_IMAGE_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/images/multi-image2image", productType: "image", check },
];

const MOST_SUBJECTS = 4;

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const model = body.oneOf("model_name", ["kling-v2-1"]) ?? "kling-v2-1";
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  body.require("subject_image_list");
  const items = body.objects("subject_image_list", MOST_SUBJECTS);
  complaints.when(
    Array.isArray(record["subject_image_list"]) && items.length === 0,
    "subject_image_list must hold at least one subject",
  );
  const subjects = items.flatMap((item) => {
    item.require("subject_image");
    const picture = readLegacyPicture(item, "subject_image", world, complaints);
    item.done();
    return picture === undefined ? [] : [picture];
  });
  const scene = readLegacyPicture(body, "scene_image", world, complaints);
  const style = readLegacyPicture(body, "style_image", world, complaints);
  const count = body.whole("n", 1, 9) ?? 1;
  const ratio = body.oneOf("aspect_ratio", STILL_RATIOS) ?? "16:9";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  const all = [...subjects, scene, style].filter(
    (picture): picture is SourcePicture => picture !== undefined,
  );
  return conclude(complaints, () => ({
    order: {
      kind: "still",
      product: "multi-image",
      model,
      version: `image ${model}`,
      resolution: "1k",
      size: stillSize(ratio, "1k"),
      count,
      prompt,
      notes: [
        ...describePictures("subject", subjects, []),
        ...(scene === undefined ? [] : [describePicture("scene", scene)]),
        ...(style === undefined ? [] : [describePicture("style", style)]),
      ],
      sources: all.map(pictureName),
      milliUnits: STILL_MILLI_UNITS["multi-image"] * count,
    },
    externalId,
    watermark,
  }));
}
