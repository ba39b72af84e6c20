/**
 * What steps are called and what they consume. Plain data: no wire form, no bytes, no price.
 */
import type { Sha256 } from "../base/digest.js";
import type { Brand } from "../base/guard.js";

/** `shots.010.clip`, `shots.010.extend-2`, `images.mara`, `shots.030.clip@2`; minted in `expand.ts`. */
export type StepId = Brand<string, "StepId">;

/** The vendor and its resellers, or the embedded imitation; in the key. */
export type Realm = "kling" | "sandbox";

/** What a step consumes. Paths are relative to the project, with forward slashes. */
export type Input =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string; readonly sha256: Sha256 }
  | { readonly kind: "step"; readonly id: StepId }
  /** An element or a voice that the vendor keeps, by its own id. */
  | { readonly kind: "kept"; readonly id: string };

/** An input that the prompt names as `@handle`. */
export interface Reference {
  readonly handle: string;
  readonly input: Input;
}

/** A public copy of the clip that a step works on. Says where the vendor can fetch it, so no key has it. */
export interface PinnedCopy {
  readonly url: string;
  readonly sha256: Sha256;
}
