/**
 * The command line as a function: argv and surroundings in, exit code out. Parses, calls one command, and puts its
 * answer on the right streams: stdout carries data (or one envelope with `--json`), stderr carries people.
 * Commands are imported at once: one large file is read faster than many small ones, and the rarely needed parts
 * (YAML, the sandbox, the network) are imported where they are used.
 */
import { EXIT, safeText } from "../index.js";
import type { Answer, CommandContext } from "./answer.js";
import { parseArguments } from "./args.js";
import { paintFor, wantsColours } from "./colours.js";
import type { Command, GlobalFlags } from "./commands.js";
import { envelopeLine } from "./envelope.js";
import {
  graphCommand,
  modelsCommand,
  schemaCommand,
  statusCommand,
  validateCommand,
  whyCommand,
} from "./command-look.js";
import { costCommand } from "./command-cost.js";
import { fmtCommand, initCommand } from "./command-project.js";
import { adoptCommand } from "./command-adopt.js";
import { downloadCommand } from "./command-download.js";
import { planCommand } from "./command-plan.js";
import { reconcileCommand } from "./command-reconcile.js";
import { renderCommand } from "./command-render.js";
import { bugText } from "./bug.js";
import { aborted, CannotWrite, exitOfSignal, type Io } from "./io.js";
import { diagnosticsJson, diagnosticsText } from "./view-diagnostics.js";

/** Runs one command line (without the program's name). Resolves to the exit code; does not reject. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let json = argv.includes("--json");
  let command: Command["name"] | undefined;
  try {
    const parsed = parseArguments(argv, { env: io.env, columns: Math.min(io.columns, 100) });
    if (parsed.kind === "help") {
      io.stdout.write(parsed.text);
      return EXIT.done;
    }
    if (parsed.kind === "version") {
      io.stdout.write(`${io.version()}\n`);
      return EXIT.done;
    }
    if (parsed.kind === "usage") {
      refuseUsage(parsed.text, parsed.json, io);
      return EXIT.usage;
    }
    json = parsed.globals.json;
    command = parsed.command.name;
    return await perform(parsed.command, parsed.globals, io);
  } catch (error) {
    if (error instanceof CannotWrite) {
      refuseUsage(`error: ${error.message}`, json, io, command);
      return EXIT.usage;
    }
    const text = bugText(error, io.env);
    io.stderr.write(text);
    if (json) {
      const data = { error: { kind: "bug", message: text.trimEnd() } };
      io.stdout.write(
        envelopeLine({
          ...(command === undefined ? {} : { command }),
          exit: EXIT.bug,
          data,
          diagnostics: [],
        }),
      );
    }
    return EXIT.bug;
  }
}

const PATIENT: ReadonlySet<Command["name"]> = new Set([
  "render",
  "download",
  "reconcile",
  "delete",
  "sandbox",
  "watch",
  "page",
  "report",
]);

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
  const patient = PATIENT.has(command.name);
  const given = await (patient ? work : Promise.race([work, aborted(io.signal)]));
  if (given === "aborted") return exitOfSignal(io.signal);
  if (given === undefined) return EXIT.done;
  print(command, given, context);
  return given.exit;
}

async function answer(command: Command, context: CommandContext): Promise<Answer | undefined> {
  switch (command.name) {
    case "init":
      return initCommand(command, context);
    case "fmt":
      return fmtCommand(command, context);
    case "validate":
      return validateCommand(context);
    case "plan":
      return planCommand(command, context);
    case "render":
      return renderCommand(command, context);
    case "watch":
      return (await import("./command-watch.js")).watchCommand(command, context);
    case "download":
      return downloadCommand(command, context);
    case "reconcile":
      return reconcileCommand(command, context);
    case "adopt":
      return adoptCommand(command, context);
    case "delete":
      return (await import("./command-delete.js")).deleteCommand(command, context);
    case "status":
      return statusCommand(command, context);
    case "cost":
      return costCommand(command, context);
    case "why":
      return whyCommand(command, context);
    case "graph":
      return graphCommand(command, context);
    case "models":
      return modelsCommand(command, context);
    case "doctor":
      return (await import("./command-doctor.js")).doctorCommand(context);
    case "schema":
      return schemaCommand(command);
    case "sandbox":
      return (await import("./command-sandbox.js")).sandboxCommand(command, context);
    case "page":
      return (await import("./command-page.js")).pageCommand(command, context);
    case "report":
      return (await import("./command-report.js")).reportCommand(command, context);
    case "completion":
      return (await import("./completion-script.js")).completionCommand(command);
    case "complete":
      return (await import("./command-complete.js")).completeCommand(command, context);
  }
}

function print(command: Command, given: Answer, { io, globals, err, columns }: CommandContext): void {
  const { exit, data, diagnostics } = given;
  if (globals.json) {
    io.stdout.write(
      envelopeLine({ command: command.name, exit, data, diagnostics: diagnosticsJson(diagnostics) }),
    );
    return;
  }
  if (diagnostics.length > 0) {
    const said = globals.quiet ? diagnostics.filter((each) => each.severity === "error") : diagnostics;
    io.stderr.write(diagnosticsText(said, err, columns));
  }
  if (given.text !== undefined) io.stdout.write(given.text);
  if (given.note !== undefined && !(globals.quiet && exit === EXIT.done)) io.stderr.write(given.note);
}

function refuseUsage(text: string, json: boolean, io: Io, command?: Command["name"]): void {
  const safe = text.trimEnd().split("\n").map(safeText).join("\n");
  io.stderr.write(`${safe}\n`);
  if (!json) return;
  const data = { error: { kind: "usage", message: safe } };
  io.stdout.write(
    envelopeLine({ ...(command === undefined ? {} : { command }), exit: EXIT.usage, data, diagnostics: [] }),
  );
}
