/** An account's slots: never more than are allowed or were learnt of, whoever shares the account; and all of them again later. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterFull, afterTaken, limitOf, UNTAUGHT, type Learned } from "../../src/run/learned.js";
import { openSlots, type Lane, type Slot } from "../../src/run/slots.js";
import { settle } from "./hand-clock.js";

const laneFor = (slots = 1, model = "m", pack: Lane["pack"] = "video"): Lane => ({ pack, model, slots });
const never = new AbortController().signal;

describe("what is learnt", () => {
  const taken = { most: 5, underWay: 1, passed: 1, wanted: true };
  const words = (learned: Learned, most = 5) =>
    learned.kind === "untaught"
      ? `all ${limitOf(learned, most)}`
      : `${limitOf(learned, most)}, ${learned.passed} passed`;

  test.each<[string, Learned, string]>([
    ["nothing, before the vendor says anything", UNTAUGHT, "all 5"],
    ["a refusal leaves as many as are under way", afterFull(3, 5), "3, 0 passed"],
    ["at least one, whoever has the others", afterFull(0, 5), "1, 0 passed"],
    ["a refusal never allows more than the author does", afterFull(9, 5), "all 5"],
    ["a create that is taken is counted", afterTaken(afterFull(3, 5), taken), "3, 1 passed"],
    [
      "as many as are allowed, and one more is tried",
      afterTaken({ kind: "taught", limit: 3, passed: 2 }, taken),
      "4, 0 passed",
    ],
    [
      "the last step up forgets that there was a limit",
      afterTaken({ kind: "taught", limit: 4, passed: 3 }, taken),
      "all 5",
    ],
    [
      "while nobody waits nothing is tried, so nothing passes",
      afterTaken(afterFull(1, 5), { ...taken, wanted: false }),
      "1, 0 passed",
    ],
    [
      "a task that was there before proves no room for another",
      afterTaken(afterFull(1, 5), { ...taken, passed: 0 }),
      "1, 0 passed",
    ],
    [
      "what was on its way when the limit fell, and was taken, proves its room",
      afterTaken(afterFull(1, 5), { ...taken, underWay: 3, wanted: false }),
      "3, 0 passed",
    ],
    ["without a limit nothing is counted", afterTaken(UNTAUGHT, taken), "all 5"],
  ])("%s", (_, learned, said) => {
    expect(words(learned)).toBe(said);
  });
});

/** One piece of work in a lane, led by hand. */
class Work {
  slot: Slot | undefined;
  /** `asked`: has its place, and waits for its turn to send. */
  at: "waiting" | "sending" | "asked" | "under_way" | "ended" = "waiting";
  #end: () => void = () => undefined;
  readonly slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  begin(slots: ReturnType<typeof openSlots>): void {
    void slots.hold(laneFor(this.slots), (slot) => {
      this.slot = slot;
      this.at = "sending";
      return new Promise<void>((resolve) => void (this.#end = resolve));
    });
  }

  end(): void {
    this.at = "ended";
    this.#end();
  }
}

const slotsOf = (works: readonly Work[], ...at: readonly Work["at"][]): number =>
  works.filter((work) => at.includes(work.at)).reduce((sum, work) => sum + work.slots, 0);

type Move =
  | { readonly kind: "begin"; readonly slots: number }
  | { readonly kind: "send" | "end"; readonly which: number }
  | { readonly kind: "others"; readonly slots: number };

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("begin" as const), slots: fc.nat(2).map((n) => n + 1) }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("send" as const), which: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("others" as const), slots: fc.nat(6) }) },
  ),
  { minLength: 10, maxLength: 80 },
);

/** The lane, the vendor's account, and what must have been learnt of it. */
class Stage {
  readonly works: Work[] = [];
  readonly most: number;
  readonly #account: number;
  readonly #slots: ReturnType<typeof openSlots>;
  #others = 0;
  #learned: Learned = UNTAUGHT;
  /** Which laws were broken. */
  readonly broken: string[] = [];
  /** Who asked for a turn, in that order. */
  readonly #asked: Work[] = [];

