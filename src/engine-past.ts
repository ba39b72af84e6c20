/**
 * What was there before a plan: for each of its steps what the lockfile has and whether the store holds it, what the author
 * wrote beside it, and the money of the project. A reading of the prior that the plan was made from, kept with the plan, so
 * it costs no second look at the disk and can never tell of another moment.
 */
import type { Prepared } from "./engine-prepare.js";
import type { Micros } from "./base/money.js";
import { isLocal } from "./graph/actions.js";
import type { StepId } from "./graph/input.js";
import type { CacheKey, KeyInputs } from "./graph/key.js";
import type { Catalog } from "./catalog/catalog.js";
import type { Manifest, Remarks } from "./manifest/manifest.js";
import { committedIn } from "./plan/committed.js";
import { expected } from "./plan/pace.js";
import type { Plan } from "./plan/plan.js";
import type { Artifact } from "./plan/prior.js";

/** The rendering that the lockfile points at for a step, whatever the manifest says of it now. */
export interface PastRendering {
  readonly key: CacheKey;
  readonly inputs: KeyInputs;
  readonly artifact: Artifact;
  /** Whether the store has its bytes. */
  readonly held: boolean;
}

/** What was there before a plan. */
export interface Past {
  /** By step of the plan, where the lockfile has one. */
  readonly renderings: ReadonlyMap<StepId, PastRendering>;
  /** Seconds that tasks under way will probably take in all, where past ones say so; none in the sandbox. */
  readonly expectedSeconds: ReadonlyMap<StepId, number>;
  /** Digests of all artifacts that the store holds, as far as the project knows them. */
  readonly held: ReadonlySet<string>;
  /** Notes and tags, by entry: `shots.010`. */
  readonly remarks: ReadonlyMap<string, Remarks>;
  /** What everything in the plan's realm took, and the most that what is under way may still take. */
  readonly money: { readonly spent: Micros; readonly reserved: Micros };
}

/** Plans with what they were made from, for as long as anybody has the plan. */
export interface Pasts {
  keep(prepared: Pick<Prepared, "plan" | "read">): void;
  /** What was there before a plan of this project; undefined for a plan that is not one. */
  of(plan: Plan): Past | undefined;
}

/** Where an open project remembers what its plans were made from. */
export function openPasts(manifest: Manifest, catalog: Catalog): Pasts {
  const reads = new WeakMap<Plan, Prepared["read"]>();
  const made = new WeakMap<Plan, Past>();
  return {
    keep: ({ plan, read }) => void reads.set(plan, read),
    of(plan) {
      const before = made.get(plan);
      const read = reads.get(plan);
      if (before !== undefined || read === undefined) return before;
      const past = pastOf(plan, read, manifest, catalog);
      made.set(plan, past);
      return past;
    },
  };
}

function pastOf(plan: Plan, { prior }: Prepared["read"], manifest: Manifest, catalog: Catalog): Past {
  const renderings = new Map<StepId, PastRendering>();
  const expectedSeconds = new Map<StepId, number>();
  const keys = prior.lock.steps.get(plan.profile);
  for (const { step, key: now, decision } of plan.steps) {
    // Pictures out of clips are recorded by key alone.
    const key = keys?.get(step.id) ?? (isLocal(step.action) ? now : undefined);
    const rendering = key === undefined ? undefined : prior.lock.renders.get(key);
    if (key !== undefined && rendering !== undefined) {
      const { inputs, artifact } = rendering;
      renderings.set(step.id, { key, inputs, artifact, held: prior.held.has(artifact.sha256) });
    }
    if (decision.kind === "resume" && plan.realm === "kling")
      expectedSeconds.set(step.id, expected(step, prior, catalog));
  }
  return {
    renderings,
    expectedSeconds,
    held: prior.held,
    remarks: remarksOf(manifest),
    money: committedIn(prior, plan.realm),
  };
}

function remarksOf(manifest: Manifest): ReadonlyMap<string, Remarks> {
  const remarks = new Map<string, Remarks>();
  for (const kind of ["images", "sounds", "voices", "elements", "shots"] as const)
    for (const { id, notes, tags } of manifest[kind])
      if (notes !== undefined || tags !== undefined)
        remarks.set(`${kind}.${id}`, {
          ...(notes === undefined ? {} : { notes }),
          ...(tags === undefined ? {} : { tags }),
        });
  return remarks;
}
