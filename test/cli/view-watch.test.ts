import { describe, expect, test } from "vitest";
import { paintFor } from "../../src/cli/colours.js";
import { columnsOf } from "../../src/cli/layout.js";
import { changedPart, differenceLines } from "../../src/cli/view-difference.js";
import { ruleLine, statusLines } from "../../src/cli/view-stand.js";
import { endText, lookLines, waitingLines } from "../../src/cli/view-watch.js";
import type { Difference } from "../../src/index.js";
import { id, kept, PLAIN, planned, planOf, priced, stuck } from "./fixtures.js";
import { looked, reworded, standing } from "./watch-fixtures.js";

const lines = (differences: readonly Difference[], columns = 80, most = 40) =>
  differenceLines(differences, { paint: PLAIN, columns, most });

describe("differences", () => {
  test.each([
    ["the ferry leaves", "the tram leaves", ["the ", "ferry", "tram", " leaves"]],
    ["a b", "a b c", ["a b", "", " c", ""]],
    ["sunrise", "sunset", ["", "sunrise", "sunset", ""]],
    ["in the rain", "in the rainforest", ["in the ", "rain", "rainforest", ""]],
    ["same", "same", ["same", "", "", ""]],
    ["", "new", ["", "", "new", ""]],
  ])("of %j and %j the words that changed are found", (from, to, [before, old, now, after]) => {
    expect(changedPart(from, to)).toEqual({ before, from: old, to: now, after });
  });

  test("a script without blanks is cut inside of the text, and never inside of a character", () => {
    const same = "雨の夜の港にフェリーが静かに入ってくる場面を広く写す".repeat(2);
    const { before, from, to, after } = changedPart(`${same}😀${same}`, `${same}😁${same}`);
    expect([before, from, to, after]).toEqual([same, "😀", "😁", same]);
  });

  test("of a long prompt the changed words are shown with what stands around them", () => {
    const was = `${"a long beginning of words ".repeat(6)}the ferry leaves${" and a long end of words".repeat(6)}`;
    const [, from = "", to = ""] = lines([reworded("shots.010.clip", was, was.replace("ferry", "tram"))]);
    expect(from).toMatch(/^ {4}prompt - ….* the ferry leaves .*…$/);
    expect(to).toMatch(/^ {11}\+ ….* the tram leaves .*…$/);
    expect(columnsOf(from)).toBeLessThanOrEqual(80);
  });

  test("equal edits of many steps are told once, with the price of each", () => {
    const many = Array.from({ length: 24 }, (_, index): Difference => ({
      kind: "edited",
      planned: planned(`shots.${index + 10}.clip`),
      changes: [{ field: "model", from: "kling-2.5-turbo", to: "kling-3.0" }],
    }));
    expect(lines(many)).toEqual([
      "edited   shots.10.clip and 23 more  render $0.21 each",
      "    model: kling-2.5-turbo → kling-3.0",
    ]);
  });

  test("so is a word that many prompts share, whatever else they say", () => {
    const many = ["the ferry leaves the pier", "she turns to camera", "gulls over the bay"].map(
      (words, index) => reworded(`shots.${index}.clip`, `${words}, sodium light`, `${words}, neon light`),
    );
    expect(lines(many)).toEqual([
      "edited   shots.0.clip and 2 more  render $0.21 each",
      "    prompt - the ferry leaves the pier, sodium light",
      "           + the ferry leaves the pier, neon light",
    ]);
  });

  test.each<readonly [string, Difference, readonly string[]]>([
    ["new", { kind: "added", planned: planned("shots.010.clip") }, ["new      shots.010.clip  render $0.21"]],
    ["gone", { kind: "removed", step: id("shots.010.clip") }, ["gone     shots.010.clip"]],
    [
      "what only follows another edit",
      {
        kind: "edited",
        planned: planned("shots.010.clip"),
        changes: [{ field: "image", from: "aaaaaaaa", to: "bbbbbbbb", upstream: id("images.mara") }],
      },
      ["follows  shots.010.clip  render $0.21", "    image: from images.mara, which changed"],
    ],
    [
      "an edit that is taken back costs nothing",
      {
        kind: "edited",
        planned: kept("shots.010.clip"),
        changes: [{ field: "duration", from: "5", to: "10" }],
      },
      ["edited   shots.010.clip  kept", "    duration: 5 → 10"],
    ],
    [
      "a file with other content",
      {
        kind: "edited",
        planned: planned("shots.010.clip"),
        changes: [{ field: "image", from: "aaaaaaaa", to: "bbbbbbbb", file: "refs/dawn.png" }],
      },
      ["edited   shots.010.clip  render $0.21", "    image: refs/dawn.png has other content"],
    ],
    [
      "a field that was not there, and one that is not there any more",
      {
        kind: "edited",
        planned: planned("shots.010.clip", { estimate: { kind: "unknown", why: "no price" } as never }),
        changes: [
          { field: "seed", to: "7" },
          { field: "negative_prompt", from: "fog" },
        ],
      },
      [
        "edited   shots.010.clip  render unknown",
        "    seed: 7 (was not set)",
        "    negative_prompt: no longer fog",
      ],
    ],
    [
      "what is blocked says why",
      { kind: "moved", planned: stuck("shots.010.clip", { because: "not_rendered" }), was: "keep" },
      ["now      shots.010.clip  blocked: is not rendered yet"],
    ],
  ])("%s", (_, difference, expected) => {
    expect(lines([difference])).toEqual(expected);
  });

  test("what has no room is counted", () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      reworded(
        `shots.${index + 10}.clip`,
        `the ferry number ${index} leaves the pier`,
        "she turns to camera now",
      ),
    );
    const shown = lines(many, 80, 10);
    expect(shown).toHaveLength(10);
    expect(shown.at(-1)).toBe("and 27 steps more");
  });
});

