import { describe, expect, test } from "vitest";
import { createCatalog, type Action, type Graph, type WhyReport } from "../../src/index.js";
import { graphText } from "../../src/cli/view-graph.js";
import { modelsPage } from "../../src/cli/view-models.js";
import { statusPage } from "../../src/cli/view-status.js";
import { whyPage } from "../../src/cli/view-why.js";
import { id, kept, PLAIN, planned, planOf, stuck } from "./fixtures.js";

const NOW = Date.UTC(2026, 10, 22);

describe("status", () => {
  const steps = [
    kept("shots.010.clip"),
    planned("shots.020.clip", {
      reason: { because: "changed", changes: [{ field: "take", from: "1", to: "2" }] },
    }),
    planned("shots.030.clip"),
    planned("shots.040.clip", {
      decision: { kind: "resume", mayCreate: false, attempt: {} } as never,
      reason: { because: "under_way", since: "2026-11-22T10:00:00.000Z" },
    }),
    stuck("shots.050.clip", { because: "upstream", steps: [id("shots.040.clip")] }),
  ];

  test("gives each step one of five words, and why", () => {
    expect(statusPage(planOf(steps), PLAIN, 80)).toMatchInlineSnapshot(`
      "night-ferry · profile final

        shots.010.clip  fresh      renders/010.mp4
        shots.020.clip  stale      take: 1 → 2
        shots.030.clip  missing    new
        shots.040.clip  under way  already under way since 2026-11-22 10:00 UTC
        shots.050.clip  blocked    waits for shots.040.clip

      5 steps: 1 fresh, 1 stale, 1 missing, 1 under way, 1 blocked
      "
    `);
  });

  test("has the shots in the order of the film", () => {
    const page = statusPage(
      planOf([planned("shots.2.clip", {}, { place: 2 }), planned("shots.1.clip", {}, { place: 1 })]),
      PLAIN,
      80,
    );
    expect(page.match(/shots\.\d/g)).toEqual(["shots.1", "shots.2"]);
  });

  test("puts the reason below the step where the terminal is narrow", () => {
    const long = [planned("shots.a-shot-with-a-very-long-name.clip")];
    expect(statusPage(planOf(long), PLAIN, 60)).toContain("clip  missing\n      new\n");
  });

  test.each<readonly [columns: number, line: string]>([
    [80, "  shots.010.clip  fresh  renders/sandbox/draft/stills/anke-kitchen.png"],
    [60, "      renders/sandbox/draft/stills/anke-kitchen.png"],
    [46, " renders/sandbox/draft/stills/anke-kitchen.png"],
    [40, "renders/sandbox/draft/stills/anke-kitchen.png"],
    [20, "renders/sandbox/draft/stills/anke-kitchen.png"],
  ])("in %i columns leaves a path in one piece", (columns, line) => {
    const output = "renders/sandbox/draft/stills/anke-kitchen.png";
    const page = statusPage(planOf([kept("shots.010.clip", {}, { output })]), PLAIN, columns);
    expect(page.split("\n")).toContain(line);
  });

  test("counts pictures out of clips apart from the steps", () => {
    const source = { kind: "step", id: id("shots.010.clip") } as const;
    const picture = planned("shots.010.last-frame", {}, { action: { kind: "frame", which: "last", source } });
    expect(statusPage(planOf([kept("shots.010.clip"), picture]), PLAIN, 80)).toContain(
      "1 step: 1 fresh; and 1 picture out of clips\n",
    );
  });
});

