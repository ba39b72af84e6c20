/**
 * The plan: for every step what will happen, why, and what it costs. One planner feeds both showing and doing.
 * Reads no disk, clock or network; equal arguments give equal plans. Money caps are applied here, in film order,
 * so that what does not fit is known before anything starts.
 */
import { micros, type Micros } from "../base/money.js";
import type { Catalog } from "../catalog/catalog.js";
import type { Mode, Tier } from "../catalog/model.js";
import { chainedTo, type CacheKey, type Keyed } from "../graph/key.js";
import { beyondOldLipSync, type SourceFacts } from "../graph/rules-refine.js";
import { checkUnified } from "../graph/rules-unified.js";
import { returnsOf } from "../graph/source.js";
import { isLocal, type Action, type ExtendVia } from "../graph/actions.js";
import type { StepId } from "../graph/input.js";
import type { Graph, Step } from "../graph/step.js";
import { createsOf, paidSteps, planDigest, type PlanDigest } from "./approval.js";
import { chargesOf, committedMoney, type Ordered } from "./committed.js";
import { createFor, estimatesOf, type PlannedCreate } from "./create.js";
import { decide, type Decision, type Wishes } from "./decide.js";
import { estimator, listHigh, sum, type Estimate, type LipSyncEndpoint, type Totals } from "./estimate.js";
import { serviceOf } from "./estimate-service.js";
import { overtakenBy, type Claimed, type Overtaken } from "./overtaken.js";
import { expected, expectedSeconds } from "./pace.js";
import type { ClientReference, Prior } from "./prior.js";
import { factsOf, sourceOfStep, workedUpon } from "./facts.js";
import { addedBy, dearest, fit, likeTwin } from "./fit.js";
import { withClipsOfFrames, withoutIdleFrames } from "./frames.js";
import type { Obstacle, Reason } from "./reason.js";
import { endsSoon } from "./source.js";
import { tierOfAction } from "./tier.js";

/** One step of the plan. */
export interface PlannedStep {
  readonly step: Step;
  readonly key: CacheKey;
  readonly inputs: Keyed["inputs"];
  readonly decision: Decision;
  readonly reason?: Reason;
  /** What a rendering costs, whether or not one is needed. */
  readonly estimate: Estimate;
  /** Set when a create may be sent. */
  readonly create?: PlannedCreate;
  /** The most that one attempt costs at list price, where a project's own price is lower. */
  readonly listed?: Micros;
  readonly tier: Tier;
  readonly model?: string;
  readonly mode?: Mode;
  readonly seconds?: number;
  /** An earlier step of equal key, whose task it shares. */
  readonly sameAs?: StepId;
  /** Seconds that the task will probably take. */
  readonly expectedSeconds?: number;
  /** Of an extend: the way it goes, what comes of it, and whether the author named that way. */
  readonly extension?: {
    readonly via: ExtendVia;
    readonly returns: "whole" | "tail";
    readonly chosen: "asked" | "default";
  };
  /** When the vendor's handle on a clip that is held ends, ISO 8601; set when less than a week is left of it. */
  readonly handleEnds?: string;
}

/** What will happen. */
export interface Plan {
  readonly project: string;
  readonly profile: string;
  readonly realm: Graph["realm"];
  readonly digest: PlanDigest;
  readonly steps: readonly PlannedStep[];
  readonly totals: {
    /** What this plan may spend. */
    readonly create: Totals;
    /** What rendering everything anew would cost beyond that. */
    readonly saved: Totals;
    readonly count: Readonly<Record<Decision["kind"], number>>;
  };
  /** Tasks under way that no step claims any more; a render collects them at no cost. */
  readonly overtaken: readonly Overtaken[];
  /** Of how many references the account said whether it has their tasks, and of how many it has; absent where nobody asked or answered. */
  readonly account?: { readonly asked: number; readonly found: number };
  /** Over the project's life: in the lock and under way, without what this plan goes on with. */
  readonly committed: Micros;
  /** What those took or may still take that were asked about; what this plan goes on with is among them. */
  readonly charges?: ReadonlyMap<ClientReference, Micros>;
  readonly budget?: Micros;
  /** Seconds for the whole plan, under the concurrency in force. */
  readonly expectedSeconds: number;
}

/** Limits and wishes that shape a plan. */
export interface PlanOptions extends Wishes {
  /** Programs of this machine that steps may need. */
  readonly tools: ReadonlySet<"ffmpeg">;
  /** Which lip-sync the server has; the old one takes less and has no known price. */
  readonly lipSync: LipSyncEndpoint;
  /** Set where a gateway is asked in that shape, which can be asked for less. */
  readonly dialect?: "unified";
  readonly budget?: Micros;
  readonly maxCost?: Micros;
  /** Steps or models whose unknown price is accepted. */
  readonly allowUnknownPrice: ReadonlySet<string>;
  readonly concurrency: number;
  /** How many attempts may follow a failed one by themselves; absent: none. */
  readonly retries?: number;
  /** How long the sounds among the files last, in seconds, by path. */
  readonly sounds?: ReadonlyMap<string, number>;
  /** What to say the charges of. */
  readonly ordered?: ReadonlyMap<ClientReference, Ordered>;
  /** Only these steps and what they need; absent: all. */
  readonly targets?: ReadonlySet<StepId>;
}

