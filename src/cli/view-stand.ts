/**
 * How a watcher stands, as the bottom of the terminal shows it: what it is at, what waits for a yes, what failed, money,
 * and the keys in force. Pure. What a person has to know goes first where there is room for little.
 */
import { counted, formatUsd, type Look, type Micros, type WatchPhase, type WatchStand } from "../index.js";
import { againText } from "../show/money-text.js";
import { isPicture } from "../show/run-board.js";
import type { Paint } from "./colours.js";
import { columnsOf, factLines, fit, wrap } from "./layout.js";
import { approvable, fewNames, priceOf, waitingFacts, type WatchLineOptions } from "./view-watch.js";

/** How a watcher stands, as far as the bottom of the terminal shows it. */
export interface Status {
  readonly stand: WatchStand;
  readonly look?: Look;
  /** A person can press keys. */
  readonly hasKeys: boolean;
  /** It was told to end. */
  readonly leaving?: "quit" | "signal";
  /** What came of the last key, until something else happens. */
  readonly hint?: string;
}

/** A rule with the film's name, above everything that is drawn over itself. */
export function ruleLine(look: Look | undefined, { paint, columns }: WatchLineOptions): string {
  const room = columns - 1;
  const name =
    look === undefined
      ? "klingmake watch"
      : `${look.plan.project} · ${look.plan.profile} · ${look.plan.realm}`;
  const text = `── ${fit(name, Math.max(1, room - 6))} `;
  return paint.faint(fit(text.padEnd(text.length + Math.max(0, room - columnsOf(text)), "─"), room));
}

/** The status in at most `most` lines, none wider than the terminal; what a person has to know goes first. */
export function statusLines(
  status: Status,
  { paint, columns, most }: WatchLineOptions & { readonly most: number },
): readonly string[] {
  const room = columns - 1;
  if (most < 1 || room < 8) return [];
  const { stand, look, hint, leaving } = status;
  const waits = look === undefined || leaving !== undefined || look.waiting.length === 0 ? undefined : look;
  const asked = waits === undefined ? [] : approvable(waits);
  const wait =
    waits === undefined || asked.length === 0
      ? []
      : [
          `waits for ${status.hasKeys ? "your" : "a"} yes: ${counted(asked.length, "step")}, up to ${priceOf(waits.plan, asked)}`,
        ];
  const isWaiting = stand.phase === "waiting" && wait.length > 0;
  const parts: readonly Part[] = [
    isWaiting
      ? { rank: 0, lines: wait, paint: paint.costly }
      : { rank: 0, lines: [phaseText(status)], paint: phasePaint(stand, paint) },
    { rank: 1, lines: isWaiting ? [] : wait, paint: paint.costly },
    {
      rank: 5,
      lines: waits === undefined ? [] : waitingFacts(waits).slice(0, 3),
      indent: 2,
    },
    {
      rank: 3,
      lines:
        stand.faulty && stand.phase !== "idle"
          ? [
              look === undefined
                ? "the files have errors"
                : "the files have errors: the last good plan is in force",
            ]
          : [],
      paint: paint.bad,
    },
    {
      rank: 4,
      lines: stand.failed.length === 0 ? [] : [failedText(status)],
      paint: paint.bad,
    },
    {
      rank: 6,
      lines:
        stand.overtaken === 0
          ? []
          : [
              `${counted(stand.overtaken, "task of an earlier edit", "tasks of earlier edits")} still under way`,
            ],
      paint: paint.calm,
    },
    { rank: 5, lines: moneyFacts(stand, look, room), paint: paint.strong },
    { rank: 2, lines: hint === undefined ? [] : [hint], paint: paint.costly },
    { rank: 2, lines: keysFacts(status, room), paint: paint.faint },
  ];
  return fitting(parts, room, most).map(({ text, paint: painter = same, indent = 0 }) =>
    painter(`${" ".repeat(indent)}${fit(text, room - indent)}`),
  );
}

/** Lines of one kind, and how soon they are given up: the highest rank first. */
interface Part {
  readonly rank: number;
  readonly lines: readonly string[];
  readonly paint?: (text: string) => string;
  readonly indent?: number;
}

function fitting(
  parts: readonly Part[],
  room: number,
  most: number,
): readonly (Omit<Part, "lines"> & { text: string })[] {
  const all = parts.flatMap(({ lines, ...rest }) =>
    lines.flatMap((line) => wrap(line, room - (rest.indent ?? 0)).map((text) => ({ ...rest, text }))),
  );
  const kept = new Set(all.toSorted((one, other) => one.rank - other.rank).slice(0, most));
  return all.filter((each) => kept.has(each));
}

