/**
 * Calls of the API with credentials on them: signs, sends, and judges what comes back. A token is signed anew once when
 * the vendor says that it is too young or too old, which proves that nothing was done; nothing else is ever repeated.
 * Every answer is asked whether it comes from the server that was meant, because a sandbox takes the same calls.
 */
import type { Clock } from "../../base/clock.js";
import type { Realm } from "../../graph/input.js";
import type { Http, JsonAnswer, JsonCall } from "../http.js";
import { writeExactJson, type ExactJson } from "../json.js";
import { WrongServer } from "../provider.js";
import type { Redact } from "../redact.js";
import { apiUrl } from "./address.js";
import { signer, type Credentials } from "./auth.js";
import { judge, type Asked, type Verdict } from "./errors.js";

/** The header by which the embedded sandbox says what it is. */
export const SANDBOX_HEADER = "x-klingmake-sandbox";

/** What calls are made with. */
export interface CallOptions {
  readonly http: Http;
  readonly base: URL;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly realm: Realm;
  readonly redact: Redact;
}

/** The API. Both throw `WrongServer`; neither throws for what the network or the vendor does. */
export interface Calls {
  /** Whether the credentials are accepted by `/v1` only. */
  readonly legacyOnly: boolean;
  /** One create or small call, sent once. */
  post(path: string, body: ExactJson, asked: "create" | "call", signal: AbortSignal): Promise<Verdict>;
  /** One query. @throws the signal's reason. */
  query(
    path: string,
    values: Readonly<Record<string, readonly string[]>>,
    signal: AbortSignal,
  ): Promise<Verdict>;
}

/** Makes the API callable. */
export function openCalls(options: CallOptions): Calls {
  const { http, base, realm, redact } = options;
  const sign = signer(options.credentials, options.clock);
  // Nobody is asked before a sandbox renders, so it must have said what it is before anything is posted.
  let proven = realm !== "sandbox";

  const send = async (call: Omit<JsonCall, "headers">, signal: AbortSignal): Promise<JsonAnswer> => {
    const headers: Record<string, string> = { authorization: `Bearer ${await sign.bearer()}` };
    if (call.body !== undefined) headers["content-type"] = "application/json";
    const answer = await http.json({ ...call, headers }, signal);
    checkServer(answer, realm, base);
    if (answer.kind === "answer") proven = true;
    return answer;
  };

  const ask = async (
    call: Omit<JsonCall, "headers">,
    asked: Asked,
    signal: AbortSignal,
  ): Promise<Verdict> => {
    const answer = await send(call, signal);
    const verdict = judge(answer, asked, redact);
    const stale = verdict.kind === "refused" && (verdict.error.code === 1003 || verdict.error.code === 1004);
    if (!stale || !sign.renew(serverTime(answer))) return verdict;
    return judge(await send(call, signal), asked, redact);
  };

  return {
    legacyOnly: sign.legacyOnly,
    async post(path, body, asked, signal) {
      if (!proven) {
        const question = { method: "GET", url: apiUrl(base, "/tasks", { task_ids: ["0"] }) } as const;
        await ask(question, "query", signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
      }
      if (!proven) return { kind: "lost", why: "the sandbox does not answer", unsent: true };
      return ask({ method: "POST", url: apiUrl(base, path), body: writeExactJson(body) }, asked, signal);
    },
    async query(path, values, signal) {
      signal.throwIfAborted();
      const verdict = await ask({ method: "GET", url: apiUrl(base, path, values) }, "query", signal);
      signal.throwIfAborted();
      return verdict;
    },
  };
}

function checkServer(answer: JsonAnswer, realm: Realm, base: URL): void {
  if (answer.kind !== "answer" && answer.kind !== "unreadable") return;
  const announced = answer.headers[SANDBOX_HEADER] !== undefined;
  if (announced && realm === "kling") {
    throw new WrongServer({
      kind: "address",
      message: `the server at ${base.host} is a klingmake sandbox, not Kling`,
      help: "Use `provider: sandbox`, or unset KLING_BASE_URL.",
    });
  }
  // A page that is not JSON comes from something in between, which proves nothing.
  if (!announced && realm === "sandbox" && answer.kind === "answer") {
    throw new WrongServer({
      kind: "address",
      message: `the server at ${base.host} does not say that it is a klingmake sandbox`,
      help: "Use `provider: kling` if it is meant; a sandbox must be one that cannot charge.",
    });
  }
}

/** The server's time by its `Date` header, in milliseconds since the epoch. */
function serverTime(answer: JsonAnswer): number | undefined {
  const date = answer.kind === "answer" ? answer.headers["date"] : undefined;
  const time = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}
