/**
 * The body of a callback, of both generations: the bare task, without an envelope. [kling-api 5.1] Nothing in it is
 * believed: it says which task may be worth a question, and what became of that task is asked.
 */
import { asString, isRecord } from "../../base/guard.js";
import type { CallbackHint } from "../provider.js";
import { parseExactJson } from "../json.js";

/** The task that a body is about; undefined for a body of anything else, and for a task that goes on. */
export function hintIn(body: string): CallbackHint | undefined {
  let told: unknown;
  try {
    told = parseExactJson(body);
  } catch {
    return undefined;
  }
  if (!isRecord(told)) return undefined;
  // A question now would only stand in the way of the one that is worth asking, when it has ended.
  const status = asString(told["status"] ?? told["task_status"]);
  if (status === "submitted" || status === "processing") return undefined;
  const info = isRecord(told["task_info"]) ? told["task_info"] : {};
  const task = idOf(told["id"] ?? told["task_id"]);
  const reference = idOf(told["external_id"] ?? info["external_task_id"]);
  if (task === undefined && reference === undefined) return undefined;
  return { ...(task === undefined ? {} : { task }), ...(reference === undefined ? {} : { reference }) };
}

function idOf(value: unknown): string | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[\w-]{1,128}$/.test(text) ? text : undefined;
}
