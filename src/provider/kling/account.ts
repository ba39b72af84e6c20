/**
 * The account behind the credentials, asked at no cost. Speaks to the configured address only, with the same
 * credentials, signing and checks as the route that renders, and has no way to create anything.
 * The vendor takes one question about packs a second, so this one waits.
 */
import type { Clock } from "../../base/clock.js";
import { unreachable } from "../../base/guard.js";
import type { Realm } from "../../graph/input.js";
import type {
  AccountAnswer,
  AccountQuestions,
  ClockSighting,
  Deduction,
  Deductions,
  Period,
} from "../account.js";
import { openHttp, type Http, type HttpOptions, type JsonAnswer } from "../http.js";
import type { RouteProblem } from "../provider.js";
import { isLoopbackHost } from "../reach.js";
import { redactor, type Redact } from "../redact.js";
import { deductionsOf, innerRefusal, packsOf } from "./account-answers.js";
import { accountAt, readBase } from "./address.js";
import { CREDENTIAL_NAMES, readAccount, type Environment } from "./auth.js";
import { openCalls } from "./calls.js";
import { judge, type Verdict } from "./errors.js";

/** How to open the questions. */
export interface AccountOptions {
  /** As for the route. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly realm: Realm;
  /** Beats `KLING_BASE_URL`. */
  readonly baseUrl?: string;
  readonly http?: Omit<HttpOptions, "clock" | "base">;
  /** Stands in for all of HTTP; whoever hands it over closes it. */
  readonly transport?: Http;
}

const LEDGERS = { packs: "/account/billing/package", balance: "/account/billing/balance" } as const;
/** Rows of a page, and pages that are read. */
const PAGE_ROWS = 500;
const MOST_PAGES = 20;
/** Between two questions about packs. */
const PAUSE_MS = 1000;
const UNREADABLE = "the vendor's words about the account cannot be read";

/** Opens the questions, or says what the environment lacks. Connects to nothing yet. */
export function openAccount(options: AccountOptions): AccountQuestions | RouteProblem {
  const { clock, realm } = options;
  const base = readBase(options.baseUrl ?? options.env["KLING_BASE_URL"]);
  if (!(base instanceof URL)) return base;
  if (realm === "sandbox" && !isLoopbackHost(base.hostname)) {
    return {
      kind: "address",
      message: "a sandbox must run on this machine",
      help: "Use an address on 127.0.0.1, or `provider: kling`.",
    };
  }
  const account = readAccount(options.env);
  if ("message" in account) return account;
  const { credentials } = account;
  // Also what is set and not used: whoever answers may have it from somewhere else.
  const redact = redactor(CREDENTIAL_NAMES.map((name) => options.env[name] ?? ""));
  const given = options.transport ?? openHttp({ ...options.http, clock, base });
  const watched = watchClock(given, clock);
  const calls = openCalls({ http: watched.http, base, credentials, clock, realm, redact });
  let nextMs = 0;

  /** One question about packs, not before the vendor takes it. */
  const askPacks = async ({ sinceMs, untilMs }: Period, signal: AbortSignal): Promise<Verdict> => {
    const waitMs = nextMs - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    nextMs = clock.now() + PAUSE_MS;
    return calls.query(
      "/account/costs",
      { start_time: [String(sinceMs)], end_time: [String(untilMs)] },
      signal,
    );
  };

  return {
    account: accountAt(base, account.fingerprint),
    legacyOnly: calls.legacyOnly,

    async packs(period, signal) {
      let verdict = await askPacks(period, signal);
      // Somebody else with the same account may have asked in the same second.
      if (verdict.kind === "refused" && verdict.error.class === "busy")
        verdict = await askPacks(period, signal);
      return answerOf(verdict, redact, (data) => packsOf(data, redact));
    },

    async deductions(from, period, signal) {
      const rows: Deduction[] = [];
      let unreadable = 0;
      let cursor: string | undefined;
      for (let page = 1; page <= MOST_PAGES; page++) {
        signal.throwIfAborted();
        const body =
          cursor === undefined
            ? { start_time: period.sinceMs, end_time: period.untilMs, limit: PAGE_ROWS }
            : { cursor };
        const verdict = await calls.post(LEDGERS[from], body, "call", signal);
        signal.throwIfAborted();
        const answer = answerOf(verdict, redact, (data) => deductionsOf(data, from));
        if (answer.kind !== "answered") return answer;
        rows.push(...answer.value.rows);
        unreadable += answer.value.unreadable;
        cursor = answer.value.next;
        if (cursor === undefined) break;
      }
      const value: Deductions = { rows, whole: cursor === undefined && unreadable === 0 };
      return { kind: "answered", value };
    },

    async newer(signal) {
      const verdict = await calls.query("/tasks", { task_ids: ["0"] }, signal);
      return answerOf(verdict, redact, () => true as const);
    },

    sighting: () => watched.sighting(),

    async close() {
      if (options.transport === undefined) await given.close();
    },
  };
}

/** What a verdict says about a question; `read` gives undefined for what it cannot read. */
function answerOf<T>(
  verdict: Verdict,
  redact: Redact,
  read: (data: unknown) => T | undefined,
): AccountAnswer<T> {
  switch (verdict.kind) {
    case "ok": {
      const inner = innerRefusal(verdict.data);
      if (inner !== undefined) {
        const body = { code: inner.code, message: inner.message };
        const judged = judge({ kind: "answer", status: 400, headers: {}, body }, "call", redact);
        return judged.kind === "ok" ? { kind: "lost", why: UNREADABLE } : answerOf(judged, redact, read);
      }
      const value = read(verdict.data);
      return value === undefined ? { kind: "lost", why: UNREADABLE } : { kind: "answered", value };
    }
    case "refused":
      return { kind: "refused", error: verdict.error };
    case "lost":
      return { kind: "lost", why: verdict.why };
    case "absent": {
      // That there is no such task was said after the credentials had been looked at.
      const value = read(undefined);
      return value === undefined ? { kind: "lost", why: UNREADABLE } : { kind: "answered", value };
    }
    case "exists":
      return { kind: "lost", why: "the vendor answered something that was not asked" };
    default:
      return unreachable(verdict);
  }
}

/** The same HTTP, whose answers also tell the server's time. */
function watchClock(
  http: Http,
  clock: Clock,
): { readonly http: Http; sighting(): ClockSighting | undefined } {
  let best: ClockSighting | undefined;
  return {
    http: {
      ...http,
      async json(call, signal) {
        const sentMs = clock.now();
        const answer = await http.json(call, signal);
        const seen = sightingOf(answer, sentMs, clock.now());
        if (seen !== undefined && (best === undefined || tripMs(seen) < tripMs(best))) best = seen;
        return answer;
      },
    },
    sighting: () => best,
  };
}

function tripMs({ sentMs, receivedMs }: ClockSighting): number {
  return receivedMs - sentMs;
}

/** The server's clock as an answer's `Date` header tells it. */
export function sightingOf(
  answer: JsonAnswer,
  sentMs: number,
  receivedMs: number,
): ClockSighting | undefined {
  if (answer.kind !== "answer" && answer.kind !== "unreadable") return undefined;
  const date = answer.headers["date"];
  const serverMs = typeof date === "string" && date.length < 64 ? Date.parse(date) : Number.NaN;
  return Number.isFinite(serverMs) ? { serverMs, sentMs, receivedMs } : undefined;
}
