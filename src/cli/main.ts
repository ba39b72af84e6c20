#!/usr/bin/env node
/**
 * The program: hands the process (argv, environment, streams, signals, terminal) to `run` and its exit code back.
 * The only file here that touches the process. `--version` is answered before anything is imported.
 * Surprise: a closed pipe (`klingmake plan | head`) is no error, and never stops a render that has tasks under way.
 */
import { readFileSync } from "node:fs";
import type { FileSink, Io } from "./io.js";
import type { KeyTerminal, readKeys as ReadKeys } from "./keys.js";
import type { openLiveArea as OpenLiveArea } from "./live-area.js";

const EXIT_INTERRUPTED = 130;
const EXIT_TERMINATED = 143;
const EXIT_BUG = 70;

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  let lost = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") lost = true;
    });
  }
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const stop = new AbortController();
  const { Interruption } = await import("./io.js");
  const onSignal = (exit: typeof EXIT_INTERRUPTED | typeof EXIT_TERMINATED) => () => {
    // The second time the user means now; the journal is written before every step, so nothing is lost.
    if (stop.signal.aborted) process.exit(exit);
    stop.abort(new Interruption(exit));
  };
  const onInterrupt = onSignal(EXIT_INTERRUPTED);
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onSignal(EXIT_TERMINATED));
  const onBug = (error: unknown) => void sayBug(error).finally(() => process.exit(EXIT_BUG));
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);

  const [{ run }, { isAutomatic }, { openLiveArea }, { readKeys }, { homedir }] = await Promise.all([
    import("./run.js"),
    import("./colours.js"),
    import("./live-area.js"),
    import("./keys.js"),
    import("node:os"),
  ]);
  const live = process.stderr.isTTY ? { live: liveOn(openLiveArea) } : {};
  const given = surroundings(stop.signal, homedir(), isAutomatic(process.env));
  const keys = given.ask === undefined ? {} : { keys: keysOn(readKeys, onInterrupt) };
  const exit = await run(argv, { ...given, ...live, ...keys });
  // Written text is flushed before leaving; idle connections are not waited for.
  process.stdout.write("", () =>
    process.stderr.write("", () => process.exit(lost && exit === 0 ? EXIT_BUG : exit)),
  );
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

async function sayBug(error: unknown): Promise<void> {
  const { bugText } = await import("./bug.js");
  process.stderr.write(bugText(error, process.env));
}

/** A pipe has no `isTTY` at all, whatever the types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

function surroundings(signal: AbortSignal, home: string, automatic: boolean): Io {
  const { stdin, stdout, stderr, env } = process;
  const canAsk = isTerminal(stdin) && isTerminal(stderr) && !automatic;
  const shown = stdout.isTTY ? stdout : stderr;
  return {
    env,
    cwd: process.cwd(),
    home,
    stdout: { write: (text) => void stdout.write(text) },
    stderr: { write: (text) => void stderr.write(text) },
    columns: shown.isTTY && shown.columns > 0 ? shown.columns : 80,
    stdoutIsTTY: isTerminal(stdout),
    stderrIsTTY: isTerminal(stderr),
    stdinIsTTY: isTerminal(stdin),
    signal,
    version,
    now: () => Date.now(),
    createFile,
    // Room for what is new doubles in bursts of work, and an idle process never gives it back: tens of megabytes.
    keepSmall: () => process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1"),
    giveBack: () => {
      process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
      const collect: unknown = process.getBuiltinModule("node:vm").runInNewContext("globalThis.gc");
      if (typeof collect === "function") collect();
    },
    everySecond: (tick) => {
      // After signals: a process that was stopped learns of it before it draws.
      const timer = setInterval(() => setImmediate(tick), 1000);
      return () => clearInterval(timer);
    },
    later: (delayMs, act) => {
      // Behind what the terminal has for us by then, however long we were busy.
      const timer = setTimeout(() => setImmediate(act), delayMs);
      return () => clearTimeout(timer);
    },
    ...(canAsk
      ? {
          ask: async (question: string) => {
            const { askYesNo } = await import("./ask.js");
            return askYesNo(question, { input: stdin, output: stderr, terminal: true }, signal);
          },
        }
      : {}),
  };
}

/** The bottom of the terminal behind stderr, for as long as the process lives. */
function liveOn(open: typeof OpenLiveArea): NonNullable<Io["live"]> {
  const { stderr, env } = process;
  // xterm and GNU screen cut lines that a narrower window has no room for; the others break them in two.
  const cuts = env["TMUX"] === undefined && (env["XTERM_VERSION"] ?? env["STY"]) !== undefined;
  return (onChange) => {
    const area = open({
      write: (text) => void stderr.write(text),
      size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
      reflows: !cuts,
    });
    stderr.on("resize", onChange);
    // After Ctrl-Z and `fg` the shell has written below what was drawn.
    process.on("SIGCONT", () => {
      area.forget();
      onChange();
    });
    return area;
  };
}

/** Keys of the terminal behind stdin. However the process ends, the terminal is left as it was. */
function keysOn(read: typeof ReadKeys, interrupt: () => void): NonNullable<Io["keys"]> {
  const { stdin } = process;
  const raw = (isRaw: boolean) => {
    try {
      stdin.setRawMode(isRaw);
    } catch {
      // The terminal is gone, and there is nothing left to put right.
    }
  };
  return (take) => {
    let isOpen = true;
    const onExit = () => raw(false);
    const onStop = () => {
      raw(false);
      stopBy(process.pid, () => raw(true));
    };
    // Without a handler of ours the signal stops the process, or does nothing where nobody could let it go on.
    const stopBy = (pid: number, resumed: () => void) => {
      process.off("SIGTSTP", onStop);
      process.kill(pid, "SIGTSTP");
      setImmediate(() => {
        if (!isOpen) return;
        process.on("SIGTSTP", onStop);
        resumed();
      });
    };
    const terminal: KeyTerminal = {
      raw,
      interrupt,
      // The whole job, as the terminal does: a shell that started it through npx waits for all of it.
      suspend: (resumed) => stopBy(0, resumed),
      listen(hear) {
        stdin.setEncoding("utf8").on("data", hear).on("error", ignored).resume();
        return () => void stdin.off("data", hear).pause();
      },
    };
    process.on("exit", onExit);
    process.on("SIGTSTP", onStop);
    const close = read(terminal, take);
    return () => {
      isOpen = false;
      close();
      process.off("exit", onExit);
      process.off("SIGTSTP", onStop);
    };
  };
}

function ignored(): void {
  // A terminal that hangs up has nothing more to say.
}

async function createFile(path: string): Promise<FileSink> {
  const [{ open }, { CannotWrite }] = await Promise.all([import("node:fs/promises"), import("./io.js")]);
  const refused = (error: NodeJS.ErrnoException) => new CannotWrite(path, error.code ?? "unknown");
  const handle = await open(path, "w").catch((error: NodeJS.ErrnoException) => {
    throw refused(error);
  });
  const stream = handle.createWriteStream();
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= refused(error);
  });
  // A stream that fails closes by itself, perhaps long before anybody waits for it.
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  return {
    write: (text) => void (failure === undefined && stream.write(text)),
    async close() {
      stream.end();
      await closed;
      if (failure !== undefined) throw failure;
    },
  };
}
