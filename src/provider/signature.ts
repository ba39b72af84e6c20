/**
 * Whether a callback is the vendor's word: the Standard Webhooks scheme, HMAC-SHA256 over `id.timestamp.body`.
 * [kling-api 5.2] Pure: the keys, the clock and the bytes are handed in. Knows nothing of servers, and does not remember
 * which deliveries came before.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { RouteProblem } from "./provider.js";

/** Seconds that a delivery's date may be off, either way. */
export const TOLERANCE_SECONDS = 300;

/** The headers that prove a delivery, as they came; absent ones are absent. */
export interface Proof {
  /** `webhook-id`: unique to the delivery. */
  readonly id: string | undefined;
  /** `webhook-timestamp`: Unix seconds. */
  readonly timestamp: string | undefined;
  /** `webhook-signature`: `v1,BASE64`, several with spaces between them. */
  readonly signature: string | undefined;
}

/** What a proof is worth. `unsigned`: a header is missing; `stale`: its date is too far from now. */
export type Standing = "valid" | "unsigned" | "stale" | "forged";

/** The keys of `KLING_WEBHOOK_SECRET`: none when it is empty, several while secrets are rotated. */
export function readWebhookSecrets(text: string | undefined): readonly Uint8Array[] | RouteProblem {
  const keys: Uint8Array[] = [];
  for (const word of (text ?? "").split(/\s+/)) {
    if (word === "") continue;
    const key = keyOf(word);
    if (key === undefined) {
      return {
        kind: "credentials",
        message: "KLING_WEBHOOK_SECRET is no webhook secret",
        help: "Copy it whole from the developer console: it begins with whsec_ and is not the API key. Several stand with spaces between them.",
      };
    }
    keys.push(key);
  }
  return keys;
}

function keyOf(word: string): Uint8Array | undefined {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(word)?.[1];
  if (encoded === undefined) return undefined;
  const key = Buffer.from(encoded, "base64");
  // A text that was cut decodes, too, and never fits: it is told here and not by refusing every delivery.
  const isWhole = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
  return isWhole && key.length > 0 ? key : undefined;
}

/** What the headers of a delivery prove about its raw body. One key that fits is enough. */
export function standingOf(
  { id, timestamp, signature }: Proof,
  body: Uint8Array,
  keys: readonly Uint8Array[],
  nowMs: number,
): Standing {
  if (!id || !timestamp || !signature) return "unsigned";
  if (!/^\d{1,12}$/.test(timestamp)) return "forged";
  const offSeconds = Math.abs(nowMs / 1000 - Number(timestamp));
  if (offSeconds > TOLERANCE_SECONDS) return "stale";
  const given = signature.split(" ").flatMap((word) => {
    // Other versions are other schemes, which may be added beside this one.
    const value = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(word)?.[1];
    return value === undefined ? [] : [Buffer.from(value, "base64")];
  });
  let fits = false;
  for (const key of keys) {
    const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
    // All are compared, each in constant time: how long it takes tells nothing.
    for (const each of given) fits = timingSafeEqual(each, wanted) || fits;
  }
  return fits ? "valid" : "forged";
}
