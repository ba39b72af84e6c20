/** What the watcher is at, in words, and the money of a session: how it stands in, a line out. */
import { describe, expect, it } from "vitest";
import { problem } from "../../src/base/diagnostic.js";
import type { WatchStand } from "../../src/engine-watch.js";
import { openFilm } from "../../src/page/make-film.js";
import { film } from "../engine/film.js";
import { IDLE } from "./watched.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: the ferry leaves }
  "020": { prompt: she turns, duration: 10 }
`;

/** A film of two steps, of which some wait. */
async function told(stand: Partial<WatchStand>, why?: "no_budget" | "ceiling") {
  const project = await film(FILM).open();
  const { value: plan } = await project.plan();
  if (plan === undefined) throw new Error("no plan");
  const waiting = why === undefined ? [] : plan.steps.map(({ step }) => ({ step: step.id, why }));
  const page = openFilm();
  const look = { project, plan, diagnostics: [], differences: [], due: [], waiting, isSave: true };
  page.take({ type: "looked", look }, 0);
  page.take({ type: "stand", stand: { ...IDLE, ...stand } }, 0);
  return { page, plan, shown: () => page.film(0) };
}

const USD = (amount: number) => (amount * 1e6) as NonNullable<WatchStand["session"]>["used"];

describe("the watcher's line", () => {
  it.each([
    [{ phase: "starting" }, "looking", "reads the manifest"],
    [{ phase: "planning" }, "planning", "makes a plan"],
    [{ phase: "running" }, "running", "renders"],
    [{ phase: "stopping" }, "running", "brings what is on its way to a safe end"],
    [{ phase: "paused" }, "paused", "begins nothing new: press p in the terminal to go on"],
    [{ phase: "idle" }, "looking", "waits for changes"],
    [{ phase: "ended" }, "ended", "klingmake has ended"],
    [{ phase: "ended", faulty: true }, "ended", "klingmake has ended"],
    [{ overtaken: 2 }, "looking", "waits for changes · 2 tasks of earlier edits still under way"],
    [
      { session: { ceiling: USD(10), used: USD(2) } },
      "looking",
      "waits for changes · $2.00 of $10.00 for this session ordered",
    ],
  ] as const)("of %j is %s: %s", async (stand, state, words) => {
    expect((await told(stand)).shown()?.watch).toEqual({ state, words });
  });

  it("names what a yes would be to, and what it would cost at most", async () => {
    expect((await told({ phase: "waiting" }, "no_budget")).shown()?.watch).toEqual({
      state: "waiting",
      words: "waits for a yes: 2 steps, up to $0.63; press a in the terminal",
    });
  });

  it("asks for no yes where that would change nothing", async () => {
    expect((await told({ phase: "waiting" }, "ceiling")).shown()?.watch?.words).toBe(
      "waits: more than this session may order",
    );
  });

  it("counts errors, and says that the film is an earlier one", async () => {
    const { page, shown } = await told({});
    const diagnostics = [problem("yaml/syntax", "odd"), problem("yaml/tab", "odd")];
    page.take({ type: "faulty", diagnostics }, 0);
    page.take({ type: "stand", stand: { ...IDLE, faulty: true } }, 0);
    expect(shown()?.watch).toEqual({
      state: "faulty",
      words: "2 errors; the film is shown as it was last right",
    });
  });

  it("counts what a run has done, until the run is over", async () => {
    const { page, plan, shown } = await told({ phase: "running" });
    page.take({ type: "run", plan }, 0);
    expect(shown()?.watch?.words).toBe("renders: 0 of 2 steps done");
    page.take({ type: "stand", stand: IDLE }, 0);
    expect(shown()?.watch?.words).toBe("waits for changes");
  });

  it("calls a step failed that the watcher would only try again when told", async () => {
    const { page, plan, shown } = await told({});
    const states = () => shown()?.shots.map(({ steps }) => steps[0]?.state);
    const failed = plan.steps.slice(0, 1).map(({ step }) => step.id);
    page.take({ type: "stand", stand: { ...IDLE, failed } }, 0);
    expect(states()).toEqual(["failed", "stale"]);
    expect(shown()?.watch?.words).toBe("1 step failed: press r in the terminal to try again");
    page.take({ type: "stand", stand: IDLE }, 0);
    expect(states()).toEqual(["stale", "stale"]);
  });
});

describe("the money that is left", () => {
  it("is the session's where that is less than the project's", async () => {
    const session = { ceiling: USD(3), used: USD(1) };
    expect((await told({ session })).shown()?.money).toMatchObject({
      left: { words: "$2.00", micros: 2_000_000 },
      limit: { words: "$3.00 for this session", micros: 3_000_000 },
    });
  });

  it("is not said where nothing limits it", async () => {
    expect((await told({})).shown()?.money).not.toHaveProperty("left");
  });
});