/** Plans a graph whose steps all have keys. */
export function makePlan(
  graph: Graph,
  keys: ReadonlyMap<StepId, Keyed>,
  prior: Prior,
  catalog: Catalog,
  options: PlanOptions,
): Plan {
  const wanted = options.targets === undefined ? undefined : withUpstream(graph, options.targets);
  const made: PlannedStep[] = [];
  const byId = new Map<StepId, PlannedStep>();
  const firstOfKey = new Map<CacheKey, StepId>();
  const steps = graph.steps.filter((step) => wanted === undefined || wanted.has(step.id));
  const price = estimator(catalog, options.lipSync);
  const committed = committedMoney(prior);
  const facts = new Map<StepId, SourceFacts>();
  const sources = workedUpon(graph.steps);
  const wishes = {
    rebuy: withTwins(options.rebuy, keys),
    retryRefused: withTwins(options.retryRefused, keys),
    ...(options.retryRefusedKeys === undefined ? {} : { retryRefusedKeys: options.retryRefusedKeys }),
  };
  let spending = 0;
  let spendingListed = 0;
  for (const step of steps) {
    const fresh = keys.get(step.id);
    if (fresh === undefined) throw new Error(`step ${step.id} has no key`);
    const keyed = chained(step, fresh, keys, byId);
    const own = planStep(step, keyed, {
      graph,
      prior,
      catalog,
      price,
      options,
      wishes,
      byId,
      firstOfKey,
      facts,
    });
    const twin = own.sameAs === undefined ? undefined : byId.get(own.sameAs);
    const fitted =
      twin === undefined
        ? fit(own, { committed, spending, spendingListed, options, free: graph.realm === "sandbox" })
        : likeTwin(own, twin);
    if (fitted.create !== undefined && fitted.sameAs === undefined) {
      spending += addedBy(fitted.create);
      spendingListed += dearest({ ...fitted, create: fitted.create });
    }
    made.push(fitted);
    if (sources.has(step.id))
      facts.set(
        step.id,
        factsOf(fitted, keyed.key, sourceOfStep(step, facts, options.sounds), prior, catalog),
      );
    byId.set(step.id, fitted);
    if (!firstOfKey.has(fitted.key)) firstOfKey.set(fitted.key, step.id);
  }
  const planned = withoutIdleFrames(made);

  const creating = paidSteps({ steps: planned });
  const saved = planned.filter(
    (each) => each.create === undefined && each.sameAs === undefined && isHeld(each.decision),
  );
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const each of planned) count[each.decision.kind]++;
  return {
    project: graph.project,
    profile: graph.profile,
    realm: graph.realm,
    digest: planDigest(graph.realm, createsOf({ steps: planned })),
    steps: planned,
    totals: {
      create: sum(creating.flatMap(estimatesOf)),
      saved: sum(saved.map((each) => each.estimate)),
      count,
    },
    overtaken: overtakenBy(prior, graph.realm, claimedBy(graph, keys, planned)),
    committed: micros(committed - creating.reduce((sum, { create }) => sum + (create.credit ?? 0), 0)),
    ...(options.ordered === undefined ? {} : { charges: chargesOf(prior, options.ordered) }),
    ...(options.budget === undefined ? {} : { budget: options.budget }),
    expectedSeconds: expectedSeconds(planned, options.concurrency),
  };
}

function listedAbove(own: Micros | undefined, listed: Micros | undefined): Pick<PlannedStep, "listed"> {
  return listed !== undefined && own !== undefined && listed > own ? { listed } : {};
}

/** Attempts that the plan's steps resume, and the keys of steps that it was told to leave alone. */
function claimedBy(graph: Graph, keys: ReadonlyMap<StepId, Keyed>, planned: readonly PlannedStep[]): Claimed {
  const ids = new Set(planned.map((each) => each.step.id));
  const left = graph.steps.filter((step) => !ids.has(step.id));
  return {
    keys: new Set(left.flatMap((step) => keys.get(step.id)?.key ?? [])),
    references: new Set(
      planned.flatMap(({ decision }) => (decision.kind === "resume" ? [decision.attempt.reference] : [])),
    ),
  };
}

function isHeld(decision: Decision): boolean {
  return decision.kind === "keep" || decision.kind === "restore";
}

interface Making {
  readonly graph: Graph;
  readonly prior: Prior;
  readonly catalog: Catalog;
  readonly price: ReturnType<typeof estimator>;
  readonly options: PlanOptions;
  readonly wishes: Wishes;
  readonly byId: ReadonlyMap<StepId, PlannedStep>;
  readonly firstOfKey: ReadonlyMap<CacheKey, StepId>;
  /** Of the clips of the steps before. */
  readonly facts: ReadonlyMap<StepId, SourceFacts>;
}

