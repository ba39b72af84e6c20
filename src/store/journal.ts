/**
 * The journal's words: what is written before and after each thing that can cost money. `journal-line.ts` has their lines,
 * `journal-file.ts` the disk, `replay.ts` the meaning. No record carries a credential, a signed URL or a local path other
 * than an output's.
 */
import type { Sha256 } from "../base/digest.js";
import type { Micros, MilliUnits } from "../base/money.js";
import type { Dialect } from "../catalog/model.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm, StepId } from "../graph/input.js";
import type { Artifact, Billed, ClientReference, Handle, TaskId } from "../plan/prior.js";

/** A create is about to be sent. Holds all that is needed to go on without the manifest. */
export interface IntentEntry {
  readonly type: "intent";
  readonly reference: ClientReference;
  readonly step: StepId;
  readonly key: CacheKey;
  readonly inputs: KeyInputs;
  readonly attempt: number;
  readonly call: string;
  readonly realm: Realm;
  readonly route: string;
  readonly account: string;
  readonly dialect: Dialect;
  readonly product: string;
  readonly model: string;
  /** Upper estimate; absent when unknown. Stored as `ceiling_usd`. */
  readonly ceiling?: Micros;
  readonly units?: MilliUnits;
  /** Lower estimate, where that was less. Stored as `low_units` and `low_usd`. */
  readonly lowUnits?: MilliUnits;
  readonly lowUsd?: Micros;
  /** Upstream key → digest of the artifact handed over. */
  readonly consumed: Readonly<Record<string, Sha256>>;
  /** When it was first sent, ISO 8601, where that was before this was written. */
  readonly since?: string;
}

/** What is said of a create after its intent. */
export type AfterIntent =
  /** The task exists. `adopted`: found by asking, not by the answer to our create. */
  | {
      readonly type: "submitted";
      readonly reference: ClientReference;
      readonly task: TaskId;
      readonly adopted?: boolean;
    }
  /** A small call without a reference is about to be sent for it; `ceiling` is the most that it may cost. */
  | {
      readonly type: "calling";
      readonly reference: ClientReference;
      readonly call: string;
      readonly units?: MilliUnits;
      readonly ceiling?: Micros;
    }
  /** What the vendor took for the last small call of that kind. */
  | {
      readonly type: "called";
      readonly reference: ClientReference;
      readonly call: string;
      readonly billed: Billed;
    }
  /** No task exists. */
  | {
      readonly type: "refused";
      readonly reference: ClientReference;
      readonly code?: number;
      readonly message: string;
      /** A content refusal: the input must change. */
      readonly refusal: boolean;
    }
  /** The answer was lost and cannot be settled by asking. */
  | { readonly type: "unknown"; readonly reference: ClientReference; readonly why: string }
  /** The vendor finished it, at `handle.completed`. */
  | {
      readonly type: "succeeded";
      readonly reference: ClientReference;
      readonly handle: Handle;
      readonly billed: Billed;
    }
  | {
      readonly type: "failed";
      readonly reference: ClientReference;
      readonly code?: number;
      readonly message: string;
      readonly refusal: boolean;
      readonly billed: Billed;
      /** When the vendor ended it, ISO 8601, where it says so. */
      readonly completed?: string;
    }
  /** The bytes are in the store. */
  | {
      readonly type: "stored";
      readonly reference: ClientReference;
      readonly artifact: Artifact;
      readonly flags?: readonly string[];
    }
  /** The lockfile has it. */
  | { readonly type: "recorded"; readonly reference: ClientReference }
  /** A person gave it up. */
  | { readonly type: "abandoned"; readonly reference: ClientReference; readonly why: string };

/** An artifact was put at an output path (relative to the project). */
interface PlacedEntry {
  readonly type: "placed";
  readonly output: string;
  readonly sha256: Sha256;
}

/** What can be appended to the journal. */
export type JournalEntry = IntentEntry | AfterIntent | PlacedEntry;

/** An entry; `at`: when it was written, ISO 8601. */
export type JournalRecord = JournalEntry & { readonly at: string };
