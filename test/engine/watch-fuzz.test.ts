/**
 * Watchers under everything at once: edits, keys, time, a vendor with troubles, other terminals, deaths. Whatever comes,
 * what is ordered was agreed to, stays under its ceiling, is one task at a time, and is collected in the end.
 * WATCH_SEED=n plays one story, WATCH_FIRST and WATCH_SEEDS another range.
 */
import { expect, test } from "vitest";
import type { WatchNews } from "../../src/engine-watch.js";
import { createsOf, paidSteps } from "../../src/plan/approval.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Submission } from "../../src/provider/provider.js";
import { Chance } from "../simulation/chance.js";
import { vendorError, type Script } from "../run/scripted-provider.js";
import { film } from "./film.js";
import { warm } from "./watch-story.js";
import { beginLife, turns, type Holding, type Life } from "./watch-life.js";

const LOCK = "/film/kling.lock.json";
const whole = (name: string) => (process.env[name] === undefined ? undefined : Number(process.env[name]));
const FIRST = whole("WATCH_SEED") ?? whole("WATCH_FIRST") ?? 1;
const SEEDS = whole("WATCH_SEED") === undefined ? (whole("WATCH_SEEDS") ?? 20) : 1;

interface Shot {
  readonly id: string;
  readonly prompt: number;
  readonly pro: boolean;
  readonly more: "" | "image" | "extend";
}

function manifestOf(shots: readonly Shot[], comment: number, retries: boolean): string {
  const lines = shots.map(({ id, prompt, pro, more }) => {
    const image = more === "image" ? ", image: refs/dawn.png" : "";
    const steps =
      more === "extend" ? `, steps: [{ extend: { prompt: "on ${prompt}", via: last_frame } }]` : "";
    return `  "${id}": { prompt: "${id} take ${prompt}"${pro ? ", mode: pro" : ""}${image}${steps} }`;
  });
  const policy = retries ? "approval: { retries: 1 }\n" : "";
  return `version: 1\nproject: p\nprovider: kling\n${policy}shots:\n${lines.join("\n")}\n# ${comment}\n`;
}

