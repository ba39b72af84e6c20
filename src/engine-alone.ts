/**
 * Working alone in a project: its lock is held, its journal is at hand, its disk is put together. What `render` and the
 * commands that settle, bind and fetch have in common.
 */
import type { Diagnostic } from "./base/diagnostic.js";
import { CONCURRENCY, type Opened, type Prepared } from "./engine-prepare.js";
import { openDisk } from "./engine-disk.js";
import { lateJournal } from "./engine-journal.js";
import type { ReadPrior } from "./engine-prior.js";
import type { Asking, Provider } from "./provider/provider.js";
import { openCollector } from "./run/collector.js";
import type { Disk } from "./run/disk.js";
import type { Emit } from "./run/event.js";
import { EXIT, type ExitCode } from "./run/exit.js";
import type { Collector } from "./run/stepping.js";
import type { Journal } from "./store/journal-file.js";
import type { Holder } from "./store/project-lock.js";
import { clearPartials } from "./store/partial.js";
import { makeStateDirectory } from "./store/state-directory.js";

/** Why nothing could be begun. */
export type Excluded = {
  readonly diagnostics: readonly Diagnostic[];
  readonly exit: ExitCode;
} & (
  | { readonly status: "locked"; readonly holder?: Holder }
  /** The disk does not let it happen. */
  | { readonly status: "refused"; readonly message: string; readonly help: string }
);

/** Where a run writes what it does. */
export type LateJournal = Pick<Journal, "append">;

/** Does something under the project's lock, or says why it cannot be had. */
export async function alone<T>(
  { world, root, state, options }: Opened,
  work: (journal: LateJournal) => Promise<T>,
): Promise<T | Excluded> {
  const refused = (message: string, help: string): Excluded => ({
    status: "refused",
    message,
    help,
    diagnostics: [],
    exit: EXIT.stepFailed,
  });
  const made = await makeStateDirectory(world.fs, root);
  if (made.kind === "refused") return refused(made.why, "move it away: klingmake keeps its journal there");
  const lock = await world.lock(state.lock, options.command ?? "klingmake");
  if (lock.kind === "unavailable") return refused(lock.why, lock.help);
  if (lock.kind === "busy") {
    const holder = lock.holder === undefined ? {} : { holder: lock.holder };
    return { status: "locked", ...holder, diagnostics: [], exit: EXIT.locked };
  }
  const journal = lateJournal(world, state);
  try {
    await clearPartials(world.fs, state.partial);
    return await work(journal);
  } finally {
    try {
      await journal.close();
    } finally {
      await lock.release();
    }
  }
}

/** The disk of a run: with what was read of the lockfile, and the inputs that a plan was made with. */
export function diskOf(
  opened: Opened,
  given: { readonly profile: string; readonly read: ReadPrior } & Partial<
    Pick<Prepared, "digests" | "sounds">
  >,
  journal: LateJournal,
): Disk {
  const { world, root, state, artifacts, inputs, outputs, options } = opened;
  const { read, profile, digests = new Map(), sounds = new Map() } = given;
  return openDisk({
    fs: world.fs,
    root,
    state,
    artifacts,
    inputs,
    outputs,
    journal,
    profile,
    lockName: read.lockName,
    lockText: read.lockText,
    lock: read.lock,
    digests,
    sounds,
    ours: read.prior.placed,
    frames: world.frames,
    env: options.env,
  });
}

/** How many tasks, downloads and questions at once. */
export function limitsOf({ manifest }: Opened, provider: Pick<Provider, "loopback">, concurrency?: number) {
  const { limits } = manifest;
  const pollMs = (limits.poll_seconds ?? (provider.loopback ? 0.2 : 5)) * 1000;
  return {
    concurrency: concurrency ?? limits.concurrency ?? CONCURRENCY,
    downloads: limits.downloads ?? 4,
    // The vendor asks for at most one look per task every 5 s; less is for servers on this machine.
    pollMs: provider.loopback ? pollMs : Math.max(5_000, pollMs),
    // A callback may bring a question forward, but not past that.
    floorMs: provider.loopback ? 200 : 5_000,
  };
}

/** A run that only brings in what is paid for. */
export function collectorOf(
  opened: Opened,
  given: Parameters<typeof diskOf>[1],
  means: {
    readonly provider: Asking;
    readonly journal: LateJournal;
    readonly stop: AbortSignal;
    readonly emit?: Emit;
  },
): Collector {
  const { provider, stop, journal, emit = () => undefined } = means;
  const { clock } = opened.world;
  const disk = diskOf(opened, given, journal);
  const { prior } = given.read;
  return openCollector({ ...limitsOf(opened, provider), prior, disk, provider, clock, emit, stop });
}
