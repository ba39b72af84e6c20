/** Sounds of the film's own: made like clips, and spoken like files. */
import { expect, test } from "vitest";
import type { TaskLook } from "../../src/provider/provider.js";
import { film } from "./film.js";

const SPOKEN = `version: 1
project: film
provider: kling
sounds:
  line: { prompt: a woman calls over the water, duration: 4 }
shots:
  a:
    prompt: a woman on a pier
    steps:
      - lip_sync: { audio: { from: sounds.line } }
`;

test("a sound that was made is spoken whole, its length known", async () => {
  const set = film(SPOKEN, {
    end: ({ action, reference }): Partial<TaskLook> | undefined =>
      action.kind === "text_to_audio"
        ? {
            outputs: [
              { kind: "audio", url: `https://cdn.example/t${set.vendor.submitted.indexOf(reference) + 1}` },
            ],
          }
        : undefined,
  });
  const report = await set.render({
    ask: () => Promise.resolve(true),
    allowUnknownPrice: ["sounds.line"],
  });
  expect(report).toMatchObject({ status: "ran", exit: 0 });
  const spoken = set.vendor.tasks.find(({ submission }) => submission.action.kind === "lip_sync");
  expect(spoken?.submission.speech).toMatchObject({ startMs: 0, endMs: expect.closeTo(4000, -2) as number });
});