const EDITS: readonly Difference[] = [
  reworded(
    "shots.010.clip",
    "wide, 雨の夜の港 and the ferry leaves",
    "wide, 雨の朝の港 and nobody is there at all",
  ),
  { kind: "removed", step: id("shots.a-rather-long-name-for-a-shot.extend-2") },
  { kind: "moved", planned: stuck("shots.030.clip", { because: "not_rendered" }), was: "keep" },
];
const FULL = looked(
  planOf([planned("shots.010.clip"), planned("shots.020.clip", { tier: "master", estimate: priced(2.1) })], {
    budget: 20e6 as never,
    committed: 7.4e6 as never,
  }),
  {
    differences: EDITS,
    waiting: { "shots.010.clip": "overtaken", "shots.020.clip": "tier" },
    due: ["shots.010.clip"],
  },
).look;
const BUSY = standing({
  phase: "waiting",
  faulty: true,
  session: { ceiling: 5e6 as never, used: 1.2e6 as never },
  overtaken: 2,
  failed: [id("shots.040.clip"), id("shots.050.clip")],
}).stand;

test.each([20, 40, 60, 80, 100, 300])("nothing is wider than %i columns", (columns) => {
  const options = { paint: PLAIN, columns };
  const status = { stand: BUSY, look: FULL, hasKeys: true, hint: "that key came before this could be read" };
  const drawn = [ruleLine(FULL, options), ...statusLines(status, { ...options, most: 20 })];
  expect(Math.max(...drawn.map(columnsOf))).toBeLessThan(columns);
  const said = lookLines(FULL, { ...options, isFirst: false, wasFaulty: false, most: 40 });
  expect(Math.max(...said.map(columnsOf))).toBeLessThanOrEqual(columns);
});

test.each([
  [1, [/^waits for your yes/]],
  [2, [/^waits for your yes/, /^the files have errors|q quit/]],
  [4, [/^waits for your yes/, /errors/, /failed|a approve/, /a approve|q quit/]],
])("in %i lines stands what a person has to know first", (most, expected) => {
  const options = { paint: PLAIN, columns: 100, most };
  const shown = statusLines({ stand: BUSY, look: FULL, hasKeys: true }, options);
  expect(shown).toHaveLength(most);
  for (const [index, pattern] of expected.entries()) expect(shown[index]).toMatch(pattern);
});

