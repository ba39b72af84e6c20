/**
 * Checks `/v1/videos/effects` and makes the order. The vendor's list of scenes has hundreds of names and changes: any
 * word of small letters, digits and underscores passes. Fifteen names are known to take two pictures. There is no model,
 * mode, duration or watermark; length and size are the sandbox's own, and so is the price, because nobody knows it.
 */

import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type SourcePicture, type World } from "./order.js";
import {
  describePicture,
  frameOfPicture,
  LEGACY_PICTURE_BYTES,
  pictureName,
  readPicture,
} from "./pictures.js";
import { EFFECT_MILLI_UNITS } from "./prices.js";
import { readCallback } from "./request-options.js";

const SECONDS = 5;
const PORTRAIT = { width: 9, height: 16 };
const SCENE = /^[a-z0-9_]+$/u;

/** By the vendor's page of 2026-09-20. */
const SCENES_OF_TWO: ReadonlySet<string> = new Set([
  "pet_skateboard",
  "daily_ootd",
  "toss_run",
  "switch_to_silk",
  "studio_look",
  "french_elegance",
  "finger_swipe",
  "smooth_transition",
  "kiss_pro",
  "snow_night_kiss",
  "eternal_kiss",
  "cheers_2026",
  "fight_pro",
  "hug_pro",
  "heart_gesture_pro",
]);

/** Effects. */
export const EFFECT_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/effects", productType: "video", check },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("effect_scene", "input");
  const scene = body.text("effect_scene") ?? "";
  complaints.when(!SCENE.test(scene), `effect_scene value '${scene.slice(0, 80)}' is invalid`);
  const input = body.object("input");
  const pictures = input === undefined ? [] : readPictures(input, scene, world, complaints);
  input?.done();
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  const [first, second] = pictures;
  return conclude(complaints, () => {
    if (first === undefined) return undefined;
    return {
      order: {
        kind: "video",
        product: "effect",
        model: scene,
        version: "effects",
        resolution: "720p",
        mode: "effect",
        size: frameOfPicture("720p", first.size ?? PORTRAIT),
        seconds: SECONDS,
        sound: [],
        prompt: scene.replaceAll("_", " "),
        notes: [
          describePicture(second === undefined ? "from image" : "left", first),
          ...(second === undefined ? [] : [describePicture("right", second)]),
        ],
        sources: pictures.map(pictureName),
        milliUnits: EFFECT_MILLI_UNITS,
      },
      externalId,
      watermark: false,
    };
  });
}

/** `image`, or two `images`: the left one, then the right one. */
function readPictures(
  input: Fields,
  scene: string,
  world: World,
  complaints: Complaints,
): readonly SourcePicture[] {
  const [one, two] = [input.has("image"), input.has("images")];
  complaints.when(one === two, "exactly one of input.image and input.images is required");
  complaints.when(one && SCENES_OF_TWO.has(scene), `effect_scene ${scene} needs two input.images`);
  const single = input.text("image");
  const pair = input.texts("images");
  complaints.when(two && pair.length !== 2, `input.images needs exactly 2 images, got ${pair.length}`);
  const named = [
    ...(single === undefined ? [] : [["input.image", single] as const]),
    ...pair.map((value, i) => [`input.images[${i}]`, value] as const),
  ];
  return named.flatMap(([name, value]) => {
    const picture = readPicture(value, name, LEGACY_PICTURE_BYTES, world, complaints);
    return picture === undefined ? [] : [picture];
  });
}
