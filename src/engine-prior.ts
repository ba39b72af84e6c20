/**
 * The prior, read from disk: lockfile, journal, store and outputs, turned into what a plan may remember.
 */
import { join } from "node:path";
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import type { Sha256 } from "./base/digest.js";
import type { Graph } from "./graph/step.js";
import { paceName } from "./plan/plan.js";
import type { Artifact, Prior } from "./plan/prior.js";
import type { Artifacts } from "./store/artifacts.js";
import { readTextIf, type FileSystem } from "./store/files.js";
import type { JournalRecord } from "./store/journal.js";
import { EMPTY_LOCK, lockFileName, readLock, type LockFile } from "./store/lockfile.js";
import type { Outputs } from "./store/outputs.js";
import { replay, type JournalView } from "./store/replay.js";

/** The prior with what it was read from. */
export interface ReadPrior {
  readonly prior: Prior;
  readonly lock: LockFile;
  readonly lockName: string;
  readonly lockText: string | undefined;
  readonly journal: JournalView;
}

/** Reads the prior of a graph. `records` are the journal's. */
export async function readPrior(
  given: {
    readonly fs: FileSystem;
    readonly root: string;
    readonly artifacts: Artifacts;
    readonly outputs: Outputs;
    readonly now: number;
  },
  graph: Graph,
  records: readonly JournalRecord[],
): Promise<Checked<ReadPrior>> {
  const lockName = lockFileName(graph.realm);
  const lockText = await readTextIf(given.fs, join(given.root, lockName));
  const diagnostics: Diagnostic[] = [];
  let lock = EMPTY_LOCK;
  if (lockText !== undefined) {
    const read = readLock(lockText, lockName);
    diagnostics.push(...read.diagnostics);
    if (read.value === undefined || hasErrors(read.diagnostics)) return { diagnostics };
    lock = read.value;
  }
  const journal = replay(records);
  const known: Artifact[] = [...lock.renders.values()].map((rendering) => rendering.artifact);
  for (const attempts of journal.attempts.values()) {
    for (const attempt of attempts) if (attempt.artifact !== undefined) known.push(attempt.artifact);
  }
  const prior: Prior = {
    lock,
    attempts: journal.attempts,
    held: given.artifacts.held(known),
    outputs: await given.outputs.states(
      graph.steps.flatMap((step) => (step.output === undefined ? [] : [step.output])),
    ),
    placed: new Set<Sha256>([...journal.placed, ...known.map((artifact) => artifact.sha256)]),
    today: given.now,
    pace: paceOf(records, graph.realm),
  };
  return { value: { prior, lock, lockName, lockText, journal }, diagnostics };
}

/** How many of the latest tasks of a kind say how long the next one takes. */
const REMEMBERED = 5;

/** Seconds from submission to success of past tasks, the median of the latest few of each kind. */
function paceOf(records: readonly JournalRecord[], realm: Graph["realm"]): ReadonlyMap<string, number> {
  const begun = new Map<string, number>();
  const names = new Map<string, string>();
  const taken = new Map<string, number[]>();
  for (const record of records) {
    if (record.type === "intent" && record.realm === realm) {
      const { mode, duration } = record.inputs.action;
      const seconds =
        typeof duration === "number"
          ? duration
          : record.inputs.action.kind.endsWith("_video")
            ? 5
            : undefined;
      const named =
        typeof mode === "string" ? mode : record.inputs.action.kind.endsWith("_video") ? "std" : undefined;
      names.set(record.reference, paceName(record.model, named, seconds));
    }
    if (record.type === "submitted" && record.adopted !== true)
      begun.set(record.reference, Date.parse(record.at));
    if (record.type === "succeeded") {
      const name = names.get(record.reference);
      const start = begun.get(record.reference);
      if (name !== undefined && start !== undefined) {
        taken.set(
          name,
          [...(taken.get(name) ?? []), (Date.parse(record.at) - start) / 1000].slice(-REMEMBERED),
        );
      }
    }
  }
  return new Map([...taken].map(([name, seconds]) => [name, median(seconds)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
