/**
 * `init` and `fmt`: the two commands that write what the author keeps. Both say what they wrote, on stderr.
 */
import {
  EXIT,
  hasErrors,
  initProject,
  safeText,
  tidyManifest,
  type Diagnostic,
  type ExitCode,
  type InitReport,
} from "../index.js";
import type { Answer, CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { shellWord } from "./request.js";

/** Starts a project. */
export async function initCommand(
  command: Command & { name: "init" },
  { io, globals }: CommandContext,
): Promise<Answer> {
  if (globals.file !== undefined) {
    const message = "init takes no --file; name a folder: klingmake init FOLDER";
    const data = { error: { kind: "usage", message } };
    return { exit: EXIT.usage, data, diagnostics: [], note: `error: ${message}\n` };
  }
  const { value: report, diagnostics } = await initProject({
    cwd: io.cwd,
    ...(command.folder === undefined ? {} : { folder: command.folder }),
    ...(command.project === undefined ? {} : { name: command.project }),
    ...(command.example === undefined ? {} : { example: command.example }),
  });
  if (report === undefined) return { exit: exitOf(diagnostics, EXIT.usage), data: {}, diagnostics };
  const { root, project, written, extended, kept, schema } = report;
  const data = { root, project, written, extended, kept, schema };
  return { exit: EXIT.done, data, diagnostics, note: startedNote(report, command.folder, io.env) };
}

/** Tidies the manifest, or says whether it is tidy. */
export async function fmtCommand(
  command: Command & { name: "fmt" },
  { io, globals }: CommandContext,
): Promise<Answer> {
  const { value: report, diagnostics } = await tidyManifest({
    cwd: io.cwd,
    check: command.check,
    allowOutside: globals.allowOutside === true,
    ...(globals.file === undefined ? {} : { file: globals.file }),
  });
  if (report === undefined) return { exit: exitOf(diagnostics, EXIT.invalid), data: {}, diagnostics };
  const data = { file: report.file, changed: report.changed };
  if (hasErrors(diagnostics)) return { exit: EXIT.stepFailed, data, diagnostics };
  const note = report.changed ? "the manifest is tidy now\n" : "the manifest was tidy already\n";
  return { exit: EXIT.done, data, diagnostics, note };
}

/** A disk that refuses is no fault of the command line or of the manifest. */
function exitOf(diagnostics: readonly Diagnostic[], otherwise: ExitCode): ExitCode {
  return diagnostics.some((each) => each.code === "file/unwritable") ? EXIT.stepFailed : otherwise;
}

function startedNote(
  { project, written, extended, kept }: InitReport,
  folder: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const elsewhere = folder !== undefined && folder.replace(/\/+$/, "") !== ".";
  // Whoever came by npx has no `klingmake` to type.
  const program = env["npm_command"] === "exec" ? "npx klingmake" : "klingmake";
  return [
    `${project} is started${elsewhere ? ` in ${safeText(folder)}` : ""}`,
    ...written.map((path) => `  wrote    ${safeText(path)}`),
    ...extended.map((path) => `  added to ${safeText(path)}`),
    ...kept.map((path) => `  kept     ${safeText(path)}, as it was`),
    "",
    "Next:",
    ...(elsewhere ? [`  cd ${safeText(shellWord(folder))}`] : []),
    `  ${program} plan           what would be rendered, why, and what it would cost`,
    `  ${program} render         render it on the built-in sandbox: no account, no money`,
    `  ${program} watch --open   after every save, with the film in your browser`,
    "",
  ].join("\n");
}
