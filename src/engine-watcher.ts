/**
 * Drives the machine of `run/watch.ts`: reads, plans, renders and waits as it says, each time with the project opened anew,
 * and tells what happens. Spends only through `render`, under the digest of a plan that was told before, and sends no other
 * creates than the session lets it.
 */
import { dirname } from "node:path";
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { unreachable } from "./base/guard.js";
import { openProject, type Project } from "./engine.js";
import type { OpenOptions, PlanRequest } from "./engine-prepare.js";
import type { RenderReport } from "./engine-render.js";
import { openSession } from "./engine-session.js";
import type { Look, Watch, WatchEnd, WatchRequest, WatchStand } from "./engine-watch.js";
import type { WatchWorld } from "./engine-world.js";
import { differencesBetween } from "./plan/difference.js";
import type { Plan } from "./plan/plan.js";
import type { ClientReference } from "./plan/prior.js";
import type { Standing } from "./plan/standing.js";
import { openWatcher, phaseOf, stepWatcher, type WatchEffect, type WatchEvent } from "./run/watch.js";
import { stateDirectory } from "./store/state-directory.js";

/** A save is several events, and an editor may need a moment between them. */
const SETTLE_MS = 40;
/** Another terminal's render writes lockfile, journal and output one after another; what is between them is no news. */
const LOOK_SETTLE_MS = 250;

