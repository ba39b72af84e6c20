/**
 * Who may ask the page's server, and for which address: decided from the request's head alone. Other sites reach
 * loopback through a browser (a name that resolves to 127.0.0.1, a form, an image); other users of this machine reach it
 * directly, and lack the token. Addresses are compared as they came and never decoded, so that no spelling leads around.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What came of looking at a request. */
export type Received =
  /** `path` is relative to the page: `` for the page itself, `events`, `media/...`. */
  | { readonly kind: "asked"; readonly path: string; readonly isHead: boolean }
  | { readonly kind: "refused"; readonly status: 403 | 404 | 405 | 414; readonly why: string }
  /** The page without its last slash, from which relative addresses would lead astray. */
  | { readonly kind: "moved"; readonly to: string };

/** The part of a request that is looked at. */
export type RequestHead = Pick<IncomingMessage, "method" | "url" | "headers" | "rawHeaders">;

/** Longest address, in characters; ours have less than 600. */
const MOST_ADDRESS = 1024;

/** Looks at a request to the server that listens on `port` and stands under `token`. */
export function receive(request: RequestHead, port: number, token: string): Received {
  const refused = (status: 403 | 404 | 405 | 414, why: string): Received => ({
    kind: "refused",
    status,
    why,
  });
  const { method = "", url = "", headers, rawHeaders } = request;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  const ours = hostsOf(port);
  if (hosts.length !== 1 || !ours.includes(headers.host ?? ""))
    return refused(403, "this page answers under its own address on this machine only");
  const { origin, "sec-fetch-site": site } = headers;
  const isForeign = origin !== undefined && !ours.some((host) => origin === `http://${host}`);
  // Another port of this machine is `same-site`, and somebody else all the same.
  if (isForeign || !["same-origin", "none", undefined].includes(site?.toString()))
    return refused(403, "this page answers no other site; open its address in a window of its own");
  if (method !== "GET" && method !== "HEAD") return refused(405, "this page can only be looked at");
  if (url.length > MOST_ADDRESS) return refused(414, "the address is too long");
  const [, word = "", path] = /^\/([^/?]*)(?:\/([^?]*))?(?:\?.*)?$/s.exec(url) ?? [];
  if (!isSame(word, token))
    return refused(404, "nothing is here; open the page by the address that klingmake printed");
  return path === undefined
    ? { kind: "moved", to: `/${token}/` }
    : { kind: "asked", path, isHead: method === "HEAD" };
}

function hostsOf(port: number): readonly string[] {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  // A browser leaves the port of plain http out.
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

/** In a time that does not tell how much of it was right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
