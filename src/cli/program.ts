/**
 * The commands and options as commander knows them, with the texts of `--help`. Each action hands one `Command` to
 * `found` and does nothing else. Adding a command: one arm in `commands.ts`, one block here, one case in `run.ts`.
 */
import { Argument, Command as Commander, Option } from "commander";
import { RETRIES_MOST } from "../index.js";
import type { Command, GlobalFlags, GraphFormat, ListenAt, PlanFlags, PolicyFlags } from "./commands.js";
import { appendix, example, faultWords } from "./help-text.js";
import { addCompletion, addDoctor, addFmt, addInit } from "./program-project.js";
import { addPage, selectOptions } from "./program-page.js";
import { addAdopt, addCost, addDelete, addDownload, addReconcile } from "./program-settle.js";
import { addWatch } from "./program-watch.js";
import { digestText, dollars, fileName, gathered, listenAt, pace, tierList, wholeNumber } from "./values.js";

/** Options as commander leaves them. */
interface Raw {
  readonly profile?: string;
  readonly target?: readonly string[];
  readonly maxCost?: number;
  readonly allowUnknownPrice?: readonly string[];
  readonly rebuy?: readonly string[];
  readonly retryRefused?: readonly string[];
  readonly jobs?: number;
  readonly retries?: number;
  readonly askAbove?: number;
  readonly askTiers?: PolicyFlags["askTiers"];
  readonly rehearse?: boolean;
  readonly dialect?: "vendor" | "unified";
  readonly refresh?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly approve?: string;
  readonly yes?: boolean;
  readonly frozen?: boolean;
  readonly overwriteOutputs?: boolean;
  readonly events?: string;
  readonly callback?: string;
  readonly listen?: ListenAt;
  readonly format?: GraphFormat;
  readonly all?: boolean;
  readonly port?: number;
  readonly dir?: string;
  readonly asVendor?: boolean;
  readonly refuseRetired?: boolean;
  readonly timeScale?: number;
  readonly faults?: string;
}

