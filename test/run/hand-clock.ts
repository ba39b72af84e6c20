/**
 * A clock moved by hand. `drive` lets everything that can happen happen, and only then moves on to the next sleeper, so
 * a test takes no time, and a wait that nobody will ever end is an error instead of a timeout.
 */
import type { Clock } from "../../src/base/clock.js";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class HandClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  /** Every sleep asked for, in milliseconds. */
  readonly slept: number[] = [];

  constructor(start = Date.UTC(2026, 10, 22, 12)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        atMs: this.#now + ms,
        wake: () => {
          signal.removeEventListener("abort", abort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** Moves on by `ms`, waking sleepers in their order. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    while (this.#wakeNext(target)) await settle();
    this.#now = target;
    await settle();
  }

  /** The promise's result, moving time as far as it takes. @throws when nothing sleeps and it still does not settle. */
  async drive<T>(promise: Promise<T>, until: () => boolean = () => false): Promise<T> {
    let running = true;
    const watched = promise.finally(() => {
      running = false;
    });
    watched.catch(() => undefined);
    const isRunning = async (): Promise<boolean> => {
      await settle();
      return running;
    };
    let idle = 0;
    while (await isRunning()) {
      if (until()) throw new Stopped();
      if (this.#wakeNext(Infinity)) idle = 0;
      else if (++idle > 3) throw new Error("nothing sleeps, and yet it does not end: it hangs");
    }
    return watched;
  }

  #wakeNext(latest: number): boolean {
    const [next] = [...this.#sleepers].toSorted((a, b) => a.atMs - b.atMs);
    if (next === undefined || next.atMs > latest) return false;
    this.#sleepers.delete(next);
    this.#now = Math.max(this.#now, next.atMs);
    next.wake();
    return true;
  }
}

/** Thrown by `drive` when its condition became true before the promise settled. */
export class Stopped extends Error {}

/** Lets everything happen that needs no time. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
