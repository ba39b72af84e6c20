/**
 * The address that a vendor may be given to call back. It is the user's, and may hold a secret in its path or query: no
 * message here repeats any of it. Judges what is written and asks no DNS, because the vendor connects and not we.
 */
import { isIP } from "node:net";
import type { RouteProblem } from "./provider.js";
import { bareHost, isLoopbackHost, isPublicAddress } from "./reach.js";

const LONGEST = 2_000;
const SHORTEST_SECRET = 12;

/** `text` as an address that can be called back: public https, or this machine. */
export function readCallbackUrl(text: string): URL | RouteProblem {
  if (text.length > LONGEST || text.trim() !== text || !URL.canParse(text)) {
    return trouble("the callback address is not a URL", "Say a whole one, like https://example.com/kling.");
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return trouble(
      "the callback address has credentials in it",
      "Take out what stands before the @: a callback is proven by its signature (KLING_WEBHOOK_SECRET).",
    );
  }
  if (url.hash !== "")
    return trouble("the callback address has a fragment", "Leave out the # and what follows.");
  const isLocal = isLoopbackHost(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    return trouble(
      "the callback address is not https",
      "Use https; plain http is for a sandbox on this machine (127.0.0.1).",
    );
  }
  const literal = bareHost(url.hostname);
  if (!isLocal && isIP(literal) !== 0 && !isPublicAddress(literal)) {
    return trouble(
      "the callback address is in a private network",
      "Use an address that the vendor can reach: a reverse proxy or a tunnel that leads to --listen.",
    );
  }
  return url;
}

/** The same against a server: one that is elsewhere cannot call this machine by 127.0.0.1. */
export function callbackFor(text: string, base: URL): URL | RouteProblem {
  const url = readCallbackUrl(text);
  if (!(url instanceof URL)) return url;
  if (isLoopbackHost(url.hostname) && !isLoopbackHost(base.hostname)) {
    return trouble(
      "the callback address is on this machine, and the server is not",
      "Use an address that the vendor can reach: a reverse proxy or a tunnel that leads to --listen.",
    );
  }
  return url;
}

/** What of such an address nobody may be shown: all of it, and every piece that is long enough to be a secret. */
export function callbackSecrets({ href, pathname, search }: URL): readonly string[] {
  return [href, ...`${pathname}${search}`.split(/[/?&=]/).filter((piece) => piece.length >= SHORTEST_SECRET)];
}

function trouble(message: string, help: string): RouteProblem {
  return { kind: "address", message, help };
}