test("colours repeat what words say: the same lines without them", () => {
  const of = (paint: typeof PLAIN) =>
    [
      ...statusLines({ stand: BUSY, look: FULL, hasKeys: true }, { paint, columns: 80, most: 20 }),
      ...lookLines(FULL, { paint, columns: 80, isFirst: false, wasFaulty: false, most: 40 }),
    ].join("\n");
  // eslint-disable-next-line no-control-regex
  expect(of(paintFor(true)).replace(/\u001b\[\d+m/g, "")).toBe(of(PLAIN));
});

test("a look after a run says again neither what came of it nor the plan", () => {
  const differences: readonly Difference[] = [
    { kind: "moved", planned: kept("shots.010.clip"), was: "render" },
  ];
  const { look } = looked(planOf([kept("shots.010.clip")]), { differences, isSave: false });
  expect(lookLines(look, { paint: PLAIN, columns: 80, isFirst: false, wasFaulty: false, most: 40 })).toEqual(
    [],
  );
});

test("a save that changes nothing is one line", () => {
  const look = looked(planOf([kept("shots.010.clip")]), { differences: [] }).look;
  expect(lookLines(look, { paint: PLAIN, columns: 80, isFirst: false, wasFaulty: false, most: 40 })).toEqual([
    "saved    nothing changes for the film",
  ]);
});

test("the sandbox is never said to cost anything", () => {
  const plan = planOf([planned("shots.010.clip")], { realm: "sandbox" });
  const { look } = looked(plan, { due: ["shots.010.clip"] });
  const said = lookLines(look, { paint: PLAIN, columns: 100, isFirst: true, wasFaulty: false, most: 40 });
  expect(said).toEqual([
    "night-ferry · profile final · sandbox, costs nothing",
    "plan     1 to render · nothing in the sandbox; for real up to $0.21",
  ]);
  const options = { paint: PLAIN, columns: 100, most: 20 };
  expect(statusLines({ stand: standing().stand, look, hasKeys: true }, options).join()).not.toContain("$");
  const end = { underWay: [], used: 0 as never };
  expect(endText(end, look, options)).toBe("no task is under way in the sandbox\n");
});

test("each reason to wait has words of its own, and further attempts are in the price", () => {
  const create = { reference: "km1-x", attempt: 1, ceiling: 210_000 };
  const steps = ["1", "2", "3", "4", "5"].map((name) => planned(`shots.${name}.clip`));
  const dear = planned("shots.6.clip", {
    create: { ...create, retries: [{ reference: "km1-y", attempt: 2, ceiling: 210_000 }] } as never,
  });
  const { look } = looked(planOf([...steps, dear]), {
    waiting: {
      "shots.1.clip": "tier",
      "shots.2.clip": "no_budget",
      "shots.3.clip": "unknown_price",
      "shots.4.clip": "again",
      "shots.5.clip": "overtaken",
      "shots.6.clip": "ceiling",
    },
  });
  expect(waitingLines(look, 50)).toMatchInlineSnapshot(`
    [
      "waits    shots.1.clip  $0.21  tier standard, which the budget of this session is not for",
      "waits    shots.2.clip  $0.21  costs money",
      "waits    shots.3.clip  $0.21  unknown price",
      "waits    shots.4.clip  $0.21  would be paid again",
      "waits    shots.5.clip  $0.21  an earlier edit of it is still being rendered",
      "waits    shots.6.clip  $0.42  more than this session may still order: start again with a higher --budget",
    ]
  `);
  expect(waitingLines(look, 3)).toMatchInlineSnapshot(`
    [
      "waits    shots.1.clip  $0.21  tier standard, which the budget of this session is not for",
      "waits    shots.2.clip  $0.21  costs money",
      "waits    4 more steps  $1.05",
    ]
  `);
});
