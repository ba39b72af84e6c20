/**
 * A watch that a test feeds by hand, before a terminal that can be looked at, with keys and a clock of the test's own.
 */
import type { Difference, Look, Plan, PlannedStep, WaitWhy, WatchStand } from "../../src/index.js";
import type { Watch, WatchEnd, WatchNews, WatchRequest, WatchWish } from "../../src/index.js";
import type { CommandContext } from "../../src/cli/answer.js";
import { watchCommand, type OpenWatch } from "../../src/cli/command-watch.js";
import type { Command } from "../../src/cli/commands.js";
import type { Io } from "../../src/cli/io.js";
import { openLiveArea } from "../../src/cli/live-area.js";
import { id, PLAIN, planned, planOf, surroundings } from "./fixtures.js";
import { openScreen, type Screen } from "./live-fixtures.js";

type WatchCommand = Command & { name: "watch" };

/** What a scene is set up with. */
export interface Scene {
  /** Absent: stderr is no terminal. */
  readonly size?: readonly [columns: number, rows: number];
  readonly command?: Partial<WatchCommand>;
  readonly io?: Partial<Io>;
  readonly globals?: Partial<CommandContext["globals"]>;
  /** Nobody can press a key. */
  readonly noKeys?: boolean;
  /** What the watcher cannot be opened for. */
  readonly fails?: Error;
  /** There is nothing to watch. */
  readonly nothing?: Awaited<ReturnType<OpenWatch>>;
}

/** A watch command at work, in the hands of a test. */
export interface Stage {
  readonly screen: Screen | undefined;
  /** All of stderr and stdout, as it was written. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly wishes: readonly WatchWish[];
  readonly request: WatchRequest;
  tell(...news: readonly WatchNews[]): void;
  press(...keys: readonly string[]): void;
  /** Lets time pass, and what was due then happen. */
  pass(ms: number): void;
  interrupt(reason?: Error): void;
  end(end?: Partial<WatchEnd>): void;
  readonly answer: ReturnType<typeof watchCommand>;
  /** Whether keys are read. */
  readonly isListening: () => boolean;
}

/** Starts the command with a watch that says only what it is fed. */
export async function stage(scene: Scene = {}): Promise<Stage> {
  const screen = scene.size === undefined ? undefined : openScreen(...scene.size);
  const stop = new AbortController();
  let nowMs = 0;
  let due: { readonly at: number; readonly act: () => void }[] = [];
  let take: ((key: string) => void) | undefined;
  const said = { stdout: "", stderr: "" };
  const isTerminal = screen !== undefined;
  const hasKeys = scene.noKeys !== true && isTerminal;
  const io = surroundings({
    signal: stop.signal,
    now: () => nowMs,
    columns: scene.size?.[0] ?? 80,
    stderrIsTTY: isTerminal,
    stdinIsTTY: hasKeys,
    stdout: { write: (text) => void (said.stdout += text) },
    stderr: {
      write(text) {
        said.stderr += text;
        screen?.write(text.replaceAll("\n", "\r\n"));
      },
    },
    later(delayMs, act) {
      const one = { at: nowMs + delayMs, act };
      due.push(one);
      return () => void (due = due.filter((each) => each !== one));
    },
    ...(hasKeys
      ? {
          keys: (given) => {
            take = given;
            return () => void (take = undefined);
          },
        }
      : {}),
    ...(screen === undefined ? {} : { live: () => openLiveArea(screen) }),
    ...scene.io,
  });
  const command: WatchCommand = {
    name: "watch",
    plan: { targets: [], allowUnknownPrice: [], rebuy: [], retryRefused: [] },
    ...scene.command,
  };
  const wishes: WatchWish[] = [];
  let finish: (end: WatchEnd) => void = () => {};
  const ended = new Promise<WatchEnd>((resolve) => (finish = resolve));
  const requests: WatchRequest[] = [];
  const watch: Watch = { wish: (wish) => void wishes.push(wish), ended };
  const answer = watchCommand(
    command,
    {
      io,
      globals: { json: false, color: false, quiet: false, verbose: false, ...scene.globals },
      out: PLAIN,
      err: PLAIN,
      columns: Math.max(40, Math.min(io.columns, 120)),
    },
    (_options, given) => {
      requests.push(given);
      return scene.fails === undefined
        ? Promise.resolve(scene.nothing ?? { value: watch, diagnostics: [] })
        : Promise.reject(scene.fails);
    },
  );
  // Whether it rejects is asked later.
  answer.catch(() => {});
  await Promise.resolve();
  const [asked] = requests;
  if (asked === undefined) throw new Error("the command opened no watcher");
  return {
    screen,
    said,
    wishes,
    request: asked,
    answer,
    isListening: () => take !== undefined,
    tell: (...news) => news.forEach((each) => asked.tell(each)),
    press: (...keys) => keys.forEach((key) => take?.(key)),
    pass(ms) {
      nowMs += ms;
      const now = due.filter(({ at }) => at <= nowMs);
      due = due.filter(({ at }) => at > nowMs);
      for (const { act } of now) act();
    },
    interrupt: (reason) => stop.abort(reason),
    end: (end = {}) => finish({ underWay: [], used: 0 as never, ...end }),
  };
}

/** A stand of a watcher. */
export function standing(over: Partial<WatchStand> = {}): WatchNews & { type: "stand" } {
  return {
    type: "stand",
    stand: { phase: "idle", faulty: false, paused: false, overtaken: 0, failed: [], ...over },
  };
}

/** News of a plan, of which these steps wait for a yes. */
export function looked(
  plan: Plan,
  over: {
    readonly differences?: readonly Difference[];
    readonly waiting?: Readonly<Record<string, WaitWhy>>;
    readonly due?: readonly string[];
    readonly diagnostics?: Look["diagnostics"];
    readonly isSave?: boolean;
  } = {},
): WatchNews & { type: "looked" } {
  const waiting = Object.entries(over.waiting ?? {}).map(([step, why]) => ({ step: id(step), why }));
  return {
    type: "looked",
    look: {
      project: { catalog: undefined } as never,
      plan,
      diagnostics: over.diagnostics ?? [],
      differences: over.differences ?? plan.steps.map((each) => ({ kind: "added", planned: each })),
      isSave: over.isSave ?? true,
      due: (over.due ?? []).map(id),
      waiting,
    },
  };
}

/** An edit of the prompt of a step. */
export function reworded(
  name: string,
  from: string,
  to: string,
  over: Partial<PlannedStep> = {},
): Difference {
  return {
    kind: "edited",
    planned: planned(name, over, { prompt: to }),
    changes: [{ field: "prompt", from, to }],
  };
}

/** A plan of these steps with another digest for each name. */
export function digestPlan(name: string, steps: readonly PlannedStep[], over: Partial<Plan> = {}): Plan {
  return planOf(steps, { digest: name.padEnd(64, "0") as never, ...over });
}
