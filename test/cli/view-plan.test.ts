import { describe, expect, test } from "vitest";
import { paintFor } from "../../src/cli/colours.js";
import { columnsOf } from "../../src/cli/layout.js";
import { planSheet, type SheetOptions } from "../../src/cli/view-plan.js";
import { nextLines } from "../../src/cli/view-question.js";
import { createCatalog, type Action, type PlannedStep, type WantsYes } from "../../src/index.js";
import { id, kept, PLAIN, planned, planOf, priced, stuck } from "./fixtures.js";

const NOW = Date.UTC(2026, 10, 22);

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

function sheet(steps: readonly PlannedStep[], over: Partial<SheetOptions> = {}): string {
  return planSheet(planOf(steps), [], { paint: PLAIN, columns: 80, now: NOW, ...over });
}

describe("the call sheet", () => {
  test("at 80 columns has a block a shot, a line a step, and what it all comes to", () => {
    expect(planSheet(FILM, WANTS, { paint: PLAIN, columns: 80, now: NOW })).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

      shots.010 · kept
      shots.020 · The window
      ! clip    render   kling-3.0 pro        5 s  master        $0.56
            prompt: slow pan → fast pan
            “she turns to camera, soft window light, curtains move in the wind”
      shots.030
      ! clip    render   kling-2.5-turbo std  5 s              unknown
            attempt 1 failed: timeout
            attempt 2: paid again
            price unknown: the catalog has no price for my-model
            “wide, the ferry leaves the pier”
        clip@2  render   kling-2.5-turbo std  5 s               shared
            the same as shots.030.clip
      shots.040
        clip    blocked  kling-2.5-turbo std  5 s                    -
            does not fit into the project's budget · it costs $0.21
            raise budget.usd in the manifest, or render fewer steps with --target
      shots.050
        clip    render   kling-2.5-turbo std  5 s          $0.21–$0.42
            new · “wide, the ferry leaves the pier”

      steps       4 to render, 1 to keep, 1 blocked
      cost        $0.77–$0.98 (5.5–7 video units) and 1 unknown price, 15 s of film
      kept        1 step, not paid again: $0.21 (1.5 video units)
      budget      $5.00: $1.25 spent or under way, $2.77 left after this, unknown
                  prices aside
      time        about 3 min 20 s
      needs a yes ! tier master: shots.020.clip
                  ! unknown price: shots.030.clip
      digest      3f9a0c11d2e344553f9a0c11d2e344553f9a0c11d2e344553f9a0c11d2e34455
      "
    `);
  });

  test("at 60 columns has two lines a step and a short digest", () => {
    const text = planSheet(FILM, WANTS, { paint: PLAIN, columns: 60, now: NOW });
    expect(text).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

      shots.010 · kept
      shots.020 · The window
      ! clip    render                                       $0.56
          kling-3.0 pro · 5 s · master
          prompt: slow pan → fast pan
          “she turns to camera, soft window light, curtains move…”
      shots.030
      ! clip    render                                     unknown
          kling-2.5-turbo std · 5 s
          attempt 1 failed: timeout
          attempt 2: paid again
          price unknown: the catalog has no price for my-model
          “wide, the ferry leaves the pier”
        clip@2  render                                      shared
          kling-2.5-turbo std · 5 s
          the same as shots.030.clip
      shots.040
        clip    blocked                                          -
          kling-2.5-turbo std · 5 s
          does not fit into the project's budget · it costs $0.21
          raise budget.usd in the manifest, or render fewer steps
          with --target
      shots.050
        clip    render                                 $0.21–$0.42
          kling-2.5-turbo std · 5 s
          new · “wide, the ferry leaves the pier”

      steps       4 to render, 1 to keep, 1 blocked
      cost        $0.77–$0.98 (5.5–7 video units) and 1 unknown
                  price, 15 s of film
      kept        1 step, not paid again: $0.21 (1.5 video units)
      budget      $5.00: $1.25 spent or under way, $2.77 left
                  after this, unknown prices aside
      time        about 3 min 20 s
      needs a yes ! tier master: shots.020.clip
                  ! unknown price: shots.030.clip
      digest      3f9a0c11d2e3
      "
    `);
    for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(60);
  });

  test("of a sandbox plan shows the real price and says that nothing is paid", () => {
    const text = planSheet(planOf([planned("shots.010.clip")], { realm: "sandbox" }), [], {
      paint: PLAIN,
      columns: 80,
      now: NOW,
    });
    expect(text).toContain("sandbox, costs nothing");
    expect(text).toContain("cost        nothing in the sandbox; for real: $0.21 (1.5 video units)");
  });

  test.each([
    [{ asked: 4, found: 0 }, "account     asked for 4 tasks: it has none of them"],
    [{ asked: 4, found: 4 }, "account     asked for 4 tasks: has all of them already, at no cost"],
    [{ asked: 1, found: 0 }, "account     asked for 1 task: it has none of them"],
    [{ asked: 4, found: 3 }, "account     asked for 4 tasks: has 3 already, at no cost"],
  ])("says what the account has: %o", (account, line) => {
    const text = planSheet(planOf([], { account }), [], { paint: PLAIN, columns: 80, now: NOW });
    expect(text).toContain(line);
  });

  test("says nothing of an account that was asked for nothing", () => {
    const plan = planOf([], { account: { asked: 0, found: 0 } });
    expect(planSheet(plan, [], { paint: PLAIN, columns: 80, now: NOW })).not.toContain("account");
  });

  test("of a plan without steps says so and has no digest", () => {
    const text = planSheet(planOf([], { expectedSeconds: 0 }), [], { paint: PLAIN, columns: 80, now: NOW });
    expect(text).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

        no steps

      steps       none
      cost        nothing
      "
    `);
  });

  test("folds unchanged shots in a row into one counted line, unless every line is wanted", () => {
    const steps = [
      kept("images.mara"),
      ...Array.from({ length: 9 }, (_, index) => kept(`shots.${index}.clip`, {}, { title: `Shot ${index}` })),
      planned("shots.9.clip"),
      kept("shots.10.clip", {}, { title: "The end" }),
    ];
    const short = sheet(steps);
    expect(short).toContain(
      "\nimages.mara · kept\n\nshots.0 to shots.8 · 9 shots · kept\nshots.9\n  clip  render",
    );
    expect(short).toContain("\nshots.10 · The end · kept\n");
    expect(short).not.toContain("shots.4");
    const long = sheet(steps, { verbose: true });
    expect(long).toContain("shots.4 · Shot 4\n  clip   keep");
  });

  test("of a film of which all is kept is a few lines, with what it saves and nothing to type", () => {
    const steps = [
      ...Array.from({ length: 3 }, (_, index) => kept(`images.i${index}`)),
      ...Array.from({ length: 100 }, (_, index) => kept(`shots.${index}.clip`)),
    ];
    const plan = planOf(steps, { expectedSeconds: 0 });
    expect(planSheet(plan, [], { paint: PLAIN, columns: 80, now: NOW })).toMatchInlineSnapshot(`
      "night-ferry · profile final · Kling, costs money

      images.i0 to images.i2 · 3 images · kept

      shots.0 to shots.99 · 100 shots · kept

      steps       103 to keep
      cost        nothing
      kept        103 steps, not paid again: $21.63 (154.5 video units)
      "
    `);
    expect(nextLines(plan, [], () => ["klingmake render"], 80)).toBe("");
  });

  test("has stills first and shots in the order of the film, whatever must be rendered before what", () => {
    const text = sheet([
      planned("shots.020.clip", {}, { place: 2 }),
      planned("shots.020.clip.first-frame", {}, { place: 2 }),
      planned("shots.010.clip", {}, { place: 1 }),
      planned("images.mara", {}, { place: 0 }),
    ]);
    expect(text.match(/^(images|shots)\.\w+/gm)).toEqual(["images.mara", "shots.010", "shots.020"]);
    expect(text).toMatch(/shots\.020\n {2}clip .*\n.*\n {2}first-frame /);
  });

  test("has takes of one step side by side, and apart where they fare differently", () => {
    const alike = ["shots.030.clip", "shots.030.clip@2", "shots.030.clip@3"];
    expect(sheet(alike.map((name) => planned(name)))).toMatch(
      /shots\.030\n {2}clip ×3 {2}render .* 3 × \$0\.21\n {6}new · takes 1 to 3 \(1 is used\) · “/,
    );
    const [used = "", ...others] = alike;
    const text = sheet([kept(used), ...others.map((name) => planned(name))]);
    expect(text).toMatch(/ {2}clip {5}keep .* kept\n {2}clip ×2 {2}render .* 2 × \$0\.21\n/);
    expect(text).toContain("new · takes 2 and 3 · “");
    const whole = sheet(
      alike.map((name) => planned(name)),
      { verbose: true },
    );
    expect(whole.match(/^ {2}clip(@\d)? /gm)).toEqual(["  clip ", "  clip@2 ", "  clip@3 "]);
  });

  test("never takes frames of two steps for takes of one", () => {
    const text = sheet([planned("shots.1.clip.last-frame"), planned("shots.1.extend.last-frame")]);
    expect(text.match(/^ {2}last-frame {2}render/gm)).toHaveLength(2);
  });

  test("marks the steps that need a yes of their own", () => {
    const text = planSheet(FILM, WANTS, { paint: PLAIN, columns: 80, now: NOW });
    expect(text.match(/^! \w+/gm)).toHaveLength(WANTS.length);
  });

  test.each([
    [
      { via: "omni", returns: "tail", chosen: "default" },
      "continues via omni · gives the continuation alone (tail) · first way that kling-2.5-turbo allows",
    ],
    [
      { via: "native", returns: "whole", chosen: "asked" },
      "continues via native · gives the clip and its continuation (whole) · as you asked",
    ],
  ] as const)("says how an extend continues its clip, what that gives and why: %j", (extension, words) => {
    const action: Action = {
      kind: "extend",
      via: extension.via,
      source: { kind: "step", id: id("shots.1.lip_sync") },
      prompt: "on and on",
    };
    const speech: Action = {
      kind: "lip_sync",
      source: { kind: "step", id: id("shots.1.clip") },
      text: "hello",
    };
    const silence = extension.via === "omni" ? " silent" : "";
    const {
      model: _model,
      mode: _mode,
      seconds: _seconds,
      ...plain
    } = planned("shots.1.extend", {}, { action });
    const { model: _none, mode: _no, ...spoken } = planned("shots.1.lip_sync", {}, { action: speech });
    const text = sheet([planned("shots.1.clip"), spoken, { ...plain, extension }]);
    expect(text.replaceAll(/\n +|(?<=[a-z)]) · /g, " ")).toContain(
      `new ${words.replaceAll(" · ", " ")}${silence} “on and on”`,
    );
    // A native extend names no model of its own: it is made by that of its clip.
    expect(text).toMatch(/ {2}extend {4}render {2}kling-2\.5-turbo std /);
  });

  test("says how long a handle still lives, and first whose is needed", () => {
    const ends = (hours: number) => ({ handleEnds: new Date(NOW + hours * 3_600_000).toISOString() });
    const footer = (steps: readonly PlannedStep[]) => {
      const text = sheet(steps, { columns: 120 });
      return text
        .slice(text.indexOf("handles"), text.indexOf("digest"))
        .trimEnd()
        .split(/\n? {2,}/);
    };
    const speech = (shot: string): Action => ({
      kind: "lip_sync",
      source: { kind: "step", id: id(`shots.${shot}.clip`) },
      text: "hi",
    });
    const speaks = planned("shots.1.lip_sync", {}, { action: speech("1") });
    const others = ["2", "3", "4"].map((shot) => kept(`shots.${shot}.clip`, ends(30.5)));
    const clip = kept("shots.1.clip", ends(3 * 24 + 5));
    expect(sheet([clip, speaks])).toContain(
      "      its handle lives 3 more days; extend and lip_sync need it\n",
    );
    expect(footer([clip, speaks, ...others])).toEqual([
      "handles",
      "shots.1.lip_sync needs that of shots.1.clip: 3 more days",
      "3 more end soon, shots.2.clip first: 30 more hours; an extend or lip_sync would need them",
    ]);
    // What is kept needs nothing of the vendor's, nor does a continuation from a picture.
    const fromPicture: Action = {
      kind: "extend",
      via: "last_frame",
      source: { kind: "step", id: id("shots.2.clip") },
    };
    expect(
      footer([
        clip,
        kept("shots.1.lip_sync", {}, { action: speech("1") }),
        ...others,
        planned("shots.2.extend", {}, { action: fromPicture }),
      ]),
    ).toEqual([
      "handles",
      "4 end soon, shots.2.clip first: 30 more hours; an extend or lip_sync would need them",
    ]);
    expect(footer([...others.slice(0, 1), planned("shots.9.clip")])).toEqual([
      "handles",
      "that of shots.2.clip ends soon: 30 more hours; an extend or lip_sync would need it",
    ]);
    const five = ["5", "6", "7", "8", "9"];
    expect(
      footer(
        five.flatMap((shot) => [
          kept(`shots.${shot}.clip`, ends(Number(shot))),
          planned(`shots.${shot}.lip_sync`, {}, { action: speech(shot) }),
        ]),
      ),
    ).toEqual([
      "handles",
      ...five.slice(0, 3).map((n) => `shots.${n}.lip_sync needs that of shots.${n}.clip: ${n} more hours`),
      "2 more steps need one that ends soon",
    ]);
  });

  test("says nothing of the handles of stills and frames, on which nothing works", () => {
    const soon = { handleEnds: new Date(NOW + 3_600_000).toISOString() };
    const frame: Action = { kind: "frame", which: "last", source: { kind: "step", id: id("shots.1.clip") } };
    const steps = [planned("images.mara", soon), planned("shots.1.clip.last-frame", soon, { action: frame })];
    expect(sheet(steps)).not.toContain("handle");
  });

  test("names the host of a pinned copy, and nothing else of its address", () => {
    const url = "https://user:pw@cdn.example:8443/a.mp4?sig=secret";
    const action: Action = {
      kind: "lip_sync",
      source: { kind: "step", id: id("shots.1.clip") },
      text: "hi",
      copy: { url, sha256: "0".repeat(64) as never },
    };
    const text = sheet([planned("shots.1.lip_sync", {}, { action })]);
    expect(text).toContain("new · speaks · copy pinned at cdn.example:8443 · “hi”\n");
    expect(text).not.toMatch(/user|pw@|secret|a\.mp4/);
  });

  test.each([
    ["kling-3.0", true, "with sound · "],
    ["kling-3.0", undefined, ""],
    ["kling-3.0-turbo", undefined, "with sound · "],
    ["no-such-model", undefined, ""],
  ])("a clip by %s with audio: %s has the fact %j", (model, audio, fact) => {
    const action: Action = {
      kind: "text_to_video",
      model,
      duration: 5,
      aspect_ratio: "16:9",
      prompt: "p",
      ...(audio === undefined ? {} : { audio }),
    };
    const models = createCatalog().value;
    expect(sheet([planned("shots.1.clip", {}, { action })], { models })).toContain(`new · ${fact}“p”`);
  });

  test.each([
    ["omni", "kling-3.0-omni", true, "silent · "],
    ["last_frame", "kling-3.0", true, "silent · "],
    ["last_frame", "kling-3.0-turbo", true, "with sound · "],
    ["omni", "kling-3.0-omni", false, ""],
    ["native", undefined, true, ""],
  ] as const)(
    "an extend via %s by %s of a clip with audio: %s has the fact %j",
    (via, model, audio, fact) => {
      const clip: Action = {
        kind: "text_to_video",
        model: "kling-3.0",
        duration: 5,
        aspect_ratio: "16:9",
        prompt: "p",
        audio,
      };
      const action: Action = {
        kind: "extend",
        via,
        source: { kind: "step", id: id("shots.1.clip") },
        prompt: "on",
        ...(model === undefined ? {} : { model }),
      };
      const steps = [
        planned("shots.1.clip", {}, { action: clip }),
        planned("shots.1.extend", {}, { action }),
      ];
      expect(sheet(steps, { models: createCatalog().value })).toContain(`new · ${fact}“on”`);
    },
  );

  test("says new words once where the change shows them whole", () => {
    const changed = (from: string, to: string, prompt = to) =>
      sheet([
        planned(
          "shots.1.clip",
          { reason: { because: "changed", changes: [{ field: "prompt", from, to }] } },
          { prompt },
        ),
      ]);
    expect(changed("a", "b")).toMatch(/ {6}prompt: a → b\n\nsteps/);
    const long = "the ferry leaves the pier in the evening, gulls above it";
    expect(changed(`${long}, rain`, `${long}, snow`)).toContain(`“${long}, snow”`);
    expect(changed("a", "b", "b and more")).toContain("“b and more”");
  });

  test("keeps the price of what is refused apart from the vendor's sentence", () => {
    const message = "the vendor's content check refuses it (1301: The request was blocked by the policy)";
    const text = sheet([stuck("shots.1.clip", { because: "refused", message })]);
    expect(text).toContain("request was blocked by the policy) · it costs $0.21\n");
    const over = sheet([stuck("shots.1.clip", { because: "over_budget", cap: "budget" })]);
    expect(over).toContain("does not fit into the project's budget · it costs $0.21\n");
  });

  test("says what a step is made from, and never where a pinned URL leads", () => {
    const url = "https://example.com/a.png?token=secret";
    const text = sheet([
      planned(
        "shots.1.clip",
        {},
        {
          action: {
            kind: "image_to_video",
            model: "kling-3.0",
            duration: 5,
            image: { kind: "step", id: id("images.coat") },
            end_image: { kind: "url", url, sha256: "0".repeat(64) as never },
            audio: true,
          },
        },
      ),
      planned(
        "images.coat",
        {},
        {
          action: {
            kind: "try_on",
            model: "kolors",
            human: { kind: "step", id: id("images.mara") },
            cloth: { kind: "file", path: "refs/coat.png" },
          },
        },
      ),
    ]);
    expect(text).toContain("new · from images.coat to a pinned URL, with sound\n");
    expect(text).toContain("new · images.mara wears refs/coat.png\n");
    expect(text).not.toContain("secret");
  });

  test("says where a clip comes back from, and that a task under way is collected", () => {
    const artifact = { sha256: "a".repeat(64), size: 1, type: "video/mp4" };
    const text = sheet([
      {
        ...kept("shots.1.clip"),
        decision: { kind: "restore", from: "store", artifact } as PlannedStep["decision"],
        reason: { because: "output_missing", output: "renders/1.mp4" },
      },
      {
        ...kept("shots.2.clip"),
        decision: { kind: "resume", mayCreate: false, attempt: {} } as PlannedStep["decision"],
        reason: { because: "under_way", since: "2026-11-22T10:00:00.000Z" },
      },
    ]);
    expect(text).toMatch(
      /restore .* kept\n {6}renders\/1\.mp4 is missing; comes back from the store, at no cost\n/,
    );
    expect(text).toMatch(/resume .* ordered\n {6}already under way since 2026-11-22 10:00 UTC\n/);
  });

  test("cuts prompts between words and keeps facts whole", () => {
    const prompt = "a very long prompt that goes on and on ".repeat(4).trim();
    const text = sheet([planned("shots.1.clip", {}, { prompt })], { columns: 48 });
    expect(text).toContain("      new · “a very long prompt that goes on…”\n");
  });

  test("says an advice once, however many steps are blocked for the same", () => {
    const text = sheet(
      ["1", "2", "3"].map((shot) => stuck(`shots.${shot}.clip`, { because: "over_budget", cap: "budget" })),
    );
    expect(text.match(/does not fit/g)).toHaveLength(3);
    expect(text.match(/raise budget\.usd/g)).toHaveLength(1);
  });

  test("has nothing for a price that is unknown, and free where nothing is charged", () => {
    const free = planned("shots.1.clip.last-frame", {
      estimate: { kind: "free", why: "made on this machine" },
    });
    expect(sheet([free])).toMatch(/ free\n[^]*\ncost {8}nothing\n/);
    const unknown = planned("shots.2.clip", { estimate: { kind: "unknown", why: "no price" } });
    expect(sheet([unknown])).toMatch(/ unknown\n[^]*\ncost {8}1 unknown price, 5 s of film\n/);
    expect(sheet([unknown])).not.toContain("$0.00");
  });

  test.each([20, 40, 60, 80, 100])("at %d columns no line is wider, whatever is written in it", (columns) => {
    const wide = "夜のフェリー 🚢 港を離れる".repeat(3);
    const steps = [
      ...FILM.steps,
      planned("images.i", {}, { title: wide, prompt: wide }),
      kept("images.k", {}, { title: wide }),
      planned(
        "shots.x.clip",
        { model: "a-model-with-a-very-long-name-of-its-own", mode: "pro" },
        { title: wide, prompt: wide },
      ),
      planned("shots.x.clip@2", { reason: { because: "same_as", step: id("shots.x.clip") } }),
    ];
    const plan = planOf(steps, { project: "p".repeat(64) });
    for (const verbose of [false, true]) {
      const text = planSheet(plan, WANTS, { paint: PLAIN, columns, now: NOW, verbose });
      // What cannot be broken below 40 columns is a step with its price: the command line never goes there.
      if (columns < 40) continue;
      for (const line of text.split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
    }
  });

  test("says on request how a price was made and shows the whole prompt", () => {
    const prompt = "a very long prompt that goes on and on ".repeat(4).trim();
    const text = planSheet(planOf([planned("shots.010.clip", {}, { prompt })]), [], {
      paint: PLAIN,
      columns: 80,
      now: NOW,
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
    expect(planSheet(FILM, wants, { paint: PLAIN, columns: 120, now: NOW })).toContain(
      "needs a yes ! tier pro: shots.0.clip, shots.1.clip, shots.2.clip and 6 more steps",
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
      const text = planSheet(plan, [], { paint: PLAIN, columns: 80, now: NOW, verbose });
      expect(text.replaceAll("\n", "")).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u{e0000}-\u{e007f}]/u,
      );
    }
  });

  test("says the same with colours as without", () => {
    const colourful = planSheet(FILM, WANTS, { paint: paintFor(true), columns: 80, now: NOW });
    expect(colourful).toContain("\u001b[");
    expect(colourful.replace(/\u001b\[\d+m/g, "")).toBe(
      planSheet(FILM, WANTS, { paint: PLAIN, columns: 80, now: NOW }),
    );
  });
});
