/**
 * Results: their signed addresses, and their bytes, which are rendered when they are first fetched.
 * Rendering is a pure function of the order, so nothing rendered is stored: a memory cache saves repeats, and after a
 * restart the same bytes are made again. One clip is rendered at a time, in slices, so that queries are answered
 * meanwhile. A signature covers path and expiry; addresses die a fixed time after the task ended.
 */

import { createHmac } from "node:crypto";

import { sha256Hex } from "../base/digest.js";
import { type Answer, refusal } from "./answer.js";
import { mischiefIn } from "./mischief.js";
import type { Order, Size } from "./rules/order.js";
import { resultCount, stageOf, type Task } from "./task.js";

const CACHE_BYTES = 128 * 1024 * 1024;
const FILE_PATH = /^\/outputs\/(\d+)\/(\d+)\.(mp4|png)$/u;

/** The results of one sandbox. */
export interface Results {
  /** Signed addresses of a succeeded task's results. */
  readonly links: (task: Task) => readonly string[];
  /** Answers a download; `head` says that the body will not be sent. */
  readonly serve: (address: URL, head: boolean) => Promise<Answer>;
  /** The size in pixels of a result, by its address. */
  readonly sizeOf: (address: string) => Size | undefined;
}

/** What results need to know of their sandbox. */
export interface ResultsOptions {
  readonly secret: string;
  /** How long an address works after its task ended, in seconds. */
  readonly urlSeconds: number;
  readonly base: () => string;
  readonly now: () => number;
  readonly taskById: (id: string) => Task | undefined;
}

/** Opens the results of a sandbox. */
export function openResults(options: ResultsOptions): Results {
  const cache = new RenderCache();
  const handedOut = new Set<string>();
  const cutOnce = new Set<string>();

  const signature = (path: string, expires: string): string =>
    createHmac("sha256", options.secret).update(`${path}\n${expires}`).digest("base64url");

  const find = (path: string): { task: Task; index: number } | undefined => {
    const [, id, number, extension] = FILE_PATH.exec(path) ?? [];
    const task = options.taskById(id ?? "");
    const index = Number(number);
    if (task === undefined || index >= resultCount(task.order)) return undefined;
    return extension === extensionOf(task.order) ? { task, index } : undefined;
  };

  return {
    links(task) {
      const expiredOnce = mischiefIn(task.order.prompt).has("expire") && !handedOut.has(task.id);
      handedOut.add(task.id);
      const until = expiredOnce ? task.createdAt - 1000 : task.endsAt + options.urlSeconds * 1000;
      const expires = String(Math.floor(until / 1000));
      return Array.from({ length: resultCount(task.order) }, (_, index) => {
        const path = `/outputs/${task.id}/${index}.${extensionOf(task.order)}`;
        return `${options.base()}${path}?Expires=${expires}&Signature=${signature(path, expires)}`;
      });
    },

    async serve(address, head) {
      const expires = address.searchParams.get("Expires") ?? "";
      const signed = address.searchParams.get("Signature") === signature(address.pathname, expires);
      if (!signed) return forbidden("the signature does not match");
      if (options.now() >= Number(expires) * 1000) return forbidden("the address has expired");
      const found = find(address.pathname);
      if (found === undefined || stageOf(found.task, options.now()) !== "succeeded") {
        return refusal(1203, "there is no such result");
      }
      const { task, index } = found;
      const file = await cache.get(task.order, index);
      const cut = mischiefIn(task.order.prompt).has("cut") && !head && !cutOnce.has(task.id);
      if (cut) cutOnce.add(task.id);
      return { kind: "file", file: { ...file, cut } };
    },

    sizeOf(address) {
      if (!address.startsWith(options.base()) || !URL.canParse(address)) return undefined;
      return find(new URL(address).pathname)?.task.order.size;
    },
  };
}

interface Rendered {
  readonly bytes: Uint8Array;
  readonly contentType: "video/mp4" | "image/png";
  readonly etag: string;
}

/** Keeps the most recent renders, up to a number of bytes, and lets equal requests share one render. */
class RenderCache {
  readonly #renders = new Map<string, Promise<Rendered>>();
  readonly #sizes = new Map<string, number>();
  #queue: Promise<unknown> = Promise.resolve();

  get(order: Order, index: number): Promise<Rendered> {
    const name = sha256Hex(JSON.stringify([order, index]));
    const known = this.#renders.get(name);
    if (known !== undefined) {
      this.#renders.delete(name);
      this.#renders.set(name, known);
      return known;
    }
    const made = this.#queue.then(async () => {
      const { render } = await import("./media/render.js");
      const bytes = await render(order, index);
      this.#sizes.set(name, bytes.length);
      this.#shrink();
      return { bytes, contentType: contentTypeOf(order), etag: `"${sha256Hex(bytes)}"` };
    });
    this.#queue = made.catch(() => this.#renders.delete(name));
    this.#renders.set(name, made);
    return made;
  }

  #shrink(): void {
    let total = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const name of this.#renders.keys()) {
      if (total <= CACHE_BYTES) return;
      const size = this.#sizes.get(name);
      if (size === undefined) continue;
      total -= size;
      this.#sizes.delete(name);
      this.#renders.delete(name);
    }
  }
}

function extensionOf(order: Order): "mp4" | "png" {
  return order.kind === "video" ? "mp4" : "png";
}

function contentTypeOf(order: Order): "video/mp4" | "image/png" {
  return order.kind === "video" ? "video/mp4" : "image/png";
}

function forbidden(message: string): Answer {
  return { kind: "refusal", refusal: { code: 1103, message }, status: 403 };
}
