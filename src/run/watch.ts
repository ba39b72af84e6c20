/**
 * The watcher as a machine: what happened in, what is to be done out. Knows no files, clock, money or network: what may be
 * ordered without a person is said in the offer that comes with each plan, and whoever drives it does what it says.
 *
 *   reading   still ──changed──▶ moving ──quiet──▶ planning ──planned, faulty──▶ still
 *                                  ▲  ▲ changed       │ changed
 *                                  │                  ▼
 *                                  └─planned, faulty─ behind
 *
 *   doing     idle ──something to do, files still──▶ running ──ended──▶ idle, and a new plan
 *                                                       │ another meaning, a yes, retry, pause, quit, more fell due
 *                                                       ▼
 *                                                    stopping ──ended──▶ idle, and a new plan
 *
 * A run is never cut: it is told to stop, brings what is on its way to a safe end, and what it had ordered is gone on with
 * by the next one, under whatever plan is in force then. What came of a run is planned anew, so a step is never done twice.
 * The same work is begun again by itself only after a pause that grows, so nothing here can spin.
 */
import { unreachable } from "../base/guard.js";
import type { PlanDigest } from "../plan/approval.js";

/** What the watcher is at. */
export type WatchPhase =
  /** Nothing is read yet. */
  | "starting"
  /** Files are changing, or a plan is being made. */
  | "planning"
  | "running"
  /** A run was told to stop: what is on its way is brought to a safe end. */
  | "stopping"
  /** Something waits for a person's yes. */
  | "waiting"
  | "paused"
  /** All is as the manifest wants it, or nothing can be done about the rest. */
  | "idle"
  | "ended";

/** What a person can say with one key. */
export type WatchWish =
  /** A yes to this very plan. */
  | { readonly wish: "approve"; readonly digest: PlanDigest }
  /** Tries again what failed, by the plan that is shown. */
  | { readonly wish: "retry" }
  /** Begins nothing new, or goes on. */
  | { readonly wish: "pause" }
  | { readonly wish: "quit" };

/** What a plan has to do, as far as the machine needs to know. */
export interface Offer {
  readonly digest: PlanDigest;
  /** Stands for what the manifest asks for: a run under another meaning is overtaken. */
  readonly meaning: string;
  /** Stands for what can be done without asking; empty: nothing. */
  readonly work: string;
  /** Creates that wait for a yes which could be given. */
  readonly waits: number;
  /** After how many milliseconds to look again, because more falls due by itself. */
  readonly laterMs?: number;
  /** Milliseconds before the same work is begun a second time; longer each time after that. */
  readonly patienceMs: number;
}

/** What happens to the watcher. */
export type WatchEvent =
  /** A file that matters changed, or may have. */
  | { readonly event: "changed" }
  /** No file changed for a moment. */
  | { readonly event: "quiet" }
  | { readonly event: "planned"; readonly offer: Offer }
  /** The files cannot be used as they are. */
  | { readonly event: "faulty" }
  /** The run ended; `stale`: the plan was not the approved one any more, and nothing was done. */
  | { readonly event: "ended"; readonly stale?: true }
  /** The time that was asked for with `later` is over. */
  | { readonly event: "due" }
  | { readonly event: "wish"; readonly wish: WatchWish };

/** What is to be done. */
export type WatchEffect =
  /** Say `quiet` when no file changed for a moment, counted from now. */
  | { readonly do: "settle" }
  | { readonly do: "plan" }
  /** Render what the plan in force offers: `open` with all that a yes to it allows, else what is due. */
  | { readonly do: "run"; readonly digest: PlanDigest; readonly creates: "due" | "open" }
  | { readonly do: "stop" }
  /** Say `due` after that time, and not after the one that was asked for before. */
  | { readonly do: "later"; readonly ms: number }
  /** Allow what failed to be tried again. */
  | { readonly do: "forgive" }
  | { readonly do: "notice"; readonly message: string }
  | { readonly do: "end" };

