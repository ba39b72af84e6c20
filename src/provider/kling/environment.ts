/**
 * What the environment says of the route beside its credentials, for those who must know it without opening the route:
 * whether a gateway is asked in a shape of its own, and which of the vendor's lip-sync calls the server has.
 * Loads no network.
 */
import type { LipSyncEndpoint } from "../../plan/estimate.js";
import type { RouteProblem } from "../provider.js";
import type { Environment } from "./auth.js";

/** What the environment says of the server. */
export interface ServerWays {
  /** `vendor`: the new or the legacy dialect, as the catalog has it for each model. */
  readonly dialect: "vendor" | "unified";
  readonly lipSync: LipSyncEndpoint;
}

/** What `KLING_DIALECT` and `KLING_LIP_SYNC` say, and whether it goes with the address and with each other. */
export function serverWays(env: Environment): ServerWays | RouteProblem {
  const dialect = env["KLING_DIALECT"] ?? "";
  switch (dialect) {
    case "":
    case "vendor": {
      const lipSync = lipSyncWay(env);
      return typeof lipSync === "string" ? { dialect: "vendor", lipSync } : lipSync;
    }
    case "unified":
      return unifiedWays(env);
    default:
      return trouble(
        'KLING_DIALECT is neither "vendor" nor "unified"',
        "Unset it for the vendor's own API; set it to unified only for a gateway that has /v1/videos/generations.",
      );
  }
}

const VENDOR_HOST = /^https?:\/\/([^/?#@]*\.)?(klingai\.com|kling\.ai)(:\d+)?([/?#]|$)/i;

function unifiedWays(env: Environment): ServerWays | RouteProblem {
  const base = env["KLING_BASE_URL"] ?? "";
  if (base === "") {
    return trouble(
      "KLING_DIALECT=unified names a gateway's dialect, but KLING_BASE_URL names no gateway",
      "Set KLING_BASE_URL to the gateway's address, or unset KLING_DIALECT: the vendor's own API does not speak it.",
    );
  }
  if (VENDOR_HOST.test(base)) {
    return trouble(
      "KLING_BASE_URL is the vendor's own address, which does not speak KLING_DIALECT=unified",
      "Unset KLING_DIALECT, or set KLING_BASE_URL to the gateway's address.",
    );
  }
  if (env["KLING_LIP_SYNC"] === "advanced") {
    return trouble(
      "KLING_LIP_SYNC=advanced does not go with KLING_DIALECT=unified, which has the one lip-sync call of old",
      "Unset KLING_LIP_SYNC.",
    );
  }
  const lipSync = lipSyncWay(env);
  return typeof lipSync === "string" ? { dialect: "unified", lipSync: "old" } : lipSync;
}

function trouble(message: string, help: string): RouteProblem {
  return { kind: "address", message, help };
}

/** Which lip-sync `KLING_LIP_SYNC` asks for; the vendor's of today when it is not set. */
function lipSyncWay(env: Environment): LipSyncEndpoint | RouteProblem {
  const given = env["KLING_LIP_SYNC"] ?? "";
  if (given === "" || given === "advanced") return "advanced";
  if (given === "old") return "old";
  return {
    kind: "address",
    message: 'KLING_LIP_SYNC is neither "advanced" nor "old"',
    help: "Unset it; set it to old only for a gateway whose one lip-sync call is /v1/videos/lip-sync.",
  };
}
