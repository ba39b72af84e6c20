/**
 * One shot of a running film in words, from long to short: its mark, its chain, what it is doing or waits for.
 * Pure; which of the words are shown is decided by whoever knows the width. Everything is made safe where it is shown.
 */
import { columnsOf } from "./layout.js";
import {
  counted,
  formatSeconds,
  isLocal,
  listWords,
  safeText,
  type PlannedStep,
  type StepId,
} from "../index.js";
import { isAtWork, isPicture, isThere, type Board, type Standing } from "../show/run-board.js";
import { PREPARES, WAITS } from "../show/phase-text.js";
import { stepsOf, type Link, type Shot } from "../show/shots.js";
import { outcomeNote, outcomeShort, outcomeWord } from "../show/outcome-text.js";

/** A shot's line before it has its columns. */
export interface ShotRow {
  /** The one word for the whole shot; `kept`: nothing was or is to be done. */
  readonly state: "failed" | "working" | "waiting" | "done" | "kept";
  readonly mark: string;
  readonly label: string;
  readonly title: string;
  /** Its chain, from long to short; none where there is only one step. */
  readonly chains: readonly Chain[];
  /** What it is doing, from long to short. */
  readonly words: readonly string[];
  /** When the last of its steps ended. */
  readonly endedMs?: number;
}

/** A chain in words: `✓ clip → ● extend → · lip_sync`, or in short `extend 2/3`. */
export interface Chain {
  /** Empty when there is nothing to follow any more. */
  readonly text: string;
  /** Columns that it takes at most, the same from the first line of a run to its last. */
  readonly columns: number;
}

const MARKS = { failed: "✗", working: "●", waiting: "·", done: "✓", kept: "✓" } as const;
const BAR_COLUMNS = 10;

/** A shot as it stands. */
export function shotRow(shot: Shot, board: Board, nowMs: number): ShotRow {
  const standings = stepsOf(shot).flatMap((each) => board.standings.get(each.step.id) ?? []);
  const state = stateOf(standings);
  const ends = standings.flatMap(({ endedMs }) => endedMs ?? []);
  return {
    state,
    mark: MARKS[state],
    label: shot.label,
    title: safeText(shot.title ?? ""),
    chains: chainsOf(shot, board, state),
    words: wordsOf(state, shot, standings, board, nowMs),
    ...(ends.length === 0 ? {} : { endedMs: Math.max(...ends) }),
  };
}

/**
 * All of a chain; the same without the pictures that are taken on the way; the link that is being made and which of how
 * many it is; its bare name, once there is work on it.
 */
function chainsOf(shot: Shot, board: Board, state: ShotRow["state"]): readonly Chain[] {
  if (shot.chain.length < 2 && stepsOf(shot).length < 2) return [];
  const isOpen = state === "working" || state === "waiting";
  const made = shot.chain.filter(({ steps }) => !steps.every(isPicture));
  const at = made.findIndex((link) => !link.steps.every((each) => hasEnded(each, board)));
  const link = made[at];
  const whole = (links: readonly Link[]): Chain => {
    const text = links.map((each) => linkText(each, board)).join(" → ");
    return { text: isOpen ? text : "", columns: columnsOf(text) };
  };
  const short = (name: (link: Link, at: number) => string, isShown: boolean): Chain => ({
    text: isShown && link !== undefined ? name(link, at + 1) : "",
    columns: Math.max(0, ...made.map((each) => columnsOf(name(each, made.length)))),
  });
  const placed = (each: Link, place: number) =>
    made.length > 1 ? `${each.name} ${place}/${made.length}` : takesText(each, board);
  return [
    whole(shot.chain),
    ...(made.length < shot.chain.length && made.length > 1 ? [whole(made)] : []),
    ...(stepsOf({ ...shot, chain: made }).length > 1 ? [short(placed, isOpen)] : []),
    ...(made.length > 1 ? [short((each) => each.name, state === "working")] : []),
  ];
}

function takesText({ steps }: Link, board: Board): string {
  return `${steps.filter((each) => hasEnded(each, board)).length}/${steps.length} takes`;
}

function hasEnded({ step }: PlannedStep, board: Board): boolean {
  return board.standings.get(step.id)?.phase.kind === "ended";
}

