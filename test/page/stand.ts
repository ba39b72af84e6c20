/**
 * A real browser and a server to look at: the built page, events and media, on loopback. Everything that the browser
 * asks for, says and refuses is written down. Left out where there is no Chromium.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { expect } from "vitest";
import type { Browser, Page } from "playwright-core";
import type { Film, FilmNews } from "../../src/page/film.js";
import { pageDocument, pagePolicy } from "../../src/page/document.js";
import { news } from "./films.js";

export { CHROMIUM, launch } from "../media/chromium.js";

const built = join(import.meta.dirname, "../../dist/page/browser");
/** The built script and style of the page. */
export const PARTS = {
  title: "night-ferry · klingmake",
  script: readFileSync(join(built, "main.js"), "utf8"),
  style: readFileSync(join(built, "page.css"), "utf8"),
};

/** A server that shows a film. */
export interface Stand {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** Tells every open page; a page that comes later is told the whole film as it was last given by `film`. */
  readonly send: (news: FilmNews) => void;
  film: Film;
  /** Goes away, as if the program had ended. */
  readonly leave: () => Promise<void>;
  /** Is there again, at the same address. */
  readonly comeBack: () => Promise<void>;
}

/** Opens a stand; `media` answers for what is under `media/`, or begins to and never ends. */
export async function stand(
  film: Film,
  media: (name: string) => Buffer | "never" | undefined,
): Promise<Stand> {
  let open = new Set<ServerResponse>();
  let server: Server | undefined;
  let port = 0;
  const asked: string[] = [];
  const listen = async (): Promise<void> => {
    server = createServer((request, response) => {
      const path = decodeURIComponent((request.url ?? "/").slice(1));
      asked.push(path);
      if (path === "") {
        response.setHeader("content-security-policy", pagePolicy(PARTS));
        return void response.setHeader("content-type", "text/html; charset=utf-8").end(pageDocument(PARTS));
      }
      if (path === "events") {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.write(`retry: 200\nevent: news\ndata: ${JSON.stringify(news(here.film))}\n\n`);
        open.add(response);
        return void request.on("close", () => open.delete(response));
      }
      if (path.startsWith("sidecar/"))
        return void response.setHeader("content-type", "text/plain").end(`{"of": "${path.slice(8)}"}`);
      const bytes = path.startsWith("media/") ? media(path.slice(6)) : undefined;
      if (bytes === "never") return response.writeHead(200, { "content-type": "video/mp4" }).flushHeaders();
      if (bytes === undefined) return void response.writeHead(404).end();
      sendBytes(bytes, path, request.headers.range, response);
    });
    await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  };
  await listen();
  const here: Stand = {
    url: `http://127.0.0.1:${port}/`,
    asked,
    film,
    send(told) {
      for (const each of open) each.write(`event: news\ndata: ${JSON.stringify(told)}\n\n`);
    },
    async leave() {
      open = new Set();
      server?.closeAllConnections();
      await new Promise<void>((resolve) => server?.close(() => resolve()));
    },
    comeBack: listen,
  };
  return here;
}

function sendBytes(bytes: Buffer, path: string, range: string | undefined, response: ServerResponse): void {
  const type = path.endsWith(".png") ? "image/png" : path.endsWith(".mp3") ? "audio/mpeg" : "video/mp4";
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const first = Number(from ?? 0);
  const last = to === undefined || to === "" ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  response.writeHead(from === undefined ? 200 : 206, {
    "content-type": type,
    "accept-ranges": "bytes",
    "content-length": last - first + 1,
    ...(from === undefined ? {} : { "content-range": `bytes ${first}-${last}/${bytes.length}` }),
  });
  response.end(bytes.subarray(first, last + 1));
}

/** A page with what it complained of and asked for; `complaints` is empty where all is well. */
export interface Watched {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

/** Opens a page that is watched from its first moment. */
export async function watched(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(
    `addEventListener("securitypolicyviolation", (event) => console.error("violates", event.violatedDirective, event.blockedURI))`,
  );
  await page.goto(url);
  return { page, complaints, requests };
}

/**
 * Waits until an expression is true in the page. As text, because it runs there; and asked from here, because the page's
 * policy lets nothing be evaluated by the page itself.
 */
export async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 15_000, message: expression }).toBe(true);
}
