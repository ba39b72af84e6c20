/**
 * What an answer of the API means. The vendor's code decides, never the HTTP status alone: four of its codes under 429
 * are permanent, and its 400 with 1201 is a duplicate, a miss or a mistake, by the words beside it.
 * The same answer means different things to a create and to a query: after a create, doubt means that the task may exist.
 */
import { asString, isRecord, unreachable } from "../../base/guard.js";
import type { JsonAnswer } from "../http.js";
import type { VendorError } from "../provider.js";
import type { Redact } from "../redact.js";

/** What was asked. `call`: whatever is posted without a reference, so that nothing of it can be taken already. */
export type Asked = "create" | "call" | "query";

/** What an answer means. */
export type Verdict =
  | { readonly kind: "ok"; readonly data: unknown }
  /** A create's reference is taken. */
  | { readonly kind: "exists" }
  /** A query's task is not known. */
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly error: VendorError }
  /** `status`: of a complete answer that is not the vendor's. */
  | { readonly kind: "lost"; readonly why: string; readonly unsent?: true; readonly status?: number };

interface CodeRow {
  /** `doubt`: nothing is proven. */
  readonly class: VendorError["class"] | "doubt";
  readonly words: string;
  /** What to do, where the code says more of that than its class. */
  readonly help?: string;
  readonly about?: VendorError["about"];
}

const SET_CLOCK = "set this machine's clock, and run render again";
const NO_SUCH_CALL =
  "check KLING_BASE_URL: the server there may not have this call; if it is the vendor's own, please report this as a bug";

/** The vendor's codes. */
export const VENDOR_CODES: Readonly<Record<number, CodeRow>> = {
  1000: { class: "credentials", words: "authentication failed" },
  1001: { class: "credentials", words: "the vendor saw no credentials" },
  1002: { class: "credentials", words: "the vendor does not accept the key" },
  1003: {
    class: "credentials",
    words: "the token is not valid yet: this machine's clock may be fast",
    help: SET_CLOCK,
  },
  1004: {
    class: "credentials",
    words: "the token has expired: this machine's clock may be slow",
    help: SET_CLOCK,
  },
  1100: { class: "account", words: "the vendor says that something is wrong with the account" },
  1101: {
    class: "account",
    words: "the account is in arrears",
    help: "settle what it owes in the vendor's console, and run render again",
  },
  1102: {
    class: "account",
    words: "the account has no pack with units left for this kind of task",
    help: "buy or renew a pack of that kind in the vendor's console (packs for video and for images are separate), and run render again",
  },
  1103: {
    class: "account",
    words: "the account may not use this model or product",
    help: "have it enabled in the vendor's console, or choose another model: klingmake models lists them",
  },
  1200: { class: "invalid", words: "the vendor does not accept the request" },
  1201: { class: "invalid", words: "the vendor does not accept a value of the request" },
  1202: { class: "invalid", words: "the vendor does not know this call", help: NO_SUCH_CALL },
  1203: {
    class: "invalid",
    words: "the vendor does not have what was asked for",
    help: "the model may have been discontinued: choose another one, klingmake models lists them",
  },
  1300: { class: "content", words: "the vendor's policy refuses the content" },
  1301: { class: "content", words: "the vendor's content check refuses the prompt or an image" },
  1302: { class: "busy", words: "too many requests at once" },
  1303: { class: "busy", words: "as many tasks are under way as the account's pack allows", about: "slots" },
  1304: {
    class: "account",
    words: "the account's list of allowed addresses does not have this one",
    help: "add this machine's public address to that list in the vendor's console, or run render where it is one of them",
  },
  5000: { class: "doubt", words: "the vendor had an internal error" },
  5001: { class: "maintenance", words: "the vendor is under maintenance" },
  5002: { class: "doubt", words: "the vendor had an internal timeout" },
};

