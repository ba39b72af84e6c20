/**
 * Answers questions about tasks: the new generation's query and list, the legacy queries and lists, a gateway's query.
 * It creates nothing. Two habits of the vendor are kept: an unknown id is an empty array in the
 * new generation and 400/1201 in the legacy one, and a legacy path finds only its own product's tasks.
 * What is answered at once is found by no query.
 * Whether the new query finds legacy tasks by external id is not documented: here it does not, only by task id.
 */

import { type Answer, refusal, result } from "./answer.js";
import { Complaints, Fields } from "./rules/fields.js";
import type { Product } from "./rules/order.js";
import { isAnsweredAtOnce, stageOf, type Stage, type Task } from "./task.js";
import type { TaskBook } from "./task-book.js";
import { legacyView, type Links, newView, unifiedView } from "./task-view.js";

const MOST_IDS = 20;
const MOST_PER_PAGE = 500;
const MOST_VOICES_PER_PAGE = 1000;
const DEFAULT_WINDOW_MS = 30 * 24 * 3600 * 1000;
const STAGES: readonly Stage[] = ["submitted", "processing", "succeeded", "failed"];
const PRODUCT_TYPES: readonly Product["productType"][] = ["video", "image", "try_on"];

/** What questions are answered from. */
export interface InquiryOptions {
  readonly book: TaskBook;
  readonly links: Links;
  readonly now: () => number;
  readonly presets: (what: "elements" | "voices") => readonly Task[];
}

/** Answers `GET /tasks`. */
export function queryTasks(search: URLSearchParams, { book, links, now }: InquiryOptions): Answer {
  const byTask = search.get("task_ids");
  const byExternal = search.get("external_task_ids");
  if ((byTask === null) === (byExternal === null)) {
    return refusal(1201, "exactly one of task_ids and external_task_ids is required");
  }
  const ids = (byTask ?? byExternal ?? "").split(",").filter((id) => id !== "");
  if (ids.length === 0) return refusal(1201, "at least one id is required");
  if (ids.length > MOST_IDS) return refusal(1201, `at most ${MOST_IDS} ids are allowed, got ${ids.length}`);
  const found = ids.flatMap((id): readonly Task[] => {
    const task = byTask === null ? book.byExternalId(id) : book.byId(id);
    if (task !== undefined && isAnsweredAtOnce(task)) return [];
    return task === undefined || (byTask === null && task.generation === "legacy") ? [] : [task];
  });
  return result(found.map((task) => newView(task, now(), links)));
}

/** Answers `POST /tasks`. */
export function listTasks(record: Readonly<Record<string, unknown>>, options: InquiryOptions): Answer {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  const now = options.now();
  const start = moment(record["start_time"]) ?? now - DEFAULT_WINDOW_MS;
  const end = moment(record["end_time"]) ?? now;
  for (const name of ["start_time", "end_time"]) {
    complaints.when(
      body.has(name) && moment(record[name]) === undefined,
      `${name} must be a time in milliseconds`,
    );
  }
  const cursor = body.text("cursor");
  const after =
    cursor === undefined || cursor === "" ? undefined : Buffer.from(cursor, "base64url").toString();
  const limit = body.whole("limit", 1, 500) ?? 100;
  const wanted = readFilters(body, record, complaints);
  body.done();
  const complaint = complaints.first();
  if (complaint !== undefined) return refusal(complaint.code, complaint.message);

  const matching = options.book
    .all()
    .filter((task) => !isAnsweredAtOnce(task))
    .filter((task) =>
      after === undefined ? task.createdAt >= start && task.createdAt <= end : position(task) < after,
    )
    .filter((task) => wanted(task, now));
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const more = matching.length > page.length;
  return result({
    result: page.map((task) => newView(task, now, options.links)),
    count: page.length,
    next_cursor: more && last !== undefined ? Buffer.from(position(last)).toString("base64url") : "",
    has_more: more,
  });
}

/** Answers `GET <create path>/{task id or external id}`. */
export function queryLegacy(product: Product, id: string, { book, links, now }: InquiryOptions): Answer {
  const task = book.byId(id) ?? book.byExternalId(id);
  return task?.path === product.path
    ? result(legacyView(task, now(), links))
    : refusal(1201, `Task not found by id or external id: ${id}`);
}

/** Answers a gateway's `GET /v1/tasks/{task id}`, which is the one question that it takes. */
export function queryUnified(id: string, { book, links, now }: InquiryOptions): Answer {
  const task = book.byId(id);
  return task?.generation === "unified"
    ? result(unifiedView(task, now(), links))
    : refusal(1201, `Task not found by id: ${id}`);
}

/** Answers `GET <create path>?pageNum=&pageSize=`. */
export function listLegacy(product: Product, search: URLSearchParams, options: InquiryOptions): Answer {
  return pageOf(
    options.book.all().filter((task) => task.path === product.path),
    search,
    product.mostPerPage,
    options,
  );
}

/** Answers the list of presets of a kind, none of which was asked for by a task. */
export function listPresets(
  what: "elements" | "voices",
  search: URLSearchParams,
  options: InquiryOptions,
): Answer {
  return pageOf(options.presets(what), search, what === "voices" ? MOST_VOICES_PER_PAGE : undefined, options);
}

function pageOf(
  tasks: readonly Task[],
  search: URLSearchParams,
  most = MOST_PER_PAGE,
  { links, now }: InquiryOptions,
): Answer {
  const page = Number(search.get("pageNum") ?? "1");
  const size = Number(search.get("pageSize") ?? "30");
  if (!Number.isInteger(page) || page < 1 || page > 1000)
    return refusal(1201, "pageNum must be from 1 to 1000");
  if (!Number.isInteger(size) || size < 1 || size > most)
    return refusal(1201, `pageSize must be from 1 to ${most}`);
  return result(tasks.slice((page - 1) * size, page * size).map((task) => legacyView(task, now(), links)));
}

function readFilters(
  body: Fields,
  record: Readonly<Record<string, unknown>>,
  complaints: Complaints,
): (task: Task, now: number) => boolean {
  const raw: readonly unknown[] = Array.isArray(record["filters"]) ? record["filters"] : [];
  const stages = new Set<string>();
  const types = new Set<string>();
  for (const [i, filter] of body.objects("filters").entries()) {
    filter.require("key", "values");
    const key = filter.oneOf("key", ["status", "product_type"]);
    filter.has("values");
    filter.done();
    if (key === undefined) continue;
    const allowed: readonly string[] = key === "status" ? STAGES : PRODUCT_TYPES;
    const values = valuesOf(raw[i]);
    complaints.when(values.length === 0, `filters[${i}].values must be an array of strings`);
    for (const value of values) {
      complaints.when(
        !allowed.includes(value),
        `filters[${i}].values: ${value} is not one of ${allowed.join(", ")}`,
      );
      (key === "status" ? stages : types).add(value);
    }
  }
  return (task, now) =>
    (stages.size === 0 || stages.has(stageOf(task, now))) &&
    (types.size === 0 || types.has(task.productType));
}

function valuesOf(filter: unknown): readonly string[] {
  const values: unknown =
    typeof filter === "object" && filter !== null && "values" in filter ? filter.values : [];
  return Array.isArray(values) && values.every((value) => typeof value === "string") ? values : [];
}

/** Sorts like creation: newest has the greatest position. */
function position(task: Task): string {
  return `${String(task.createdAt).padStart(16, "0")} ${task.id}`;
}

/** A time in milliseconds, as a number or as digits. */
function moment(value: unknown): number | undefined {
  const time = typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
  return typeof time === "number" && Number.isFinite(time) ? time : undefined;
}
