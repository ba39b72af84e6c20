/**
 * Checks the creation and the deletion of elements and makes the orders. An element comes from pictures (a frontal one
 * and one to three more) or from one video of a person, of which length and size are judged when it is the sandbox's
 * own. Both paths of deletion work on one store; presets cannot be deleted. There is no watermark.
 */

import { Complaints, Fields } from "./fields.js";
import { deletionOf, voiceAt } from "./kept.js";
import { conclude, type Checked, type Product, type VideoOrder, type World } from "./order.js";
import { describePicture, LEGACY_PICTURE_BYTES, readPicture } from "./pictures.js";
import { readCallback } from "./request-options.js";
import { clipAt } from "./sources.js";

const NAME_CHARACTERS = 20;
const DESCRIPTION_CHARACTERS = 100;
const MOST_MORE_PICTURES = 3;
const [LEAST_SECONDS, MOST_SECONDS] = [3, 8];
const VIDEO_SHORT_SIDE = 1080;
const VIDEO_LONG_SIDE = 1920;

/** The path on which elements are created, queried and listed. */
export const ELEMENTS_PATH = "/v1/general/advanced-custom-elements";

const TAGS = ["o_101", "o_102", "o_103", "o_104", "o_105", "o_106", "o_107", "o_108"] as const;

/** Creation of elements, and deletion by either path. */
export const ELEMENT_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: ELEMENTS_PATH, productType: "video", check },
  ...["/v1/general/delete-advanced-elements", "/v1/general/delete-elements"].map((path): Product => ({
    generation: "legacy",
    path,
    productType: "video",
    atOnce: true,
    check: checkDeletion,
  })),
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("element_name", "element_description", "reference_type");
  const name = body.text("element_name", NAME_CHARACTERS, 1) ?? "";
  const description = body.text("element_description", DESCRIPTION_CHARACTERS, 1) ?? "";
  const reference = body.oneOf("reference_type", ["image_refer", "video_refer"]);
  const fromVideo = reference === "video_refer";
  const [wanted, other] = fromVideo
    ? ["element_video_list", "element_image_list"]
    : ["element_image_list", "element_video_list"];
  if (reference !== undefined) {
    body.require(wanted);
    complaints.when(body.has(other), `${other} is not supported with reference_type ${reference}`);
  }
  const given = reference === undefined ? undefined : body.object(wanted);
  const pictures = given === undefined || fromVideo ? [] : readPictures(given, world, complaints);
  const videoUrl = given === undefined || !fromVideo ? "" : readVideo(given, world, complaints);
  given?.done();
  const voiceId = body.text("element_voice_id");
  if (voiceId !== undefined && voiceId !== "") voiceAt(voiceId, "element_voice_id", world, complaints);
  const tags = body.objects("tag_list").flatMap((item) => {
    item.require("tag_id");
    const tag = item.oneOf("tag_id", TAGS);
    item.done();
    return tag === undefined ? [] : [tag];
  });
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  return conclude(complaints, () => ({
    order: {
      kind: "element",
      type: fromVideo ? "video-character" : "multi-image",
      name,
      pictures,
      videoUrl,
      voiceId: voiceId ?? "",
      tags,
      version: "element",
      prompt: description,
      milliUnits: 0,
    },
    externalId,
    watermark: false,
  }));
}

/** What each picture is, the frontal one first. */
function readPictures(list: Fields, world: World, complaints: Complaints): readonly string[] {
  list.require("frontal_image", "refer_images");
  const items = list.objects("refer_images", MOST_MORE_PICTURES);
  complaints.when(
    list.has("refer_images") && items.length === 0,
    `${list.name("refer_images")} needs 1 to ${MOST_MORE_PICTURES} images`,
  );
  const read = (from: Fields, field: string, role: string): readonly string[] => {
    const value = from.text(field);
    if (value === undefined) return [];
    const picture = readPicture(value, from.name(field), LEGACY_PICTURE_BYTES, world, complaints);
    return picture === undefined ? [] : [describePicture(role, picture)];
  };
  return [
    ...read(list, "frontal_image", "frontal"),
    ...items.flatMap((item, i) => {
      item.require("image_url");
      const found = read(item, "image_url", `refer ${i + 1}`);
      item.done();
      return found;
    }),
  ];
}

/** The address of the only video; empty after a complaint. */
function readVideo(list: Fields, world: World, complaints: Complaints): string {
  list.require("refer_videos");
  const [item, ...more] = list.objects("refer_videos", 1);
  complaints.when(
    list.has("refer_videos") && item === undefined,
    `${list.name("refer_videos")} needs 1 video`,
  );
  for (const each of more) each.done();
  if (item === undefined) return "";
  item.require("video_url");
  const name = item.name("video_url");
  const url = item.text("video_url", Infinity, 1);
  item.done();
  const source = url === undefined ? undefined : clipAt(url, name, world, complaints);
  if (source?.own === true) checkVideo(source.clip, name, complaints);
  return url ?? "";
}

function checkVideo({ seconds, size }: VideoOrder, name: string, complaints: Complaints): void {
  complaints.when(
    seconds < LEAST_SECONDS || seconds > MOST_SECONDS,
    `${name} lasts ${seconds} s; it must last from ${LEAST_SECONDS} to ${MOST_SECONDS} s`,
  );
  const sides = [size.width, size.height].toSorted((a, b) => a - b);
  complaints.when(
    sides[0] !== VIDEO_SHORT_SIDE || sides[1] !== VIDEO_LONG_SIDE,
    `${name} is ${size.width}x${size.height}; it must be 1080p with an aspect ratio of 16:9 or 9:16`,
  );
}

function checkDeletion(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("element_id");
  const id = body.identifier("element_id");
  body.done();
  return deletionOf("element", id, "element_id", world, complaints);
}
