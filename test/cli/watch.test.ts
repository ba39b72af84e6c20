import { describe, expect, test } from "vitest";
import { Interruption } from "../../src/cli/io.js";
import type { Diagnostic } from "../../src/index.js";
import { id, kept, planned, stuck } from "./fixtures.js";
import { digestPlan, looked, reworded, stage, standing } from "./watch-fixtures.js";

const A = planned("shots.010.clip", {}, { title: "The ferry leaves" });
const B = kept("shots.020.clip");
const PRO = planned("shots.020.clip", { tier: "pro", mode: "pro" });
const REFUSED = stuck("shots.040.clip", { because: "refused", message: "blood" });
const waitsForA = looked(digestPlan("aaa", [A, B]), { waiting: { "shots.010.clip": "no_budget" } });
const waiting = standing({ phase: "waiting" });

describe("a key counts only for what could be read when it was pressed", () => {
  test("a approves the digest of the plan that is shown", async () => {
    const { tell, press, pass, wishes } = await stage({ size: [100, 30] });
    tell(waitsForA, waiting);
    pass(300);
    press("a");
    expect(wishes).toEqual([{ wish: "approve", digest: "aaa".padEnd(64, "0") }]);
  });

  test("an a where nothing that waits fits under the session's ceiling approves nothing, and says what would help", async () => {
    const { tell, press, pass, wishes, screen } = await stage({ size: [100, 30] });
    tell(looked(digestPlan("ddd", [A]), { waiting: { "shots.010.clip": "ceiling" } }), waiting);
    pass(300);
    press("a");
    expect(wishes).toEqual([]);
    expect(screen?.all().join("\n")).toContain("start again with more --budget");
  });

  test("an a from before the plan was readable approves nothing, and says so", async () => {
    const { tell, press, pass, wishes, screen } = await stage({ size: [100, 30] });
    press("a");
    tell(waitsForA, waiting);
    press("a");
    pass(299);
    press("a");
    expect(wishes).toEqual([]);
    expect(screen?.all().join("\n")).toContain("that key came before this could be read: press it again");
    pass(1);
    press("a");
    expect(wishes).toHaveLength(1);
  });

  test("a plan that takes the place of the one that was read has to be read itself", async () => {
    const { tell, press, pass, wishes } = await stage({ size: [100, 30] });
    tell(waitsForA, waiting);
    pass(300);
    const dearer = looked(digestPlan("bbb", [A, PRO]), {
      differences: [],
      waiting: { "shots.010.clip": "no_budget", "shots.020.clip": "tier" },
    });
    tell(dearer, waiting);
    press("a");
    expect(wishes).toEqual([]);
    pass(300);
    press("a");
    expect(wishes).toEqual([{ wish: "approve", digest: "bbb".padEnd(64, "0") }]);
  });

  test("the same plan with more of it waiting has to be read again, the same offer need not", async () => {
    const { tell, press, pass, wishes } = await stage({ size: [100, 30] });
    const both = digestPlan("ccc", [A, PRO]);
    tell(looked(both, { waiting: { "shots.020.clip": "tier" }, due: ["shots.010.clip"] }), waiting);
    pass(300);
    tell(
      looked(both, {
        differences: [],
        waiting: { "shots.010.clip": "no_budget", "shots.020.clip": "tier" },
      }),
    );
    press("a");
    expect(wishes).toEqual([]);
    pass(300);
    tell(waiting);
    press("a");
    expect(wishes).toHaveLength(1);
  });

  test("a yes is said once: what it is for does not wait any more, until it came to nothing", async () => {
    const { tell, press, pass, wishes, screen } = await stage({ size: [100, 30] });
    tell(waitsForA, waiting);
    pass(300);
    press("a");
    expect(screen?.all().join("\n")).not.toContain("waits for your yes");
    pass(300);
    press("a");
    expect(wishes).toHaveLength(1);
    tell({ type: "notice", message: "paused: go on first, then say yes" });
    expect(screen?.all().join("\n")).toContain("waits for your yes: 1 step");
    press("a");
    expect(wishes).toHaveLength(1);
    pass(300);
    press("a");
    expect(wishes).toHaveLength(2);
  });

  test("what a run orders does not wait while it runs", async () => {
    const { tell, screen } = await stage({ size: [100, 30] });
    const both = digestPlan("aaa", [A, PRO]);
    tell(looked(both, { waiting: { "shots.010.clip": "again", "shots.020.clip": "tier" } }), waiting);
    expect(screen?.all().join("\n")).toContain("waits for your yes: 2 steps");
    tell({ type: "run", plan: digestPlan("aaa", [A]) }, standing({ phase: "running" }));
    expect(screen?.all().join("\n")).toContain("waits for your yes: 1 step, up to $0.21");
  });

  test("r tries again only what was readable, and only where something failed", async () => {
    const { tell, press, pass, wishes } = await stage({ size: [100, 30] });
    tell(looked(digestPlan("aaa", [A, B])), standing());
    pass(300);
    press("r");
    tell(standing({ failed: [id("shots.010.clip")] }));
    press("r");
    expect(wishes).toEqual([]);
    pass(300);
    press("r");
    expect(wishes).toEqual([{ wish: "retry" }]);
  });

  test("a is no yes while nothing is begun: what waits goes on waiting", async () => {
    const { tell, press, pass, said, screen } = await stage({ size: [100, 30] });
    tell(waitsForA, standing({ phase: "paused", paused: true }));
    pass(300);
    press("a");
    expect(said.stderr).not.toContain("yes to");
    expect(screen?.all().join("\n")).toContain("waits for your yes: 1 step, up to $0.21");
  });

  test("a where nothing waits, unknown keys and keys after q do nothing", async () => {
    const { tell, press, pass, wishes } = await stage({ size: [100, 30] });
    tell(looked(digestPlan("aaa", [A, B])), standing());
    pass(300);
    press("a", "x", "A", "y", "Q");
    expect(wishes).toEqual([]);
    press("q", "a", "p", "q");
    expect(wishes).toEqual([{ wish: "quit" }]);
  });
});

