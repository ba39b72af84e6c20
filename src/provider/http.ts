/**
 * One HTTP client for all routes: JSON calls with a deadline and a size limit, and raw reads of results. Nothing throws
 * for what the network does: what happened is a value, and the value says whether a request can have arrived.
 * A POST is sent once and never again. Knows no vendor; what may be shown of an answer is decided elsewhere.
 */
import type { Clock } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import { parseExactJson } from "./json.js";
import { loadNetwork, networkWords, NotConnected, type Network } from "./network.js";
import { systemResolve, type Resolve } from "./reach.js";
import { openResult, type Dial, type ResultAnswer } from "./results.js";

/** How to open a client. */
export interface HttpOptions {
  readonly clock: Clock;
  /** Where API calls go. Results may be read from it only when it is loopback. */
  readonly base: URL;
  /** Milliseconds for a whole JSON call, besides 1 s for each 50 kB that it sends; 60,000 when absent. */
  readonly callMs?: number;
  /** Milliseconds without a byte after which a read of a result is cut; 60,000 when absent. */
  readonly idleMs?: number;
  /** Bytes of a JSON answer at most; 8 MiB when absent. */
  readonly answerBytes?: number;
  /** Resolver of result hosts; the system's when absent. */
  readonly resolve?: Resolve;
  /** Connects to result hosts; over the network when absent. */
  readonly dial?: Dial;
}

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A call of the API. */
export interface JsonCall {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** What became of a call. `why` is safe to show. */
export type JsonAnswer =
  | { readonly kind: "answer"; readonly status: number; readonly headers: Headers; readonly body: unknown }
  /** A complete answer that is not JSON: a proxy's page, for instance. */
  | { readonly kind: "unreadable"; readonly status: number; readonly headers: Headers; readonly why: string }
  /** The request provably never left. */
  | { readonly kind: "unsent"; readonly why: string }
  /** It may have arrived. */
  | { readonly kind: "lost"; readonly why: string; readonly late: boolean };

/** The client. */
export interface Http {
  /** One POST exactly once, or a GET up to three times. */
  json(call: JsonCall, signal: AbortSignal): Promise<JsonAnswer>;
  /** One GET without credentials; redirects are the caller's. */
  open(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ResultAnswer>;
  close(): Promise<void>;
}

const GET_ATTEMPTS = 3;
const RETRY_MS = 500;
const RETRIED_STATUS = new Set([502, 503, 504]);

/** Opens a client; connects to nothing yet. */
export function openHttp(options: HttpOptions): Http {
  const { clock, base, callMs = 60_000, idleMs = 60_000, answerBytes = 8 * 1024 * 1024 } = options;
  let loading: Promise<Network> | undefined;
  const network = () => (loading ??= loadNetwork());
  const results = {
    base,
    idleMs,
    resolve: options.resolve ?? systemResolve,
    dial: options.dial,
  };

  const once = async (call: JsonCall, signal: AbortSignal): Promise<JsonAnswer> => {
    const { request, api } = await network();
    if (signal.aborted) return { kind: "unsent", why: "interrupted before it was sent" };
    const deadline = startDeadline(callMs + (call.body?.length ?? 0) / 50, signal);
    try {
      const response = await request(call.url, {
        method: call.method,
        headers: { accept: "application/json", "user-agent": "klingmake", ...call.headers },
        body: call.body ?? null,
        dispatcher: api,
        signal: deadline.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const { statusCode: status, headers } = response;
      const text = await readText(response.body, answerBytes);
      if (text === undefined) return { kind: "unreadable", status, headers, why: "a far too long answer" };
      try {
        return { kind: "answer", status, headers, body: parseExactJson(text) };
      } catch {
        return { kind: "unreadable", status, headers, why: "an answer that is not JSON" };
      }
    } catch (error) {
      if (error instanceof NotConnected) return { kind: "unsent", why: networkWords(error.cause) };
      const late = deadline.passed();
      const why = late ? "no answer in time" : signal.aborted ? "interrupted" : networkWords(error);
      return { kind: "lost", why, late };
    } finally {
      deadline.end();
    }
  };

  return {
    async json(call, signal) {
      for (let attempt = 1; ; attempt++) {
        const answer = await once(call, signal);
        const again = call.method === "GET" && attempt < GET_ATTEMPTS && isTransient(answer);
        if (!again || signal.aborted) return answer;
        await clock.sleep(RETRY_MS * 2 ** (attempt - 1), signal);
      }
    },

    open: (url, headers, signal) => openResult(results, url, headers, signal),

    async close() {
      await (await loading)?.close();
    },
  };
}

function isTransient(answer: JsonAnswer): boolean {
  switch (answer.kind) {
    case "answer":
    case "unreadable":
      return RETRIED_STATUS.has(answer.status);
    case "unsent":
      return true;
    case "lost":
      return !answer.late;
    default:
      return unreachable(answer);
  }
}

/** A signal that fires with `signal` or after `ms`; a whole-call limit that trickling bytes cannot stretch. */
function startDeadline(ms: number, signal: AbortSignal) {
  const stop = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, ms);
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: stop.signal,
    passed: () => late,
    end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

/** A body as text, or undefined when it is longer than `limit` bytes. */
async function readText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