/** What a second attempt costs is said before the key for it is pressed. */
function failedText({ stand, look, hasKeys }: Status): string {
  const what = `failed: ${fewNames(stand.failed)}`;
  if (!hasKeys) return what;
  const isFree = look === undefined || look.plan.realm === "sandbox";
  const price = isFree ? "" : ` for up to ${againText(look.plan, (step) => stand.failed.includes(step))}`;
  return `${what}; r tries again${price}`;
}

function phaseText({ stand, look, leaving }: Status): string {
  if (leaving !== undefined)
    return leaving === "signal"
      ? "stopping: nothing more is submitted; Ctrl-C again leaves at once"
      : "leaving: what is on its way is brought to a safe end; Ctrl-C twice leaves at once";
  switch (stand.phase) {
    case "starting":
      return "reading the manifest";
    case "planning":
      return "files changed: planning";
    case "running":
      return "at work";
    case "stopping":
      return "bringing what is on its way to a safe end";
    case "waiting":
      return "waiting";
    case "paused":
      return "paused: nothing new is begun";
    case "idle":
      return idleText(stand, look);
    case "ended":
      return "ended";
  }
}

/** What there is to wait for when nothing is to be done. */
export function idleText(stand: WatchStand, look: Look | undefined): string {
  if (stand.faulty)
    return `the files have errors${look === undefined ? "" : ": the last good plan is in force"}; watching for changes`;
  const blocked = look?.plan.totals.count.blocked ?? 0;
  const waiting = look === undefined ? 0 : approvable(look).length;
  const beyond = (look?.waiting.length ?? 0) - waiting;
  const todo = look === undefined ? 0 : undone(look);
  const left = [
    ...(todo === 0 ? [] : [`${todo} still to do`]),
    ...(waiting === 0 ? [] : [counted(waiting, "step waits for a yes", "steps wait for a yes")]),
    ...(beyond === 0 ? [] : [`${beyond} beyond the budget of this session`]),
    ...(stand.failed.length === 0 ? [] : [`${stand.failed.length} failed`]),
    ...(blocked === 0 ? [] : [`${blocked} blocked`]),
  ];
  return left.length === 0 ? "up to date: watching for changes" : `${left.join(", ")}: watching for changes`;
}

/** Steps that nobody has to agree to, and that are not here all the same. */
function undone({ plan, waiting }: Look): number {
  const asked = new Set(waiting.map(({ step }) => step));
  return plan.steps.filter(
    (each) =>
      ["render", "resume", "restore"].includes(each.decision.kind) &&
      each.sameAs === undefined &&
      !isPicture(each) &&
      !asked.has(each.step.id),
  ).length;
}

function phasePaint({ phase, faulty, failed }: WatchStand, paint: Paint): (text: string) => string {
  const paints: Readonly<Record<WatchPhase, (text: string) => string>> = {
    starting: paint.calm,
    planning: paint.calm,
    running: paint.calm,
    stopping: paint.costly,
    waiting: paint.costly,
    paused: paint.costly,
    idle: faulty ? paint.bad : failed.length > 0 ? paint.costly : paint.calm,
    ended: paint.faint,
  };
  return paints[phase];
}

function moneyFacts({ session, phase }: WatchStand, look: Look | undefined, room: number): readonly string[] {
  if (look === undefined || look.plan.realm === "sandbox") return [];
  const { budget, committed } = look.plan;
  const own =
    session === undefined
      ? []
      : [
          `session ${formatUsd(session.used)} of ${formatUsd(session.ceiling)} ordered`,
          `${formatUsd(Math.max(0, session.ceiling - session.used) as Micros)} left`,
        ];
  // While it renders, the lines of the run above say how the project stands.
  const project =
    phase === "running" || phase === "stopping"
      ? []
      : [
          `project ${formatUsd(committed)}${budget === undefined ? "" : ` of ${formatUsd(budget)}`} spent or under way`,
        ];
  return factLines([...own, ...project], room);
}

function keysFacts({ stand, look, hasKeys, leaving }: Status, room: number): readonly string[] {
  if (leaving !== undefined || stand.phase === "ended") return [];
  if (!hasKeys) return ["Ctrl-C quits"];
  return factLines(
    [
      ...(look !== undefined && approvable(look).length > 0 ? ["a approve"] : []),
      ...(look === undefined ? [] : ["d details"]),
      stand.paused ? "p go on" : "p pause",
      ...(stand.failed.length === 0 ? [] : ["r retry failed"]),
      "q quit",
      "? keys",
    ],
    room,
  );
}
function same(text: string): string {
  return text;
}