describe("why", () => {
  const action: Action = {
    kind: "image_to_video",
    model: "kling-2.5-turbo",
    duration: 5,
    prompt: "she turns to camera",
    image: { kind: "step", id: id("images.mara") },
    end_image: { kind: "file", path: "refs/dawn.png" },
  };
  const base = planned("shots.020.clip", {}, { needs: ["images.mara"], action });
  const report: WhyReport = {
    planned: {
      ...base,
      inputs: {
        key: 1,
        realm: "kling",
        action: {
          kind: "image_to_video",
          model: "kling-2.5-turbo",
          prompt: "she turns to camera",
          image: { key: "b".repeat(64) },
          end_image: { sha256: "c".repeat(64) },
        },
        take: 2,
      },
    },
    before: { key: "d".repeat(64), inputs: base.inputs } as NonNullable<WhyReport["before"]>,
    changes: [
      { field: "prompt", from: "she looks away", to: "she turns to camera" },
      { field: "end_image", from: "11111111", to: "cccccccc", file: "refs/dawn.png" },
      { field: "take", to: "2" },
    ],
    dependents: [id("shots.020.extend")],
  };

  test("shows the key field by field, what differs, and who depends on it", () => {
    expect(whyPage(report, PLAIN, 80, NOW)).toMatchInlineSnapshot(`
      "shots.020.clip  render
        because           new
        price             $0.21
                          5 s × 0.3 units × $0.14; price list (2026-09-20)

      key kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
        realm             kling
        action            image_to_video
        model             kling-2.5-turbo
        prompt            she turns to camera
        image             images.mara (key bbbbbbbbbbbb)
        end_image         refs/dawn.png (SHA-256 cccccccccccc)
        take              2

      differs from what was rendered before (key dddddddddddd)
        prompt            in the manifest
                          - she looks away
                          + she turns to camera
        end_image         the file refs/dawn.png
                          - 11111111
                          + cccccccc
        take              in the manifest
                          - (absent)
                          + 2

      steps that depend on it
        shots.020.extend
      "
    `);
  });

  test("says how an extend continues its clip, and how long a handle lives", () => {
    const extended: WhyReport = {
      ...report,
      planned: {
        ...report.planned,
        extension: { via: "last_frame", returns: "tail", chosen: "default" },
        handleEnds: new Date(NOW + 5 * 86_400_000).toISOString(),
      },
    };
    const page = whyPage(extended, PLAIN, 80, NOW).replace(/\n {20}/g, " ");
    expect(page).toContain(
      "extension         continues via last_frame · gives the continuation alone (tail) · first way that its clip allows\n",
    );
    expect(page).toContain("handle            its handle lives 5 more days; extend and lip_sync need it\n");
  });

  test("names no input of what is held, which was rendered from what the manifest said then", () => {
    const held: WhyReport = {
      ...report,
      planned: { ...report.planned, reason: { because: "held" } },
    };
    const page = whyPage(held, PLAIN, 80, NOW);
    expect(page).toContain("  image             a step (key bbbbbbbbbbbb)\n");
    expect(page).toContain("  end_image         a file (SHA-256 cccccccccccc)\n");
  });

  test("says since when a task is known, and has a short key where a whole one would be broken", () => {
    const task = { task: "1795", state: "recorded", started: "2026-11-22T16:12:05.412Z" };
    const page = whyPage({ ...report, task } as unknown as WhyReport, PLAIN, 60, NOW);
    expect(page.replace(/\n {20}/g, " ")).toContain(
      "task              1795, recorded, since 2026-11-22 16:12 UTC\n",
    );
    expect(page).toContain("\nkey kkkkkkkkkkkk\n");
    for (const line of page.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });

  test("says when there is nothing to compare with", () => {
    const { before: _before, ...rest } = report;
    expect(whyPage({ ...rest, changes: [], dependents: [] }, PLAIN, 80, NOW)).toMatch(
      /never rendered before in this profile\n\nnothing depends on it\n$/,
    );
  });
});

describe("graph", () => {
  const graph: Graph = {
    project: "night-ferry",
    profile: "draft",
    realm: "sandbox",
    steps: [
      planned("images.mara").step,
      planned("shots.010.clip", {}, { needs: ["images.mara"], title: 'a "quoted" \\ <b>[title]</b>;\n}' })
        .step,
    ],
  };

  test("as text lists steps with what they need", () => {
    expect(graphText(graph, "text", 80)).toMatchInlineSnapshot(`
      "images.mara  text_to_video
      shots.010.clip  text_to_video: a "quoted" \\ <b>[title]</b>; }
        ← images.mara
      "
    `);
  });

  test("as text has the order of the film, frames behind their clips, and unused takes marked", () => {
    const frame: Action = { kind: "frame", which: "last", source: { kind: "step", id: id("shots.1.clip") } };
    const speech: Action = { kind: "lip_sync", source: { kind: "step", id: id("shots.1.clip") }, text: "hi" };
    const steps = [
      planned("shots.2.clip", {}, { place: 2, title: "Two" }),
      planned("shots.1.clip@1", {}, { place: 1, title: "One" }),
      planned("shots.1.clip", {}, { place: 1, title: "One", take: 2 }),
      planned("shots.1.lip_sync", {}, { place: 1, needs: ["shots.1.clip"], action: speech }),
      planned("shots.1.clip.last-frame", {}, { place: 1, needs: ["shots.1.clip"], action: frame }),
      planned("images.mara", {}, { place: 0 }),
    ].map((each) => each.step);
    expect(graphText({ ...graph, steps }, "text", 80)).toMatchInlineSnapshot(`
      "images.mara  text_to_video
      shots.1.clip@1  text_to_video, unused take: One
      shots.1.clip  text_to_video: One
      shots.1.clip.last-frame  frame
        ← shots.1.clip
      shots.1.lip_sync  lip_sync
        ← shots.1.clip
      shots.2.clip  text_to_video: Two
      "
    `);
  });

  test("as Mermaid has labels that nothing can end", () => {
    expect(graphText(graph, "mermaid", 80)).toMatchInlineSnapshot(`
      "flowchart LR
        n0["images.mara<br/>text_to_video"]
        n1["shots.010.clip<br/>text_to_video: a #34;quoted#34; #92; #60;b#62;#91;title#93;#60;/b#62;#59; #125;"]
        n0 --> n1
      "
    `);
  });

  test("as DOT has labels that nothing can end", () => {
    expect(graphText(graph, "dot", 80)).toMatchInlineSnapshot(`
      "digraph film {
        rankdir=LR;
        node [shape=box];
        n0 [label="images.mara\\ntext_to_video"];
        n1 [label="shots.010.clip\\ntext_to_video: a \\"quoted\\" \\\\ <b>[title]</b>; }"];
        n0 -> n1;
      }
      "
    `);
  });
});

describe("models", () => {
  const catalog = createCatalog({
    prices: [{ model: "kling-2.5-turbo", mode: "std", usd_per_second: 0.03, as_of: "2026-10-01" }],
  }).value;
  if (catalog === undefined) throw new Error("no catalog");
  const page = (all: boolean, columns = 80) => modelsPage(catalog, { paint: PLAIN, columns, all });

  test("says what a model can, what it costs here, and of which day that is", () => {
    const block = page(false)
      .split("\n\n")
      .find((each) => each.startsWith("kling-2.5-turbo "));
    expect(block).toMatchInlineSnapshot(`
      "kling-2.5-turbo  Kling 2.5 Turbo
        can      text to video: 5 or 10 s; 16:9 9:16 1:1; no sound
                 image to video: 5 or 10 s; no sound; end image in pro
                 extend: omni or last frame
        costs    std 720p: $0.03/s; the project's own price
                 pro 1080p: 0.5 units/s = $0.07/s; tier pro
        status   current
        as of    2026-09-20, prices 2026-10-01"
    `);
  });

  test("tells the price of a native extend from that of a clip after a video", () => {
    expect(page(true)).toContain("std 720p, native extend: 2 units/call = $0.28/call");
    expect(page(true)).toContain("std 720p, from video: 0.9 units/s");
  });

  test("leaves out what no longer answers, and says how many", () => {
    const retired = catalog
      .all()
      .filter((model) => model.status === "retired" || model.status === "presumed_retired");
    expect(retired.length).toBeGreaterThan(0);
    expect(page(false)).toContain(
      `${retired.length} that no longer answer are left out; see them with --all`,
    );
    for (const model of retired) expect(page(true)).toContain(`\n\n${model.id}  `);
  });

  test("fits into 60 columns", () => {
    for (const line of page(true, 60).split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });
});
