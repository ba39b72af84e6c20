/**
 * One GET of a result from a stranger: no credentials, no cookies, a connection of its own, redirects left to the caller.
 * By Node's own client: undici dies (its issue 5360) when a server ends a connection while the reader holds back.
 * Silence is cut; how slow is too slow the caller judges.
 */
import { request as requestPlain, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { networkWords } from "./network.js";
import { bareHost, isOwnLoopback, isPublicAddress, NotPublic, publicLookup, type Resolve } from "./reach.js";
import { openWire, type Wire } from "./wire.js";

const CONNECT_MS = 15_000;
const HEAD_BYTES = 32 * 1024;
/** As much waits for the reader at most, who gets at once all that waits. */
const PIECE_BYTES = 256 * 1024;
/** Shorter bodies are not worth a way of their own. */
const LEAST_STRAIGHT = 4 * 1024 * 1024;

/** A result's first answer; `body` must be read or discarded. `why` is safe to show. */
export type ResultAnswer =
  | {
      readonly kind: "open";
      readonly status: number;
      /** Values by lower-case name; of names that come twice, joined by commas. */
      readonly headers: ReadonlyMap<string, string>;
      /**
       * Throws when the connection ends before the body does. A piece stays as it is until the one after the next is
       * asked for.
       */
      readonly body: AsyncIterable<Uint8Array>;
      discard(): void;
    }
  | { readonly kind: "forbidden" }
  | { readonly kind: "cut"; readonly why: string };

/** Connects to a URL's host and port; `lookup` finds and judges its addresses, and is absent for the user's own host. */
export type Dial = (url: URL, lookup: LookupFunction | undefined) => Socket;

/** How results are reached. */
export interface ResultOptions {
  readonly base: URL;
  readonly resolve: Resolve;
  /** Over the network when absent. */
  readonly dial: Dial | undefined;
  /** Milliseconds without a byte after which a read is cut. */
  readonly idleMs: number;
}

/** Why we ended a connection ourselves. */
class Cut extends Error {
  constructor(readonly code: "ETIMEDOUT" | "ECONNRESET" | "KM_NO_ANSWER" | "KM_NO_BYTES" | "KM_NO_HTTP") {
    super("cut");
  }
}

/** Asks for `url`. @throws the signal's reason. */
export async function openResult(
  options: ResultOptions,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ResultAnswer> {
  signal.throwIfAborted();
  let request: ClientRequest | undefined;
  const wire = openWire();
  try {
    const asking = (request = ask(options, url, headers, signal, wire));
    const sent = new Promise<void>((resolve) => asking.once("finish", resolve));
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      // The listeners for errors stay: what goes wrong later shows in the body, and must not end the process.
      asking.once("response", (response) => {
        // Here, while the head is being read: what comes after these bytes need not be looked at by anybody.
        const length = plainLength(response);
        if (length !== undefined && length > LEAST_STRAIGHT) wire.straighten(response.socket);
        resolve(response.on("error", () => {}));
      });
      asking.on("error", reject).end();
      // Ends without an error when the server wants to change the protocol.
      asking.once("close", () => reject(new Cut("KM_NO_HTTP")));
    });
    await within(asking, CONNECT_MS, "ETIMEDOUT", Promise.race([sent, answered]));
    // One limit for the whole head, so that bytes that trickle cannot stretch it.
    const response = await within(asking, options.idleMs, "KM_NO_ANSWER", answered);
    const found = new Map(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
    // Another coding would be left in the bytes.
    if (!/^(chunked)?$/i.test(found.get("transfer-encoding") ?? "")) throw new Cut("KM_NO_HTTP");
    return {
      kind: "open",
      status: response.statusCode ?? 0,
      headers: found,
      body: wire.isStraight()
        ? straightBodyOf(response, wire, options.idleMs, signal)
        : bodyOf(response, options.idleMs, signal),
      discard: () => void response.destroy(),
    };
  } catch (error) {
    request?.destroy();
    signal.throwIfAborted();
    return error instanceof NotPublic ? { kind: "forbidden" } : { kind: "cut", why: networkWords(error) };
  }
}

/** A request that is not sent yet. @throws NotPublic; the request ends with one when DNS tells. */
function ask(
  { base, resolve, dial }: ResultOptions,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  wire: Wire,
): ClientRequest {
  const isOwn = isOwnLoopback(url, base);
  const literal = bareHost(url.hostname);
  if (!isOwn && (url.protocol !== "https:" || (isIP(literal) !== 0 && !isPublicAddress(literal)))) {
    throw new NotPublic("not a public host");
  }
  const lookup = isOwn ? undefined : publicLookup(resolve);
  const options = {
    headers: {
      host: url.host,
      accept: "*/*",
      "accept-encoding": "identity",
      "user-agent": "klingmake",
      ...headers,
    },
    // Neither the environment nor the command line makes any of these laxer.
    rejectUnauthorized: true,
    insecureHTTPParser: false,
    maxHeaderSize: HEAD_BYTES,
    joinDuplicateHeaders: true,
    highWaterMark: PIECE_BYTES,
    signal,
    onread: wire.onread,
    ...(lookup && { lookup }),
    ...(dial === undefined ? { agent: false } : { createConnection: () => dial(url, lookup) }),
  };
  return url.protocol === "https:" ? requestSecure(url, options) : requestPlain(url, options);
}

/** What `work` gives, unless it takes too long: then `stream`, on which it waits, is ended. */
async function within<T>(
  stream: { destroy(error: Error): unknown },
  ms: number,
  code: Cut["code"],
  work: Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => stream.destroy(new Cut(code)), ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** The length of a body that is nothing but so many bytes; undefined for every other kind. */
function plainLength({ headers, statusCode }: IncomingMessage): number | undefined {
  const { "content-length": length, "transfer-encoding": coding } = headers;
  const isBody = statusCode === 200 || statusCode === 206;
  return isBody && coding === undefined && length !== undefined && /^\d{1,15}$/.test(length)
    ? Number(length)
    : undefined;
}

/** A plain body, of which Node's parser has seen no more than what came with the head. */
async function* straightBodyOf(
  response: IncomingMessage,
  wire: Wire,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const ending = {
    destroy(error: Error) {
      wire.end(error);
      response.destroy();
    },
  };
  try {
    let left = plainLength(response) ?? 0;
    const early: unknown = response.read();
    if (early instanceof Uint8Array) {
      left -= early.length;
      yield early;
    }
    while (left > 0) {
      const piece = await within(ending, idleMs, "KM_NO_BYTES", wire.next());
      signal.throwIfAborted();
      if (piece === undefined) throw new Cut("ECONNRESET");
      // What comes beyond the length is nobody's.
      const own = piece.subarray(0, left);
      left -= own.length;
      yield own;
    }
  } finally {
    response.destroy();
  }
}

async function* bodyOf(
  response: IncomingMessage,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, void>;
  try {
    for (;;) {
      const piece = await within(response, idleMs, "KM_NO_BYTES", pieces.next());
      // An interrupted request throws away what waits, and its body then seems to end well.
      signal.throwIfAborted();
      if (piece.done === true) break;
      yield piece.value;
    }
    const { "content-length": length, "transfer-encoding": coding } = response.headers;
    // Node takes any end of a body that is not marked off for its end, even that of a connection that was cut.
    const isUnmarked = length === undefined && coding === undefined;
    if (!response.complete || (isUnmarked && response.socket.errored !== null)) throw new Cut("ECONNRESET");
  } finally {
    response.destroy();
  }
}
