/**
 * `watch`: keeps plan and renders in step with the files. What is asked of it, what it tells, and how it stands; the work
 * is done by `engine-watcher.ts`.
 */
import type { Checked, Diagnostic } from "./base/diagnostic.js";
import type { Micros } from "./base/money.js";
import type { Tier } from "./catalog/model.js";
import type { Project } from "./engine.js";
import { findManifest } from "./engine-find.js";
import type { OpenOptions, PlanRequest } from "./engine-prepare.js";
import type { RenderReport } from "./engine-render.js";
import { driveWatch } from "./engine-watcher.js";
import { realWorld, type WatchWorld } from "./engine-world.js";
import type { StepId } from "./graph/input.js";
import type { Difference } from "./plan/difference.js";
import type { Plan } from "./plan/plan.js";
import type { Waiting } from "./plan/standing.js";
import type { RunEvent } from "./run/event.js";
import type { WatchPhase, WatchWish } from "./run/watch.js";

/** What is watched, and what may be done about it. */
export interface WatchRequest extends Omit<
  PlanRequest,
  "maxCostUsd" | "refresh" | "rebuy" | "retryRefused" | "ordered"
> {
  /** Only looks: renders nothing, not even what is free. */
  readonly lookOnly?: boolean;
  /** Standing approval, and ceiling of the whole session: dollars that may be ordered without asking again. */
  readonly budgetUsd?: number;
  /** Tiers that the standing approval covers beside those that nobody asks about. */
  readonly tiers?: readonly Tier[];
  /** Ends the watcher as `quit` does. */
  readonly signal: AbortSignal;
  /** Told everything that happens; must not throw. */
  readonly tell: (news: WatchNews) => void;
}

/** A plan that is in force. */
export interface Look {
  readonly project: Project;
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  /** What differs from the plan that was in force before; everything at first. */
  readonly differences: readonly Difference[];
  /** A file changed since then; else a run ended, or something fell due. */
  readonly isSave: boolean;
  /** Creates that are sent without asking, and those that wait for a yes to `plan.digest`. */
  readonly due: readonly StepId[];
  readonly waiting: readonly Waiting[];
}

/** How the watcher stands. */
export interface WatchStand {
  readonly phase: WatchPhase;
  /** The files cannot be used as they are: the plan that is in force is that of an earlier save. */
  readonly faulty: boolean;
  readonly paused: boolean;
  /** Set with a budget: what the session may order, and what it has ordered so far. */
  readonly session?: { readonly ceiling: Micros; readonly used: Micros };
  /** Tasks of earlier edits that are still under way. */
  readonly overtaken: number;
  /** Steps that failed, which `retry` tries again. */
  readonly failed: readonly StepId[];
}

/** What a watcher tells. */
export type WatchNews =
  | { readonly type: "looked"; readonly look: Look }
  /** The files cannot be used as they are; the last good plan stays in force. `project`: when the manifest could be read. */
  | { readonly type: "faulty"; readonly diagnostics: readonly Diagnostic[]; readonly project?: Project }
  /** A run begins, goes on and ends; its plan is what of the plan in force is done now. */
  | { readonly type: "run"; readonly plan: Plan }
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "ran"; readonly report: RenderReport }
  /** Comes after every change of it. */
  | { readonly type: "stand"; readonly stand: WatchStand }
  /** A wish cannot be met now, or something is worth a line; words for people. */
  | { readonly type: "notice"; readonly message: string };

/** A watcher at work. */
export interface Watch {
  /** Meets a wish, or says in a notice why not. */
  wish(wish: WatchWish): void;
  /** Resolves when it has ended and nothing is left half done. */
  readonly ended: Promise<WatchEnd>;
}

/** How a watcher ended. */
export interface WatchEnd {
  /** Steps whose tasks the vendor still works on, for the next render or watch to collect. */
  readonly underWay: readonly StepId[];
  /** What was ordered, as far as it is known; 0 in the sandbox. */
  readonly used: Micros;
}

/** Begins to watch, or says why there is nothing to watch. A manifest that cannot be used is no reason not to. */
export async function openWatch(
  options: OpenOptions,
  request: WatchRequest,
  world: WatchWorld = realWorld(),
): Promise<Checked<Watch>> {
  const found = findManifest(world.fs, options.cwd, options.file);
  if (found.value === undefined) return { diagnostics: found.diagnostics };
  // From now on it is this file, also while a save has taken it away and another lies in a folder above.
  return { value: await driveWatch({ ...options, file: found.value }, request, world), diagnostics: [] };
}
