/**
 * Checks `/v1/images/editing/expand` and makes the order: a picture with more room around it. The result keeps the
 * scale of the picture unless that makes it very large; one that is not fetched counts as 1024x1024. The endpoint takes
 * no model; what its slots are counted by is therefore a name of its own.
 */

import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type Size, type World } from "./order.js";
import { describePicture, pictureName, readLegacyPicture } from "./pictures.js";
import { STILL_MILLI_UNITS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { within } from "./still-sizes.js";

/** Outpainting. */
export const EXPAND_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/images/editing/expand", productType: "image", check },
];

const MOST_AREA = 3;
/** Ratios are decimal fractions, whose product may miss 3 by the last bit. */
const ROUNDING = 1e-9;
const SIZE_UNKNOWN: Size = { width: 1024, height: 1024 };
const LONGEST = 4096;

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("image");
  const image = readLegacyPicture(body, "image", world, complaints);
  const ratio = (field: string): number => {
    body.require(field);
    return body.number(field, 0, 2) ?? 0;
  };
  const up = ratio("up_expansion_ratio");
  const down = ratio("down_expansion_ratio");
  const left = ratio("left_expansion_ratio");
  const right = ratio("right_expansion_ratio");
  const [wider, higher] = [1 + left + right, 1 + up + down];
  complaints.when(
    wider * higher > MOST_AREA + ROUNDING,
    `the expanded picture would be ${(wider * higher).toFixed(2)} times as large; at most ${MOST_AREA} times is allowed`,
  );
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  const count = body.whole("n", 1, 9) ?? 1;
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  return conclude(complaints, () => {
    if (image === undefined) return undefined;
    const { width, height } = image.size ?? SIZE_UNKNOWN;
    return {
      order: {
        kind: "still",
        product: "expand",
        model: "expand",
        version: "image expand",
        resolution: "",
        size: within({ width: Math.round(width * wider), height: Math.round(height * higher) }, LONGEST),
        count,
        prompt,
        window: { left: left / wider, top: up / higher, width: 1 / wider, height: 1 / higher },
        notes: [
          describePicture("from the outlined", image),
          `more room: up ${up} · down ${down} · left ${left} · right ${right}`,
        ],
        sources: [pictureName(image)],
        milliUnits: STILL_MILLI_UNITS.expand * count,
      },
      externalId,
      watermark,
    };
  });
}
