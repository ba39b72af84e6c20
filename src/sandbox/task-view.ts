/**
 * How a task is told to a client, in the words of the new and of the legacy generation, and of gateways. Pure: the addresses of results
 * come from outside. The two differ in names, in the word for success and in where results and charges stand.
 */

import { unreachable } from "../base/guard.js";
import { unitText } from "./rules/prices.js";
import type { Parent, VideoOrder } from "./rules/order.js";
import { legacyElement, legacySound, legacyVoice, newElement, newSound, newVoice } from "./result-view.js";
import { resultId, stageOf, type Task, updatedAt } from "./task.js";

/** What is told of a task and does not stand in it: addresses, and whether what it made is still there. */
export interface Links {
  /** The addresses of a task's files, in order. */
  of(task: Task): readonly string[];
  /** That of the clip that a clip was made from; empty when it is no longer known. */
  toParent(parent: Parent): string;
  /** Whether the element or the voice that a task made was deleted. */
  isDeleted(task: Task): boolean;
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
    case "unified":
      return { task_id: id };
    default:
      return unreachable(task.generation);
  }
}

/** A task as a gateway tells it: no more than its dialect is known to say, and nothing of what was charged. */
export function unifiedView(task: Task, now: number, links: Links): unknown {
  const stage = stageOf(task, now);
  return {
    task_status: stage === "succeeded" ? "succeed" : stage,
    ...(stage === "failed" ? { task_status_msg: task.failure ?? "" } : {}),
    ...(stage === "succeeded" ? { task_result: legacyResult(task, links) } : {}),
  };
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
  const clip = order.kind === "sound" ? order.clip : order.kind === "video" ? order : undefined;
  if (clip?.parent === undefined) return {};
  const { id, seconds } = clip.parent;
  return { parent_video: { id, url: links.toParent(clip.parent), duration: String(seconds) } };
}

/** Of an effect nobody is told how long it is. */
function durationOf({ product, seconds }: VideoOrder): { readonly duration?: string } {
  return product === "effect" ? {} : { duration: String(seconds) };
}

function outputs(task: Task, links: Links): readonly unknown[] {
  const { order } = task;
  const urls = links.of(task);
  const watermarked = (url: string): string => (task.watermark ? url : "");
  switch (order.kind) {
    case "video":
      return urls.map((url, index) => ({
        type: "video",
        id: resultId(task, index),
        url,
        watermark_url: watermarked(url),
        ...durationOf(order),
      }));
    case "still":
      return urls.map((url) => ({ type: "image", url, watermark_url: watermarked(url), ...groupOf(task) }));
    case "sound":
      return newSound(task, order, urls);
    case "element":
      return newElement(task, order, urls, links.isDeleted(task));
    case "voice":
      return newVoice(task, order, urls, links.isDeleted(task));
    case "speech":
    case "faces":
    case "deletion":
      return [];
    default:
      return unreachable(order);
  }
}

/** The pictures of one series have one group. */
function groupOf({ id, order }: Task): { readonly group_id?: string } {
  return order.kind === "still" && order.series === true ? { group_id: `${id}-series` } : {};
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
          ...durationOf(order),
        })),
      };
    case "still": {
      const images = urls.map((url, index) => ({ index, url, watermark_url: watermarked(url) }));
      if (order.product !== "omni image") return { images };
      return order.series === true
        ? { result_type: "series", series_images: images }
        : { result_type: "single", images };
    }
    case "sound":
      return legacySound(task, order, urls);
    case "element":
      return legacyElement(task, order, urls, links.isDeleted(task));
    case "voice":
      return legacyVoice(task, order, urls);
    case "speech":
    case "faces":
    case "deletion":
      return {};
    default:
      return unreachable(order);
  }
}
