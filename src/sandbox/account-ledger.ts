/**
 * Answers `POST /account/billing/package` and `POST /account/billing/balance`: what tasks took from the packs, newest
 * first, page by page. The balance is never touched here, so that its ledger is checked like the other and empty.
 * A cursor overrides everything else of a request, as the vendor's does, so it carries the filters along.
 */

import { isRecord } from "../base/guard.js";
import { type AccountOptions, PACK_UNITS, packName } from "./account.js";
import { type Answer, refusal, result } from "./answer.js";
import { Complaints, Fields } from "./rules/fields.js";
import { unitText } from "./rules/prices.js";
import { isUnderWay, type Task } from "./task.js";
import { packageType } from "./task-view.js";

/** Which ledger. */
export type LedgerKind = "balance" | "package";

/** The one key that the sandbox knows the tasks of. */
const KEY_NAME = "sandbox";
const IDS = { video: "sandbox-video", image: "sandbox-image" } as const;
const MOST_ROWS = 500;
const FILTERS: Readonly<Record<LedgerKind, readonly string[]>> = {
  balance: ["api_key_name"],
  package: ["api_key_name", "product_type", "package_name", "package_id"],
};

/** What is asked for, once it has been checked; also what a cursor holds. */
interface Wish {
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  /** Values by filter key. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Rows that came before. */
  readonly skip: number;
}

/** One page of a ledger. */
export function ledgerPage(
  kind: LedgerKind,
  record: Readonly<Record<string, unknown>>,
  tasks: readonly Task[],
  now: number,
  { concurrency, imageConcurrency }: Pick<AccountOptions, "concurrency" | "imageConcurrency">,
): Answer {
  const names = { video: packName("video", concurrency), image: packName("image", imageConcurrency) };
  const { cursor } = record;
  const wish =
    typeof cursor === "string" && cursor !== ""
      ? (wishIn(cursor) ?? "cursor is not valid")
      : wishOf(kind, record);
  if (typeof wish === "string") return refusal(1201, wish);
  const rows = kind === "package" ? rowsOf(tasks, now).filter((row) => isWanted(row, wish, names)) : [];
  const page = rows.slice(wish.skip, wish.skip + wish.limit);
  const skip = wish.skip + page.length;
  const more = skip < rows.length;
  return result({
    result: {
      detail: page,
      count: page.length,
      next_cursor: more ? Buffer.from(JSON.stringify({ ...wish, skip })).toString("base64url") : "",
      has_more: more,
    },
  });
}

/** What a request without a cursor asks for, or what is wrong with it. */
function wishOf(kind: LedgerKind, record: Readonly<Record<string, unknown>>): Wish | string {
  const complaints = new Complaints();
  const body = new Fields(record, complaints);
  body.require("start_time", "end_time");
  const start = body.whole("start_time", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const end = body.whole("end_time", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  complaints.when(end < start, "end_time must not be before start_time");
  const limit = body.whole("limit", 1, MOST_ROWS) ?? MOST_ROWS;
  body.text("cursor");
  const filters: Record<string, readonly string[]> = {};
  for (const filter of body.objects("filters")) {
    filter.require("key", "values");
    const key = filter.oneOf("key", FILTERS[kind]);
    const values = filter.texts("values");
    filter.done();
    if (key !== undefined) filters[key] = values;
  }
  complaints.when(
    filters["package_name"] !== undefined && filters["package_id"] !== undefined,
    "filters: package_name and package_id cannot be used together",
  );
  body.done();
  return complaints.first()?.message ?? { start, end, limit, filters, skip: 0 };
}

/** What a cursor of ours goes on with; undefined for any other text. */
function wishIn(cursor: string): Wish | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const whole =
      isRecord(value) && ["start", "end", "limit", "skip"].every((name) => Number.isSafeInteger(value[name]));
    // Nobody but this file makes such a text.
    return whole && isRecord(value["filters"]) ? (value as unknown as Wish) : undefined;
  } catch {
    return undefined;
  }
}

type Row = ReturnType<typeof rowsOf>[number];

function isWanted(
  row: Row,
  { start, end, filters }: Wish,
  names: Readonly<Record<"video" | "image", string>>,
): boolean {
  if (row.deduction_time < start || row.deduction_time > end) return false;
  const said: Readonly<Record<string, string>> = {
    api_key_name: row.api_key_name,
    product_type: row.product_type,
    package_id: row.package_id,
    package_name: names[row.package_id === IDS.video ? "video" : "image"],
  };
  return Object.entries(filters).every(
    ([key, values]) => values.length === 0 || values.includes(said[key] ?? ""),
  );
}

/** What every task that ended well took, newest first. */
function rowsOf(tasks: readonly Task[], now: number) {
  const left = { video: PACK_UNITS.video * 1000, image: PACK_UNITS.image * 1000 };
  const paid = tasks.filter(
    (task) => task.failure === undefined && !isUnderWay(task, now) && task.order.milliUnits > 0,
  );
  const oldestFirst = paid.toSorted((a, b) => a.endsAt - b.endsAt || (a.id < b.id ? -1 : 1));
  const rows = oldestFirst.map((task) => {
    const { order } = task;
    const type = packageType(task);
    const before = left[type];
    left[type] = Math.max(0, before - order.milliUnits);
    const clip = order.kind === "video" ? order : undefined;
    return {
      task_id: task.id,
      api_key_name: KEY_NAME,
      package_id: IDS[type],
      product_type: task.productType === "try_on" ? "try-on" : type,
      product_function: "product" in order ? order.product : order.kind,
      model_name: "model" in order ? order.model : "",
      resolution: "resolution" in order ? order.resolution : "",
      duration: clip === undefined ? "" : String(clip.seconds),
      refer_video_input: clip?.parent !== undefined,
      video_sound: clip !== undefined && clip.sound.length > 0,
      voice_control: false,
      deduction_time: task.endsAt,
      unit_before_deduction: unitText(before),
      deduction_amount: unitText(order.milliUnits),
      unit_after_deduction: unitText(left[type]),
    };
  });
  return rows.toReversed();
}
