/**
 * `watch`: shows what a watcher tells, and passes on what a person wants. Everything for people goes to stderr; stdout has
 * the lines of `--events -`, the envelope of `--json` at the end, or nothing. What may be spent is the watcher's business.
 */
import {
  EXIT,
  openWatch,
  type Checked,
  type OpenOptions,
  type Watch,
  type WatchRequest,
  type WatchWish,
} from "../index.js";
import { openOptions, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { endData, newsData } from "./data-watch.js";
import { eventLine } from "./envelope.js";
import { withEvents } from "./events-file.js";
import { exitOfSignal, type Sink } from "./io.js";
import type { PageAnswer } from "./page-for.js";
import { keepSmall } from "./quiet.js";
import { planRequest } from "./request.js";
import { showWatch } from "./watching.js";

type WatchCommand = Command & { name: "watch" };

/** Opens a watcher, or says why there is nothing to watch. */
export type OpenWatch = (options: OpenOptions, request: WatchRequest) => Promise<Checked<Watch>>;

/** Watches until it is told to end; the events file, if any, ends with the envelope whatever happens. */
export function watchCommand(
  command: WatchCommand,
  context: CommandContext,
  open: OpenWatch = openWatch,
): Promise<Answer> {
  return withEvents("watch", command.events, context, (events) => watch(command, context, open, events));
}

async function watch(
  command: WatchCommand,
  context: CommandContext,
  open: OpenWatch,
  events: Sink | undefined,
): Promise<Answer> {
  const { io } = context;
  const stirred = keepSmall(io);
  const served = await servedPage(command, context);
  if (served?.kind === "none") return served.answer;
  const page = served?.page;
  let watcher: Watch | undefined;
  const early: WatchWish[] = [];
  const shown = showWatch(command, context, (wish) => {
    if (watcher === undefined) early.push(wish);
    else watcher.wish(wish);
  });
  const onAbort = () => shown.stopping();
  io.signal.addEventListener("abort", onAbort, { once: true });
  // From the beginning, so that nothing that is typed is kept for a plan that is still to come.
  const noKeys = io.keys?.((key) => shown.key(key));
  try {
    const opened = await open(openOptions(context, "watch"), {
      ...watchRequest(command),
      signal: io.signal,
      tell: (news) => {
        events?.write(eventLine(io.now(), newsData(news)));
        shown.tell(news);
        page?.take(news);
        stirred();
      },
    });
    watcher = opened.value;
    if (watcher === undefined) return { exit: EXIT.invalid, data: {}, diagnostics: opened.diagnostics };
    for (const wish of early) watcher.wish(wish);
    const end = await watcher.ended;
    shown.close();
    return {
      exit: io.signal.aborted ? exitOfSignal(io.signal) : EXIT.done,
      data: endData(end),
      diagnostics: [],
      note: shown.endText(end),
    };
  } finally {
    noKeys?.();
    shown.close();
    io.signal.removeEventListener("abort", onAbort);
    await page?.close();
  }
}

/** The page, if one is wanted; its address goes to stderr, above all that moves. */
async function servedPage({ page }: WatchCommand, context: CommandContext): Promise<PageAnswer | undefined> {
  if (page === undefined) return undefined;
  const { pageFor } = await import("./page-for.js");
  const served = await pageFor({ port: page.port ?? 0, open: page.open }, context);
  if (served.kind === "page")
    context.io.stderr.write(`the film is shown at ${served.page.url}\n${served.note}`);
  return served;
}

function watchRequest(command: WatchCommand): Omit<WatchRequest, "signal" | "tell"> {
  const { retryRefused: _refused, rebuy: _rebuy, maxCostUsd: _cap, ...plan } = planRequest(command.plan);
  return {
    ...plan,
    ...(command.budgetUsd === undefined ? {} : { budgetUsd: command.budgetUsd }),
    ...(command.tiers === undefined ? {} : { tiers: command.tiers }),
  };
}
