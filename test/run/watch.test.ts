/** The watcher's machine: whatever happens in whatever order, it begins nothing that it must not, and forgets nothing. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { PlanDigest } from "../../src/plan/approval.js";
import {
  openWatcher,
  phaseOf,
  stepWatcher,
  type Offer,
  type WatchEffect,
  type WatchEvent,
  type Watcher,
} from "../../src/run/watch.js";

const digest = (name: string) => name as PlanDigest;
const offer = (name: string, more: Partial<Offer> = {}): Offer => ({
  digest: digest(name),
  meaning: name,
  work: `work of ${name}`,
  waits: 0,
  patienceMs: 1000,
  ...more,
});

/** What a list of events makes a new watcher do, event by event, and where that leads. */
function play(events: readonly WatchEvent[], lookOnly = false) {
  let { watcher } = openWatcher(lookOnly);
  const done = events.map((event) => {
    const next = stepWatcher(watcher, event);
    watcher = next.watcher;
    return next.effects.map(words).join(", ");
  });
  return { watcher, done };
}

function words(effect: WatchEffect): string {
  switch (effect.do) {
    case "run":
      return `run ${effect.creates} of ${effect.digest}`;
    case "later":
      return `later ${effect.ms}`;
    case "settle":
    case "plan":
    case "stop":
    case "forgive":
    case "notice":
    case "end":
      return effect.do;
  }
}

const changed: WatchEvent = { event: "changed" };
const quiet: WatchEvent = { event: "quiet" };
const faulty: WatchEvent = { event: "faulty" };
const due: WatchEvent = { event: "due" };
const ended: WatchEvent = { event: "ended" };
const planned = (name: string, more: Partial<Offer> = {}): WatchEvent => ({
  event: "planned",
  offer: offer(name, more),
});
const approve = (name: string): WatchEvent => ({
  event: "wish",
  wish: { wish: "approve", digest: digest(name) },
});
const wish = (name: "pause" | "retry" | "quit"): WatchEvent => ({ event: "wish", wish: { wish: name } });

describe("the watcher", () => {
  it.each<[string, readonly WatchEvent[], readonly string[]]>([
    ["plans at first, and does what there is to do", [planned("a")], ["run due of a"]],
    [
      "plans anew after a run, and rests before the same work",
      [planned("a"), ended, planned("a"), due, planned("a"), ended, planned("a")],
      ["run due of a", "plan", "later 1000", "plan", "run due of a", "plan", "later 2000"],
    ],
    [
      "brings each new meaning into the books once, also where there is nothing to do",
      [
        planned("a", { work: "" }),
        ended,
        planned("a", { work: "" }),
        changed,
        quiet,
        planned("b", { work: "" }),
      ],
      ["run due of a", "plan", "", "settle", "plan", "run due of b"],
    ],
    [
      "gathers saves, and plans once they are over",
      [planned("a"), changed, changed, changed, quiet, quiet],
      ["run due of a", "settle", "settle", "settle", "plan", ""],
    ],
    [
      "plans once more for what changed while it planned",
      [changed, planned("a"), quiet, planned("b")],
      ["", "settle", "plan", "run due of b"],
    ],
    [
      "stops a run that an edit overtook, and begins the next when it has ended",
      [planned("a"), changed, quiet, planned("b"), ended, planned("b")],
      ["run due of a", "settle", "plan", "stop", "plan", "run due of b"],
    ],
    [
      "lets a run go on when an edit means nothing new",
      [planned("a"), changed, quiet, planned("a"), ended],
      ["run due of a", "settle", "plan", "", "plan"],
    ],
    [
      "lets a run go on while the files cannot be used, and begins nothing new of them",
      [planned("a"), changed, quiet, faulty, ended, faulty],
      ["run due of a", "settle", "plan", "", "plan", "later 1000"],
    ],
    [
      "orders what waits after a yes to this very plan",
      [planned("a", { waits: 1 }), ended, planned("a", { waits: 1, work: "" }), approve("a")],
      ["run due of a", "plan", "", "run open of a"],
    ],
    [
      "brings a run to its end before it does what a yes allows",
      [planned("a", { waits: 1 }), approve("a"), ended, planned("a", { waits: 1 })],
      ["run due of a", "stop", "plan", "run open of a"],
    ],
    [
      "takes no yes to another plan, to a plan that is about to change, or where nothing waits",
      [
        planned("a", { waits: 1, work: "" }),
        ended,
        planned("a", { waits: 1, work: "" }),
        approve("b"),
        changed,
        approve("a"),
        quiet,
        planned("c"),
        approve("c"),
      ],
      ["run due of a", "plan", "", "notice", "settle", "notice", "plan", "run due of c", "notice"],
    ],
    [
      "takes a yes back when an edit came before it was used",
      [planned("a", { waits: 1 }), approve("a"), changed, ended, quiet, planned("b", { waits: 1 })],
      ["run due of a", "stop", "settle", "", "plan", "run due of b"],
    ],
    [
      "says so when a yes came too late for its plan",
      [planned("a"), { event: "ended", stale: true }],
      ["run due of a", "notice, plan"],
    ],
    [
      "pauses: stops, begins nothing, takes no yes, still plans; and goes on",
      [
        planned("a", { waits: 1 }),
        wish("pause"),
        ended,
        planned("a", { waits: 1 }),
        changed,
        quiet,
        planned("b", { waits: 1 }),
        approve("b"),
        wish("pause"),
      ],
      ["run due of a", "stop", "plan", "", "settle", "plan", "", "notice", "run due of b"],
    ],
    [
      "tries again what failed, at once and not after its rest",
      [planned("a"), ended, planned("a"), wish("retry"), planned("a")],
      ["run due of a", "plan", "later 1000", "forgive, plan", "run due of a"],
    ],
    [
      "tries again what failed without waiting for a run that goes on",
      [planned("a"), wish("retry"), ended, planned("a")],
      ["run due of a", "stop, forgive", "plan", "run due of a"],
    ],
    [
      "leaves at once when nothing runs",
      [planned("a"), ended, wish("quit"), changed],
      ["run due of a", "plan", "end", ""],
    ],
    [
      "brings a run to its end before it leaves",
      [planned("a"), wish("quit"), ended],
      ["run due of a", "stop", "end"],
    ],
    [
      "looks again when something falls due",
      [planned("a", { work: "", laterMs: 300 }), ended, planned("a", { work: "", laterMs: 300 }), due],
      ["run due of a, later 300", "plan", "later 300", "plan"],
    ],
    [
      "stops a run for what falls due, and goes on with both",
      [planned("a", { work: "x", laterMs: 300 }), due, ended, planned("a", { work: "x y" })],
      ["run due of a, later 300", "stop", "plan", "run due of a"],
    ],
    [
      "does not stop a run because a pause before it would be over now",
      [
        planned("a", { work: "x" }),
        ended,
        planned("a", { work: "x" }),
        wish("retry"),
        planned("a", { work: "x" }),
        due,
      ],
      ["run due of a", "plan", "later 1000", "forgive, plan", "run due of a", ""],
    ],
  ])("%s", (_, events, done) => {
    expect(play(events).done).toEqual(done);
  });

  it("renders nothing where it only looks", () => {
    const events = [
      planned("a", { waits: 1 }),
      approve("a"),
      changed,
      quiet,
      planned("b"),
      wish("retry"),
      planned("b"),
    ];
    expect(play(events, true).done).toEqual(["", "notice", "settle", "plan", "", "forgive, plan", ""]);
  });

  it.each<[string, readonly WatchEvent[], string]>([
    ["starting", [], "starting"],
    [
      "planning after a save",
      [planned("a", { work: "" }), ended, planned("a", { work: "" }), changed],
      "planning",
    ],
    ["running", [planned("a")], "running"],
    ["stopping", [planned("a"), wish("quit")], "stopping"],
    ["waiting for a yes", [planned("a"), ended, planned("a", { work: "", waits: 2 })], "waiting"],
    ["paused", [planned("a"), ended, planned("a", { waits: 2 }), wish("pause")], "paused"],
    ["idle", [planned("a"), ended, planned("a", { work: "" })], "idle"],
    ["idle over a fault", [faulty], "idle"],
    ["ended", [wish("quit")], "ended"],
  ])("says that it is %s", (_, events, phase) => {
    expect(phaseOf(play(events).watcher)).toBe(phase);
  });
});

