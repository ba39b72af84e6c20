/**
 * Reads what a step gives that leaves its result with the vendor: a line of JSON that says what it is and by which id it
 * is known there (`plan/kept.ts` writes it). Anything else is no record.
 */
import { isRecord } from "../base/guard.js";
import type { KeptRecord } from "../plan/kept.js";

/** Longest record that is read. */
const MOST_BYTES = 1024;
const ID = /^[\w-]{1,128}$/;

/** The record that a file is; undefined for anything else. */
export function readKept(bytes: Uint8Array): KeptRecord | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (!isRecord(value)) return undefined;
    const { kept, id } = value;
    return (kept === "element" || kept === "voice") && typeof id === "string" && ID.test(id)
      ? { kept, id }
      : undefined;
  } catch {
    return undefined;
  }
}
