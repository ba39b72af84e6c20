/**
 * Results: their signed addresses, and their bytes, which are rendered when they are first fetched.
 * Rendering is a pure function of the stored order, its mark and the sounds that the order names by digest, so nothing
 * rendered is stored: a memory cache saves repeats, and after a restart the same bytes are made again. One clip is
 * rendered at a time, in slices, so that queries are answered meanwhile. A signature covers path and expiry; addresses
 * die a fixed time after the task ended, and so do the ids under which results can be used as inputs.
 */

import { createHmac } from "node:crypto";

import { sha256Hex } from "../base/digest.js";
import { type Answer, refusal, type ResultFile } from "./answer.js";
import type { OwnResult } from "./rules/order.js";
import { type FileName, filesOf, mischiefOf, orderOfResult, resultId, stageOf, type Task } from "./task.js";

const CACHE_BYTES = 128 * 1024 * 1024;
const FILE_PATH = /^\/outputs\/(\d+)\/(\d+)\.(mp4|png|mp3|wav)$/u;
const CONTENT_TYPES: Readonly<Record<FileName["extension"], ResultFile["contentType"]>> = {
  mp4: "video/mp4",
  png: "image/png",
  mp3: "audio/mpeg",
  wav: "audio/wav",
};
const RESULT_ID = /^(\d+)-(\d+)$/u;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/iu;

/** The results of one sandbox. */
export interface Results {
  /** Signed addresses of a succeeded task's files, in the order of {@link filesOf}. */
  readonly links: (task: Task) => readonly string[];
  /** Answers a download; `head` says that the body will not be sent. */
  readonly serve: (address: URL, head: boolean) => Promise<Answer>;
  /** A result by the id under which it can be used as an input. */
  readonly byId: (id: string) => OwnResult | undefined;
  /** A result by its address, whatever port it was handed out on. */
  readonly at: (address: string) => OwnResult | "foreign" | "unreachable";
}

/** What results need to know of their sandbox. */
export interface ResultsOptions {
  readonly secret: string;
  /** How long an address works after its task ended, in seconds. */
  readonly urlSeconds: number;
  /** How long a result can be used as an input by its id, in seconds. */
  readonly handleSeconds: number;
  readonly base: () => string;
  readonly now: () => number;
  readonly taskById: (id: string) => Task | undefined;
  /** The bytes of a sound that came with a request. */
  readonly sound: (sha256: string) => Uint8Array | undefined;
}

/** Opens the results of a sandbox. */
export function openResults(options: ResultsOptions): Results {
  const cache = new RenderCache(options.sound);
  const handedOut = new Set<string>();
  const cutOnce = new Set<string>();

  const signature = (path: string, expires: string): string =>
    createHmac("sha256", options.secret).update(`${path}\n${expires}`).digest("base64url");

  const find = (path: string): { task: Task; file: FileName } | undefined => {
    const [, id, number, extension] = FILE_PATH.exec(path) ?? [];
    const task = options.taskById(id ?? "");
    const file =
      task &&
      filesOf(task.order).find((each) => each.index === Number(number) && each.extension === extension);
    return task && file && { task, file };
  };

  const own = (task: Task, index: number, until: number): OwnResult | undefined => {
    const { mark } = task;
    const order = orderOfResult(task.order, index);
    const now = options.now();
    if (mischiefOf(task.order).has("gone")) return undefined;
    const stage = stageOf(task, now);
    const state =
      stage === "failed" ? "failed" : stage !== "succeeded" ? "under way" : now < until ? "ready" : "expired";
    return { id: resultId(task, index), order, mark, state };
  };

  return {
    links(task) {
      const expiredOnce = mischiefOf(task.order).has("expire") && !handedOut.has(task.id);
      handedOut.add(task.id);
      const until = expiredOnce ? task.createdAt - 1000 : task.endsAt + options.urlSeconds * 1000;
      const expires = String(Math.floor(until / 1000));
      return filesOf(task.order).map(({ index, extension }) => {
        const path = `/outputs/${task.id}/${index}.${extension}`;
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
      const { task } = found;
      const file = await cache.get(task, found.file);
      const cut = mischiefOf(task.order).has("cut") && !head && !cutOnce.has(task.id);
      if (cut) cutOnce.add(task.id);
      return { kind: "file", file, ...(cut ? { fault: { do: "cut" } } : {}) };
    },

    byId(id) {
      const [, taskId, number] = RESULT_ID.exec(id) ?? [];
      const task = options.taskById(taskId ?? "");
      const index = Number(number) - 1;
      if (task === undefined || !filesOf(task.order).some((file) => file.index === index)) return undefined;
      return own(task, index, task.endsAt + options.handleSeconds * 1000);
    },

    at(address) {
      const { hostname, pathname, searchParams } = new URL(address);
      if (!LOOPBACK.test(hostname)) return "foreign";
      const expires = searchParams.get("Expires") ?? "";
      const found = find(pathname);
      if (found === undefined || searchParams.get("Signature") !== signature(pathname, expires)) {
        return "unreachable";
      }
      return own(found.task, found.file.index, Number(expires) * 1000) ?? "unreachable";
    },
  };
}

/** Keeps the most recent renders, up to a number of bytes, and lets equal requests share one render. */
class RenderCache {
  readonly #renders = new Map<string, Promise<ResultFile>>();
  readonly #sizes = new Map<string, number>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly sound: ResultsOptions["sound"]) {}

  get({ order, mark }: Task, file: FileName): Promise<ResultFile> {
    const name = sha256Hex(JSON.stringify([order, mark, file]));
    const known = this.#renders.get(name);
    if (known !== undefined) {
      this.#renders.delete(name);
      this.#renders.set(name, known);
      return known;
    }
    const made = this.#queue.then(async () => {
      const { render } = await import("./media/render.js");
      const bytes = await render(order, file, mark, this.sound);
      this.#sizes.set(name, bytes.length);
      this.#shrink();
      return { bytes, contentType: CONTENT_TYPES[file.extension], etag: `"${sha256Hex(bytes)}"` };
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

function forbidden(message: string): Answer {
  return { kind: "refusal", refusal: { code: 1103, message }, status: 403 };
}
