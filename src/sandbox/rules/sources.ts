/**
 * The rules for clips that a request names, by a result's id or by an address: whether they can be had at all, and
 * what is known of them. A clip of another server is not fetched: it counts as 5 s of 1280x720 with one face.
 * An address on this machine that no result of the sandbox has is refused, because the vendor could not fetch it.
 */

import { sha256Hex } from "../../base/digest.js";
import type { Complaints, Fields } from "./fields.js";
import type { OwnResult, Parent, SoundLayer, VideoOrder, World } from "./order.js";
import { isWebAddress, resultName } from "./pictures.js";

/** Endings of addresses that are certainly no mp4 or mov; an address need not have an ending at all. */
const OTHER_FILES: ReadonlySet<string> = new Set([
  "webm",
  "mkv",
  "avi",
  "wmv",
  "flv",
  "mpg",
  "gif",
  "png",
  "jpg",
  "jpeg",
  "webp",
  "mp3",
  "wav",
  "m4a",
  "aac",
]);

/** A clip that a request works on. */
export interface SourceClip {
  readonly parent: Parent;
  readonly clip: VideoOrder;
  /** What slates call it, for instance "kling-2.6 · 3fa2". */
  readonly name: string;
  readonly own: boolean;
}

/** Reads `video_id` xor `video_url`; undefined after a complaint. */
export function readSource(body: Fields, world: World, complaints: Complaints): SourceClip | undefined {
  const [byId, byAddress] = [body.has("video_id"), body.has("video_url")];
  if (byId === byAddress) {
    complaints.add(`exactly one of ${body.name("video_id")} and ${body.name("video_url")} is required`);
    return undefined;
  }
  return byId ? readResultId(body, world, complaints) : readVideoUrl(body, world, complaints);
}

/** Reads `video_id`, which names a clip of this sandbox; undefined after a complaint. */
export function readResultId(body: Fields, world: World, complaints: Complaints): SourceClip | undefined {
  const id = body.text("video_id", Infinity, 1);
  if (id === undefined) return undefined;
  const found = world.resultById(id);
  if (found !== undefined) return clipOf(found, body.name("video_id"), complaints);
  complaints.add(`${body.name("video_id")} ${id.slice(0, 80)} does not exist`);
  return undefined;
}

/** Reads `video_url`; undefined after a complaint. */
function readVideoUrl(body: Fields, world: World, complaints: Complaints): SourceClip | undefined {
  const url = body.text("video_url");
  return url === undefined ? undefined : clipAt(url, body.name("video_url"), world, complaints);
}

/** The clip at an address; undefined after a complaint. `name` is how messages call the field. */
export function clipAt(
  url: string,
  name: string,
  world: World,
  complaints: Complaints,
): SourceClip | undefined {
  if (!isWebAddress(url)) {
    complaints.add(`${name} must be a URL`);
    return undefined;
  }
  const found = world.resultAt(url);
  if (found === "unreachable") {
    complaints.add(`${name} cannot be fetched`);
    return undefined;
  }
  if (found !== "foreign") return clipOf(found, name, complaints);
  const [, ending] = /\.([a-z]\w+)$/iu.exec(new URL(url).pathname) ?? [];
  if (ending === undefined || !OTHER_FILES.has(ending.toLowerCase())) return foreignClip(url);
  complaints.add(`${name} must be an mp4 or mov video`);
  return undefined;
}

/** The sound that stands for what a model makes by itself. */
export function humOf(prompt: string, seconds: number): SoundLayer {
  return { kind: "hum", seed: sha256Hex(prompt).slice(0, 8), seconds, volume: 1 };
}

function clipOf(found: OwnResult, name: string, complaints: Complaints): SourceClip | undefined {
  const { order, id, state } = found;
  if (order.kind !== "video") {
    complaints.add(`${name} is not a video`);
    return undefined;
  }
  if (state !== "ready") {
    const why =
      state === "expired"
        ? "has expired: results can be used for 30 days"
        : state === "failed"
          ? "belongs to a task that failed"
          : "belongs to a task that has not finished yet";
    complaints.add(`${name} ${why}`);
    return undefined;
  }
  const parent = { id, url: "", seconds: order.seconds };
  return { parent, clip: order, name: resultName(found), own: true };
}

function foreignClip(url: string): SourceClip {
  const address = url.replace(/[?#].*$/su, "");
  const clip: VideoOrder = {
    kind: "video",
    product: "omni video",
    model: "foreign clip",
    version: "",
    resolution: "720p",
    mode: "720p",
    size: { width: 1280, height: 720 },
    seconds: 5,
    sound: [humOf(address, 5)],
    prompt: address,
    notes: [],
    sources: [address],
    milliUnits: 0,
  };
  const name = `a clip by address · ${sha256Hex(address).slice(0, 4)}`;
  return { parent: { id: "", url, seconds: clip.seconds }, clip, name, own: false };
}
