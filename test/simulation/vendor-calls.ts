/**
 * What the simulated vendor answers when all goes well: creates, small calls, queries and lists of both generations of
 * the API, in the vendor's own words. Written from its documents, and knows nothing of klingmake.
 */
import { isRecord } from "../../src/base/guard.js";
import type { JsonCall } from "../../src/provider/http.js";
import type { Account, Task } from "./account.js";

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What kind of request it is. */
export type Asked = "create" | "call" | "query";

/** The vendor's codes with their status and words. */
export const CODES: Readonly<Record<number, readonly [status: number, message: string]>> = {
  1000: [401, "authentication failed"],
  1001: [401, "Authorization is empty"],
  1002: [401, "Authorization is invalid"],
  1003: [401, "Authorization is not yet valid"],
  1004: [401, "Authorization has expired"],
  1100: [429, "account exception"],
  1101: [429, "account in arrears"],
  1102: [429, "resource pack depleted or expired"],
  1103: [403, "no access to this API or model"],
  1200: [400, "invalid request parameters"],
  1201: [400, "invalid value of a parameter"],
  1202: [404, "invalid method"],
  1203: [404, "the requested resource does not exist"],
  1300: [400, "triggers platform policy"],
  1301: [400, "triggers the content security policy"],
  1302: [429, "requests too frequent"],
  1303: [429, "parallel task over resource pack limit"],
  1304: [429, "IP whitelist policy"],
  5000: [500, "internal server error"],
  5001: [503, "service under maintenance"],
  5002: [504, "internal timeout"],
};

/** An answer with one of the codes. */
export function refusal(code: number, words?: string): Answer {
  const [status, message] = CODES[code] ?? [500, "unknown"];
  return { status, body: { code, message: words ?? message, request_id: "r" } };
}

function accepted(data: unknown): Answer {
  return { status: 200, body: { code: 0, message: "SUCCEED", request_id: "r", data } };
}

const SMALL: Readonly<Record<string, "identify_face" | "speech">> = {
  "/v1/videos/identify-face": "identify_face",
  "/v1/audio/tts": "speech",
};
const LISTS = new Set(["/tasks"]);
const UNREFERENCED = new Set(["/v1/videos/video-extend", "/v1/videos/lip-sync"]);

/** What kind of request this is. */
export function askedBy({ method, url }: JsonCall): Asked {
  if (method === "GET" || LISTS.has(url.pathname)) return "query";
  return url.pathname in SMALL ? "call" : "create";
}

/** Does what a request asks for. */
export function serve(account: Account, project: string, call: JsonCall): Answer {
  const { pathname: path } = call.url;
  switch (askedBy(call)) {
    case "create":
      return create(account, project, call);
    case "call":
      return smallCall(account, project, path, bodyOf(call));
    case "query":
      return query(account, call, bodyOf(call));
  }
}

type Body = Readonly<Record<string, unknown>>;

/** What a create says of itself: the reference that it carries, and its words. */
export function orderOf(call: JsonCall): { readonly reference: string | undefined; readonly prompt: string } {
  const path = call.url.pathname;
  const body = bodyOf(call);
  const options = isRecord(body["options"]) ? body["options"] : {};
  const named = path.startsWith("/v1/") ? body["external_task_id"] : options["external_task_id"];
  const reference = typeof named === "string" && !UNREFERENCED.has(path) ? named : undefined;
  return { reference, prompt: promptOf(body) };
}

function bodyOf({ body }: JsonCall): Body {
  const parsed: unknown = body === undefined ? {} : JSON.parse(body);
  return isRecord(parsed) ? parsed : {};
}

function create(account: Account, project: string, call: JsonCall): Answer {
  const path = call.url.pathname;
  const body = bodyOf(call);
  const dialect = path.startsWith("/v1/") ? "legacy" : "new";
  const { reference, prompt } = orderOf(call);
  if (reference === undefined && !UNREFERENCED.has(path))
    return refusal(1200, "a create without a reference");
  // As observed: where the slots are taken, nobody looks whether it is a duplicate.
  if (account.underWay() >= account.weather.slots) return refusal(1303);
  if (account.taken(reference)) return refusal(1201, `External_task_id ${reference ?? ""} already exists`);
  const sources = sourcesOf(path, body);
  if (sources.some((source) => account.resultOf(source) === undefined)) {
    return refusal(1203, "the video does not exist");
  }
  if (path === "/v1/videos/advanced-lip-sync" && !account.sessions.has(String(body["session_id"]))) {
    return refusal(1201, "session_id is not valid");
  }
  const kind = path.startsWith("/v1/images/") ? "still" : "clip";
  const [source] = sources;
  const task = account.accept({
    product: path,
    dialect,
    kind,
    reference,
    prompt,
    project,
    ...(source === undefined ? {} : { source }),
  });
  return accepted(
    dialect === "new"
      ? { id: task.id, status: "submitted", external_id: reference, create_time: task.acceptedMs }
      : { task_id: task.id, task_status: "submitted", task_info: { external_task_id: reference } },
  );
}

/** The clips that a request works on, by id or address. */
function sourcesOf(path: string, body: Body): readonly string[] {
  if (path === "/v1/videos/video-extend") return [String(body["video_id"])];
  const items = Array.isArray(body["contents"]) ? body["contents"].filter(isRecord) : [];
  return items.flatMap((item) => (item["type"] === "feature_video" ? [String(item["url"])] : []));
}

