/**
 * Where every step of a run stands, as far as events said: the plan that was made, moved on by what happened.
 * Knows no words and no terminal. Time and bill of the sandbox are make-believe, so none of them is kept.
 *
 *   idle ─▶ starting ─▶ preparing ─▶ submitted ─▶ processing ─▶ downloading ─▶ ended
 *              └────── waiting, and back ──────┘
 *                              ▲             └─▶ retrying, when an attempt failed and another one follows
 */
import {
  isLocal,
  type Micros,
  type Outcome,
  type Plan,
  type PlannedStep,
  type RunEvent,
  type StepId,
} from "../index.js";
import { shotsOf, stepsOf, type Shot } from "./shots.js";

/** What a step is doing. */
export type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "starting" }
  /** Something small is asked of the vendor before its task is. */
  | { readonly kind: "preparing"; readonly call: (RunEvent & { type: "step_preparing" })["call"] }
  | { readonly kind: "waiting"; readonly why: (RunEvent & { type: "step_waiting" })["why"] }
  /** An attempt failed, and the one of this number follows. */
  | { readonly kind: "retrying"; readonly attempt: number }
  /** At the vendor, and not known to be worked on. */
  | { readonly kind: "submitted" }
  | { readonly kind: "processing" }
  | { readonly kind: "downloading"; readonly bytes: number; readonly total?: number }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** A step of the run. */
export interface Standing {
  readonly planned: PlannedStep;
  readonly phase: Phase;
  /** When anything was first heard of it, milliseconds since the epoch. */
  readonly beganMs?: number;
  /** When its task was submitted. */
  readonly taskMs?: number;
  readonly endedMs?: number;
  /** Seconds that its task will probably take. */
  readonly expectedSeconds?: number;
  /** The most that this run may owe for it; absent: unknown, or nothing was submitted. */
  readonly reserved?: Micros;
  /** The most that small calls before its task may have cost. */
  readonly small?: Micros;
  /** What attempts of this run that failed took. */
  readonly lost?: Micros;
  /** Whether this run submitted it, or resumed what an earlier one had. */
  readonly ordered?: "now" | "before";
}

/** A run as it stands. */
export interface Board {
  readonly plan: Plan;
  readonly shots: readonly Shot[];
  /** What the shot, image or other entry that owns a step is called. */
  labelOf(step: StepId): string;
  readonly standings: ReadonlyMap<StepId, Standing>;
  /** Steps that somebody is asked for; pictures out of clips are taken on the way, and counted nowhere. */
  readonly steps: number;
  /** How many of them have ended. */
  readonly ended: number;
  /** Takes in what happened. */
  take(event: RunEvent, nowMs: number): void;
}

/** The board of a plan of which nothing has been done yet. */
export function openBoard(plan: Plan): Board {
  const sandbox = plan.realm === "sandbox";
  const standings = new Map<StepId, Standing>();
  for (const planned of plan.steps) {
    const { expectedSeconds } = planned;
    standings.set(planned.step.id, {
      planned,
      phase: { kind: "idle" },
      ...(sandbox || expectedSeconds === undefined ? {} : { expectedSeconds }),
    });
  }
  let ended = 0;
  // A run with nothing to do is never drawn.
  let shots: Board["shots"] | undefined;
  const all = () => (shots ??= shotsOf(plan.steps));
  let labels: ReadonlyMap<StepId, string> | undefined;
  return {
    plan,
    labelOf(step) {
      labels ??= new Map(
        all().flatMap((shot) => stepsOf(shot).map((each) => [each.step.id, shot.label] as const)),
      );
      return labels.get(step) ?? step;
    },
    steps: plan.steps.filter((each) => !isPicture(each)).length,
    get shots() {
      return all();
    },
    standings,
    get ended() {
      return ended;
    },
    take(event, nowMs) {
      if (!("step" in event)) return;
      const before = standings.get(event.step);
      // A plan that was made again after a person's yes may have steps that the shown one had not.
      if (before === undefined || before.phase.kind === "ended") return;
      const after = moved(before, event, nowMs, sandbox);
      standings.set(event.step, { ...after, beganMs: before.beganMs ?? nowMs });
      if (after.phase.kind === "ended" && !isPicture(before.planned)) ended++;
    },
  };
}

function moved(
  before: Standing,
  event: Extract<RunEvent, { step: StepId }>,
  nowMs: number,
  sandbox: boolean,
): Standing {
  switch (event.type) {
    case "step_started":
      return {
        ...before,
        phase: { kind: "starting" },
        ...(event.what === "resume" ? { ordered: "before" } : {}),
      };
    case "step_preparing":
      return {
        ...before,
        phase: { kind: "preparing", call: event.call },
        ordered: "now",
        ...(sandbox ? {} : { small: ((before.small ?? 0) + (event.reserved ?? 0)) as Micros }),
      };
    case "step_waiting":
      return { ...before, phase: { kind: "waiting", why: event.why } };
    case "step_submitted":
      return {
        ...before,
        phase: { kind: "submitted" },
        taskMs: nowMs,
        ordered: event.adopted && event.reserved === 0 ? "before" : "now",
        ...(event.reserved === undefined || sandbox ? {} : { reserved: event.reserved }),
      };
    case "step_retrying": {
      const { taskMs: _task, reserved: _reserved, small: _small, ...rest } = before;
      return {
        ...rest,
        phase: { kind: "retrying", attempt: event.attempt },
        ordered: "now",
        lost: ((before.lost ?? 0) + event.spent) as Micros,
        reserved: 0 as Micros,
      };
    }
    case "step_processing": {
      const begunMs = nowMs - event.elapsedSeconds * 1000;
      // Events are heard of a moment late; a task does not begin anew because of that.
      const isKnown = before.taskMs !== undefined && Math.abs(before.taskMs - begunMs) < 1000;
      return {
        ...before,
        phase: { kind: event.status },
        taskMs: isKnown ? before.taskMs : begunMs,
        ...(sandbox || event.expectedSeconds === undefined ? {} : { expectedSeconds: event.expectedSeconds }),
      };
    }
    case "step_downloading": {
      const total = event.total === undefined ? {} : { total: event.total };
      return { ...before, phase: { kind: "downloading", bytes: event.bytes, ...total } };
    }
    case "step_ended":
      return { ...before, phase: { kind: "ended", outcome: event.outcome }, endedMs: nowMs };
  }
}

/** Whether a step takes a picture out of a clip: made on this machine, free, and there for the sake of others only. */
export function isPicture({ step }: PlannedStep): boolean {
  return isLocal(step.action);
}

/** Whether a step is being worked on, here or at the vendor. */
export function isAtWork({ phase }: Standing): boolean {
  return phase.kind !== "idle" && phase.kind !== "ended";
}

/** Whether a step's artifact is there. */
export function isThere({ phase }: Standing): boolean {
  if (phase.kind !== "ended") return false;
  const { status } = phase.outcome;
  return status === "kept" || status === "restored" || status === "rendered";
}
