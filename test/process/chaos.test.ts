/**
 * The built program against the standalone sandbox, both real processes, over real HTTP with faults, killed by SIGKILL at
 * every journaled point and at any moment; then left alone. What was paid for was paid for once, and nothing of it is lost.
 * `KLINGMAKE_CHAOS_SEED` takes another sequence of choices, `KLINGMAKE_CHAOS_KILLS` another number of kills.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FaultPlan } from "../../src/sandbox/faults.js";
import type { LedgerEntry } from "../../src/sandbox/task-book.js";
import { project } from "./cli.js";
import { draws, killedAt, Lines, RECORDS, SIGNS, type Killing, type Point, type Written } from "./killing.js";
import { reckon } from "./reckoning.js";
import { standalone } from "./standalone.js";

const SEED = Number(process.env["KLINGMAKE_CHAOS_SEED"] ?? 20_261_122);
const KILLS = Number(process.env["KLINGMAKE_CHAOS_KILLS"] ?? 200);
const YES = ["render", "--ask-tiers", "none", "--ask-above", "100000"];

/** Everything goes wrong now and then; answers to creates and calls are late, so that a run can be killed before them. */
const FAULTS: FaultPlan = {
  seed: SEED,
  rules: [
    { call: ["create", "small"], do: "delay", ms: 25, after: true },
    { call: "create", probability: 0.08, do: "lost-after" },
    { call: "create", probability: 0.03, do: "lost-before" },
    { call: "create", probability: 0.04, do: "code", code: 5000, after: true },
    { call: "create", probability: 0.02, do: "code", code: 5002 },
    { call: "create", probability: 0.03, do: "code", code: 1303 },
    { call: "create", probability: 0.03, do: "html", status: 504, after: true },
    { call: "create", probability: 0.02, do: "garbage", after: true },
    { call: "create", probability: 0.03, do: "truncated-json" },
    { call: "create", nth: [9, 31], do: "hang", after: true },
    { call: "small", probability: 0.1, do: "lost-after" },
    { call: "small", probability: 0.05, do: "lost-before" },
    { call: "small", probability: 0.05, do: "code", code: 5001 },
    { call: "query", probability: 0.2, do: "delay", ms: 15 },
    { call: "query", probability: 0.05, do: "lost-before" },
    { call: "query", probability: 0.03, do: "html" },
    { call: "query", probability: 0.03, do: "truncated-json" },
    { call: "query", probability: 0.03, do: "code", code: 1302 },
    { call: "download", probability: 0.2, do: "delay", ms: 15 },
    { call: "download", probability: 0.08, do: "cut" },
    { call: "download", probability: 0.05, do: "short" },
    { call: "download", probability: 0.03, do: "corrupt", at: 0 },
    { call: "download", probability: 0.03, do: "wrong-type" },
    { call: "download", probability: 0.05, do: "expired" },
  ],
};

const head = (generation: number) => `version: 1
project: film
provider: kling
limits: { poll_seconds: 0.02, concurrency: 4 }
outputs:
  path: "renders/${generation}/{shot}/{step}{take}.mp4"
  image_path: "renders/${generation}/{image}.png"
`;

/** What is rendered, how it is killed, and what goes wrong meanwhile. */
interface Story {
  readonly name: string;
  readonly manifest: (generation: number) => string;
  readonly share: number;
  readonly points: readonly Exclude<Point, number>[];
  readonly faults: FaultPlan;
  readonly spared?: Killing["spared"];
}

const WITHOUT_CALLS = [...RECORDS, ...SIGNS].filter(
  (each) => !["calling", "called", "spoken"].includes(each),
);

const NATIVE = "/v1/videos/video-extend";
/** Faults after which a task certainly exists. */
const HIDING = new Set(["lost-after", "truncated-json"]);

