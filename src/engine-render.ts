/**
 * `render`: lock the project, plan, get a yes where one is wanted, run, and say how it ended.
 * Order matters: the plan is made under the lock, and nothing but free questions is asked of the vendor before the money
 * question is answered.
 */
import { isLocal } from "./graph/actions.js";
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { micros, usd, type Micros } from "./base/money.js";
import { approve, type ApprovalRequest } from "./engine-approve.js";
import { alone, diskOf, limitsOf } from "./engine-alone.js";
import { callbackProblem, type CallbackRequest, type Hearing, type Unheard } from "./engine-callbacks.js";
import { CONCURRENCY, prepare, type Opened, type PlanRequest, type Prepared } from "./engine-prepare.js";
import { lateJournal, recall, type Recalled } from "./engine-journal.js";
import { diskProblem } from "./engine-disk.js";
import { withMisfits } from "./engine-gateway.js";
import { askAccount, journalFound, type Refreshed } from "./engine-refresh.js";
import { modelNews } from "./engine-refusals.js";
import { cleaned, placedOutcome } from "./engine-outcome.js";
import { idleProvider, routeOf, type Route } from "./engine-route.js";
import { accountSlots } from "./engine-slots.js";
import type { StepId } from "./graph/input.js";
import { approvalOf, uncovered, type Approval, type Uncovered, type WantsYes } from "./plan/approval.js";
import type { Found } from "./plan/found.js";
import { withOnly, withoutCreates } from "./plan/gather.js";
import type { Plan, PlannedStep } from "./plan/plan.js";
import type { ClientReference } from "./plan/prior.js";
import type { Provider, RouteProblem } from "./provider/provider.js";
import type { Emit, Outcome } from "./run/event.js";
import { execute } from "./run/execute.js";
import { EXIT, exitOfOutcomes, type ExitCode } from "./run/exit.js";
import type { Journal } from "./store/journal-file.js";
import type { Holder } from "./store/project-lock.js";

/** What shapes a render, beyond its plan. */
export interface RenderRequest extends PlanRequest, ApprovalRequest {
  /** Restores only: nothing may be created, and the lockfile may not change. */
  readonly frozen?: boolean;
  /** Takes what may be had at no cost, and creates nothing. */
  readonly gather?: boolean;
  /** Sends no other creates than these, and leaves out what would need one. */
  readonly creates?: ReadonlySet<ClientReference>;
  /** The most that a run of this plan may order, whatever its approval says; beside what the plan was made under. */
  readonly ceiling?: (plan: Plan) => Micros | undefined;
  /** Has the vendor call back when tasks change, as a hint to ask; never in a key, a record or an approval. */
  readonly callback?: CallbackRequest;
  readonly emit?: Emit;
  /** Aborts when the user stops the run: nothing is submitted after that. */
  readonly signal?: AbortSignal;
  /** Told the plan before anything is done. */
  readonly onPlan?: (plan: Plan) => void;
}

/** How a render ended. `exit` is what a command should exit with. */
export type RenderReport = {
  readonly plan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
  readonly exit: ExitCode;
} & (
  | { readonly status: "invalid" }
  | { readonly status: "locked"; readonly holder?: Holder }
  | { readonly status: "approval_needed"; readonly wants: readonly WantsYes[] }
  | { readonly status: "declined"; readonly wants: readonly WantsYes[] }
  | { readonly status: "stale"; readonly uncovered: readonly Uncovered[] }
  | { readonly status: "frozen"; readonly steps: readonly StepId[] }
  | { readonly status: "route"; readonly message: string; readonly help: string }
  /** The disk does not let a run happen, or nobody could be called back. */
  | { readonly status: "refused"; readonly message: string; readonly help: string }
  | {
      readonly status: "ran";
      readonly outcomes: readonly { readonly step: StepId; readonly outcome: Outcome }[];
      readonly spent: Micros;
      readonly interrupted: boolean;
    }
);

/** Renders a project. */
export async function renderProject(opened: Opened, request: RenderRequest): Promise<RenderReport> {
  const wrong = await callbackProblem(request.callback);
  if (wrong !== undefined) return { status: "refused", ...wrong, diagnostics: [], exit: EXIT.usage };
  try {
    return (
      (await renderIdle(opened, request)) ??
      (await alone(opened, (journal) => renderLocked(opened, request, journal)))
    );
  } catch (error) {
    const told = diskProblem(error);
    if (told === undefined) throw error;
    return { status: "invalid", diagnostics: [told], exit: EXIT.stepFailed };
  }
}

/** The steps for which the lockfile would have to change: to be rendered, or to be pointed at another key, or gone. */
function changingLock({ plan, graph, read }: Prepared): readonly StepId[] {
  const locked = read.lock.steps.get(plan.profile) ?? new Map<StepId, string>();
  const present = new Set(graph.steps.map((step) => step.id));
  const changing = plan.steps.filter(({ step, key, decision, reason }) => {
    if (decision.kind === "blocked") return false;
    // A picture of a series is the same however often it is taken out.
    const isSame = step.action.kind === "picture" && reason?.because === "store_missing";
    return locked.get(step.id) !== key || !(isSame || ["keep", "restore"].includes(decision.kind));
  });
  return [...changing.map((each) => each.step.id), ...[...locked.keys()].filter((id) => !present.has(id))];
}

