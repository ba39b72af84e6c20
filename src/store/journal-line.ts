/**
 * The journal's words as lines of text: one JSON object per line, version 1, only ever appended. A line that is not wholly
 * understood is no record.
 */
import { isRecord, unreachable } from "../base/guard.js";
import { elide, escapeInvisible } from "../base/text.js";
import type { Dialect } from "../catalog/model.js";
import type { StepId } from "../graph/input.js";
import { clientReference } from "../plan/approval.js";
import type { ClientReference, TaskId } from "../plan/prior.js";
import type { AfterIntent, IntentEntry, JournalEntry, JournalRecord } from "./journal.js";
import { Members, unitsText, usdText, type Complaint } from "./members.js";
import {
  defined,
  MOST_ATTEMPTS,
  readArtifact,
  readBilled,
  readHandle,
  readKey,
  readKeyInputs,
  storedArtifact,
  storedBilled,
  storedHandle,
  storedKeyInputs,
  type Stored,
} from "./stored.js";

/** What a line is. `foreign`: of a type that a later klingmake added; kept and passed over. */
export type JournalLine =
  | { readonly kind: "record"; readonly record: JournalRecord }
  | { readonly kind: "foreign" }
  | { readonly kind: "newer" }
  | { readonly kind: "damaged" };

const VERSION = 1;
const MESSAGE_MOST = 500;
const REALMS = ["kling", "sandbox"] as const;

/** An entry as a line, without its line break. */
export function formatLine(record: JournalRecord): string {
  return escapeInvisible(
    JSON.stringify({ v: VERSION, at: record.at, type: record.type, ...storedEntry(record) }),
  );
}

/** Reads one line. */
export function parseLine(line: string): JournalLine {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return { kind: "damaged" };
  }
  if (!isRecord(data) || !Number.isSafeInteger(data["v"])) return { kind: "damaged" };
  if (data["v"] !== VERSION || isOfLaterKind(data)) return { kind: "newer" };
  const complaints: Complaint[] = [];
  const members = new Members(data, "", complaints);
  const at = members.time("at");
  const entry = readEntry(members, members.text("type"));
  if (complaints.length > 0) return { kind: "damaged" };
  return entry === undefined ? { kind: "foreign" } : { kind: "record", record: { ...entry, at } };
}

function storedEntry(entry: JournalEntry): Stored {
  switch (entry.type) {
    case "intent":
      return {
        reference: entry.reference,
        step: entry.step,
        key: entry.key,
        inputs: storedKeyInputs(entry.inputs),
        attempt: entry.attempt,
        call: entry.call,
        realm: entry.realm,
        route: entry.route,
        account: entry.account,
        dialect: entry.dialect,
        product: entry.product,
        model: entry.model,
        ceiling_usd: entry.ceiling === undefined ? undefined : usdText(entry.ceiling),
        units: entry.units === undefined ? undefined : unitsText(entry.units),
        low_units: entry.lowUnits === undefined ? undefined : unitsText(entry.lowUnits),
        low_usd: entry.lowUsd === undefined ? undefined : usdText(entry.lowUsd),
        consumed: entry.consumed,
        since: entry.since,
      };
    case "submitted":
      return { reference: entry.reference, task: entry.task, adopted: entry.adopted };
    case "calling":
      return {
        reference: entry.reference,
        call: entry.call,
        units: entry.units === undefined ? undefined : unitsText(entry.units),
        ceiling_usd: entry.ceiling === undefined ? undefined : usdText(entry.ceiling),
      };
    case "called":
      return { reference: entry.reference, call: entry.call, billed: storedBilled(entry.billed) };
    case "refused":
      return {
        reference: entry.reference,
        code: entry.code,
        message: scrubbed(entry.message),
        refusal: entry.refusal,
      };
    case "unknown":
    case "abandoned":
      return { reference: entry.reference, why: scrubbed(entry.why) };
    case "succeeded":
      return {
        reference: entry.reference,
        handle: storedHandle(entry.handle),
        billed: storedBilled(entry.billed),
      };
    case "failed":
      return {
        reference: entry.reference,
        code: entry.code,
        message: scrubbed(entry.message),
        refusal: entry.refusal,
        billed: storedBilled(entry.billed),
        completed: entry.completed,
      };
    case "stored":
      return { reference: entry.reference, artifact: storedArtifact(entry.artifact), flags: entry.flags };
    case "recorded":
      return { reference: entry.reference };
    case "placed":
      return { output: entry.output, sha256: entry.sha256 };
    default:
      return unreachable(entry);
  }
}