const NAMES = ["a", "b"];
const anyEvent: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc.constantFrom(changed, quiet, faulty, due, wish("pause"), wish("retry")),
  fc.constantFrom(...NAMES).map(approve),
  fc
    .constantFrom(...NAMES)
    .chain((name) =>
      fc.record({ waits: fc.nat(1), work: fc.constantFrom("", "x", "y") }).map((more) => planned(name, more)),
    ),
);

/** Only what can happen: a plan comes after it was asked for, a run ends after it began. */
function canHappen({ reading, doing }: Watcher, event: WatchEvent): boolean {
  if (event.event === "planned" || event.event === "faulty")
    return reading === "planning" || reading === "behind";
  return event.event !== "ended" || doing !== "idle";
}

test("in any order of events: one run at a time, none while paused or unread, dear ones only after a yes to that plan", () => {
  const story = fc.array(
    fc.oneof({ weight: 4, arbitrary: anyEvent }, { weight: 1, arbitrary: fc.constant(ended) }),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(story, (events) => {
      let { watcher } = openWatcher(false);
      let going = false;
      let said: string | undefined;
      for (const event of events.filter((each) => each !== undefined)) {
        if (!canHappen(watcher, event)) continue;
        if (
          event.event === "wish" &&
          event.wish.wish === "approve" &&
          watcher.offer?.digest === event.wish.digest
        )
          said = event.wish.digest;
        if (event.event === "ended") going = false;
        const before = watcher;
        const next = stepWatcher(watcher, event);
        watcher = next.watcher;
        for (const effect of next.effects) {
          if (effect.do !== "run") continue;
          expect(going).toBe(false);
          expect(watcher.paused).toBe(false);
          expect(watcher.reading).toBe("still");
          if (effect.creates === "open") {
            expect(effect.digest).toBe(said);
            expect(watcher.offer?.meaning).toBe(said);
            said = undefined;
          }
          going = true;
        }
        // What is asked for comes back: nothing waits for an event that nobody will send.
        if (watcher.reading === "moving" && before.reading !== "moving")
          expect(next.effects.map((each) => each.do)).toContain("settle");
        if (watcher.reading === "planning" && before.reading !== "planning" && before.reading !== "behind")
          expect(next.effects.map((each) => each.do)).toContain("plan");
        expect(going).toBe(watcher.doing !== "idle");
      }
    }),
    { numRuns: 3000 },
  );
});