/** A project in which nothing is to be done or written, which needs no lock; undefined when there is something. */
async function renderIdle(opened: Opened, request: RenderRequest): Promise<RenderReport | undefined> {
  const { world, state } = opened;
  const recalled = await recall(world, state, opened.snapshots);
  const prepared = await prepareFor(opened, request, recalled);
  if (prepared.value === undefined || recalled.diagnostics.length > 0) return undefined;
  const { plan } = prepared.value;
  const isIdle =
    plan.overtaken.length === 0 &&
    plan.steps.every(({ decision }) => decision.kind === "keep" && decision.conflict !== true) &&
    changingLock(prepared.value).length === 0;
  if (!isIdle) return undefined;
  request.onPlan?.(plan);
  const journal = lateJournal(world, state);
  const report = await run(
    opened,
    request,
    prepared.value,
    approvalOf(plan),
    idleProvider(plan),
    journal,
    prepared.diagnostics,
  );
  await saveIndexes(opened);
  return report;
}

/** Keeps what was learnt of files, so that the next run need not read them. */
async function saveIndexes(opened: Opened): Promise<void> {
  await Promise.all([opened.inputs.save(), opened.outputs.save()]);
}

async function renderLocked(
  opened: Opened,
  request: RenderRequest,
  journal: Pick<Journal, "append">,
): Promise<RenderReport> {
  const { value: prepared, diagnostics } = await prepareNow(opened, request);
  if (prepared === undefined || hasErrors(diagnostics))
    return { status: "invalid", diagnostics, exit: EXIT.invalid };
  const route = routeOf(opened, prepared, request.gather === true, request.callback);
  try {
    const again = (found: readonly Found[]) => prepareNow(opened, request, found);
    const asked =
      request.frozen === true
        ? { prepared, found: [], warnings: [] }
        : await askAccount(opened.world, route, prepared, again, request);
    if ("message" in asked) return { ...unreached(asked), diagnostics };
    const said = [...diagnostics, ...asked.warnings];
    return await renderPrepared(opened, request, journal, route, {
      ...asked,
      unasked: prepared.plan,
      diagnostics: said,
    });
  } finally {
    await route.close();
    await saveIndexes(opened);
  }
}

function unreached({ message, help }: RouteProblem) {
  return { status: "route", message, help, exit: EXIT.credentials } as const;
}

/** Why a run that was to be called back does not begin. */
function unheard({ kind, message, help }: Unheard) {
  return kind === "credentials"
    ? unreached({ kind, message, help })
    : ({ status: "refused", message, help, exit: EXIT.stepFailed } as const);
}

