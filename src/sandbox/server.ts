/**
 * The HTTP side: loopback only, bodies up to a limit, answers in the vendor's envelope.
 * It knows sockets and headers; what to answer is decided by the handler it is given. A Host header that is not
 * loopback is refused, so that a web page cannot reach the sandbox by a name that resolves to 127.0.0.1.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { unreachable } from "../base/guard.js";
import { type Answer, enveloped, refusal, type TextAnswer } from "./answer.js";
import { sendFile } from "./delivery.js";

const MOST_BODY_BYTES = 120 * 1024 * 1024;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/iu;

const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/iu;

/** One request, as the handler sees it. */
export interface Request {
  readonly method: string;
  readonly address: URL;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Ends at once: open connections are destroyed. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes any that is free. `headers` are asked for what goes with every answer. */
export async function listen(
  port: number,
  headers: () => Readonly<Record<string, string>>,
  handle: (request: Request) => Promise<Answer>,
): Promise<Listening> {
  const server = createServer((incoming, response) => {
    for (const [name, value] of Object.entries(headers())) response.setHeader(name, value);
    // A client that hangs up in the middle is its own affair.
    incoming.on("error", () => undefined);
    response.on("error", () => undefined);
    void answer(incoming, handle)
      .catch((error: unknown) =>
        refusal(5000, `sandbox error: ${error instanceof Error ? error.message : "unknown"}`),
      )
      .then((answered) => send(incoming, response, answered));
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  // An AddressInfo: the server listens on TCP, not on a pipe.
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  handle: (request: Request) => Promise<Answer>,
): Promise<Answer> {
  const host = incoming.headers.host ?? "";
  if (!LOOPBACK_HOST.test(host)) {
    return {
      kind: "refusal",
      refusal: { code: 1103, message: "the sandbox answers on loopback only" },
      status: 403,
    };
  }
  // A page of another site can have a browser send requests here, with the right Host; no program sends an Origin.
  const { origin } = incoming.headers;
  if (origin !== undefined && !LOOPBACK_ORIGIN.test(origin)) {
    return {
      kind: "refusal",
      refusal: { code: 1103, message: "the sandbox answers no pages of other sites" },
      status: 403,
    };
  }
  const target = `http://127.0.0.1${incoming.url ?? "/"}`;
  if (!URL.canParse(target)) return refusal(1203, "not found");
  const body = await readBody(incoming);
  if (body === undefined) return refusal(1200, `the body is larger than ${MOST_BODY_BYTES / 1024 / 1024} MB`);
  return handle({
    method: incoming.method ?? "GET",
    address: new URL(target),
    authorization: incoming.headers.authorization,
    body,
  });
}

/** Undefined when the body is too large; the rest is read and dropped, so that the refusal can be delivered. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MOST_BODY_BYTES) parts.push(part);
    else parts.length = 0;
  }
  return length <= MOST_BODY_BYTES ? Buffer.concat(parts) : undefined;
}

function send(incoming: IncomingMessage, response: ServerResponse, answered: Answer): void {
  switch (answered.kind) {
    case "result":
    case "refusal":
      return sendText(response, enveloped(answered));
    case "text":
      return sendText(response, answered);
    case "file":
      return sendFile(incoming, response, answered.file, answered.fault);
    case "redirect":
      response.writeHead(302, { location: answered.to ?? incoming.url ?? "/", "content-length": 0 });
      response.end();
      return;
    case "silence":
      incoming.socket.destroy();
      return;
    case "hang":
      return;
    default:
      return unreachable(answered);
  }
}

function sendText(response: ServerResponse, { status, contentType, text }: TextAnswer): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
