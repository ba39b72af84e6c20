/** What the page makes of a film before it is drawn: filter, news, time, addresses, the step that a card speaks of. */
import { describe, expect, it } from "vitest";
import type { ShotView } from "../../src/page/film.js";
import { ownAddress } from "../../src/page/browser/address.js";
import { CurrentFilm } from "../../src/page/browser/current-film.js";
import { readFilter } from "../../src/page/browser/filter.js";
import { pictureStep, priceWords, speakingStep } from "../../src/page/browser/shot.js";
import { partDone, timeLeft } from "../../src/page/browser/words.js";
import { film, news, shot, step } from "./films.js";

describe("the filter", () => {
  const night = shot("010", { title: "Café, night", tags: ["act-1"], notes: "grain" }, { tier: "pro" });
  const stale = shot(
    "020",
    {},
    {
      state: "stale",
      decision: "render",
      outdated: true,
      model: "kling-3.0",
      prompt: [
        { text: "a red ", is: "old" },
        { text: "a blue ", is: "new" },
        { text: "fox in the  snow", is: "same" },
      ],
    },
  );
  const takes = shot("030", {
    steps: [step("a@1", { candidate: true }), step("a@2", { candidate: true, state: "failed" })],
  });
  const found = (typed: string) => [night, stale, takes].filter(readFilter(typed).shows).map(({ id }) => id);

  it.each([
    ["", ["010", "020", "030"]],
    ["CAFE\u0301", ["010"]],
    ["night act", ["010"]],
    ["grain", ["010"]],
    ["blue fox", ["020"]],
    ['"blue fox in the snow"', ["020"]],
    ["red", []],
    ["is:stale", ["020"]],
    ["is:render", ["020"]],
    ["is:outdated", ["020"]],
    ["is:changed", ["020"]],
    ["is:done", ["010"]],
    ["is:kept", ["010", "030"]],
    ["is:failed", ["030"]],
    ["-is:failed", ["010", "020"]],
    ["is:keep -has:takes", ["010"]],
    ["tag:act", ["010"]],
    ["model:3.0", ["020"]],
    ["tier:pro", ["010"]],
    ["has:takes", ["030"]],
    ["is:missing", ["030"]],
    ["is:", []],
    ['"', ["010", "020", "030"]],
  ])("%s finds %j", (typed, ids) => {
    expect(found(typed)).toEqual(ids);
  });

  it("says what is not known, and filters by the rest", () => {
    expect(readFilter("is:constructor 010").problem).toContain("is:constructor is not known; there are ");
    expect(found("is:constructor night")).toEqual(["010"]);
  });
});

describe("the film as the page knows it", () => {
  const named = (ids: readonly string[]) => film(ids.map((id) => shot(id)));

  it("takes as changed only what differs, though all is told again", () => {
    const current = new CurrentFilm();
    expect(current.apply(news(named(["1", "2", "3"]))).shots).toHaveLength(3);
    const again = film([shot("1"), shot("2", { title: "other" }), shot("3")]);
    const changed = current.apply(news(again));
    expect(changed.shots.map(({ id }) => id)).toEqual(["2"]);
    expect(changed.before.get("shots.2")?.title).toBe("Shot 2");
    expect(changed.order).toBe(false);
  });

  it("keeps what is not told, in the order that is", () => {
    const current = new CurrentFilm();
    current.apply(news(named(["1", "2", "3"])));
    const changed = current.apply(news(named(["3", "4", "1"]), ["shots.4"]));
    expect(current.shots.map(({ id }) => id)).toEqual(["3", "4", "1"]);
    expect(changed.shots.map(({ id }) => id)).toEqual(["4"]);
    expect(changed.order).toBe(true);
    expect(current.shot("shots.2")).toBeUndefined();
  });

  it("leaves out a shot that it was never told", () => {
    const current = new CurrentFilm();
    current.apply(news(named(["1", "2"]), ["shots.1"]));
    expect(current.shots.map(({ id }) => id)).toEqual(["1"]);
  });
});

describe("a card", () => {
  const chain = (...states: readonly ("fresh" | "stale" | "failed" | "working" | "blocked")[]): ShotView =>
    shot("010", {
      steps: states.map((state, at) => step(String(at), { state, name: String(at) })),
      shown: String(states.length - 1),
    });

  it.each([
    [["fresh", "fresh"], "1"],
    [["fresh", "stale"], "1"],
    [["stale", "stale"], "0"],
    [["failed", "blocked"], "0"],
    [["stale", "blocked"], "1"],
    [["working", "blocked"], "0"],
  ] as const)("of steps that are %j speaks of step %s", (states, id) => {
    expect(speakingStep(chain(...states))?.id).toBe(id);
  });

  it("shows the last that is there where the result is not", () => {
    const media = { kind: "video", url: "media/a.mp4" } as const;
    const steps = [step("a", { media }), step("b"), step("c")];
    expect(pictureStep(shot("010", { steps, shown: "c" }))?.id).toBe("a");
  });

  it("adds up no prices, because ranges and unknown ones cannot be: it says them", () => {
    const price = (words: string) =>
      ({ state: "stale", price: { words, micros: words === "unknown" ? 0 : 1 } }) as const;
    const steps = [
      step("a", price("$0.35")),
      step("b", price("$0.35")),
      step("c", price("unknown")),
      step("d"),
    ];
    expect(priceWords(shot("010", { steps }))).toBe("2 × $0.35 + unknown");
    const kept = step("k", { price: { words: "kept", micros: 0 } });
    expect(priceWords(shot("010", { steps: [kept, kept, kept] }))).toBe("kept");
  });
});

describe("a task", () => {
  const task = { phase: "processing", words: "processing", since: 10_000, expectedSeconds: 90 } as const;

  it.each([
    [10_000, "about 1:30 left", 0],
    [70_000, "about 0:30 left", 60 / 90],
    [100_000, "0:00 longer than expected", 0.97],
    [165_000, "1:05 longer than expected", 0.97],
    [0, "about 1:30 left", 0],
  ])("at %i has %s", (now, words, part) => {
    expect(timeLeft(task, now)).toBe(words);
    expect(partDone(task, now)).toBeCloseTo(part);
  });

  it("of which nothing is known says how long it has taken so far", () => {
    expect(timeLeft({ phase: "submitted", words: "submitted", since: 0 }, 3_661_000)).toBe("1:01:01 so far");
    expect(timeLeft({ phase: "waiting", words: "waits for a free slot" }, 1)).toBeUndefined();
  });
});

describe("addresses", () => {
  it.each([
    "media/abc.mp4",
    "media/ab/cd.png",
    "sidecar/shots.010.clip%402",
    "sidecars/shots.030.clip@2.json",
  ])("%s is ours", (address) => {
    expect(ownAddress(address)).toBe(address);
  });

  it.each([
    "",
    "media",
    "media/",
    "/media/a",
    "//media/a",
    "media//a",
    "media/../a",
    "media/./a",
    "media/.a",
    "media/%2E%2e/a",
    "media/a%2fb",
    "media/a%5Cb",
    "media/a\\b",
    "media/a%00",
    "media/a?b",
    "media/a#b",
    "media/a:b",
    "media/a b",
    "media/a\n",
    "other/a",
    "javascript:alert(1)",
    "javascript:alert(1)//media/a",
    "https://outside.invalid/media/a",
    "data:video/mp4,",
  ])("%j is not", (address) => {
    expect(ownAddress(address)).toBeUndefined();
  });
});