describe("the bottom of the terminal", () => {
  test("says what is waited for, with its price, money and the keys in force", async () => {
    const { tell, screen } = await stage({ size: [100, 30], command: { budgetUsd: 5 } });
    tell(
      looked(digestPlan("aaa", [A, PRO, REFUSED], { budget: 20e6 as never, committed: 7.4e6 as never }), {
        waiting: { "shots.020.clip": "tier" },
        due: ["shots.010.clip"],
      }),
      standing({
        phase: "waiting",
        session: { ceiling: 5e6 as never, used: 1.2e6 as never },
        overtaken: 2,
        failed: [id("shots.040.clip")],
      }),
    );
    expect(screen?.all().join("\n")).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money
      new      shots.040.clip  blocked: refused for its content: blood
      plan     2 to render, 1 blocked · up to $0.42 · ordered without asking: 1 step, up to $0.21
               digest aaa000000000
      ── night-ferry · final · kling ────────────────────────────────────────────────────────────────────
      waits for your yes: 1 step, up to $0.21
        shots.020.clip: tier pro, which the budget of this session is not for
      failed: shots.040.clip; r tries again for up to $0.21
      2 tasks of earlier edits still under way
      session $1.20 of $5.00 ordered · $3.80 left · project $7.40 of $20.00 spent or under way
      a approve · d details · p pause · r retry failed · q quit · ? keys
      "
    `);
  });

  test("what a run orders is on the session's bill at once, and never twice", async () => {
    const { tell, pass, screen } = await stage({ size: [100, 30], command: { budgetUsd: 5 } });
    const bill = () => /session \S+ of \S+ ordered/.exec(screen?.all().join("\n") ?? "")?.[0];
    const running = (used: number) =>
      standing({ phase: "running", session: { ceiling: 5e6 as never, used: used as never } });
    const plan = digestPlan("aaa", [A]);
    tell(looked(plan, { due: ["shots.010.clip"] }), { type: "run", plan }, running(0));
    const step = id("shots.010.clip");
    tell(
      {
        type: "event",
        event: {
          type: "run_started",
          digest: plan.digest,
          profile: "x",
          realm: "kling",
          steps: 1,
          creates: 1,
        },
      },
      { type: "event", event: { type: "step_started", step, what: "render" } },
    );
    // Drawings are not made in one and the same moment.
    pass(200);
    tell({
      type: "event",
      event: {
        type: "step_submitted",
        step,
        reference: "km1-a" as never,
        task: "t1" as never,
        adopted: false,
        reserved: 210_000 as never,
      },
    });
    expect(bill()).toBe("session $0.21 of $5.00 ordered");
    tell(looked(plan, { differences: [] }), running(210_000));
    expect(bill()).toBe("session $0.21 of $5.00 ordered");
  });

  test("a save leaves one short block above, and the status is drawn over itself", async () => {
    const { tell, screen } = await stage({ size: [72, 24] });
    tell(looked(digestPlan("aaa", [kept("shots.010.clip"), B])), standing());
    const was = "wide, the ferry leaves the pier in heavy rain, 35mm, sodium light on wet planks";
    tell(standing({ phase: "planning" }));
    tell(
      looked(digestPlan("bbb", [A, B]), {
        differences: [reworded("shots.010.clip", was, was.replace("ferry", "last tram"))],
        waiting: { "shots.010.clip": "no_budget" },
      }),
      waiting,
    );
    expect(screen?.all().join("\n")).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money
      plan     2 kept

      edited   shots.010.clip  render $0.21
          prompt - wide, the ferry leaves the pier in heavy rain, 35mm…
                 + wide, the last tram leaves the pier in heavy rain, 35mm…
      plan     1 to render, 1 kept · up to $0.21 · digest bbb000000000

      ── night-ferry · final · kling ────────────────────────────────────────
      waits for your yes: 1 step, up to $0.21
        shots.010.clip: costs money
      project $0.00 spent or under way
      a approve · d details · p pause · q quit · ? keys
      "
    `);
  });

  test.each([
    [40, 24],
    [40, 6],
    [20, 3],
    [300, 50],
  ])("fits a terminal of %i columns and %i rows", async (columns, rows) => {
    const { tell, screen } = await stage({ size: [columns, rows] });
    tell(waitsForA, waiting);
    expect(screen?.all().join("\n")).toContain(columns < 40 ? "waits for" : "waits for your yes");
  });

  test("TERM=dumb and CI get plain lines without a single escape sequence", async () => {
    for (const env of [{ TERM: "dumb" }, { CI: "1" }]) {
      const { tell, said } = await stage({ size: [80, 24], io: { env } });
      tell(waitsForA, waiting);
      expect(said.stderr).toContain("waits    shots.010.clip  $0.21  costs money\n");
      // eslint-disable-next-line no-control-regex
      expect(said.stderr).not.toMatch(/[\u001b\r]/);
    }
  });
});

