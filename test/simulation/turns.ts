/**
 * Time and order of a simulated story: what can happen now happens one after another in an order that the seed draws,
 * and only when nothing can, the clock moves on to the next alarm. No story takes real time, and none uses a real wait.
 */
import type { Clock } from "../../src/base/clock.js";
import type { Chance } from "./chance.js";

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  ring: (() => void) | undefined;
}

/** Events of one story at most: what needs more goes round in circles. */
const MOST_EVENTS = 300_000;

/** The turns that the parts of a story take. */
export class Turns {
  nowMs: number;
  #events = 0;
  #order = 0;
  readonly #ready: (() => void)[] = [];
  /** By time, then by order; the next one last. */
  readonly #alarms: Alarm[] = [];

  constructor(
    readonly chance: Chance,
    start = Date.UTC(2026, 10, 22, 12),
  ) {
    this.nowMs = start;
  }

  /** Something that can happen now. */
  ready(event: () => void): void {
    this.#ready.push(event);
  }

  /** Something that happens after `ms`. Returns how to call it off. */
  after(ms: number, event: () => void): () => void {
    const alarm: Alarm = { atMs: this.nowMs + Math.max(0, ms), order: ++this.#order, ring: event };
    let place = this.#alarms.length;
    while (place > 0 && (this.#alarms[place - 1]?.atMs ?? Infinity) <= alarm.atMs) place--;
    this.#alarms.splice(place, 0, alarm);
    return () => {
      alarm.ring = undefined;
    };
  }

  /** Lets events happen until `done`. @throws Error when nothing can happen any more, or far too much does. */
  play(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          if (done()) {
            resolve();
            return;
          }
          this.#next()();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        settled(turn);
      };
      settled(turn);
    });
  }

  /** Lets `ms` go by, with all that happens meanwhile. */
  async rest(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => {
      over = true;
    });
    await this.play(() => over);
  }

  #next(): () => void {
    if (++this.#events > MOST_EVENTS) throw new Error("the story does not end: it goes round in circles");
    const { length } = this.#ready;
    if (length > 0) {
      const [event] = this.#ready.splice(length === 1 ? 0 : this.chance.below(length), 1);
      if (event !== undefined) return event;
    }
    for (let alarm = this.#alarms.pop(); alarm !== undefined; alarm = this.#alarms.pop()) {
      if (alarm.ring === undefined) continue;
      this.nowMs = Math.max(this.nowMs, alarm.atMs);
      return alarm.ring;
    }
    throw new Error("the story hangs: something is awaited that will never come");
  }
}

/** Calls when all that is going on has come to rest: a tick that a microtask asks for comes after all other microtasks. */
function settled(call: () => void): void {
  queueMicrotask(() => process.nextTick(call));
}

/** A wait that ends early when `signal` aborts, through `port`, so that a process can die around it. */
export function clockOf(turns: Turns, port: <T>(name: string, effect: () => T) => Promise<T>): Clock {
  return {
    now: () => Math.floor(turns.nowMs),
    async sleep(ms, signal) {
      await port("sleep", () => undefined);
      if (signal.aborted) throw signal.reason as Error;
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => {
          callOff();
          reject(signal.reason as Error);
        };
        const callOff = turns.after(ms, () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        });
        signal.addEventListener("abort", onAbort, { once: true });
      });
      await port("wake", () => undefined);
    },
  };
}
