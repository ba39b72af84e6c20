/**
 * The commands around what is paid for: `reconcile`, `adopt`, `delete`, `download`, `cost`. The same rules as in `program.ts`.
 */
import { InvalidArgumentError, Option, type Command as Commander } from "commander";
import { COST_GROUPS, type CostGrouping } from "../index.js";
import type { Command } from "./commands.js";
import { example } from "./help-text.js";
import { gathered } from "./values.js";

type Found = (command: Command) => void;

/** `download`. */
export function addDownload(program: Commander, found: Found): void {
  program
    .command("download")
    .argument("[step...]", "only these steps, shots or patterns, and what they need (default: all)")
    .summary("Bring back what is paid for and not here. Creates nothing.")
    .description(
      "Bring back what is paid for and not here: from the store, from outputs, or from the vendor, and tasks that are under way. Creates nothing, so it asks nothing.",
    )
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .option(
      "--again <step>",
      "fetch the vendor's copy of this step anew and compare it with what is recorded; can be repeated",
      gathered,
    )
    .option("--all", "also renderings that no step asks for, while the vendor has them")
    .option("--overwrite-outputs", "replace output files that were changed by hand")
    .addHelpText(
      "after",
      example("klingmake download --all", [
        " 0  here, or nothing to bring back",
        " 1  something could not be fetched, or --again: it is another clip",
        " 3  manifest invalid, or no such step",
        " 6  project locked by another process",
        " 8  an unknown submission needs a decision",
        " 9  credentials",
        "10  something paid for is nowhere to be had",
      ]),
    )
    .action(
      (
        steps: readonly string[],
        raw: {
          readonly profile?: string;
          readonly again?: readonly string[];
          readonly all?: boolean;
          readonly overwriteOutputs?: boolean;
        },
      ) => {
        const again = raw.again ?? [];
        if (again.length > 0 && (steps.length > 0 || raw.all === true)) {
          throw new InvalidArgumentError(
            "--again compares the steps that it names and brings back nothing else; leave --all and other steps out.",
          );
        }
        found({
          name: "download",
          ...(raw.profile === undefined ? {} : { profile: raw.profile }),
          steps,
          again,
          all: raw.all === true,
          overwriteOutputs: raw.overwriteOutputs === true,
        });
      },
    );
}

/** `reconcile`. */
export function addReconcile(program: Commander, found: Found): void {
  program
    .command("reconcile")
    .argument("[step...]", "only these steps, shots or references (default: all that is open)")
    .summary("List what is open with the vendor, and settle it at no cost.")
    .description(
      "List submissions whose end is not on record, over all profiles and also of steps that left the manifest, and settle what asking can settle. Sends nothing that could cost money.",
    )
    .option("-p, --profile <name>", "list what this profile's provider has (default: the manifest's)")
    .option("--list", "only list: no request, nothing is written")
    .option(
      "--task <id>",
      "the vendor's task of the one submission that is named; it is looked at first",
      taskId,
    )
    .option("--abandon", "give up what is named and cannot be settled; it stays counted as possibly spent")
    .option("--yes", "with --abandon: do not ask")
    .addHelpText(
      "after",
      example("klingmake reconcile --list", [
        "0  nothing is left that needs a decision",
        "1  something could not be asked about now",
        "3  nothing is open of what a decision names",
        "4  --abandon: declined, or nobody is there to ask",
        "6  project locked by another process",
        "8  something needs a decision",
        "9  credentials",
      ]),
    )
    .action(
      (
        steps: readonly string[],
        raw: {
          readonly profile?: string;
          readonly list?: boolean;
          readonly task?: string;
          readonly abandon?: boolean;
          readonly yes?: boolean;
        },
      ) => {
        const decisions = [raw.list === true, raw.task !== undefined, raw.abandon === true].filter(Boolean);
        if (decisions.length > 1) {
          throw new InvalidArgumentError("--list, --task and --abandon are three things; say one of them.");
        }
        if (raw.task !== undefined && steps.length !== 1) {
          throw new InvalidArgumentError("--task belongs to one submission: name its step or reference.");
        }
        if (raw.abandon === true && steps.length === 0) {
          throw new InvalidArgumentError("--abandon gives up what is named: name a step or a reference.");
        }
        found({
          name: "reconcile",
          ...(raw.profile === undefined ? {} : { profile: raw.profile }),
          steps,
          list: raw.list === true,
          ...(raw.task === undefined ? {} : { task: raw.task }),
          abandon: raw.abandon === true,
          yes: raw.yes === true,
        });
      },
    );
}

