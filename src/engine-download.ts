/**
 * `download`: brings back what is paid for. It is a render of a plan with nothing left to create; beside that it can
 * fetch the vendor's copy of a step anew, to compare it, and copies that no step asks for.
 */
import { isLocal } from "./graph/actions.js";
import type { Checked, Diagnostic } from "./base/diagnostic.js";
import { problem } from "./base/diagnostic.js";
import { alone, collectorOf, type Excluded, type LateJournal } from "./engine-alone.js";
import { diskProblem } from "./engine-disk.js";
import { askingRoute } from "./engine-route.js";
import { recall } from "./engine-journal.js";
import { matchSteps, prepare, type Opened, type Prepared } from "./engine-prepare.js";
import { renderProject, type RenderReport, type RenderRequest } from "./engine-render.js";
import { getOrMake } from "./base/guard.js";
import type { CacheKey } from "./graph/key.js";
import type { StepId } from "./graph/input.js";
import { withoutCreates, lostCopies, type LostCopy } from "./plan/gather.js";
import { isKnown } from "./plan/restore.js";
import { fresh } from "./plan/source.js";
import { WrongServer, type RouteProblem } from "./provider/provider.js";
import { fetchCopy, type Copied } from "./run/copy.js";
import { EXIT, type ExitCode } from "./run/exit.js";

/** What is to be brought back. */
export interface DownloadRequest extends Pick<
  RenderRequest,
  "profile" | "targets" | "emit" | "signal" | "onPlan" | "overwriteOutputs"
> {
  /** Also what no step asks for: renderings of the lockfile whose bytes are not in the store. */
  readonly all?: boolean;
}

/** One copy that was asked of the vendor beside the steps. */
export interface CopyReport {
  readonly copy: LostCopy;
  /** What the store had before. */
  readonly held: "whole" | "missing" | "damaged";
  readonly came: Copied | { readonly kind: "gone" } | { readonly kind: "stopped" };
}

/** What came of the copies, or why nothing was begun. */
export type CopiesReport =
  | Excluded
  | {
      readonly status: "invalid";
      readonly diagnostics: readonly Diagnostic[];
      readonly exit: ExitCode;
    }
  | {
      readonly status: "route";
      readonly message: string;
      readonly help: string;
      readonly diagnostics: readonly Diagnostic[];
      readonly exit: ExitCode;
    }
  | {
      readonly status: "compared";
      readonly copies: readonly CopyReport[];
      readonly diagnostics: readonly Diagnostic[];
      readonly exit: ExitCode;
    };

/** How a download ended. */
export interface DownloadReport {
  readonly run: RenderReport;
  /** What no step asked for; set where everything was wanted, and the run came to its end. */
  readonly rest?: CopiesReport;
  readonly exit: ExitCode;
}

/** Brings back what is paid for and not here. */
export async function downloadProject(opened: Opened, request: DownloadRequest): Promise<DownloadReport> {
  const { all, ...wanted } = request;
  const run = await renderProject(opened, { ...wanted, gather: true });
  if (all !== true || run.status !== "ran" || run.interrupted) return { run, exit: run.exit };
  const rest = await copies(opened, request, ({ plan, read }) => ({
    value: lostCopies(read.prior, plan),
    diagnostics: [],
  }));
  return { run, rest, exit: run.exit === EXIT.done ? rest.exit : run.exit };
}

/** Fetches the vendor's copies of steps anew, whatever the store holds, and compares. */
export function compareCopies(
  opened: Opened,
  request: Pick<DownloadRequest, "profile" | "signal" | "emit"> & { readonly steps: readonly string[] },
): Promise<CopiesReport> {
  return copies(opened, request, (prepared) => recordedOf(prepared, request.steps));
}

/** The recorded artifacts of the steps that names mean; a shot's name alone means its last step. */
function recordedOf({ graph, plan, read }: Prepared, names: readonly string[]): Checked<readonly LostCopy[]> {
  const diagnostics: Diagnostic[] = [];
  const found = new Map<StepId, LostCopy>();
  for (const name of names) {
    const ids = matchSteps(graph, [name]);
    diagnostics.push(...ids.diagnostics);
    for (const { step, key } of plan.steps) {
      if (ids.value?.has(step.id) !== true || isLocal(step.action)) continue;
      const rendering = read.lock.renders.get(key);
      if (rendering === undefined) {
        diagnostics.push(
          problem("plan/nothing-recorded", `${step.id} has no rendering that could be compared`, {
            path: step.path,
            on: "key",
            why: "the lockfile has none for it as it stands in the manifest",
            help: `klingmake why ${step.id} says what it has instead`,
          }),
        );
        continue;
      }
      const { artifact, inputs, handle } = rendering;
      const isThere = isKnown(handle?.dialect ?? "") && fresh(handle?.completed, read.prior.today);
      found.set(step.id, {
        key,
        inputs,
        artifact,
        step: step.id,
        ...(handle !== undefined && isThere ? { handle } : {}),
      });
    }
  }
  return { ...(diagnostics.length === 0 ? { value: [...found.values()] } : {}), diagnostics };
}