  constructor(most: number, account: number) {
    this.most = most;
    this.#account = account;
    this.#slots = openSlots(() => most);
  }

  get limit(): number {
    return limitOf(this.#learned, this.most);
  }

  async play(move: Move): Promise<void> {
    switch (move.kind) {
      case "begin": {
        const work = new Work(move.slots);
        this.works.push(work);
        work.begin(this.#slots);
        break;
      }
      case "others":
        this.#others = move.slots;
        break;
      case "end":
        this.#pick(move.which, "under_way")?.end();
        break;
      case "send":
        await this.#send(this.#pick(move.which, "sending"));
        break;
    }
    await settle();
    this.#nobodyWaitsForNothing();
  }

  #pick(which: number, at: Work["at"]): Work | undefined {
    const able = this.works.filter((work) => work.at === at);
    return able[which % Math.max(1, able.length)];
  }

  async #send(work: Work | undefined): Promise<void> {
    if (work?.slot === undefined) return;
    const { slot } = work;
    work.at = "asked";
    this.#asked.push(work);
    void slot.turn(never).then((may) => {
      if (!may) this.broken.push("no turn");
      work.at = "sending";
      this.#asked.splice(this.#asked.indexOf(work), 1);
      const engaged = slotsOf(this.works, "sending", "under_way");
      if (engaged > this.limit && engaged > work.slots) this.broken.push(`${engaged} of ${this.limit}`);
      const atVendor = slotsOf(this.works, "under_way") + this.#others;
      if (atVendor + work.slots > this.#account) {
        this.#learned = afterFull(slotsOf(this.works, "under_way"), this.most);
        slot.full();
        return;
      }
      work.at = "under_way";
      this.#learned = afterTaken(this.#learned, {
        most: this.most,
        underWay: slotsOf(this.works, "under_way"),
        passed: work.slots,
        wanted: this.works.some(({ at }) => at === "waiting" || at === "asked"),
      });
      slot.taken(false);
    });
    await settle();
  }

  #nobodyWaitsForNothing(): void {
    const held = slotsOf(this.works, "sending", "asked", "under_way");
    const first = this.works.find(({ at }) => at === "waiting");
    if (first !== undefined && (held === 0 || held + first.slots <= this.limit))
      this.broken.push("there is room");
    const engaged = slotsOf(this.works, "sending", "under_way");
    const aside = this.#asked.find(({ at }) => at === "asked");
    if (aside !== undefined && (engaged === 0 || engaged + aside.slots <= this.limit))
      this.broken.push("there is a turn");
  }

  /** Ends all that is there, one after another, on an account that nobody else uses. */
  async finish(): Promise<void> {
    await this.play({ kind: "others", slots: 0 });
    for (let moves = 0; this.works.some(({ at }) => at !== "ended"); moves++) {
      if (moves > 5000) throw new Error("it does not end");
      const sendable = this.#pick(0, "sending");
      await this.play(sendable === undefined ? { kind: "end", which: 0 } : { kind: "send", which: 0 });
    }
  }
}

test("no create is sent beyond what was learnt, nobody waits where there is room, and all of it comes to an end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 3, max: 8 }),
      moves,
      async (most, account, all) => {
        const stage = new Stage(most, account);
        for (const move of all) await stage.play(move);
        await stage.finish();
        expect(stage.broken).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test("once nobody else uses the account, all of its slots are used again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 6 }), moves, async (most, all) => {
      const stage = new Stage(most, Math.max(most, 3));
      for (const move of all) await stage.play(move);
      await stage.play({ kind: "others", slots: 0 });
      // From one slot up to all of them takes 1 + 2 + ... creates, and what was drawn may still be in the way.
      for (let count = 0; count < 60; count++) await stage.play({ kind: "begin", slots: 1 });
      await stage.finish();
      expect(stage.broken).toEqual([]);
      expect(stage.limit).toBe(most);
    }),
    { numRuns: 60 },
  );
});