/** One story; throws what went wrong. */
async function play(seed: number): Promise<void> {
  const chance = new Chance(seed);
  const fate = chance.fork();
  let isCalm = false;
  const wrong: string[] = [];
  const taskMs = chance.pick([300, 4_000, 60_000, 200_000]);
  const unluck = chance.pick([0, 0.1, 0.35]);
  const retries = chance.happens(0.2);

  let session: { readonly budget?: number; readonly tiers: readonly string[] } = { tiers: [] };
  let lives = 0;
  /** Everything that was told, by reference: its step, tier and ceiling, and the plans that it was in. */
  const told = new Map<string, { step: string; tier: string; attempt: number; ceiling?: number }>();
  let agreed = new Set<string>();
  let mayAgain = false;
  const doomed = new Map<string, "failed" | "content">();
  const acknowledged = new Set<string>();
  const orders: { reference: string; step: string; atMs: number; lives: number; byHand: boolean }[] = [];

  const inTrouble = (share = unluck) => !isCalm && fate.happens(share);
  const isUnder = (atMs: number) => clock.now() < atMs + taskMs;

  const arrives = ({ reference }: Submission): ReturnType<NonNullable<Script["submit"]>> => {
    const plan = told.get(reference);
    const isKnown = vendor.tasks.some((task) => task.submission.reference === reference);
    if (acknowledged.has(reference)) wrong.push(`${reference} is sent again after it was taken`);
    if (plan === undefined) wrong.push(`${reference} was in no plan that was told`);
    const byHand = agreed.has(reference);
    if (plan !== undefined && !byHand) {
      const { tier, attempt, step, ceiling } = plan;
      if (session.budget === undefined) wrong.push(`${step} is ordered without a word`);
      if (ceiling === undefined) wrong.push(`${step} is ordered at an unknown price`);
      if (tier !== "standard" && !session.tiers.includes(tier)) wrong.push(`${step} is ordered in ${tier}`);
      if (attempt > 1 && !mayAgain && !retries) wrong.push(`${step} is ordered a second time by itself`);
    }
    if (inTrouble(unluck / 2)) return "lose";
    if (inTrouble(unluck / 2)) return { kind: "refused", error: vendorError("busy", 1303) };
    if (inTrouble(unluck / 4)) return { kind: "refused", error: vendorError("content", 1301) };
    if (inTrouble(unluck / 4)) return { kind: "refused", error: vendorError("maintenance", 5001) };
    if (isKnown || plan === undefined) return "accept";
    const now = clock.now();
    for (const other of byHand || mayAgain || retries ? [] : orders) {
      if (other.step !== plan.step) continue;
      if (isUnder(other.atMs)) wrong.push(`${plan.step} has two tasks at once`);
      if (other.lives === lives && now - other.atMs < 10_000)
        wrong.push(`${plan.step} is ordered twice in ${now - other.atMs} ms`);
    }
    orders.push({ reference, step: plan.step, atMs: now, lives, byHand });
    if (inTrouble()) doomed.set(reference, fate.pick(["failed", "content"]));
    const owed = orders
      .filter((each) => each.lives === lives && (!doomed.has(each.reference) || isUnder(each.atMs)))
      .reduce((sum, each) => sum + (told.get(each.reference)?.ceiling ?? 0), 0);
    if (session.budget !== undefined && owed > session.budget * 1_000_000)
      wrong.push(`${owed} is ordered in a session of ${session.budget * 1_000_000}`);
    if (inTrouble()) return "take";
    acknowledged.add(reference);
    return "accept";
  };

  const cast: Shot[] = Array.from({ length: 1 + chance.below(3) }, (_, index) => ({
    id: `0${index + 1}0`,
    prompt: 0,
    pro: chance.happens(0.3),
    more: chance.pick(["", "", "image", "extend"]),
  }));
  let shots: readonly Shot[] = cast;
  let comments = 0;
  const text = () => manifestOf(shots, comments, retries);
  const lost = { kind: "lost", why: "the line was cut" } as const;
  const set = film(text(), {
    taskMs,
    submit: arrives,
    find: () => (inTrouble() ? lost : undefined),
    look: () => (inTrouble() ? lost : undefined),
    fetch: () => (inTrouble() ? { kind: "failed", why: "the line was cut" } : undefined),
    end: ({ reference }) => {
      const how = doomed.get(reference);
      if (how === undefined) return undefined;
      const error = vendorError(how === "content" ? "content" : "invalid", 7, "it came to nothing");
      return { status: "failed", billed: { kind: "not_billed" }, error };
    },
  });
  const { clock, vendor } = set;
  const holding: Holding = {};

  const hear = (news: WatchNews) => {
    if (news.type === "looked") note(news.look.plan);
    if (news.type === "run") note(news.plan);
  };
  const note = (plan: Plan) => {
    for (const { step, create, tier } of paidSteps(plan)) {
      for (const each of [create, ...(create.retries ?? [])])
        told.set(each.reference, {
          step: step.id,
          tier,
          attempt: each.attempt,
          ...(each.ceiling === undefined ? {} : { ceiling: each.ceiling }),
        });
    }
  };
  /** `most`: dollars of the standing approval; 0 is none. */
  const begin = async (most: number): Promise<Life> => {
    const budget = most === 0 ? undefined : most;
    const tiers = chance.happens(0.3) ? (["pro"] as const) : [];
    session = { ...(budget === undefined ? {} : { budget }), tiers };
    lives++;
    agreed = new Set();
    mayAgain = false;
    const wish = {
      ...(budget === undefined ? {} : { budgetUsd: budget }),
      ...(retries ? { retries: 1 } : {}),
    };
    return beginLife(set, holding, { ...wish, tiers }, hear);
  };
  const lookOf = ({ news }: Life) => news.findLast((each) => each.type === "looked")?.look;
  let lockText = "";
  const pass = async (life: Life, ms: number): Promise<void> => {
    await turns(20);
    const stepMs = ms <= 2_000 ? 50 : ms <= 30_000 ? 500 : 2_500;
    for (let passed = 0; passed < ms; passed += stepMs) {
      await clock.advance(stepMs);
      await turns(6);
      const now = set.volume.existsSync(LOCK) ? set.read(LOCK) : "";
      if (now !== lockText) life.lockChanged();
      lockText = now;
    }
    await turns(20);
    if (life.failure() !== undefined) throw life.failure();
  };

  let life = await begin(chance.pick([0, 0.5, 1, 3, 20]));
  for (let act = 0; act < 40; act++) {
    switch (chance.below(16)) {
      case 0:
      case 1:
      case 2: {
        const edited = chance.below(shots.length);
        shots = shots.map((shot, index) => (index === edited ? { ...shot, prompt: chance.below(3) } : shot));
        life.save(text());
        break;
      }
      case 3:
        comments++;
        life.save(text());
        break;
      case 4:
        life.save(`${text()}  ]broken`);
        break;
      case 5:
        shots = shots.length > 1 && chance.happens(0.5) ? shots.slice(1) : cast;
        life.save(text());
        break;
      case 6:
        shots = shots.toReversed();
        life.save(text());
        break;
      case 7: {
        const plan = lookOf(life)?.plan;
        if (plan === undefined) break;
        for (const { reference } of createsOf(plan)) agreed.add(reference);
        life.watch.wish({ wish: "approve", digest: plan.digest });
        break;
      }
      case 8:
        life.watch.wish({ wish: "pause" });
        if (chance.happens(0.8)) {
          await pass(life, chance.below(3_000));
          life.watch.wish({ wish: "pause" });
        }
        break;
      case 9:
        if (chance.happens(0.4)) {
          mayAgain = true;
          life.watch.wish({ wish: "retry" });
        }
        break;
      case 10:
        if (chance.happens(0.3)) {
          life.kill();
          life = await begin(chance.pick([0, 0.5, 1, 3]));
        }
        break;
      case 11:
        if (chance.happens(0.3)) {
          life.watch.wish({ wish: "quit" });
          for (let waits = 0; life.end() === undefined && waits < 100; waits++) await pass(life, 5_000);
          if (life.end() === undefined) wrong.push("it does not quit");
          life = await begin(chance.pick([0, 0.5, 1, 3]));
        }
        break;
      case 12:
        // Another terminal has the project for a while.
        if (holding.by === undefined) {
          const other = {};
          holding.by = other;
          await pass(life, chance.below(20_000));
          if (holding.by === other) delete holding.by;
        }
        break;
      default:
    }
    await pass(life, chance.pick([0, 100, 600, 3_000, 15_000, 15_000, 70_000]));
    if (wrong.length > 0) throw new Error(`act ${act}: ${wrong.join("; ")}`);
  }

  // Nothing is in the way any more: a last watcher brings in what is there, and rests.
  isCalm = true;
  life.watch.wish({ wish: "quit" });
  for (let waits = 0; life.end() === undefined && waits < 100; waits++) await pass(life, 5_000);
  if (life.end() === undefined) throw new Error("it does not quit");
  shots = cast;
  set.write(text());
  life = await begin(0);
  await pass(life, 1_500_000);
  const before = { requests: vendor.log.length, news: life.news.length };
  await pass(life, 1_200_000);
  if (wrong.length > 0) throw new Error(wrong.join("; "));
  const requests = vendor.log.length - before.requests;
  const news = life.news.length - before.news;
  // A create of which the vendor knows nothing, and that waits for a yes, is asked for every five minutes.
  if (requests > 4 * 6) throw new Error(`${requests} requests while nothing happens`);
  if (news > 4 * 30) throw new Error(`${news} news while nothing happens`);
  const phase = life.news.findLast((each) => each.type === "stand")?.stand.phase;
  if (phase !== "idle" && phase !== "waiting") throw new Error(`it ends as ${phase}`);
  const path = set.names().find((name) => name.endsWith("/journal.jsonl"));
  const journal = path === undefined ? "" : set.read(path);
  for (const { submission } of vendor.tasks) {
    const { reference } = submission;
    const end = doomed.has(reference) ? "failed" : "recorded";
    const isThere = journal.split("\n").some((line) => line.includes(reference) && line.includes(`"${end}"`));
    if (!isThere) throw new Error(`the task of ${reference} was paid for, and is not ${end} in the journal`);
  }
}

test(
  "whatever comes, what is ordered was agreed to, stays under its ceiling, and is collected in the end",
  async () => {
    await warm;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const failure = await play(seed).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error("it threw what is no error")),
      );
      if (failure !== undefined) throw new Error(`seed ${seed}: ${failure.message}`, { cause: failure });
    }
    expect(SEEDS).toBeGreaterThan(0);
  },
  Math.max(60_000, SEEDS * 10_000),
);
