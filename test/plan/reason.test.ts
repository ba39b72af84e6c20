/** Reasons and obstacles as a person reads them: which field, from what to what, and what can be done. */
import { describe, expect, test } from "vitest";
import type { Sha256 } from "../../src/base/digest.js";
import type { StepId } from "../../src/graph/input.js";
import type { Shot } from "../../src/manifest/manifest.js";
import { obstacleText, reasonText, type Obstacle, type Reason } from "../../src/plan/reason.js";
import { changesBetween } from "../../src/plan/change.js";
import { manifestOf, stepOf } from "../graph/manifests.js";
import { keyedGraph } from "./priors.js";

const ID = "shots.010.clip" as StepId;
const made = (shot: Partial<Shot>, contents = {}) =>
  keyedGraph(
    manifestOf({
      images: [{ id: "mara", prompt: shot.notes ?? "x" }],
      shots: [{ id: "010", prompt: "a boat", ...shot }],
    }),
    contents,
  );

function changed(before: Partial<Shot>, after: Partial<Shot>, contents = {}): string {
  const one = made(before).keyed(ID).inputs;
  const two = made(after, contents);
  return reasonText({
    because: "changed",
    changes: changesBetween(one, two.keyed(ID).inputs, stepOf(two.graph, ID)),
  });
}

test("of inputs that stand in one field together each is told by its own name", () => {
  const faces = (mara: string, coat?: string) =>
    made(
      {
        model: "kling-3.0-omni",
        refer_images: { mara, ...(coat === undefined ? {} : { coat }) },
        elements: { ferry: { id: coat === undefined ? "1" : "2" } },
      },
      {},
    );
  const after = faces("b.png", "coat.png");
  const changes = changesBetween(
    faces("a.png").keyed(ID).inputs,
    after.keyed(ID).inputs,
    stepOf(after.graph, ID),
  );
  expect(changes.map(({ field, file }) => [field, file])).toEqual([
    ["refer_images.mara", "b.png"],
    ["elements.ferry", undefined],
    ["refer_images.coat", "coat.png"],
  ]);
  expect(reasonText({ because: "changed", changes })).toBe(
    "refer images.mara: b.png changed; elements.ferry: 1 → 2; refer images.coat: coat.png changed",
  );
});

const long = "wide shot, the ferry leaves the pier at night in heavy rain, sodium light, 35mm";

describe("what changed", () => {
  test.each<[string, Partial<Shot>, Partial<Shot>, string]>([
    ["a short text", {}, { prompt: "a ship" }, "prompt: a boat → a ship"],
    [
      "a word of a long text",
      { prompt: long },
      { prompt: long.replace("heavy rain,", "dense fog,") },
      'prompt: "…in heavy rain, sodium…" → "…in dense fog, sodium…"',
    ],
    [
      "words added to a long text",
      { prompt: long },
      { prompt: `${long}, grain` },
      'prompt: "…light, 35mm" → "…light, 35mm, grain"',
    ],
    [
      "the model and the mode",
      {},
      { model: "kling-3.0", mode: "pro" },
      "model: kling-2.5-turbo → kling-3.0; mode added: pro",
    ],
    ["the length, back to its default", { duration: 10 }, {}, "duration removed"],
    ["the take", {}, { take: 2 }, "take added: 2"],
    [
      "an image's intent",
      { image: { from: "images.mara" } },
      { image: { from: "images.mara" }, notes: "y" },
      "images.mara changed",
    ],
    ["nothing that a reader could see", {}, {}, "its intent changed"],
    [
      "controls and bidi marks in a prompt",
      {},
      { prompt: "a \u202eboat\u0007" },
      "prompt: a boat → a \ufffdboat\ufffd",
    ],
  ])("%s", (_, before, after, expected) => {
    expect(changed(before, after)).toBe(expected);
  });
  test("a file's bytes, by its path", () => {
    expect(changed({ image: "refs/a.png" }, { image: "refs/a.png" }, { "refs/a.png": "other" })).toBe(
      "image: refs/a.png changed",
    );
  });
});

const sha = (digit: string) => digit.repeat(64) as Sha256;
test.each<[Reason, string]>([
  [{ because: "new" }, "new"],
  [
    { because: "upstream_replaced", upstream: "images.mara" as StepId, from: sha("a"), to: sha("b") },
    "images.mara was replaced (aaaaaaaa → bbbbbbbb)",
  ],
  [
    { because: "failed_before", attempt: 1, message: "out of \u001b[31mmemory" },
    "attempt 1 failed: out of \ufffd[31mmemory",
  ],
  [{ because: "rebuy" }, "bought again, as you asked"],
  [
    { because: "under_way", since: "2026-11-22T11:30:59.000Z" },
    "already under way since 2026-11-22 11:30 UTC",
  ],
  [{ because: "output_missing", output: "renders/a.mp4" }, "renders/a.mp4 is missing"],
  [{ because: "output_older", output: "renders/a.mp4" }, "renders/a.mp4 is an older rendering"],
  [{ because: "store_missing" }, "missing in the store"],
  [{ because: "same_as", step: ID }, "the same as shots.010.clip"],
  [{ because: "held" }, "held: kept whatever changed"],
])("%j is put as %s", (reason, expected) => {
  expect(reasonText(reason)).toBe(expected);
});

