import { describe, expect, test } from "vitest";
import { adoptedAttempt, reachedBy, stillComing } from "../../src/plan/adopted.js";
import { committedMoney } from "../../src/plan/committed.js";
import { isRecorded } from "../../src/plan/recorded.js";
import type { Attempt } from "../../src/plan/prior.js";
import { manifestOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  digestOf,
  keyedGraph,
  planOf,
  priorOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const ID = "shots.010.clip";
const FILM = manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat", steps: [] }] });
const keyed = keyedGraph(FILM).keyed(ID);
const tried = (state: Attempt["state"], number: number) => attempt(keyed.key, state, { attempt: number });
const mine = (number: number) => {
  const {
    handle: _handle,
    estimate: _estimate,
    ...rest
  } = rendering(keyed, "mine", {
    attempt: number,
    billed: { kind: "not_billed" },
  });
  return rest;
};

describe("an adopted file", () => {
  test.each<[string, PriorParts, number]>([
    ["counts as the first attempt where nothing is known", {}, 1],
    ["counts after what is recorded", { renders: [rendering(keyed, "one", { attempt: 2 })] }, 3],
    [
      "counts after the others that were paid for",
      {
        renders: [
          rendering(keyed, "one", {
            others: [{ attempt: 4, artifact: artifact("x"), billed: { kind: "unknown" } }],
          }),
        ],
      },
      5,
    ],
    ["counts after what is under way", { attempts: [tried("submitted", 1)] }, 2],
    ["counts after a refused create, which may turn up after all", { attempts: [tried("refused", 3)] }, 4],
  ])("%s", (_, parts, expected) => {
    expect(adoptedAttempt(keyed.key, priorOf(parts))).toBe(expected);
  });

  test("is no attempt of the journal's, so that a paid task of its number stays in the books and is collected", () => {
    const prior = priorOf({
      renders: [mine(2)],
      attempts: [tried("submitted", 2)],
      intents: { [keyed.key]: keyed.inputs },
    });
    expect(isRecorded(prior.lock, tried("submitted", 2))).toBe(false);
    expect(committedMoney(prior)).toBeGreaterThan(0);
    expect(stillComing(keyed.key, prior)).toHaveLength(1);
  });

  test.each<[Attempt["state"], boolean]>([
    ["intent", true],
    ["unknown", true],
    ["submitted", true],
    ["stored", true],
    ["failed", false],
    ["refused", false],
    ["abandoned", false],
  ])("that stands beside an attempt which is %s may find it coming: %s", (state, expected) => {
    expect(stillComing(keyed.key, priorOf({ attempts: [tried(state, 1)] }))).toHaveLength(expected ? 1 : 0);
  });

  test("stands before what is collected later at its key, and is kept", () => {
    const parts = {
      renders: [mine(2)],
      steps: { [ID]: keyed.key },
      held: [digestOf("mine")],
      attempts: [tried("submitted", 1)],
    };
    const { steps } = planOf(FILM, parts);
    expect(steps[0]?.decision.kind).toBe("restore");
  });

  test("whose bytes are nowhere is missing, because the vendor never had it", () => {
    const { steps } = planOf(FILM, { renders: [mine(1)], steps: { [ID]: keyed.key } });
    expect(steps[0]?.decision).toMatchObject({ kind: "blocked", because: { because: "missing" } });
  });

  test("reaches nobody where nothing comes after it", () => {
    expect(reachedBy(keyed.key, planOf(FILM, { renders: [mine(1)], held: [digestOf("mine")] }))).toEqual([]);
  });
});
