/**
 * What the sandbox answers, as data: an enveloped result, a refusal, bytes, or what a fault makes of them.
 * Knows the vendor's error codes and their HTTP statuses, and nothing of sockets. A refusal has no `data`.
 */

import { randomUUID } from "node:crypto";

import type { Refusal } from "./rules/fields.js";

/** One answer to one request. */
export type Answer =
  | { readonly kind: "result"; readonly data: unknown }
  | { readonly kind: "refusal"; readonly refusal: Refusal; readonly status: number }
  | { readonly kind: "file"; readonly file: ResultFile; readonly fault?: FileFault }
  | TextAnswer
  /** Sent elsewhere; to the address that was asked for when `to` is absent. */
  | { readonly kind: "redirect"; readonly to?: string }
  /** The connection ends without a byte of answer. */
  | { readonly kind: "silence" }
  /** The connection stays open without a byte of answer. */
  | { readonly kind: "hang" };

/** Text as it stands. */
export interface TextAnswer {
  readonly kind: "text";
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** A rendered result. */
export interface ResultFile {
  readonly bytes: Uint8Array;
  readonly contentType: "video/mp4" | "image/png" | "audio/mpeg" | "audio/wav";
  readonly etag: string;
}

/** What can go wrong with the bytes of a result. `at`: a fraction of the bytes asked for, 0.5 when absent. */
export type FileFault =
  /** The connection breaks after a part. */
  | { readonly do: "cut"; readonly at?: number }
  /** A part, and a proper end. What the header says of its length: the `whole` (default), the `part`, or `nothing`. */
  | { readonly do: "short"; readonly at?: number; readonly says?: "whole" | "part" | "nothing" }
  /** A part, then silence on an open connection. */
  | { readonly do: "stall"; readonly at?: number }
  /** Everything, then more without an end, and no length in the header. */
  | { readonly do: "endless" }
  /** Sixteen bytes are flipped. */
  | { readonly do: "corrupt"; readonly at?: number };

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

/** A result or a refusal in the vendor's envelope. */
export function enveloped(answered: Extract<Answer, { kind: "result" | "refusal" }>): TextAnswer {
  const request_id = randomUUID();
  const [status, envelope] =
    answered.kind === "result"
      ? [200, { code: 0, message: "SUCCEED", request_id, data: answered.data }]
      : [answered.status, { ...answered.refusal, request_id }];
  const text = JSON.stringify(envelope);
  return { kind: "text", status, contentType: "application/json; charset=utf-8", text };
}
