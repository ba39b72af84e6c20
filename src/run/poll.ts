/**
 * Follows tasks to their end with as few questions as possible: tasks that are due together are asked about together,
 * none more often than the interval allows, and the first look comes when a task of its kind is usually about done.
 * A hint from outside brings a look forward, and is believed in nothing else: however many come, and from whomever, a
 * task is never asked about more often than the floor allows.
 */
import type { Clock } from "../base/clock.js";
import type { TaskId } from "../plan/prior.js";
import type { Address, CallbackHint, LookAnswer, Provider, TaskLook } from "../provider/provider.js";

/** How following a task ended. */
export type Followed =
  | { readonly kind: "ended"; readonly look: TaskLook }
  /** The vendor does not know the task (any more). */
  | { readonly kind: "absent" }
  /** Asking is refused: credentials or the like. */
  | { readonly kind: "failed"; readonly answer: Extract<LookAnswer, { kind: "failed" }> };

/** A task to follow. */
export interface Follow {
  readonly task: TaskId;
  readonly address: Address;
  /** What it was called when it was created, for hints that name it so. */
  readonly reference?: string;
  /** Milliseconds from now until the first look. */
  readonly firstLookMs: number;
  /** Called after each look that found the task still going on. */
  onLook(look: TaskLook): void;
  /** Called once when nobody answers, until somebody does again. */
  onSilence?(): void;
}

/** Follows many tasks at once. */
export interface Poller {
  /** Resolves when the task ended. @throws the signal's reason when it aborts first. */
  follow(follow: Follow): Promise<Followed>;
  /** Looks at a task as soon as the floor allows; at one that is not followed yet, as soon as it is. */
  hint(hint: CallbackHint): void;
}

/** How often a task may be asked about. */
export interface Pace {
  /** Between two looks at a task that nobody hinted at. */
  readonly pollMs: number;
  /** Between two looks at a task in any case; `pollMs` when absent. */
  readonly floorMs?: number;
}

/** Times a vendor may say "no such task" before it is believed: reads may lag behind writes. */
const ABSENT_LIMIT = 5;

/** Hints at tasks that nobody follows yet, the latest of them: a hint may overtake the answer to its create. */
const EARLY_MOST = 1_000;

/** A poller that asks about each task every `pollMs`, and sooner on a hint. */
export function createPoller(
  provider: Pick<Provider, "look">,
  clock: Clock,
  { pollMs: intervalMs, floorMs = intervalMs }: Pace,
  signal: AbortSignal,
): Poller {
  interface Entry extends Follow {
    dueMs: number;
    /** When it may be looked at again. */
    freeMs: number;
    /** A hint came, perhaps while an answer was under way that does not know of it yet. */
    hinted: boolean;
    absent: number;
    silent: boolean;
    readonly end: (followed: Followed) => void;
    readonly fail: (reason: unknown) => void;
  }
  const entries = new Set<Entry>();
  // Due times are rounded up to a common grid, so that tasks come due together and are asked about together.
  const gridMs = Math.max(1, Math.floor(intervalMs / 4));
  const onGrid = (ms: number) => Math.ceil(ms / gridMs) * gridMs;
  const early = new Set<string>();
  let running = false;
  let wake = new AbortController();

  const loop = async (): Promise<void> => {
    try {
      while (entries.size > 0) await round();
    } finally {
      // In the same turn in which the last entry went, so that a new one finds nobody running.
      running = false;
    }
  };

  const round = async (): Promise<void> => {
    const soonest = Math.min(...[...entries].map((entry) => entry.dueMs));
    const waitMs = soonest - clock.now();
    if (waitMs > 0) {
      wake = new AbortController();
      try {
        await clock.sleep(waitMs, AbortSignal.any([signal, wake.signal]));
      } catch (reason) {
        if (signal.aborted) throw reason;
      }
      return;
    }
    const due = [...entries].filter((entry) => entry.dueMs <= clock.now());
    for (const entry of due) entry.hinted = false;
    const answers = await provider.look(due, signal);
    const next = onGrid(clock.now() + intervalMs);
    for (const [index, entry] of due.entries()) {
      entry.freeMs = clock.now() + floorMs;
      entry.dueMs = entry.hinted ? Math.min(next, entry.freeMs) : next;
      const answer = answers[index];
      if (answer !== undefined) take(entry, answer);
    }
  };

  const take = (entry: Entry, answer: LookAnswer): void => {
    const end = (followed: Followed) => {
      entries.delete(entry);
      entry.end(followed);
    };
    switch (answer.kind) {
      case "found":
        entry.absent = 0;
        entry.silent = false;
        if (answer.look.status === "succeeded" || answer.look.status === "failed")
          end({ kind: "ended", look: answer.look });
        else entry.onLook(answer.look);
        return;
      case "absent":
        entry.absent++;
        if (entry.absent >= ABSENT_LIMIT) end({ kind: "absent" });
        return;
      case "failed":
        if (answer.error.class !== "busy" && answer.error.class !== "maintenance")
          end({ kind: "failed", answer });
        return;
      case "lost":
        if (!entry.silent) entry.onSilence?.();
        entry.silent = true;
        return;
    }
  };

  /** Who is in more of a hurry than the grid is fine goes alone. */
  const firstDue = ({ firstLookMs }: Follow): number => {
    const dueMs = clock.now() + firstLookMs;
    return firstLookMs < gridMs ? dueMs : onGrid(dueMs);
  };

  const wasHinted = ({ task, reference }: Follow): boolean => {
    const names = [`task ${task}`, `reference ${reference ?? ""}`];
    return names.filter((name) => early.delete(name)).length > 0;
  };

  return {
    follow: (follow) =>
      new Promise<Followed>((end, fail) => {
        entries.add({
          ...follow,
          dueMs: wasHinted(follow) ? clock.now() : firstDue(follow),
          freeMs: clock.now(),
          hinted: false,
          absent: 0,
          silent: false,
          end,
          fail,
        });
        if (running) {
          wake.abort();
          return;
        }
        running = true;
        loop().catch((reason: unknown) => {
          const left = [...entries];
          entries.clear();
          for (const entry of left) entry.fail(reason);
        });
      }),
    hint({ task, reference }) {
      const meant = [...entries].filter(
        (entry) => entry.task === task || (reference !== undefined && entry.reference === reference),
      );
      for (const entry of meant) {
        entry.hinted = true;
        entry.dueMs = Math.min(entry.dueMs, Math.max(clock.now(), entry.freeMs));
        wake.abort();
      }
      if (meant.length > 0) return;
      if (task !== undefined) early.add(`task ${task}`);
      if (reference !== undefined) early.add(`reference ${reference}`);
      for (const name of early) {
        if (early.size <= EARLY_MOST) break;
        early.delete(name);
      }
    },
  };
}
