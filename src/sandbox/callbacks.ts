/**
 * Calls back when a task changes: the bare task by POST, signed as the vendor signs it. [kling-api 5.1, 5.2]
 * Only to plain http on this machine, because the sandbox reaches nobody else, and once: deliveries that fail are not
 * repeated, and those of a sandbox that was stopped are never made, so whoever relies on them alone finds out here.
 */

import { createHmac } from "node:crypto";
import { request } from "node:http";

import type { Task } from "./task.js";
import { legacyView, type Links, newView } from "./task-view.js";

/** What calling back needs of its sandbox. */
export interface CallbackOptions {
  /** `whsec_...`, several with spaces between them; empty: nothing is signed. */
  readonly secret: string;
  readonly links: Links;
  readonly now: () => number;
}

/** Calls back while the sandbox runs. */
export interface Callbacks {
  /** Calls `address` when the task begins to be processed and when it has ended. */
  follow(task: Task, address: string): void;
  /** Ends all of it at once. */
  close(): void;
}

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;
const PATIENCE_MS = 5_000;
const MOST_DELAY_MS = 2 ** 31 - 1;

/** Opens it. @throws Error for a secret that is none. */
export function openCallbacks({ secret, links, now }: CallbackOptions): Callbacks {
  const keys = secret.split(/\s+/u).flatMap((word) => (word === "" ? [] : [keyOf(word)]));
  const timers = new Set<NodeJS.Timeout>();
  const open = new AbortController();
  let deliveries = 0;

  const wait = (task: Task, at: number, url: URL): void => {
    const delay = Math.max(0, at - now());
    // What no timer can wait for is told by nobody.
    if (delay > MOST_DELAY_MS) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      // Timers run by another clock: who asks at once must not be told that nothing has changed yet.
      if (now() < at) wait(task, at, url);
      else tell(task, at, url);
    }, delay);
    timers.add(timer);
  };
  const tell = (task: Task, at: number, url: URL): void => {
    const view = task.generation === "new" ? newView : legacyView;
    deliver(url, JSON.stringify(view(task, at, links)), headersOf);
  };
  const headersOf = (body: string): Readonly<Record<string, string>> => {
    if (keys.length === 0) return {};
    const id = `${now()}${String(deliveries++).padStart(5, "0")}`;
    const timestamp = String(Math.floor(now() / 1000));
    const macs = keys.map((key) =>
      createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64"),
    );
    return {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": macs.map((mac) => `v1,${mac}`).join(" "),
    };
  };
  const deliver = (url: URL, body: string, headers: typeof headersOf): void => {
    const sent = request(
      url,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...headers(body),
        },
        signal: open.signal,
        timeout: PATIENCE_MS,
        agent: false,
      },
      (response) => response.resume(),
    );
    sent.on("timeout", () => sent.destroy());
    // Nobody there, or nobody who listens: the vendor documents no second try.
    sent.on("error", () => undefined);
    sent.end(body);
  };

  return {
    follow(task, address) {
      const url = new URL(address);
      if (url.protocol !== "http:" || !LOOPBACK_NAME.test(url.hostname)) return;
      for (const at of new Set([task.startsAt, task.endsAt])) wait(task, at, url);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      open.abort();
    },
  };
}

function keyOf(word: string): Buffer {
  const key = Buffer.from(word.replace(/^whsec_/u, ""), "base64");
  if (!word.startsWith("whsec_") || key.length === 0) {
    throw new Error("a webhook secret begins with whsec_, and the rest of it is base64");
  }
  return key;
}
