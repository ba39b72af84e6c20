/**
 * What the API says of tasks, of both generations, as our own words. The text is a stranger's: every value is checked
 * before it is used, what cannot be read is left out and counted, and nothing here throws.
 * Knows neither errors (those come before) nor where a task was created.
 */
import { asString, isRecord } from "../../base/guard.js";
import { milliUnits, micros } from "../../base/money.js";
import type { Billed, TaskId } from "../../plan/prior.js";
import type { KeptOutput, MadeOutput, TaskLook, TaskOutput } from "../provider.js";
import { resultUrl } from "../reach.js";
import type { Redact } from "../redact.js";
import { isContentRefusal } from "./errors.js";

/** What reading needs to know: which hosts results may lie on, and how text is made safe. */
export interface Reading {
  readonly base: URL;
  readonly redact: Redact;
}

/** The task id of a create's `data`; undefined when there is none that could be asked for. */
export function createdTask(data: unknown): TaskId | undefined {
  return isRecord(data) ? taskId(data["task_id"] ?? data["id"]) : undefined;
}

/** Tasks of a query's `data` (a list, or one task), and how many could not be read. */
export function readTasks(
  data: unknown,
  reading: Reading,
): { readonly looks: readonly TaskLook[]; readonly unreadable: number } {
  if (!Array.isArray(data) && !isRecord(data)) return { looks: [], unreadable: 1 };
  const list: readonly unknown[] = Array.isArray(data) ? data : [data];
  const looks = list.map((task) => readTask(task, reading)).filter((look) => look !== undefined);
  return { looks, unreadable: list.length - looks.length };
}

/** One task, of either generation. */
function readTask(task: unknown, reading: Reading): TaskLook | undefined {
  if (!isRecord(task)) return undefined;
  const id = taskId(task["task_id"] ?? task["id"]);
  const word = asString(task["status"] ?? task["task_status"]);
  if (id === undefined || word === undefined) return undefined;
  const status = statusOf(word);
  const info = isRecord(task["task_info"]) ? task["task_info"] : {};
  const reference = asString(task["external_id"]) ?? asString(info["external_task_id"]);
  const said = asString(task["message"]) ?? asString(task["task_status_msg"]) ?? "";
  const message = reading.redact(said).trim();
  const parent = isRecord(info["parent_video"]) ? taskId(info["parent_video"]["id"]) : undefined;
  const created = timeOf(task["create_time"] ?? task["created_at"]);
  const updated = timeOf(task["update_time"] ?? task["updated_at"]);
  const ended = status === "succeeded" || status === "failed";
  return {
    task: id,
    status,
    ...(reference !== undefined && reference !== "" && { reference }),
    ...(message !== "" && { message }),
    ...(status === "failed" && { refusal: isContentRefusal(said) }),
    outputs: status === "succeeded" ? outputsOf(task, reading) : [],
    billed: ended ? billedOf(task) : { kind: "unknown" },
    ...(parent !== undefined && { source: parent }),
    ...(created !== undefined && { created }),
    ...(updated !== undefined && { updated }),
  };
}

function taskId(value: unknown): TaskId | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[\w-]{1,128}$/.test(text) ? (text as TaskId) : undefined;
}

/** Spellings differ between the generations, and gateways have more: none may leave a task under way for ever. */
function statusOf(word: string): TaskLook["status"] {
  const lower = word.toLowerCase();
  if (/^(succeed(ed)?|success(ful)?|completed?)$/.test(lower)) return "succeeded";
  if (/^(fail(ed|ure)?|error|expired|cancell?ed|rejected|timed?_?out)$/.test(lower)) return "failed";
  return /^(submitted|created|queued|pending)$/.test(lower) ? "submitted" : "processing";
}

const FIRST_TIME = Date.UTC(2020, 0, 1);
const LAST_TIME = Date.UTC(2100, 0, 1);

/** Unix milliseconds (a number, or one as text) as ISO 8601. */
function timeOf(value: unknown): string | undefined {
  const ms = typeof value === "string" && /^\d{13}$/.test(value) ? Number(value) : value;
  if (typeof ms !== "number" || !(ms >= FIRST_TIME && ms < LAST_TIME)) return undefined;
  return new Date(ms).toISOString();
}

