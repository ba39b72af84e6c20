/**
 * The command line as a function: argv and surroundings in, exit code out. Parses, calls one command, and puts its
 * answer on the right streams: stdout carries data (or one envelope with `--json`), stderr carries people.
 * Each command is imported when it is called, so that `--help` and a typing mistake load nothing else.
 */
import type { Answer, CommandContext } from "./answer.js";
import { parseArguments } from "./args.js";
import { paintFor, wantsColours } from "./colours.js";
import type { Command, GlobalFlags } from "./commands.js";
import { envelopeLine } from "./envelope.js";
import { CannotWrite, exitOfSignal, type Io } from "./io.js";

const DONE = 0;
const USAGE = 64;
const BUG = 70;

/** Runs one command line (without the program's name). Resolves to the exit code; does not reject. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let json = argv.includes("--json");
  let command: Command["name"] | undefined;
  try {
    const parsed = parseArguments(argv, { env: io.env, columns: Math.min(io.columns, 100) });
    if (parsed.kind === "help") {
      io.stdout.write(parsed.text);
      return DONE;
    }
    if (parsed.kind === "version") {
      io.stdout.write(`${io.version()}\n`);
      return DONE;
    }
    if (parsed.kind === "usage") {
      await refuseUsage(parsed.text, parsed.json, io);
      return USAGE;
    }
    json = parsed.globals.json;
    command = parsed.command.name;
    return await perform(parsed.command, parsed.globals, io);
  } catch (error) {
    if (error instanceof CannotWrite) {
      await refuseUsage(`error: ${error.message}`, json, io, command);
      return USAGE;
    }
    const { bugText } = await import("./bug.js");
    const text = bugText(error, io.env);
    io.stderr.write(text);
    if (json) {
      const data = { error: { kind: "bug", message: text.trimEnd() } };
      io.stdout.write(
        envelopeLine({ ...(command === undefined ? {} : { command }), exit: BUG, data, diagnostics: [] }),
      );
    }
    return BUG;
  }
}

async function perform(command: Command, globals: GlobalFlags, io: Io): Promise<number> {
  const context: CommandContext = {
    io,
    globals,
    out: paintFor(wantsColours(io.env, io.stdoutIsTTY, globals.color)),
    err: paintFor(wantsColours(io.env, io.stderrIsTTY, globals.color)),
    columns: Math.max(40, Math.min(io.columns, 120)),
  };
  const work = answer(command, context);
  // What stops by itself, with things to say, is waited for; everything else may be left where it stands.
  const patient = command.name === "render" || command.name === "sandbox";
  const given = await (patient ? work : Promise.race([work, aborted(io.signal)]));
  if (given === "aborted") return exitOfSignal(io.signal);
  if (given === undefined) return DONE;
  await print(command, given, context);
  return given.exit;
}

async function answer(command: Command, context: CommandContext): Promise<Answer | undefined> {
  switch (command.name) {
    case "validate":
      return (await import("./command-look.js")).validateCommand(context);
    case "plan":
      return (await import("./command-plan.js")).planCommand(command, context);
    case "render":
      return (await import("./command-render.js")).renderCommand(command, context);
    case "status":
      return (await import("./command-look.js")).statusCommand(command, context);
    case "why":
      return (await import("./command-look.js")).whyCommand(command, context);
    case "graph":
      return (await import("./command-look.js")).graphCommand(command, context);
    case "models":
      return (await import("./command-look.js")).modelsCommand(command, context);
    case "schema":
      return (await import("./command-look.js")).schemaCommand(command);
    case "sandbox":
      return (await import("./command-sandbox.js")).sandboxCommand(command, context);
  }
}

async function print(command: Command, given: Answer, { io, globals, err }: CommandContext): Promise<void> {
  const { exit, data, diagnostics } = given;
  if (globals.json) {
    const { diagnosticsJson } =
      diagnostics.length === 0 ? NO_DIAGNOSTICS : await import("./view-diagnostics.js");
    io.stdout.write(
      envelopeLine({ command: command.name, exit, data, diagnostics: diagnosticsJson(diagnostics) }),
    );
    return;
  }
  if (diagnostics.length > 0) {
    const { diagnosticsText } = await import("./view-diagnostics.js");
    const said = globals.quiet ? diagnostics.filter((each) => each.severity === "error") : diagnostics;
    io.stderr.write(diagnosticsText(said, err));
  }
  if (given.text !== undefined) io.stdout.write(given.text);
  if (given.note !== undefined && !(globals.quiet && exit === DONE)) io.stderr.write(given.note);
}

const NO_DIAGNOSTICS = { diagnosticsJson: (): readonly unknown[] => [] };

async function refuseUsage(text: string, json: boolean, io: Io, command?: Command["name"]): Promise<void> {
  const { safeText } = await import("../index.js");
  const safe = text.trimEnd().split("\n").map(safeText).join("\n");
  io.stderr.write(`${safe}\n`);
  if (!json) return;
  const data = { error: { kind: "usage", message: safe } };
  io.stdout.write(
    envelopeLine({ ...(command === undefined ? {} : { command }), exit: USAGE, data, diagnostics: [] }),
  );
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}