/** What a render goes on with. */
interface Readied extends Pick<Refreshed<Prepared>, "prepared" | "found"> {
  /** The plan before the account was asked. */
  readonly unasked: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** Renders what was prepared, after a yes where one is wanted. */
async function renderPrepared(
  opened: Opened,
  request: RenderRequest,
  journal: Pick<Journal, "append">,
  route: Route,
  { prepared, found, unasked, diagnostics }: Readied,
): Promise<RenderReport> {
  const { plan } = prepared;
  request.onPlan?.(plan);
  const report = { plan, diagnostics };
  if (request.frozen === true) {
    const steps = changingLock(prepared);
    if (steps.length > 0) return { ...report, status: "frozen", steps, exit: EXIT.stale };
  }
  if (request.signal?.aborted === true) {
    const nobody = { digest: plan.digest, realm: plan.realm, entries: [] };
    return run(opened, request, prepared, nobody, idleProvider(plan), journal, diagnostics);
  }
  const approved = await approve(opened, request, plan, unasked);
  if (!("approval" in approved)) return { ...report, ...approved };

  // A frozen lockfile takes in nothing, not even what is free.
  let overtaken = request.frozen === true ? [] : plan.overtaken;
  const needsRoute = plan.steps.some(reachesOut);
  const wantsRoute = needsRoute || overtaken.some(({ attempt }) => attempt.artifact === undefined);
  let provider = wantsRoute ? await route.open() : idleProvider(plan);
  if ("message" in provider) {
    if (needsRoute) return { ...report, ...unreached(provider) };
    request.emit?.({
      type: "notice",
      message: `tasks that an edit overtook are not asked about: ${provider.message}`,
    });
    overtaken = [];
    provider = idleProvider(plan);
  }
  // Before the question: where nobody can listen, nobody need be asked.
  const hearing = needsRoute ? await route.hear() : undefined;
  if (hearing !== undefined && "message" in hearing) return { ...report, ...unheard(hearing) };
  let doing = prepared;
  if (approved.ask !== undefined) {
    if (!(await approved.ask())) {
      return { ...report, status: "declined", wants: approved.wants, exit: EXIT.approval };
    }
    // A person takes time, in which a colleague's lockfile may have come: what it has need not be bought.
    const again = await prepareNow(opened, request, found);
    if (again.value === undefined || hasErrors(again.diagnostics))
      return { status: "invalid", diagnostics: again.diagnostics, exit: EXIT.invalid };
    const lacking = uncovered(approved.approval, again.value.plan);
    if (lacking.length > 0) return { ...report, status: "stale", uncovered: lacking, exit: EXIT.stale };
    doing = again.value;
  }
  if (overtaken.length === 0) doing = { ...doing, plan: { ...doing.plan, overtaken } };
  await journalFound(journal, found);
  return run(opened, request, doing, approved.approval, provider, journal, diagnostics, hearing);
}

/** The project as it is now, with what the journal has to say. */
async function prepareNow(
  opened: Opened,
  request: RenderRequest,
  found: readonly Found[] = [],
): Promise<Checked<Prepared>> {
  const recalled = await recall(opened.world, opened.state, opened.snapshots);
  const prepared = await prepareFor(opened, request, recalled, found);
  return { ...prepared, diagnostics: [...recalled.diagnostics, ...prepared.diagnostics] };
}

/** The plan that a request is about: all of it, or what it has that costs nothing. */
async function prepareFor(
  opened: Opened,
  request: RenderRequest,
  recalled: Recalled,
  account: readonly Found[] = [],
): Promise<Checked<Prepared>> {
  const prepared = await prepare(opened, request, recalled, account);
  const { value, diagnostics } = prepared;
  if (value === undefined) return { diagnostics };
  if (request.gather === true) return { value: { ...value, plan: withoutCreates(value.plan) }, diagnostics };
  const found = await withMisfits(opened, prepared);
  if (request.creates === undefined) return { value, diagnostics: found };
  const concurrency = request.concurrency ?? opened.manifest.limits.concurrency ?? CONCURRENCY;
  return {
    value: { ...value, plan: withOnly(value.plan, request.creates, concurrency) },
    diagnostics: found,
  };
}

function reachesOut(planned: PlannedStep): boolean {
  const { decision } = planned;
  switch (decision.kind) {
    case "render":
      return !isLocal(planned.step.action);
    case "resume":
      return decision.attempt.state !== "stored" && decision.attempt.state !== "recorded";
    case "restore":
      return decision.from === "vendor";
    case "keep":
    case "blocked":
      return false;
  }
}

async function run(
  opened: Opened,
  request: RenderRequest,
  prepared: Prepared,
  approval: Approval,
  provider: Provider,
  journal: Pick<Journal, "append">,
  diagnostics: readonly Diagnostic[],
  hearing?: Hearing,
): Promise<RenderReport> {
  const { plan, read } = prepared;
  const disk = diskOf(opened, { ...prepared, profile: plan.profile }, journal);
  const emit: Emit = (event) =>
    request.emit?.(
      event.type === "step_ended" ? { ...event, outcome: cleaned(opened, event.outcome) } : event,
    );
  const packs = await accountSlots(opened, request, prepared);
  const executed = await execute({
    plan,
    approval,
    caps: {
      ...(plan.budget === undefined ? {} : { budgetLeft: micros(Math.max(0, plan.budget - plan.committed)) }),
      ...mostOf(request, plan),
    },
    prior: read.prior,
    disk,
    provider,
    models: modelNews(opened, prepared.provider),
    clock: opened.world.clock,
    emit: hearing === undefined ? emit : hearing.remarking(emit),
    ...(hearing === undefined ? {} : { hints: hearing.hints }),
    stop: request.signal ?? new AbortController().signal,
    limits: { ...limitsOf(opened, provider, request.concurrency), ...(packs === undefined ? {} : { packs }) },
    present: prepared.graph.steps,
  });
  const outcomes: { readonly step: StepId; readonly outcome: Outcome }[] = [];
  for (const [step, outcome] of executed.outcomes) {
    outcomes.push({
      step,
      outcome: outcome.status === "failed" ? await placedOutcome(opened, cleaned(opened, outcome)) : outcome,
    });
  }
  const exit = executed.interrupted ? EXIT.interrupted : exitOfOutcomes(executed.outcomes.values());
  return {
    status: "ran",
    plan,
    diagnostics,
    outcomes,
    spent: executed.spent,
    interrupted: executed.interrupted,
    exit,
  };
}

/** The tightest of a run's own caps. */
function mostOf({ maxCostUsd, ceiling }: RenderRequest, plan: Plan): { readonly maxCost?: Micros } {
  const caps = [maxCostUsd === undefined ? undefined : usd(maxCostUsd), ceiling?.(plan)].filter(
    (cap) => cap !== undefined,
  );
  return caps.length === 0 ? {} : { maxCost: micros(Math.min(...caps)) };
}