function planStep(step: Step, keyed: Keyed, making: Making): PlannedStep {
  const { graph, prior, catalog, options } = making;
  const upstream = withClipsOfFrames(
    step.needs.flatMap((id) => making.byId.get(id) ?? []),
    making.byId,
  );
  const source = sourceOfStep(step, making.facts, options.sounds);
  const obstacle = beyondServer(step, source, making);
  const decided = decide({
    step,
    keyed,
    profile: graph.profile,
    upstream,
    prior,
    wishes: making.wishes,
    tools: options.tools,
    ...(obstacle && { obstacle }),
  });
  const key = decided.key ?? keyed.key;
  const held = isHeld(decided.decision) ? prior.lock.renders.get(key) : undefined;
  const handleEnds = endsSoon(held, prior.today);
  const action = step.action;
  const priced = making.price(action, source);
  const sameAs = making.firstOfKey.get(key);
  const { model, mode } = modelOf(action, source, catalog);
  const seconds = "duration" in action ? action.duration : undefined;
  const create = isLocal(action)
    ? undefined
    : createFor(key, decided.decision, priced, {
        prior,
        free: graph.realm === "sandbox",
        retries: options.retries ?? 0,
      });
  const creates = create !== undefined;
  return {
    step,
    key,
    inputs: decided.key === undefined ? keyed.inputs : (prior.lock.renders.get(key)?.inputs ?? keyed.inputs),
    decision: decided.decision,
    ...(sameAs !== undefined && creates
      ? { reason: { because: "same_as", step: sameAs } }
      : decided.reason === undefined
        ? {}
        : { reason: decided.reason }),
    estimate: priced,
    ...(creates ? { create } : {}),
    ...(creates ? listedAbove(create.ceiling, listHigh(action, catalog, source)) : {}),
    tier: tierOfAction(action, catalog, source),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(sameAs === undefined ? {} : { sameAs }),
    ...(creates ? { expectedSeconds: expected(step, prior, catalog) } : {}),
    ...(action.kind === "extend" ? { extension: extensionOf(action.via, step) } : {}),
    ...(handleEnds === undefined ? {} : { handleEnds }),
  };
}

/** Why the server that would be asked cannot do this, whatever the vendor's own can. */
function beyondServer(step: Step, source: SourceFacts, { catalog, options }: Making): Obstacle | undefined {
  if (options.dialect === "unified") {
    const [beyond] = checkUnified(step.action, catalog, step.path, source);
    if (beyond === undefined) return undefined;
    const { message: what, help = "render it at the vendor" } = beyond;
    return { because: "unsupported", what, by: "unified", help };
  }
  const what = options.lipSync === "old" ? beyondOldLipSync(step.action, source) : undefined;
  return what === undefined ? undefined : { because: "unsupported", what, by: "old_lip_sync" };
}

/** Model and mode that render an action; a native extension inherits both, and a service goes by its own name. */
function modelOf(
  action: Action,
  source: SourceFacts,
  catalog: Catalog,
): { readonly model?: string; readonly mode?: Mode } {
  const inherits = action.kind === "extend" && action.via === "native";
  const own = "model" in action ? action.model : serviceOf(action, catalog)?.id;
  const model = inherits ? source.sourceModel : own;
  const mode = inherits ? source.sourceMode : "mode" in action ? action.mode : undefined;
  return { ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) };
}

function extensionOf(via: ExtendVia, step: Step): NonNullable<PlannedStep["extension"]> {
  return { via, returns: returnsOf(via), chosen: step.viaAsked === true ? "asked" : "default" };
}

/** A key whose upstream is held chains through the key of what is held, as that is what it consumes. */
function chained(
  step: Step,
  keyed: Keyed,
  keys: ReadonlyMap<StepId, Keyed>,
  byId: ReadonlyMap<StepId, PlannedStep>,
): Keyed {
  if (step.needs.every((id) => byId.get(id)?.key === keys.get(id)?.key)) return keyed;
  return chainedTo(step, keyed, (id) => byId.get(id)?.key);
}

/** The steps of the same keys: a wish about one rendering is a wish about all that share it. */
function withTwins(wished: ReadonlySet<StepId>, keys: ReadonlyMap<StepId, Keyed>): ReadonlySet<StepId> {
  if (wished.size === 0) return wished;
  const shared = new Set([...wished].map((id) => keys.get(id)?.key));
  return new Set([...keys].flatMap(([id, { key }]) => (shared.has(key) ? [id] : [])));
}

function withUpstream(graph: Graph, targets: ReadonlySet<StepId>): ReadonlySet<StepId> {
  const wanted = new Set<StepId>(targets);
  for (const step of graph.steps.toReversed())
    if (wanted.has(step.id)) for (const need of step.needs) wanted.add(need);
  return wanted;
}
