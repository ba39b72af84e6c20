/**
 * Checks `/v1/videos/avatar/image2video` and makes the order: a picture speaks a sound. The clip is as long as the sound
 * and charged by whole seconds. A sound by a foreign address is not fetched: it counts as five seconds.
 */

import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type World } from "./order.js";
import {
  describePicture,
  frameOfPicture,
  LEGACY_PICTURE_BYTES,
  pictureName,
  readPicture,
} from "./pictures.js";
import { clipMilliUnits } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readOptions } from "./request-options.js";
import { readSound } from "./sounds.js";

const MOST_SECONDS = 300;
const UNKNOWN_SECONDS = 5;
const SQUARE = { width: 1, height: 1 };

/** Avatars. */
export const AVATAR_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/avatar/image2video", productType: "video", check },
];

async function check(record: Readonly<Record<string, unknown>>, world: World): Promise<Checked> {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("image");
  const image = body.text("image");
  const picture =
    image === undefined ? undefined : readPicture(image, "image", LEGACY_PICTURE_BYTES, world, complaints);
  const sound = await readSound(body, world, complaints, MOST_SECONDS);
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  const mode = body.oneOf("mode", ["std", "pro"]) ?? "std";
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  return conclude(complaints, () => {
    if (picture === undefined || sound === undefined) return undefined;
    const lastsMs = Math.round((sound.seconds ?? UNKNOWN_SECONDS) * 1000);
    const resolution = mode === "std" ? "720p" : "1080p";
    return {
      order: {
        kind: "video",
        product: "avatar",
        model: "avatar",
        version: "avatar",
        resolution,
        mode,
        size: frameOfPicture(resolution, picture.size ?? SQUARE),
        seconds: lastsMs / 1000,
        sound: [sound.layer({ startMs: 0, endMs: lastsMs, atMs: 0, volume: 1 })],
        prompt,
        // Without words the colour is all that tells one face from another.
        ...(prompt === "" ? { colour: pictureName(picture) } : {}),
        notes: [describePicture("speaks:", picture)],
        sources: [pictureName(picture)],
        milliUnits: clipMilliUnits("avatar", resolution, lastsMs / 1000),
      },
      sound: sound.bytes,
      externalId,
      watermark,
    };
  });
}
