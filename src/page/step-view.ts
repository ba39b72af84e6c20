/**
 * One step as the page shows it: what the plan says, what of it a run has done since, and what was there before.
 */
import {
  changesBetween,
  listWords,
  obstacleText,
  type Artifact,
  type Past,
  type PastRendering,
  type PlannedStep,
} from "../index.js";
import { isAtWork, isThere, type Standing } from "../show/run-board.js";
import { estimateText } from "../show/money-text.js";
import { modelOf, priceText, whyText, type StepsById } from "../show/step-text.js";
import type { Amount, MediaView, StepView } from "./film.js";
import { shown } from "./shown.js";
import { taskOfAttempt, taskOfStanding } from "./task-view.js";
import { isWords, wordsOfIntent } from "./prompt-words.js";
import { wordDifference } from "./word-difference.js";

/** What a step is shown with. */
export interface StepContext {
  readonly past: Past | undefined;
  readonly byId: StepsById;
  /** The project's directory. */
  readonly root: string;
  /** Where a run that means this very step has it. */
  readonly standing?: Standing;
  /** Whether it failed in this session, and nothing has been tried since. */
  readonly failed: boolean;
  /** Whether other takes of it stand beside it. */
  readonly candidate: boolean;
}

/** Why, without what stands beside it: which words and values changed is shown by marks and a list. */
function whyWords(planned: PlannedStep): string | undefined {
  const { decision, reason } = planned;
  if (decision.kind === "blocked" || reason?.because !== "changed" || reason.changes.length === 0)
    return whyText(planned);
  return `${listWords(reason.changes.map(({ field, file, upstream }) => file ?? upstream ?? field))} changed`;
}

/** A step as the page shows it. */
export function stepView(planned: PlannedStep, context: StepContext): StepView {
  const { step } = planned;
  const { root } = context;
  const past = context.past?.renderings.get(step.id);
  const there = thereNow(planned, context);
  const isDone = there?.by === "run";
  const task = taskOf(planned, context);
  const { model, mode } = modelOf(planned, context.byId);
  const reason = isDone ? undefined : (stoppedBy(planned, context) ?? whyWords(planned));
  const media = there ?? leftOver(past);
  const view = media === undefined ? undefined : mediaView(media.artifact);
  const before = isDone ? undefined : past;
  const prompt = promptWords(planned, before, root);
  return {
    id: step.id,
    name: step.name,
    take: step.take,
    candidate: context.candidate,
    decision: isDone ? "keep" : planned.decision.kind,
    state: stateOf(planned, context, isDone),
    ...(reason === undefined ? {} : { reason: shown(reason, root) }),
    action: step.action.kind.replaceAll("_", " "),
    ...(model === undefined ? {} : { model: shown(model) }),
    ...(mode === undefined ? {} : { mode }),
    tier: planned.tier,
    ...(planned.seconds === undefined ? {} : { seconds: planned.seconds }),
    price: priceOf(planned, isDone),
    ...(prompt === undefined ? {} : { prompt }),
    changes: before === undefined ? [] : changesOf(planned, before, root),
    ...(view === undefined ? {} : { media: view }),
    ...(view !== undefined && there === undefined ? { outdated: true } : {}),
    ...(task === undefined ? {} : { task }),
    ...(media === undefined || step.output === undefined
      ? {}
      : { sidecar: `sidecar/${encodeURIComponent(step.id)}` }),
    ...(step.output === undefined ? {} : { output: shown(step.output, root) }),
  };
}

/** What a run found in its way. */
function stoppedBy({ step }: PlannedStep, { standing }: StepContext): string | undefined {
  const outcome = standing?.phase.kind === "ended" ? standing.phase.outcome : undefined;
  return outcome?.status === "blocked" ? obstacleText(outcome.because, step.id).why : undefined;
}

/** The artifact that a step has now: what a run brought, what is kept or lies in the store. */
function thereNow(
  { decision }: PlannedStep,
  { standing, past }: StepContext,
): { readonly artifact: Artifact; readonly by: "run" | "plan" } | undefined {
  if (standing?.phase.kind === "ended" && isThere(standing)) {
    const { outcome } = standing.phase;
    if ("artifact" in outcome) return { artifact: outcome.artifact, by: "run" };
  }
  switch (decision.kind) {
    case "keep":
      return { artifact: decision.artifact, by: "plan" };
    case "restore":
      return past?.held.has(decision.artifact.sha256) === true
        ? { artifact: decision.artifact, by: "plan" }
        : undefined;
    case "resume": {
      const { artifact } = decision.attempt;
      return artifact !== undefined && past?.held.has(artifact.sha256) === true
        ? { artifact, by: "plan" }
        : undefined;
    }
    case "render":
    case "blocked":
      return undefined;
  }
}

