/**
 * The account's slots, as far as this run may use them and has learnt of them: one lane for each model version and kind of
 * pack. A slot is held from before a create is sent until its task has ended. When the vendor says that all of them are
 * taken, by whoever shares the account, the lane sends no more than is known to be under way, and tries one more only
 * after as many creates as it allows have passed.
 *
 *   work:   waiting ──room──▶ sending ──taken──▶ under way ──▶ (ended)
 *                              │   ▲
 *            the limit fell    ▼   │ room
 *                              aside          before anybody who is still waiting
 *
 * Knows no clock: how long a refused create waits before it is sent again is its sender's business.
 */
import { getOrMake } from "../base/guard.js";
import type { PackKind } from "../provider/account.js";
import { afterFull, afterTaken, limitOf, UNTAUGHT, type Learned } from "./learned.js";

/** What a create takes slots of. */
export interface Lane {
  readonly pack: PackKind;
  readonly model: string;
  /** How many it takes. */
  readonly slots: number;
}

/** A place in a lane, as its holder sees it. */
export interface Slot {
  /** Waits until the create may be sent; false when `stop` came first. */
  turn(stop: AbortSignal): Promise<boolean>;
  /** The vendor refused the create because all slots are taken. */
  full(): void;
  /** Its task is under way; `found`: it was there already, which says nothing of how much room there is. */
  taken(found: boolean): void;
}

/** The slots of a run. */
export interface Slots {
  /** Runs work that may create a task, once there is room for it; the slot is free again when it ends. */
  hold<T>(lane: Lane, work: (slot: Slot) => Promise<T>): Promise<T>;
  /** Runs work on a task that has its slot at the vendor already, and so waits for none. */
  follow<T>(lane: Lane, work: () => Promise<T>): Promise<T>;
}

interface Holder {
  readonly slots: number;
  at: "sending" | "aside" | "under_way";
}

interface Waiting {
  readonly slots: number;
  go(): void;
}

/** Slots of which each lane may use `most` at once, if not fewer are free. */
export function openSlots(most: (pack: PackKind) => number): Slots {
  const lanes = new Map<string, ReturnType<typeof openLane>>();
  const laneOf = ({ pack, model }: Lane) =>
    getOrMake(lanes, `${pack} ${model}`, () => openLane(Math.max(1, most(pack))));
  return {
    hold: async (lane, work) => laneOf(lane).hold(lane.slots, work),
    follow: async (lane, work) => laneOf(lane).follow(lane.slots, work),
  };
}

function openLane(most: number) {
  const holders = new Set<Holder>();
  const aside: Waiting[] = [];
  const fresh: Waiting[] = [];
  let learned: Learned = UNTAUGHT;

  const sum = (counts: (at: Holder["at"]) => boolean): number => {
    let slots = 0;
    for (const holder of holders) if (counts(holder.at)) slots += holder.slots;
    return slots;
  };
  const held = () => sum(() => true);
  const engaged = () => sum((at) => at !== "aside");
  const underWay = () => sum((at) => at === "under_way");
  // What alone is more than the limit must have its turn all the same.
  const isRoom = (beside: number, slots: number) => beside === 0 || beside + slots <= limitOf(learned, most);

  /** Lets in whoever may go now: those who stood aside first, and nobody past the first who may not. */
  const advance = (): void => {
    for (const [queue, beside] of [
      [aside, engaged],
      [fresh, held],
    ] as const) {
      for (let [next] = queue; next !== undefined && isRoom(beside(), next.slots); [next] = queue) {
        queue.shift();
        next.go();
      }
    }
  };
  const standAside = (holder: Holder, stop: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const waiting: Waiting = {
        slots: holder.slots,
        go() {
          stop.removeEventListener("abort", stopped);
          holder.at = "sending";
          resolve(true);
        },
      };
      const stopped = (): void => {
        aside.splice(aside.indexOf(waiting), 1);
        resolve(false);
      };
      stop.addEventListener("abort", stopped, { once: true });
      holder.at = "aside";
      aside.push(waiting);
      advance();
    });
  const slotOf = (holder: Holder): Slot => ({
    async turn(stop) {
      if (stop.aborted) return false;
      const others = engaged() - holder.slots;
      return isRoom(others, holder.slots) ? true : standAside(holder, stop);
    },
    full() {
      learned = afterFull(underWay(), most);
    },
    taken(found) {
      holder.at = "under_way";
      learned = afterTaken(learned, {
        most,
        underWay: underWay(),
        passed: found ? 0 : holder.slots,
        wanted: aside.length + fresh.length > 0,
      });
      advance();
    },
  });
  const during = async <T>(holder: Holder, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      holders.delete(holder);
      advance();
    }
  };

  return {
    async hold<T>(slots: number, work: (slot: Slot) => Promise<T>): Promise<T> {
      const holder: Holder = { slots, at: "sending" };
      await new Promise<void>((resolve) => {
        const go = (): void => {
          holders.add(holder);
          resolve();
        };
        fresh.push({ slots, go });
        advance();
      });
      return during(holder, () => work(slotOf(holder)));
    },
    follow<T>(slots: number, work: () => Promise<T>): Promise<T> {
      const holder: Holder = { slots, at: "under_way" };
      holders.add(holder);
      return during(holder, work);
    },
  };
}
