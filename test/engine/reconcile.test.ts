/** `reconcile` as stories: what is open is listed, and settled at no cost or by a person's word. */
import { describe, expect, it } from "vitest";
import type { ReconcileRequest } from "../../src/engine-matters.js";
import type { ReconcileReport } from "../../src/engine-reconcile.js";
import type { RenderRequest } from "../../src/engine-render.js";
import type { TaskId } from "../../src/plan/prior.js";
import type { RouteProblem } from "../../src/provider/provider.js";
import type { Script } from "../run/scripted-provider.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
profiles: { draft: {}, final: { override: { video: { mode: pro } } } }
profile: draft
shots:
  "010": { prompt: the ferry leaves }
  "020": { prompt: she turns }
`;
const EMPTY = FILM.replace(/  "010".*\n/, "");
type Film = ReturnType<typeof film>;

const CUT = { kind: "lost", why: "the connection was cut" } as const;
/** The create may have arrived, and nobody answers when asked. */
const SILENT: Script = { submit: () => "lose", find: () => CUT };
/** It arrived all the same. */
const TAKEN: Script = { submit: () => "take", find: () => CUT };
/** Its product takes no reference, and shows no list. */
const UNNAMED: Script = { submit: () => "take", references: false, list: () => CUT };

async function interrupted(script: Script, more: RenderRequest = {}): Promise<Film> {
  const project = film(FILM, script);
  await project.render({ targets: ["shots.010"], yes: true, ask: () => Promise.resolve(true), ...more });
  project.vendor.script = script.references === undefined ? {} : { references: script.references };
  return project;
}
const reconcile = async (project: Film, request: ReconcileRequest = {}): Promise<ReconcileReport> => {
  const opened = await project.open();
  return project.clock.drive(opened.reconcile(request));
};
/** What came of each matter, in words. */
const came = (report: ReconcileReport) =>
  "matters" in report
    ? report.matters.map(({ matter, settled }) =>
        settled === undefined
          ? `${matter.standing}, ${matter.way.kind}`
          : `${matter.standing}: ${settled.kind}${"because" in settled ? ` ${settled.because}` : ""}`,
      )
    : [report.status];
const codes = (report: ReconcileReport) => report.diagnostics.map(({ code }) => code);
const journal = (project: Film) =>
  project
    .read("/film/.kling/journal.jsonl")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly type: string }).type);
const decision = async (project: Film) => (await project.decisions())["shots.010.clip"];

describe("reconcile", () => {
  it("has nothing to say of a film in which nothing is open, and reaches nobody", async () => {
    const project = film(FILM);
    await project.render();
    const before = project.routes();
    expect(await reconcile(project)).toMatchObject({ status: "settled", matters: [], exit: 0 });
    expect(project.routes()).toBe(before);
  });

  it("lists without asking anybody or writing anything", async () => {
    const project = await interrupted(SILENT);
    const [before, names] = [project.routes(), project.names().filter((name) => !name.includes("/.cache/"))];
    const report = await reconcile(project, { list: true });
    expect(came(report)).toEqual(["unconfirmed, ask"]);
    expect(report.exit).toBe(0);
    expect("matters" in report && report.matters[0]?.matter.reserved).toBeGreaterThan(0);
    expect(project.routes()).toBe(before);
    expect(project.names().filter((name) => !name.includes("/.cache/"))).toEqual(names);
  });

  it("finds what was taken, and collects it under its own key: the next render is free", async () => {
    const project = await interrupted(TAKEN);
    expect(came(await reconcile(project))).toEqual(["unconfirmed: under_way"]);
    await project.clock.advance(60_000);
    const report = await reconcile(project);
    expect(came(report)).toEqual(["under_way: collected"]);
    expect(report.exit).toBe(0);
    expect(await decision(project)).toBe("restore from store");
    expect(journal(project).slice(-1)).toEqual(["recorded"]);
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it("asks three times before it believes that nothing was sent; sending is then free of doubt", async () => {
    const project = await interrupted(SILENT);
    let asked = 0;
    project.vendor.script = { find: () => (asked++, { kind: "absent" }) };
    // What was sent moments ago may still arrive.
    expect(came(await reconcile(project))).toEqual(["unconfirmed: unanswered"]);
    expect(journal(project)).not.toContain("refused");
    await project.clock.advance(120_000);
    asked = 0;
    const report = await reconcile(project);
    expect(came(report)).toEqual(["unconfirmed: never_sent"]);
    expect(report.exit).toBe(0);
    expect(asked).toBe(3);
    expect(journal(project).slice(-1)).toEqual(["refused"]);
    const before = project.vendor.submitted[0];
    project.vendor.script = {};
    await project.render({ targets: ["shots.010"] });
    expect(project.vendor.submitted.at(-1)).toBe(before);
  });

  it("believes no denial that one answer of three contradicts", async () => {
    const project = await interrupted(TAKEN);
    project.vendor.script = { find: (_, count) => (count % 3 === 0 ? undefined : { kind: "absent" }) };
    expect(came(await reconcile(project))).toEqual(["unconfirmed: under_way"]);
  });

  it("leaves open what nobody answers about, and says to ask again", async () => {
    const project = await interrupted(SILENT);
    project.vendor.script = { find: () => CUT };
    const report = await reconcile(project);
    expect(came(report)).toEqual(["unconfirmed: unanswered"]);
    expect(report.exit).toBe(1);
    expect(journal(project)).not.toContain("refused");
  });

  it("exits 9 where the credentials are refused, or where there are none", async () => {
    const project = await interrupted(SILENT);
    const error = { code: 1002, message: "no", class: "credentials" } as const;
    project.vendor.script = { find: () => ({ kind: "failed", error }) };
    expect((await reconcile(project)).exit).toBe(9);
    let route: RouteProblem | undefined;
    const other = film(FILM, { ...SILENT, noRoute: () => route });
    await other.render({ targets: ["shots.010"] });
    route = { kind: "credentials", message: "KLING_API_KEY is not set", help: "set it" };
    const report = await reconcile(other);
    expect(report).toMatchObject({ status: "route", exit: 9 });
    expect(came(report)).toEqual(["unconfirmed, ask"]);
  });

  it("reaches over all profiles and steps that left the manifest", async () => {
    const project = await interrupted(TAKEN);
    project.vendor.script = TAKEN;
    await project.render({
      profile: "final",
      targets: ["shots.010"],
      ask: () => Promise.resolve(true),
    });
    project.vendor.script = {};
    project.write(EMPTY);
    await project.clock.advance(60_000);
    expect(came(await reconcile(project))).toEqual(["unconfirmed: collected", "unconfirmed: collected"]);
    project.write(FILM);
    expect(await decision(project)).toBe("restore from store");
    expect(project.vendor.submitted).toHaveLength(2);
  });

  it("is about the steps or the reference that it names", async () => {
    const project = await interrupted(TAKEN);
    const other = await reconcile(project, { names: ["shots.020"], list: true });
    expect(other).toMatchObject({ matters: [], exit: 0 });
    expect(codes(other)).toEqual(["reconcile/nothing-open"]);
    expect(came(await reconcile(project, { names: ["shots.010"], list: true }))).toHaveLength(1);
    const reference = project.vendor.submitted[0] ?? "";
    expect(came(await reconcile(project, { names: [reference], list: true }))).toHaveLength(1);
  });

  it("records a failure that it finds, and the next plan offers another attempt", async () => {
    const project = await interrupted(TAKEN);
    project.vendor.script = { end: () => ({ status: "failed", message: "it broke", outputs: [] }) };
    await project.clock.advance(60_000);
    expect(came(await reconcile(project))).toEqual(["unconfirmed: ended"]);
    expect(journal(project)).toContain("failed");
    expect(await decision(project)).toBe("render");
  });

  it("collects nothing of a task that is shown under another reference", async () => {
    const project = await interrupted(TAKEN);
    await reconcile(project);
    project.vendor.script = {
      look: (task) => ({
        kind: "found",
        look: { task, reference: "km1-other", status: "succeeded", outputs: [], billed: { kind: "unknown" } },
      }),
    };
    const report = await reconcile(project);
    expect(came(report)).toEqual(["under_way: undecided denied"]);
    expect(report.exit).toBe(8);
    expect(journal(project)).not.toContain("succeeded");
  });

  it("says that a task of other credentials is theirs to ask for", async () => {
    const project = await interrupted(TAKEN);
    const journalFile = "/film/.kling/journal.jsonl";
    project.volume.writeFileSync(
      journalFile,
      project.read(journalFile).replaceAll('"account":"acct"', '"account":"another"'),
    );
    const report = await reconcile(project);
    expect(came(report)).toEqual(["unconfirmed: undecided other_account"]);
    expect(report.exit).toBe(8);
  });

  it("is stopped between its questions, and nothing is believed by then", async () => {
    const project = await interrupted(SILENT);
    const stop = new AbortController();
    project.vendor.script = { find: () => (stop.abort(), { kind: "absent" }) };
    const report = await reconcile(project, { signal: stop.signal });
    expect(report.exit).toBe(130);
    expect(journal(project)).not.toContain("refused");
  });
});

describe("a submission whose task the vendor has by its reference", () => {
  const nameless = (task: TaskId) => ({
    kind: "found" as const,
    look: { task, status: "processing" as const, outputs: [], billed: { kind: "unknown" as const } },
  });

  it("takes no other task that names no reference, so that its own is not forgotten", async () => {
    const project = await interrupted(TAKEN);
    project.vendor.script = { look: nameless };
    const report = await reconcile(project, { names: ["shots.010"], task: "t9" });
    expect(report.exit).toBe(8);
    expect(report.diagnostics[0]).toMatchObject({
      code: "reconcile/task",
      why: "it is not the one that the vendor has of it, which is t1",
    });
    expect(journal(project)).not.toContain("submitted");
    const own = await reconcile(project, { names: ["shots.010"], task: "t1" });
    expect(came(own)).toEqual(["unconfirmed: under_way"]);
  });

  it("takes one that names no reference only when the vendor says that it has none", async () => {
    const project = await interrupted(SILENT);
    const given = { names: ["shots.010"], task: "t9" };
    project.vendor.script = { look: nameless, find: () => CUT };
    expect((await reconcile(project, given)).exit).toBe(1);
    expect(journal(project)).not.toContain("submitted");
    project.vendor.script = { look: nameless };
    expect(came(await reconcile(project, given))).toEqual(["unconfirmed: under_way"]);
  });
});

describe("a submission of a product without references", () => {
  it("is left to a person, with the tasks of its list that belong to nobody", async () => {
    const project = await interrupted(UNNAMED);
    const report = await reconcile(project);
    expect(came(report)).toEqual(["unknown: undecided no_reference"]);
    expect(report.exit).toBe(8);
    const settled = "matters" in report ? report.matters[0]?.settled : undefined;
    expect(settled).toMatchObject({ candidates: [{ task: "t1", status: "processing" }] });
  });

  it("is given the task that a person found, which is collected like any other", async () => {
    const project = await interrupted(UNNAMED);
    await project.clock.advance(60_000);
    const report = await reconcile(project, { names: ["shots.010"], task: "t1" });
    expect(report).toMatchObject({ status: "settled", exit: 0 });
    expect(came(report)).toEqual(["unknown: collected"]);
    expect(await decision(project)).toBe("restore from store");
    expect(project.vendor.submitted).toHaveLength(1);
  });

  it.each([
    ["that the vendor does not know", "t7", {}],
    [
      "of another reference",
      "t1",
      {
        look: (task: TaskId) => ({
          kind: "found" as const,
          look: {
            task,
            reference: "km1-other",
            status: "processing" as const,
            outputs: [],
            billed: { kind: "unknown" as const },
          },
        }),
      },
    ],
  ])("takes no task %s", async (_, task, script) => {
    const project = await interrupted(UNNAMED);
    project.vendor.script = { references: false, ...script };
    const before = journal(project);
    const report = await reconcile(project, { names: ["shots.010"], task });
    expect(report.exit).toBe(8);
    expect(codes(report)).toEqual(["reconcile/task"]);
    expect(journal(project)).toEqual(before);
  });

  it("takes no task twice", async () => {
    const project = await interrupted(UNNAMED);
    project.vendor.script = UNNAMED;
    await project.render({ targets: ["shots.020"] });
    project.vendor.script = {
      references: false,
      look: (task) => ({
        kind: "found",
        look: { task, status: "processing", outputs: [], billed: { kind: "unknown" } },
      }),
    };
    expect(came(await reconcile(project, { names: ["shots.010"], task: "t1" }))).toEqual([
      "unknown: under_way",
    ]);
    const again = await reconcile(project, { names: ["shots.020"], task: "t1" });
    expect(codes(again)).toEqual(["reconcile/task"]);
    expect(again.diagnostics[0]?.why).toBe("it belongs to shots.010.clip already");
  });

  it("could not be looked at while nobody answers, and nothing is changed", async () => {
    const project = await interrupted(UNNAMED);
    project.vendor.script = { references: false, look: () => CUT };
    const report = await reconcile(project, { names: ["shots.010"], task: "t1" });
    expect(report.exit).toBe(1);
    expect(codes(report)).toEqual(["reconcile/task"]);
  });

  it("is given up by a person only, stays in the books, and the next attempt has a price and wants a yes", async () => {
    const project = await interrupted(UNNAMED);
    expect(await decision(project)).toBe("blocked: unknown");
    const names = ["shots.010"];
    const nobody = await reconcile(project, { names, abandon: true });
    expect(nobody).toMatchObject({ status: "confirmation_needed", exit: 4 });
    const asked: number[] = [];
    const ask = (matters: readonly unknown[]) => {
      asked.push(matters.length);
      return Promise.resolve(false);
    };
    expect(await reconcile(project, { names, abandon: true, ask })).toMatchObject({
      status: "declined",
      exit: 4,
    });
    expect(asked).toEqual([1]);
    expect(journal(project)).not.toContain("abandoned");
    const before = (await project.plan()).committed;

    const report = await reconcile(project, { names, abandon: true, yes: true });
    expect(came(report)).toEqual(["unknown: abandoned"]);
    expect(report.exit).toBe(0);
    const plan = await project.plan();
    expect(plan.committed).toBe(before);
    expect(plan.committed).toBeGreaterThan(0);
    const planned = plan.steps.find(({ step }) => step.id === "shots.010.clip");
    expect(planned).toMatchObject({ decision: { kind: "render", attempt: 2 }, create: { attempt: 2 } });
    const rendered = await project.render({ targets: ["shots.010"] });
    expect(rendered).toMatchObject({ status: "approval_needed", wants: [{ because: "again" }] });
  });

  const turnsUp: readonly (readonly [string, Script, string, string, string])[] = [
    ["goes on", { taskMs: 3_600_000 }, "under_way", "submitted", "resume"],
    ["failed", { end: () => ({ status: "failed" }) }, "ended", "failed", "render"],
    ["is finished", {}, "collected", "recorded", "restore from store"],
  ];
  for (const [how, script, settled, last, next] of turnsUp) {
    it(`that was denied and turns up after all is gone on with, where it ${how}`, async () => {
      const project = film(FILM, { references: false, look: () => ({ kind: "absent" }) });
      await project.render({ targets: ["shots.010"] });
      expect(journal(project).at(-1)).toBe("abandoned");
      project.vendor.script = { references: false, ...script };
      expect(came(await reconcile(project))).toEqual([`abandoned: ${settled}`]);
      expect(journal(project).at(-1)).toBe(last);
      expect(await decision(project)).toBe(next);
    });
  }

  it("that turns up when it is given up is collected instead", async () => {
    const project = await interrupted(TAKEN);
    await project.clock.advance(60_000);
    const report = await reconcile(project, { names: ["shots.010"], abandon: true, yes: true });
    expect(came(report)).toEqual(["unconfirmed: collected"]);
    expect(journal(project)).not.toContain("abandoned");
  });
});

describe("a decision", () => {
  it("about a step of which nothing is open is refused", async () => {
    const project = await interrupted(UNNAMED);
    for (const request of [{ task: "t1" }, { abandon: true, yes: true }]) {
      const report = await reconcile(project, { names: ["shots.020"], ...request });
      expect(report).toMatchObject({ status: "invalid", exit: 3 });
      expect(codes(report)).toEqual(["reconcile/nothing-open"]);
    }
    expect(codes(await reconcile(project, { abandon: true, yes: true }))).toEqual(["reconcile/nothing-open"]);
  });

  it("about one of two submissions names it by its reference", async () => {
    const project = await interrupted(UNNAMED);
    project.vendor.script = UNNAMED;
    await project.render({ profile: "final", targets: ["shots.010"], ask: () => Promise.resolve(true) });
    project.vendor.script = { references: false };
    const both = await reconcile(project, { names: ["shots.010"], task: "t2" });
    expect(codes(both)).toEqual(["reconcile/several"]);
    const [, second = ""] = project.vendor.submitted;
    expect(both.diagnostics[0]?.help).toContain(second);
    expect((await reconcile(project, { names: [second], task: "t2" })).exit).toBe(0);
  });

  it("does not fit what has its task", async () => {
    const project = await interrupted(TAKEN);
    await reconcile(project);
    const report = await reconcile(project, { names: ["shots.010"], task: "t9" });
    expect(report.exit).toBe(3);
    expect(codes(report)).toEqual(["reconcile/not-open"]);
  });
});
