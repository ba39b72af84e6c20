/**
 * The disk as a run sees it: remember, take bytes in, hand bytes out. The engine builds it from the store room.
 * Whatever is promised here is durable when the promise resolves.
 */
import type { Diagnostic } from "../base/diagnostic.js";
import type { Sha256 } from "../base/digest.js";
import type { Product } from "../graph/actions.js";
import type { CacheKey } from "../graph/key.js";
import type { Input, StepId } from "../graph/input.js";
import type { Step } from "../graph/step.js";
import type { Artifact, Rendering } from "../plan/prior.js";
import type { Material, Sink } from "../provider/provider.js";
import type { JournalEntry } from "../store/journal.js";

/** A download on its way into the store. */
export interface Arrival extends Sink {
  /** Bytes so far. */
  readonly bytes: number;
  /**
   * Checks that the bytes are a whole product of that kind (undefined: of any), and keeps them under their digest.
   * `broken` names what is wrong with them; they are thrown away then.
   */
  finish(
    product: Product | undefined,
  ): Promise<
    { readonly kind: "kept"; readonly artifact: Artifact } | { readonly kind: "broken"; readonly why: string }
  >;
  /** Gives up: lets go of the file. */
  discard(): Promise<void>;
}

/** What became of placing an artifact at its output path. */
export type Placed =
  | { readonly kind: "placed" }
  /** Something that is not ours lies there. */
  | { readonly kind: "taken"; readonly what: string }
  /** The path cannot be written to. */
  | { readonly kind: "refused"; readonly why: string }
  /** The stored bytes are gone, or not what their digest says. */
  | { readonly kind: "damaged" };

/** Thrown where the disk holds something that must not be written over; says what, and what to do. */
export class DiskRefusal extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** What a run needs of the disk. */
export interface Disk {
  /** Appends to the journal. */
  journal(entry: JournalEntry): Promise<void>;
  /** Opens the partial file of a key's download. */
  arrival(key: CacheKey): Promise<Arrival>;
  /** Takes an output that still has the right bytes back into the store; false when it has not. */
  reclaim(output: string, sha256: Sha256): Promise<boolean>;
  /** An input's checked bytes, or its URL; `why` when they are not what was planned with. `artifact`: the upstream step's. */
  material(
    input: Input,
    artifact: Artifact | undefined,
  ): Promise<Material | { readonly kind: "unavailable"; readonly why: string }>;
  /** Takes a picture out of a held clip into the store. `key`: of the step that wants it. */
  frame(
    clip: Sha256,
    which: "first" | "last",
    key: CacheKey,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: "kept"; readonly artifact: Artifact }
    | { readonly kind: "failed"; readonly why: string }
    /** The stored clip is gone, or not what its digest says. */
    | { readonly kind: "damaged" }
  >;
  /** Takes a picture out of a held series into the store. `index` counts from 1. */
  picture(series: Sha256, index: number, key: CacheKey): ReturnType<Disk["frame"]>;
  /** Puts an artifact and its sidecar where the author looks for them. */
  place(sha256: Sha256, output: string, sidecar: string): Promise<Placed>;
  /** Writes the lockfile: a finished rendering, and which key a step of the profile now has. */
  lock(step: StepId, key: CacheKey, rendering: Rendering | undefined): Promise<void>;
  /** Writes a finished rendering that no step of the profile has: paid for, and free when it is wanted again. */
  record(rendering: Rendering): Promise<void>;
  /** Drops steps from the profile that the manifest does not have any more. */
  retire(present: readonly Step[]): Promise<void>;
}