const STORIES: readonly Story[] = [
  {
    name: "stills, takes and continuations",
    share: 0.4,
    points: WITHOUT_CALLS,
    faults: FAULTS,
    manifest: (generation) => `${head(generation)}images:
  mara: { prompt: "a woman ${generation}", aspect_ratio: "3:4" }
shots:
  a: { image: { from: images.mara }, prompt: "she turns ${generation}", takes: 2 }
  b:
    prompt: "the pier ${generation}"
    model: kling-3.0
    duration: 3
    steps:
      - extend: { prompt: she goes on, duration: 3 }
`,
  },
  {
    name: "speech, whose small calls carry no reference",
    share: 0.4,
    points: [...RECORDS, ...SIGNS],
    faults: FAULTS,
    manifest: (generation) => `${head(generation)}defaults: { video: { model: kling-v2-5-turbo } }
shots:
  a:
    prompt: "a woman speaks ${generation}"
    steps:
      - lip_sync: { text: "we should have turned back at the lighthouse", voice: oversea_male1 }
  b: { prompt: "the engine room ${generation}" }
`,
  },
  {
    name: "native continuations, which carry no reference and are found in a list",
    share: 0.2,
    points: WITHOUT_CALLS,
    // Sent once and never again: where it may have been lost on its way to the vendor, a person decides.
    faults: {
      seed: SEED,
      rules: FAULTS.rules.filter((rule) => rule.call !== "create" || HIDING.has(rule.do)),
    },
    spared: ({ journal, ledger }) => {
      const sent = journal.all.filter(({ type, product }) => type === "intent" && product === NATIVE);
      const taken = ledger.all.filter(({ path, outcome }) => path === NATIVE && outcome === "accepted");
      return sent.length > taken.length;
    },
    manifest: (generation) => `${head(generation)}shots:
  a:
    model: kling-v1-6
    prompt: "the pier ${generation}"
    steps:
      - extend: { prompt: she goes on, via: native }
`,
  },
];

/** Renders one film after the other, killed again and again; then, with nothing in the way, asserts what must hold. */
async function survive({ manifest, points, faults, share, spared }: Story, seed: number) {
  const draw = draws(seed);
  const vendor = await standalone(faults, 0.001);
  const film = project(manifest(0), vendor.env);
  const watched = {
    film,
    journal: new Lines<Written>(join(film.root, ".kling/journal.jsonl")),
    ledger: new Lines<LedgerEntry>(join(vendor.directory, "ledger.jsonl")),
  };
  const killing = { args: YES, mostMs: 3000, ...(spared === undefined ? {} : { spared }) };
  const at = new Map<string, number>(points.map((point) => [point, 0]));
  const overtaken: number[] = [];
  let [kills, films] = [0, 1];
  for (let turn = 0; kills < KILLS * share || [...at.values()].includes(0); turn++) {
    expect(turn, `points that never come, of ${JSON.stringify(Object.fromEntries(at))}`).toBeLessThan(KILLS);
    // In turns at the point that was hit least, and at a moment.
    const least = points.reduce((a, b) => ((at.get(b) ?? 0) < (at.get(a) ?? 0) ? b : a));
    const fate = await killedAt(turn % 2 === 0 ? least : draw.below(400), watched, killing);
    if (fate.at !== undefined) {
      kills++;
      at.set(fate.at, (at.get(fate.at) ?? 0) + 1);
    } else expect([0, 1], fate.stderr).toContain(fate.code);
    // The next film when this one is done; now and then before, which overtakes what is under way.
    const isDone = fate.code === 0;
    if (isDone || draw.below(25) === 0) {
      if (!isDone) overtaken.push(films - 1);
      film.write("kling.manifest.yaml", manifest(films++));
    }
  }
  const struck = (await vendor.counts()).rules.reduce((sum, rule) => sum + rule.struck, 0);
  await vendor.kill();
  await vendor.restart({ rules: [] });

  // The film as it is now, and all that were edited away while they were under way: what never arrived of those would be
  // asked about until it is older than two minutes.
  for (const generation of [films - 1, ...overtaken]) {
    film.write("kling.manifest.yaml", manifest(generation));
    const last = await film.run(YES);
    expect(last.code, last.stderr).toBe(0);
    expect(last.stderr).not.toContain("journal/damaged");
  }
  const reckoned = await reckon(vendor, film);
  const before = await vendor.counts();
  const again = await film.run(YES);
  expect(again.stderr).toMatch(/nothing to do, \d+ steps are fresh/);
  expect(again.code).toBe(0);
  expect((await vendor.counts()).calls).toEqual(before.calls);
  return { kills, struck, films, overtaken: overtaken.length, ...reckoned, at: Object.fromEntries(at) };
}

describe(`${KILLS} kills under seed ${SEED}`, { timeout: 600_000 }, () => {
  it("leave nothing paid twice, nothing lost, and nothing to do", async () => {
    const told = await Promise.all(STORIES.map((story, index) => survive(story, SEED + index)));
    expect(told.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(KILLS);
    for (const { struck } of told) expect(struck).toBeGreaterThan(0);
  });
});