function readEntry(members: Members, type: string): JournalEntry | undefined {
  if (type === "placed") return { type, output: members.text("output"), sha256: members.sha256("sha256") };
  const reference = () => {
    const text = members.text("reference");
    if (!REFERENCE.test(text)) members.complain("reference", "a client reference");
    return text as ClientReference;
  };
  switch (type) {
    case "intent":
      return readIntent(members, reference());
    case "submitted":
      return defined<AfterIntent>({
        type,
        reference: reference(),
        task: members.text("task") as TaskId,
        adopted: members.flagIf("adopted"),
      });
    case "calling":
      return defined<AfterIntent>({
        type,
        reference: reference(),
        call: members.text("call"),
        units: members.unitsIf("units"),
        ceiling: members.usdIf("ceiling_usd"),
      });
    case "called":
      return {
        type,
        reference: reference(),
        call: members.text("call"),
        billed: readBilled(members.object("billed")),
      };
    case "refused":
      return defined<AfterIntent>({ type, reference: reference(), ...readFailure(members) });
    case "unknown":
    case "abandoned":
      return { type, reference: reference(), why: members.text("why") };
    case "succeeded":
      return {
        type,
        reference: reference(),
        handle: readHandle(members.object("handle")),
        billed: readBilled(members.object("billed")),
      };
    case "failed":
      return defined<AfterIntent>({
        type,
        reference: reference(),
        ...readFailure(members),
        billed: readBilled(members.object("billed")),
        completed: members.timeIf("completed"),
      });
    case "stored":
      return defined<AfterIntent>({
        type,
        reference: reference(),
        artifact: readArtifact(members.object("artifact")),
        flags: members.textsIf("flags"),
      });
    case "recorded":
      return { type, reference: reference() };
    default:
      return undefined;
  }
}

function readIntent(members: Members, reference: ClientReference): IntentEntry {
  const key = readKey(members, "key");
  const attempt = members.integer("attempt", 1, MOST_ATTEMPTS);
  const call = members.text("call");
  // What is paid for is found by this name, so a name that does not follow from the rest is worth nothing.
  if (!call.isWellFormed() || clientReference(key, attempt, call) !== reference) {
    members.complain("reference", "the reference of this key, attempt and call");
  }
  return defined<IntentEntry>({
    type: "intent",
    reference,
    step: members.text("step") as StepId,
    key,
    inputs: readKeyInputs(members, "inputs", key),
    attempt,
    call,
    realm: members.oneOf("realm", REALMS),
    route: members.text("route"),
    account: members.text("account"),
    dialect: members.word("dialect") as Dialect,
    product: members.text("product"),
    model: members.text("model"),
    ceiling: members.usdIf("ceiling_usd"),
    units: members.unitsIf("units"),
    lowUnits: members.unitsIf("low_units"),
    lowUsd: members.usdIf("low_usd"),
    consumed: members.digests("consumed"),
    since: members.timeIf("since"),
  });
}

function readFailure(members: Members) {
  return {
    code: members.integerIf("code", -999),
    message: members.text("message"),
    refusal: members.flag("refusal"),
  };
}

/** Whether it is an intent of a realm or key version that is not known here: read wrongly, it could be paid for twice. */
function isOfLaterKind(data: Stored): boolean {
  if (data["type"] !== "intent") return false;
  const inputs = isRecord(data["inputs"]) ? data["inputs"] : {};
  if (typeof inputs["key"] === "number" && inputs["key"] > 1) return true;
  return [data["realm"], inputs["realm"]].some(
    (realm) => typeof realm === "string" && realm !== "" && !REALMS.some((known) => known === realm),
  );
}

const REFERENCE = /^km1-[a-z2-7]{26}$/;

/** Outside text for the record: one safe line, and no URL, because vendors sign theirs. Never empty. */
function scrubbed(text: string): string {
  return elide(text.replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "(URL)"), MESSAGE_MOST).trim() || "(no text)";
}
