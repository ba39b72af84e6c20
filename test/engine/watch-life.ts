/**
 * Watchers over one film in memory, one after the other, each of which may be quit or die at any moment: a dead one keeps
 * its promises pending for ever, so that nothing that it was about to do is done.
 */
import { openWatch, type Watch, type WatchEnd, type WatchNews } from "../../src/engine-watch.js";
import type { WatchRequest } from "../../src/engine-watch.js";
import type { WatchWish as FileWish } from "../../src/engine-world.js";
import type { Provider } from "../../src/provider/provider.js";
import type { film } from "./film.js";

const MANIFEST = "/film/kling.manifest.yaml";
const LOCK = "/film/kling.lock.json";

/** Lets everything happen that needs no time. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const never = () => new Promise<never>(() => undefined);

/** One watcher's life. */
export interface Life {
  readonly watch: Watch;
  readonly news: readonly WatchNews[];
  save(text: string): void;
  /** Tells of a lockfile that is not what it was. */
  lockChanged(): void;
  /** Nothing that it waits for ever comes, as when its process was killed. */
  kill(): void;
  end(): WatchEnd | undefined;
  failure(): unknown;
}

/** Who works in the project now; shared by all lives, and freed by a death. */
export interface Holding {
  by?: object;
}

/** Begins a watcher's life. */
export async function beginLife(
  set: ReturnType<typeof film>,
  holding: Holding,
  request: Omit<WatchRequest, "signal" | "tell">,
  told: (news: WatchNews) => void,
): Promise<Life> {
  const me = {};
  const news: WatchNews[] = [];
  let isDead = false;
  let files: FileWish | undefined;
  const alive = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (isDead) return never();
    if ("error" in result) throw result.error;
    return result.value;
  };
  const mortal = (provider: Provider): Provider =>
    new Proxy(provider, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function" || name === "address" || name === "references") return member;
        if (name === "callsBefore") return member;
        return (...given: readonly unknown[]) =>
          isDead ? never() : alive(Promise.resolve(Reflect.apply(member, target, given)));
      },
    });
  const world = {
    ...set.world,
    clock: {
      now: () => set.clock.now(),
      sleep: (ms: number, signal: AbortSignal) => (isDead ? never() : alive(set.clock.sleep(ms, signal))),
    },
    lock: () => {
      if (isDead) return never();
      if (holding.by !== undefined) return Promise.resolve({ kind: "busy" as const });
      holding.by = me;
      return Promise.resolve({
        kind: "held" as const,
        release: () => {
          if (holding.by === me) delete holding.by;
          return Promise.resolve();
        },
      });
    },
    openRoute: async (...given: Parameters<typeof set.world.openRoute>) => {
      const route = await set.world.openRoute(...given);
      return "message" in route ? route : mortal(route);
    },
    watchFiles: (wish: FileWish) => {
      files = wish;
      return Promise.resolve({
        set: () => undefined,
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      });
    },
  };
  const opened = await openWatch(
    { cwd: "/film", env: {}, home: "/home" },
    {
      ...request,
      signal: new AbortController().signal,
      tell: (each) => {
        if (isDead) return;
        news.push(each);
        told(each);
      },
    },
    world,
  );
  if (opened.value === undefined) throw new Error(JSON.stringify(opened.diagnostics));
  const watch = opened.value;
  let end: WatchEnd | undefined;
  let failure: unknown;
  watch.ended.then(
    (value) => void (end = value),
    (error: unknown) => void (failure = error ?? "rejected"),
  );
  return {
    watch,
    news,
    save(text) {
      set.write(text);
      if (!isDead) files?.tell(new Set([MANIFEST]));
    },
    lockChanged() {
      if (!isDead) files?.tell(new Set([LOCK]));
    },
    kill() {
      isDead = true;
      if (holding.by === me) delete holding.by;
    },
    end: () => end,
    failure: () => failure,
  };
}