/** The watcher at one moment. */
export interface Watcher {
  readonly reading: "still" | "moving" | "planning" | "behind";
  readonly doing: "idle" | "running" | "stopping";
  /** What the last good plan offers. */
  readonly offer?: Offer;
  /** The files cannot be used as they are now. */
  readonly faulty: boolean;
  /** What the run, or the last one, is about, and how often the same was begun by itself. */
  readonly run?: {
    readonly meaning: string;
    readonly work: string;
    readonly times: number;
    /** It began while more was about to fall due, which is not to wait for its end. */
    readonly isEarly: boolean;
  };
  /** The pause after that is over, or was cut short by a person. */
  readonly rested: boolean;
  /** A yes that was given and not used yet, with what the plan meant. */
  readonly yes?: { readonly digest: PlanDigest; readonly meaning: string };
  readonly paused: boolean;
  readonly quitting: boolean;
  /** Renders nothing at all. */
  readonly lookOnly: boolean;
  readonly ended: boolean;
}

/** The next moment, and what is to be done at it. */
export interface Stepped {
  readonly watcher: Watcher;
  readonly effects: readonly WatchEffect[];
}

/** Longest pause before the same work is begun again, in milliseconds. */
const PATIENCE_MOST_MS = 300_000;

/** A watcher that has seen nothing yet: its first effect is a plan. */
export function openWatcher(lookOnly: boolean): Stepped {
  const watcher: Watcher = {
    lookOnly,
    reading: "planning",
    doing: "idle",
    faulty: false,
    rested: false,
    paused: false,
    quitting: false,
    ended: false,
  };
  return { watcher, effects: [{ do: "plan" }] };
}

/** Takes in what happened. */
export function stepWatcher(watcher: Watcher, event: WatchEvent): Stepped {
  if (watcher.ended) return { watcher, effects: [] };
  switch (event.event) {
    case "changed":
      return changed(watcher);
    case "quiet":
      return watcher.reading === "moving" ? plan(watcher) : nothing(watcher);
    case "planned":
      return planned(watcher, event.offer);
    case "faulty":
      return read({ ...watcher, faulty: true });
    case "ended":
      return ended(watcher, event.stale === true);
    case "due":
      if (watcher.doing === "running" && watcher.run?.isEarly === true) return stop(nothing(watcher));
      return watcher.reading === "still" && watcher.doing === "idle"
        ? plan({ ...watcher, rested: true })
        : nothing(watcher);
    case "wish":
      return wished(watcher, event.wish);
    default:
      return unreachable(event);
  }
}

/** What the watcher is at, in one word. */
export function phaseOf({
  reading,
  doing,
  offer,
  faulty,
  paused,
  quitting,
  ended,
  lookOnly,
}: Watcher): WatchPhase {
  if (ended) return "ended";
  if (doing === "stopping" || quitting) return "stopping";
  if (offer === undefined && !faulty) return "starting";
  if (reading !== "still") return "planning";
  if (doing === "running") return "running";
  if (paused) return "paused";
  return !lookOnly && (offer?.waits ?? 0) > 0 ? "waiting" : "idle";
}

function nothing(watcher: Watcher): Stepped {
  return { watcher, effects: [] };
}

function plan(watcher: Watcher): Stepped {
  return { watcher: { ...watcher, reading: "planning" }, effects: [{ do: "plan" }] };
}

function changed(watcher: Watcher): Stepped {
  switch (watcher.reading) {
    case "still":
    case "moving":
      return { watcher: { ...watcher, reading: "moving" }, effects: [{ do: "settle" }] };
    case "planning":
    case "behind":
      return nothing({ ...watcher, reading: "behind" });
    default:
      return unreachable(watcher.reading);
  }
}

function planned(before: Watcher, offer: Offer): Stepped {
  const { yes, ...rest } = before;
  // A yes is to what was shown, and an edit since then takes it back.
  const kept = yes === undefined || yes.meaning !== offer.meaning ? {} : { yes };
  const after = read({ ...rest, ...kept, offer, faulty: false });
  const isOvertaken = before.run !== undefined && before.run.meaning !== offer.meaning;
  return before.doing === "running" && isOvertaken ? stop(after) : after;
}

/** A plan, or what is wrong, is here: goes on with what changed meanwhile, or begins what is to be done. */
function read(watcher: Watcher): Stepped {
  if (watcher.reading === "behind")
    return { watcher: { ...watcher, reading: "moving" }, effects: [{ do: "settle" }] };
  return begin({ ...watcher, reading: "still" });
}

