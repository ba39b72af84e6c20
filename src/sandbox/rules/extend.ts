/**
 * Checks `/v1/videos/video-extend` and makes the order: the whole clip again, five seconds longer, with the size,
 * model and mode of its source. Only clips of 1.x models and their extensions can be extended; a lip-synced clip is
 * the product of another model and cannot. There is no external id and no watermark: such fields are unknown here.
 */

import { handedDown } from "../mischief.js";
import { Complaints, Fields } from "./fields.js";
import { conclude, type Checked, type Product, type World } from "./order.js";
import { EXTENSION_MILLI_UNITS } from "./prices.js";
import { PROMPT_CHARACTERS } from "./prompt.js";
import { readCallback } from "./request-options.js";
import { readResultId, type SourceClip } from "./sources.js";

const ADDED_SECONDS = 5;
const LONGEST_SECONDS = 180;

/** Extension of the legacy generation. */
export const EXTEND_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: "/v1/videos/video-extend", productType: "video", check },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("video_id");
  const source = readResultId(body, world, complaints);
  const prompt = body.text("prompt", PROMPT_CHARACTERS) ?? "";
  body.text("negative_prompt", PROMPT_CHARACTERS);
  body.number("cfg_scale", 0, 1);
  readCallback(body, complaints);
  body.done();
  if (source !== undefined) checkSource(source, world, complaints);
  return conclude(complaints, () => {
    if (source === undefined) return undefined;
    const { clip, parent, name } = source;
    const [std, pro] = EXTENSION_MILLI_UNITS.get(clip.model) ?? [0, 0];
    return {
      order: {
        ...clip,
        product: "extend",
        seconds: clip.seconds + ADDED_SECONDS,
        prompt: prompt === "" ? clip.prompt : prompt,
        heed: `${prompt} ${handedDown(clip.heed ?? clip.prompt, "then")}`,
        colour: clip.colour ?? clip.prompt,
        notes: [`continues ${name} from ${clip.seconds} s`],
        sources: [name],
        parent,
        milliUnits: clip.resolution === "720p" ? std : pro,
      },
      externalId: undefined,
      watermark: false,
    };
  });
}

function checkSource({ clip }: SourceClip, world: World, complaints: Complaints): void {
  complaints.when(
    !EXTENSION_MILLI_UNITS.has(clip.model) || clip.product === "lip-sync",
    `video_id: only videos made by V1.0, V1.5 or V1.6 can be extended, this one was made by ${clip.model}${clip.product === "lip-sync" ? " and lip-synced" : ""}`,
  );
  complaints.when(
    world.retired === "refuse",
    `video_id: ${clip.model} has been discontinued and is no longer available`,
  );
  complaints.when(
    clip.seconds + ADDED_SECONDS > LONGEST_SECONDS,
    `video_id: the extended video would be longer than ${LONGEST_SECONDS} s`,
  );
}
