/**
 * What a gateway takes that answers in the unified dialect: one create path for all clips, extend, lip-sync and stills.
 * Written from the one description that there is of it. It names no external id, no callback and no watermark, so such
 * fields are unknown here; where it names a product and not its fields, they are those of the vendor's product of that
 * name. What anything costs there is not known: clips cost nothing here, and answers say of no task what it was charged.
 */

import { onlyPrompt, type Contents } from "./contents.js";
import { EXTEND_PRODUCTS } from "./extend.js";
import { Complaints, Fields } from "./fields.js";
import { OLD_LIP_SYNC_PRODUCTS } from "./lip-sync-old.js";
import { described, frame } from "./new-video.js";
import { conclude, type Checked, type Product, type Resolution, type World } from "./order.js";
import { LEGACY_PICTURE_BYTES, readPicture } from "./pictures.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { STILL_PRODUCTS } from "./stills.js";

interface UnifiedModel {
  readonly name: string;
  readonly modes: Readonly<Record<string, Resolution>>;
  readonly seconds: readonly string[];
}

const MODELS: readonly UnifiedModel[] = [
  { name: "kling-v1-6", modes: { std: "720p", pro: "1080p" }, seconds: ["5", "10"] },
  { name: "kling-v2-master", modes: { pro: "720p" }, seconds: ["5", "10"] },
  { name: "kling-v2-1-master", modes: { pro: "1080p" }, seconds: ["5", "10"] },
  { name: "kling-v3", modes: { pro: "1080p" }, seconds: ["5", "10", "15"] },
];

/** Everything that a gateway creates. */
export const UNIFIED_PRODUCTS: readonly Product[] = [
  { generation: "unified", path: "/v1/videos/generations", productType: "video", check: checkClip },
  as("/v1/videos/video-extend", EXTEND_PRODUCTS, "/v1/videos/video-extend"),
  as("/v1/videos/lip-sync", OLD_LIP_SYNC_PRODUCTS, "/v1/videos/lip-sync"),
  as("/v1/images/generations", STILL_PRODUCTS, "/v1/images/generations"),
  as("/v1/images/virtual-try-on", STILL_PRODUCTS, "/v1/images/kolors-virtual-try-on"),
];

/** A product of the vendor's under a gateway's path. @throws Error when there is none: a bug. */
function as(path: string, products: readonly Product[], vendors: string): Product {
  const product = products.find((each) => each.path === vendors);
  if (product === undefined) throw new Error(`there is no product at ${vendors}`);
  return {
    generation: "unified",
    path,
    productType: product.productType,
    check(body, world) {
      const unknown = ["external_task_id", "callback_url", "watermark_info"].find((field) => field in body);
      if (unknown === undefined) return product.check(body, world);
      return { ok: false, refusal: { code: 1201, message: `unknown field ${unknown}` } };
    },
  };
}

function checkClip(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("model_name", "mode", "duration");
  const name = body.text("model_name");
  const model = MODELS.find((each) => each.name === name);
  // Nothing else can be judged without a model.
  if (model === undefined) {
    complaints.when(name !== undefined, `model_name value '${name}' is invalid`);
    return conclude(complaints, () => undefined);
  }
  const mode = body.oneOf("mode", Object.keys(model.modes)) ?? "pro";
  const resolution = model.modes[mode] ?? "1080p";
  const seconds = Number(body.oneOf("duration", model.seconds) ?? "5");
  const image = body.text("image");
  const firstFrame =
    image === undefined ? undefined : readPicture(image, "image", LEGACY_PICTURE_BYTES, world, complaints);
  const ratio = body.oneOf("aspect_ratio", ["16:9", "9:16", "1:1"]) ?? "16:9";
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  complaints.when(prompt === "" && image === undefined, "prompt is required");
  body.text("negative_prompt", PROMPT_CHARACTERS);
  body.number("cfg_scale", 0, 1);
  body.done();
  const contents: Contents = { ...onlyPrompt(prompt), firstFrame };
  return conclude(complaints, () => ({
    order: {
      kind: "video",
      product: image === undefined ? "text to video" : "image to video",
      model: model.name,
      version: model.name,
      resolution,
      mode,
      size: frame(contents, resolution, ratio),
      seconds,
      sound: [],
      prompt,
      ...described(contents),
      milliUnits: 0,
    },
    externalId: undefined,
    watermark: false,
  }));
}
