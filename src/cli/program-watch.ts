/**
 * The options of `watch`, with what is said in `--help` of what spends and what does not. The same rules as in `program.ts`.
 */
import { InvalidArgumentError, type Command as Commander } from "commander";
import { RETRIES_MOST, type Tier } from "../index.js";
import type { Command } from "./commands.js";
import { example } from "./help-text.js";
import { dollars, gathered, tierList, wholeNumber } from "./values.js";

/** What of it spends, and what each key does. */
const SPENDING = [
  "What spends and what does not:",
  "  At once and free: what is restored, resumed or",
  "  collected, and everything in the sandbox.",
  "  With --budget, without asking: new renders of",
  "  tier standard, and of those in --tiers.",
  "  Only after a key: everything else, among it an",
  "  unknown price, a step that failed, and a step of",
  "  which an earlier edit is still being rendered.",
  "  Never: more than --budget in one session, asked",
  "  or not; what the project's budget has no room for.",
  "  Without a terminal nobody can press a key: then",
  "  only --budget spends.",
  "  Quitting loses nothing: tasks under way are",
  "  collected by the next watch or render.",
  "",
  "Keys:",
  "  a  approve the plan that is shown",
  "  d  details: its whole call sheet",
  "  p  pause: begin nothing new; again: go on",
  "  r  retry what failed, which may be paid again",
  "  q  quit     ?  list the keys",
];

/** `watch`. */
export function addWatch(program: Commander, found: (command: Command) => void): void {
  program
    .command("watch")
    .summary("Plan after every save, and render what is free or approved, until q or Ctrl-C.")
    .description(
      "Watch the manifest and the files that it names: after every save show what changed of the plan and its price, render what is free at once, and what costs money only after a yes. All text goes to stderr.",
    )
    .option("-p, --profile <name>", "the profile (default: the manifest's)")
    .option(
      "-t, --target <step>",
      "only this step, shot or pattern (shots.0*), and what it needs; can be repeated",
      gathered,
    )
    .option(
      "--budget <usd>",
      "standing yes, and the most that this session may order (default: none)",
      dollars,
    )
    .option("--tiers <list>", "also spend --budget on these tiers (default: standard only)", tierList)
    .option(
      "--allow-unknown-price <name>",
      "accept that the price of this step or model is unknown; it still waits for a key, and fits under no --budget; can be repeated",
      gathered,
    )
    .option(
      "--retries <number>",
      "attempts that may follow a failed one by themselves, each at full price (default: 0)",
      wholeNumber(0, RETRIES_MOST),
    )
    .option(
      "-j, --jobs <number>",
      "tasks at a time (default: the manifest's limits.concurrency)",
      wholeNumber(1, 100),
    )
    .option("--events <file>", "write what happens to a file (-: to stdout), one JSON object a line")
    .option("--open", "serve the page with the film, and open it in a browser")
    .option("--port <number>", "serve the page, on this port of 127.0.0.1 (0: any)", wholeNumber(0, 65_535))
    .addHelpText("after", ["", ...SPENDING, example("klingmake watch --budget 5", EXITS)].join("\n"))
    .action(
      (raw: {
        readonly profile?: string;
        readonly target?: readonly string[];
        readonly budget?: number;
        readonly tiers?: readonly Tier[];
        readonly allowUnknownPrice?: readonly string[];
        readonly retries?: number;
        readonly jobs?: number;
        readonly events?: string;
        readonly open?: boolean;
        readonly port?: number;
      }) => {
        if (raw.tiers !== undefined && raw.budget === undefined)
          throw new InvalidArgumentError(
            "--tiers says what --budget may be spent on: say --budget too, or leave both out and press a key.",
          );
        found({
          name: "watch",
          plan: {
            ...(raw.profile === undefined ? {} : { profile: raw.profile }),
            targets: raw.target ?? [],
            allowUnknownPrice: raw.allowUnknownPrice ?? [],
            rebuy: [],
            retryRefused: [],
            ...(raw.jobs === undefined ? {} : { jobs: raw.jobs }),
            ...(raw.retries === undefined ? {} : { retries: raw.retries }),
          },
          ...(raw.budget === undefined ? {} : { budgetUsd: raw.budget }),
          ...(raw.tiers === undefined ? {} : { tiers: raw.tiers }),
          ...(raw.events === undefined ? {} : { events: raw.events }),
          ...(raw.open !== true && raw.port === undefined
            ? {}
            : {
                page: { open: raw.open === true, ...(raw.port === undefined ? {} : { port: raw.port }) },
              }),
        });
      },
    );
}

const EXITS = [
  "  0  quit with q",
  "  1  could not start: the port is taken",
  "  3  nothing to watch: no manifest",
  "130  interrupted (143: terminated); run it again to",
  "     go on",
];
