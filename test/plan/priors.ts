/**
 * Priors for tests of the plan: what the lockfile, the journal, the store and the output paths are to say, in one object.
 */
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import { usd, type Micros } from "../../src/base/money.js";
import type { CacheKey, KeyInputs, Keyed } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import type { Graph } from "../../src/graph/step.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { clientReference } from "../../src/plan/approval.js";
import { makePlan, type Plan, type PlanOptions, type PlannedStep } from "../../src/plan/plan.js";
import type {
  Artifact,
  Attempt,
  Handle,
  Lock,
  OutputState,
  Prior,
  Rendering,
  TaskId,
} from "../../src/plan/prior.js";
import { keyGraph } from "../../src/graph/key.js";
import { catalogOf, digestsOf, graphOf } from "../graph/manifests.js";

/** 2026-11-22, noon. */
export const TODAY = Date.UTC(2026, 10, 22, 12);
export const DAY_MS = 86_400_000;

export const daysAgo = (days: number) => new Date(TODAY - days * DAY_MS).toISOString();
export const digestOf = (name: string) => sha256Hex(`artifact ${name}`);

export function artifact(name: string): Artifact {
  return { sha256: digestOf(name), size: 1000, type: "video/mp4" };
}

export function handle(completed: string): Handle {
  return {
    route: "kling",
    task: "t-1" as TaskId,
    account: "acct",
    completed,
    dialect: "new",
    product: "/text-to-video/kling-2.5-turbo",
  };
}

export function rendering(keyed: Keyed, name: string, more: Partial<Rendering> = {}): Rendering {
  return {
    key: keyed.key,
    inputs: keyed.inputs,
    attempt: 1,
    artifact: artifact(name),
    consumed: {},
    handle: handle(daysAgo(1)),
    estimate: { usd: usd(0.21) },
    billed: { kind: "unknown" },
    ...more,
  };
}

export function attempt(key: CacheKey, state: Attempt["state"], more: Partial<Attempt> = {}): Attempt {
  const number = more.attempt ?? 1;
  return {
    key,
    attempt: number,
    call: "render",
    reference: clientReference(key, number, "render"),
    step: "shots.010.clip" as StepId,
    state,
    realm: "kling",
    route: "kling",
    account: "acct",
    dialect: "new",
    product: "/text-to-video/kling-2.5-turbo",
    model: "kling-2.5-turbo",
    ceiling: usd(0.21),
    consumed: {},
    started: daysAgo(0.5),
    ...(state === "intent" ? {} : { task: "t-1" as TaskId }),
    ...more,
  };
}

/** What a prior is made of. */
export interface PriorParts {
  readonly renders?: readonly Rendering[];
  /** Step id → key, for the profile in force. */
  readonly steps?: Readonly<Record<string, CacheKey>>;
  readonly attempts?: readonly Attempt[];
  readonly intents?: Readonly<Record<string, KeyInputs>>;
  readonly held?: readonly Sha256[];
  readonly outputs?: Readonly<Record<string, OutputState>>;
  readonly placed?: readonly Sha256[];
  readonly pace?: Readonly<Record<string, number>>;
}

export function lockOf(parts: PriorParts, profile = "default"): Lock {
  return {
    renders: new Map((parts.renders ?? []).map((each) => [each.key, each])),
    steps: new Map([[profile, new Map(Object.entries(parts.steps ?? {}) as [StepId, CacheKey][])]]),
  };
}

export function priorOf(parts: PriorParts = {}): Prior {
  const attempts = new Map<CacheKey, Attempt[]>();
  for (const each of parts.attempts ?? []) attempts.set(each.key, [...(attempts.get(each.key) ?? []), each]);
  return {
    lock: lockOf(parts),
    attempts,
    intents: new Map(Object.entries(parts.intents ?? {}) as unknown as readonly [CacheKey, KeyInputs][]),
    held: new Set(parts.held ?? []),
    outputs: new Map(Object.entries(parts.outputs ?? {})),
    placed: new Set(parts.placed ?? []),
    today: TODAY,
    pace: new Map(Object.entries(parts.pace ?? {})),
  };
}

export const TOOLS: ReadonlySet<"ffmpeg"> = new Set(["ffmpeg"]);

export function optionsOf(more: Partial<PlanOptions> = {}): PlanOptions {
  return {
    retryRefused: new Set(),
    rebuy: new Set(),
    tools: TOOLS,
    lipSync: "advanced",
    allowUnknownPrice: new Set(),
    concurrency: 3,
    ...more,
  };
}

export const ids = (...names: readonly string[]): ReadonlySet<StepId> => new Set(names as readonly StepId[]);

/** A manifest's graph with its keys. */
export function keyedGraph(
  manifest: Manifest,
  contents: Readonly<Record<string, string>> = {},
): { readonly graph: Graph; readonly keys: ReadonlyMap<StepId, Keyed>; keyed(id: string): Keyed } {
  const graph = graphOf(manifest);
  const keys = keyGraph(graph, digestsOf(graph, contents));
  return {
    graph,
    keys,
    keyed(id) {
      const found = keys.get(id as StepId);
      if (found === undefined) throw new Error(`${id} has no key`);
      return found;
    },
  };
}

/** The plan of a manifest. */
export function planOf(manifest: Manifest, parts: PriorParts = {}, options: Partial<PlanOptions> = {}): Plan {
  const { graph, keys } = keyedGraph(manifest);
  return makePlan(graph, keys, priorOf(parts), catalogOf(manifest.catalog), optionsOf(options));
}

export function planned(plan: Plan, id: string): PlannedStep {
  const found = plan.steps.find((each) => each.step.id === id);
  if (found === undefined) throw new Error(`no ${id} in the plan`);
  return found;
}

/** `keep`, `restore from store`, `render 2`, `resume intent may create`, `blocked upstream`: a decision in words. */
export function decisionWords({ decision }: Pick<PlannedStep, "decision">): string {
  switch (decision.kind) {
    case "keep":
      return decision.conflict === true ? "keep, conflict" : "keep";
    case "restore":
      return `restore from ${decision.from}`;
    case "resume":
      return `resume ${decision.attempt.state} ${decision.attempt.attempt}${decision.mayCreate ? ", may create" : ""}`;
    case "render":
      return `render ${decision.attempt}`;
    case "blocked": {
      const { because } = decision;
      if (because.because === "upstream") return `blocked by ${because.steps.join(" ")}`;
      return because.because === "over_budget" ? `blocked over ${because.cap}` : `blocked ${because.because}`;
    }
  }
}

export const cents = (amount: number): Micros => usd(amount / 100);
