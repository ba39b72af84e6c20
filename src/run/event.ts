/**
 * What happens during a run, and how a step ends. Plain data for whoever watches: a terminal, a file, a program.
 * Times are added by the emitter's reader; nothing here carries a signed URL or a credential.
 */
import type { Diagnostic } from "../base/diagnostic.js";
import type { Micros } from "../base/money.js";
import type { Realm, StepId } from "../graph/input.js";
import type { PlanDigest } from "../plan/approval.js";
import type { RestoredFrom } from "../plan/decide.js";
import type { Drift } from "../plan/drift.js";
import type { Artifact, Billed, ClientReference, TaskId } from "../plan/prior.js";
import type { Obstacle } from "../plan/reason.js";

/** How a step ended. */
export type Outcome =
  | {
      readonly status: "kept";
      readonly artifact: Artifact;
      readonly output?: string;
      readonly conflict?: Diagnostic;
    }
  | {
      readonly status: "restored";
      readonly artifact: Artifact;
      readonly output?: string;
      readonly from: RestoredFrom;
      /** The output path cannot be used; the artifact is in the store. */
      readonly conflict?: Diagnostic;
    }
  | {
      readonly status: "rendered";
      readonly artifact: Artifact;
      readonly output?: string;
      readonly billed: Billed;
      /** The bill held against what was expected; absent where nobody was asked for it. */
      readonly drift?: Drift;
      /** What about the clip is not quite what was asked. */
      readonly flags: readonly string[];
      /** The output path was taken by a changed file; the clip is in the store. */
      readonly conflict?: Diagnostic;
    }
  | {
      readonly status: "failed";
      readonly diagnostic: Diagnostic;
      /** Whether trying again costs nothing, costs money, or cannot help. */
      readonly retry: "safe" | "paid" | "never";
      readonly billed: Billed["kind"];
      /** What was billed, where something was. */
      readonly bill?: Omit<Extract<Billed, { kind: "billed" }>, "kind">;
      /** The run cannot go on with this account or key. */
      readonly fatal?: boolean;
    }
  | { readonly status: "blocked"; readonly because: Obstacle }
  /** Stopped by the user; `underWay` tasks are collected by the next `render`. */
  | { readonly status: "interrupted"; readonly underWay: boolean }
  /** The vendor may or may not have taken the task; a person decides. */
  | { readonly status: "unknown"; readonly reference: ClientReference; readonly why: string };

/** Something that happened. */
export type RunEvent =
  | {
      readonly type: "run_started";
      readonly digest: PlanDigest;
      readonly profile: string;
      readonly realm: Realm;
      readonly steps: number;
      readonly creates: number;
    }
  | { readonly type: "step_started"; readonly step: StepId; readonly what: "restore" | "resume" | "render" }
  | {
      readonly type: "step_waiting";
      readonly step: StepId;
      /** A free slot of ours, a free slot of the vendor's, certainty after a lost answer, or any answer at all. */
      readonly why: "slot" | "busy" | "lost_answer" | "no_answer";
      readonly seconds?: number;
    }
  /** A small paid call before a create is sent. */
  | {
      readonly type: "step_preparing";
      readonly step: StepId;
      readonly call: "identify_face" | "speech";
      /** The most that it may cost; absent when its price is unknown. */
      readonly reserved?: Micros;
    }
  | {
      readonly type: "step_submitted";
      readonly step: StepId;
      readonly reference: ClientReference;
      readonly task: TaskId;
      /** The task existed already and was found by its reference. */
      readonly adopted: boolean;
      /** The most that it may cost now: 0 when an earlier run sent it, absent when its price is unknown. */
      readonly reserved?: Micros;
    }
  /** An attempt failed, and another one that was agreed to follows; what comes next is about that one. */
  | {
      readonly type: "step_retrying";
      readonly step: StepId;
      /** Number of the attempt that failed, and of the one that follows. */
      readonly failed: number;
      readonly attempt: number;
      /** The vendor's words. */
      readonly why: string;
      readonly billed: Billed;
      /** What the failed attempt took, its small calls among it, as far as that was said. */
      readonly spent: Micros;
    }
  | {
      readonly type: "step_processing";
      readonly step: StepId;
      readonly status: "submitted" | "processing";
      readonly elapsedSeconds: number;
      readonly expectedSeconds?: number;
    }
  | {
      readonly type: "step_downloading";
      readonly step: StepId;
      readonly bytes: number;
      readonly total?: number;
    }
  | { readonly type: "step_ended"; readonly step: StepId; readonly outcome: Outcome }
  | { readonly type: "notice"; readonly message: string }
  | {
      readonly type: "run_ended";
      /** Billed where known, else estimated. */
      readonly spent: Micros;
      readonly interrupted: boolean;
    };

/** Takes events as they happen; must not throw. */
export type Emit = (event: RunEvent) => void;
