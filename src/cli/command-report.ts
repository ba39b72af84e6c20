/**
 * `report`: writes the film as a folder for handing over, and says what is in it and what is not.
 */
import { join, resolve } from "node:path";
import {
  counted,
  elide,
  EXIT,
  hasErrors,
  openShelf,
  pageParts,
  redactor,
  safeText,
  type Plan,
  type Project,
} from "../index.js";
import { pageDocument } from "../page/document.js";
import { filmOnce } from "../page/make-film.js";
import { writeReport, type Reported } from "../page/report.js";
import { withProject, withWarnings, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { systemCode, exitOfSignal, type Io } from "./io.js";
import { selection } from "./request.js";

/** Steps without anything to look at that are named. */
const MOST_NAMED = 8;

/** Writes the report. */
export function reportCommand(
  command: Command & { name: "report" },
  context: CommandContext,
): Promise<Answer> {
  return withProject(context, "report", async (project) => {
    const { value: plan, diagnostics: found } = await project.plan(selection(command));
    const diagnostics = withWarnings(project, found);
    if (plan === undefined || hasErrors(diagnostics)) return { exit: EXIT.invalid, data: {}, diagnostics };
    const { io } = context;
    const folder =
      command.folder === undefined ? join(project.root, "report") : resolve(io.cwd, command.folder);
    const named = safeText(command.folder ?? "report");
    try {
      const film = filmOnce(project, plan, diagnostics, io.now());
      const reported = await write(project, film, folder, io);
      return { ...answerOf(reported, plan, folder, named), diagnostics };
    } catch (error) {
      if (io.signal.aborted) return { exit: exitOfSignal(io.signal), data: {}, diagnostics };
      const code = systemCode(error);
      if (code === undefined) throw error;
      const message = `${named} cannot be written (${code})`;
      const data = { error: { kind: "report", message } };
      const note = `error: ${message}\nwhat stood there is as it was; make room or give access, and run the same command again\n`;
      return { exit: EXIT.stepFailed, data, diagnostics, note };
    }
  });
}

async function write(
  { root }: Project,
  film: ReturnType<typeof filmOnce>,
  folder: string,
  { env, home, cwd, signal }: Io,
): Promise<Reported> {
  const { script, style } = await pageParts();
  const redact = redactor(env);
  const away = cleaner([root, cwd, home]);
  return writeReport({
    film,
    folder,
    root,
    shelf: openShelf({ env, home }),
    document: (shown) => pageDocument({ title: shown.project, script, style, film: shown }),
    clean: (text) => away(redact(text)),
    signal,
  });
}

/** Takes directories of this machine out of a text, the longest first. */
function cleaner(directories: readonly string[]): (text: string) => string {
  const long = directories.filter((each) => each.length > 1).toSorted((a, b) => b.length - a.length);
  return (text) => long.reduce((rest, each) => rest.replaceAll(`${each}/`, "").replaceAll(each, "."), text);
}

function answerOf(
  reported: Reported,
  { steps, project, profile }: Plan,
  folder: string,
  named: string,
): Omit<Answer, "diagnostics"> {
  if (reported.kind === "refused") {
    const message = `${named} ${reported.why}`;
    const note = `error: ${message}\nnothing was written; name another folder: klingmake report FOLDER\n`;
    return { exit: EXIT.usage, data: { error: { kind: "report", message } }, note };
  }
  const { media, bytes, absent } = reported;
  const data = { folder, project, profile, media, bytes, absent };
  const lines = [
    `${named} is written: ${counted(media, "clip, still or sound", "clips, stills and sounds")}, ${(bytes / 1e6).toFixed(1)} MB; open ${named}/index.html`,
    ...(absent.length === 0 ? [] : [`not in it, as not here: ${absentWords(absent, steps.length)}`]),
  ];
  return { exit: EXIT.done, data, note: lines.map((line) => `${line}\n`).join("") };
}

function absentWords(absent: readonly string[], of: number): string {
  const names = absent.slice(0, MOST_NAMED).map((each) => elide(each, 80));
  const rest = absent.length - names.length;
  const more = rest === 0 ? "" : ` and ${rest} more`;
  return `${absent.length} of ${of} steps: ${names.join(", ")}${more}`;
}