function stateOf(standings: readonly Standing[]): ShotRow["state"] {
  if (standings.some(hasFailed)) return "failed";
  if (standings.some((each) => isAtWork(each) && each.phase.kind !== "waiting")) return "working";
  if (standings.every((each) => isQuiet(each))) return "kept";
  if (standings.every(isThere)) return "done";
  return standings.some((each) => each.phase.kind === "waiting") ? "working" : "waiting";
}

/** Kept as it is, which was known before the run. */
function isQuiet({ planned, phase }: Standing): boolean {
  const { decision } = planned;
  if (phase.kind === "ended" && phase.outcome.status !== "kept") return false;
  return decision.kind === "keep" && decision.conflict !== true;
}

function hasFailed({ phase }: Standing): boolean {
  if (phase.kind !== "ended") return false;
  const { outcome } = phase;
  if (outcome.status === "blocked") return true;
  return outcome.status === "failed" || outcome.status === "unknown";
}

function markOf(standing: Standing): string {
  if (hasFailed(standing)) return MARKS.failed;
  if (isThere(standing)) return MARKS.done;
  return isAtWork(standing) ? MARKS.working : MARKS.waiting;
}

function linkText(link: Link, board: Board): string {
  const marks = link.steps.flatMap(({ step }) => {
    const standing = board.standings.get(step.id);
    return standing === undefined ? [] : [markOf(standing)];
  });
  return `${marks.join("")} ${link.name}`;
}

function wordsOf(
  state: ShotRow["state"],
  shot: Shot,
  standings: readonly Standing[],
  board: Board,
  nowMs: number,
): readonly string[] {
  switch (state) {
    case "failed":
      return failedWords(shot, standings, board);
    case "working": {
      const [first] = standings
        .filter(isAtWork)
        .toSorted((one, other) => urgency(one) - urgency(other) || (one.beganMs ?? 0) - (other.beganMs ?? 0));
      return first === undefined ? [""] : workWords(first, nowMs);
    }
    case "waiting":
      return waitingWords(standings, board);
    case "done":
      return doneWords(shot, standings);
    case "kept":
      return ["kept"];
  }
}

/** A step that is merely held up says less of a shot than one that moves. */
function urgency({ phase }: Standing): number {
  return phase.kind === "waiting" ? 2 : phase.kind === "starting" ? 1 : 0;
}

function failedWords(shot: Shot, standings: readonly Standing[], board: Board): readonly string[] {
  const failed = standings.filter(hasFailed);
  // What failed by itself says more than what it took down.
  const cause = failed.find((each) => !isUpstream(each)) ?? failed[0];
  if (cause?.phase.kind !== "ended") return ["failed"];
  const { outcome } = cause.phase;
  const { step } = cause.planned;
  const at = shot.chain.length > 1 ? step.name : "";
  const word = `${at} ${outcomeWord(outcome)}`.trim();
  if (outcome.status === "blocked" && outcome.because.because === "upstream") {
    const waits = `waits for ${listWords(ownersOf(outcome.because.steps, board))}`;
    return [`${word}: ${waits}`, waits, word];
  }
  const short = outcomeShort(outcome);
  return [
    `${word}: ${outcomeNote(outcome, step.id)}`,
    ...(short === undefined ? [] : [at === "" ? short : `${at}: ${short}`, short]),
    outcomeWord(outcome),
  ];
}

function ownersOf(ids: readonly StepId[], board: Board): readonly string[] {
  return [...new Set(ids.map((id) => board.labelOf(id)))];
}

function isUpstream({ phase }: Standing): boolean {
  return (
    phase.kind === "ended" &&
    phase.outcome.status === "blocked" &&
    phase.outcome.because.because === "upstream"
  );
}

