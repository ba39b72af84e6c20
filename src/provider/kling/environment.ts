/**
 * What the environment says of the route beside its credentials, for those who must know it without opening the route:
 * which of the vendor's lip-sync calls the server has. Loads no network.
 */
import type { LipSyncEndpoint } from "../../plan/estimate.js";
import type { RouteProblem } from "../provider.js";
import type { Environment } from "./auth.js";

/** Which lip-sync `KLING_LIP_SYNC` asks for; the vendor's of today when it is not set. */
export function lipSyncWay(env: Environment): LipSyncEndpoint | RouteProblem {
  const given = env["KLING_LIP_SYNC"] ?? "";
  if (given === "" || given === "advanced") return "advanced";
  if (given === "old") return "old";
  return {
    kind: "address",
    message: 'KLING_LIP_SYNC is neither "advanced" nor "old"',
    help: "Unset it; set it to old only for a gateway whose one lip-sync call is /v1/videos/lip-sync.",
  };
}
