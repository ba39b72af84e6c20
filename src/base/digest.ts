/**
 * SHA-256, canonical JSON (RFC 8785) and base32: everything that names content.
 * Canonical JSON refuses whatever JSON cannot carry exactly, because a key made from a lossy copy would be a wrong key.
 */
import { createHash, hash } from "node:crypto";
import type { Brand } from "./guard.js";

/** A SHA-256 digest, 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, "Sha256">;

const SHA256 = /^[0-9a-f]{64}$/;

/** `text` as a digest when it is one, else undefined. */
export function asSha256(text: unknown): Sha256 | undefined {
  return typeof text === "string" && SHA256.test(text) ? (text as Sha256) : undefined;
}

/** The SHA-256 of a string's UTF-8 bytes, or of bytes. */
export function sha256Hex(data: string | Uint8Array): Sha256 {
  return hash("sha256", data, "hex") as Sha256;
}

/** A SHA-256 that takes its bytes in pieces. */
export function sha256Stream(): { update(bytes: Uint8Array): void; digest(): Sha256 } {
  const running = createHash("sha256");
  return {
    update: (bytes) => void running.update(bytes),
    digest: () => running.digest("hex") as Sha256,
  };
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32 of a digest, lower case, unpadded, cut to `length` characters (5 bits each). */
export function base32(digest: Sha256, length: number): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of Buffer.from(digest, "hex")) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += BASE32.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** A value that JSON carries exactly. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 canonical JSON. Members that are undefined are left out.
 * @throws TypeError for whatever JSON cannot carry: a non-finite number, a lone surrogate, a Date, Map, function, bigint, undefined in an array.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("canonical JSON has no lone surrogate");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      // RFC 8785 sorts by UTF-16 code units, which is what `<` on strings compares.
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`canonical JSON has no ${Object.prototype.toString.call(value)}`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
