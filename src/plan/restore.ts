/**
 * Where the artifact of a finished rendering is to be had, at no cost: the store, the output, what the lockfile says, and
 * at last the vendor, who keeps results for 30 days.
 */
import type { Sha256 } from "../base/digest.js";
import { elide } from "../base/text.js";
import type { Step } from "../graph/step.js";
import type { Decided, Decision } from "./decide.js";
import { recordText } from "./kept.js";
import type { Prior, Rendering } from "./prior.js";
import type { Obstacle } from "./reason.js";
import { fresh } from "./source.js";

/** Where the artifact of a finished rendering is to be had. */
export function fromRendering(rendering: Rendering, step: Step, prior: Prior): Decision {
  const { artifact } = rendering;
  const output = step.output === undefined ? undefined : prior.outputs.get(step.output);
  const matches = output?.kind === "file" && output.sha256 === artifact.sha256;
  if (prior.held.has(artifact.sha256)) {
    if (step.output === undefined || matches) return { kind: "keep", artifact };
    const foreign =
      output !== undefined &&
      output.kind !== "absent" &&
      !(output.kind === "file" && prior.placed.has(output.sha256));
    return foreign
      ? { kind: "keep", artifact, conflict: true }
      : { kind: "restore", from: "store", artifact };
  }
  if (matches) return { kind: "restore", from: "output", artifact };
  if (recordText(rendering.inputs, rendering) !== undefined)
    return { kind: "restore", from: "record", artifact };
  if (fresh(rendering.handle?.completed, prior.today)) {
    return isKnown(rendering.handle?.dialect ?? "new")
      ? { kind: "restore", from: "vendor", artifact }
      : { kind: "blocked", because: unknownRoute(rendering.handle?.dialect ?? "") };
  }
  return { kind: "blocked", because: gone(artifact.sha256, rendering.handle?.completed) };
}

/** A decision about a rendering, with what there is to say of it. */
export function withReason(decision: Decision, rendering: Rendering, step: Step, prior: Prior): Decided {
  const deleted = rendering.handle?.deleted;
  if (deleted !== undefined && decision.kind !== "blocked")
    return { decision, reason: { because: "deleted", at: deleted } };
  if (decision.kind !== "restore") return { decision };
  if (decision.from !== "store" || step.output === undefined)
    return { decision, reason: { because: "store_missing" } };
  const state = prior.outputs.get(step.output);
  const because =
    state?.kind !== "file"
      ? "output_missing"
      : prior.overwritten?.has(state.sha256) === true
        ? "output_changed"
        : "output_older";
  return { decision, reason: { because, output: step.output } };
}

/** That what was paid for is nowhere to be had. */
export function gone(sha256: Sha256, completed: string | undefined): Obstacle {
  return completed === undefined ? { because: "missing", sha256 } : { because: "expired", completed };
}

/** Whether this klingmake can ask where a later one wrote down that a task is to be asked for. */
export function isKnown(dialect: string): boolean {
  return dialect === "new" || dialect === "legacy" || dialect === "unified";
}

/** That a later klingmake made it, by a way that this one does not know. */
export function unknownRoute(dialect: string): Obstacle {
  return { because: "unsupported", what: `what was rendered by the route ${elide(dialect, 40)}` };
}
