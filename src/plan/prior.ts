/**
 * Prior: all that a plan may remember. What was rendered (lockfile), what is held (store), what is under way (journal),
 * what lies at the output paths, and today. Plain data; the store room makes it, this room only reads it.
 */
import type { Sha256 } from "../base/digest.js";
import type { Brand } from "../base/guard.js";
import type { Micros, MilliUnits } from "../base/money.js";
import type { Dialect } from "../catalog/model.js";
import type { CacheKey, KeyInputs } from "../graph/key.js";
import type { Realm, StepId } from "../graph/input.js";
import type { AttemptState } from "./attempt-state.js";

/** What the vendor is told so that it refuses a second task and lets us find the first: `km1-` and 26 base32 characters. */
export type ClientReference = Brand<string, "ClientReference">;

/** A vendor's own name for a task or a result. */
export type TaskId = Brand<string, "TaskId">;

/** The bytes of a step's result, and what was measured of them. */
export interface Artifact {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  readonly type:
    | "video/mp4"
    | "image/png"
    | "image/jpeg"
    | "audio/mpeg"
    | "audio/wav"
    /** Several pictures. */
    | "application/x-tar"
    /** What stays with the vendor, by its id there. */
    | "application/json";
  readonly width?: number;
  readonly height?: number;
  /** Of a clip or a sound, in seconds. */
  readonly seconds?: number;
}

/** What the vendor needs to work on a result of its own; 30 days, one account. */
export interface Handle {
  readonly route: string;
  readonly task: TaskId;
  /** Id of the video result, where the vendor gives one. */
  readonly result?: string;
  /** Fingerprint of the account; never a credential. */
  readonly account: string;
  /** The vendor's completion date, ISO 8601. */
  readonly completed: string;
  /** Where the task can be asked for again. */
  readonly dialect: Dialect;
  /** Create path of the product, for dialects that query by product. */
  readonly product: string;
  /** When a person had it deleted there, ISO 8601; of an element or a voice only. */
  readonly deleted?: string;
}

/** What the vendor said it took. `unknown` when it said nothing. */
export type Billed =
  | { readonly kind: "billed"; readonly units?: MilliUnits; readonly usd?: Micros }
  | { readonly kind: "not_billed" }
  | { readonly kind: "unknown" };

/** What a rendering was expected to cost at most; the least too, where that was less. */
export interface Expected {
  readonly units?: MilliUnits;
  readonly usd?: Micros;
  readonly lowUnits?: MilliUnits;
  readonly lowUsd?: Micros;
}

/** A finished rendering: one entry of the lockfile's `renders`. */
export interface Rendering {
  readonly key: CacheKey;
  readonly inputs: KeyInputs;
  readonly attempt: number;
  readonly artifact: Artifact;
  /** Upstream key → digest of the artifact that was consumed. */
  readonly consumed: Readonly<Record<string, Sha256>>;
  readonly handle?: Handle;
  /** Upper estimate at the time, absent when unknown. */
  readonly estimate?: Expected;
  readonly billed: Billed;
  /** Whether an extend gave the whole clip or only the tail; absent for other actions. */
  readonly returns?: "whole" | "tail";
  /** What about the result is not quite what was asked. */
  readonly flags?: readonly string[];
  /** Other renderings of the same intent that were paid for: earlier attempts, or another machine's. */
  readonly others?: readonly OtherRendering[];
}

/** A rendering that another one of the same key stands before. */
export type OtherRendering = Pick<Rendering, "attempt" | "artifact" | "handle" | "estimate" | "billed">;

/** The lockfile as the plan sees it. */
export interface Lock {
  readonly renders: ReadonlyMap<CacheKey, Rendering>;
  /** Profile → step id → key. */
  readonly steps: ReadonlyMap<string, ReadonlyMap<StepId, CacheKey>>;
}

/** A small call that belongs to an attempt: it carries no reference, and was charged if the vendor took it. */
export interface SentCall {
  readonly call: string;
  readonly units?: MilliUnits;
  readonly ceiling?: Micros;
  /** How much of the ceiling is above what was expected: the vendor billed more. */
  readonly over?: Micros;
  /** It was sent, and no answer to it is on record. */
  readonly open?: true;
}

/** Code of a refusal that is ours: what was found in the clip cannot be made to speak as asked. */
export const UNSPEAKABLE = -1;

/** What is known of one attempt at one key, as the journal tells it. */
export interface Attempt {
  readonly key: CacheKey;
  readonly attempt: number;
  readonly call: string;
  readonly reference: ClientReference;
  readonly step: StepId;
  readonly state: AttemptState;
  readonly realm: Realm;
  readonly route: string;
  readonly account: string;
  readonly dialect: Dialect;
  readonly product: string;
  readonly model: string;
  readonly task?: TaskId;
  /** Upper estimate when it was started: what is reserved while it is under way. */
  readonly ceiling?: Micros;
  readonly units?: MilliUnits;
  /** Lower estimate, where that was less. */
  readonly lowUnits?: MilliUnits;
  readonly lowUsd?: Micros;
  /** Upstream key → digest of the artifact handed over. */
  readonly consumed: Readonly<Record<string, Sha256>>;
  /** For `failed` and `refused`. */
  readonly failure?: {
    readonly code?: number;
    readonly message: string;
    /** A content refusal: the input must change. */
    readonly refusal: boolean;
    readonly billed: Billed["kind"];
  };
  /** For `succeeded` and later. */
  readonly handle?: Handle;
  readonly billed?: Billed;
  /** For `stored` and later. */
  readonly artifact?: Artifact;
  readonly flags?: readonly string[];
  /** Known from the vendor alone: nothing here had remembered it. */
  readonly found?: true;
  /** Small calls that were sent for it, each with the most that it may have cost. */
  readonly calls?: readonly SentCall[];
  /** ISO 8601: when the intent was written, when the task ended. */
  readonly started: string;
  readonly ended?: string;
}

/** What lies at an output path. */
export type OutputState =
  | { readonly kind: "absent" }
  | { readonly kind: "file"; readonly sha256: Sha256 }
  /** Something that cannot be an output: a directory, a symlink, unreadable. */
  | { readonly kind: "other"; readonly what: string };

/** What is known of a create whose intent was lost to damage. */
export interface Orphan {
  /** When the journal first spoke of it, ISO 8601. */
  readonly since: string;
  readonly task?: TaskId;
}

/** All that a plan may remember. */
export interface Prior {
  readonly lock: Lock;
  /** Attempts that the journal holds, by key, in order of attempt. */
  readonly attempts: ReadonlyMap<CacheKey, readonly Attempt[]>;
  /** What the keys of those attempts are the digests of. */
  readonly intents: ReadonlyMap<CacheKey, KeyInputs>;
  /** References that were sent, or may have been, though nothing more is known of their attempts. */
  readonly orphans?: ReadonlyMap<ClientReference, Orphan>;
  /** Which of the artifacts asked about are in the store, by digest. */
  readonly held: ReadonlySet<Sha256>;
  /** What lies at the graph's output paths. */
  readonly outputs: ReadonlyMap<string, OutputState>;
  /** Every artifact that this project ever placed, so that an older clip of ours is told from a stranger's file. */
  readonly placed: ReadonlySet<Sha256>;
  /** Those of `placed` that are others' files, which a person asked to be replaced. */
  readonly overwritten?: ReadonlySet<Sha256>;
  /** Milliseconds since the epoch. */
  readonly today: number;
  /** Seconds that past tasks took, by `model mode duration`. */
  readonly pace: ReadonlyMap<string, number>;
}
