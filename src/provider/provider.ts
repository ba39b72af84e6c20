/**
 * The port to whoever renders. Answers are data, never exceptions: a lost answer is a value that the caller must settle.
 * A route implements this once; it neither knows the store nor decides about money.
 */
import type { Dialect } from "../catalog/model.js";
import type { Action } from "../graph/actions.js";
import type { Realm } from "../graph/input.js";
import type { KeptRecord } from "../plan/kept.js";
import type { Billed, ClientReference, TaskId } from "../plan/prior.js";

/** An input of an action, ready to be sent: bytes already checked, a URL the vendor can fetch, or a result of its own. */
export type Material =
  | {
      readonly kind: "bytes";
      readonly type: string;
      /** Of a sound, where it is known. */
      readonly seconds?: number;
      read(): Promise<Uint8Array>;
    }
  | { readonly kind: "url"; readonly url: string }
  /** An element or a voice, by the vendor's id of it. */
  | { readonly kind: "kept"; readonly id: string }
  | VendorResult;

/** A clip that the vendor made and still has, as it was found just now. */
export interface VendorResult {
  readonly kind: "result";
  /** The vendor's id of the clip, where it gave one. */
  readonly id?: string;
  /** Signed and short-lived: never stored, never shown. */
  readonly url: string;
  /** Pixels, as measured here. */
  readonly width?: number;
  readonly height?: number;
}

/** All that a create needs. */
export interface Submission {
  readonly reference: ClientReference;
  readonly action: Action;
  /** By field name of the action: `image`, `end_image`, `source`, `frame`, `audio`, ... */
  readonly materials: ReadonlyMap<string, Material>;
  /** What the calls before a lip-sync settled; absent where the route needs none. */
  readonly speech?: SpeechPlan;
}

/** A small call before a create. It carries no reference, so a lost answer cannot be settled by asking. */
export type SmallCall =
  | { readonly kind: "identify_face"; readonly source: Material }
  | {
      readonly kind: "speech";
      readonly text: string;
      readonly voice: string;
      readonly language: string;
      readonly speed: number;
    };

/** A face that was found in a clip. */
export interface Face {
  readonly id: string;
  /** Where in the clip it can be seen, in milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/** What became of a small call. */
export type SmallAnswer =
  | {
      readonly kind: "faces";
      readonly session: string;
      readonly faces: readonly Face[];
      readonly billed: Billed;
    }
  | {
      readonly kind: "speech";
      /** The vendor's id of the sound. */
      readonly audio: string;
      readonly seconds: number;
      readonly billed: Billed;
    }
  | { readonly kind: "refused"; readonly error: VendorError }
  /** No answer that proves anything: it may have been charged. */
  | { readonly kind: "lost"; readonly why: string };

/** Which face says what, and when. Times in whole milliseconds. */
export interface SpeechPlan {
  readonly session: string;
  readonly face: string;
  /** The vendor's id of spoken text; absent where the action's own sound file is used. */
  readonly audio?: string;
  /** The part of the sound that is used. */
  readonly startMs: number;
  readonly endMs: number;
  /** Where in the clip it begins. */
  readonly insertMs: number;
}

/** Where a task is asked for; recorded in the journal, so that a later run needs no manifest to go on. */
export interface Address {
  readonly dialect: Dialect;
  /** Create path of the product: `/text-to-video/kling-3.0`, `/v1/videos/text2video`. */
  readonly product: string;
}

/** A vendor's refusal, classified by its code. */
export interface VendorError {
  /** The vendor's numeric code, or the HTTP status negated when there was none. */
  readonly code: number;
  /** Safe to print; free of URLs' signatures and credentials. */
  readonly message: string;
  /** What to do, where more is known of that than the class says. */
  readonly help?: string;
  /** What it is about, where that is something to learn from: all slots are taken, the model has been discontinued. */
  readonly about?: "slots" | "model";
  readonly class:
    | "busy" // 1302, 1303: wait a turn
    | "maintenance" // 5001
    | "credentials" // 1000-1004
    | "account" // 1100-1103, 1304: balance, entitlement, allow list
    | "content" // 1300, 1301: the input must change
    | "invalid"; // everything else that is permanent
}

/** What became of a create. */
export type SubmitAnswer =
  | { readonly kind: "accepted"; readonly task: TaskId }
  /** The reference is taken: the task exists already and can be asked for. */
  | { readonly kind: "exists" }
  | { readonly kind: "refused"; readonly error: VendorError }
  /** No answer that proves anything: the task may exist. `unsent`: the request provably never left, so none does. */
  | { readonly kind: "lost"; readonly why: string; readonly unsent?: true };

/** A result of a task that can be fetched. */
export interface MadeOutput<Kind extends "video" | "image" | "audio" = "video" | "image" | "audio"> {
  readonly kind: Kind;
  /** Signed and short-lived: never stored, never shown. */
  readonly url: string;
  /** The vendor's id of the result. */
  readonly id?: string;
  readonly seconds?: number;
  /** Of a picture of a series: which one it is, counted from 1, whether or not the others can be read. */
  readonly nth?: number;
}

/** A result of a task that stays with the vendor, and is used by its id. */
export interface KeptOutput<Kind extends "element" | "voice" = "element" | "voice"> {
  readonly kind: Kind;
  readonly id: string;
}

/** One result of a task. */
export type TaskOutput =
  | MadeOutput<"video">
  | MadeOutput<"image">
  | MadeOutput<"audio">
  | KeptOutput<"element">
  | KeptOutput<"voice">;

/** A task as the vendor tells it. */
export interface TaskLook {
  readonly task: TaskId;
  readonly reference?: string;
  readonly status: "submitted" | "processing" | "succeeded" | "failed";
  readonly message?: string;
  /** Whether a failure is a content refusal. */
  readonly refusal?: boolean;
  /** In the vendor's order; pictures of a series by their index. */
  readonly outputs: readonly TaskOutput[];
  readonly billed: Billed;
  /** The vendor's id of the clip that it works on, where it says so. */
  readonly source?: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly updated?: string;
}

/** What a query found. `absent`: the vendor knows no such task. */
export type LookAnswer =
  | { readonly kind: "found"; readonly look: TaskLook }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly error: VendorError }
  | { readonly kind: "lost"; readonly why: string };

