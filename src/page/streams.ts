/**
 * The pages that are open, each kept in step by server-sent events. What has not been sent yet is never kept: a page that
 * takes its time gets one message when it has taken the last one, with all that differs by then. One that takes nothing
 * for two heartbeats is let go; the browser comes back by itself and begins anew.
 *
 *   joining ──▶ ready ──news──▶ (all taken at once) ready
 *                         └───▶ busy ──drained──▶ ready, and the newest is sent
 *                                └──second heartbeat──▶ gone
 */
import type { ServerResponse } from "node:http";
import { newsBetween, type Snapshot } from "./news.js";

/** How pages are kept in step. */
export interface StreamOptions {
  /** The film as it is now; undefined while there is none. */
  readonly snapshot: () => Snapshot | undefined;
  /** Between two heartbeats. */
  readonly heartbeatMs: number;
  /** The least time between two messages. */
  readonly restMs: number;
  /** Most pages at a time. */
  readonly most: number;
}

/** The open pages. */
export interface Streams {
  /** Takes over a response whose head was not sent; false when there are too many. */
  join(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean;
  /** The film may have changed. */
  changed(): void;
  close(): void;
}

interface Client {
  readonly response: ServerResponse;
  sent: Snapshot | undefined;
  /** What was written last was not all taken yet. */
  busy: boolean;
  /** It was busy at the last heartbeat already. */
  late: boolean;
}

/** Opens the streams of one server. */
export function openStreams({ snapshot, heartbeatMs, restMs, most }: StreamOptions): Streams {
  const clients = new Set<Client>();
  let beat: ReturnType<typeof setInterval> | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let isPending = false;

  const write = (client: Client, text: string) => {
    if (client.response.write(text)) return;
    client.busy = true;
    client.response.once("drain", () => {
      client.busy = false;
      client.late = false;
      send(client);
    });
  };
  const send = (client: Client) => {
    if (client.busy || client.response.destroyed) return;
    const now = snapshot();
    const news = now === undefined ? undefined : newsBetween(client.sent, now);
    if (news === undefined) return;
    client.sent = now;
    write(client, `event: news\ndata: ${news}\n\n`);
  };
  const sendAll = () => {
    for (const client of clients) send(client);
    isPending = false;
    rest = setTimeout(() => {
      rest = undefined;
      if (isPending) sendAll();
    }, restMs);
  };
  const heartbeat = () => {
    for (const client of clients) {
      if (client.late) client.response.destroy();
      else if (client.busy) client.late = true;
      else write(client, ": still here\n\n");
    }
  };
  const leave = (client: Client) => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(beat);
    beat = undefined;
  };

  return {
    join(response, headers) {
      if (clients.size >= most) return false;
      const client: Client = { response, sent: undefined, busy: false, late: false };
      clients.add(client);
      response.once("close", () => leave(client));
      response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
      write(client, "retry: 1000\n\n");
      send(client);
      beat ??= setInterval(heartbeat, heartbeatMs);
      return true;
    },
    changed() {
      if (clients.size === 0) return;
      if (rest === undefined) sendAll();
      else isPending = true;
    },
    close() {
      clearInterval(beat);
      clearTimeout(rest);
      for (const { response } of clients) response.destroy();
    },
  };
}
