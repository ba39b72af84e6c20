/**
 * Credentials of the official API: read from a plain record of environment variables, checked for the slips that people
 * make when they paste, turned into the bearer of a request. Two schemes: an API key, which everything accepts, and an
 * access key with a secret key, from which a token is signed that only `/v1` accepts.
 * A surprise: the vendor's clock counts, so a refused token is signed anew by the time that the refusal carried.
 */
import { sha256Hex } from "../../base/digest.js";
import type { Clock } from "../../base/clock.js";
import { unreachable } from "../../base/guard.js";
import type { RouteProblem } from "../provider.js";

/** What proves who we are. */
export type Credentials =
  | { readonly kind: "api_key"; readonly key: string }
  | { readonly kind: "key_pair"; readonly accessKey: string; readonly secretKey: string };

/** Credentials with the fingerprint of their account: 12 hexadecimal digits, from which no key can be had back. */
export interface Account {
  readonly credentials: Credentials;
  readonly fingerprint: string;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that hold credentials. */
export const CREDENTIAL_NAMES = ["KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY"] as const;

const GET_KEY =
  "Make an API key in the developer console (https://kling.ai/dev/api-key) and set KLING_API_KEY to it.";

/** The account that the environment gives; the API key wins where both schemes are there. */
export function readAccount(env: Environment): Account | RouteProblem {
  const apiKey = env["KLING_API_KEY"] ?? "";
  const accessKey = env["KLING_ACCESS_KEY"] ?? "";
  const secretKey = env["KLING_SECRET_KEY"] ?? "";
  const slip =
    pasteSlip("KLING_API_KEY", apiKey) ??
    pasteSlip("KLING_ACCESS_KEY", accessKey) ??
    pasteSlip("KLING_SECRET_KEY", secretKey) ??
    mixUp(apiKey, accessKey, secretKey);
  if (slip !== undefined) return slip;
  if (apiKey === "" && accessKey === "" && secretKey === "") {
    return trouble("no Kling credentials are set", GET_KEY);
  }
  // Of the credential that is sent, and of no other that may stand beside it: that one may be another account's.
  const fingerprint = fingerprintOf(apiKey === "" ? accessKey : apiKey);
  if (apiKey !== "") return { credentials: { kind: "api_key", key: apiKey }, fingerprint };
  if (accessKey === "" || secretKey === "") {
    const [set, missing] =
      accessKey === "" ? ["KLING_SECRET_KEY", "KLING_ACCESS_KEY"] : ["KLING_ACCESS_KEY", "KLING_SECRET_KEY"];
    return trouble(
      `${set} is set but ${missing} is not`,
      `Set ${missing} too, or set KLING_API_KEY instead of both.`,
    );
  }
  return { credentials: { kind: "key_pair", accessKey, secretKey }, fingerprint };
}

/** Everything that must never be shown. */
export function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case "api_key":
      return [credentials.key];
    case "key_pair":
      return [credentials.secretKey, credentials.accessKey];
    default:
      return unreachable(credentials);
  }
}

function fingerprintOf(key: string): string {
  return sha256Hex(`klingmake account\n${key}`).slice(0, 12);
}

function trouble(message: string, help: string): RouteProblem {
  return { kind: "credentials", message, help };
}

function pasteSlip(name: string, value: string): RouteProblem | undefined {
  if (value === "") return undefined;
  if (value.trim() !== value) {
    return trouble(
      `${name} begins or ends with white space`,
      `Set ${name} without the space or line break around it.`,
    );
  }
  if (/^["'`\u2018-\u201d]|["'`\u2018-\u201d]$/.test(value)) {
    return trouble(`${name} has quotation marks in it`, `Set ${name} without the quotation marks.`);
  }
  if (/^bearer\s/i.test(value))
    return trouble(`${name} begins with "Bearer"`, `Set ${name} to what follows that word.`);
  if (/^KLING_\w+=/.test(value))
    return trouble(`${name} holds a whole assignment`, `Set ${name} to what follows the "=".`);
  if (/^<.*>$|\$\{|^\$[A-Z_]+$|^your[-_ ]|^x{3,}$|^changeme$/i.test(value)) {
    return trouble(`${name} holds a placeholder and not a key`, GET_KEY);
  }
  if (!/^[\u0021-\u007e]+$/.test(value)) {
    return trouble(
      `${name} has characters in it that no key has`,
      `Copy the key again; take only the key itself.`,
    );
  }
  return undefined;
}

function mixUp(apiKey: string, accessKey: string, secretKey: string): RouteProblem | undefined {
  if (apiKey !== "" && apiKey === accessKey) {
    return trouble("KLING_API_KEY holds the access key", `An access key is not an API key. ${GET_KEY}`);
  }
  if (apiKey !== "" && apiKey === secretKey) {
    return trouble("KLING_API_KEY holds the secret key", `A secret key is not an API key. ${GET_KEY}`);
  }
  if (/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(apiKey)) {
    return trouble(
      "KLING_API_KEY holds a signed token, which dies within half an hour",
      "Set KLING_ACCESS_KEY and KLING_SECRET_KEY, and tokens are signed when they are needed; or set a real API key.",
    );
  }
  if (accessKey !== "" && accessKey === secretKey) {
    return trouble(
      "KLING_ACCESS_KEY and KLING_SECRET_KEY are the same",
      "Copy both again: they are two different texts.",
    );
  }
  return undefined;
}

/** Gives the bearer of a request. */
export interface Signer {
  /** Whether the bearer is a token that only `/v1` accepts. */
  readonly legacyOnly: boolean;
  /** The text after `Bearer `. */
  bearer(): Promise<string>;
  /**
   * Throws the token away and signs by the server's time (milliseconds since the epoch), where it is known, from then on.
   * False when there is nothing to sign.
   */
  renew(serverNow: number | undefined): boolean;
}

const LIFE_SECONDS = 1800;
const BACKDATE_SECONDS = 5;
/** A token with less left than this is not used any more. */
const MARGIN_SECONDS = 300;

/** Signs for these credentials. */
export function signer(credentials: Credentials, clock: Clock): Signer {
  if (credentials.kind === "api_key") {
    const { key } = credentials;
    return { legacyOnly: false, bearer: () => Promise.resolve(key), renew: () => false };
  }
  const { accessKey, secretKey } = credentials;
  let skewMs = 0;
  let held: { readonly token: Promise<string>; readonly expires: number } | undefined;
  return {
    legacyOnly: true,
    bearer() {
      const now = Math.floor((clock.now() + skewMs) / 1000);
      if (held === undefined || held.expires - now < MARGIN_SECONDS) {
        held = { token: signToken(accessKey, secretKey, now), expires: now + LIFE_SECONDS };
      }
      return held.token;
    },
    renew(serverNow) {
      if (serverNow !== undefined) skewMs = serverNow - clock.now();
      held = undefined;
      return true;
    },
  };
}

/** HS256 over `iss`, `exp` and `nbf`; the vendor's sample carries no `iat`, so neither does ours. */
async function signToken(accessKey: string, secretKey: string, now: number): Promise<string> {
  const { SignJWT } = await import("jose");
  return new SignJWT()
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(accessKey)
    .setExpirationTime(now + LIFE_SECONDS)
    .setNotBefore(now - BACKDATE_SECONDS)
    .sign(new TextEncoder().encode(secretKey));
}