describe("slots", () => {
  test("lanes are apart: by model, and by the packs that pay", async () => {
    const slots = openSlots((pack) => (pack === "video" ? 1 : 2));
    const began: string[] = [];
    const wait = new Promise<void>(() => undefined);
    for (const lane of [
      laneFor(1, "a"),
      laneFor(1, "a"),
      laneFor(1, "b"),
      laneFor(1, "a", "image"),
      laneFor(1, "a", "image"),
      laneFor(1, "a", "image"),
    ])
      void slots.hold(lane, () => (began.push(`${lane.pack} ${lane.model}`), wait));
    await settle();
    expect(began).toEqual(["video a", "video b", "image a", "image a"]);
  });

  test("what takes more slots than there are goes alone", async () => {
    const slots = openSlots(() => 3);
    const log: string[] = [];
    const free: (() => void)[] = [];
    const begin = (name: string, count: number) =>
      void slots.hold(laneFor(count), () => (log.push(name), new Promise<void>((end) => free.push(end))));
    begin("one", 1);
    begin("nine", 9);
    begin("two", 1);
    await settle();
    expect(log).toEqual(["one"]);
    free.shift()?.();
    await settle();
    expect(log).toEqual(["one", "nine"]);
    free.shift()?.();
    await settle();
    expect(log).toEqual(["one", "nine", "two"]);
  });

  test("a task that is under way waits for no slot, and keeps others from theirs", async () => {
    const slots = openSlots(() => 2);
    const log: string[] = [];
    const ends: (() => void)[] = [];
    for (const name of ["t1", "t2", "t3"])
      void slots.follow(laneFor(), () => (log.push(name), new Promise<void>((end) => ends.push(end))));
    void slots.hold(laneFor(), () => (log.push("new"), Promise.resolve()));
    await settle();
    expect(log).toEqual(["t1", "t2", "t3"]);
    ends[0]?.();
    await settle();
    expect(log).not.toContain("new");
    ends[1]?.();
    await settle();
    expect(log).toContain("new");
  });

  test("a large create that stands aside lets a small one have the room that it left", async () => {
    const slots = openSlots(() => 8);
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const holders: Slot[] = [];
    for (let count = 0; count < 3; count++)
      void slots.follow(laneFor(), () => new Promise<void>((end) => ends.push(end)));
    for (const size of [3, 1])
      void slots.hold(laneFor(size), (slot) => new Promise(() => void holders.push(slot)));
    await settle();
    const [large, small] = holders;
    small?.full();
    void small?.turn(never).then(() => log.push("small"));
    ends[0]?.();
    await settle();
    expect(log).toEqual([]);
    void large?.turn(never).then(() => log.push("large"));
    await settle();
    expect(log).toEqual(["small"]);
  });

  test("work that throws gives its slot back", async () => {
    const slots = openSlots(() => 1);
    await expect(slots.hold(laneFor(), () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await slots.hold(laneFor(), () => Promise.resolve("next"))).toBe("next");
  });

  test("who stands aside when the run is stopped is told so, and is in nobody's way", async () => {
    const slots = openSlots(() => 2);
    const stop = new AbortController();
    const told: (boolean | string)[] = [];
    const first = slots.hold(laneFor(), async (slot) => {
      slot.full();
      await settle();
      await settle();
    });
    const second = slots.hold(laneFor(), async (slot) => {
      await settle();
      told.push(await slot.turn(stop.signal));
    });
    await settle();
    await settle();
    stop.abort(new Error("stopped"));
    await Promise.all([first, second]);
    expect(told).toEqual([false]);
    await slots.hold(laneFor(), async (slot) => void told.push(await slot.turn(stop.signal), "ended"));
    expect(told).toEqual([false, false, "ended"]);
  });
});
