/**
 * The prior, read from disk: lockfile, journal, store and outputs, turned into what a plan may remember.
 */
import { join } from "node:path";
import { hasErrors, type Checked, type Diagnostic } from "./base/diagnostic.js";
import { sha256Hex, type Sha256 } from "./base/digest.js";
import type { Recalled } from "./engine-journal.js";
import type { Snapshots } from "./engine-snapshot.js";
import type { CacheKey } from "./graph/key.js";
import type { Graph } from "./graph/step.js";
import type { Artifact, Prior } from "./plan/prior.js";
import { wholeOf } from "./plan/recorded.js";
import type { Artifacts } from "./store/artifacts.js";
import { readBytesIf, type FileSystem } from "./store/files.js";
import { EMPTY_LOCK, lockFileName, readLock, type LockFile } from "./store/lockfile.js";
import type { Outputs } from "./store/outputs.js";

/** The prior with what it was read from. */
export interface ReadPrior {
  readonly prior: Prior;
  readonly lock: LockFile;
  readonly lockName: string;
  readonly lockText: string | undefined;
}

/** Where the prior is read from. */
export interface PriorSources {
  readonly fs: FileSystem;
  readonly root: string;
  readonly snapshots: Snapshots;
  readonly artifacts: Artifacts;
  readonly outputs: Outputs;
  readonly now: number;
  /** Reads the journal with nothing left out. */
  wholeJournal(): Promise<Recalled>;
}

/** Reads the prior of a graph. */
export async function readPrior(
  sources: PriorSources,
  graph: Pick<Graph, "realm" | "steps">,
  recalled: Recalled,
): Promise<Checked<ReadPrior>> {
  const lockName = lockFileName(graph.realm);
  const lockBytes = readBytesIf(sources.fs, join(sources.root, lockName));
  const lockText = lockBytes === undefined ? undefined : Buffer.from(lockBytes).toString("utf8");
  const diagnostics: Diagnostic[] = [];
  let lock = EMPTY_LOCK;
  if (lockText !== undefined) {
    const read = await readLockText(sources, lockText, lockName, sha256Hex(lockBytes ?? lockText));
    diagnostics.push(...read.diagnostics);
    if (read.value === undefined || hasErrors(read.diagnostics)) return { diagnostics };
    lock = read.value;
  }
  // Something settled that the lockfile has lost is looked up in the whole journal.
  const isLost = ([key, attempt]: readonly [CacheKey, number]) => lock.renders.get(key)?.attempt !== attempt;
  const journal = [...recalled.settled].some(isLost) ? await sources.wholeJournal() : recalled;
  const known: Artifact[] = [...lock.renders.values()].flatMap((rendering) =>
    wholeOf(rendering).map((each) => each.artifact),
  );
  const seen = new Set(known.map((artifact) => artifact.sha256));
  for (const attempts of journal.attempts.values()) {
    for (const { artifact } of attempts)
      if (artifact !== undefined && !seen.has(artifact.sha256)) known.push(artifact);
  }
  const prior: Prior = {
    lock,
    attempts: journal.attempts,
    intents: journal.intents,
    orphans: journal.orphans,
    held: sources.artifacts.held(known),
    outputs: await sources.outputs.states(
      graph.steps.flatMap((step) => (step.output === undefined ? [] : [step.output])),
    ),
    placed: new Set<Sha256>([...journal.placed, ...known.map((artifact) => artifact.sha256)]),
    today: sources.now,
    pace: graph.realm === "kling" ? journal.pace : new Map(),
  };
  return { value: { prior, lock, lockName, lockText }, diagnostics };
}

/** Reads a lockfile; a text that was once found right is not checked entry by entry again. */
async function readLockText(
  sources: PriorSources,
  text: string,
  name: string,
  mark: Sha256,
): Promise<Checked<LockFile>> {
  const about = `lock ${join(sources.root, name)}`;
  const trusted = sources.snapshots.read(about, mark) === true;
  const read = readLock(text, name, trusted);
  if (!trusted && read.value !== undefined && read.diagnostics.length === 0) {
    await sources.snapshots.write(about, mark, true);
  }
  return read;
}
