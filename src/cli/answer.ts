/**
 * What a command comes to, before it is printed: an exit code, data for programs, text for people. Commands return
 * this; `run.ts` alone decides what goes to which stream.
 */
import {
  EXIT,
  openProject,
  type Checked,
  type Diagnostic,
  type ExitCode,
  type OpenOptions,
  type Project,
} from "../index.js";
import type { Paint } from "./colours.js";
import type { GlobalFlags } from "./commands.js";
import type { Io } from "./io.js";

/** The end of a command. */
export interface Answer {
  readonly exit: ExitCode;
  /** For `--json`; formats in `envelope.ts`. */
  readonly data: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Data for people: stdout, unless `--json`. */
  readonly text?: string;
  /** What people should know: stderr, unless `--json`; also when quiet. */
  readonly note?: string;
}

/** What every command works with. */
export interface CommandContext {
  readonly io: Io;
  readonly globals: GlobalFlags;
  /** For text that goes to stdout and to stderr. */
  readonly out: Paint;
  readonly err: Paint;
  readonly columns: number;
}

/** How the project where the command is run is opened, or that of `file`. */
export function openOptions(
  { io, globals }: Pick<CommandContext, "io" | "globals">,
  command: string,
  file = globals.file,
): OpenOptions {
  return {
    cwd: io.cwd,
    env: io.env,
    home: io.home,
    command: `klingmake ${command}`,
    allowOutside: globals.allowOutside === true,
    ...(file === undefined ? {} : { file }),
  };
}

/** Opens the project where the command is run, or that of `file`. */
export function openFor(
  context: CommandContext,
  command: string,
  file = context.globals.file,
): Promise<Checked<Project>> {
  return openProject(openOptions(context, command, file));
}

/** Opens the project and hands it on; a manifest that cannot be read ends the command with exit 3. */
export async function withProject(
  context: CommandContext,
  command: string,
  use: (project: Project) => Promise<Answer>,
): Promise<Answer> {
  const opened = await openFor(context, command);
  if (opened.value === undefined) return { exit: EXIT.invalid, data: {}, diagnostics: opened.diagnostics };
  return use(opened.value);
}

/** What was found, after the warnings of reading the manifest where these are not among it; nothing twice. */
export function withWarnings(project: Project, found: readonly Diagnostic[]): readonly Diagnostic[] {
  const all = [...project.diagnostics, ...found];
  const name = ({ code, message, place }: Diagnostic) =>
    JSON.stringify([code, message, place?.line, place?.column]);
  return [...new Map(all.map((each) => [name(each), each])).values()];
}
