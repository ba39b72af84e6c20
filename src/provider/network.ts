/**
 * Connections to the API, and whether a failure came before a request could have left. Loads undici, which costs 90 ms,
 * when the first request is made. An error of a connector is marked, because it alone proves that nothing
 * was sent: the same ECONNRESET after the connection proves nothing.
 */
import type { Dispatcher, request } from "undici";

const CONNECT_MS = 15_000;

/** Connections to the configured API. */
export interface Network {
  readonly request: typeof request;
  readonly api: Dispatcher;
  close(): Promise<void>;
}

/** An error of the connector: no byte of a request had been written. */
export class NotConnected extends Error {
  readonly code = "KM_NOT_CONNECTED";
}

/** Loads undici and makes the pool. */
export async function loadNetwork(): Promise<Network> {
  const { Agent, buildConnector, request } = await import("undici");
  const connect = buildConnector({ timeout: CONNECT_MS });
  const marking: typeof connect = (target, done) =>
    connect(target, (...[error, socket]) =>
      error === null ? done(null, socket) : done(new NotConnected("not connected", { cause: error }), null),
    );
  const api = new Agent({ connect: marking, connections: 8 });
  return { request, api, close: () => api.destroy() };
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  ENETUNREACH: "the network cannot be reached",
  EHOSTUNREACH: "the host cannot be reached",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  KM_NO_ANSWER: "no answer in time",
  KM_NO_BYTES: "no more bytes came",
  KM_NO_HTTP: "the answer could not be understood",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the connection was cut",
};

/** A network error in words of our own: messages of libraries may carry addresses and headers. */
export function networkWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !/^[A-Z0-9_]{2,60}$/.test(code)) return "the network failed";
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return "the host's certificate is not to be trusted";
  // The parser's own words for what it could not parse.
  if (code.startsWith("HPE_")) return "the answer could not be understood";
  return WORDS[code] ?? `the network failed (${code})`;
}
