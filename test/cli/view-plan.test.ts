import { describe, expect, test } from "vitest";
import { paintFor } from "../../src/cli/colours.js";
import { columnsOf } from "../../src/cli/layout.js";
import { planSheet } from "../../src/cli/view-plan.js";
import type { PlannedStep, WantsYes } from "../../src/index.js";
import { id, kept, PLAIN, planned, planOf, priced, stuck } from "./fixtures.js";

const FILM = planOf(
  [
    kept("shots.010.clip"),
    planned(
      "shots.020.clip",
      {
        reason: {
          because: "changed",
          changes: [{ field: "prompt", from: "slow pan", to: "fast pan" }],
        },
        model: "kling-3.0",
        mode: "pro",
        tier: "master",
        estimate: priced(0.56),
      },
      { title: "The window", prompt: "she turns to camera, soft window light, curtains move in the wind" },
    ),
    planned("shots.030.clip", {
      estimate: { kind: "unknown", why: "the catalog has no price for my-model" },
      create: { reference: "km1-x", attempt: 2 } as NonNullable<PlannedStep["create"]>,
      reason: { because: "failed_before", attempt: 1, message: "timeout" },
    }),
    planned("shots.030.clip@2", {
      sameAs: id("shots.030.clip"),
      reason: { because: "same_as", step: id("shots.030.clip") },
    }),
    stuck("shots.040.clip", { because: "over_budget", cap: "budget" }),
    planned("shots.050.clip", { estimate: priced(0.21, 0.42) }),
  ],
  { budget: 5_000_000, committed: 1_250_000 } as object,
);
const WANTS: readonly WantsYes[] = [
  { because: "tier", step: id("shots.020.clip"), tier: "master" },
  { because: "unknown_price", step: id("shots.030.clip") },
];

