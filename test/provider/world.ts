/**
 * What the provider's tests stand on: a tiny HTTP server whose answers are written by each test, a clock whose sleeps
 * take no time and are written down, and a sink that keeps what it is given.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createRawServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/base/clock.js";
import { createCatalog, type Catalog } from "../../src/catalog/catalog.js";
import type { ClientReference, TaskId } from "../../src/plan/prior.js";
import type { Provider, Sink, TaskLook } from "../../src/provider/provider.js";
import { openKling, type KlingOptions } from "../../src/provider/kling/kling.js";

export const NOW = Date.UTC(2026, 10, 22, 11, 30);
export const never = new AbortController().signal;
export const reference = "km1-abcdefghijklmnopqrstuvwxyz" as ClientReference;
export const taskId = (text: string) => text as TaskId;

export function builtIn(): Catalog {
  const { value } = createCatalog();
  if (value === undefined) throw new Error("no catalog");
  return value;
}

/** A clock that stands at `NOW`; sleeping takes no time and is written down. */
export function quickClock(): Clock & { readonly slept: number[]; set(ms: number): void } {
  const slept: number[] = [];
  let now = NOW;
  return {
    slept,
    set: (ms) => void (now = ms),
    now: () => now,
    sleep(ms, signal) {
      slept.push(ms);
      return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Reply = (request: Seen, response: ServerResponse, count: number) => void;

/** A server on loopback that ends with the test. */
export async function serve(reply: Reply): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const request = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(parts).toString(),
      };
      seen.push(request);
      reply(request, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A server of bare sockets that ends with the test: `talk` gets each connection when its request is there. */
export async function serveRaw(
  talk: (socket: Socket, count: number) => void,
): Promise<{ readonly url: string; readonly count: () => number }> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => talk(socket, ++count));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

/** An answer of the API. */
export function answer(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** `code` 0 around `data`. */
export function ok(response: ServerResponse, data: unknown): void {
  answer(response, { code: 0, message: "SUCCEED", request_id: "r", data });
}

/** The route in the `kling` realm against a server, closed with the test. */
export function route(baseUrl: string, options: Partial<KlingOptions> = {}): Provider {
  const provider = openKling({
    env: { KLING_API_KEY: "key-0123456789" },
    catalog: builtIn(),
    clock: quickClock(),
    realm: "kling",
    baseUrl,
    ...options,
  });
  if ("message" in provider) throw new Error(provider.message);
  onTestFinished(() => provider.close());
  return provider;
}

/** Where the results that can be fetched lie. */
export function urlsOf(look: TaskLook | undefined): readonly string[] {
  return (look?.outputs ?? []).flatMap((output) => ("url" in output ? [output.url] : []));
}

/** A sink that keeps its bytes and counts its restarts. */
export function memorySink(): Sink & { readonly bytes: () => Buffer; readonly restarts: () => number } {
  let parts: Uint8Array[] = [];
  let restarts = 0;
  return {
    bytes: () => Buffer.concat(parts),
    restarts: () => restarts,
    async write(chunk) {
      parts.push(Uint8Array.from(chunk));
    },
    async restart() {
      parts = [];
      restarts++;
    },
  };
}
