import { describe, expect, test } from "vitest";
import { nextLines, questionOf } from "../../src/cli/view-question.js";
import { renderLine, renderParts } from "../../src/cli/request.js";
import type { PlanFlags } from "../../src/cli/commands.js";
import type { WantsYes } from "../../src/index.js";
import { id, kept, planned, planOf, priced } from "./fixtures.js";

const unknown = planned("shots.2.clip", { estimate: { kind: "unknown", why: "no price" } });
const both = [planned("shots.1.clip", { estimate: priced(0.21, 0.42) }), unknown];

describe("the question", () => {
  test.each([
    ["one step", planOf([planned("shots.1.clip")]), "Render 1 step for up to $0.21? [y/N] "],
    ["an unknown price", planOf(both), "Render 2 steps for up to $0.42 and one unknown price? [y/N] "],
    ["nothing but that", planOf([unknown]), "Render 1 step for one unknown price? [y/N] "],
    [
      "the sandbox",
      planOf([planned("shots.1.clip")], { realm: "sandbox" }),
      "Rehearsal, nothing is paid: render 1 step for up to $0.21? [y/N] ",
    ],
  ])("names the most that it may cost: %s", (_, plan, question) => {
    expect(questionOf(plan)).toBe(question);
  });
});

describe("what to type", () => {
  const flags: PlanFlags = {
    profile: "final",
    targets: ["shots.0*"],
    retryRefused: [],
    rebuy: [],
    allowUnknownPrice: ["shots.2.clip"],
  };
  const lineOf = (...more: readonly (readonly string[])[]) =>
    renderParts({ json: false, quiet: false, verbose: false, color: true }, flags, more);
  const wants: readonly WantsYes[] = [{ because: "tier", step: id("shots.1.clip"), tier: "pro" }];

  test("where a yes is needed, is also how to give it to this very plan", () => {
    expect(nextLines(planOf(both), wants, lineOf, 80)).toMatchInlineSnapshot(`
      "next        klingmake render --profile final --target 'shots.0*' \\
                    --allow-unknown-price shots.2.clip
                  asks first; without a terminal, this says yes to exactly this plan:
                  klingmake render --profile final --target 'shots.0*' \\
                    --allow-unknown-price shots.2.clip --approve 3f9a0c11d2e3
      "
    `);
  });

  test("says so where money is spent without a question", () => {
    expect(nextLines(planOf(both), [], () => ["klingmake render"], 80)).toMatchInlineSnapshot(`
      "next        klingmake render
                  spends without asking: nothing here needs a yes
      "
    `);
  });

  test("has no word of money in the sandbox, nor where nothing is created", () => {
    const sandbox = planOf(both, { realm: "sandbox" });
    const back = planOf([
      kept("shots.1.clip", { decision: { kind: "restore", from: "store", artifact: {} } as never }),
    ]);
    for (const plan of [sandbox, back])
      expect(nextLines(plan, [], () => ["klingmake render"], 80)).toBe("next        klingmake render\n");
  });

  test("is broken so that a shell still takes it for one line", () => {
    const narrow = nextLines(planOf(both), wants, lineOf, 40);
    for (const line of narrow.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
    const typed = narrow.replace(/ \\\n +/g, " ");
    expect(typed).toContain(lineOf().join(" "));
    expect(typed).toContain(`${lineOf().join(" ")} --approve ${planOf(both).digest.slice(0, 12)}\n`);
  });

  test("cannot move the cursor, whatever a file is called", () => {
    const globals = { file: "film\u001b[2J.yaml", json: false, quiet: false, verbose: false, color: true };
    const shown = "'film\u{fffd}[2J.yaml'";
    expect(renderLine(globals, flags, [])).toContain(`--file ${shown} `);
    expect(renderParts(globals, flags, [])).toContain(`--file ${shown}`);
  });
});