describe("the call sheet", () => {
  test("at 80 columns has one line a step, what it is for, and what it comes to", () => {
    expect(planSheet(FILM, WANTS, { paint: PLAIN, columns: 80 })).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

        shots.010.clip    keep     kling-2.5-turbo std          5 s         kept
        shots.020.clip    render   kling-3.0 pro        master  5 s        $0.56
            prompt: slow pan → fast pan
            The window: “she turns to camera, soft window light, curtains move in the…
        shots.030.clip    render   kling-2.5-turbo std          5 s      unknown
            price unknown: the catalog has no price for my-model
            attempt 1 failed: timeout
            “wide, the ferry leaves the pier”
            attempt 2: paid again
        shots.030.clip@2  render   kling-2.5-turbo std          5 s       shared
            the same as shots.030.clip
        shots.040.clip    blocked  kling-2.5-turbo std          5 s            -
            does not fit into the project's budget
            raise budget.usd in the manifest, or render fewer steps with --target
        shots.050.clip    render   kling-2.5-turbo std          5 s  $0.21–$0.42
            new · “wide, the ferry leaves the pier”

      steps       4 to render, 1 to keep, 1 blocked
      cost        $0.77–$0.98 (5.5–7 video units) and 1 unknown price, 15 s of film
      saved       $0.21 (1.5 video units), kept and not paid again
      budget      $5.00: $1.25 spent or under way, $2.77 left after this, unknown
                  prices aside
      time        about 3 min 20 s
      needs a yes tier master: shots.020.clip
                  unknown price: shots.030.clip
      digest      3f9a0c11d2e344553f9a0c11d2e344553f9a0c11d2e344553f9a0c11d2e34455
      "
    `);
  });

  test("at 60 columns has two lines a step and a short digest", () => {
    const text = planSheet(FILM, WANTS, { paint: PLAIN, columns: 60 });
    expect(text).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

        shots.010.clip                        keep            kept
          kling-2.5-turbo std · 5 s
        shots.020.clip                        render         $0.56
          kling-3.0 pro · master · 5 s
            prompt: slow pan → fast pan
            The window: “she turns to camera, soft window light,…
        shots.030.clip                        render       unknown
          kling-2.5-turbo std · 5 s
            price unknown: the catalog has no price for my-model
            attempt 1 failed: timeout
            “wide, the ferry leaves the pier”
            attempt 2: paid again
        shots.030.clip@2                      render        shared
          kling-2.5-turbo std · 5 s
            the same as shots.030.clip
        shots.040.clip                        blocked            -
          kling-2.5-turbo std · 5 s
            does not fit into the project's budget
            raise budget.usd in the manifest, or render fewer
            steps with --target
        shots.050.clip                        render   $0.21–$0.42
          kling-2.5-turbo std · 5 s
            new · “wide, the ferry leaves the pier”

      steps       4 to render, 1 to keep, 1 blocked
      cost        $0.77–$0.98 (5.5–7 video units) and 1 unknown
                  price, 15 s of film
      saved       $0.21 (1.5 video units), kept and not paid again
      budget      $5.00: $1.25 spent or under way, $2.77 left
                  after this, unknown prices aside
      time        about 3 min 20 s
      needs a yes tier master: shots.020.clip
                  unknown price: shots.030.clip
      digest      3f9a0c11d2e3
      "
    `);
    for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(60);
  });

  test("of a sandbox plan shows the real price and says that nothing is paid", () => {
    const text = planSheet(planOf([planned("shots.010.clip")], { realm: "sandbox" }), [], {
      paint: PLAIN,
      columns: 80,
    });
    expect(text).toContain("sandbox, costs nothing");
    expect(text).toContain("cost        nothing in the sandbox; for real: $0.21 (1.5 video units)");
  });

  test("of a plan without steps says so and has no digest", () => {
    const text = planSheet(planOf([], { expectedSeconds: 0 }), [], { paint: PLAIN, columns: 80 });
    expect(text).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

        no steps

      steps       none
      cost        nothing
      "
    `);
  });

  test("folds a long run of kept steps into one line, unless every line is wanted", () => {
    const steps = [
      ...Array.from({ length: 9 }, (_, index) => kept(`shots.${index}.clip`)),
      planned("shots.9.clip"),
    ];
    const short = planSheet(planOf(steps), [], { paint: PLAIN, columns: 80 });
    expect(short).toContain("  shots.0.clip to shots.8.clip: 9 steps kept\n");
    expect(short).not.toContain("shots.4.clip");
    expect(short).toContain("  shots.9.clip  render");
    expect(planSheet(planOf(steps), [], { paint: PLAIN, columns: 80, verbose: true })).toContain(
      "shots.4.clip",
    );
  });

  test("says on request how a price was made and shows the whole prompt", () => {
    const prompt = "a very long prompt that goes on and on ".repeat(4).trim();
    const text = planSheet(planOf([planned("shots.010.clip", {}, { prompt })]), [], {
      paint: PLAIN,
      columns: 80,
      verbose: true,
    });
    expect(text.replace(/\n +/g, " ")).toContain(prompt);
    expect(text).toContain("5 s × 0.3 units × $0.14; price list (2026-09-20)");
  });

  test("names at most a few of many steps that want a yes", () => {
    const wants = Array.from({ length: 9 }, (_, index): WantsYes => ({
      because: "tier",
      step: id(`shots.${index}.clip`),
      tier: "pro",
    }));
    expect(planSheet(FILM, wants, { paint: PLAIN, columns: 120 })).toContain(
      "needs a yes tier pro: shots.0.clip, shots.1.clip, shots.2.clip and 6 more steps",
    );
  });

  test.each([
    "\u001b[2J\u001b]0;owned\u0007",
    "\u202egnp.exe",
    "line\nbreak\r\tand tab",
    "\u200bhidden\u{e0041}",
  ])("%j in a prompt, a title or a project name is inert", (evil) => {
    const plan = planOf([planned("shots.010.clip", {}, { prompt: evil, title: evil })], {
      project: evil,
      profile: evil,
    });
    for (const verbose of [false, true]) {
      const text = planSheet(plan, [], { paint: PLAIN, columns: 80, verbose });
      expect(text.replaceAll("\n", "")).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u{e0000}-\u{e007f}]/u,
      );
    }
  });

  test("says the same with colours as without", () => {
    const colourful = planSheet(FILM, WANTS, { paint: paintFor(true), columns: 80 });
    expect(colourful).toContain("\u001b[");
    expect(colourful.replace(/\u001b\[\d+m/g, "")).toBe(
      planSheet(FILM, WANTS, { paint: PLAIN, columns: 80 }),
    );
  });
});
