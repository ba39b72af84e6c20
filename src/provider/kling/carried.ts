/**
 * The inputs of an action as the wire has them, by the field names of `graph/inputs-of.ts`. Images and sounds travel as
 * URL or bare base64, clips as URL or as the vendor's own id of them, elements and voices as ids. Pure.
 */
import { unreachable } from "../../base/guard.js";
import type { ExactJson } from "../json.js";
import type { Material } from "../provider.js";

/** One input on the wire: base64 without a prefix, or whatever needs no bytes. */
export type Carry =
  | { readonly kind: "base64"; readonly text: string }
  | Exclude<Material, { readonly kind: "bytes" }>;

/** Inputs by field name of the action: `image`, `elements.mara`, `images.0`, ... */
export type Carried = ReadonlyMap<string, Carry>;

/** The URL or the base64 of a picture or a sound. @throws Error when it was not handed over as one. */
export function carriedInput(carried: Carried, field: string): string {
  const carry = carriedEither(carried, field);
  switch (carry.kind) {
    case "base64":
      return carry.text;
    case "url":
      return carry.url;
    case "kept":
      throw new Error(`the input ${field} was handed over as something that is kept`);
    case "result":
      throw new Error(`the input ${field} was handed over as a clip of the vendor's`);
    default:
      return unreachable(carry);
  }
}

/** An input as it was handed over. @throws Error when it was not. */
export function carriedEither(carried: Carried, field: string): Carry {
  const carry = carried.get(field);
  if (carry === undefined) throw new Error(`the input ${field} was not handed over`);
  return carry;
}

/** The URL of a clip. @throws Error when it has none: clips are never sent as bytes. */
export function clipUrl(carried: Carried, field: string): string {
  return urlOf(carriedEither(carried, field), field);
}

/** A clip by the vendor's id where it has one, else by URL. @throws Error for anything else. */
export function clipFields(clip: Carry | Material): Readonly<Record<string, ExactJson>> {
  return clip.kind === "result" && clip.id !== undefined
    ? { video_id: clip.id }
    : { video_url: urlOf(clip, "source") };
}

/** The vendor's id of an element or a voice. @throws Error when it was not handed over as one. */
export function keptId(carried: Carried, field: string): string {
  const carry = carriedEither(carried, field);
  if (carry.kind !== "kept") throw new Error(`the input ${field} was not handed over by the vendor's id`);
  return carry.id;
}

/** The same as the number that ids of elements are on `/v1`, with all its digits. @throws Error for other ids. */
export function keptNumber(carried: Carried, field: string): bigint {
  const id = keptId(carried, field);
  if (!/^\d{1,19}$/.test(id)) throw new Error(`the input ${field} has an id that is no number`);
  return BigInt(id);
}

function urlOf(carry: Carry | Material, field: string): string {
  if (carry.kind === "url" || carry.kind === "result") return carry.url;
  throw new Error(`the input ${field} was not handed over as a URL`);
}
