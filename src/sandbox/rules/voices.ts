/**
 * Checks the creation and the deletion of custom voices and makes the orders. A voice is learned from a sound or a video
 * at an address (nothing is fetched: only the sandbox's own results can be judged), or from one of the sandbox's clips
 * in which somebody is heard: of 2.6 with sound, an avatar, a lip-sync. Presets cannot be deleted.
 */

import { unreachable } from "../../base/guard.js";
import { Complaints, Fields } from "./fields.js";
import { deletionOf } from "./kept.js";
import { conclude, type Checked, type OwnResult, type Product, type World } from "./order.js";
import { isWebAddress, resultName } from "./pictures.js";
import { CALL_MILLI_UNITS } from "./prices.js";
import { readCallback } from "./request-options.js";
import { readResultId } from "./sources.js";

const NAME_CHARACTERS = 20;
const [LEAST_SECONDS, MOST_SECONDS] = [5, 30];
const MOST_PER_PAGE = 1000;

/** The path on which voices are created, queried and listed. */
export const VOICES_PATH = "/v1/general/custom-voices";

/** Creation and deletion of custom voices. */
export const VOICE_PRODUCTS: readonly Product[] = [
  { generation: "legacy", path: VOICES_PATH, productType: "video", mostPerPage: MOST_PER_PAGE, check },
  {
    generation: "legacy",
    path: "/v1/general/delete-voices",
    productType: "video",
    atOnce: true,
    check: checkDeletion,
  },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("voice_name");
  const name = body.text("voice_name", NAME_CHARACTERS, 1) ?? "";
  const [byId, byAddress] = [body.has("video_id"), body.has("voice_url")];
  complaints.when(byId === byAddress, "exactly one of voice_url and video_id is required");
  const source = byId ? readClip(body, world, complaints) : readAddress(body, world, complaints);
  readCallback(body, complaints);
  const externalId = body.text("external_task_id", Infinity, 1);
  body.done();
  return conclude(complaints, () => ({
    order: { kind: "voice", name, source, version: "voice", prompt: name, milliUnits: CALL_MILLI_UNITS },
    externalId,
    watermark: false,
  }));
}

/** What the clip is called; empty after a complaint. */
function readClip(body: Fields, world: World, complaints: Complaints): string {
  const source = readResultId(body, world, complaints);
  if (source === undefined) return "";
  const { product, version, sound, seconds } = source.clip;
  const speaks =
    product === "avatar" || product === "lip-sync" || (version === "kling-2.6" && sound.length > 0);
  complaints.when(!speaks, "video_id: only videos of V2.6 with sound, avatars and lip-syncs have a voice");
  checkLength(seconds, "video_id", complaints);
  return source.name;
}

function readAddress(body: Fields, world: World, complaints: Complaints): string {
  const url = body.text("voice_url", Infinity, 1);
  if (url === undefined) return "";
  if (!isWebAddress(url)) {
    complaints.add("voice_url must be a URL");
    return "";
  }
  const found = world.resultAt(url);
  if (found === "foreign") return url.replace(/[?#].*$/su, "");
  if (found === "unreachable" || found.state !== "ready") {
    complaints.add("voice_url cannot be fetched");
    return "";
  }
  const seconds = heardSeconds(found);
  if (seconds === undefined) complaints.add("voice_url is neither a sound nor a video with sound");
  else checkLength(seconds, "voice_url", complaints);
  return resultName(found);
}

/** Undefined for what cannot be heard. */
function heardSeconds({ order }: OwnResult): number | undefined {
  switch (order.kind) {
    case "speech":
      return order.voice.seconds;
    case "video":
      return order.sound.length > 0 ? order.seconds : undefined;
    case "sound":
      return order.seconds;
    case "still":
    case "faces":
    case "element":
    case "voice":
    case "deletion":
      return undefined;
    default:
      return unreachable(order);
  }
}

function checkLength(seconds: number, name: string, complaints: Complaints): void {
  complaints.when(
    seconds < LEAST_SECONDS || seconds > MOST_SECONDS,
    `${name} lasts ${seconds} s; it must last from ${LEAST_SECONDS} to ${MOST_SECONDS} s`,
  );
}

function checkDeletion(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("voice_id");
  const id = body.text("voice_id", Infinity, 1);
  body.done();
  return deletionOf("voice", id, "voice_id", world, complaints);
}
