/**
 * A node of the graph, and the graph. Plain data: a step could be written as JSON.
 */
import type { Path } from "../base/diagnostic.js";
import type { Action } from "./actions.js";
import type { Realm, StepId } from "./input.js";

/** The entries of a manifest that have steps. */
export const OWNER_KINDS = ["image", "sound", "voice", "element", "shot"] as const;

/** What an entry of a manifest is. */
export type OwnerKind = (typeof OWNER_KINDS)[number];

/** A node of the graph: one action producing one artifact. */
export interface Step {
  readonly id: StepId;
  /** The entry of the manifest that it belongs to. */
  readonly owner: { readonly kind: OwnerKind; readonly id: string };
  /** Where its owner stands in the manifest, counted from 0, shots last: the order of the film. */
  readonly place: number;
  /** `clip`, `extend`, `extend-2`, `lip_sync`, `image`, `last-frame`, ... */
  readonly name: string;
  readonly title?: string;
  readonly action: Action;
  readonly take: number;
  /** Another take than the one that dependents use. */
  readonly candidate: boolean;
  /** Whether the author named the way of an extend. */
  readonly viaAsked?: true;
  readonly hold: boolean;
  /** The steps whose artifacts it consumes, without repeats. */
  readonly needs: readonly StepId[];
  /** Where the artifact is placed, relative to the project; absent where nobody looks for it there. */
  readonly output?: string;
  /** Where it stands in the manifest. */
  readonly path: Path;
}

/** All steps of one profile, upstream before downstream, otherwise in film order. */
export interface Graph {
  readonly project: string;
  readonly profile: string;
  readonly realm: Realm;
  readonly steps: readonly Step[];
}
