/**
 * What there is to say of credentials: which kind, whether they are accepted, and if not, which of the usual mistakes it
 * is. The vendor's own words about keys that it does not know mislead (they speak of tokens with three parts, or of
 * AccessKey and SecretKey), so they are explained here and not passed on. Pure.
 */
import { unreachable } from "../base/guard.js";
import type { AccountAnswer } from "../provider/account.js";
import type { VendorError } from "../provider/provider.js";
import { VENDOR_HOSTS } from "../provider/kling/address.js";
import type { AccountFound, CredentialsFound, HostFound, Mistake } from "../provider/kling/examine.js";
import type { Facts, ProjectFound } from "./facts.js";
import { adviceOf, fine, finding, ofAccount, type Advice, type Finding } from "./finding.js";

const MAKE_KEY: Advice = {
  say: "make an API key at https://kling.ai/dev/api-key (in mainland China: https://klingai.com/dev) and set it:",
  copy: "export KLING_API_KEY=...",
};

/** The finding. */
export function credentialsFinding({ vendor, project }: Facts): Finding {
  const { credentials, account, hosts, unified } = vendor;
  switch (credentials.kind) {
    case "none":
      return noCredentials(project);
    case "unusable":
      return ofAccount(
        finding("credentials", "problem", credentials.problem.message, adviceOf(credentials.problem)),
      );
    case "api_key":
    case "key_pair":
      return account === undefined
        ? untried(
            credentials,
            unified === true,
            hosts.find((each) => each.inUse),
          )
        : tried(
            credentials,
            account,
            hosts.find((each) => each.inUse),
          );
    default:
      return unreachable(credentials);
  }
}

function noCredentials(project: ProjectFound): Finding {
  const kling = project.kind === "read" ? project.kling : undefined;
  switch (kling?.wanted) {
    case "nowhere":
      return fine("credentials", "none are set; the sandbox needs none");
    case "by_default":
      return ofAccount(
        finding("credentials", "problem", "none are set, and the project wants Kling", MAKE_KEY),
      );
    case "in_profile":
      return finding(
        "credentials",
        "warning",
        `none are set; the sandbox needs none, but the profile ${kling.profile} wants Kling`,
        MAKE_KEY,
      );
    case undefined:
      return finding("credentials", "warning", "none are set; only the sandbox works without", MAKE_KEY);
  }
}

type Usable = Extract<CredentialsFound, { readonly account: string }>;

function kindOf({ kind, account, idle }: Usable): string {
  const what =
    kind === "api_key"
      ? "an API key (KLING_API_KEY)"
      : "an access key with a secret key (KLING_ACCESS_KEY, KLING_SECRET_KEY)";
  const beside =
    idle.length === 0
      ? ""
      : `; ${idle.join(" and ")} ${idle.length === 1 ? "is" : "are"} set, too, and not used`;
  return `${what}, account ${account}${beside}`;
}

function untried(credentials: Usable, isUnified: boolean, host: HostFound | undefined): Finding {
  const reached = host !== undefined && host.knock.kind !== "silent";
  const why = !reached
    ? "the vendor was not reached"
    : isUnified
      ? "a gateway of the unified dialect has no question that is surely free"
      : `they are not shown to ${host.host}`;
  return finding("credentials", "unknown", `${kindOf(credentials)}; not tried, because ${why}`);
}