async function copies(
  opened: Opened,
  request: Pick<DownloadRequest, "profile" | "signal" | "emit">,
  wanted: (prepared: Prepared) => Checked<readonly LostCopy[]>,
): Promise<CopiesReport> {
  try {
    return await alone(opened, (journal) => copiesLocked(opened, request, wanted, journal));
  } catch (error) {
    const told = diskProblem(error);
    if (told === undefined) throw error;
    return { status: "invalid", diagnostics: [told], exit: EXIT.stepFailed };
  }
}

async function copiesLocked(
  opened: Opened,
  request: Pick<DownloadRequest, "profile" | "signal" | "emit">,
  wanted: (prepared: Prepared) => Checked<readonly LostCopy[]>,
  journal: LateJournal,
): Promise<CopiesReport> {
  const recalled = await recall(opened.world, opened.state, opened.snapshots);
  const prepared = await prepare(
    opened,
    request.profile === undefined ? {} : { profile: request.profile },
    recalled,
  );
  const { value } = prepared;
  if (value === undefined)
    return { status: "invalid", diagnostics: prepared.diagnostics, exit: EXIT.invalid };
  const chosen = wanted({ ...value, plan: withoutCreates(value.plan) });
  const diagnostics = [...prepared.diagnostics, ...(await opened.put(chosen.diagnostics))];
  if (chosen.value === undefined) return { status: "invalid", diagnostics, exit: EXIT.invalid };
  const reachable = chosen.value.some((copy) => copy.handle !== undefined);
  const route = reachable ? await askingRoute(opened, value.provider, value.plan.realm) : undefined;
  if (route !== undefined && "message" in route) return routeReport(route, diagnostics);
  try {
    const stop = request.signal ?? new AbortController().signal;
    const run =
      route &&
      collectorOf(
        opened,
        { read: value.read, profile: value.plan.profile },
        { provider: route, journal, stop, ...(request.emit === undefined ? {} : { emit: request.emit }) },
      );
    const one = async (copy: LostCopy): Promise<CopyReport> => {
      const { handle, key, inputs, artifact } = copy;
      const held = await opened.artifacts.check(artifact.sha256);
      if (run === undefined || handle === undefined) return { copy, held, came: { kind: "gone" } };
      try {
        const name = copy.step ?? (`(key ${key.slice(0, 8)})` as StepId);
        return { copy, held, came: await fetchCopy(run, { key, inputs, artifact, handle, name }) };
      } catch (error) {
        if (!stop.aborted) throw error;
        return { copy, held, came: { kind: "stopped" } };
      }
    };
    // A key's downloads share one partial file, so they come one after another.
    const byKey = new Map<CacheKey, LostCopy[]>();
    for (const copy of chosen.value) getOrMake(byKey, copy.key, () => []).push(copy);
    const inTurn = async (same: readonly LostCopy[]) => {
      const done: CopyReport[] = [];
      for (const copy of same) done.push(await one(copy));
      return done;
    };
    const reports = (await Promise.all([...byKey.values()].map(inTurn))).flat();
    return { status: "compared", copies: reports, diagnostics, exit: exitOf(reports) };
  } catch (error) {
    if (error instanceof WrongServer) return routeReport(error.problem, diagnostics);
    throw error;
  } finally {
    await route?.close();
  }
}

function routeReport({ message, help }: RouteProblem, diagnostics: readonly Diagnostic[]): CopiesReport {
  return { status: "route", message, help, diagnostics, exit: EXIT.credentials };
}

function exitOf(reports: readonly CopyReport[]): ExitCode {
  const came = new Set(reports.map((each) => each.came.kind));
  if (came.has("stopped")) return EXIT.interrupted;
  if (came.has("gone")) return EXIT.blocked;
  return came.has("other") || came.has("failed") ? EXIT.stepFailed : EXIT.done;
}
