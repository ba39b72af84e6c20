/**
 * Answers `GET /account/costs`: one pack of video units and one of image units, with what tasks have used so far.
 * The answer nests a second envelope, as the vendor's does. Pack names carry their concurrency, as the vendor's do.
 * The vendor's limit of one request a second is not enforced here.
 */

import { type Answer, refusal, result } from "./answer.js";
import { isUnderWay, type Task } from "./task.js";
import { packageType } from "./task-view.js";

const MONTH_MS = 30 * 24 * 3600 * 1000;

/** The units of the two packs, when they are bought. */
export const PACK_UNITS = { video: 10_000, image: 100_000 } as const;

/** What the packs are told from. */
export interface AccountOptions {
  readonly concurrency: number;
  readonly imageConcurrency: number;
  /** Unix milliseconds. */
  readonly openedAt: number;
}

/** The packs, after all tasks that have ended by `now`. */
export function accountCosts(
  search: URLSearchParams,
  tasks: readonly Task[],
  now: number,
  { concurrency, imageConcurrency, openedAt }: AccountOptions,
): Answer {
  for (const name of ["start_time", "end_time"]) {
    if (!/^\d+$/u.test(search.get(name) ?? "")) return refusal(1201, `${name} is required, in milliseconds`);
  }
  const packs = [
    pack("video", PACK_UNITS.video, packName("video", concurrency)),
    pack("image", PACK_UNITS.image, packName("image", imageConcurrency)),
  ];
  const wanted = search.get("resource_pack_name");
  return result({
    code: 0,
    msg: "SUCCESS",
    resource_pack_subscribe_infos: packs.filter(
      (each) => wanted === null || each.resource_pack_name === wanted,
    ),
  });

  function pack(type: "video" | "image", total: number, name: string) {
    const used = tasks
      .filter((task) => packageType(task) === type && task.failure === undefined && !isUnderWay(task, now))
      .reduce((sum, task) => sum + task.order.milliUnits, 0);
    const remaining = Math.max(0, total - used / 1000);
    return {
      resource_pack_name: name,
      resource_pack_id: `sandbox-${type}`,
      resource_pack_type: "decreasing_total",
      total_quantity: total,
      remaining_quantity: remaining,
      purchase_time: openedAt,
      effective_time: openedAt,
      invalid_time: openedAt + MONTH_MS,
      status: remaining > 0 ? "online" : "runOut",
    };
  }
}

/** A pack's name, which says what it is for, its units, and how many tasks it lets run at a time. */
export function packName(type: "video" | "image", concurrency: number): string {
  const kind = type === "video" ? "Video" : "Image";
  return `Sandbox-${kind}-${PACK_UNITS[type]}Units-${concurrency}Con-1Months`;
}
