/**
 * What a watcher tells, as the film that the page shows: a reducer. A shot of which nothing changed stays the very same
 * object from one film to the next, so that whoever sends it sees at once what is new. The board of a run is laid over the
 * plan, step by step, where both mean the same; it stays until a plan is made after the run.
 */
import type {
  Diagnostic,
  Look,
  Micros,
  Past,
  Plan,
  PlannedStep,
  Project,
  StepId,
  WatchNews,
  WatchStand,
} from "../index.js";
import { filmOrder, type Entry } from "../show/film-order.js";
import { openBoard, type Board, type Standing } from "../show/run-board.js";
import { runMoney } from "../show/run-forecast.js";
import type { Film, ShotView } from "./film.js";
import { moneyBar } from "./money-bar.js";
import { problemsOf } from "./problems.js";
import { isSame } from "./same.js";
import { shotView } from "./shot-view.js";
import { shown } from "./shown.js";
import { watchLine } from "./watch-line.js";

/** A film that is kept in step with what a watcher tells. */
export interface OpenFilm {
  take(news: WatchNews, nowMs: number): void;
  /** The film as it stands; undefined before anything can be said of it. */
  film(nowMs: number): Film | undefined;
}

/** What a film is called while its manifest could not be read yet. */
export interface FilmOptions {
  /** The manifest as people know it. */
  readonly manifest?: string;
}

/** A plan with all that is looked up in it. */
interface Scene {
  readonly project: Project;
  readonly plan: Plan;
  readonly past: Past | undefined;
  readonly byId: ReadonlyMap<StepId, PlannedStep>;
  readonly entries: readonly Entry<PlannedStep>[];
  /** Which entry a step is of. */
  readonly placeOf: ReadonlyMap<StepId, number>;
}

/** The film of a plan, as it stands at one moment and without anybody who watches. */
export function filmOnce(
  project: Project,
  plan: Plan,
  diagnostics: readonly Diagnostic[],
  nowMs: number,
): Film {
  const scene = sceneOf(project, plan);
  const shots = scene.entries.map((entry) => showEntry(entry, scene, NOTHING_RUNS));
  return {
    ...headOf(scene, shots),
    now: nowMs,
    money: moneyBar({ plan, base: scene.past?.money }),
    problems: problemsOf(diagnostics, project.root),
    shots,
  };
}

/** A film of which nothing is known yet. */
export function openFilm({ manifest = "kling.manifest.yaml" }: FilmOptions = {}): OpenFilm {
  let look: Look | undefined;
  let scene: Scene | undefined;
  let shots: readonly ShotView[] = [];
  let said: readonly Diagnostic[] = [];
  let problems: Film["problems"] = [];
  let title = manifest;
  let stand: WatchStand | undefined;
  let board: Board | undefined;
  let isRunning = false;
  /** What of the run in progress is in the books by which the session is reckoned. */
  let booked = 0;
  /** What was spent before the run that the board is of. */
  let base: Past["money"] | undefined;
  /** What failed, until it is tried again or means something else. */
  const failures = new Map<StepId, Standing>();
  /** Entries that have to be made anew. */
  const changed = new Set<number>();

  const running: Running = {
    standingOf: (planned) => {
      const { id } = planned.step;
      const isOpen = planned.decision.kind === "render" || planned.decision.kind === "blocked";
      const standing = board?.standings.get(id) ?? (isOpen ? failures.get(id) : undefined);
      return standing?.planned.key === planned.key ? standing : undefined;
    },
    hasFailed: (id) => stand?.failed.includes(id) === true,
  };
  /** Entries that were shown with more than their plan and their past. */
  const laidOver = new Set<string>();
  const isLaidOver = (planned: PlannedStep) =>
    running.hasFailed(planned.step.id) || running.standingOf(planned) !== undefined;
  const touch = (step: StepId) => {
    const at = scene?.placeOf.get(step);
    const entry = scene?.entries[at ?? -1];
    if (at === undefined || entry === undefined) return;
    changed.add(at);
    laidOver.add(entry.name);
  };
  const say = (diagnostics: readonly Diagnostic[], project: Project | undefined) => {
    said = diagnostics;
    problems = problemsOf(diagnostics, project?.root);
  };
  const looked = (next: Look) => {
    look = next;
    say(next.diagnostics, next.project);
    const earlier = scene;
    const made = sceneOf(next.project, next.plan);
    scene = made;
    if (!isRunning) {
      board = undefined;
      base = made.past?.money;
    }
    booked = isRunning ? orderedBy(board) : 0;
    for (const [id, { planned }] of failures) if (made.byId.get(id)?.key !== planned.key) failures.delete(id);
    const before = new Map(earlier?.entries.map((entry, at) => [entry.name, { entry, shot: shots[at] }]));
    shots = made.entries.map((entry) => {
      const { shot: old, entry: was } = before.get(entry.name) ?? {};
      const isQuiet = !laidOver.has(entry.name) && entry.steps.every((each) => !isLaidOver(each));
      if (old !== undefined && earlier !== undefined && isQuiet && isAlike(was, earlier, entry, made))
        return old;
      const now = showEntry(entry, made, running);
      return old !== undefined && isSame(old, now) ? old : now;
    });
    changed.clear();
    laidOver.clear();
    for (const { name, steps } of made.entries) if (steps.some(isLaidOver)) laidOver.add(name);
  };
  const begun = (plan: Plan) => {
    board = openBoard(plan);
    isRunning = true;
    booked = 0;
    base = scene?.past?.money ?? base;
    for (const { step } of plan.steps) {
      failures.delete(step.id);
      touch(step.id);
    }
  };
  const settled = (): readonly ShotView[] => {
    if (scene === undefined || changed.size === 0) return shots;
    const now = [...shots];
    for (const at of changed) {
      const entry = scene.entries[at];
      if (entry === undefined) continue;
      const made = showEntry(entry, scene, running);
      if (!isSame(made, now[at])) now[at] = made;
    }
    changed.clear();
    shots = now;
    return shots;
  };
  /** As it was told, with what a run has ordered since. */
  const standNow = (): WatchStand | undefined => {
    if (stand?.session === undefined || !isRunning) return stand;
    const { ceiling, used } = stand.session;
    const since = Math.max(0, orderedBy(board) - booked);
    return { ...stand, session: { ceiling, used: (used + since) as Micros } };
  };
  return {
    take(news, nowMs) {
      switch (news.type) {
        case "looked":
          return looked(news.look);
        case "faulty":
          title = news.project?.name ?? title;
          return say(news.diagnostics, news.project ?? scene?.project);
        case "run":
          return begun(news.plan);
        case "event": {
          const { event } = news;
          if (board === undefined || !("step" in event)) return;
          board.take(event, nowMs);
          touch(event.step);
          const standing = board.standings.get(event.step);
          if (standing !== undefined && hasFailed(standing)) failures.set(event.step, standing);
          return;
        }
        case "ran":
          isRunning = false;
          return;
        case "stand":
          for (const step of [...news.stand.failed, ...(stand?.failed ?? [])]) touch(step);
          stand = news.stand;
          // A run that came to nothing is not told of again.
          isRunning &&= MAY_RUN.has(stand.phase);
          return;
        case "notice":
          return;
      }
    },
    film(nowMs) {
      const now = standNow();
      const watch = watchLine({ stand: now, look, board: isRunning ? board : undefined, diagnostics: said });
      const watched = watch === undefined ? {} : { watch };
      if (scene === undefined) {
        if (problems.length === 0 && watch === undefined) return undefined;
        return { ...unread(title, manifest), now: nowMs, ...watched, problems };
      }
      const entries = settled();
      return {
        ...headOf(scene, entries),
        now: nowMs,
        ...watched,
        money: moneyBar({
          plan: scene.plan,
          base,
          ...(board === undefined ? {} : { board }),
          ...(now?.session === undefined ? {} : { session: now.session }),
        }),
        problems,
        shots: entries,
      };
    },
  };
}