/** A task's id as the vendor writes them. @throws InvalidArgumentError otherwise. */
function taskId(text: string): string {
  if (!/^[\w-]{1,128}$/.test(text)) throw new InvalidArgumentError("Say the vendor's id of a task.");
  return text;
}

/** `adopt`. */
export function addAdopt(program: Commander, found: Found): void {
  program
    .command("adopt")
    .argument("<file>", "an MP4, PNG or JPEG, inside the project or outside")
    .summary("Bind a clip or still that you have to a step, at no cost.")
    .description(
      "Bind a clip or still that you have to a step as it stands in the manifest: copied into the store, recorded in the lockfile, placed at the step's output. What was paid for before stays on record beside it.",
    )
    .requiredOption("--as <step>", "the step, like shots.010.clip; shots.010 is its last step")
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .option("--overwrite-outputs", "replace an output file that was changed by hand")
    .addHelpText(
      "after",
      example("klingmake adopt ~/old/ferry.mp4 --as shots.010", [
        "0  bound, or it was that file already",
        "1  not a whole clip or still of the step's kind, or its output is taken",
        "3  manifest invalid, or no such step",
        "6  project locked by another process",
      ]),
    )
    .action(
      (
        file: string,
        raw: { readonly as: string; readonly profile?: string; readonly overwriteOutputs?: boolean },
      ) =>
        found({
          name: "adopt",
          file,
          as: raw.as,
          ...(raw.profile === undefined ? {} : { profile: raw.profile }),
          overwriteOutputs: raw.overwriteOutputs === true,
        }),
    );
}

/** `cost`. */
export function addCost(program: Commander, found: Found): void {
  program
    .command("cost")
    .summary("Show what was billed, and how far that is what was expected.")
    .description(
      "Show what was billed, by shot, model or day of completion (UTC), beside what was expected, from lockfile and journal: also what failed, and what no step asks for any more. Where bills show a price to be another, print the lines for catalog: prices: that make it right. Makes no request.",
    )
    .option("-p, --profile <name>", "the ledger of this profile's provider (default: the manifest's)")
    .addOption(new Option("--by <what>", "what to add up by").choices(COST_GROUPS).default("shot"))
    .option("--csv", "print the rows for a spreadsheet")
    .addHelpText(
      "after",
      example("klingmake cost --by day --csv > cost.csv", ["0  shown", "3  manifest invalid"]),
    )
    .action(
      (
        raw: { readonly profile?: string; readonly by: CostGrouping; readonly csv?: boolean },
        command: Commander,
      ) => {
        if (raw.csv === true && command.optsWithGlobals()["json"] === true) {
          throw new InvalidArgumentError("--csv and --json are two forms; say one of them.");
        }
        found({
          name: "cost",
          ...(raw.profile === undefined ? {} : { profile: raw.profile }),
          by: raw.by,
          csv: raw.csv === true,
        });
      },
    );
}

/** `delete`. */
export function addDelete(program: Commander, found: Found): void {
  program
    .command("delete")
    .argument("[id...]", "steps like elements.mara, or the vendor's ids (default: list what is there)")
    .summary("Delete elements and voices at the vendor. Nothing else ever does.")
    .description(
      "List the elements and voices that this project had made and that stay with the vendor, or have those deleted there that are named. Free, and cannot be undone; clips that were made with them stay.",
    )
    .option("-p, --profile <name>", "whose steps and provider are meant (default: the manifest's)")
    .option("--unused", "all that no step is the result of any more, under any profile")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      example("klingmake delete elements.mara", [
        "0  deleted, or gone already, or only listed",
        "1  the vendor refused or did not answer",
        "3  manifest invalid, or nothing is there of what is named",
        "4  declined, or nobody is there to ask",
        "6  project locked by another process",
        "9  credentials, or another account's",
      ]),
    )
    .action(
      (
        names: readonly string[],
        raw: { readonly profile?: string; readonly unused?: boolean; readonly yes?: boolean },
      ) =>
        found({
          name: "delete",
          ...(raw.profile === undefined ? {} : { profile: raw.profile }),
          names,
          unused: raw.unused === true,
          yes: raw.yes === true,
        }),
    );
}
