/**
 * The address of the API: which one is meant, whether credentials may be sent there, and how paths are joined to it.
 * https anywhere, plain http to this machine only.
 */
import { sha256Hex } from "../../base/digest.js";
import { elide } from "../../base/text.js";
import type { RouteProblem } from "../provider.js";
import { isLoopbackHost } from "../reach.js";

/** Where the vendor answers callers outside mainland China. */
const DEFAULT_BASE_URL = "https://api-singapore.klingai.com";

/** The vendor's regions, each with keys of its own. */
export type Region = "singapore" | "beijing";

/** Where the vendor answers, by region. */
export type VendorHosts = Readonly<Record<Region, string>>;

/** The documented hosts. [kling-api 2.1] */
export const VENDOR_HOSTS: VendorHosts = {
  singapore: DEFAULT_BASE_URL,
  beijing: "https://api-beijing.klingai.com",
};

const FORMER_HOST = "https://api.klingai.com";

/** Whose server a base is, as far as its name tells: the vendor's (of a region, or the former one), this machine, or another. */
export function whoseHost(
  base: URL,
  hosts: VendorHosts = VENDOR_HOSTS,
): Region | "former" | "local" | "gateway" {
  if (base.origin === new URL(hosts.singapore).origin) return "singapore";
  if (base.origin === new URL(hosts.beijing).origin) return "beijing";
  if (base.origin === FORMER_HOST) return "former";
  return isLoopbackHost(base.hostname) ? "local" : "gateway";
}

/** `text` as the base of all API paths (the default when absent or empty). */
export function readBase(text: string | undefined): URL | RouteProblem {
  const given = text === undefined || text === "" ? DEFAULT_BASE_URL : text;
  if (!URL.canParse(given) || given.trim() !== given) {
    return trouble(
      "KLING_BASE_URL is not a URL",
      `Set it to something like ${DEFAULT_BASE_URL}, or unset it.`,
    );
  }
  const url = new URL(given);
  if (url.username !== "" || url.password !== "") {
    return trouble(
      "KLING_BASE_URL has credentials in it",
      "Take out what stands before the @; keys have variables of their own.",
    );
  }
  if (url.host === "")
    return trouble("KLING_BASE_URL has no host", `Set it to something like ${DEFAULT_BASE_URL}.`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackHost(url.hostname))) {
    return trouble(
      `KLING_BASE_URL would send your key unprotected to ${elide(url.host, 80)}`,
      "Use https; plain http is for this machine only (127.0.0.1).",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    return trouble("KLING_BASE_URL has a query or fragment", "Leave out everything from the ? or # on.");
  }
  if (/\/v1\/?$/.test(url.pathname)) {
    return trouble("KLING_BASE_URL ends in /v1", "Leave out /v1; it is part of each path.");
  }
  return url;
}

/** The URL of an API path; each value of `query` is a list, which the API takes with plain commas. */
export function apiUrl(
  base: URL,
  path: string,
  query: Readonly<Record<string, readonly string[]>> = {},
): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, "")}${path}`;
  url.search = Object.entries(query)
    .map(([name, values]) => `${name}=${values.map(encodeURIComponent).join(",")}`)
    .join("&");
  return url;
}

/**
 * An account's fingerprint together with the address at which it was used: another server knows nothing of its tasks.
 * Servers on this machine stand in for others and change their port, so they do not count.
 */
export function accountAt(base: URL, fingerprint: string): string {
  if (base.origin === DEFAULT_BASE_URL || isLoopbackHost(base.hostname)) return fingerprint;
  return sha256Hex(`klingmake account\n${fingerprint}\n${base.origin}`).slice(0, 12);
}

/**
 * The server that the environment names, for remembering what it said: host and port; of this machine the name alone,
 * because servers here change their port.
 */
export function serverOf(baseUrl: string | undefined): string | undefined {
  const base = readBase(baseUrl);
  if (!(base instanceof URL)) return undefined;
  return isLoopbackHost(base.hostname) ? base.hostname : base.host;
}

function trouble(message: string, help: string): RouteProblem {
  return { kind: "address", message, help };
}