test.each<[Obstacle, string, string]>([
  [
    { because: "upstream", steps: ["a", "b"] as unknown as readonly StepId[] },
    "waits for a and b",
    "settle that first",
  ],
  [
    { because: "refused", message: "no" },
    "refused for its content: no",
    "change the prompt or the image; or try the same again at full price: render --retry-refused shots.010.clip",
  ],
  [
    { because: "refused", message: `the check refuses it (1301: ${"blocked by the policy ".repeat(10)})` },
    `refused for its content: the check refuses it (1301: ${"blocked by the policy ".repeat(5)}blocked by the…)`,
    "change the prompt or the image; or try the same again at full price: render --retry-refused shots.010.clip",
  ],
  [
    { because: "missing", sha256: sha("a") },
    "rendered before, but its clip (aaaaaaaa) is nowhere to be found",
    "bring back the store or the output file; or buy it again: render --rebuy shots.010.clip",
  ],
  [
    { because: "expired", completed: "2026-10-01T00:00:00Z" },
    "rendered before, but its clip is gone here and the vendor keeps results for 30 days (completed 2026-10-01)",
    "buy it again: render --rebuy shots.010.clip",
  ],
  [
    { because: "unknown", reference: "km1-x", since: "2026-11-22T11:30:59.000Z" },
    "a submission of 2026-11-22 11:30 UTC may or may not have been taken",
    "run klingmake reconcile: it asks for it at no cost, and says what can be decided (reference km1-x)",
  ],
  [
    { because: "over_budget", cap: "budget" },
    "does not fit into the project's budget",
    "raise budget.usd in the manifest, or render fewer steps with --target",
  ],
  [
    { because: "over_budget", cap: "max_cost" },
    "does not fit under --max-cost",
    "raise --max-cost, or render fewer steps with --target",
  ],
  [
    { because: "price_unknown", why: "nobody knows" },
    "its price is unknown: nobody knows",
    "allow it by name: --allow-unknown-price shots.010.clip",
  ],
  [
    { because: "price_unknown", why: "nobody knows", model: "kling-v3" },
    "its price is unknown: nobody knows",
    "add a price of kling-v3 under catalog.prices, or allow it by name: --allow-unknown-price shots.010.clip",
  ],
  [
    { because: "unsupported", what: "lip-sync" },
    "this version of klingmake cannot render lip-sync",
    "render the other steps; this one is waiting",
  ],
  [
    { because: "unsupported", what: "face", by: "old_lip_sync" },
    "the old lip-sync, which KLING_LIP_SYNC=old chooses, does not take face",
    "leave that out of the step; or unset KLING_LIP_SYNC, if the server has the lip-sync of today",
  ],
  ...(
    [
      ["expired", "it keeps results for 30 days, and this one was made on 2026-10-01"],
      ["other_account", "it was made with other credentials, and those of now do not see it"],
      ["no_handle", "nothing on record says which of its results that is"],
      ["gone", "it does not have that result any more"],
    ] as const
  ).map(([why, words]): [Obstacle, string, string] => [
    { because: "source_unavailable", source: ID, by: "omni", why, completed: "2026-10-01T10:00:00.000Z" },
    `the vendor cannot work on the clip of shots.010.clip: ${words}`,
    "continue with via: last_frame; or put that clip at a public address and add copy: { url: …, sha256: … } to the extend; or buy that clip again: render --rebuy shots.010.clip",
  ]),
  ...(
    [
      [
        "native",
        "continue with via: last_frame; or with via: omni, when that clip is at a public address (copy: { url: …, sha256: … }); or buy that clip again: render --rebuy shots.010.clip",
      ],
      [
        "lip_sync",
        "put that clip at a public address and add copy: { url: …, sha256: … } to the lip_sync; or buy that clip again: render --rebuy shots.010.clip",
      ],
    ] as const
  ).map(([by, help]): [Obstacle, string, string] => [
    { because: "source_unavailable", source: ID, by, why: "gone" },
    "the vendor cannot work on the clip of shots.010.clip: it does not have that result any more",
    help,
  ]),
  [
    { because: "refused", message: "the vendor found no face in the clip", by: "lip_sync" },
    "cannot be made to speak: the vendor found no face in the clip",
    "change the step, or count its clip's take up for another one; or pay for looking once more: render --retry-refused shots.010.clip",
  ],
  [
    { because: "over_budget", cap: "budget", unknown: true },
    "its price is unknown, and what is unknown never fits under the project's budget",
    "give it a price under catalog.prices where that can be done, or render it without budget.usd",
  ],
  [
    { because: "over_budget", cap: "max_cost", unknown: true },
    "its price is unknown, and what is unknown never fits under --max-cost",
    "give it a price under catalog.prices where that can be done, or render it without --max-cost",
  ],
  [
    { because: "tool_missing", tool: "ffmpeg" },
    "taking a picture out of a clip needs ffmpeg, which is not on the PATH",
    "install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg) and run the same command again; an extend can also go via: omni",
  ],
])("%j says why and what to do", (obstacle, why, help) => {
  expect(obstacleText(obstacle, ID)).toEqual({ why, help });
});
