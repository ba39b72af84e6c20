/** The page beside a real watcher: what it tells of saves, runs and failures, as the film shows it at each moment. */
import { expect, it } from "vitest";
import { openFilm } from "../../src/page/make-film.js";
import { watchStory } from "../engine/watch-story.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: the ferry leaves }
  "020": { prompt: she turns }
`;

/** A watcher with a page that has heard everything that was told so far. */
async function shownStory(...given: Parameters<typeof watchStory>) {
  const story = await watchStory(...given);
  const page = openFilm();
  let heard = 0;
  const film = () => {
    for (; heard < story.news.length; heard++) {
      const news = story.news[heard];
      if (news !== undefined) page.take(news, story.set.clock.now());
    }
    const shown = page.film(story.set.clock.now());
    if (shown === undefined) throw new Error("nothing is shown yet");
    return shown;
  };
  const states = () => film().shots.map(({ steps }) => steps[0]?.state);
  return { ...story, film, states };
}

it("a save is shown as waiting until a yes, as working while it renders, and as fresh when it is done", async () => {
  const story = await shownStory(FILM);
  await story.pass(200);
  expect(story.film().watch).toEqual({
    state: "waiting",
    words: "waits for a yes: 2 steps, up to $0.42; press a in the terminal",
  });
  expect(story.states()).toEqual(["stale", "stale"]);
  story.approve();
  await story.pass(2_000);
  expect(story.film().watch).toEqual({ state: "running", words: "renders: 0 of 2 steps done" });
  expect(story.states()).toEqual(["working", "working"]);
  expect(story.film().money).toMatchObject({
    reserved: { words: "$0.42" },
    planned: { micros: 0 },
    spent: { micros: 0 },
  });
  await story.pass(40_000);
  expect(story.states()).toEqual(["fresh", "fresh"]);
  expect(story.film()).toMatchObject({
    watch: { state: "looking" },
    money: { spent: { words: "$0.42" }, reserved: { micros: 0 } },
    count: { keep: 2 },
  });
  story.quit();
  await story.pass(200);
  expect(story.film().watch?.state).toBe("ended");
});

it("a fault keeps the film as it was, and an edit after it changes the one shot that it is about", async () => {
  const story = await shownStory(FILM, { budgetUsd: 5 });
  await story.pass(60_000);
  const before = story.film().shots;
  expect(story.states()).toEqual(["fresh", "fresh"]);
  story.save(FILM.replace("prompt: she", "promt: she"));
  await story.pass(200);
  expect(story.film()).toMatchObject({ watch: { state: "faulty" }, problems: [{ shot: "shots.020" }] });
  expect(story.film().shots).toBe(before);
  story.save(FILM.replace("she turns", "she turns away"));
  await story.pass(2_000);
  const after = story.film();
  expect(after.problems).toEqual([]);
  expect(after.shots[0]).toBe(before[0]);
  expect(after.shots[1]?.steps[0]).toMatchObject({
    outdated: true,
    prompt: [
      { text: "she turns", is: "same" },
      { text: " away", is: "new" },
    ],
  });
  story.quit();
  await story.pass(30_000);
});

it("what failed is said in words, until a key has it tried again", async () => {
  let isBad = true;
  const story = await shownStory(
    FILM,
    { budgetUsd: 5 },
    {
      end: ({ action }) =>
        isBad && "prompt" in action && action.prompt === "she turns"
          ? { status: "failed", message: "no power" }
          : undefined,
    },
  );
  await story.pass(60_000);
  expect(story.states()).toEqual(["fresh", "failed"]);
  expect(story.film().shots[1]?.steps[0]?.task?.words).toContain("no power");
  isBad = false;
  story.wish({ wish: "retry" });
  await story.pass(60_000);
  expect(story.states()).toEqual(["fresh", "fresh"]);
  story.quit();
  await story.pass(200);
});