/** Characters of a text that are looked at: patterns over a stranger's text must stay cheap. */
const LONGEST = 2000;
const TAKEN = /external[_ -]?task[_ -]?id.*(exist|duplicate|taken|in use)|\balready exists?\b/is;
const MISSING = /not\s+(be\s+)?found|(does|do)\s*(not|n't)\s+exist|no such|not exist/i;

/** Whether the vendor's words for a refused value say that there is no such thing. */
export function isMissing(text: string): boolean {
  return MISSING.test(text.slice(0, LONGEST));
}

/** The meaning of an answer. */
export function judge(answer: JsonAnswer, asked: Asked, redact: Redact): Verdict {
  switch (answer.kind) {
    case "unsent":
      return { kind: "lost", why: answer.why, unsent: true };
    case "lost":
      return { kind: "lost", why: answer.why };
    case "unreadable":
      return { kind: "lost", why: `${answer.why} (HTTP ${answer.status})`, status: answer.status };
    case "answer":
      return judgeEnvelope(answer.status, answer.body, asked, redact);
    default:
      return unreachable(answer);
  }
}

function judgeEnvelope(status: number, body: unknown, asked: Asked, redact: Redact): Verdict {
  const envelope = isRecord(body) ? body : {};
  const code = vendorCode(envelope["code"]);
  // What is shown is cut by the redactor, which must see a secret whole to take it out.
  const said = asString(envelope["message"]) ?? asString(envelope["msg"]) ?? "";
  const start = said.slice(0, LONGEST);
  if (code === undefined) return judgeStatus(status, said, redact);
  if (code === 0) {
    if (status >= 200 && status < 300) return { kind: "ok", data: envelope["data"] };
    return { kind: "lost", why: `an answer that contradicts itself (HTTP ${status} with code 0)` };
  }
  if (asked === "create" && code === 1201 && TAKEN.test(start)) return { kind: "exists" };
  if (asked === "query" && code === 1201 && MISSING.test(start)) return { kind: "absent" };
  const row = VENDOR_CODES[code];
  // A code that is not documented proves a refusal only where the status says the same.
  const doubtful = row === undefined ? !saysRefused(status, code) : row.class === "doubt";
  const message = inWords(
    row?.words ?? "a code that the vendor does not document",
    String(code),
    said,
    redact,
  );
  if (doubtful) return { kind: "lost", why: message };
  const known = row?.class === "doubt" ? undefined : row?.class;
  const help = row?.help === undefined ? {} : { help: row.help };
  const about = row?.about === undefined ? {} : { about: row.about };
  return { kind: "refused", error: { code, message, class: known ?? "invalid", ...help, ...about } };
}

/** Whether a code that is not documented is that of a refusal: gateways have codes of their own, also for what went well. */
function saysRefused(status: number, code: number): boolean {
  return status < 400 ? code >= 1000 && code < 2000 : status < 500 && code < 5000;
}

/** JSON without a code of the vendor's: a gateway's own. */
function judgeStatus(status: number, said: string, redact: Redact): Verdict {
  const message = (words: string) => inWords(words, `HTTP ${status}`, said, redact);
  const refuse = (cls: VendorError["class"], words: string, help?: string): Verdict => ({
    kind: "refused",
    error: { code: -status, message: message(words), class: cls, ...(help === undefined ? {} : { help }) },
  });
  switch (status) {
    case 401:
      return refuse("credentials", "the server does not accept the credentials");
    case 403:
      return refuse("account", "the server does not allow the request");
    case 429:
      return refuse("busy", "too many requests at once");
    case 404:
    case 405:
      return refuse("invalid", "the server does not have this call", NO_SUCH_CALL);
    case 400:
    case 413:
    case 415:
    case 422:
      return refuse("invalid", "the server does not accept the request");
    default:
      return { kind: "lost", why: message("an answer that is not the vendor's") };
  }
}

function vendorCode(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function inWords(words: string, code: string, said: string, redact: Redact): string {
  const text = redact(said).trim();
  return text === "" ? `${words} (${code})` : `${words} (${code}: ${text})`;
}

/** What is said of a model, of which the code was never recorded; `NAME` stands for what the request called it. */
const DISCONTINUED = String.raw`(?:model|NAME(?![\w.-]))[^;,\n]{0,60}?(?:discontinued|no longer (?:available|supported|offered)|offline)`;
const DISCONTINUED_FIRST = /discontinued model|模型.{0,20}(?:下线|停用)/i;

/**
 * Whether a refusal says that the model is gone for good; `name`: what the request called it. A feature, an input or a
 * product may be gone, too, so the words must be about the model.
 */
export function isDiscontinued({ class: kind, message }: VendorError, name: string): boolean {
  if (kind !== "invalid") return false;
  const escaped = name.replace(/[^A-Za-z0-9]/g, String.raw`\$&`);
  const words = new RegExp(
    DISCONTINUED.replace("NAME", () => escaped),
    "i",
  );
  return words.test(message) || DISCONTINUED_FIRST.test(message);
}

const REFUSAL =
  /risk\s*control|polic(y|ies)|sensitive|moderat|content\s+(security|check|safety|filter)|violat|prohibited|inappropriate|unsafe|nsfw|copyright|风控|敏感|违规|审核/i;

/** Whether the text of a failed task says that the content was refused: failed tasks carry no code. */
export function isContentRefusal(text: string): boolean {
  return REFUSAL.test(text.slice(0, LONGEST));
}