/** What an earlier version of the manifest left here. */
function leftOver(past: PastRendering | undefined): { readonly artifact: Artifact } | undefined {
  return past?.held === true ? { artifact: past.artifact } : undefined;
}

function stateOf(
  { decision, reason, estimate }: PlannedStep,
  { standing, failed }: StepContext,
  isDone: boolean,
): StepView["state"] {
  if (isDone) return "fresh";
  if (standing !== undefined) {
    if (isAtWork(standing)) return "working";
    if (standing.phase.kind === "ended") {
      const { status } = standing.phase.outcome;
      if (status === "failed" || status === "unknown") return "failed";
      if (status === "blocked") return "blocked";
    }
  }
  switch (decision.kind) {
    case "keep":
      return "fresh";
    case "restore":
      return "free";
    case "resume":
      return "working";
    case "render":
      if (failed || reason?.because === "failed_before") return "failed";
      return estimate.kind === "free" ? "free" : "stale";
    case "blocked":
      return failed || decision.because.because === "refused" ? "failed" : "blocked";
  }
}

function taskOf({ decision }: PlannedStep, { standing, past, root }: StepContext): StepView["task"] {
  const own = standing === undefined ? undefined : taskOfStanding(standing, root);
  if (own !== undefined || decision.kind !== "resume") return own;
  if (standing?.phase.kind === "ended" && isThere(standing)) return undefined;
  return taskOfAttempt(decision.attempt, past?.expectedSeconds.get(decision.attempt.step));
}

/** What it may cost; of what is here already, which its state says, what it would cost to have it made anew. */
function priceOf(planned: PlannedStep, isDone: boolean): Amount {
  const { create, sameAs, estimate, decision } = planned;
  if (isDone || decision.kind === "keep" || decision.kind === "restore")
    return { words: estimate.kind === "priced" ? estimateText(estimate) : "kept", micros: 0 };
  const isPaid = create !== undefined && sameAs === undefined && estimate.kind === "priced";
  return { words: priceText(planned), micros: isPaid ? estimate.usd.high : 0 };
}

/** The author's words, with those marked that the rendering that is here was not made with. */
function promptWords(
  { inputs }: PlannedStep,
  before: PastRendering | undefined,
  root: string,
): StepView["prompt"] {
  const now = shown(wordsOfIntent(inputs.action), root);
  const then = before === undefined ? now : shown(wordsOfIntent(before.inputs.action), root);
  const words = wordDifference(then, now);
  return words.length === 0 ? undefined : words;
}

/** Characters of one value of a field that changed. */
const VALUE_MOST = 200;

function changesOf(
  { inputs, step, key }: PlannedStep,
  before: PastRendering,
  root: string,
): StepView["changes"] {
  // Equal keys are digests of equal fields.
  if (before.key === key) return [];
  const text = (value: string) => shown(value, root, VALUE_MOST);
  return changesBetween(before.inputs, inputs, step)
    .filter(({ field }) => !isWords(field))
    .map(({ field, from, to, file, upstream }) => {
      const name = field.replaceAll("_", " ");
      // Digests say nothing to people; which file or step it is does.
      const what = file ?? upstream;
      if (what !== undefined) return { field: text(name), to: text(`${what} changed`) };
      return {
        field: text(name),
        ...(from === undefined ? {} : { from: text(from) }),
        ...(to === undefined ? {} : { to: text(to) }),
      };
    });
}

const MEDIA: Readonly<Record<Artifact["type"], readonly [MediaView["kind"], ending: string] | undefined>> = {
  "video/mp4": ["video", "mp4"],
  "image/png": ["image", "png"],
  "image/jpeg": ["image", "jpg"],
  "audio/mpeg": ["audio", "mp3"],
  "audio/wav": ["audio", "wav"],
  // Its pictures are steps of their own.
  "application/x-tar": undefined,
  "application/json": undefined,
};

function mediaView({ sha256, type, width, height, seconds }: Artifact): MediaView | undefined {
  const media = MEDIA[type];
  if (media === undefined) return undefined;
  const [kind, ending] = media;
  return {
    kind,
    url: `media/${sha256}.${ending}`,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}