/** Phases of a watcher in which a run may be going on. */
const MAY_RUN: ReadonlySet<WatchStand["phase"]> = new Set(["running", "stopping", "planning"]);

/** What a run has ordered, as it was billed or at most; nothing in the sandbox. */
function orderedBy(board: Board | undefined): number {
  return board === undefined || board.plan.realm === "sandbox" ? 0 : runMoney(board, undefined).ordered;
}

/** Whether an entry is planned as it was, and has behind it what it had. */
function isAlike(
  was: Entry<PlannedStep> | undefined,
  earlier: Scene,
  entry: Entry<PlannedStep>,
  now: Scene,
): boolean {
  return (
    isSame(was, entry) &&
    isSame(earlier.past?.remarks.get(entry.name), now.past?.remarks.get(entry.name)) &&
    entry.steps.every(
      ({ step: { id } }) =>
        isSame(earlier.past?.renderings.get(id), now.past?.renderings.get(id)) &&
        earlier.past?.expectedSeconds.get(id) === now.past?.expectedSeconds.get(id),
    )
  );
}

/** What a run says of steps. */
interface Running {
  readonly standingOf: (planned: PlannedStep) => Standing | undefined;
  readonly hasFailed: (id: StepId) => boolean;
}

const NOTHING_RUNS: Running = { standingOf: () => undefined, hasFailed: () => false };

function hasFailed({ phase }: Standing): boolean {
  return phase.kind === "ended" && (phase.outcome.status === "failed" || phase.outcome.status === "unknown");
}

function sceneOf(project: Project, plan: Plan): Scene {
  const entries = filmOrder(plan.steps);
  return {
    project,
    plan,
    past: project.past(plan),
    byId: new Map(plan.steps.map((planned) => [planned.step.id, planned])),
    entries,
    placeOf: new Map(entries.flatMap(({ steps }, at) => steps.map(({ step }) => [step.id, at] as const))),
  };
}

function showEntry(entry: Entry<PlannedStep>, { past, byId, project }: Scene, running: Running): ShotView {
  return shotView(entry, { past, byId, root: project.root, ...running });
}

type Head = Pick<Film, "version" | "project" | "profile" | "realm" | "manifest" | "count">;

function headOf({ plan, project }: Scene, shots: readonly ShotView[]): Head {
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const { steps } of shots) for (const { decision } of steps) count[decision]++;
  return {
    version: 1,
    project: shown(plan.project),
    profile: shown(plan.profile),
    realm: plan.realm,
    manifest: shown(project.shown, project.root),
    count,
  };
}

/** A film before its manifest could be read for the first time. */
function unread(title: string, manifest: string): Omit<Film, "now" | "watch" | "problems"> {
  const nothing = { words: "$0.00", micros: 0 };
  return {
    version: 1,
    project: shown(title),
    profile: "",
    realm: "sandbox",
    manifest: shown(manifest),
    money: { spent: nothing, reserved: nothing, planned: nothing },
    count: { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 },
    shots: [],
  };
}
