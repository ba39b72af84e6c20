/**
 * A watcher as a person meets it: what it tells becomes lines and a status, keys become wishes. Decides nothing about
 * money but one thing: a key counts only for what was readable when it was pressed. Whatever would be approved has to
 * have been drawn for a moment, with nothing typed before that left to be read.
 */
import {
  paidSteps,
  type Look,
  type Micros,
  type StepId,
  type WatchEnd,
  type WatchNews,
  type WatchStand,
  type WatchWish,
} from "../index.js";
import type { CommandContext } from "./answer.js";
import { isAutomatic } from "./colours.js";
import type { Command } from "./commands.js";
import { STDOUT } from "./commands.js";
import { wrap } from "./layout.js";
import { watchRun, type Progress } from "./progress.js";
import { openReading } from "./reading.js";
import { openWatchScreen } from "./watch-screen.js";
import { renderLine } from "./request.js";
import { diagnosticsText } from "./view-diagnostics.js";
import { idleText, ruleLine, statusLines } from "./view-stand.js";
import {
  approvable,
  detailsText,
  endText,
  fewNames,
  keysHelp,
  lookLines,
  priceOf,
  waitingLines,
} from "./view-watch.js";
import { ranText } from "./view-ran.js";

/** A watcher before a person. */
export interface Watching {
  tell(news: WatchNews): void;
  key(key: string): void;
  /** A person or the system wants it to end. */
  stopping(): void;
  /** Takes away what is drawn. May be called again. */
  close(): void;
  /** What is left to say when it has ended. */
  endText(end: WatchEnd): string;
}

/** Lines of differences where a terminal is not high enough for more. */
const LINES_LEAST = 8;
const STATUS_MOST = 9;

