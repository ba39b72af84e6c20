/**
 * What the journal has to say to a plan. Reading a long journal record by record is dear, so what came of a text is kept
 * as a snapshot.
 */
import type { Diagnostic } from "./base/diagnostic.js";
import { sha256Hex, type Sha256 } from "./base/digest.js";
import { getOrMake } from "./base/guard.js";
import type { Snapshots } from "./engine-snapshot.js";
import type { World } from "./engine-world.js";
import type { CacheKey, KeyInputs } from "./graph/key.js";
import { paceName } from "./plan/pace.js";
import type { Attempt, ClientReference, Orphan } from "./plan/prior.js";
import { readBytesIf } from "./store/files.js";
import { openJournal, readJournal, type Journal } from "./store/journal-file.js";
import type { JournalEntry, JournalRecord } from "./store/journal.js";
import { replay } from "./store/replay.js";
import { checkStateDirectory, type StateDirectory } from "./store/state-directory.js";

/** What a plan wants to know of the journal. */
export interface Recalled {
  readonly attempts: ReadonlyMap<CacheKey, readonly Attempt[]>;
  /** What the keys of those attempts are the digests of. */
  readonly intents: ReadonlyMap<CacheKey, KeyInputs>;
  /**
   * Keys left out of `attempts`, because their only attempt (its number) was recorded in the lockfile: where the lockfile
   * has it still, the journal has nothing to add.
   */
  readonly settled: ReadonlyMap<CacheKey, number>;
  /** References that were sent, or may have been, and of which the intent was lost to damage. */
  readonly orphans: ReadonlyMap<ClientReference, Orphan>;
  /** Every artifact that was ever placed at an output path. */
  readonly placed: ReadonlySet<Sha256>;
  /** Seconds that past tasks took at the vendor, by kind; the sandbox's say nothing about real ones. */
  readonly pace: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the journal, or the snapshot of what came of this very text. `whole`: leave no attempt out. */
export async function recall(
  world: World,
  at: StateDirectory,
  snapshots: Snapshots,
  whole = false,
): Promise<Recalled> {
  checkStateDirectory(world.fs, at);
  const bytes = readBytesIf(world.fs, at.journal);
  if (bytes === undefined)
    return recalled({ open: [], intents: [], settled: [], orphans: [], placed: [], pace: [] }, []);
  const about = `journal ${at.journal}`;
  const mark = sha256Hex(bytes);
  const before = whole ? undefined : (snapshots.read(about, mark) as Stored | undefined);
  if (before !== undefined) return recalled(before, []);
  const { records, diagnostics } = await readJournal(world.fs, at);
  const { attempts, inputs, orphans, placed } = replay(records);
  const isSettled = ([, list]: readonly [CacheKey, readonly Attempt[]]) =>
    list.length === 1 && list[0]?.state === "recorded";
  const open = [...attempts].filter((entry) => !isSettled(entry));
  const stored: Stored = {
    open,
    intents: open.flatMap(([key]) => {
      const intent = inputs.get(key);
      return intent === undefined ? [] : [[key, intent] as const];
    }),
    settled: [...attempts].filter(isSettled).map(([key, list]) => [key, list[0]?.attempt ?? 1]),
    orphans: [...orphans],
    placed: [...placed],
    pace: [...paceOf(records)],
  };
  // Damage is reported until it was set aside, so a journal with damage is read anew each time.
  if (diagnostics.length === 0 && !whole) await snapshots.write(about, mark, stored);
  return whole
    ? { ...recalled(stored, diagnostics), attempts, intents: inputs, settled: new Map() }
    : recalled(stored, diagnostics);
}

/** What a snapshot keeps of a journal. */
interface Stored {
  readonly open: readonly (readonly [CacheKey, readonly Attempt[]])[];
  readonly intents: readonly (readonly [CacheKey, KeyInputs])[];
  readonly settled: readonly (readonly [CacheKey, number])[];
  readonly orphans: readonly (readonly [ClientReference, Orphan])[];
  readonly placed: readonly Sha256[];
  readonly pace: readonly (readonly [string, number])[];
}

function recalled(
  { open, intents, settled, orphans, placed, pace }: Stored,
  diagnostics: readonly Diagnostic[],
): Recalled {
  return {
    attempts: new Map(open),
    intents: new Map(intents),
    settled: new Map(settled),
    orphans: new Map(orphans),
    placed: new Set(placed),
    pace: new Map(pace),
    diagnostics,
  };
}

/** How many of the latest tasks of a kind say how long the next one takes. */
const REMEMBERED = 5;
/** Longer than any render is said to take: such a task tells of an outage, or of a clock that was set. */
const LONGEST_S = 1800;

/** Seconds from submission to success of past tasks, the median of the latest few of each kind. */
function paceOf(records: readonly JournalRecord[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, string>();
  const begun = new Map<string, number>();
  const taken = new Map<string, number[]>();
  for (const record of records) {
    switch (record.type) {
      case "intent":
        if (record.realm === "kling") kinds.set(record.reference, kindOf(record));
        break;
      case "submitted":
        if (record.adopted !== true) begun.set(record.reference, Date.parse(record.at));
        break;
      case "succeeded": {
        const kind = kinds.get(record.reference);
        const start = begun.get(record.reference);
        // By the vendor's own date: when we looked says nothing, if nobody looked overnight.
        const seconds =
          start === undefined ? Number.NaN : (Date.parse(record.handle.completed) - start) / 1000;
        if (kind !== undefined && seconds >= 0 && seconds <= LONGEST_S)
          getOrMake(taken, kind, () => []).push(seconds);
        break;
      }
      default:
    }
  }
  return new Map([...taken].map(([kind, seconds]) => [kind, median(seconds.slice(-REMEMBERED))]));
}

/** Defaults are absent from key inputs, so they are put back. */
function kindOf(record: Extract<JournalRecord, { type: "intent" }>): string {
  const { kind, mode, duration, via, base_video: base } = record.inputs.action;
  const isClip = kind.endsWith("_video") || (kind === "extend" && via !== "native");
  const hasMode = isClip || kind === "motion_control" || kind === "avatar";
  const hasLength = (isClip && base === undefined) || kind === "text_to_audio";
  return paceName(
    record.model,
    typeof mode === "string" ? mode : hasMode ? "std" : undefined,
    typeof duration === "number" ? duration : hasLength ? 5 : undefined,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** A journal that is opened when something is first written to it: a run with nothing to do leaves it alone. */
export function lateJournal(world: World, at: StateDirectory): Pick<Journal, "append" | "close"> {
  let opened: Promise<Journal> | undefined;
  return {
    async append(entry: JournalEntry) {
      opened ??= openJournal(world.fs, at, () => world.clock.now());
      await (await opened).append(entry);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
