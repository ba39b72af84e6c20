/**
 * The commands around what is paid for: `reconcile`, `adopt`, `download`. The same rules as in `program.ts`.
 */
import { InvalidArgumentError, type Command as Commander } from "commander";
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
