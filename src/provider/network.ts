/**
 * Connections: who may be connected to, and whether a failure came before a request could have left. Loads undici, which
 * costs 90 ms, when the first request is made. An error of a connector is marked, because it alone proves that nothing
 * was sent: the same ECONNRESET after the connection proves nothing.
 */
import { isIP } from "node:net";
import type { Dispatcher, request } from "undici";
import { bareHost, isOwnLoopback, isPublicAddress, NotPublic, publicLookup, type Resolve } from "./reach.js";

const CONNECT_MS = 15_000;

/** Connections, in two pools. */
export interface Network {
  readonly request: typeof request;
  /** To the configured API. */
  readonly api: Dispatcher;
  /** To the hosts of results: public ones only, besides the API's own when that is loopback. */
  readonly results: Dispatcher;
  close(): Promise<void>;
}

/** An error of the connector: no byte of a request had been written. */
export class NotConnected extends Error {
  readonly code = "KM_NOT_CONNECTED";
}

/** Loads undici and makes the pools; `dispatcher` stands in for both. */
export async function loadNetwork(
  base: URL,
  resolve: Resolve,
  dispatcher: Dispatcher | undefined,
): Promise<Network> {
  const { Agent, buildConnector, request } = await import("undici");
  // A stand-in is its owner's to close.
  if (dispatcher !== undefined) {
    return { request, api: dispatcher, results: dispatcher, close: () => Promise.resolve() };
  }
  type Connector = ReturnType<typeof buildConnector>;
  const marking =
    (connector: Connector): Connector =>
    (target, done) =>
      connector(target, (...[error, socket]) =>
        error === null ? done(null, socket) : done(new NotConnected("not connected", { cause: error }), null),
      );
  const plain = marking(buildConnector({ timeout: CONNECT_MS }));
  const guarded = marking(buildConnector({ timeout: CONNECT_MS, lookup: publicLookup(resolve) }));
  const toResults: Connector = (target, done) => {
    const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
    if (isOwnLoopback(url, base)) return plain(target, done);
    const literal = bareHost(target.hostname);
    if (isIP(literal) === 0 || isPublicAddress(literal)) return guarded(target, done);
    done(new NotConnected("not connected", { cause: new NotPublic("not a public host") }), null);
  };
  const api = new Agent({ connect: plain, connections: 8 });
  const results = new Agent({ connect: toResults, connections: 8 });
  return {
    request,
    api,
    results,
    close: async () => void (await Promise.all([api.destroy(), results.destroy()])),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  ENETUNREACH: "the network cannot be reached",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "no more bytes came",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the connection was cut",
};

/** A network error in words of our own: messages of libraries may carry addresses and headers. */
export function networkWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !/^[A-Z0-9_]{2,60}$/.test(code)) return "the network failed";
  return WORDS[code] ?? `the network failed (${code})`;
}