function workWords({ planned, phase, taskMs, expectedSeconds }: Standing, nowMs: number): readonly string[] {
  switch (phase.kind) {
    case "starting":
      return isLocal(planned.step.action) ? ["taking the picture", "picture"] : ["starting"];
    case "preparing":
      return PREPARES[phase.call];
    case "waiting":
      return WAITS[phase.why];
    case "retrying":
      return [`failed; attempt ${phase.attempt} follows`, `attempt ${phase.attempt}`];
    case "submitted":
    case "processing": {
      const seconds = Math.max(0, (nowMs - (taskMs ?? nowMs)) / 1000);
      const elapsed = clockText(seconds);
      if (expectedSeconds === undefined) return [`${phase.kind} ${elapsed}`, elapsed];
      const times = `${elapsed} of ~${clockText(expectedSeconds)}`;
      // What is expected is no promise: the bar is full when the task is done, and then it is gone.
      const bar = barText(seconds / Math.max(1, expectedSeconds), BAR_COLUMNS - 1);
      return [`${phase.kind.padEnd(10)} ${bar} ${times}`, `${bar} ${times}`, times, elapsed];
    }
    case "downloading": {
      const { bytes, total } = phase;
      if (total === undefined) return [`downloading ${sizeText(bytes, bytes)}`, sizeText(bytes, bytes)];
      const amount = `${sizeText(bytes, total).split(" ")[0]} of ${sizeText(total, total)}`;
      const bar = barText(bytes / Math.max(1, total), BAR_COLUMNS);
      return [`downloading ${bar} ${amount}`, `${bar} ${amount}`, amount, sizeText(bytes, total)];
    }
    case "idle":
    case "ended":
      return [""];
  }
}

/** What a shot of which nothing is under way waits for: other shots, or its turn. */
function waitingWords(standings: readonly Standing[], board: Board): readonly string[] {
  const own = new Set<StepId>(standings.map((each) => each.planned.step.id));
  const next = standings.find((each) => each.phase.kind === "idle");
  const needs = (next?.planned.step.needs ?? []).flatMap((id) => {
    const need = board.standings.get(id);
    return need === undefined || need.phase.kind === "ended" || own.has(id) ? [] : [board.labelOf(id)];
  });
  if (needs.length === 0) return ["waits for a free slot", "waiting"];
  return [`waits for ${listWords([...new Set(needs)])}`, "waiting"];
}

function doneWords(shot: Shot, standings: readonly Standing[]): readonly string[] {
  const ends = standings.flatMap(({ phase }) => (phase.kind === "ended" ? [phase.outcome] : []));
  const rendered = ends.some((outcome) => outcome.status === "rendered");
  const flags = ends.flatMap((outcome) => (outcome.status === "rendered" ? outcome.flags : []));
  const conflict = ends.find((outcome) => "conflict" in outcome && outcome.conflict !== undefined);
  if (conflict !== undefined) return ["done; the output is left alone", "done"];
  if (!rendered) return ends.some((outcome) => outcome.status === "restored") ? ["restored"] : ["kept"];
  const began = Math.min(...standings.flatMap(({ beganMs, taskMs }) => taskMs ?? beganMs ?? []));
  const ended = Math.max(...standings.flatMap(({ endedMs }) => endedMs ?? []));
  const took = `done in ${formatSeconds(Math.max(0, (ended - began) / 1000))}`;
  const takes = shot.chain.length === 1 && standings.length > 1 ? [counted(standings.length, "take")] : [];
  const made = standings.filter(({ planned }) => !isPicture(planned)).length;
  const steps = shot.chain.length > 1 && made > 1 ? [counted(made, "step")] : [];
  return [[took, ...takes, ...steps, ...flags].join(" · "), took, "done"];
}

/** `5 more: 3 waiting, 2 done`: what is not shown, counted; from long to short, where marks stand for words. */
export function counts(rows: readonly ShotRow[], and = ""): readonly string[] {
  const order = ["failed", "working", "waiting", "done", "kept"] as const;
  const words = { failed: "failed", working: "at work", waiting: "waiting", done: "done", kept: "kept" };
  const found = order.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [{ state, count }];
  });
  const told = found.map(({ state, count }) => `${count} ${words[state]}`).join(", ");
  const marks = (["✗", "●", "·", "✓"] as const).flatMap((mark) => {
    const count = rows.filter((row) => row.mark === mark).length;
    return count === 0 ? [] : [`${count} ${mark}`];
  });
  return [
    `${and}${rows.length} more: ${told}`,
    `${and}${told}`,
    `${and}${rows.length} more: ${marks.join(" ")}`,
    marks.join(" "),
  ];
}

/** A bar of so much of a whole, with at most so many columns full. */
function barText(fraction: number, most: number): string {
  const full = Math.min(most, Math.floor(Math.max(0, fraction) * BAR_COLUMNS));
  return `${"━".repeat(full)}${"─".repeat(BAR_COLUMNS - full)}`;
}

/** `4.0 MB`, `48 kB`: in the unit that suits the whole. */
function sizeText(bytes: number, whole: number): string {
  return whole < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `0:48`, `2:10`, `1:05:09`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
