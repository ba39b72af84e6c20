/**
 * Which hosts may be talked to: results come from whoever the vendor names, so a URL in an answer is a stranger's.
 * Only public https, or the loopback host that the user configured. Names are judged by what they resolve to at the
 * moment of connecting, so that a name that changes its mind gains nothing.
 */
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Resolves a name to all of its addresses. */
export type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The operating system's resolver. */
export const systemResolve: Resolve = (hostname, done) =>
  systemLookup(hostname, { all: true }, (error, addresses) => done(error, addresses ?? []));

/** Raised inside a connection when an address is not public. */
export class NotPublic extends Error {
  override readonly name = "NotPublic";
  readonly code = "KM_NOT_PUBLIC";
}

// IANA's special-purpose registries, but for one: none of these is a host on the public internet.
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Written like a public address, and the metadata service of one cloud.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

// Inside 2000::/3, which is all that is global: Teredo and its neighbours, documentation, 6to4.
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const specialV4 = listOf("ipv4", SPECIAL_V4);
const specialV6 = listOf("ipv6", SPECIAL_V6);
const globalV6 = listOf("ipv6", [["2000::", 3]]);
const translatedV6 = listOf("ipv6", [
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
]);

function listOf(family: "ipv4" | "ipv6", subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

/** Whether an IP address (not a name) is a host on the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialV4.check(address, "ipv4");
    case 6: {
      if (address.includes("%")) return false;
      const embedded = embeddedV4(address);
      if (embedded !== undefined) return isPublicAddress(embedded);
      return globalV6.check(address, "ipv6") && !specialV6.check(address, "ipv6");
    }
    default:
      return false;
  }
}

/** The IPv4 address inside `::ffff:a.b.c.d` and `64:ff9b::a.b.c.d`, however it is written. */
function embeddedV4(address: string): string | undefined {
  if (!translatedV6.check(address, "ipv6")) return undefined;
  // A URL's host is in one canonical form: hexadecimal groups.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(":");
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group === "" ? "0" : group, 16));
  if (high === undefined || low === undefined) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether a URL's host is this machine: `localhost`, 127.0.0.0/8, `[::1]`. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether `url` is at the configured base's own scheme, host and port, and that is loopback. */
export function isOwnLoopback(url: URL, base: URL): boolean {
  return isLoopbackHost(base.hostname) && url.protocol === base.protocol && url.host === base.host;
}

/**
 * `text` as the URL of a result that may be fetched; `from` redirects to it. Judges what is written, which is all that can
 * be judged without asking DNS; the rest is `publicLookup`'s. No public host may send us back to this machine, even where
 * results come from it.
 */
export function resultUrl(text: string, base: URL, from?: URL): URL | undefined {
  if (text.length > 8192 || !URL.canParse(text, from?.href)) return undefined;
  const url = new URL(text, from?.href);
  if (url.username !== "" || url.password !== "") return undefined;
  if (isOwnLoopback(url, base)) return from === undefined || isOwnLoopback(from, base) ? url : undefined;
  if (url.protocol !== "https:" || isLoopbackHost(url.hostname)) return undefined;
  const literal = bareHost(url.hostname);
  return isIP(literal) !== 0 && !isPublicAddress(literal) ? undefined : url;
}

/** A URL's host without the brackets of an IPv6 literal. */
export function bareHost(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** A look-up for sockets that fails with `NotPublic` when any of a name's addresses is not public. */
export function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
        return callback(new NotPublic("the name does not lead to a public host"), "");
      }
      if (options.all === true) return callback(null, [...addresses]);
      callback(null, first.address, first.family);
    });
  };
}
