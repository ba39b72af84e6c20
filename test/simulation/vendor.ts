/**
 * The way to the simulated vendor, as one process has it: an `Http` on which requests are lost before or after they
 * arrive, arrive late or twice, and are answered by proxies, with rubbish, too late or never. What arrives is served
 * whether or not the process that sent it still lives.
 */
import type { Http, JsonAnswer, JsonCall } from "../../src/provider/http.js";
import type { ResultAnswer } from "../../src/provider/results.js";
import type { Account, Task } from "./account.js";
import { contentOf } from "./bytes.js";
import type { Life } from "./life.js";
import { askedBy, CODES, orderOf, refusal, serve, type Answer, type Asked } from "./vendor-calls.js";

/** What goes wrong with a request. `before`: it never arrives. */
const FAULTS = [
  "unsent",
  "cut before",
  "page before",
  "rubbish before",
  "never before",
  "cut after",
  "page after",
  "rubbish after",
  "never after",
  "nameless after",
  "5000 after",
  "5002 after",
  "late",
  "twice",
  "refused",
  "refused",
  "refused",
] as const;

type Fault = (typeof FAULTS)[number];

const DEADLINE_MS = 60_000;
const SOON_MS = 1_000;
/** Codes by which the vendor lets nothing of this account through. */
const NO_ENTRY = new Set([1000, 1001, 1002, 1003, 1004, 1100, 1101, 1102, 1103, 1304]);

/** A request that arrived; `task`: the one that it created. */
export interface Arrival {
  readonly call: JsonCall;
  readonly asked: Asked;
  readonly task: Task | undefined;
}

/** Told of everything that arrived. */
export type OnArrival = (arrival: Arrival) => void;

/** The vendor, for `life`. */
export function wayTo(account: Account, life: Life, onArrival: OnArrival): Http {
  const { turns, chance } = account;
  const { census } = life;

  const faultOf = (call: JsonCall, asked: Asked): Fault | undefined => {
    // There are few small calls, and much that can become of them.
    if (!chance.happens(account.weather.faults * (asked === "call" ? 2.5 : 1))) return undefined;
    const fault = chance.pick(FAULTS);
    // Nothing can tell what carries no reference from its double: a network that sends it twice has no remedy.
    const isGuarded = asked === "create" && orderOf(call).reference !== undefined;
    return isGuarded || (fault !== "twice" && fault !== "late") ? fault : "cut after";
  };
  const refusedBy = (asked: Asked): Answer => {
    const all = Object.keys(CODES).map(Number);
    // A closed account ends a run, so that most queries are told something else.
    const stays = asked === "query" && chance.happens(0.7);
    const code = chance.pick(stays ? all.filter((each) => !NO_ENTRY.has(each)) : all);
    census.count(`code ${code} to ${asked}`);
    return refusal(code);
  };
  const arrive = (call: JsonCall): Answer => {
    const asked = askedBy(call);
    const before = account.tasks.length;
    const answer = serve(account, life.given.project, call);
    onArrival({ call, asked, task: account.tasks[before] });
    const code = (answer.body as { readonly code: number }).code;
    if (code !== 0) census.count(`code ${code} to ${asked}`);
    if (asked !== "query" || code !== 0)
      census.tell(
        () => `  ${call.method} ${call.url.pathname}${call.url.search} → ${code} (${clockTime(turns.nowMs)})`,
      );
    return answer;
  };

  /** What comes of a request, after how long; undefined: nothing ever does. */
  const outcome = (call: JsonCall, fault: Fault | undefined, done: (answer: JsonAnswer) => void): void => {
    const onWay = 20 + chance.below(400);
    const later = (ms: number, answer: () => JsonAnswer) => turns.after(ms, () => done(answer()));
    const whole = ({ status, body }: Answer): JsonAnswer => ({ kind: "answer", status, headers: {}, body });
    const lost = (why: string): JsonAnswer => ({ kind: "lost", why, late: false });
    const page = (): JsonAnswer => ({
      kind: "unreadable",
      status: chance.pick([200, 502, 503, 504]),
      headers: {},
      why: "an answer that is not JSON",
    });
    const arrival = (ms: number, answer: (served: Answer) => JsonAnswer | undefined) =>
      turns.after(ms, () => {
        // What was still on its way goes with the connection of whoever sent it.
        if (ms > SOON_MS && !life.alive) return;
        const served = arrive(call);
        turns.after(onWay, () => {
          const told = answer(served);
          if (told !== undefined) done(told);
        });
      });
    switch (fault) {
      case undefined:
        return void arrival(onWay, whole);
      case "unsent":
        return void later(onWay, () => ({ kind: "unsent", why: "the connection was refused" }));
      case "cut before":
        return void later(onWay, () => lost("the connection was cut"));
      case "page before":
        return void later(onWay, page);
      case "rubbish before":
        return void later(onWay, () => whole({ status: 200, body: ["rubbish"] }));
      case "never before":
        return;
      case "cut after":
        return void arrival(onWay, () => lost("the connection was cut"));
      case "page after":
        return void arrival(onWay, page);
      case "rubbish after":
        return void arrival(onWay, ({ status }) => whole({ status, body: { hello: "world" } }));
      case "never after":
        return void arrival(onWay, () => undefined);
      case "nameless after":
        return void arrival(onWay, () => whole({ status: 200, body: { code: 0, data: {} } }));
      case "5000 after":
      case "5002 after": {
        const code = Number(fault.slice(0, 4));
        return void arrival(onWay, () => {
          census.count(`code ${code} to ${askedBy(call)}`);
          return whole(refusal(code));
        });
      }
      case "late":
        return void arrival(DEADLINE_MS - 20_000 + chance.below(40_000), whole);
      case "twice":
        // A proxy that lost the first answer sends the request once more by itself.
        turns.after(onWay, () => void arrive(call));
        return void arrival(onWay * 2, whole);
      case "refused":
        return void later(onWay, () => whole(refusedBy(askedBy(call))));
    }
  };

  return {
    async json(call, signal) {
      const asked = askedBy(call);
      const name = `http ${asked}`;
      return new Promise<JsonAnswer>((resolve) => {
        turns.ready(() => {
          if (!life.begins(name)) return;
          const fault = faultOf(call, asked);
          if (fault !== undefined) census.count(`fault ${fault} to ${asked}`);
          if (asked !== "query" || fault !== undefined) {
            census.tell(() => `  ${asked} ${call.url.pathname}${call.url.search} ${fault ?? ""}`);
          }
          let over = false;
          const end = (answer: JsonAnswer): void => {
            if (over) return;
            over = true;
            callOff();
            signal.removeEventListener("abort", onAbort);
            if (life.ends(name)) resolve(answer);
          };
          const onAbort = (): void => end({ kind: "lost", why: "interrupted", late: false });
          const callOff = turns.after(DEADLINE_MS, () =>
            end({ kind: "lost", why: "no answer in time", late: true }),
          );
          signal.addEventListener("abort", onAbort, { once: true });
          if (signal.aborted) onAbort();
          else outcome(call, fault, end);
        });
      });
    },
    open: (url, headers, signal) => openResult(account, life, url, headers, signal),
    close: () => Promise.resolve(),
  };
}

