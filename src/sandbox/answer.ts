/**
 * What the sandbox answers, as data: an enveloped result, a refusal, bytes, or a connection that is cut.
 * Knows the vendor's error codes and their HTTP statuses, and nothing of sockets. A refusal has no `data`.
 */

import type { Refusal } from "./rules/fields.js";

/** One answer to one request. */
export type Answer =
  | { readonly kind: "result"; readonly data: unknown }
  | { readonly kind: "refusal"; readonly refusal: Refusal; readonly status: number }
  | { readonly kind: "file"; readonly file: ResultFile }
  /** The connection ends without a byte of answer. */
  | { readonly kind: "silence" };

/** A rendered result; with `cut` the connection ends half way through the body. */
export interface ResultFile {
  readonly bytes: Uint8Array;
  readonly contentType: "video/mp4" | "image/png" | "audio/wav";
  readonly etag: string;
  readonly cut: boolean;
}

const STATUS: Readonly<Record<number, number>> = {
  1000: 401,
  1001: 401,
  1002: 401,
  1003: 401,
  1004: 401,
  1103: 403,
  1202: 404,
  1203: 404,
  1100: 429,
  1101: 429,
  1102: 429,
  1302: 429,
  1303: 429,
  1304: 429,
  5000: 500,
  5001: 503,
  5002: 504,
};

/** An answer with code 0. */
export function result(data: unknown): Answer {
  return { kind: "result", data };
}

/** A refusal with the HTTP status that belongs to its code; codes that the table lacks are 400. */
export function refusal(code: number, message: string): Answer {
  return { kind: "refusal", refusal: { code, message }, status: STATUS[code] ?? 400 };
}