function outputsOf(task: Readonly<Record<string, unknown>>, reading: Reading): readonly TaskOutput[] {
  const found: (TaskOutput | undefined)[] = [];
  let grouped = 0;
  for (const output of listOf(task["outputs"])) {
    const type = output["type"];
    const nth = type === "image" && output["group_id"] !== undefined ? ++grouped : undefined;
    if (type === "video" || type === "image" || type === "audio")
      found.push(outputOf(type, output, reading, nth));
    if (type === "element" || type === "voice") found.push(keptOf(type, output, output["id"]));
  }
  const result = isRecord(task["task_result"]) ? task["task_result"] : {};
  for (const video of listOf(result["videos"])) found.push(outputOf("video", video, reading));
  // A series stands in a list of its own; beside it, the other list could only hold the same pictures again.
  const series = listOf(result["series_images"]);
  const images = series.length > 0 ? series : listOf(result["images"]);
  for (const [index, image] of byIndex(images).entries())
    found.push(outputOf("image", image, reading, images === series ? index + 1 : undefined));
  for (const audio of listOf(result["audios"])) found.push(outputOf("audio", audio, reading));
  for (const element of listOf(result["elements"]))
    found.push(keptOf("element", element, element["element_id"]));
  for (const voice of listOf(result["voices"])) found.push(keptOf("voice", voice, voice["voice_id"]));
  return found.filter((output) => output !== undefined);
}

function outputOf<Kind extends MadeOutput["kind"]>(
  kind: Kind,
  output: Readonly<Record<string, unknown>>,
  reading: Reading,
  nth?: number,
): MadeOutput<Kind> | undefined {
  const text = asString(output["url"] ?? output["mp3_url"] ?? output["url_mp3"]);
  const url = text === undefined ? undefined : resultUrl(text, reading.base);
  if (url === undefined) return undefined;
  const id = taskId(output["id"]);
  const seconds = secondsOf(output["duration"] ?? output["mp3_duration"] ?? output["duration_mp3"]);
  return {
    kind,
    url: url.href,
    ...(id !== undefined && { id }),
    ...(seconds !== undefined && { seconds }),
    ...(nth !== undefined && { nth }),
  };
}

/** What stays with the vendor; nothing without an id that could be named later, or once it was deleted. */
function keptOf<Kind extends KeptOutput["kind"]>(
  kind: Kind,
  output: Readonly<Record<string, unknown>>,
  named: unknown,
): KeptOutput<Kind> | undefined {
  const id = taskId(named);
  return id === undefined || output["status"] === "deleted" ? undefined : { kind, id };
}

/** The records of a list, at most the first hundred; nothing for what is no list. */
export function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.slice(0, 100).filter(isRecord) : [];
}

/** Pictures in their order; those that say none, or no number, stay first and as they came. */
function byIndex(
  images: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, unknown>>[] {
  return images.toSorted((a, b) => indexOf(a) - indexOf(b));
}

function indexOf(image: Readonly<Record<string, unknown>>): number {
  const index = Number(image["index"] ?? 0);
  return Number.isFinite(index) ? index : 0;
}

/** A length in seconds, as a number or as text. */
export function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "string" && /^\d{1,5}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && seconds >= 0 && seconds < 1e5 ? seconds : undefined;
}

/**
 * What an ended task or a small call was charged. Cash counts only where its currency is said and is the dollar; a list that is there
 * but empty says nothing.
 */
export function billedOf(task: Readonly<Record<string, unknown>>): Billed {
  const units: number[] = [];
  const dollars: number[] = [];
  let foreign = false;
  for (const charge of listOf(task["billing"])) {
    const inUnits = charge["charge_type"] === "unit";
    const amount = decimal(charge["amount"], inUnits ? 3 : 6);
    if (amount === undefined) return { kind: "unknown" };
    if (inUnits) units.push(amount);
    else if (charge["currency"] === "USD" || amount === 0) dollars.push(amount);
    else foreign = true;
  }
  const deducted = decimal(task["final_unit_deduction"], 3);
  if (deducted !== undefined) units.push(deducted);
  const balance = isRecord(task["final_balance_deduction"]) ? task["final_balance_deduction"] : {};
  const quota = decimal(balance["quota"], 6);
  if (quota === 0) dollars.push(0);
  else if (quota !== undefined) foreign = true;

  if (units.length + dollars.length === 0 && !foreign) return { kind: "unknown" };
  const allUnits = units.reduce((sum, amount) => sum + amount, 0);
  const allDollars = foreign ? 0 : dollars.reduce((sum, amount) => sum + amount, 0);
  if (allUnits === 0 && allDollars === 0 && !foreign) return { kind: "not_billed" };
  return {
    kind: "billed",
    ...(allUnits > 0 && { units: milliUnits(allUnits) }),
    ...(allDollars > 0 && { usd: micros(allDollars) }),
  };
}

/** A decimal text (or number) as an integer of 10^-`places`, rounded half up; never through a float. */
export function decimal(value: unknown, places: number): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  const parts = typeof text === "string" ? /^(\d{1,7})(?:\.(\d{1,18}))?$/.exec(text.trim()) : null;
  if (parts === null) return undefined;
  const fraction = (parts[2] ?? "").padEnd(places + 1, "0");
  const whole = Number(`${parts[1]}${fraction.slice(0, places)}`);
  return fraction.charAt(places) >= "5" ? whole + 1 : whole;
}
