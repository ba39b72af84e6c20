/**
 * What could be typed next, for the shells' completions: one candidate a line, its description behind a tab, and
 * `:files` as the last line where a path is wanted. Reads the command tree of `program.ts`, so that nothing is listed
 * twice; profiles, steps and models are looked up in the project only when they are what is wanted.
 * A mistake is silence: whatever goes wrong here, the shell just completes nothing.
 */
import type { Command as Commander, Option } from "commander";
import { createCatalog, EXIT, exampleNames, safeText, type Project } from "../index.js";
import { openFor, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { makeProgram } from "./program.js";
import { TIERS } from "./values.js";

/** One thing that could stand there. */
interface Candidate {
  readonly value: string;
  readonly about?: string;
}

/** Candidates, or that a path is wanted. */
type Wanted = readonly Candidate[] | "files";

/** Options and arguments whose values are looked up; by attribute, as commander names them. */
const VALUES: Readonly<Record<string, (line: Line) => Promise<Wanted>>> = {
  profile: profiles,
  target: steps,
  step: steps,
  id: kept,
  rebuy: steps,
  retryRefused: steps,
  again: steps,
  as: steps,
  allowUnknownPrice: async (line) => [...(await steps(line)), ...(await models(line))],
  example: () => Promise.resolve(exampleNames().map((value) => ({ value }))),
  askTiers: () => Promise.resolve([...TIERS, "none"].map((value) => ({ value }))),
  file: files,
  folder: files,
  out: files,
  events: files,
  faults: files,
  dir: files,
};

/** A command line as far as it has been typed. */
interface Line {
  readonly context: CommandContext;
  /** Values of options that came before, by attribute. */
  readonly given: ReadonlyMap<string, string>;
}

/** Prints the candidates for the last word. */
export async function completeCommand(
  command: Command & { name: "complete" },
  context: CommandContext,
): Promise<Answer> {
  const wanted = await candidates(command.words, context).catch((): Wanted => []);
  const data = { files: wanted === "files", candidates: wanted === "files" ? [] : wanted };
  const lines = wanted === "files" ? [":files"] : wanted.map(lineOf);
  return { exit: EXIT.done, data, diagnostics: [], text: lines.map((line) => `${line}\n`).join("") };
}

function lineOf({ value, about }: Candidate): string {
  return about === undefined ? safeText(value) : `${safeText(value)}\t${safeText(about)}`;
}

/** The words before the last one, as a parser that forgives everything understands them. */
interface Typed {
  /** The program itself while no command is named. */
  readonly command: Commander;
  /** `help` was typed, and names of commands follow. */
  readonly helping: boolean;
  /** Arguments so far. */
  readonly position: number;
  /** The option whose value comes next. */
  readonly open: Option | undefined;
  readonly given: ReadonlyMap<string, string>;
}

async function candidates(words: readonly string[], context: CommandContext): Promise<Wanted> {
  const program = makeProgram(() => undefined);
  // bash takes `=` for a word of its own: `--profile`, `=`, `fin`.
  const before = words.slice(0, -1).filter((word) => word !== "=");
  const current = words.at(-1) === "=" ? "" : (words.at(-1) ?? "");
  const { command, helping, position, open, given } = understood(before, program);
  const line: Line = { context, given };
  if (open !== undefined) return starting(current, await valuesOf(open, line));
  const [flag, value] = split(current);
  if (value !== undefined && flag.startsWith("--")) {
    const option = optionNamed(flag, command);
    const values = option === undefined ? [] : await valuesOf(option, line);
    if (values === "files") return values;
    const whole = values.map((each) => ({ ...each, value: `${flag}=${each.value}` }));
    return starting(current, whole);
  }
  if (current.startsWith("-")) return starting(current, optionsOf(command).map(flagOf));
  if (command === program) return position === 0 ? starting(current, commandsOf(program)) : [];
  const last = command.registeredArguments.at(-1);
  const argument = helping
    ? undefined
    : (command.registeredArguments[position] ?? (last?.variadic === true ? last : undefined));
  if (argument === undefined) return [];
  const choices = argument.argChoices?.map((each) => ({ value: each }));
  return starting(current, choices ?? (await VALUES[argument.name()]?.(line)) ?? []);
}

function understood(words: readonly string[], program: Commander): Typed {
  let command = program;
  let helping = false;
  let position = 0;
  let open: Option | undefined;
  const given = new Map<string, string>();
  for (const word of words) {
    if (open !== undefined) {
      given.set(open.attributeName(), word);
      open = undefined;
    } else if (word.startsWith("-") && word !== "-") {
      const [flag, value] = split(word);
      const option = optionNamed(flag, command);
      if (option === undefined || !(option.required || option.optional)) continue;
      if (value === undefined) open = option;
      else given.set(option.attributeName(), value);
    } else {
      const isFirst = command === program && position === 0;
      const named = isFirst ? program.commands.find((each) => each.name() === word) : undefined;
      if (named !== undefined) command = named;
      else if (isFirst && word === "help" && !helping) helping = true;
      else position++;
    }
  }
  return { command, helping, position, open, given };
}

function split(word: string): readonly [flag: string, value?: string] {
  const at = word.indexOf("=");
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** A command's own options and the program's; help is everywhere. */
function optionsOf(command: Commander): readonly Option[] {
  const all = [...command.createHelp().visibleOptions(command), ...(command.parent?.options ?? [])];
  return all.filter((option) => !option.hidden);
}

function optionNamed(flag: string, command: Commander): Option | undefined {
  return optionsOf(command).find((each) => each.long === flag || each.short === flag);
}

async function valuesOf(option: Option, line: Line): Promise<Wanted> {
  if (option.argChoices !== undefined) return option.argChoices.map((value) => ({ value }));
  return (await VALUES[option.attributeName()]?.(line)) ?? [];
}

function flagOf(option: Option): Candidate {
  return { value: option.long ?? option.short ?? "", about: option.description };
}

function commandsOf(program: Commander): readonly Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((each) => ({
      value: each.name(),
      about: each.summary() === "" ? each.description() : each.summary(),
    }));
}

function starting(current: string, wanted: Wanted): Wanted {
  return wanted === "files" ? wanted : wanted.filter(({ value }) => value.startsWith(current));
}

function files(): Promise<Wanted> {
  return Promise.resolve("files");
}

async function profiles(line: Line): Promise<Wanted> {
  const opened = await project(line);
  return (opened?.profiles ?? []).map((value) => ({ value }));
}

/** Steps with their shots and images, and shots alone, which mean their last step. */
async function steps(line: Line): Promise<readonly Candidate[]> {
  const opened = await project(line);
  const { value: graph } = (await opened?.graph(line.given.get("profile"))) ?? {};
  const found = new Map<string, Candidate>();
  for (const { id, owner, title } of graph?.steps ?? []) {
    const about = title === undefined ? {} : { about: title };
    const whole = `${owner.kind}s.${owner.id}`;
    found.set(whole, { value: whole, ...about });
    found.set(id, { value: id, ...about });
  }
  return [...found.values()];
}

/** Steps that leave something with the vendor. */
async function kept(line: Line): Promise<readonly Candidate[]> {
  return (await steps(line)).filter(({ value }) => /^(elements|voices)\./.test(value));
}

async function models(line: Line): Promise<readonly Candidate[]> {
  const catalog = (await project(line))?.catalog ?? createCatalog().value;
  return (catalog?.all() ?? []).map(({ id }) => ({ value: id }));
}

async function project({ context, given }: Line): Promise<Project | undefined> {
  return (await openFor(context, "complete", given.get("file"))).value;
}
