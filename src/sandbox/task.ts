/**
 * A task and its life. All its dates are fixed when it is created; where it stands is read off the clock, so a task
 * goes on while nothing runs, and needs no write after the first:
 *
 *   submitted ──startsAt──> processing ──endsAt──> succeeded
 *                                            └───> failed      (when `failure` says why)
 *
 * Dates are Unix milliseconds. The stored form carries a version; `readTask` is its only reader.
 */

import { sha256Hex } from "../base/digest.js";
import { isRecord } from "../base/guard.js";
import { failureText, mischiefIn } from "./mischief.js";
import type { Accepted, Order, Product } from "./rules/order.js";

/** Where a task stands. */
export type Stage = "submitted" | "processing" | "succeeded" | "failed";

/** One accepted create request. */
export interface Task {
  readonly version: 1;
  readonly id: string;
  readonly externalId: string | undefined;
  readonly generation: Product["generation"];
  /** The create path, which is also the query path of the legacy generation. */
  readonly path: string;
  readonly productType: Product["productType"];
  readonly order: Order;
  readonly watermark: boolean;
  readonly createdAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Why the task fails in the end; undefined for one that succeeds. */
  readonly failure: string | undefined;
}

/**
 * Makes the task of an accepted request; `timeScale` 1 is the pace of the real service, smaller is faster.
 * `serial` keeps apart the ids of one millisecond.
 */
export function makeTask(
  product: Product,
  accepted: Accepted,
  now: number,
  timeScale: number,
  serial: number,
): Task {
  const { order, externalId, watermark } = accepted;
  const asked = mischiefIn(order.prompt);
  const lasts = realSeconds(order) * 1000 * timeScale * (asked.has("slow") ? 10 : 1);
  return {
    version: 1,
    id: `${now}${String(serial % 100_000).padStart(5, "0")}`,
    externalId,
    generation: product.generation,
    path: product.path,
    productType: product.productType,
    order,
    watermark,
    createdAt: now,
    startsAt: now + Math.round(lasts * 0.15),
    endsAt: now + Math.round(lasts),
    failure: failureText(asked),
  };
}

/** Where the task stands at a moment. */
export function stageOf(task: Task, now: number): Stage {
  if (now < task.startsAt) return "submitted";
  if (now < task.endsAt) return "processing";
  return task.failure === undefined ? "succeeded" : "failed";
}

/** Whether the task still holds its slot: from submission to the end. */
export function isUnderWay(task: Task, now: number): boolean {
  return now < task.endsAt;
}

/** Slots that the task takes while it is under way: an image task one a picture, all others one. */
export function slotsOf(order: Order): number {
  return order.kind === "still" && order.product === "image" ? order.count : 1;
}

/** When the task last changed, at a moment. */
export function updatedAt(task: Task, now: number): number {
  if (now < task.startsAt) return task.createdAt;
  return now < task.endsAt ? task.startsAt : task.endsAt;
}

/** Results that the task has when it succeeds. */
export function resultCount(order: Order): number {
  return order.kind === "still" ? order.count : 1;
}

/** Reads a stored task; undefined for anything else, for instance a file of a later version. */
export function readTask(text: string): Task | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (
      !isRecord(value) ||
      value["version"] !== 1 ||
      typeof value["id"] !== "string" ||
      !isRecord(value["order"])
    ) {
      return undefined;
    }
    // Version 1 is only ever written from a Task, by this program.
    return value as unknown as Task;
  } catch {
    return undefined;
  }
}

/** How long the real service would take: about a minute for a clip of 5 s, about 24 s for a still. */
function realSeconds(order: Order): number {
  if (order.kind === "still") return 24;
  const effort = order.resolution === "720p" ? 1 : order.resolution === "1080p" ? 1.4 : 2.2;
  const jitter = Number.parseInt(sha256Hex(order.prompt).slice(0, 4), 16) / 0xffff;
  return 50 + 3 * order.seconds * effort + 10 * jitter;
}
