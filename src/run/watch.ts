/**
 * The watcher as a machine: what happened in, what is to be done out. Knows no files, clock, money or network: what may be
 * ordered without a person is said in the offer that comes with each plan, and whoever drives it does what it says.
 */
import type { PlanDigest } from "../plan/approval.js";

/** What the watcher is at. */
export type WatchPhase =
  /** Nothing is read yet. */
  | "starting"
  /** Files are changing, or a plan is being made. */
  | "planning"
  | "running"
  /** A run was told to stop: what is on its way is brought to a safe end. */
  | "stopping"
  /** Something waits for a person's yes. */
  | "waiting"
  | "paused"
  /** All is as the manifest wants it, or nothing can be done about the rest. */
  | "idle"
  | "ended";

/** What a person can say with one key. */
export type WatchWish =
  /** A yes to this very plan. */
  | { readonly wish: "approve"; readonly digest: PlanDigest }
  /** Tries again what failed, by the plan that is shown. */
  | { readonly wish: "retry" }
  /** Begins nothing new, or goes on. */
  | { readonly wish: "pause" }
  | { readonly wish: "quit" };