function tried(
  credentials: Usable,
  { packs, newer, mistake }: AccountFound,
  host: HostFound | undefined,
): Finding {
  if (mistake !== undefined) return mistaken(mistake);
  const isRefused = (answer: AccountAnswer<unknown>) =>
    answer.kind === "refused" && answer.error.class === "credentials";
  // An account that may not or cannot pay is known all the same; packs and balance say the rest.
  const isTaken = (answer: AccountAnswer<unknown>) =>
    answer.kind === "answered" || (answer.kind === "refused" && answer.error.class === "account");
  const no = [packs, newer].find(isRefused);
  if (no?.kind === "refused" && !isTaken(packs) && !(isTaken(newer) && !isRefused(packs))) {
    return ofAccount(refused(credentials, no.error, isTaken(newer), host));
  }
  if (!isTaken(packs) && !isTaken(newer)) {
    const why = packs.kind === "lost" ? packs.why : packs.kind === "refused" ? packs.error.message : "";
    return finding("credentials", "unknown", `${kindOf(credentials)}; could not be tried: ${why}`);
  }
  if (credentials.kind === "key_pair") {
    return finding(
      "credentials",
      "warning",
      `${kindOf(credentials)}, accepted for /v1 only: the newer models, under their current names, take an API key`,
      MAKE_KEY,
    );
  }
  if (isRefused(newer)) {
    return finding(
      "credentials",
      "warning",
      `${kindOf(credentials)}, accepted by /v1 but not by the newer API`,
      MAKE_KEY,
    );
  }
  return fine("credentials", `${kindOf(credentials)}, accepted`);
}

function mistaken(mistake: Mistake): Finding {
  switch (mistake.kind) {
    case "swapped":
      return ofAccount(
        finding(
          "credentials",
          "problem",
          "KLING_ACCESS_KEY and KLING_SECRET_KEY are swapped: the other way round the vendor accepts them",
          "set each to what is in the other",
        ),
      );
    case "access_key_as_api_key":
      return ofAccount(
        finding(
          "credentials",
          "problem",
          "KLING_API_KEY holds the access key that belongs to KLING_SECRET_KEY; an access key is not an API key",
          {
            say: "give the pair its own names:",
            copy: 'export KLING_ACCESS_KEY="$KLING_API_KEY"; unset KLING_API_KEY',
          },
          MAKE_KEY,
        ),
      );
    default:
      return unreachable(mistake);
  }
}

/** Credentials that nobody accepts, and why that may be. */
function refused(
  credentials: Usable,
  error: VendorError,
  isTakenByNewer: boolean,
  host: HostFound | undefined,
): Finding {
  const what = credentials.kind === "api_key" ? "KLING_API_KEY" : "KLING_ACCESS_KEY with KLING_SECRET_KEY";
  if (error.code === 1003 || error.code === 1004) {
    return finding("credentials", "problem", `${what}: ${error.message}`, ...helpOf(error));
  }
  if (isTakenByNewer) {
    return finding(
      "credentials",
      "problem",
      `${kindOf(credentials)}, accepted by the newer API but not by /v1 and the account (${error.code})`,
      MAKE_KEY,
    );
  }
  const isVendor = host?.whose !== "gateway" && host?.whose !== "local";
  const wrong =
    credentials.kind === "api_key"
      ? "copy the API key once more, whole; of an access key, and of a key that is cut or mistyped, the vendor says misleadingly that AccessKey and SecretKey are not supported, or that a token should have three parts"
      : "copy both once more, whole, and see that they are of one pair and not swapped";
  const elsewhere: Advice = isVendor
    ? otherRegion(host)
    : { say: `${host?.host ?? "this server"} is not the vendor's: see that the key is one of its own` };
  return finding(
    "credentials",
    "problem",
    // What the vendor says beside 1002 is about other mistakes than the likeliest.
    `${what} is not accepted by ${host?.host ?? "the vendor"} (${error.code < 0 ? `HTTP ${-error.code}` : error.code})`,
    wrong,
    elsewhere,
    MAKE_KEY,
  );
}

/** Keys are of one region; whether one is of the other can only be found out by asking there, which is for its owner to do. */
function otherRegion(host: HostFound | undefined): Advice {
  const [console, base] =
    host?.whose === "beijing"
      ? ["kling.ai (outside mainland China)", VENDOR_HOSTS.singapore]
      : ["klingai.com (mainland China)", VENDOR_HOSTS.beijing];
  return {
    say: `keys are of one region: if it was made at ${console}, ask there:`,
    copy: `KLING_BASE_URL=${base} klingmake doctor`,
  };
}

function helpOf(error: VendorError): readonly string[] {
  return error.help === undefined ? [] : [error.help];
}
