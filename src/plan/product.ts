/**
 * What an intent gives, and which files that can be: a clip is an MP4, what stays with the vendor is a line of JSON.
 */
import { productOf, type Product } from "../graph/actions.js";
import type { KeyInputs } from "../graph/key.js";
import type { Artifact } from "./prior.js";

/** What an intent gives; undefined for a kind that a later version made. */
export function productOfInputs({ action }: KeyInputs): Product | undefined {
  return productOf(action.kind, action["series"]);
}

const TYPES: Readonly<Record<Product, { readonly types: readonly string[]; readonly words: string }>> = {
  clip: { types: ["video/mp4"], words: "clip" },
  still: { types: ["image/png", "image/jpeg"], words: "still" },
  series: { types: ["application/x-tar"], words: "series" },
  sound: { types: ["audio/mpeg", "audio/wav"], words: "sound" },
  kept: { types: ["application/json"], words: "record of the vendor's" },
};

/** Whether an artifact is of the kind that a product is. */
export function isOf(product: Product, artifact: Pick<Artifact, "type">): boolean {
  return TYPES[product].types.includes(artifact.type);
}

/** `clip`, `still`. */
export function productWords(product: Product): string {
  return TYPES[product].words;
}

/** What a file of a type is called, as the result of a step. */
export function typeWords(type: Artifact["type"]): string {
  return Object.values(TYPES).find(({ types }) => types.includes(type))?.words ?? type;
}

/** Which kinds of result a task of a product shows. */
export function outputKinds(product: Product): readonly string[] {
  return OUTPUTS[product];
}

const OUTPUTS: Readonly<Record<Product, readonly string[]>> = {
  clip: ["video"],
  still: ["image"],
  series: ["image"],
  sound: ["audio"],
  kept: ["element", "voice"],
};
