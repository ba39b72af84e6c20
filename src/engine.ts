/**
 * Opens a project and wires the rooms into check, plan and render. Decides nothing itself: what is to be done is the
 * plan's word, what may be spent is the approval's. Other commands stand on the same `prepare`.
 */
import { basename, dirname, join, resolve } from "node:path";
import { hasErrors, inFileOrder, problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { safeText } from "./base/text.js";
import { createCatalog, type Catalog } from "./catalog/catalog.js";
import type { Model } from "./catalog/model.js";
import { checkProfiles } from "./engine-check.js";
import { costsOf, type CostReport } from "./engine-cost.js";
import { diskProblem } from "./engine-disk.js";
import { recall } from "./engine-journal.js";
import { findManifest, manifestBytes, shownPath } from "./engine-find.js";
import { withMisfits } from "./engine-gateway.js";
import { loadManifest } from "./engine-manifest.js";
import { openPasts, type Past } from "./engine-past.js";
import {
  chooseProfile,
  matchSteps,
  prepare,
  type Opened,
  type OpenOptions,
  type PlanRequest,
} from "./engine-prepare.js";
import { refreshPlan } from "./engine-refresh.js";
import { knownCatalog } from "./engine-refusals.js";
import { settling, type Settling } from "./engine-settle.js";
import { renderProject, type RenderReport, type RenderRequest } from "./engine-render.js";
import { cacheHome, openSnapshots } from "./engine-snapshot.js";
import { realWorld, type World } from "./engine-world.js";
import { expand, providerOf } from "./graph/expand.js";
import type { Keyed } from "./graph/key.js";
import { inputsOf } from "./graph/inputs-of.js";
import type { StepId } from "./graph/input.js";
import type { Graph, Step } from "./graph/step.js";
import { decodeManifest } from "./manifest/decode.js";
import {
  approvalOf,
  DEFAULT_POLICY,
  paidSteps,
  tightened,
  wantsYes,
  type Policy,
  type WantsYes,
} from "./plan/approval.js";
import type { Plan, PlannedStep } from "./plan/plan.js";
import type { Attempt } from "./plan/prior.js";
import { changesBetween, type Change } from "./plan/change.js";
import { openArtifacts, storeDirectory } from "./store/artifacts.js";
import { lockFileName } from "./store/lockfile.js";
import { openInputs } from "./store/inputs.js";
import { openOutputs } from "./store/outputs.js";
import { writePlan } from "./store/plans.js";
import { makeStateDirectory, stateDirectory } from "./store/state-directory.js";

/** Why a step is what it is. */
export interface WhyReport {
  readonly planned: PlannedStep;
  /** What the lockfile has for it. */
  readonly before?: Keyed;
  readonly changes: readonly Change[];
  /** The latest attempt at its key. */
  readonly task?: Attempt;
  /** The steps that consume it. */
  readonly dependents: readonly StepId[];
}

/** An open project. */
export interface Project extends Settling {
  /** Absolute directory of the manifest. */
  readonly root: string;
  /** Absolute path of the manifest. */
  readonly file: string;
  /** The manifest's path as people know it: relative to where klingmake was started, where it lies below. */
  readonly shown: string;
  readonly name: string;
  /** Stands for the manifest's text. */
  readonly mark: string;
  /** Warnings of reading the manifest. */
  readonly diagnostics: readonly Diagnostic[];
  readonly profiles: readonly string[];
  readonly defaultProfile?: string;
  /** Everything that is wrong under any profile, input files included. Makes no request. */
  check(): Promise<readonly Diagnostic[]>;
  /** What will happen and what it costs. Makes no request; remembers the offer, so that its digest can be approved. */
  plan(request?: PlanRequest): Promise<Checked<Plan>>;
  /** What was there before a plan that `plan` of this very project made; undefined for any other. Looks nowhere. */
  past(plan: Plan): Past | undefined;
  graph(profile?: string): Promise<Checked<Graph>>;
  /** Absolute paths of what a plan is made from: manifest, lockfiles and every input file, whether or not it is there. */
  sources(profile?: string): Promise<readonly string[]>;
  why(step: string, request?: PlanRequest): Promise<Checked<WhyReport>>;
  /** When a yes is wanted, as far as the project itself says. */
  readonly policy: Policy;
  /** What of a plan wants a yes, under the manifest's own policy and the one given. */
  wantsYes(
    plan: Plan,
    options?: { readonly policy?: Partial<Policy>; readonly rehearse?: boolean },
  ): readonly WantsYes[];
  /** Does what the plan says, within what was approved. */
  render(request: RenderRequest): Promise<RenderReport>;
  /** What it has cost, in the realm of a profile. Makes no request. */
  cost(profile?: string): Promise<Checked<CostReport>>;
  /** The models with the project's additions. */
  models(): readonly Model[];
  /** Models and prices as this project knows them. */
  readonly catalog: Catalog;
}

/** Opens the project that a manifest describes. */
export async function openProject(
  options: OpenOptions,
  world: World = realWorld(),
): Promise<Checked<Project>> {
  const found = findManifest(world.fs, options.cwd, options.file);
  if (found.value === undefined) return { diagnostics: found.diagnostics };
  const file = found.value;
  const text = readText(world, file, options.allowOutside);
  if (text.value === undefined) return { diagnostics: text.diagnostics };
  const shown = shownPath(options.cwd, file);
  const store = storeOf(options);
  const snapshots = openSnapshots(world, cacheHome(options));
  const loaded = await loadManifest(snapshots, { text: text.value, file, shown });
  if (loaded.value === undefined) return { diagnostics: [...text.diagnostics, ...loaded.diagnostics] };
  const { manifest, mark, put } = loaded.value;
  const catalog = createCatalog(manifest.catalog);
  const warnings = [...text.diagnostics, ...loaded.diagnostics, ...(await put(catalog.diagnostics))];
  if (catalog.value === undefined || hasErrors(warnings)) return { diagnostics: inFileOrder(warnings) };
  const opened = openParts({
    world,
    options,
    root: dirname(file),
    file: basename(file),
    store,
    snapshots,
    manifest,
    mark,
    catalog: catalog.value,
    put,
  });
  return { value: projectOf(opened, file, shown, warnings), diagnostics: warnings };
}

function readText(world: World, file: string, outside?: boolean): Checked<string> {
  const bytes = manifestBytes(world.fs, file, file, outside);
  return bytes.value === undefined
    ? { diagnostics: bytes.diagnostics }
    : decodeManifest(bytes.value, safeText(file));
}

/** Where the user's store stands. */
export function storeOf(options: Pick<OpenOptions, "env" | "home">): string {
  const { KLINGMAKE_STORE: override, XDG_DATA_HOME: dataHome } = options.env;
  return storeDirectory({
    home: options.home,
    ...(override === undefined ? {} : { override }),
    ...(dataHome === undefined ? {} : { dataHome }),
  });
}

function openParts(
  given: Pick<
    Opened,
    "world" | "options" | "root" | "file" | "manifest" | "mark" | "catalog" | "put" | "snapshots"
  > & {
    readonly store: string;
  },
): Opened {
  const { world, options, root, file, manifest, mark, catalog, store, snapshots, put } = given;
  const { fs, clock } = world;
  const state = stateDirectory(root);
  const now = () => clock.now();
  const opened: Opened = {
    world,
    options,
    root,
    file,
    manifest,
    catalog,
    state,
    snapshots,
    mark,
    artifacts: openArtifacts(fs, store),
    inputs: openInputs(fs, root, join(state.cache, "inputs.json"), now, options.allowOutside),
    outputs: openOutputs(fs, root, join(state.cache, "outputs.json"), now),
    put,
    async offer(plan) {
      if (paidSteps(plan).length === 0 || (await makeStateDirectory(fs, root)).kind === "refused") return;
      await writePlan(fs, state, { ...approvalOf(plan), project: plan.project, profile: plan.profile });
    },
  };
  return opened;
}

/** Turns the disk's errors of looking commands into diagnostics. */
async function told<T>(look: () => Promise<Checked<T>>): Promise<Checked<T>> {
  try {
    return await look();
  } catch (error) {
    const diagnostic = diskProblem(error);
    if (diagnostic === undefined) throw error;
    return { diagnostics: [diagnostic] };
  }
}

function projectOf(opened: Opened, file: string, shown: string, warnings: readonly Diagnostic[]): Project {
  const { manifest, catalog, world, state } = opened;
  const pasts = openPasts(manifest, catalog);
  const journalNow = () => recall(world, state, opened.snapshots);

  const planNow = async (request: PlanRequest): Promise<Checked<Plan>> => {
    const journal = await journalNow();
    const prepared = await prepare(opened, request, journal);
    const found = [...warnings, ...journal.diagnostics, ...(await withMisfits(opened, prepared))];
    if (prepared.value === undefined) return { diagnostics: found };
    const { value, diagnostics: said } =
      request.refresh === true && !hasErrors(found)
        ? await refreshPlan(opened, prepared.value, (more) => prepare(opened, request, journal, more))
        : { value: prepared.value, diagnostics: [] };
    const diagnostics = [...found, ...said];
    if (value === undefined) return { diagnostics };
    // Best effort: a read-only checkout can still be planned, and its digest approved by exact match.
    await opened.offer(value.plan).catch(() => undefined);
    await Promise.all([opened.inputs.save(), opened.outputs.save()]);
    pasts.keep(value);
    return { value: value.plan, diagnostics };
  };

  const whyNow = async (step: string, request: PlanRequest): Promise<Checked<WhyReport>> => {
    const journal = await recall(world, state, opened.snapshots, true);
    const prepared = await prepare(opened, request, journal);
    if (prepared.value === undefined) return { diagnostics: prepared.diagnostics };
    const { plan, graph, read } = prepared.value;
    const ids = matchSteps(graph, [step]);
    // A shot's name alone means its last step.
    const meant = plan.steps.filter((each) => ids.value?.has(each.step.id) === true);
    const planned =
      meant.find((each) => each.step.id === step) ?? meant.findLast((each) => !each.step.candidate);
    if (planned === undefined) {
      const idle = graph.steps.find((each) => ids.value?.has(each.id) === true);
      return { diagnostics: idle === undefined ? ids.diagnostics : [neededByNobody(idle)] };
    }
    const beforeKey = read.lock.steps.get(plan.profile)?.get(planned.step.id);
    const before = beforeKey === undefined ? undefined : read.lock.renders.get(beforeKey);
    const attempt = read.prior.attempts.get(planned.key)?.at(-1);
    return {
      value: {
        planned,
        changes: before === undefined ? [] : changesBetween(before.inputs, planned.inputs, planned.step),
        ...(before === undefined ? {} : { before: { key: before.key, inputs: before.inputs } }),
        ...(attempt === undefined ? {} : { task: attempt }),
        dependents: graph.steps.filter((each) => each.needs.includes(planned.step.id)).map((each) => each.id),
      },
      diagnostics: prepared.diagnostics,
    };
  };

  const graphOf = async (profile?: string): Promise<Checked<Graph>> => {
    const chosen = chooseProfile(manifest, profile);
    if ("code" in chosen) return { diagnostics: await opened.put([chosen]) };
    const known = await knownCatalog(opened, providerOf(manifest, chosen.profile));
    const expanded = expand(manifest, chosen.profile, known, opened.file);
    return { ...expanded, diagnostics: await opened.put(expanded.diagnostics) };
  };

  return {
    root: opened.root,
    file,
    shown,
    name: manifest.project,
    mark: opened.mark,
    diagnostics: warnings,
    profiles: manifest.profiles.map((profile) => profile.id),
    ...(manifest.profile === undefined ? {} : { defaultProfile: manifest.profile }),
    models: () => catalog.all(),
    catalog,
    async check() {
      const checked = await told(async () => ({
        value: undefined,
        diagnostics: await checkProfiles(opened, warnings),
      }));
      return checked.diagnostics;
    },
    plan: (request = {}) => told(() => planNow(request)),
    past: (plan) => pasts.of(plan),
    graph: graphOf,
    async sources(profile) {
      const { value: graph } = await graphOf(profile);
      const inputs = (graph?.steps ?? []).flatMap(({ action }) =>
        inputsOf(action).flatMap(([, input]) => (input.kind === "file" ? [input.path] : [])),
      );
      const locks = [lockFileName("kling"), lockFileName("sandbox")];
      return [...new Set([file, ...[...locks, ...inputs].map((path) => resolve(opened.root, path))])];
    },
    policy: tightened(DEFAULT_POLICY, manifest.approval),
    cost: (profile) => told(() => costsOf(opened, profile)),
    why: (step, request = {}) => told(() => whyNow(step, request)),
    wantsYes: (plan, options = {}) =>
      wantsYes(
        plan,
        tightened({ ...DEFAULT_POLICY, ...options.policy }, manifest.approval),
        options.rehearse,
      ),
    render: (request) => renderProject(opened, request),
    ...settling(opened),
  };
}

/** Only pictures out of clips are left out of a plan; see plan/frames.ts. */
function neededByNobody(step: Step): Diagnostic {
  return problem("plan/not-planned", `${step.id} is not in the plan: no step needs it just now`, {
    path: step.path,
    why: "a picture out of a clip costs nothing, and is taken only for a step that is about to be rendered from it",
    help: "ask why of the step that follows it",
  });
}

/** The built-in catalog. */
export function listModels(): readonly Model[] {
  return createCatalog().value?.all() ?? [];
}
