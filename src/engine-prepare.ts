/**
 * From an open project and a request to a plan: profile, graph, inputs, keys, prior, in that order. Makes no request.
 */
import { join } from "node:path";
import { caution, hasErrors, problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { sha256Hex } from "./base/digest.js";
import { usd } from "./base/money.js";
import { didYouMean, safeText } from "./base/text.js";
import type { Catalog } from "./catalog/catalog.js";
import { checkInputs } from "./engine-inputs.js";
import { recall, type Recalled } from "./engine-journal.js";
import { readPrior, type ReadPrior } from "./engine-prior.js";
import { knownCatalog, refusalsMark } from "./engine-refusals.js";
import type { Snapshots } from "./engine-snapshot.js";
import type { Environment, World } from "./engine-world.js";
import { expand, providerOf } from "./graph/expand.js";
import { keyGraph, type CacheKey, type FileDigests, type Keyed } from "./graph/key.js";
import type { StepId } from "./graph/input.js";
import type { Graph } from "./graph/step.js";
import type { Manifest, Profile } from "./manifest/manifest.js";
import { withFound, type Found } from "./plan/found.js";
import type { Ordered } from "./plan/committed.js";
import { retriesInForce } from "./plan/create.js";
import { makePlan, type Plan, type PlanOptions } from "./plan/plan.js";
import type { ClientReference, Prior } from "./plan/prior.js";
import { serverWays, type ServerWays } from "./provider/kling/environment.js";
import type { RouteProblem } from "./provider/provider.js";
import type { Artifacts } from "./store/artifacts.js";
import type { Inputs } from "./store/inputs.js";
import type { Outputs } from "./store/outputs.js";
import type { StateDirectory } from "./store/state-directory.js";

/** Where and how a project is opened. */
export interface OpenOptions {
  /** Absolute directory from which the manifest is looked for. */
  readonly cwd: string;
  /** A manifest, or its directory, relative to `cwd`. */
  readonly file?: string;
  readonly env: Environment;
  /** The user's home directory. */
  readonly home: string;
  /** Whether input files may lie outside of the project, and the manifest may be a link that leads out of its folder. */
  readonly allowOutside?: boolean;
  /** Shown to whoever finds the project locked. */
  readonly command?: string;
}

/** What shapes a plan. */
export interface PlanRequest {
  readonly profile?: string;
  /** Step ids, `shots.ID` or `images.ID`, or patterns with `*`. */
  readonly targets?: readonly string[];
  readonly maxCostUsd?: number;
  /** Steps whose content refusal is to be tried again, at full price. */
  readonly retryRefused?: readonly string[];
  /** The same by what is asked for; what nothing asks for is no fault. */
  readonly retryRefusedKeys?: ReadonlySet<CacheKey>;
  /** Steps that are to be bought again. */
  readonly rebuy?: readonly string[];
  /** Steps or models whose unknown price is accepted. */
  readonly allowUnknownPrice?: readonly string[];
  /** How many attempts may follow a failed one by themselves; none when absent. The manifest may allow fewer. */
  readonly retries?: number;
  /** Tasks at once, per model. */
  readonly concurrency?: number;
  /** Asks the account, at no cost, for tasks that it may have already; a real render does so anyway. */
  readonly refresh?: boolean;
  /** Attempts of which the plan is to say what they took. */
  readonly ordered?: ReadonlyMap<ClientReference, Ordered>;
  /** Replaces output files that were changed by someone else. */
  readonly overwriteOutputs?: boolean;
}

/** Tasks at once per model when nobody says otherwise. */
export const CONCURRENCY = 3;

/** A plan with all that it was made from. */
export interface Prepared {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly provider: string;
  readonly read: ReadPrior;
  readonly digests: FileDigests;
  /** How long the sounds last, in seconds, by path. */
  readonly sounds: ReadonlyMap<string, number>;
  readonly warnings: readonly Diagnostic[];
}

/** What the parts of the engine share about an open project. */
export interface Opened {
  readonly world: World;
  readonly options: OpenOptions;
  readonly root: string;
  /** The manifest's name in `root`. */
  readonly file: string;
  readonly manifest: Manifest;
  readonly catalog: Catalog;
  readonly state: StateDirectory;
  readonly snapshots: Snapshots;
  /** Stands for the manifest's text. */
  readonly mark: string;
  readonly artifacts: Artifacts;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly put: (diagnostics: readonly Diagnostic[]) => Promise<readonly Diagnostic[]>;
  offer(plan: Plan): Promise<void>;
}

/** The profile in force, or what is wrong with its name. */
export function chooseProfile(
  manifest: Manifest,
  named: string | undefined,
): { readonly profile?: Profile } | Diagnostic {
  const wanted = named ?? manifest.profile;
  if (wanted === undefined) return {};
  const profile = manifest.profiles.find((each) => each.id === wanted);
  if (profile !== undefined) return { profile };
  const ids = manifest.profiles.map((each) => each.id);
  const meant = didYouMean(wanted, ids);
  return problem("manifest/unknown-profile", `there is no profile called ${safeText(wanted)}`, {
    help: meant
      ? `did you mean ${meant}?`
      : ids.length > 0
        ? `there are ${ids.join(", ")}`
        : "the manifest has no profiles",
  });
}

/** Makes a plan, with what an account turned out to have beside what is remembered, or says everything that stands in its way. */
export async function prepare(
  opened: Opened,
  request: PlanRequest,
  journal: Recalled,
  account: readonly Found[] = [],
): Promise<Checked<Prepared>> {
  const { manifest, catalog, world } = opened;
  const chosen = chooseProfile(manifest, request.profile);
  if ("code" in chosen) return { diagnostics: await opened.put([chosen]) };
  const { expanded, keysFor } = await expandOnce(opened, chosen.profile);
  const graph = expanded.value;
  if (graph === undefined) return { diagnostics: await opened.put(expanded.diagnostics) };
  const checked = await checkInputs(graph, opened.inputs, catalog);
  const wishes = wishesOf(graph, request);
  const found = await opened.put([...expanded.diagnostics, ...checked.diagnostics, ...wishes.diagnostics]);
  if (hasErrors(found) || wishes.value === undefined) return { diagnostics: found };
  const read = await readPrior(
    {
      fs: world.fs,
      root: opened.root,
      snapshots: opened.snapshots,
      artifacts: opened.artifacts,
      outputs: opened.outputs,
      now: world.clock.now(),
      wholeJournal: () => recall(world, opened.state, opened.snapshots, true),
    },
    graph,
    journal,
  );
  if (read.value === undefined) return { diagnostics: [...found, ...read.diagnostics] };
  const known = withFound(read.value.prior, account);
  const prior = request.overwriteOutputs === true ? withOutputsAsOurs(known) : known;
  // Asked of nobody but the vendor's own servers, so wrong for nobody else.
  const ways = graph.realm === "kling" ? serverWays(opened.options.env) : VENDORS_OWN;
  const { dialect, lipSync } = "message" in ways ? VENDORS_OWN : ways;
  const options: PlanOptions = {
    ...wishes.value,
    tools: await toolsFor(opened, graph),
    lipSync,
    ...(dialect === "unified" ? { dialect } : {}),
    allowUnknownPrice: new Set(request.allowUnknownPrice),
    sounds: checked.sounds,
    concurrency: request.concurrency ?? manifest.limits.concurrency ?? CONCURRENCY,
    retries: retriesInForce(request.retries, manifest.approval.retries),
    ...(request.retryRefusedKeys === undefined ? {} : { retryRefusedKeys: request.retryRefusedKeys }),
    ...(request.ordered === undefined ? {} : { ordered: request.ordered }),
    ...(manifest.budget.usd === undefined ? {} : { budget: usd(manifest.budget.usd) }),
    ...(request.maxCostUsd === undefined ? {} : { maxCost: usd(request.maxCostUsd) }),
  };
  // What a gateway charges is between it and the project.
  const prices = dialect === "unified" ? catalog.resold : catalog;
  const plan = makePlan(graph, await keysFor(checked.digests, prior), prior, prices, options);
  const depends =
    (opened.options.env["KLING_DIALECT"] ?? "") !== "" ||
    graph.steps.some((step) => step.action.kind === "lip_sync");
  const unclear = depends && "message" in ways ? [unclearEnvironment(ways)] : [];
  const noted = await opened.put([...unclear, ...holdsOfNothing(plan)]);
  const diagnostics = [...found, ...read.diagnostics, ...noted];
  const provider = providerOf(manifest, chosen.profile);
  return {
    value: {
      plan,
      graph,
      provider,
      read: { ...read.value, prior },
      digests: checked.digests,
      sounds: checked.sounds,
      warnings: diagnostics,
    },
    diagnostics,
  };
}

/** The server where nothing is said of it. */
const VENDORS_OWN: ServerWays = { dialect: "vendor", lipSync: "advanced" };

/** The programs that a graph needs and this machine has. */
async function toolsFor({ world, options }: Opened, graph: Graph): Promise<ReadonlySet<"ffmpeg">> {
  const wanted = graph.steps.some((step) => step.action.kind === "frame");
  return new Set(wanted && (await world.frames.find(options.env)) !== undefined ? ["ffmpeg"] : []);
}

/** What a snapshot keeps of a manifest under a profile. */
interface Expansion {
  readonly graph: Graph;
  readonly diagnostics: readonly Diagnostic[];
  /** The files' digests with which the keys were made. */
  readonly digests: readonly (readonly [string, string])[];
  readonly keys: readonly (readonly [StepId, CacheKey])[];
}

/** A manifest expanded and keyed, from a snapshot where text, profile, input files and refused models are those of the last time. */
async function expandOnce(opened: Opened, profile: Profile | undefined) {
  const { manifest, snapshots } = opened;
  const catalog = await knownCatalog(opened, providerOf(manifest, profile));
  const about = `graph ${join(opened.root, opened.file)} ${profile?.id ?? ""}`;
  const told = refusalsMark(catalog);
  const mark = told === "" ? opened.mark : sha256Hex(`${opened.mark}\n${told}`);
  const before = snapshots.read(about, mark) as Expansion | undefined;
  const expanded: Checked<Graph> =
    before === undefined
      ? expand(manifest, profile, catalog, opened.file)
      : { value: before.graph, diagnostics: before.diagnostics };
  const keysFor = async (digests: FileDigests, prior: Prior): Promise<ReadonlyMap<StepId, Keyed>> => {
    const sameFiles =
      before !== undefined &&
      before.digests.length === digests.size &&
      before.digests.every(([path, sha256]) => digests.get(path) === sha256);
    const graph = expanded.value;
    if (graph === undefined) return new Map();
    const known = new Map(sameFiles ? before.keys : []);
    // What a key is the digest of stands in the lockfile, where every entry was checked.
    const keys = keyGraph(graph, digests, (id) => {
      const key = known.get(id);
      const recorded = key === undefined ? undefined : prior.lock.renders.get(key);
      return recorded === undefined ? undefined : { key: recorded.key, inputs: recorded.inputs };
    });
    if (!sameFiles) {
      const kept: Expansion = {
        graph,
        diagnostics: expanded.diagnostics,
        digests: [...digests],
        keys: [...keys].map(([id, { key }]) => [id, key]),
      };
      await snapshots.write(about, mark, kept);
    }
    return keys;
  };
  return { expanded, keysFor };
}

/** Whatever lies at the output paths now counts as ours; what comes there later does not. */
function withOutputsAsOurs(prior: Prior): Prior {
  const there = [...prior.outputs.values()].flatMap((state) => (state.kind === "file" ? [state.sha256] : []));
  const overwritten = new Set(there.filter((sha256) => !prior.placed.has(sha256)));
  return { ...prior, placed: new Set([...prior.placed, ...there]), overwritten };
}

/** `render` refuses to open such a route; a plan is not stopped by what only a render would meet. */
function unclearEnvironment({ message, help }: RouteProblem): Diagnostic {
  return caution("plan/environment", message, {
    why: "the plan is made as if it were not set; render refuses it",
    help,
  });
}

function holdsOfNothing(plan: Plan): readonly Diagnostic[] {
  return plan.steps
    .filter((each) => each.step.hold && each.reason?.because !== "held")
    .map((each) =>
      caution("plan/hold-nothing", `${each.step.id} is held, but there is no rendering of it yet`, {
        path: [...each.step.path, "hold"],
        why: "hold keeps what the lockfile has, and it has nothing",
        help: "it is rendered once; or remove hold",
      }),
    );
}

/** Step names of a request as ids. */
function wishesOf(
  graph: Graph,
  request: PlanRequest,
): Checked<Pick<PlanOptions, "targets" | "rebuy" | "retryRefused">> {
  const targets =
    request.targets === undefined || request.targets.length === 0
      ? undefined
      : matchSteps(graph, request.targets);
  const rebuy = matchSteps(graph, request.rebuy ?? []);
  const retryRefused = matchSteps(graph, request.retryRefused ?? []);
  return {
    value: {
      rebuy: rebuy.value ?? new Set(),
      retryRefused: retryRefused.value ?? new Set(),
      ...(targets?.value === undefined ? {} : { targets: targets.value }),
    },
    diagnostics: [...(targets?.diagnostics ?? []), ...rebuy.diagnostics, ...retryRefused.diagnostics],
  };
}

/** What a name that no step has was probably meant to be: a step, a shot or an image, also without its first word. */
function suggestion(graph: Graph, name: string): string | undefined {
  const owners = [...new Set(graph.steps.map(({ owner }) => `${owner.kind}s.${owner.id}`))];
  const bare = new Map(owners.map((owner) => [owner.slice(owner.indexOf(".") + 1), owner]));
  const exact = bare.get(name);
  if (exact !== undefined) return exact;
  const near = didYouMean(name, [...owners, ...graph.steps.map((step) => step.id)]);
  return near ?? bare.get(didYouMean(name, bare.keys()) ?? "");
}

/**
 * The steps that names mean. The name of a step means it alone, not its other takes; `shots.010` means all steps of
 * the shot, and `*` stands for anything between two dots: `images.*`, `shots.0*.clip`.
 */
export function matchSteps(graph: Graph, names: readonly string[]): Checked<ReadonlySet<StepId>> {
  const found = new Set<StepId>();
  const diagnostics: Diagnostic[] = [];
  const ids = new Set<string>(graph.steps.map((step) => step.id));
  for (const name of names) {
    if (ids.has(name)) {
      found.add(name as StepId);
      continue;
    }
    const pattern = new RegExp(
      `^${name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^.]*")}([.@].*)?$`,
    );
    const matching = graph.steps.filter((step) => pattern.test(step.id));
    for (const step of matching) found.add(step.id);
    if (matching.length > 0) continue;
    const meant = suggestion(graph, name);
    diagnostics.push(
      problem("plan/unknown-target", `there is no step called ${safeText(name)}`, {
        help: meant ? `did you mean ${meant}?` : "klingmake graph lists all steps",
      }),
    );
  }
  return { value: found, diagnostics };
}
