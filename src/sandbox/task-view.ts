/**
 * How a task is told to a client, in the words of the new and of the legacy generation. Pure: the addresses of results
 * come from outside. The two differ in names, in the word for success and in where results and charges stand.
 */

import { unreachable } from "../base/guard.js";
import { unitText } from "./rules/prices.js";
import type { Parent } from "./rules/order.js";
import { resultId, stageOf, type Task, updatedAt } from "./task.js";

/** Gives addresses. */
export interface Links {
  /** Those of a task's results, in order. */
  of(task: Task): readonly string[];
  /** That of the clip that a clip was made from; empty when it is no longer known. */
  toParent(parent: Parent): string;
}

/** The answer to a create request. */
export function createdView(task: Task): unknown {
  const { id, externalId, createdAt } = task;
  switch (task.generation) {
    case "new":
      return {
        id,
        status: "submitted",
        create_time: createdAt,
        update_time: createdAt,
        ...(externalId === undefined ? {} : { external_id: externalId }),
      };
    case "legacy":
      return {
        task_id: id,
        task_status: "submitted",
        task_info: externalId === undefined ? {} : { external_task_id: externalId },
        created_at: createdAt,
        updated_at: createdAt,
      };
    default:
      return unreachable(task.generation);
  }
}

/** A task as the new generation's queries tell it, whichever generation made it. */
export function newView(task: Task, now: number, links: Links): unknown {
  const stage = stageOf(task, now);
  const ended = stage === "succeeded" || stage === "failed";
  return {
    id: task.id,
    status: stage,
    message: stage === "failed" ? (task.failure ?? "") : "",
    create_time: task.createdAt,
    update_time: updatedAt(task, now),
    ...(task.externalId === undefined ? {} : { external_id: task.externalId }),
    outputs: stage === "succeeded" ? outputs(task, links) : [],
    billing: ended ? [{ charge_type: "unit", amount: charge(task), package_type: packageType(task) }] : [],
  };
}

/** A task as its legacy query path tells it. */
export function legacyView(task: Task, now: number, links: Links): unknown {
  const stage = stageOf(task, now);
  const ended = stage === "succeeded" || stage === "failed";
  return {
    task_id: task.id,
    task_status: stage === "succeeded" ? "succeed" : stage,
    task_status_msg: stage === "failed" ? (task.failure ?? "") : "",
    task_info: {
      ...(task.externalId === undefined ? {} : { external_task_id: task.externalId }),
      ...parentView(task, links),
    },
    ...(stage === "succeeded" ? { task_result: legacyResult(task, links) } : {}),
    watermark_info: { enabled: task.watermark },
    ...(ended ? { final_unit_deduction: charge(task) } : {}),
    created_at: task.createdAt,
    updated_at: updatedAt(task, now),
  };
}

/** Which pack pays for a task. */
export function packageType(task: Task): "video" | "image" {
  return task.order.kind === "still" ? "image" : "video";
}

/** Failed tasks cost nothing. */
export function charge(task: Task): string {
  return unitText(task.failure === undefined ? task.order.milliUnits : 0);
}

function parentView({ order }: Task, links: Links): Readonly<Record<string, unknown>> {
  if (order.kind !== "video" || order.parent === undefined) return {};
  const { id, seconds } = order.parent;
  return { parent_video: { id, url: links.toParent(order.parent), duration: String(seconds) } };
}

function outputs(task: Task, links: Links): unknown {
  const { order } = task;
  return links.of(task).map((url, index) => {
    const watermark_url = task.watermark ? url : "";
    return order.kind === "video"
      ? { type: "video", id: resultId(task, index), url, watermark_url, duration: String(order.seconds) }
      : { type: "image", url, watermark_url };
  });
}

function legacyResult(task: Task, links: Links): unknown {
  const { order } = task;
  const urls = links.of(task);
  const watermarked = (url: string): string => (task.watermark ? url : "");
  switch (order.kind) {
    case "video":
      return {
        videos: urls.map((url, index) => ({
          id: resultId(task, index),
          url,
          watermark_url: watermarked(url),
          duration: String(order.seconds),
        })),
      };
    case "still":
      return { images: urls.map((url, index) => ({ index, url, watermark_url: watermarked(url) })) };
    case "speech":
    case "faces":
      return {};
    default:
      return unreachable(order);
  }
}
