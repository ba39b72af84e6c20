/**
 * Listens for the vendor's callbacks while a run goes on. What comes in is a stranger's until its signature fits, and a
 * hint even then: all that it can bring about is one question, which costs nothing, about a task that is followed anyway.
 * Answers are constant and tell nobody which tasks there are. Without a secret nothing can be proven, so everything is
 * taken as a hint. A proxy or tunnel in front ends TLS and may change paths, so the path is not looked at.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../base/clock.js";
import { asString } from "../base/guard.js";
import { hintIn } from "./kling/callback.js";
import type { CallbackHint } from "./provider.js";
import { standingOf, TOLERANCE_SECONDS } from "./signature.js";

/** How to listen. */
export interface ListenWish {
  readonly host: string;
  readonly port: number;
  /** The keys that signatures are made with; none: nothing is proven. */
  readonly keys: readonly Uint8Array[];
  readonly clock: Pick<Clock, "now">;
}

/** A server that listens. */
export interface Callbacks {
  readonly host: string;
  readonly port: number;
  /** Who takes hints from now on; nobody at first. */
  take(hint: (hint: CallbackHint) => void): void;
  /** What came so far. */
  counts(): { readonly heard: number; readonly refused: number };
  /** Stops at once, whoever is still talking. */
  close(): Promise<void>;
}

/** Why nobody can listen there: the system's word for it. */
export interface Deaf {
  readonly kind: "deaf";
  readonly code: string;
}

const MOST_BODY_BYTES = 256 * 1024;
const MOST_CONNECTIONS = 64;
const MOST_REMEMBERED = 10_000;

/** Listens, or says why that cannot be. */
export async function listenForCallbacks({ host, port, keys, clock }: ListenWish): Promise<Callbacks | Deaf> {
  let taker = (_hint: CallbackHint): void => undefined;
  let heard = 0;
  let refused = 0;
  const isRepeated = memory(clock);

  const answerTo = (request: IncomingMessage, body: Buffer): number => {
    if (keys.length > 0) {
      const { headers } = request;
      const id = asString(headers["webhook-id"]);
      const proof = {
        id,
        timestamp: asString(headers["webhook-timestamp"]),
        signature: asString(headers["webhook-signature"]),
      };
      if (standingOf(proof, body, keys, clock.now()) !== "valid") {
        refused++;
        return 401;
      }
      // The vendor may send one delivery twice, and so may whoever has seen one pass by.
      if (id !== undefined && isRepeated(id)) return 200;
    }
    heard++;
    const hint = hintIn(body.toString("utf8"));
    if (hint !== undefined) taker(hint);
    return 200;
  };

  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      // Who hangs up in the middle has said nothing.
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      if (request.method !== "POST") return answer(response, 405, request);
      readBody(request, (body) =>
        body === undefined ? answer(response, 413, request) : answer(response, answerTo(request, body)),
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  const code = await listening(server, host, port);
  if (code !== undefined) return { kind: "deaf", code };
  // An AddressInfo: the server listens on TCP, not on a pipe.
  const address = server.address() as AddressInfo;
  return {
    host,
    port: address.port,
    take(hint) {
      taker = hint;
    },
    counts: () => ({ heard, refused }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Undefined when the server listens, else the system's word for why not. */
function listening(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      // A connection that could not be taken is one callback less, which polling makes up for.
      server.on("error", () => undefined);
      resolve(undefined);
    });
  });
}

/** Whether a delivery came before, as far back as its date could still be accepted. */
function memory(clock: Pick<Clock, "now">): (id: string) => boolean {
  const untilMs = new Map<string, number>();
  return (id) => {
    const now = clock.now();
    for (const [old, until] of untilMs) {
      if (until > now && untilMs.size <= MOST_REMEMBERED) break;
      untilMs.delete(old);
    }
    if (untilMs.has(id)) return true;
    // A date may lie in the future as far as in the past.
    untilMs.set(id, now + 2 * TOLERANCE_SECONDS * 1000);
    return false;
  };
}

/** Hands over the whole body, or undefined as soon as it is too large. */
function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    parts.push(part);
    if (length <= MOST_BODY_BYTES) return;
    request.off("data", take);
    request.off("end", end);
    done(undefined);
  };
  const end = (): void => done(Buffer.concat(parts));
  request.on("data", take);
  request.on("end", end);
}

/** A status and nothing else. With `unread`, the rest of that request is not waited for. */
function answer(response: ServerResponse, status: number, unread?: IncomingMessage): void {
  const more = {
    ...(unread === undefined ? {} : { connection: "close" }),
    ...(status === 405 && { allow: "POST" }),
  };
  response.writeHead(status, { ...more, "content-length": 0 });
  response.end(() => unread?.destroy());
}