describe("without a terminal", () => {
  test("memory is kept small, and given back once whenever nothing happens for a while", async () => {
    const asked = { small: 0, back: 0 };
    const io = { keepSmall: () => void asked.small++, giveBack: () => void asked.back++ };
    const { tell, pass } = await stage({ io });
    tell(waitsForA);
    pass(4_999);
    tell(waiting);
    pass(4_999);
    expect(asked).toEqual({ small: 1, back: 0 });
    pass(1);
    pass(60_000);
    expect(asked).toEqual({ small: 1, back: 1 });
    tell(waitsForA);
    pass(5_000);
    expect(asked).toEqual({ small: 1, back: 2 });
  });

  test("lines say what changed, what waits, and that nobody can press a key", async () => {
    const { tell, said } = await stage();
    tell(waitsForA, waiting);
    tell(
      looked(digestPlan("bbb", [A, B]), {
        differences: [
          reworded("shots.010.clip", "the ferry leaves the pier", "the ferry comes back to the pier"),
          { kind: "removed", step: id("shots.030.clip") },
        ],
        waiting: { "shots.010.clip": "no_budget" },
      }),
    );
    tell(standing({ phase: "running" }), standing());
    expect(said.stderr).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money
      plan     1 to render, 1 kept · up to $0.21 · digest aaa000000000
      waits    shots.010.clip  $0.21  costs money
      nobody can press a key here: start again with --budget, or approve exactly this:
        klingmake render --approve aaa000000000
      edited   shots.010.clip  render $0.21
          prompt - the ferry leaves the pier
                 + the ferry comes back to the pier
      gone     shots.030.clip
      plan     1 to render, 1 kept · up to $0.21 · digest bbb000000000
      waits    shots.010.clip  $0.21  costs money
      nobody can press a key here: start again with --budget, or approve exactly this:
        klingmake render --approve bbb000000000
      1 step waits for a yes: watching for changes
      "
    `);
  });

  test("errors are shown as validate shows them, once, and the last good plan stays", async () => {
    const { tell, said } = await stage();
    const diagnostics: readonly Diagnostic[] = [
      { code: "manifest/unknown-key", severity: "error", message: "unknown key promt", help: "say prompt" },
    ];
    tell(looked(digestPlan("aaa", [B])), { type: "faulty", diagnostics }, standing({ faulty: true }));
    tell({ type: "faulty", diagnostics });
    expect(said.stderr.match(/error\[manifest\/unknown-key\]/g)).toHaveLength(1);
    expect(said.stderr).toContain("the last good plan stays in force");
    expect(said.stderr).toContain("the same errors as before");
  });
});

describe("the end", () => {
  test("q is exit 0, and says what is still under way", async () => {
    const { tell, press, end, answer, isListening, screen } = await stage({ size: [80, 24] });
    tell(looked(digestPlan("aaa", [A, B])), standing({ phase: "running" }));
    press("q");
    end({ underWay: [id("shots.010.clip")], used: 210_000 as never });
    const { exit, note, data } = await answer;
    expect(exit).toBe(0);
    expect(note).toBe(
      "1 task is under way at the vendor, collected by the next watch or render and not\nordered again: shots.010.clip\nthis session ordered $0.21\n",
    );
    expect(data).toEqual({ status: "ended", under_way: ["shots.010.clip"], used: { usd: "0.21" } });
    expect(isListening()).toBe(false);
    expect(screen?.all().join("\n")).not.toMatch(/leaving|q quit/);
  });

  test.each([130, 143] as const)("a signal is exit %i", async (exit) => {
    const { interrupt, end, answer, said } = await stage();
    interrupt(new Interruption(exit));
    expect(said.stderr).toContain("stopping: nothing more is submitted");
    end();
    expect(await answer).toMatchObject({
      exit,
      note: "no task is under way\nthis session ordered nothing\n",
    });
  });

  test("where there is no manifest there is nothing to watch: exit 3 says why", async () => {
    const diagnostics: readonly Diagnostic[] = [
      { code: "file/not-found", severity: "error", message: "no manifest", help: "klingmake init" },
    ];
    const { answer, isListening } = await stage({ size: [80, 24], nothing: { diagnostics } });
    expect(await answer).toMatchObject({ exit: 3, diagnostics });
    expect(isListening()).toBe(false);
  });

  test("what goes wrong in the watcher gives the terminal back", async () => {
    const { answer, isListening, screen } = await stage({ size: [80, 24], fails: new Error("a bug") });
    await expect(answer).rejects.toThrow("a bug");
    expect(isListening()).toBe(false);
    expect(screen?.all()).toEqual([""]);
  });
});

test("hostile words never reach the terminal raw", async () => {
  const evil = "a\u001b[2J\u202e\u0007b".repeat(30);
  for (const size of [undefined, [80, 24] as const]) {
    const { tell, said, press, pass } = await stage(size === undefined ? {} : { size });
    const plan = digestPlan("aaa", [planned("shots.010.clip", {}, { prompt: evil, title: evil })], {
      project: evil,
      profile: evil,
    });
    tell(
      looked(plan, { waiting: { "shots.010.clip": "no_budget" } }),
      looked(plan, {
        differences: [
          reworded("shots.010.clip", evil, `${evil}!`),
          { kind: "removed", step: id(evil) },
          {
            kind: "edited",
            planned: A,
            changes: [{ field: evil, from: evil, to: "x", file: evil }],
          },
        ],
        waiting: { [evil]: "tier" },
      }),
      { type: "notice", message: evil },
      standing({ failed: [id(evil)] }),
    );
    pass(300);
    press("d", "?");
    expect(said.stderr).toContain("b");
    // eslint-disable-next-line no-control-regex
    expect(said.stderr).not.toMatch(/\u001b\[2J|[\u202e\u0007]/);
  }
});

describe("--events", () => {
  test("one JSON object a line, and one envelope at the end", async () => {
    const { tell, end, answer, said } = await stage({ command: { events: "-" } });
    tell(waitsForA, waiting, { type: "notice", message: "x" });
    end();
    await answer;
    const lines = said.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ schema, type }) => [schema, type ?? null])).toEqual([
      ["klingmake/event", "watch_looked"],
      ["klingmake/event", "watch_stand"],
      ["klingmake/event", "notice"],
      ["klingmake/envelope", null],
    ]);
    expect(lines[0]).toMatchObject({ waiting: [{ step: "shots.010.clip", why: "no_budget" }], due: [] });
    expect(lines.at(-1)).toMatchObject({ command: "watch", ok: true, exit: 0 });
  });
});
