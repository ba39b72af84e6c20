/**
 * `doctor`: what would keep renders from working, and what to do about it. Works without a manifest, without a network
 * and without an account; sends nothing that could cost money.
 */
import { countFindings, diagnoseSetup, EXIT, type ExitCode, type Finding } from "../index.js";
import type { Answer, CommandContext } from "./answer.js";
import { doctorData } from "./data-doctor.js";
import { doctorPage } from "./view-doctor.js";

/** Looks at everything and tells it. */
export async function doctorCommand({ io, globals, out, columns }: CommandContext): Promise<Answer> {
  const report = await diagnoseSetup(
    {
      cwd: io.cwd,
      env: io.env,
      home: io.home,
      command: "klingmake doctor",
      allowOutside: globals.allowOutside === true,
      ...(globals.file === undefined ? {} : { file: globals.file }),
    },
    io.signal,
  );
  return {
    exit: exitOf(report.findings),
    data: doctorData(report),
    diagnostics: [],
    text: doctorPage(report, { paint: out, columns, quiet: globals.quiet }),
  };
}

/** As everywhere, what is wrong with the account comes before what else is wrong. */
function exitOf(findings: readonly Finding[]): ExitCode {
  const problems = findings.filter(({ status }) => status === "problem");
  if (problems.some(({ ofAccount }) => ofAccount === true)) return EXIT.credentials;
  return countFindings(findings).problem > 0 ? EXIT.stepFailed : EXIT.done;
}
