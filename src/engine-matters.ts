/**
 * Which open matters a request to reconcile is about, and whether what a person decides about them can be decided.
 */
import { caution, hasErrors, problem, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { safeText } from "./base/text.js";
import { recall } from "./engine-journal.js";
import type { Opened } from "./engine-prepare.js";
import { readPrior, type ReadPrior } from "./engine-prior.js";
import type { Realm } from "./graph/input.js";
import { mayBeAbandoned, mayBeGivenTask, openMatters, type Asker, type Matter } from "./plan/matters.js";
import { takesReference } from "./provider/kling/target.js";
import type { Emit } from "./run/event.js";

/** What is to be settled, and what a person decides. */
export interface ReconcileRequest {
  /** Which realm: that of this profile. */
  readonly profile?: string;
  /** Steps, shots, or references; absent: everything. */
  readonly names?: readonly string[];
  /** Only lists: makes no request and writes nothing. */
  readonly list?: boolean;
  /** The task that a person found for the one matter that is named. */
  readonly task?: string;
  /** Gives up what is named and cannot be settled by asking. */
  readonly abandon?: boolean;
  /** Agrees to giving up. */
  readonly yes?: boolean;
  /** Asks a person whether these are to be given up; absent when nobody is there. */
  readonly ask?: (matters: readonly Matter[]) => Promise<boolean>;
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

/** Who would be asked, while no route is open. */
export const NOBODY: Asker = { references: takesReference };

/** A request, and whom it is about. */
export interface Asking {
  readonly opened: Opened;
  readonly request: ReconcileRequest;
  readonly provider: string;
  readonly realm: Realm;
}

/** What is known, and the matters that the request is about. */
export interface Known {
  readonly read: ReadPrior;
  readonly matters: readonly Matter[];
  /** By reference, of all that is open. */
  readonly names: ReadonlyMap<string, string>;
}

/** Reads what is known. */
export async function known(
  { opened, request, realm }: Asking,
  asker: Asker,
  before?: ReadPrior,
): Promise<Checked<Known>> {
  const { world, root, state, snapshots, artifacts, outputs } = opened;
  const recalled = await recall(world, state, snapshots, true);
  const read =
    before === undefined
      ? await readPrior(
          {
            fs: world.fs,
            root,
            snapshots,
            artifacts,
            outputs,
            now: world.clock.now(),
            wholeJournal: () => Promise.resolve(recalled),
          },
          { realm, steps: [] },
          recalled,
        )
      : { value: before, diagnostics: [] };
  const diagnostics = [...recalled.diagnostics, ...read.diagnostics];
  if (read.value === undefined || hasErrors(diagnostics)) return { diagnostics };
  const all = openMatters(read.value.prior, realm, asker);
  const names = new Map(all.map((each) => [each.attempt.reference, nameIn(all, each)]));
  const wanted = request.names ?? [];
  const missing = wanted.filter((name) => !all.some((each) => isMeant(name, each)));
  const isDecision = request.task !== undefined || request.abandon === true;
  return {
    value: {
      read: read.value,
      names,
      matters: wanted.length === 0 ? all : all.filter((each) => wanted.some((name) => isMeant(name, each))),
    },
    diagnostics: [...diagnostics, ...missing.map((name) => nothingOpen(name, all, isDecision))],
  };
}

function nameIn(all: readonly Matter[], { attempt }: Matter): string {
  const isSole = all.filter((each) => each.attempt.step === attempt.step).length === 1;
  return isSole ? attempt.step : attempt.reference;
}

/** A step, a shot or an image with all its steps, or a client reference. */
function isMeant(name: string, { attempt }: Matter): boolean {
  const { step, reference } = attempt;
  return step === name || reference === name || step.startsWith(`${name}.`) || step.startsWith(`${name}@`);
}

function nothingOpen(name: string, all: readonly Matter[], isDecision: boolean): Diagnostic {
  const open = [...new Set(all.map((each) => each.attempt.step))];
  return (isDecision ? problem : caution)("reconcile/nothing-open", `nothing is open of ${safeText(name)}`, {
    help:
      open.length === 0
        ? "nothing is open at all"
        : `open are: ${open.slice(0, 8).map(safeText).join(", ")}${open.length > 8 ? ", ..." : ""}`,
  });
}

/** What is wrong with a decision, whatever the vendor would say. */
export function decisionProblem(
  { task, abandon, names = [] }: ReconcileRequest,
  about: Known,
): Diagnostic | undefined {
  if (task === undefined && abandon !== true) return undefined;
  if (names.length === 0)
    return problem("reconcile/nothing-open", "a decision names no step", { help: "name a step" });
  const shown = names.map(safeText).join(", ");
  const help = "run reconcile without a decision: it collects what is there at no cost";
  if (task === undefined) {
    const held = about.matters.find(({ attempt, way }) => way.kind !== "none" && !mayBeAbandoned(attempt));
    if (held === undefined) return undefined;
    const why = "what was fetched, or given up before, is no more to be given up";
    return problem("reconcile/not-open", `${safeText(held.attempt.step)} cannot be given up`, { why, help });
  }
  const [only, ...more] = givable(about.matters);
  if (only === undefined) {
    const why = "its task is known, or its create was refused";
    return problem("reconcile/not-open", `nothing of ${shown} lacks a task`, { why, help });
  }
  if (more.length === 0) return undefined;
  const called = [only, ...more].map(({ attempt }) => about.names.get(attempt.reference) ?? "");
  return problem("reconcile/several", `${called.length} submissions of ${shown} lack a task`, {
    why: "a task belongs to one submission",
    help: `name it by its reference: ${called.join(", ")}`,
  });
}

/** The matters that a person may name a task for; those that were given up only where there are no others. */
export function givable(matters: readonly Matter[]): readonly Matter[] {
  const all = matters.filter(({ attempt }) => mayBeGivenTask(attempt));
  const open = all.filter(({ standing }) => standing !== "abandoned");
  return open.length > 0 ? open : all;
}