function promptOf(body: Body): string {
  if (typeof body["prompt"] === "string") return body["prompt"];
  const items = Array.isArray(body["contents"]) ? body["contents"].filter(isRecord) : [];
  const text = items.find((item) => item["type"] === "prompt")?.["text"];
  return typeof text === "string" ? text : "";
}

function smallCall(account: Account, project: string, path: string, body: Body): Answer {
  const charge = () => account.charge(project, SMALL[path] ?? "speech") / 1000;
  if (SMALL[path] === "speech") {
    const audios = [{ id: account.id(), url: "https://results.example/a.mp3", duration: "3.0" }];
    return accepted({ task_result: { audios }, final_unit_deduction: String(charge()) });
  }
  if (account.resultOf(String(body["video_id"] ?? body["video_url"])) === undefined) {
    return refusal(1203, "the video does not exist");
  }
  const session = account.id();
  account.sessions.add(session);
  const face = { face_id: "face-1", start_time: 0, end_time: 5000 };
  return accepted({ session_id: session, face_data: [face], final_unit_deduction: String(charge()) });
}

function query(account: Account, { method, url }: JsonCall, body: Body): Answer {
  const { pathname: path, searchParams } = url;
  if (path === "/tasks") {
    if (method === "POST") return list(account, body);
    const names = (searchParams.get("task_ids") ?? searchParams.get("external_task_ids") ?? "").split(",");
    if (names.length > 20) return refusal(1201, "too many ids");
    const found = names.map((name) => account.find(name)).filter((task) => task?.dialect === "new");
    return accepted(found.flatMap((task) => (task === undefined ? [] : [toldNew(account, task)])));
  }
  const size = searchParams.get("pageSize");
  if (size !== null || searchParams.get("pageNum") !== null) {
    const page = Number(searchParams.get("pageNum") ?? 1);
    const all = account.tasks.filter((task) => task.product === path && account.find(task.id) !== undefined);
    const from = (page - 1) * Number(size ?? 30);
    const some = all.toReversed().slice(from, from + Number(size ?? 30));
    return accepted(some.map((task) => toldLegacy(account, task)));
  }
  const cut = path.lastIndexOf("/");
  const task = account.find(decodeURIComponent(path.slice(cut + 1)));
  if (task === undefined || task.product !== path.slice(0, cut)) {
    return refusal(1201, "task not found by task id or external task id");
  }
  return accepted(toldLegacy(account, task));
}

function list(account: Account, body: Body): Answer {
  const limit = Number(body["limit"] ?? 100);
  const start = Number(body["cursor"] ?? 0);
  const all = account.tasks.filter((task) => task.dialect === "new" && account.find(task.id) !== undefined);
  const some = all.toReversed().slice(start, start + limit);
  const more = start + limit < all.length;
  return accepted({
    result: some.map((task) => toldNew(account, task)),
    count: some.length,
    has_more: more,
    ...(more ? { next_cursor: String(start + limit) } : {}),
  });
}

/** `submitted`, `processing`, or how it ended. */
function stateOf(account: Account, task: Task): "submitted" | "processing" | "succeeds" | "fails" {
  const now = account.turns.nowMs;
  if (now >= task.endsMs) return task.fate === "succeeds" ? "succeeds" : "fails";
  return now < task.acceptedMs + 1_000 ? "submitted" : "processing";
}

const REASONS = {
  succeeds: "",
  fails: "the task failed",
  is_refused: "Failure to pass the risk control system",
};

function addressOf(account: Account, task: Task): string {
  // Signed anew for every answer.
  const until = Math.floor(account.turns.nowMs) + 120_000;
  return `https://results.example/${task.result}.${task.kind === "clip" ? "mp4" : "png"}?until=${until}`;
}

function toldNew(account: Account, task: Task): unknown {
  const state = stateOf(account, task);
  const ended = state === "succeeds" || state === "fails";
  const output = { type: "video", id: task.result, url: addressOf(account, task), duration: "5" };
  return {
    id: task.id,
    status: state === "succeeds" ? "succeeded" : state === "fails" ? "failed" : state,
    message: state === "fails" ? REASONS[task.fate] : "",
    create_time: task.acceptedMs,
    update_time: Math.min(Math.floor(account.turns.nowMs), task.endsMs),
    external_id: task.reference,
    outputs: state === "succeeds" ? [output] : [],
    billing:
      ended && task.tells
        ? [{ charge_type: "unit", amount: String(task.charge / 1000), package_type: "video" }]
        : [],
  };
}

function toldLegacy(account: Account, task: Task): unknown {
  const state = stateOf(account, task);
  const ended = state === "succeeds" || state === "fails";
  const url = addressOf(account, task);
  const result =
    task.kind === "clip"
      ? { videos: [{ id: task.result, url, duration: "5" }] }
      : { images: [{ index: 0, url }] };
  return {
    task_id: task.id,
    task_status: state === "succeeds" ? "succeed" : state === "fails" ? "failed" : state,
    task_status_msg: state === "fails" ? REASONS[task.fate] : "",
    task_info: {
      ...(task.reference === undefined ? {} : { external_task_id: task.reference }),
      ...(task.source === undefined ? {} : { parent_video: { id: task.source, duration: "5" } }),
    },
    created_at: task.acceptedMs,
    updated_at: Math.min(Math.floor(account.turns.nowMs), task.endsMs),
    ...(state === "succeeds" ? { task_result: result } : {}),
    ...(ended && task.tells ? { final_unit_deduction: String(task.charge / 1000) } : {}),
  };
}
