/**
 * The page's server: loopback only, to be looked at only. What it gives away is the document, the film as it is now, and
 * what that film names; no path of the disk is ever made from an address. It has no way to plan, render or write.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Shelf } from "../index.js";
import type { Film } from "./film.js";
import { sendMedia } from "./media.js";
import { snapshotOf, type Snapshot } from "./news.js";
import { receive } from "./reception.js";
import { openStreams } from "./streams.js";

/** The page as a document. */
export interface PageDocument {
  readonly html: string;
  /** Its content security policy, without what only a header can say. */
  readonly policy: string;
}

/** What is served. */
export interface ServeOptions {
  /** On 127.0.0.1; 0, or absent, for any that is free. */
  readonly port?: number;
  /** Stands at the beginning of every address, so that other users of the machine find nothing. */
  readonly token: string;
  /** The film as it is now; asked for after each `changed`, when somebody looks. */
  readonly film: () => Film | undefined;
  readonly document: (film: Film | undefined) => PageDocument;
  readonly media: Shelf["media"];
  /** The sidecar of an output. */
  readonly sidecar: (output: string) => Promise<string | undefined>;
  /** Passes every text that is sent of the film. */
  readonly clean: (text: string) => string;
  /** Between two signs of life to pages that are open. */
  readonly heartbeatMs?: number;
}

/** A page that is served. */
export interface ServedPage {
  /** `http://127.0.0.1:PORT/TOKEN/`. */
  readonly url: string;
  /** The film may have changed. */
  changed(): void;
  /** Ends at once: open connections are destroyed. */
  close(): Promise<void>;
}

const HEARTBEAT_MS = 15_000;
const REST_MS = 100;
const MOST_PAGES = 32;
const MOST_CONNECTIONS = 256;
const MOST_HEADER_BYTES = 16 * 1024;
const GUARDS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
/** Of what is no document: nothing in it may load or run anything. A clip that is opened alone shows itself. */
const NOTHING = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'";

/** What a page can show; a series or a record is looked at through the steps that it is for. */
const SEEN = /^(?:video|image|audio)\//;

/** Serves the page. @throws the system's error when the port cannot be had. */
export async function servePage(options: ServeOptions): Promise<ServedPage> {
  let snapshot: Snapshot | undefined;
  let isStale = true;
  const now = (): Snapshot | undefined => {
    const film = isStale ? options.film() : undefined;
    if (film !== undefined) snapshot = snapshotOf(film, options.clean, snapshot);
    isStale &&= film === undefined;
    return snapshot;
  };
  const streams = openStreams({
    snapshot: now,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    restMs: REST_MS,
    most: MOST_PAGES,
  });

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = receive(incoming, port, options.token);
    if (received.kind === "refused") {
      if (received.status === 405) response.setHeader("allow", "GET, HEAD");
      return say(response, received.status, `${received.why}\n`);
    }
    if (received.kind === "moved") return say(response, 308, "", { location: received.to });
    const { path, isHead } = received;
    if (path === "") {
      const { html, policy } = options.document(options.film());
      const own = { "content-security-policy": `${policy}; frame-ancestors 'none'` };
      return say(response, 200, html, { ...own, "content-type": "text/html; charset=utf-8" });
    }
    if (path === "events") {
      const headers = { "cache-control": "no-store", "content-type": "text/event-stream; charset=utf-8" };
      if (isHead) return say(response, 200, "", headers);
      if (streams.join(response, headers)) return;
      return say(response, 503, "too many pages are open; close one and reload\n", { "retry-after": "5" });
    }
    const target = now()?.targets.get(path);
    switch (target?.kind) {
      case "media": {
        const held = await options.media(target.sha256);
        const { headers } = incoming;
        if (
          held !== undefined &&
          SEEN.test(held.type) &&
          (await sendMedia({ isHead, headers }, response, target.sha256, held))
        )
          return;
        return say(response, 404, "this is not in the store, or not whole there\n");
      }
      case "sidecar": {
        const text = await options.sidecar(target.output);
        if (text !== undefined)
          return say(response, 200, text, { "content-type": "application/json; charset=utf-8" });
        return say(response, 404, "no sidecar of klingmake lies beside this output\n");
      }
      case undefined:
        return say(response, 404, "the film that is shown has nothing here\n");
    }
  };

  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES }, (incoming, response) => {
    for (const [name, value] of Object.entries(GUARDS)) response.setHeader(name, value);
    response.setHeader("content-security-policy", NOTHING);
    // A page that is closed in the middle is its own affair.
    incoming.on("error", () => undefined);
    response.on("error", () => undefined);
    void answer(incoming, response).catch(() => {
      // The disk failed; its words have paths in them.
      if (response.headersSent) response.destroy();
      else say(response, 500, "this could not be read\n");
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  // An AddressInfo: the server listens on TCP, not on a pipe.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${options.token}/`,
    changed() {
      isStale = true;
      streams.changed();
    },
    close: () =>
      new Promise((resolve) => {
        streams.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends a text whole; to HEAD, Node leaves it out by itself. */
function say(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, {
    "cache-control": "no-store",
    "content-type": "text/plain; charset=utf-8",
    "content-length": bytes.length,
    ...headers,
  });
  response.end(bytes);
}
