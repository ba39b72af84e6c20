#!/usr/bin/env node
/**
 * The program: hands the process (argv, environment, streams, signals, terminal) to `run` and its exit code back.
 * The only file here that touches the process. `--version` is answered before anything is imported.
 * Surprise: a closed pipe (`klingmake plan | head`) is no error, and never stops a render that has tasks under way.
 */
import { readFileSync } from "node:fs";
import type { FileSink, Io } from "./io.js";
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
  process.on("SIGINT", onSignal(EXIT_INTERRUPTED));
  process.on("SIGTERM", onSignal(EXIT_TERMINATED));
  const onBug = (error: unknown) => void sayBug(error).finally(() => process.exit(EXIT_BUG));
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);

  const [{ run }, { isAutomatic }, { openLiveArea }, { homedir }] = await Promise.all([
    import("./run.js"),
    import("./colours.js"),
    import("./live-area.js"),
    import("node:os"),
  ]);
  const live = process.stderr.isTTY ? { live: liveOn(openLiveArea) } : {};
  const exit = await run(argv, {
    ...surroundings(stop.signal, homedir(), isAutomatic(process.env)),
    ...live,
  });
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
    everySecond: (tick) => {
      // After signals: a process that was stopped learns of it before it draws.
      const timer = setInterval(() => setImmediate(tick), 1000);
      return () => clearInterval(timer);
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
