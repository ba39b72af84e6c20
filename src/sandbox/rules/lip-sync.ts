/**
 * Checks `/v1/videos/advanced-lip-sync` and makes the order: the clip of a session again, with a piece of a sound laid
 * into it while one of its faces is seen. The session is what identify-face answered and lives as long as a result;
 * its clip must still be there too. All times are whole milliseconds.
 */

import { handedDown } from "../mischief.js";
import { Complaints, Fields } from "./fields.js";
import {
  conclude,
  type Checked,
  type FacesOrder,
  type Placement,
  type Product,
  type SoundLayer,
  type VideoOrder,
  type World,
} from "./order.js";
import { lipSyncMilliUnits } from "./prices.js";
import { readOptions } from "./request-options.js";
import { type GivenSound, readSound } from "./sounds.js";
import type { SourceClip } from "./sources.js";

const LEAST_MS = 2000;
const MOST_VOLUME = 2;
const MOST_MS = 24 * 3600 * 1000;

/** Lip-sync as it is today. */
export const LIP_SYNC_PRODUCTS: readonly Product[] = [
  {
    generation: "legacy",
    path: "/v1/videos/advanced-lip-sync",
    productType: "video",
    lipSync: "advanced",
    check,
  },
];

async function check(record: Readonly<Record<string, unknown>>, world: World): Promise<Checked> {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("session_id", "face_choose");
  const session = readSession(body, world, complaints);
  const chosen = body.objects("face_choose", 1);
  complaints.when(
    body.has("face_choose") && chosen.length === 0,
    "face_choose needs exactly one entry that is an object",
  );
  const [entry] = chosen;
  const choice =
    entry === undefined || session === undefined
      ? undefined
      : await readChoice(entry, session, world, complaints);
  const { externalId, watermark } = readOptions(body, complaints);
  body.done();
  return conclude(complaints, () => {
    if (session === undefined || choice === undefined) return undefined;
    const { clip, parent, clipName } = session.order;
    return {
      order: lipSyncOrder({ clip, parent, name: clipName, own: true }, choice),
      sound: choice.sound.bytes,
      externalId,
      watermark,
    };
  });
}

/** A piece of a sound, and how loud what was there before stays. */
interface Choice {
  readonly sound: GivenSound;
  readonly placement: Placement;
  readonly originalVolume: number;
  /** Words of the request itself that may hold mischief. */
  readonly words?: string;
}

/** The order for a clip with a sound laid into it. */
export function lipSyncOrder(
  { clip, parent, name }: SourceClip,
  { sound, placement, originalVolume, words = "" }: Choice,
): VideoOrder {
  const { startMs, endMs, atMs } = placement;
  const until = (atMs + endMs - startMs) / 1000;
  const kept = clip.sound.map((layer): SoundLayer => ({ ...layer, volume: layer.volume * originalVolume }));
  return {
    ...clip,
    product: "lip-sync",
    version: "lip-sync",
    sound: [...kept, sound.layer(placement)],
    heed: `${words} ${handedDown(clip.heed ?? clip.prompt, "then")}`,
    notes: [`speaks ${atMs / 1000}-${until} s`, `made from ${name}`],
    sources: [name],
    parent,
    milliUnits: lipSyncMilliUnits(clip.seconds),
  };
}

interface Session {
  readonly id: string;
  readonly order: FacesOrder;
}

function readSession(body: Fields, world: World, complaints: Complaints): Session | undefined {
  const id = body.text("session_id", Infinity, 1);
  if (id === undefined) return undefined;
  const found = world.resultById(`${id}-1`);
  if (found?.order.kind !== "faces") {
    complaints.add(`session_id ${id.slice(0, 80)} does not exist or has no face`);
    return undefined;
  }
  const { parent } = found.order;
  const gone = parent.id !== "" && world.resultById(parent.id)?.state !== "ready";
  complaints.when(found.state !== "ready" || gone, "session_id has expired, or its video has");
  return { id, order: found.order };
}

async function readChoice(
  entry: Fields,
  session: Session,
  world: World,
  complaints: Complaints,
): Promise<Choice | undefined> {
  entry.require("face_id", "sound_start_time", "sound_end_time", "sound_insert_time");
  const face = readFace(entry, session, complaints);
  const sound = await readSound(entry, world, complaints);
  const startMs = entry.whole("sound_start_time", 0, MOST_MS);
  const endMs = entry.whole("sound_end_time", 0, MOST_MS);
  const atMs = entry.whole("sound_insert_time", 0, MOST_MS);
  const volume = entry.number("sound_volume", 0, MOST_VOLUME) ?? 1;
  const originalVolume = entry.number("original_audio_volume", 0, MOST_VOLUME) ?? 1;
  entry.done();
  if (startMs === undefined || endMs === undefined || atMs === undefined || sound === undefined) {
    return undefined;
  }
  const placement = { startMs, endMs, atMs, volume };
  const clipMs = session.order.clip.seconds * 1000;
  const untilMs = atMs + endMs - startMs;
  complaints.when(
    sound.seconds !== undefined && endMs > Math.ceil(sound.seconds * 1000),
    `${entry.name("sound_end_time")} ${endMs} is after the end of the sound, which lasts ${Math.ceil((sound.seconds ?? 0) * 1000)} ms`,
  );
  complaints.when(
    endMs - startMs < LEAST_MS,
    `${entry.name("sound_end_time")}: the cropped sound must last at least ${LEAST_MS} ms, got ${endMs - startMs}`,
  );
  complaints.when(
    untilMs > clipMs,
    `${entry.name("sound_insert_time")}: the sound would end at ${untilMs} ms, after the video, which lasts ${clipMs} ms`,
  );
  if (face !== undefined) {
    const shared = Math.min(untilMs, face.endMs) - Math.max(atMs, face.startMs);
    complaints.when(
      shared < LEAST_MS,
      `${entry.name("sound_insert_time")}: the sound must overlap with the face, seen from ${face.startMs} to ${face.endMs} ms, by at least ${LEAST_MS} ms`,
    );
  }
  return { sound, placement, originalVolume };
}

function readFace(
  entry: Fields,
  { id, order }: Session,
  complaints: Complaints,
): FacesOrder["faces"][number] | undefined {
  const faceId = entry.text("face_id", Infinity, 1);
  if (faceId === undefined) return undefined;
  const found = order.faces.find((_, i) => faceId === `${id}-${i + 1}`);
  complaints.when(
    found === undefined,
    `${entry.name("face_id")} ${faceId.slice(0, 80)} is not in the session`,
  );
  return found;
}