/** Builds the parser; `found` is called with the command that was recognised. */
export function makeProgram(found: (command: Command) => void): Commander {
  const program = new Commander("klingmake")
    .description(
      "Make for AI-video renders: says what must be rendered, why and for how much; renders only that.",
    )
    .usage("COMMAND [options]")
    .option("-f, --file <file>", "the manifest, or its folder (default: found by walking up)")
    .option("--allow-outside", "read inputs, and a linked manifest, from outside of the project too")
    .option("--json", "print one JSON envelope on stdout, nothing else")
    .option("--no-color", "no colours")
    .addOption(new Option("-q, --quiet", "problems and questions only").conflicts("verbose"))
    .option("-v, --verbose", "more detail")
    .option("-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 16 })
    .showHelpAfterError("klingmake help [command] lists commands and options")
    .addHelpText("after", appendix());

  addInit(program, found);
  program
    .command("validate")
    .description("Check the manifest with every profile, and the files it names.")
    .addHelpText("after", example("klingmake validate --json", ["0  valid", "3  not valid"]))
    .action(() => found({ name: "validate" }));

  const plan = program
    .command("plan")
    .description("Show what would be rendered, why, and what it costs. Makes no request without --refresh.")
    .option("--out <file>", "also write the plan to a file, as --json prints it", fileName)
    .option("--refresh", "ask the account, at no cost, which of these tasks it has already")
    .option("--detailed-exitcode", "exit 2 when something is to be done");
  planOptions(plan);
  policyOptions(plan)
    .addHelpText(
      "after",
      example("klingmake plan --profile final --target shots.010", [
        "0  planned, also when something is blocked or over",
        "   budget: only render refuses",
        "2  --detailed-exitcode: something is to be done",
        "3  manifest invalid",
        "9  --refresh: no credentials",
      ]),
    )
    .action((raw: Raw) =>
      found({
        name: "plan",
        plan: planFlags(raw),
        policy: policyFlags(raw),
        rehearse: raw.rehearse === true,
        refresh: raw.refresh === true,
        ...(raw.out === undefined ? {} : { out: raw.out }),
        detailedExitcode: raw.detailedExitcode === true,
      }),
    );

  const render = program
    .command("render")
    .summary("Render what the plan says, after your yes where one is wanted.")
    .description(
      "Render what the plan says, after your yes where one is wanted. All text goes to stderr; stdout has the envelope of --json, the lines of --events -, or nothing.",
    )
    .option("--approve <digest>", "yes to the plan with this digest and to nothing else", digestText)
    .option("--yes", "yes to the total; never to pro, master, an unknown price or paying again")
    .option("--frozen", "refuse to change the lockfile: restore only")
    .option("--overwrite-outputs", "replace output files that were changed by hand")
    .option("--events <file>", "write what happens to a file (-: to stdout), one JSON object a line")
    .option(
      "--callback <url>",
      "have the vendor call this https address when tasks change; alone, for another program that listens",
    )
    .option(
      "--listen <port>",
      "with --callback: hear those calls on this port of 127.0.0.1 (or HOST:PORT), and ask at once",
      listenAt,
    );
  planOptions(render);
  policyOptions(render)
    .addHelpText(
      "after",
      example("klingmake render --profile final --max-cost 10", [
        "0  done, or nothing to do",
        "   all others: klingmake --help",
      ]),
    )
    .action((raw: Raw) =>
      found({
        name: "render",
        plan: planFlags(raw),
        policy: policyFlags(raw),
        rehearse: raw.rehearse === true,
        ...(raw.approve === undefined ? {} : { approve: raw.approve }),
        yes: raw.yes === true,
        frozen: raw.frozen === true,
        overwriteOutputs: raw.overwriteOutputs === true,
        ...(raw.events === undefined ? {} : { events: raw.events }),
        ...(raw.callback === undefined ? {} : { callback: raw.callback }),
        ...(raw.listen === undefined ? {} : { listen: raw.listen }),
      }),
    );

  addWatch(program, found);
  addDownload(program, found);
  addReconcile(program, found);
  addAdopt(program, found);
  addDelete(program, found);
  selectOptions(
    program
      .command("status")
      .description("Show which steps are fresh, stale, missing, under way or blocked."),
  )
    .addHelpText("after", example("klingmake status", ["0  shown", "3  manifest invalid"]))
    .action((raw: Raw) => found({ name: "status", plan: planFlags(raw) }));

  addCost(program, found);
  program
    .command("why")
    .argument("<step>", "a step, like shots.010.clip; shots.010 is its last step")
    .description("Show what is in a step's key and what differs from what was rendered before.")
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .addHelpText(
      "after",
      example("klingmake why shots.010", ["0  shown", "3  manifest invalid, or no such step"]),
    )
    .action((step: string, raw: Raw) => found({ name: "why", step, plan: planFlags(raw) }));

  program
    .command("graph")
    .description("Print the steps and what depends on what.")
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .addOption(
      new Option("--format <format>", "how to print it").choices(["text", "mermaid", "dot"]).default("text"),
    )
    .addHelpText(
      "after",
      example("klingmake graph --format dot | dot -Tsvg > graph.svg", ["0  printed", "3  manifest invalid"]),
    )
    .action((raw: Raw) =>
      found({
        name: "graph",
        format: raw.format ?? "text",
        ...(raw.profile === undefined ? {} : { profile: raw.profile }),
      }),
    );

  program
    .command("models")
    .description("List the models: what each can, what it costs, whether it still answers.")
    .option("--all", "also the retired ones")
    .addHelpText("after", example("klingmake models --all", ["0  listed"]))
    .action((raw: Raw) => found({ name: "models", all: raw.all === true }));

  addDoctor(program, found);
  program
    .command("schema")
    .addArgument(new Argument("[which]", "which schema").choices(["manifest", "lock"]).default("manifest"))
    .description("Print the JSON Schema of the manifest or of the lockfile.")
    .addHelpText("after", example("klingmake schema > kling.manifest.schema.json", ["0  printed"]))
    .action((which: "manifest" | "lock") => found({ name: "schema", which }));

  program
    .command("sandbox")
    .description("Run the embedded imitation of the Kling API until Ctrl-C; costs nothing, needs no network.")
    .option("--port <number>", "the port on 127.0.0.1 (default: any that is free)", wholeNumber(0, 65_535))
    .option("--dir <folder>", "where its tasks and clips are kept (default: nowhere, forgotten at the end)")
    .option("--as-vendor", "do not announce itself as a sandbox, for tests of provider: kling")
    .addOption(
      new Option(
        "--dialect <name>",
        "what it speaks: the vendor's own, or the unified dialect of some gateways (default: vendor)",
      ).choices(["vendor", "unified"]),
    )
    .option("--refuse-retired", "refuse the model names that have probably been discontinued")
    .option(
      "--time-scale <factor>",
      "its pace: 1 is that of the real service, 0 is at once (default: 1/60)",
      pace,
    )
    .option("--faults <file>", "a JSON file with what goes wrong, and when; see below", fileName)
    .addHelpText(
      "after",
      `${faultWords()}\n${example("klingmake sandbox --port 8787 --faults faults.json", [
        "0  stopped by Ctrl-C",
        "1  could not start",
        "64 the file of --faults cannot be used",
      ])}`,
    )
    .action((raw: Raw) =>
      found({
        name: "sandbox",
        port: raw.port ?? 0,
        ...(raw.dir === undefined ? {} : { directory: raw.dir }),
        asVendor: raw.asVendor === true,
        ...(raw.dialect === undefined ? {} : { dialect: raw.dialect }),
        refuseRetired: raw.refuseRetired === true,
        ...(raw.timeScale === undefined ? {} : { timeScale: raw.timeScale }),
        ...(raw.faults === undefined ? {} : { faults: raw.faults }),
      }),
    );
  addPage(program, found);
  addFmt(program, found);
  addCompletion(program, found);
  return program;
}

/** The global flags as commander left them. */
export function globalFlags(program: Commander): GlobalFlags {
  const raw = program.opts<{
    file?: string;
    allowOutside?: boolean;
    json?: boolean;
    color?: boolean;
    quiet?: boolean;
    verbose?: boolean;
  }>();
  return {
    ...(raw.file === undefined ? {} : { file: raw.file }),
    ...(raw.allowOutside === true ? { allowOutside: true } : {}),
    json: raw.json === true,
    color: raw.color !== false,
    quiet: raw.quiet === true,
    verbose: raw.verbose === true,
  };
}

function planOptions(command: Commander): Commander {
  return selectOptions(command)
    .option("--max-cost <usd>", "the most that this run may cost", dollars)
    .option(
      "--allow-unknown-price <name>",
      "accept that the price of this step or model is unknown; can be repeated",
      gathered,
    )
    .option("--rebuy <step>", "buy this step again, at full price; can be repeated", gathered)
    .option(
      "--retry-refused <step>",
      "try a step again that was refused for its content; can be repeated",
      gathered,
    )
    .option(
      "-j, --jobs <number>",
      "tasks at a time (default: the manifest's limits.concurrency)",
      wholeNumber(1, 100),
    );
}

function policyOptions(command: Commander): Commander {
  return command
    .option("--ask-above <usd>", "ask when the total is above this (default: 5)", dollars)
    .option("--ask-tiers <list>", "ask for these tiers, or none (default: pro,master)", tierList)
    .option(
      "--retries <number>",
      "attempts that may follow a failed one by themselves, each at full price (default: 0)",
      wholeNumber(0, RETRIES_MOST),
    )
    .option("--rehearse", "in the sandbox, ask as if it were real");
}

function planFlags(raw: Raw): PlanFlags {
  return {
    ...(raw.profile === undefined ? {} : { profile: raw.profile }),
    targets: raw.target ?? [],
    ...(raw.maxCost === undefined ? {} : { maxCostUsd: raw.maxCost }),
    allowUnknownPrice: raw.allowUnknownPrice ?? [],
    rebuy: raw.rebuy ?? [],
    retryRefused: raw.retryRefused ?? [],
    ...(raw.jobs === undefined ? {} : { jobs: raw.jobs }),
    ...(raw.retries === undefined ? {} : { retries: raw.retries }),
  };
}

function policyFlags(raw: Raw): PolicyFlags {
  return {
    ...(raw.askAbove === undefined ? {} : { askAboveUsd: raw.askAbove }),
    ...(raw.askTiers === undefined ? {} : { askTiers: raw.askTiers }),
  };
}
