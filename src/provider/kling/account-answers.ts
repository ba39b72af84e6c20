/**
 * What the API says of an account, as our own words: packs out of an envelope within an envelope, and pages of
 * deductions. The text is a stranger's: every value is checked, what cannot be read is left out, and nothing throws.
 */
import { asString, isRecord } from "../../base/guard.js";
import { milliUnits, type MilliUnits } from "../../base/money.js";
import type { Deduction, Pack, PackKind, Taken } from "../account.js";
import type { Redact } from "../redact.js";
import { decimal } from "./answers.js";

type Row = Readonly<Record<string, unknown>>;

/** Packs that are looked at, at most. */
const MOST_PACKS = 500;
const LONGEST_NAME = 80;

/** The packs of an answer's `data`; undefined when it has no list of them. */
export function packsOf(data: unknown, redact: Redact): readonly Pack[] | undefined {
  const inner = innerOf(data);
  const list = inner["resource_pack_subscribe_infos"];
  // An account without packs is told in either way.
  if (list === undefined || list === null) return isEmptySuccess(inner) ? [] : undefined;
  if (!Array.isArray(list)) return undefined;
  return list
    .slice(0, MOST_PACKS)
    .filter(isRecord)
    .map((row) => packOf(row, redact));
}

/** The refusal inside of an answer whose outer envelope is a success; undefined when there is none. */
export function innerRefusal(data: unknown): { readonly code: number; readonly message: string } | undefined {
  if (!isRecord(data)) return undefined;
  const code =
    typeof data["code"] === "string" && /^\d{1,9}$/.test(data["code"]) ? Number(data["code"]) : data["code"];
  if (typeof code !== "number" || code === 0 || code === 200) return undefined;
  return { code, message: asString(data["msg"]) ?? asString(data["message"]) ?? "" };
}

/** What a pack is for and how many tasks it lets run, out of a name like `Trial-Video-100Units-5Con-1Months`. */
export function readPackName(name: string): { readonly kind?: PackKind; readonly concurrency?: number } {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const slots = /(?:^|[^a-z0-9])(\d{1,4})con(?:$|[^a-z0-9])/i.exec(name)?.[1];
  const isTryOn = words.includes("tryon") || (words.includes("try") && words.includes("on"));
  const kind = isTryOn
    ? "try_on"
    : words.includes("video")
      ? "video"
      : words.includes("image")
        ? "image"
        : undefined;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(slots === undefined || Number(slots) === 0 ? {} : { concurrency: Number(slots) }),
  };
}

/** One page of deductions, and how much of it cannot be read or followed; undefined when it has no list of them. */
export function deductionsOf(
  data: unknown,
  from: "packs" | "balance",
): { readonly rows: readonly Deduction[]; readonly unreadable: number; readonly next?: string } | undefined {
  const outer: Row = isRecord(data) ? data : {};
  const inner: Row = isRecord(outer["result"]) ? outer["result"] : outer;
  const list = inner["detail"];
  if (list === undefined || list === null)
    return isEmptySuccess(inner) ? { rows: [], unreadable: 0 } : undefined;
  if (!Array.isArray(list)) return undefined;
  const rows = list.map((row: unknown) => (isRecord(row) ? deductionOf(row, from) : undefined));
  const read = rows.filter((row) => row !== undefined);
  const more = (inner["has_more"] ?? outer["has_more"]) === true;
  const cursor = asString(inner["next_cursor"] ?? outer["next_cursor"]) ?? "";
  const next = more && cursor !== "" && cursor.length <= 4096 ? cursor : undefined;
  const astray = more && next === undefined ? 1 : 0;
  return {
    rows: read,
    unreadable: rows.length - read.length + astray,
    ...(next === undefined ? {} : { next }),
  };
}

function innerOf(data: unknown): Row {
  const outer: Row = isRecord(data) ? data : {};
  // Gateways may leave the second envelope out or wrap its content once more.
  return isRecord(outer["data"]) ? outer["data"] : outer;
}

function isEmptySuccess(inner: Row): boolean {
  return inner["code"] === 0 || inner["count"] === 0;
}

function packOf(row: Row, redact: Redact): Pack {
  const name = asString(row["resource_pack_name"]) ?? "";
  const total = unitsOf(row["total_quantity"]);
  const remaining = unitsOf(row["remaining_quantity"]);
  const beginsMs = momentOf(row["effective_time"]);
  const endsMs = momentOf(row["invalid_time"]);
  return {
    name: redact(name, LONGEST_NAME),
    ...readPackName(name.slice(0, 200)),
    status: statusOf(row["status"]),
    ...(total === undefined ? {} : { total }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(beginsMs === undefined ? {} : { beginsMs }),
    ...(endsMs === undefined ? {} : { endsMs }),
  };
}

function statusOf(value: unknown): Pack["status"] {
  switch (asString(value)?.toLowerCase()) {
    case "tobeonline":
      return "waiting";
    case "online":
      return "online";
    case "expired":
      return "expired";
    case "runout":
      return "used_up";
    default:
      return "unknown";
  }
}

function deductionOf(row: Row, from: "packs" | "balance"): Deduction | undefined {
  const taken = from === "packs" ? unitsTaken(row) : cashTaken(row);
  if (taken === undefined) return undefined;
  const task = row["task_id"];
  const atMs = momentOf(row["deduction_time"]);
  const kind = kindOf(row["product_type"]);
  return {
    ...(typeof task === "string" && /^[\w-]{1,128}$/.test(task) ? { task } : {}),
    ...(atMs === undefined ? {} : { atMs }),
    ...(kind === undefined ? {} : { kind }),
    taken,
  };
}

function unitsTaken(row: Row): Taken | undefined {
  const units = unitsOf(row["deduction_amount"]);
  const after = unitsOf(row["unit_after_deduction"]);
  if (units === undefined) return undefined;
  return { kind: "units", units, ...(after === undefined ? {} : { after }) };
}

function cashTaken(row: Row): Taken | undefined {
  const micros = decimal(row["deduction_amount"], 6);
  const currency = asString(row["currency"]) ?? "";
  if (micros === undefined || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  // The vendor's own name for it is not known.
  const name = Object.keys(row).find((each) => /balance.*after|after.*balance/i.test(each));
  const afterMicros = name === undefined ? undefined : decimal(row[name], 6);
  return {
    kind: "cash",
    micros,
    currency: currency.toUpperCase(),
    ...(afterMicros === undefined ? {} : { afterMicros }),
  };
}

function kindOf(value: unknown): PackKind | undefined {
  const word = asString(value)
    ?.toLowerCase()
    .replaceAll(/[^a-z]/g, "");
  return word === "video" || word === "image" ? word : word === "tryon" ? "try_on" : undefined;
}

function unitsOf(value: unknown): MilliUnits | undefined {
  const amount = decimal(value, 3);
  return amount === undefined ? undefined : milliUnits(amount);
}

const FIRST_MS = Date.UTC(2020, 0, 1);
const LAST_MS = Date.UTC(2200, 0, 1);

/** Unix milliseconds, as a number or as text. */
function momentOf(value: unknown): number | undefined {
  const ms = typeof value === "string" && /^\d{13}$/.test(value) ? Number(value) : value;
  return typeof ms === "number" && ms >= FIRST_MS && ms < LAST_MS ? ms : undefined;
}
