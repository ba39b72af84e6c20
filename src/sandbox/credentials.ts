/**
 * Who may ask. The new generation takes static API keys only; legacy and account paths also take a JWT signed with the
 * secret key. Two answers are misleading on purpose, because the vendor's are: a wrong key is told that AK/SK is not
 * supported (new) or that a token should have three parts (legacy).
 * The JWT package is loaded when the first JWT arrives, so that starting stays fast.
 */

import type { Refusal } from "./rules/fields.js";

/** What counts as good credentials. */
export interface Keys {
  readonly apiKeys: readonly string[];
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Undefined when the request may pass. */
export async function checkCredentials(
  header: string | undefined,
  generation: "new" | "legacy",
  keys: Keys,
  nowMs: number,
): Promise<Refusal | undefined> {
  if (header === undefined || header.trim() === "") return { code: 1001, message: "Authorization is empty" };
  const token = /^Bearer\s+(\S+)$/iu.exec(header.trim())?.[1];
  if (token === undefined)
    return { code: 1002, message: "Authorization must be of the form: Bearer <token>" };
  if (keys.apiKeys.includes(token)) return undefined;
  if (generation === "new") {
    return {
      code: 1002,
      message: "AccessKey/SecretKey authentication is not supported by this API; use an API key",
    };
  }
  if (token.split(".").length !== 3) return { code: 1002, message: "The token was expected to have 3 parts" };
  return checkToken(token, keys, nowMs);
}

async function checkToken(token: string, keys: Keys, nowMs: number): Promise<Refusal | undefined> {
  const { errors, jwtVerify } = await import("jose");
  try {
    await jwtVerify(token, new TextEncoder().encode(keys.secretKey), {
      algorithms: ["HS256"],
      issuer: keys.accessKey,
      requiredClaims: ["exp"],
      currentDate: new Date(nowMs),
    });
    return undefined;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { code: 1004, message: "The token has expired" };
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf") {
      return { code: 1003, message: "The token is not valid yet" };
    }
    return { code: 1002, message: "The token is invalid" };
  }
}