/** Shows a watcher. `wish` passes on what a person wants. */
export function showWatch(
  command: Command & { name: "watch" },
  { io, globals, err: paint, columns: given }: CommandContext,
  wish: (wish: WatchWish) => void,
): Watching {
  // Lines of two streams on one terminal cannot be drawn over.
  const shared = command.events === STDOUT && io.stdoutIsTTY;
  const lively =
    io.stderrIsTTY && !shared && !globals.quiet && !isAutomatic(io.env) && io.env["TERM"] !== "dumb";
  const hasKeys = io.keys !== undefined;
  let look: Look | undefined;
  /** As it was told; of `look`, what was agreed to since does not wait any more. */
  let offered: Look | undefined;
  let stand: WatchStand = { phase: "starting", faulty: false, paused: false, overtaken: 0, failed: [] };
  let isFaulty = false;
  let said = "";
  let waited = "";
  let noticed: string | undefined;
  let hint: string | undefined;
  let leaving: "quit" | "signal" | undefined;
  let progress: Progress | undefined;
  /** What of the run in progress is in the books by which the session is reckoned. */
  let booked = 0;
  const reading = openReading(io.later);

  const screen = openWatchScreen(
    (text) => io.stderr.write(text),
    lively ? io.live : undefined,
    ({ columns, rows }) => {
      // Where there is room for little, the status goes before the rule.
      const most = Math.min(STATUS_MOST, Math.max(1, Math.floor(rows / 2) - 1), rows - 1);
      const status = {
        stand: standNow(),
        hasKeys,
        ...(look === undefined ? {} : { look }),
        ...(leaving === undefined ? {} : { leaving }),
        ...(hint === undefined ? {} : { hint }),
      };
      return {
        head: rows < 10 ? [] : [ruleLine(look, { paint, columns })],
        foot: statusLines(status, { paint, columns, most }),
      };
    },
  );
  const columns = () => Math.max(20, Math.min(screen.columns() ?? given, 120));
  const say = (lines: readonly string[]) => {
    if (lines.length > 0) screen.say(`${lines.join("\n")}\n`);
  };
  const sayQuietly = (lines: readonly string[]) => {
    if (!globals.quiet) say(lines);
  };

  /** As it was told, with what a run has ordered since. */
  const standNow = (): WatchStand => {
    const { session } = stand;
    if (session === undefined || progress === undefined) return stand;
    const since = Math.max(0, progress.ordered() - booked);
    return { ...stand, session: { ...session, used: (session.used + since) as Micros } };
  };

  /** What a key would approve or try again, as it is shown from now on. */
  const offer = () =>
    reading.show(
      look === undefined ? undefined : JSON.stringify([look.plan.digest, look.waiting, stand.failed]),
    );

  const ask = (ready: (now: Look) => boolean, meet: (now: Look) => void) => {
    if (look === undefined || !ready(look)) return;
    if (!reading.isReadable()) {
      hint = "that key came before this could be read: press it again";
      screen.draw();
      return;
    }
    meet(look);
  };

  /** These do not wait any more. */
  const agree = (steps: ReadonlySet<StepId>) => {
    if (look === undefined) return;
    look = { ...look, waiting: look.waiting.filter(({ step }) => !steps.has(step)) };
    offer();
    screen.draw();
  };

  /** What goes on being so is said once. */
  const sayNotice = (message: string) => {
    if (message !== noticed) say(wrap(message, columns()).map(paint.costly));
    noticed = message;
  };

  const tell = (news: WatchNews) => {
    switch (news.type) {
      case "looked": {
        const { diagnostics } = news.look;
        const warnings = diagnosticsText(diagnostics, paint, columns());
        if (warnings !== "" && warnings !== said && !globals.quiet) screen.say(`${warnings}\n`);
        said = warnings;
        const isFirst = look === undefined;
        look = news.look;
        const lines = lookLines(look, {
          paint,
          columns: columns(),
          isFirst,
          wasFaulty: isFaulty,
          most: globals.verbose ? Number.POSITIVE_INFINITY : linesMost(screen.rows()),
        });
        isFaulty = false;
        offered = look;
        booked = progress?.ordered() ?? 0;
        // A line between one save and the next.
        sayQuietly(screen.isLive && !isFirst && lines.length > 0 ? ["", ...lines] : lines);
        if (!screen.isLive) sayWaiting(look);
        offer();
        return;
      }
      case "faulty": {
        const text = diagnosticsText(news.diagnostics, paint, columns());
        isFaulty = true;
        screen.say(`${screen.isLive ? "\n" : ""}${text === said ? "the same errors as before\n" : text}`);
        said = text;
        if (!screen.isLive)
          say([
            look === undefined
              ? "watching until they are put right"
              : "the last good plan stays in force; watching until they are put right",
          ]);
        return;
      }
      case "run": {
        booked = 0;
        progress = watchRun({
          write: (text) => screen.say(text),
          paint,
          verbose: globals.verbose,
          quiet: globals.quiet,
          now: () => io.now(),
          ...(screen.run === undefined ? {} : { live: screen.run }),
          ...(io.everySecond === undefined ? {} : { everySecond: io.everySecond }),
          stays: true,
        });
        progress.plan(news.plan);
        agree(new Set(paidSteps(news.plan).map(({ step }) => step.id)));
        if (leaving !== undefined) progress.stopping();
        return;
      }
      case "event":
        if (news.event.type === "notice") sayNotice(news.event.message);
        else progress?.emit(news.event);
        return;
      case "ran": {
        const seconds = progress?.seconds();
        progress?.done();
        screen.endRun();
        const text = ranText(news.report, {
          paint,
          columns: columns(),
          shots: screen.isLive,
          quiet: globals.quiet,
          ...(seconds === undefined ? {} : { seconds }),
        });
        if (text !== "") screen.say(text);
        progress = undefined;
        return;
      }
      case "stand": {
        const before = stand;
        stand = news.stand;
        if (stand.paused !== before.paused && !screen.isLive)
          sayQuietly([stand.paused ? "paused: nothing new is begun" : "going on"]);
        if (stand.phase === "idle" && before.phase !== "idle" && !stand.faulty && !screen.isLive)
          sayQuietly([paint.faint(idleText(stand, look))]);
        offer();
        screen.draw();
        return;
      }
      case "notice":
        // It may be about a yes that came to nothing.
        if (progress === undefined) look = offered;
        offer();
        sayNotice(news.message);
        screen.draw();
        return;
    }
  };

  /** Nobody sees a status: what waits is said, with what can be done about it here. */
  const sayWaiting = (now: Look) => {
    const text = waitingLines(now, 50).map(paint.costly);
    const digest = now.plan.digest.slice(0, 12);
    const name = [digest, ...text].join("\n");
    if (name === waited) return;
    waited = name;
    if (text.length === 0) return;
    if (approvable(now).length === 0) {
      say(text);
      return;
    }
    say([
      ...text,
      ...(hasKeys
        ? ["press a to approve them, d for details, ? for all keys"]
        : [
            "nobody can press a key here: start again with --budget, or approve exactly this:",
            `  ${renderLine(globals, command.plan, ["--approve", digest])}`,
          ]),
    ]);
  };

  return {
    tell(news) {
      if (news.type === "looked" ? news.look.isSave : news.type === "ran") noticed = undefined;
      // What came of a key has been seen by the time that something else happens.
      if (news.type !== "event") hint = undefined;
      tell(news);
    },
    key(key) {
      if (leaving !== undefined) return;
      hint = undefined;
      switch (key) {
        case "a":
          if (look !== undefined && look.waiting.length > 0 && approvable(look).length === 0) {
            hint = "what waits does not fit into what this session may order: start again with more --budget";
            screen.draw();
            return;
          }
          ask(
            (now) => approvable(now).length > 0,
            (now) => {
              const [{ digest }, steps] = [now.plan, approvable(now)];
              if (!stand.paused) {
                say([paint.strong(`yes to ${digest.slice(0, 12)}: up to ${priceOf(now.plan, steps)}`)]);
                // Said once; what comes of it, or that it is paused, is said by a run, a plan or a notice.
                agree(new Set(steps));
              }
              wish({ wish: "approve", digest });
            },
          );
          return;
        case "r":
          ask(
            () => stand.failed.length > 0,
            () => {
              say([paint.strong(`again: ${fewNames(stand.failed)}`)]);
              wish({ wish: "retry" });
            },
          );
          return;
        case "d":
          if (look !== undefined)
            screen.say(
              `\n${detailsText(look, { paint, columns: columns(), now: io.now(), verbose: globals.verbose })}`,
            );
          return;
        case "p":
          wish({ wish: "pause" });
          return;
        case "q":
          leaving = "quit";
          progress?.stopping();
          screen.draw();
          wish({ wish: "quit" });
          return;
        case "?":
          say(keysHelp(columns()));
          return;
        default:
          screen.draw();
      }
    },
    stopping() {
      leaving = "signal";
      progress?.stopping();
      if (screen.isLive) screen.draw();
      else sayQuietly(["stopping: nothing more is submitted (Ctrl-C again leaves at once)"]);
    },
    close() {
      reading.close();
      progress?.done();
      screen.close();
    },
    endText: (end) => endText(end, look, { paint, columns: columns() }),
  };
}

/** A block for a save takes a third of the screen at most. */
function linesMost(rows: number | undefined): number {
  return rows === undefined ? 40 : Math.max(LINES_LEAST, Math.floor(rows / 3));
}
