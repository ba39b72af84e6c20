/**
 * Checks `/v1/videos/identify-face` and makes the order. How many faces a clip shows follows from its prompt, as
 * `mischief.ts` says; several come one after the other, each seen until the next has been there for a while.
 * Only lengths and sizes of this sandbox's own clips can be judged; a clip by a foreign address passes.
 */

import { facesIn, handedDown } from "../mischief.js";
import { Complaints, Fields } from "./fields.js";
import {
  conclude,
  type Checked,
  type FacesOrder,
  type Product,
  type VideoOrder,
  type World,
} from "./order.js";
import { CALL_MILLI_UNITS } from "./prices.js";
import { readSource } from "./sources.js";

const SHORTEST_SECONDS = 2;
const LONGEST_SECONDS = 60;
const LEAST_SIDE = 512;
const MOST_SIDE = 2160;
/** How long a face is seen, measured in the distance between the first moments of two faces. */
const FACE_LASTS = 1.6;

/** Face identification. */
export const FACE_PRODUCTS: readonly Product[] = [
  {
    generation: "legacy",
    path: "/v1/videos/identify-face",
    productType: "video",
    atOnce: true,
    lipSync: "advanced",
    check,
  },
];

function check(record: Readonly<Record<string, unknown>>, world: World): Checked {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const source = readSource(body, world, complaints);
  body.done();
  if (source !== undefined) checkFaceClip(source.clip, [SHORTEST_SECONDS, LONGEST_SECONDS], complaints);
  return conclude(complaints, () => {
    if (source === undefined) return undefined;
    const words = source.clip.heed ?? source.clip.prompt;
    return {
      order: {
        kind: "faces",
        clip: source.clip,
        clipName: source.name,
        parent: source.parent,
        faces: appearances(facesIn(words), source.clip.seconds * 1000),
        version: "identify-face",
        prompt: source.clip.prompt,
        heed: handedDown(words, "identify"),
        milliUnits: CALL_MILLI_UNITS,
      },
      externalId: undefined,
      watermark: false,
    };
  });
}

/** Complains about a clip in which no lips can be moved, for its length in seconds or its size. */
export function checkFaceClip(
  { seconds, size }: VideoOrder,
  [shortest, longest]: readonly [shortest: number, longest: number],
  complaints: Complaints,
): void {
  complaints.when(
    seconds < shortest || seconds > longest,
    `the video lasts ${seconds} s; it must last from ${shortest} to ${longest} s`,
  );
  const { width, height } = size;
  complaints.when(
    Math.min(width, height) < LEAST_SIDE || Math.max(width, height) > MOST_SIDE,
    `the video is ${width}x${height}; each side must be from ${LEAST_SIDE} to ${MOST_SIDE} px`,
  );
}

function appearances(count: number, lastsMs: number): FacesOrder["faces"] {
  const apart = lastsMs / (count - 1 + FACE_LASTS);
  return Array.from({ length: count }, (_, i) => ({
    startMs: Math.round(i * apart),
    endMs: Math.round(Math.min(lastsMs, (i + FACE_LASTS) * apart)),
  }));
}
