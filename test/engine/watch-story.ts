/**
 * A watcher over a film in memory: saves, keys and time come from the test's hand, files are told as a disk would tell
 * them, and everything between is real.
 */
import {
  openWatch,
  type Watch,
  type WatchEnd,
  type WatchNews,
  type WatchRequest,
} from "../../src/engine-watch.js";
import type { WatchWish as FileWish } from "../../src/engine-world.js";
import type { Plan } from "../../src/plan/plan.js";
import type { WatchWish } from "../../src/run/watch.js";
import { film } from "./film.js";

/** Small enough for timers to come in their order, whatever work is between them. */
const STEP_MS = 20;
/** Turns of the event loop in which a plan or a run gets as far as it can without time. */
const TURNS = 60;

async function turns(count = TURNS): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What is imported where it is first used takes time that no hand moves, so all of it is used once before. */
export const warm = (async () => {
  const once = film(`version: 1\nproject: p\nprovider: kling\nshots: { "1": { prompt: x, duration: 5 } }\n`);
  await once.render({ ask: () => Promise.resolve(true) });
  once.write("version: [");
  await once.open().catch(() => undefined);
})();

/** Watches a film in memory: a new one with this manifest, or one that was watched before. */
export async function watchStory(
  manifest: string | ReturnType<typeof film>,
  request: Omit<WatchRequest, "signal" | "tell"> = {},
  script: Parameters<typeof film>[1] = {},
) {
  await warm;
  const set = typeof manifest === "string" ? film(manifest, script) : manifest;
  const news: WatchNews[] = [];
  const stop = new AbortController();
  let files: FileWish | undefined;
  let watched: ReadonlySet<string> = new Set();
  let closed = false;
  const world = {
    ...set.world,
    watchFiles: (wish: FileWish) => {
      files = wish;
      return Promise.resolve({
        set: (paths: ReadonlySet<string>) => void (watched = paths),
        ready: () => Promise.resolve(),
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      });
    },
  };
  const opened = await openWatch(
    { cwd: "/film", env: script.env ?? {}, home: "/home" },
    { ...request, signal: stop.signal, tell: (each) => news.push(each) },
    world,
  );
  if (opened.value === undefined) throw new Error(JSON.stringify(opened.diagnostics));
  const watch: Watch = opened.value;
  let end: WatchEnd | undefined;
  let failure: unknown;
  watch.ended.then(
    (value) => void (end = value),
    (error: unknown) => void (failure = error),
  );

  const story = {
    set,
    news,
    vendor: set.vendor,
    /** Lets so much time pass. */
    async pass(ms: number): Promise<void> {
      await turns();
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        await set.clock.advance(STEP_MS);
        await turns(set.clock.slept.length > 0 ? 12 : 4);
      }
      await turns();
      if (failure !== undefined) throw failure;
    },
    /** Saves the manifest, and has it told. */
    save(text: string): void {
      set.write(text);
      files?.tell(new Set(["/film/kling.manifest.yaml"]));
    },
    touch: (path: string) => files?.tell(new Set([path])),
    wish: (wish: WatchWish) => watch.wish(wish),
    /** Says yes to the plan that was told last. */
    approve(): void {
      watch.wish({ wish: "approve", digest: story.plan().digest });
    },
    quit: () => watch.wish({ wish: "quit" }),
    abort: () => stop.abort(),
    look: () => news.findLast((each) => each.type === "looked")?.look,
    /** The plan that was told last. */
    plan(): Plan {
      const plan = story.look()?.plan;
      if (plan === undefined) throw new Error("no plan was told yet");
      return plan;
    },
    stand: () => news.findLast((each) => each.type === "stand")?.stand,
    notices: () => news.flatMap((each) => (each.type === "notice" ? [each.message] : [])),
    /** Prompts of the tasks that were ordered, in order. */
    ordered: () =>
      set.vendor.tasks.map(({ submission: { action } }) =>
        "prompt" in action ? action.prompt : action.kind,
      ),
    /** Step → decision of the plan that was told last. */
    decisions: () =>
      Object.fromEntries(story.plan().steps.map(({ step, decision }) => [step.id, decision.kind])),
    watched: () => watched,
    closed: () => closed,
    end: () => end,
  };
  await story.pass(0);
  return story;
}