/** What a product's list shows. */
export type ListAnswer =
  | { readonly kind: "listed"; readonly looks: readonly TaskLook[] }
  | { readonly kind: "failed"; readonly error: VendorError }
  | { readonly kind: "lost"; readonly why: string };

/** A task that may have changed, as somebody says who may be anybody: worth a question, and never believed. */
export interface CallbackHint {
  readonly task?: string;
  /** What the task was called when it was created. */
  readonly reference?: string;
}

/** What became of having something deleted that stays with the vendor. `absent`: it was not there any more. */
export type DeleteAnswer =
  | { readonly kind: "deleted" | "absent" }
  | { readonly kind: "refused"; readonly error: VendorError }
  /** No answer that proves anything. Asking once more does no harm. */
  | { readonly kind: "lost"; readonly why: string };

/** What a download gave. */
export type FetchAnswer =
  | { readonly kind: "done"; readonly bytes: number }
  /** 403, 404, 410: ask for a fresh URL. */
  | { readonly kind: "expired" }
  | { readonly kind: "failed"; readonly why: string };

/** Takes the bytes of a download; `restart` throws away what came so far (the server could not resume). */
export interface Sink {
  /** Resolves when more can be taken. The chunk stays as it is until the next call has resolved, and not longer. */
  write(chunk: Uint8Array): Promise<void>;
  restart(): Promise<void>;
}

/**
 * A route to the models. `find`, `list`, `look` and `fetch` throw the signal's reason when it aborts; `submit`, `call` and `deleteKept`
 * answer `lost`. `submit`, `call`, `deleteKept`, `find`, `list` and `look` throw `WrongServer`, `submit` also what reading a material throws
 * (nothing was sent then),
 * `fetch` what its sink throws.
 */
export interface Provider {
  readonly route: string;
  readonly realm: Realm;
  /** Fingerprint of the account behind the credentials. */
  readonly account: string;
  /** Whether polls may be quicker than every 5 s (loopback only). */
  readonly loopback: boolean;
  /** Where an action's task would be created. */
  address(action: Action): Address;
  /** Whether a product's creates carry a reference that the vendor keeps unique and can be asked for. */
  references(address: Address): boolean;
  /** The small calls that must come before the create of an action, in order. */
  callsBefore(action: Action): readonly SmallCall["kind"][];
  /** Sends one small call. Never repeats it by itself. */
  call(call: SmallCall, signal: AbortSignal): Promise<SmallAnswer>;
  /** Sends one create. Never repeats it by itself. */
  submit(submission: Submission, signal: AbortSignal): Promise<SubmitAnswer>;
  /**
   * Asks for tasks by our references, as few requests as the dialect allows. Answers stand in the order asked. Where a
   * product's own query may not know references, its list is searched, too, before a task is `absent`.
   */
  find(
    asked: readonly { readonly reference: ClientReference; readonly address: Address }[],
    signal: AbortSignal,
  ): Promise<readonly LookAnswer[]>;
  /** The tasks of a product that were created since a time (milliseconds since the epoch), for products without references. */
  list(address: Address, sinceMs: number, signal: AbortSignal): Promise<ListAnswer>;
  /** Asks for tasks by id, as few requests as the dialect allows. Answers stand in the order asked. */
  look(
    tasks: readonly { readonly task: TaskId; readonly address: Address }[],
    signal: AbortSignal,
  ): Promise<readonly LookAnswer[]>;
  /** Streams a result, resuming cut transfers; a `restart` of the sink begins it anew. */
  fetch(
    url: string,
    sink: Sink,
    signal: AbortSignal,
    onProgress?: (bytes: number, total: number | undefined) => void,
  ): Promise<FetchAnswer>;
  /** Has an element or a voice of the account's deleted, by its id: costs nothing, and cannot be undone. */
  deleteKept(kept: KeptRecord, signal: AbortSignal): Promise<DeleteAnswer>;
  close(): Promise<void>;
}

/** A route as those see it who may ask and fetch, and neither spend nor delete. */
export type Asking = Omit<Provider, "submit" | "call" | "deleteKept">;

/** A route as it sees who may delete what stays with the vendor, and never spend. */
export type Deleting = Asking & Pick<Provider, "deleteKept">;

/** The same route for who must neither spend nor delete: being asked to is a bug. */
export function sealed(provider: Provider): Provider {
  const never = (): never => {
    throw new Error("a route that may only be asked was told to spend or to delete");
  };
  return { ...provider, submit: never, call: never, deleteKept: never };
}

/** Why a route could not be opened: which variable, what is wrong with it, what to do. */
export interface RouteProblem {
  readonly kind: "credentials" | "address";
  readonly message: string;
  readonly help: string;
}

/** Thrown when the server that answers is not the one that was meant: a sandbox for Kling, or the other way round. */
export class WrongServer extends Error {
  override readonly name = "WrongServer";
  constructor(readonly problem: RouteProblem) {
    super(problem.message);
  }
}
