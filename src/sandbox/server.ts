/**
 * The HTTP side: loopback only, bodies up to a limit, answers in the vendor's envelope, files with ranges.
 * It knows sockets and headers; what to answer is decided by the handler it is given. A Host header that is not
 * loopback is refused, so that a web page cannot reach the sandbox by a name that resolves to 127.0.0.1.
 */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { unreachable } from "../base/guard.js";
import { type Answer, refusal, type ResultFile } from "./answer.js";

const MOST_BODY_BYTES = 120 * 1024 * 1024;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/iu;

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

/** Listens on 127.0.0.1; port 0 takes any that is free. `headers` go with every answer. */
export async function listen(
  port: number,
  headers: Readonly<Record<string, string>>,
  handle: (request: Request) => Promise<Answer>,
): Promise<Listening> {
  const server = createServer((incoming, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
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
      return sendJson(response, 200, {
        code: 0,
        message: "SUCCEED",
        request_id: randomUUID(),
        data: answered.data,
      });
    case "refusal":
      return sendJson(response, answered.status, { ...answered.refusal, request_id: randomUUID() });
    case "file":
      return sendFile(incoming, response, answered.file);
    case "silence":
      incoming.socket.destroy();
      return;
    default:
      return unreachable(answered);
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function sendFile(incoming: IncomingMessage, response: ServerResponse, file: ResultFile): void {
  const { bytes, etag, contentType } = file;
  const head = { etag, "accept-ranges": "bytes", "content-type": contentType, "cache-control": "private" };
  const condition = incoming.headers["if-range"];
  const range =
    condition === undefined || condition === etag ? rangeOf(incoming.headers.range, bytes.length) : "whole";
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...head, "content-range": `bytes */${bytes.length}`, "content-length": 0 });
    response.end();
    return;
  }
  const [first, last] = range === "whole" ? [0, bytes.length - 1] : range;
  response.writeHead(range === "whole" ? 200 : 206, {
    ...head,
    "content-length": last - first + 1,
    ...(range === "whole" ? {} : { "content-range": `bytes ${first}-${last}/${bytes.length}` }),
  });
  const body = bytes.subarray(first, last + 1);
  if (incoming.method === "HEAD") response.end();
  else if (file.cut) response.write(body.subarray(0, body.length >> 1), () => incoming.socket.destroy());
  else response.end(body);
}

/** RFC 9110 14.2: one range of bytes; anything else (several ranges, other units, nonsense) means the whole file. */
function rangeOf(
  header: string | undefined,
  length: number,
): readonly [first: number, last: number] | "whole" | "unsatisfiable" {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "whole";
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== "" && to !== "" && Number(to) < first) return "whole";
  return first < length && first <= last ? [first, last] : "unsatisfiable";
}
