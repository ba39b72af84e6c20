/**
 * A page served over a store and a project on disk, and ways to ask it that a browser would not use.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { openShelf, type Shelf } from "../../src/index.js";
import type { Film } from "../../src/page/film.js";
import { servePage, type ServedPage, type ServeOptions } from "../../src/page/server.js";
import { box, mp4, png } from "../store/pictures.js";
import { digestOf } from "./served-films.js";

/** What is undone after each test, the last first. */
export const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A store and a project in a folder of their own. */
export interface Ground {
  readonly folder: string;
  readonly root: string;
  readonly shelf: Shelf;
  /** Puts bytes into the store; `under` another digest, as a damaged blob has. */
  hold(bytes: Uint8Array, under?: string): string;
  blob(sha256: string): string;
  /** Writes a file of the project. */
  write(name: string, text: string | Uint8Array): void;
}

export function ground(env: Readonly<Record<string, string>> = {}): Ground {
  const folder = mkdtempSync(join(tmpdir(), "klingmake-page-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, "project");
  const put = (path: string, bytes: string | Uint8Array) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  mkdirSync(root);
  const blob = (sha256: string) => join(folder, "store", "cas", sha256.slice(0, 2), sha256);
  return {
    folder,
    root,
    blob,
    shelf: openShelf({ env: { ...env, KLINGMAKE_STORE: join(folder, "store") }, home: folder }),
    hold(bytes, under = digestOf(bytes)) {
      put(blob(under), bytes);
      return under;
    },
    write: (name, text) => put(join(root, name), text),
  };
}

/** A whole picture, another one for each size. */
export function picture(width = 20, height = 10): Uint8Array {
  return png(width, height);
}

/** A clip with this many bytes of nothing at its end. */
export function movie(padding = 100): Uint8Array {
  const bytes = Buffer.alloc(
    padding,
    Uint8Array.from({ length: 251 }, (_, index) => index),
  );
  return Buffer.concat([mp4(), box("free", bytes)]);
}

/** What the page says of itself in tests. */
export const DOCUMENT = { html: "<!doctype html><title>page</title>", policy: "default-src 'none'" };

export const TOKEN = "t0ken-_Aa1234567890abcdef";

/** Serves what `film` gives; closed after the test. */
export async function serve(
  at: Ground,
  film: () => Film | undefined,
  more: Partial<ServeOptions> = {},
): Promise<ServedPage & { readonly port: number }> {
  const page = await servePage({
    token: TOKEN,
    film,
    document: () => DOCUMENT,
    media: (sha256) => at.shelf.media(sha256),
    sidecar: (output) => at.shelf.sidecar(at.root, output),
    clean: (text) => text,
    ...more,
  });
  undo.push(() => page.close());
  return { ...page, port: Number(new URL(page.url).port) };
}

/** An answer, whole. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks with these headers and no others; `path` is relative to the page unless it begins with a slash. */
export function ask(
  page: ServedPage,
  path: string,
  more: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answered> {
  const { port, pathname } = new URL(page.url);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        path: path.startsWith("/") ? path : `${pathname}${path}`,
        method: more.method ?? "GET",
        headers: { host: `127.0.0.1:${port}`, ...more.headers },
        agent: false,
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) }),
        );
      },
    );
    asked.on("error", reject);
    asked.end();
  });
}

/** Sends text as it is and gives what came back before the connection ended. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let said = "";
    socket.setEncoding("latin1").on("data", (piece: string) => (said += piece));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(said));
  });
}

/** A page that is open: its messages as they come. */
export interface Listener {
  readonly socket: Socket;
  /** Each event's data. */
  readonly messages: unknown[];
  text(): string;
  readonly isClosed: () => boolean;
}

/** Opens the stream of events. */
export function listen(page: ServedPage): Listener {
  const { port: digits, pathname } = new URL(page.url);
  const port = Number(digits);
  let closed = false;
  const messages: unknown[] = [];
  const socket = connect(port, "127.0.0.1", () =>
    socket.write(`GET ${pathname}events HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
  );
  const all: string[] = [];
  let open: string[] = [];
  socket.setEncoding("utf8").on("data", (piece: string) => {
    all.push(piece);
    open.push(piece);
    // Joined only where something ends, because messages can be long.
    if (!piece.endsWith("\n\n")) return;
    for (const part of open.join("").split("\n\n")) {
      const data = /^event: news\ndata: (.*)$/ms.exec(part)?.[1];
      if (data !== undefined) messages.push(JSON.parse(data));
    }
    open = [];
  });
  socket.on("error", () => undefined);
  socket.on("close", () => (closed = true));
  undo.push(() => socket.destroy());
  return { socket, messages, text: () => all.join(""), isClosed: () => closed };
}

/** Waits until `ready` says so. */
export async function until(ready: () => boolean, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!ready()) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
