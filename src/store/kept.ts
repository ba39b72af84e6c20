/**
 * What a step gives that leaves its result with the vendor: a line of JSON that says what it is and by which id it is
 * known there. Equal results give equal bytes.
 */
import { isRecord } from "../base/guard.js";

/** An element or a voice of the vendor's. */
export interface KeptRecord {
  readonly kept: "element" | "voice";
  readonly id: string;
}

/** Longest record that is read. */
const MOST_BYTES = 1024;
const ID = /^[\w-]{1,128}$/;

/** The text of a record. */
export function keptText({ kept, id }: KeptRecord): string {
  return `${JSON.stringify({ kept, id })}\n`;
}

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
