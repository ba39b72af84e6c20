/** What an omni model is told when it goes on from a clip. */
import { expect, test } from "vitest";
import { continuationPrompt } from "../../src/graph/continuation.js";

test.each([
  [
    "words alone are told what the clip is for",
    "she turns",
    "Based on @video_1, generate the next shot: she turns",
    "Based on <<<video_1>>>, generate the next shot: she turns",
  ],
  [
    "no words leave a whole sentence",
    undefined,
    "Based on @video_1, generate the next shot.",
    "Based on <<<video_1>>>, generate the next shot.",
  ],
  [
    "words that name the clip stand as they are, in the spelling of the generation",
    "as in @video_1, but at night; keep <<<video_1>>> in mind",
    "as in @video_1, but at night; keep @video_1 in mind",
    "as in <<<video_1>>>, but at night; keep <<<video_1>>> in mind",
  ],
  [
    "another name that begins alike does not name the clip",
    "mail @video_10 and @video_1x",
    "Based on @video_1, generate the next shot: mail @video_10 and @video_1x",
    "Based on <<<video_1>>>, generate the next shot: mail @video_10 and @video_1x",
  ],
  [
    "no text is taken for a pattern of replacement",
    "it costs $& and $1",
    "Based on @video_1, generate the next shot: it costs $& and $1",
    "Based on <<<video_1>>>, generate the next shot: it costs $& and $1",
  ],
])("%s", (_claim, prompt, fresh, older) => {
  expect(continuationPrompt(prompt, "new")).toBe(fresh);
  expect(continuationPrompt(prompt, "legacy")).toBe(older);
});

test("the same question twice has the same answer", () => {
  for (let round = 0; round < 3; round++)
    expect(continuationPrompt("on @video_1", "new")).toBe("on @video_1");
});
