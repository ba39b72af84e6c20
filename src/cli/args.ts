/**
 * argv and environment → plain data, or the text of a usage error. Nothing is read, written or loaded for it but the
 * parser itself, so that `--help` is quick and every mistake is found before any effect.
 */
import { CommanderError, InvalidArgumentError } from "commander";
import { RETRIES_MOST } from "../index.js";
import { STDOUT, type Command, type Parsed, type PlanFlags, type PolicyFlags } from "./commands.js";
import { globalFlags, makeProgram } from "./program.js";
import { dollars, tierList, wholeNumber } from "./values.js";

/** What parsing may look at besides argv. */
export interface ParseSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Width for help texts. */
  readonly columns: number;
}

/** Parses the words after the program's name. */
export function parseArguments(argv: readonly string[], surroundings: ParseSurroundings): Parsed {
  // Behind `--` stand words and no options.
  const options = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const json = options.includes("--json");
  if (options.includes("--version") || options.includes("-V")) return { kind: "version" };
  if (argv.length === 0) {
    const help = parseArguments(["--help"], surroundings);
    return { kind: "usage", text: help.kind === "help" ? help.text : "", json };
  }
  let command: Command | undefined;
  let text = "";
  const take = (piece: string) => {
    text += piece;
  };
  const program = makeProgram((found) => {
    command = found;
  });
  for (const each of [program, ...program.commands]) {
    each.exitOverride().configureOutput({
      writeOut: take,
      writeErr: take,
      getOutHelpWidth: () => surroundings.columns,
      getErrHelpWidth: () => surroundings.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  try {
    program.parse(argv, { from: "user" });
    if (command === undefined) return { kind: "usage", text: "error: no command is named\n", json };
    const globals = globalFlags(program);
    if ((command.name === "render" || command.name === "watch") && command.events === STDOUT && globals.json)
      throw new InvalidArgumentError("--json and --events - both want stdout; leave one of them out.");
    if (command.name === "render" && command.listen !== undefined && command.callback === undefined)
      throw new InvalidArgumentError(
        "--listen hears nothing without --callback: say the https address that leads to that port.",
      );
    return { kind: "command", command: withEnvironment(command, surroundings.env), globals };
  } catch (error) {
    if (error instanceof InvalidArgumentError)
      return { kind: "usage", text: `error: ${error.message}\n`, json };
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: "help", text } : { kind: "usage", text, json };
  }
}

/** Flags win over the environment. @throws InvalidArgumentError naming the variable. */
function withEnvironment(command: Command, env: ParseSurroundings["env"]): Command {
  if (command.name === "watch") return { ...command, plan: withRetries(command.plan, env) };
  if (command.name !== "plan" && command.name !== "render") return command;
  const above = fromVariable("KLINGMAKE_ASK_ABOVE", env, dollars);
  const tiers = fromVariable("KLINGMAKE_ASK_TIERS", env, tierList);
  const policy: PolicyFlags = {
    ...(above === undefined ? {} : { askAboveUsd: above }),
    ...(tiers === undefined ? {} : { askTiers: tiers }),
    ...command.policy,
  };
  return { ...command, plan: withRetries(command.plan, env), policy };
}

function withRetries(plan: PlanFlags, env: ParseSurroundings["env"]): PlanFlags {
  const retries = plan.retries ?? fromVariable("KLINGMAKE_RETRIES", env, wholeNumber(0, RETRIES_MOST));
  return retries === undefined ? plan : { ...plan, retries };
}

function fromVariable<T>(
  name: string,
  env: ParseSurroundings["env"],
  parse: (text: string) => T,
): T | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError)
      throw new InvalidArgumentError(`environment variable ${name}: ${error.message}`);
    throw error;
  }
}