function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(5, 19);
}

const PIECE = 4096;

/** One GET of a result. */
async function openResult(
  account: Account,
  life: Life,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ResultAnswer> {
  const { chance } = account;
  await life.port("http result", () => undefined);
  signal.throwIfAborted();
  const task = account.resultOf(url.pathname);
  const fault = chance.happens(account.weather.downloads)
    ? chance.pick(["cut", "cut", "short", "expired", "broken", "clipped", "page", "busy", "refused"] as const)
    : undefined;
  if (fault !== undefined) life.census.count(`download ${fault}`);
  const discard = (): void => undefined;
  const plain = (status: number, body: readonly Buffer[] = []): ResultAnswer => ({
    kind: "open",
    status,
    headers: new Map(),
    body: pieces(life, body, undefined),
    discard,
  });
  if (fault === "refused") return { kind: "cut", why: "the connection was refused" };
  const expired = Number(url.searchParams.get("until")) < account.turns.nowMs;
  if (task === undefined || expired || fault === "expired") return plain(403);
  if (fault === "busy") return plain(503);
  if (fault === "page") return plain(200, [Buffer.from("<html>please wait</html>")]);
  const { bytes } = contentOf(task.kind, task.id);
  // Whole by its length, and yet not what was made.
  if (fault === "broken") return plain(200, [bytes.subarray(0, bytes.length >> 1)]);
  if (fault === "clipped") return plain(200, [bytes.subarray(0, bytes.length - 1 - chance.below(8))]);
  // Some hosts say nothing by which a transfer could go on.
  const etag = account.weather.downloads > 0 && chance.happens(0.5) ? undefined : `"${task.result}"`;
  const range =
    etag !== undefined && headers["if-range"] === etag ? /^bytes=(\d+)-$/.exec(headers["range"] ?? "") : null;
  const from = range === null ? 0 : Number(range[1]);
  const end = fault === "cut" || fault === "short" ? from + chance.below(bytes.length - from) : bytes.length;
  return {
    kind: "open",
    status: range === null ? 200 : 206,
    headers: new Map([
      ["content-length", String(bytes.length - from)],
      ...(etag === undefined ? [] : [["etag", etag] as const]),
      ...(range === null
        ? []
        : [["content-range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`] as const]),
    ]),
    body: pieces(life, [bytes.subarray(from, end)], fault),
    discard,
  };
}

async function* pieces(
  life: Life,
  body: readonly Buffer[],
  fault: string | undefined,
): AsyncGenerator<Uint8Array> {
  for (const bytes of body) {
    for (let from = 0; from < bytes.length; from += PIECE) {
      yield await life.port("http piece", () => bytes.subarray(from, from + PIECE));
    }
  }
  if (fault === "cut") throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
}
