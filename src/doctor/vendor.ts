/**
 * What there is to say of the way to the vendor: the address in use, who answers there, and how the clocks compare. Pure.
 * A clock that is wrong costs nothing at the vendor, because tokens are signed anew by its time; what suffers is what is
 * judged by date: packs that end, results and handles that expire.
 */
import { formatSeconds } from "../base/clock.js";
import { unreachable } from "../base/guard.js";
import { skewSeconds, type ClockSighting } from "../provider/account.js";
import type { HostFound, Knock } from "../provider/kling/examine.js";
import type { Facts } from "./facts.js";
import { adviceOf, fine, finding, ofAccount, type Finding } from "./finding.js";

/** Seconds by which the clocks may differ: the vendor's own sample backdates its tokens by five. */
const PAIR_SECONDS = 5;
const KEY_SECONDS = 60;
const FAR_SECONDS = 3600;

/** The address, who answers, and the clock, in order. */
export function vendorFindings(facts: Facts): readonly Finding[] {
  const { address, hosts, sighting } = facts.vendor;
  if (address !== undefined && hosts.length === 0) {
    return [ofAccount(finding("address", "problem", address.message, adviceOf(address)))];
  }
  const [base, ...others] = hosts;
  if (base === undefined) {
    const isWanted = facts.project.kind !== "read" || facts.project.kling.wanted !== "nowhere";
    const said = "Kling was not asked, because no credentials are set";
    return [isWanted ? finding("network", "unknown", said) : fine("network", said)];
  }
  return [
    address === undefined
      ? addressFinding(base, facts.vendor.unified === true)
      : ofAccount(finding("address", "problem", address.message, adviceOf(address))),
    networkFinding(base, others, facts),
    clockFinding(sighting, facts.vendor.credentials.kind === "key_pair"),
  ];
}

function addressFinding({ host, whose }: HostFound, isUnified: boolean): Finding {
  const spoken = isUnified ? ", spoken to in the unified dialect" : "";
  switch (whose) {
    case "singapore":
      return fine("address", `${host}, for callers outside mainland China`);
    case "beijing":
      return fine("address", `${host}, for mainland China`);
    case "former":
      return finding(
        "address",
        "warning",
        `${host} is the vendor's former host, which Singapore has replaced`,
        { say: "use the host of today:", copy: "unset KLING_BASE_URL" },
      );
    case "local":
      return fine("address", `${host}, on this machine (KLING_BASE_URL)${spoken}`);
    case "gateway":
      return fine(
        "address",
        `${host} (KLING_BASE_URL), not a host of the vendor's${spoken}; requests and key go there`,
      );
    default:
      return unreachable(whose);
  }
}

function networkFinding(
  base: HostFound,
  others: readonly HostFound[],
  { proxy, vendor: { unified } }: Facts,
): Finding {
  const reached = others.filter(({ knock }) => knock.kind === "vendor" || knock.kind === "stranger");
  const beside = others.map(({ host, knock }) => `${host} ${knockWords(knock)}`).join(", ");
  const also = beside === "" ? "" : `; ${beside}`;
  const { host, knock } = base;
  const isForeign = base.whose === "gateway" || base.whose === "local";
  switch (knock.kind) {
    case "vendor":
      return fine("network", `${host} ${knockWords(knock)}${also}`);
    case "sandbox":
      return ofAccount(
        finding(
          "network",
          "problem",
          `${host} is a klingmake sandbox, not Kling: with provider: kling it is refused`,
          { say: "to reach Kling:", copy: "unset KLING_BASE_URL" },
          "or use provider: sandbox",
        ),
      );
    case "stranger":
      // Gateways need not have the calls about accounts, and in a dialect of their own have none.
      if (unified === true) return fine("network", `${host} answers; it tells nothing of accounts`);
      if (isForeign) {
        return finding(
          "network",
          "unknown",
          `${host} ${knockWords(knock)}`,
          "if renders fail, too, see that KLING_BASE_URL is the base of the API",
        );
      }
      return finding(
        "network",
        "problem",
        `${host} ${knockWords(knock)}${also}`,
        "something between this machine and Kling may have answered (a proxy, a hotel's page): open the address in a browser",
      );
    case "silent":
      return finding(
        "network",
        "problem",
        `${host} ${knockWords(knock)}${also}`,
        ...(reached.length > 0
          ? ["the network works: try again in some minutes, or look for news of an outage"]
          : isForeign
            ? ["see that KLING_BASE_URL is right, and that something listens there"]
            : ["check the network: no host of the vendor's was reached"]),
        ...(proxy
          ? ["the environment names a proxy, which klingmake does not use: it needs a direct way out"]
          : []),
      );
    default:
      return unreachable(knock);
  }
}

function knockWords(knock: Knock): string {
  switch (knock.kind) {
    case "vendor":
      return `answers in ${Math.max(1, Math.round(knock.tripMs))} ms`;
    case "sandbox":
      return "is a sandbox";
    case "stranger":
      return `answers, but not as Kling does (HTTP ${knock.status})`;
    case "silent":
      return `does not answer (${knock.why})`;
    default:
      return unreachable(knock);
  }
}

function clockFinding(sighting: ClockSighting | undefined, signs: boolean): Finding {
  if (sighting === undefined) return finding("clock", "unknown", "no answer told the server's time");
  const seconds = skewSeconds(sighting);
  const far = Math.abs(seconds);
  if (far <= (signs ? PAIR_SECONDS : KEY_SECONDS))
    return fine("clock", far < 1 ? "right" : `right within ${far} s`);
  const side = seconds > 0 ? "fast" : "slow";
  return finding(
    "clock",
    far > FAR_SECONDS ? "problem" : "warning",
    `this machine's clock is ${formatSeconds(far)} ${side}, by the server's Date`,
    signs
      ? "set it: tokens are dated by it, and so is what ends or expires"
      : "set it: what ends or expires is judged by it",
  );
}
