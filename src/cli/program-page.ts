/**
 * The commands that show a film in a browser: `page` and `report`. The same rules as in `program.ts`.
 */
import type { Command as Commander } from "commander";
import type { Command } from "./commands.js";
import { example } from "./help-text.js";
import { gathered, wholeNumber } from "./values.js";

type Found = (command: Command) => void;

interface Raw {
  readonly profile?: string;
  readonly target?: readonly string[];
  readonly port?: number;
  readonly open?: boolean;
}

/** `page` and `report`. */
export function addPage(program: Commander, found: Found): void {
  selectOptions(program.command("page"))
    .summary("Show the film in a browser, and keep it in step with the files until Ctrl-C.")
    .description(
      "Show the film in a browser: every shot with its clip, its decision and its price, in step with the files until Ctrl-C. Served on this machine only, under an address that nobody guesses, which is printed on stdout. Renders nothing and spends nothing.",
    )
    .option("--port <number>", "the port on 127.0.0.1 (default: any that is free)", wholeNumber(0, 65_535))
    .option("--open", "open it in the browser")
    .addHelpText(
      "after",
      example("klingmake page --open", [
        "0  stopped by Ctrl-C",
        "1  could not start: the port is taken",
        "3  no manifest; one that is wrong is shown with what is wrong",
      ]),
    )
    .action((raw: Raw) =>
      found({ name: "page", ...selected(raw), port: raw.port ?? 0, open: raw.open === true }),
    );

  selectOptions(
    program.command("report").argument("[folder]", "where to (default: report/ beside the manifest)"),
  )
    .summary("Write the film as a folder with a page that opens from disk, for handing over.")
    .description(
      "Write the film as a folder: a page that opens from disk, and the clips, stills and sidecars that are here. It needs no server, asks no other site, and has no path of this machine in it. Replaces an earlier report, and nothing else.",
    )
    .addHelpText(
      "after",
      example("klingmake report for-the-director --profile final", [
        " 0  written",
        " 1  the disk refused; an earlier report is as it was",
        " 3  manifest invalid",
        "64  something else is in that folder",
      ]),
    )
    .action((folder: string | undefined, raw: Raw) =>
      found({ name: "report", ...selected(raw), ...(folder === undefined ? {} : { folder }) }),
    );
}

/** The options with which a command is about a profile and some of its steps. */
export function selectOptions(command: Commander): Commander {
  return command
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .option(
      "-t, --target <step>",
      "only this step, shot or pattern (shots.0*), and what it needs; can be repeated",
      gathered,
    );
}

function selected({ profile, target }: Raw) {
  return { targets: target ?? [], ...(profile === undefined ? {} : { profile }) };
}
