/**
 * The commands around a project rather than its film: `init`, `fmt`, `doctor`, `completion`, and the hidden `complete` that
 * completions call back. The same rules as in `program.ts`.
 */
import { Argument, type Command as Commander } from "commander";
import { exampleNames, listWords } from "../index.js";
import type { Command, Shell } from "./commands.js";
import { example } from "./help-text.js";

type Found = (command: Command) => void;

/** `init`. */
export function addInit(program: Commander, found: Found): void {
  program
    .command("init")
    .argument("[folder]", "the project's folder, made if it is not there (default: this one)")
    .summary("Start a project: a manifest that renders at once, and what belongs beside it.")
    .description(
      "Start a project: a manifest that renders on the sandbox at once, its schema, and lines for .gitignore. Replaces nothing and asks nothing.",
    )
    .option("--example <name>", "begin with a copy of an example")
    .option("--name <project>", "the project's name (default: made from the folder's name)")
    .addHelpText("after", () =>
      [
        `\nExamples that can be copied: ${listWords(exampleNames()) || "none are installed"}`,
        example("klingmake init night-ferry && cd night-ferry && klingmake render", [
          " 0  started",
          " 1  the disk refused; nothing is left behind",
          "64  something is there already, or no such example",
        ]),
      ].join("\n"),
    )
    .action((folder: string | undefined, raw: { readonly example?: string; readonly name?: string }) =>
      found({
        name: "init",
        ...(folder === undefined ? {} : { folder }),
        ...(raw.example === undefined ? {} : { example: raw.example }),
        ...(raw.name === undefined ? {} : { project: raw.name }),
      }),
    );
}

/** `fmt`. */
export function addFmt(program: Commander, found: Found): void {
  program
    .command("fmt")
    .summary("Write the manifest tidily: order, indentation, blank lines. Keeps every comment.")
    .description(
      "Write the manifest tidily: keys in one order, two spaces a level, a blank line between shots. Comments, folded texts and what stands in braces stay as they are; so does every cache key.",
    )
    .option("--check", "write nothing; exit 1 if something would change")
    .addHelpText(
      "after",
      example("klingmake fmt --check", [
        "0  tidy, or tidied",
        "1  --check: not tidy; or the file cannot be written",
        "3  manifest invalid; it is left alone",
      ]),
    )
    .action((raw: { readonly check?: boolean }) => found({ name: "fmt", check: raw.check === true }));
}

/** `doctor`. */
export function addDoctor(program: Commander, found: Found): void {
  program
    .command("doctor")
    .summary("Look for what would keep renders from working: machine, project, credentials, account.")
    .description(
      "Look for what would keep renders from working: Node, ffmpeg, disks, manifest, credentials, network, clock, packs. Says what to do about each. Asks the vendor free questions only, and only where credentials are set or the project wants Kling; changes nothing, and shows no key.",
    )
    .addHelpText(
      "after",
      example("klingmake doctor --json", [
        "0  no problem; there may be warnings",
        "1  a problem with machine, project or network",
        "9  a problem with credentials, balance or entitlement",
      ]),
    )
    .action(() => found({ name: "doctor" }));
}

/** `completion`, and `complete`. */
export function addCompletion(program: Commander, found: Found): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .description(
      "Print a script that lets the shell complete commands, options, profiles, steps and examples.",
    )
    .addHelpText(
      "after",
      [
        "",
        "To have it in every new shell:",
        "  bash  echo 'source <(klingmake completion bash)' >> ~/.bashrc",
        "  zsh   echo 'source <(klingmake completion zsh)' >> ~/.zshrc   (after compinit)",
        "  fish  klingmake completion fish > ~/.config/fish/completions/klingmake.fish",
        example("klingmake completion bash", ["0  printed"]),
      ].join("\n"),
    )
    .action((shell: Shell) => found({ name: "completion", shell }));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: readonly string[]) => found({ name: "complete", words }));
}