/** Begins what is to be done by the plan in force, if anything is. */
function begin(watcher: Watcher): Stepped {
  const { offer, run, yes, reading, doing } = watcher;
  if (watcher.paused || watcher.lookOnly || reading !== "still" || doing !== "idle" || offer === undefined)
    return nothing(watcher);
  const isSame = run !== undefined && run.work === offer.work && run.meaning === offer.meaning;
  const times = isSame ? run.times + 1 : 1;
  const about = { meaning: offer.meaning, work: offer.work, times, isEarly: offer.laterMs !== undefined };
  if (yes !== undefined) {
    const { yes: _yes, ...rest } = watcher;
    return {
      watcher: { ...rest, doing: "running", rested: false, run: { ...about, isEarly: false } },
      effects: [{ do: "run", digest: yes.digest, creates: "open" }],
    };
  }
  const later = offer.laterMs === undefined ? [] : [offer.laterMs];
  // What an edit means is brought into the lockfile once, even where there is nothing to fetch or render.
  const isNew = run === undefined || run.meaning !== offer.meaning;
  if (isNew || (offer.work !== "" && (!isSame || watcher.rested))) {
    return {
      watcher: { ...watcher, doing: "running", rested: false, run: about },
      effects: [{ do: "run", digest: offer.digest, creates: "due" }, ...laterAfter(later)],
    };
  }
  if (offer.work !== "") later.push(Math.min(offer.patienceMs * 2 ** (about.times - 2), PATIENCE_MOST_MS));
  return { watcher, effects: laterAfter(later) };
}

function laterAfter(ms: readonly number[]): readonly WatchEffect[] {
  return ms.length === 0 ? [] : [{ do: "later", ms: Math.min(...ms) }];
}

/** The same moment, in which a run is told to stop too. */
function stop({ watcher, effects }: Stepped): Stepped {
  return { watcher: { ...watcher, doing: "stopping" }, effects: [{ do: "stop" }, ...effects] };
}

function ended(before: Watcher, stale: boolean): Stepped {
  const watcher: Watcher = { ...before, doing: "idle" };
  if (watcher.quitting) return end(watcher);
  const said: readonly WatchEffect[] = stale
    ? [{ do: "notice", message: "the plan is another one now, and nothing was ordered: look at it again" }]
    : [];
  switch (watcher.reading) {
    case "still": {
      const next = plan(watcher);
      return { ...next, effects: [...said, ...next.effects] };
    }
    case "moving":
      return { watcher, effects: said };
    case "planning":
    case "behind":
      // What is being planned does not know yet what came of the run.
      return { watcher: { ...watcher, reading: "behind" }, effects: said };
    default:
      return unreachable(watcher.reading);
  }
}

function wished(watcher: Watcher, wish: WatchWish): Stepped {
  switch (wish.wish) {
    case "approve":
      return approved(watcher, wish.digest);
    case "retry": {
      const effects: readonly WatchEffect[] = [{ do: "forgive" }];
      const ready: Watcher = { ...watcher, rested: true };
      // It is not to wait for the slowest task of a run, which goes on with the next one.
      if (ready.doing === "running") return stop({ watcher: ready, effects });
      if (ready.doing !== "idle" || ready.reading !== "still") return { watcher: ready, effects };
      const next = plan(ready);
      return { ...next, effects: [...effects, ...next.effects] };
    }
    case "pause": {
      const next: Stepped = nothing({ ...watcher, paused: !watcher.paused, rested: true });
      if (!next.watcher.paused) return begin(next.watcher);
      return next.watcher.doing === "running" ? stop(next) : next;
    }
    case "quit": {
      const next: Stepped = nothing({ ...watcher, quitting: true });
      if (watcher.doing === "idle") return end(next.watcher);
      return watcher.doing === "running" ? stop(next) : next;
    }
    default:
      return unreachable(wish);
  }
}

function approved(watcher: Watcher, digest: PlanDigest): Stepped {
  const { offer, reading } = watcher;
  const no = (message: string): Stepped => ({ watcher, effects: [{ do: "notice", message }] });
  if (watcher.lookOnly) return no("nothing is rendered here");
  if (watcher.paused) return no("paused: go on first, then say yes");
  if (offer === undefined || reading !== "still") return no("the next plan is on its way: look at it first");
  if (offer.digest !== digest) return no("the plan is another one now: look at it first");
  if (offer.waits === 0) return no("nothing waits for a yes");
  const agreed: Watcher = { ...watcher, yes: { digest, meaning: offer.meaning } };
  return agreed.doing === "running" ? stop(nothing(agreed)) : begin(agreed);
}

function end(watcher: Watcher): Stepped {
  return { watcher: { ...watcher, ended: true }, effects: [{ do: "end" }] };
}
