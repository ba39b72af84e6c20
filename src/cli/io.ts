/**
 * What the command line may touch, handed in by `main.ts` so that a whole command can be tested as a function.
 * Knows nothing of commands. Streams are only ever written to; whether they are terminals is told, never asked.
 */
import type { ExitCode } from "../index.js";

/** Somewhere to put text. */
export interface Sink {
  write(text: string): void;
}

/** A file that is written to from the start; `close` resolves when all of it is on disk. */
export interface FileSink extends Sink {
  close(): Promise<void>;
}

/** A few lines at the bottom of a terminal that are drawn over themselves. */
export interface LiveArea {
  /** The terminal as it is now. */
  size(): { readonly columns: number; readonly rows: number };
  /** Replaces what is drawn; lines are already safe and no wider than the terminal. */
  draw(lines: readonly string[]): void;
  /** Removes what is drawn, so that plain lines can be written above. */
  clear(): void;
  /** Leaves what is drawn where it is: others have written below it. */
  forget(): void;
}

/** The surroundings of one command. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** The user's home directory, absolute. */
  readonly home: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Width of the terminal in columns; 80 where there is none. */
  readonly columns: number;
  readonly stdoutIsTTY: boolean;
  readonly stderrIsTTY: boolean;
  readonly stdinIsTTY: boolean;
  /** Aborted by the first Ctrl-C or SIGTERM, with an {@link Interruption} as its reason. */
  readonly signal: AbortSignal;
  /** Puts a yes/no question to a person; absent where nobody can answer. Rejects never; no answer is a no. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** klingmake's own version. */
  version(): string;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `tick` about once a second until the returned function is called; absent: nothing moves by itself. */
  readonly everySecond?: (tick: () => void) => () => void;
  /** Calls `act` once, when so many milliseconds are over and all that was typed until then was handed over; until then the returned function prevents it. Absent: never. */
  readonly later?: (delayMs: number, act: () => void) => () => void;
  /** Hands over single keys as they are pressed, until the returned function is called; absent where nobody can press one. */
  readonly keys?: (take: (key: string) => void) => () => void;
  /** The bottom of the terminal behind stderr, which says when it has another size; absent where there is none. */
  readonly live?: (onChange: () => void) => LiveArea;
  /** Keeps memory small from now on, for a command that stays for hours with little to do; absent: as it is. */
  readonly keepSmall?: () => void;
  /** Gives back the memory that is not needed any more; takes tens of milliseconds. Absent: as it is. */
  readonly giveBack?: () => void;
  /** Starts a file anew, relative to `cwd`. @throws CannotWrite, as does its `close`. */
  createFile(path: string): Promise<FileSink>;
}

/** Why a signal was aborted: a person or the system wants us to stop. */
export class Interruption extends Error {
  constructor(readonly exit: ExitCode & (130 | 143)) {
    super(exit === 130 ? "interrupted" : "terminated");
    this.name = "Interruption";
  }
}

/** The exit code for a run that was stopped by `signal`; 130 when it does not say. */
export function exitOfSignal(signal: AbortSignal): 130 | 143 {
  return signal.reason instanceof Interruption ? signal.reason.exit : 130;
}

/** Resolves when `signal` is aborted, or was. */
export function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}

/** The system's code of an error (`EADDRINUSE`); undefined for all other errors, which are bugs. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** A file that the user named cannot be written. `code` is the system's word for why. */
export class CannotWrite extends Error {
  constructor(
    readonly path: string,
    readonly code: string,
  ) {
    super(`${path} cannot be written (${code})`);
    this.name = "CannotWrite";
  }
}
