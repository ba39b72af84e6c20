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
import { isRecord, unreachable } from "../base/guard.js";
import { failureText, type Mischief, mischiefIn } from "./mischief.js";
import type { Accepted, Order, Product } from "./rules/order.js";
import { humOf } from "./rules/sources.js";

/** Where a task stands. */
export type Stage = "submitted" | "processing" | "succeeded" | "failed";

/** One accepted create request. */
export interface Task {
  readonly version: 2;
  readonly id: string;
  readonly externalId: string | undefined;
  readonly generation: Product["generation"];
  /** The create path, which is also the query path of the legacy generation. */
  readonly path: string;
  readonly productType: Product["productType"];
  readonly order: Order;
  /** Four hexadecimal digits that keep apart the slates of two takes; {@link markOf} says from what. */
  readonly mark: string;
  readonly watermark: boolean;
  readonly createdAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Why the task fails in the end; undefined for one that succeeds. */
  readonly failure: string | undefined;
}

/** When, how fast and under which mark a task is made. */
export interface Circumstances {
  readonly now: number;
  /** 1 is the pace of the real service, smaller is faster. */
  readonly timeScale: number;
  /** Keeps apart the ids of one millisecond. */
  readonly serial: number;
  readonly mark: string;
}

/** Makes the task of an accepted request. */
export function makeTask(
  product: Product,
  accepted: Accepted,
  { now, timeScale, serial, mark }: Circumstances,
): Task {
  const { order, externalId, watermark } = accepted;
  const asked = mischiefOf(order);
  const lasts = realSeconds(order) * 1000 * timeScale * (asked.has("slow") ? 10 : 1);
  return {
    version: 2,
    id: `${now}${String(serial % 100_000).padStart(5, "0")}`,
    externalId,
    generation: product.generation,
    path: product.path,
    productType: product.productType,
    order,
    mark,
    watermark,
    createdAt: now,
    startsAt: now + Math.round(lasts * 0.15),
    endsAt: now + Math.round(lasts),
    failure: failureText(asked),
  };
}

/** What an order asks the sandbox to do wrong. */
export function mischiefOf(order: Order): ReadonlySet<Mischief> {
  const heed = "heed" in order ? order.heed : undefined;
  return mischiefIn(heed ?? order.prompt);
}

/** The mark of a task: of its external id where there is one, else of its order, the `nth` of its kind. */
export function markOf(externalId: string | undefined, order: Order, nth: number): string {
  return sha256Hex(externalId ?? `${plainText(order)} ${nth}`).slice(0, 4);
}

/** An order without the ids and addresses in it, which differ from one sandbox to the next. */
export function plainText(order: Order): string {
  return JSON.stringify(order, (key, value: unknown) =>
    key === "parent" || key === "videoUrl" ? undefined : value,
  );
}

/** Whether a task was answered at once, so that no query finds it. */
export function isAnsweredAtOnce({ order }: Pick<Task, "order">): boolean {
  return order.kind === "speech" || order.kind === "faces" || order.kind === "deletion";
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

/** Slots that the task takes while it is under way: an image task or series one a picture, all others one. */
export function slotsOf(order: Order): number {
  return order.kind === "still" && order.product !== "try-on" ? order.count : 1;
}

/** When the task last changed, at a moment. */
export function updatedAt(task: Task, now: number): number {
  if (now < task.startsAt) return task.createdAt;
  return now < task.endsAt ? task.startsAt : task.endsAt;
}

/** One file that a task has when it succeeds; a sound is one result of two files. */
export interface FileName {
  /** Counts results from 0. */
  readonly index: number;
  readonly extension: "mp4" | "png" | "mp3" | "wav";
}

/** Every file that the task has when it succeeds. */
export function filesOf(order: Order): readonly FileName[] {
  const pictures = (count: number) =>
    Array.from({ length: count }, (_, index): FileName => ({ index, extension: "png" }));
  switch (order.kind) {
    case "video":
      return [{ index: 0, extension: "mp4" }];
    case "still":
      return pictures(order.count);
    case "faces":
      return pictures(order.faces.length);
    case "element":
      return pictures(order.pictures.length);
    case "speech":
    case "voice":
      return [{ index: 0, extension: "wav" }];
    case "sound": {
      const clip: readonly FileName[] = order.clip === undefined ? [] : [{ index: 0, extension: "mp4" }];
      const index = clip.length;
      return [...clip, { index, extension: "mp3" }, { index, extension: "wav" }];
    }
    case "deletion":
      return [];
    default:
      return unreachable(order);
  }
}

/** What result number `index` is as an input: of a sound that was made for a clip, the clip. */
export function orderOfResult(order: Order, index: number): Order {
  return order.kind === "sound" && index === 0 ? (order.clip ?? order) : order;
}

/** The id under which a result can be used as an input. */
export function resultId(task: Pick<Task, "id">, index: number): string {
  return `${task.id}-${index + 1}`;
}

/** Reads a stored task; undefined for anything else, for instance a file of a later version. */
export function readTask(text: string): Task | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value["id"] !== "string" || !isRecord(value["order"])) return undefined;
    // Both versions are only ever written by this program.
    if (value["version"] === 2) return value as unknown as Task;
    return value["version"] === 1 ? fromVersion1(value as unknown as Task) : undefined;
  } catch {
    return undefined;
  }
}

/** Version 1 had no mark, and said of sound only whether there is any. */
function fromVersion1(task: Task): Task {
  const { order, externalId } = task;
  const audible: unknown = order.kind === "video" ? order.sound : false;
  const sound = audible === true && order.kind === "video" ? [humOf(order.prompt, order.seconds)] : [];
  const now = order.kind === "video" ? { ...order, sound } : order;
  return { ...task, version: 2, order: now, mark: markOf(externalId ?? task.id, now, 0) };
}

/** How long the real service would take: about a minute for a clip of 5 s, about 24 s for a still. */
function realSeconds(order: Order): number {
  if (isAnsweredAtOnce({ order })) return 0;
  if (order.kind !== "video") return 24;
  const effort = order.resolution === "720p" ? 1 : order.resolution === "1080p" ? 1.4 : 2.2;
  const jitter = Number.parseInt(sha256Hex(order.prompt).slice(0, 4), 16) / 0xffff;
  return 50 + 3 * Math.min(order.seconds, 15) * effort + 10 * jitter;
}