/** Watches a manifest that was found. */
export async function driveWatch(
  options: OpenOptions & { readonly file: string },
  request: WatchRequest,
  world: WatchWorld,
): Promise<Watch> {
  const { tell, signal, lookOnly = false } = request;
  const { clock } = world;
  const session = openSession(request);
  const over = new AbortController();
  let settling = new AbortController();
  let resting = new AbortController();
  let running: AbortController | undefined;
  /** What the last yes was to. */
  let agreed: ReadonlySet<ClientReference> = new Set();
  let look: (Look & { readonly standing: Standing }) | undefined;
  let paths: ReadonlySet<string> = new Set([options.file]);
  let told = "";
  let isSave = true;
  const opened = openWatcher(lookOnly);
  let { watcher } = opened;
  let conclude: { readonly resolve: (end: WatchEnd) => void; readonly reject: (error: unknown) => void };
  const ended = new Promise<WatchEnd>((resolve, reject) => {
    conclude = { resolve, reject };
  });

  const files = await world.watchFiles({
    root: dirname(options.file),
    tell: (changed) => {
      const isLock = [...changed].every((path) => path.endsWith(".lock.json"));
      // What a run writes down is read when it has ended.
      if (isLock && running !== undefined) return;
      if (!isLock) {
        session.changed(clock.now());
        isSave = true;
      }
      dispatch({ event: "changed" });
    },
    fail: (message) => tell({ type: "notice", message }),
  });

  const dispatch = (event: WatchEvent): void => {
    if (watcher.ended) return;
    const next = stepWatcher(watcher, event);
    watcher = next.watcher;
    perform(next.effects);
  };

  const perform = (effects: readonly WatchEffect[]): void => {
    for (const effect of effects) {
      switch (effect.do) {
        case "settle":
          settling.abort();
          settling = new AbortController();
          after(pause(lookOnly ? LOOK_SETTLE_MS : SETTLE_MS, settling.signal, { event: "quiet" }));
          break;
        case "later":
          resting.abort();
          resting = new AbortController();
          after(pause(effect.ms, resting.signal, { event: "due" }));
          break;
        case "plan":
          after(planNow());
          break;
        case "run":
          after(runNow(effect));
          break;
        case "stop":
          running?.abort(new Error("the watcher goes on with another plan"));
          break;
        case "forgive":
          session.forgive(look?.plan);
          break;
        case "notice":
          tell({ type: "notice", message: effect.message });
          break;
        case "end":
          finish().then(lastWords).then(conclude.resolve, conclude.reject);
          break;
        default:
          unreachable(effect);
      }
    }
    sayStand();
  };

  /** Work that comes back as an event. What is thrown in it is a bug, and ends the watcher. */
  const after = (work: Promise<WatchEvent | undefined>): void => {
    work.then(
      (event) => {
        if (event !== undefined) dispatch(event);
      },
      (error: unknown) => {
        running?.abort(error);
        finish().then(() => conclude.reject(error), conclude.reject);
      },
    );
  };

  const pause = async (
    ms: number,
    until: AbortSignal,
    event: WatchEvent,
  ): Promise<WatchEvent | undefined> => {
    const either = AbortSignal.any([until, over.signal]);
    await clock.sleep(ms, either).catch(() => undefined);
    return either.aborted ? undefined : event;
  };

  const asked = (): PlanRequest => {
    const {
      budgetUsd: _budget,
      tiers: _tiers,
      signal: _signal,
      tell: _tell,
      lookOnly: _look,
      ...rest
    } = request;
    return { ...rest, retryRefusedKeys: session.retryRefused, ordered: session.ordered };
  };

  const planNow = async (): Promise<WatchEvent> => {
    const sinceMs = clock.now();
    const afterSave = isSave;
    isSave = false;
    const { value: project, diagnostics: unread } = await openProject(options, world);
    const planned: Checked<Plan> =
      project === undefined ? { diagnostics: unread } : await project.plan(asked());
    const { value: plan, diagnostics } = planned;
    const isGood = project !== undefined && plan !== undefined && !hasErrors(diagnostics);
    // A fault may be mended by a file that only the last good plan knew.
    const known = isGood ? [] : paths;
    paths = new Set([...known, options.file, ...(await sourcesOf(project))]);
    if (!over.signal.aborted) files.set(paths, sinceMs);
    if (isGood) return inForce(project, plan, diagnostics, afterSave);
    await readBooks();
    return faulty(diagnostics, project);
  };

  /** What was ordered by the last good plan is told although the files cannot be used. */
  const readBooks = async (): Promise<void> => {
    if (look === undefined || session.ordered.size === 0) return;
    const { value } = await look.project.plan(asked());
    if (value !== undefined) session.look(value, look.project.policy, clock.now());
  };

  const sourcesOf = async (project: Project | undefined): Promise<readonly string[]> => {
    if (project === undefined) return [];
    // Whoever only looks is told by the journal what another terminal does.
    const journal = lookOnly ? [stateDirectory(project.root).journal] : [];
    return [...(await project.sources(request.profile)), ...journal];
  };

  const inForce = (
    project: Project,
    plan: Plan,
    diagnostics: readonly Diagnostic[],
    afterSave: boolean,
  ): WatchEvent => {
    const { standing, offer } = session.look(plan, project.policy, clock.now());
    const differences = differencesBetween(look?.plan, plan);
    const { dueSteps: due, waiting } = standing;
    // One save can be told twice, and a file can be touched.
    const isOther = watcher.faulty || project.mark !== look?.project.mark || differences.length > 0;
    look = { project, plan, diagnostics, differences, isSave: afterSave && isOther, due, waiting, standing };
    tell({ type: "looked", look });
    return { event: "planned", offer };
  };

  const faulty = (diagnostics: readonly Diagnostic[], project: Project | undefined): WatchEvent => {
    tell({ type: "faulty", diagnostics, ...(project === undefined ? {} : { project }) });
    return { event: "faulty" };
  };

  const runNow = async ({ digest, creates }: WatchEffect & { do: "run" }): Promise<WatchEvent> => {
    if (look === undefined) throw new Error("there is no plan to run");
    const { project, standing } = look;
    const stop = new AbortController();
    running = stop;
    let plan: Plan | undefined;
    // A run that only sees that nothing is to be done is nobody's business.
    let isLoud = false;
    const report = await project.render({
      ...asked(),
      approve: digest,
      creates: creates === "due" ? standing.due : intersection(standing.open, agreed),
      ceiling: (made) => session.leftFor(made),
      signal: stop.signal,
      onPlan: (made) => {
        plan = made;
        isLoud =
          made.overtaken.length > 0 ||
          made.steps.some(({ decision }) => decision.kind !== "keep" || decision.conflict === true);
        if (isLoud) tell({ type: "run", plan: made });
      },
      emit: (event) => {
        session.take(event, plan, clock.now());
        if (isLoud) tell({ type: "event", event });
      },
    });
    running = undefined;
    if (isLoud || report.status !== "ran") sayReport(report);
    return report.status === "stale" && creates === "open"
      ? { event: "ended", stale: true }
      : { event: "ended" };
  };

  const sayReport = (report: RenderReport): void => {
    switch (report.status) {
      case "invalid":
        tell({ type: "faulty", diagnostics: report.diagnostics });
        break;
      case "locked":
        tell({ type: "notice", message: "another klingmake works in this project: waiting for it" });
        break;
      case "route":
      case "refused":
        tell({ type: "notice", message: `${report.message}: ${report.help}` });
        break;
      case "ran":
        tell({ type: "ran", report });
        break;
      case "stale":
      case "frozen":
      case "approval_needed":
      case "declined":
        break;
      default:
        unreachable(report);
    }
  };

  const standNow = (): WatchStand => {
    const { ceiling, used, failed } = session;
    return {
      phase: phaseOf(watcher),
      faulty: watcher.faulty,
      paused: watcher.paused,
      ...(ceiling === undefined ? {} : { session: { ceiling, used } }),
      overtaken: look?.plan.overtaken.length ?? 0,
      failed,
    };
  };

  const sayStand = (): void => {
    const stand = standNow();
    const text = JSON.stringify(stand);
    if (text === told) return;
    told = text;
    tell({ type: "stand", stand });
  };

  const finish = async (): Promise<void> => {
    over.abort();
    signal.removeEventListener("abort", onAbort);
    await files.close();
  };

  const lastWords = async (): Promise<WatchEnd> => {
    const { value: now } = await openProject(options, world);
    let plan = (await now?.plan(asked()))?.value;
    const project = plan === undefined ? look?.project : now;
    // Where the files cannot be used, what was done by the last good plan is known all the same.
    plan ??= (await project?.plan(asked()))?.value ?? look?.plan;
    if (plan !== undefined && project !== undefined) session.look(plan, project.policy, clock.now());
    const going = plan?.steps.flatMap(({ step, decision, sameAs }) =>
      decision.kind === "resume" && sameAs === undefined ? [step.id] : [],
    );
    const left = plan?.overtaken.map(({ attempt }) => attempt.step);
    return { underWay: [...new Set([...(going ?? []), ...(left ?? [])])], used: session.used };
  };

  const onAbort = () => dispatch({ event: "wish", wish: { wish: "quit" } });
  signal.addEventListener("abort", onAbort, { once: true });
  files.set(paths, clock.now());
  perform(opened.effects);
  if (signal.aborted) onAbort();
  return {
    ended,
    wish(wish) {
      // What is offered later under the same digest, because money came back, was not in what was agreed to.
      if (wish.wish === "approve" && look?.plan.digest === wish.digest) agreed = look.standing.open;
      dispatch({ event: "wish", wish });
    },
  };
}

function intersection<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one].filter((each) => other.has(each)));
}
