/** The states of an attempt and their moves, as a whole. */
import { describe, expect, test } from "vitest";
import { moved, type AttemptState, type Move } from "../../src/plan/attempt-state.js";

const STATES: readonly AttemptState[] = [
  "intent",
  "submitted",
  "succeeded",
  "stored",
  "recorded",
  "failed",
  "refused",
  "unknown",
  "abandoned",
];
const MOVES: readonly Move[] = STATES;
const onward = (state: AttemptState) => MOVES.flatMap((move) => moved(state, move) ?? []);

/** All that can come of a state. */
function reach(from: AttemptState): ReadonlySet<AttemptState> {
  const seen = new Set<AttemptState>([from]);
  for (const state of seen) for (const next of onward(state)) seen.add(next);
  return seen;
}

describe("an attempt", () => {
  test("can come from its intent to every state", () => {
    expect([...reach("intent")].toSorted()).toEqual([...STATES].toSorted());
  });

  test.each(["intent", "submitted", "succeeded", "stored"] as const)(
    "that is %s can still come to its lock entry",
    (state) => expect(reach(state).has("recorded")).toBe(true),
  );

  test.each(["refused", "unknown", "abandoned"] as const)(
    "that is %s comes to its lock entry when its task turns up",
    (state) => {
      expect(moved(state, "submitted")).toBe("submitted");
      expect(moved(state, "succeeded")).toBe("succeeded");
    },
  );

  test.each(["recorded", "failed"] as const)("that is %s stays so", (state) => {
    expect(new Set(onward(state))).toEqual(new Set(state === "recorded" ? ["recorded"] : []));
  });

  test("that has a task is never refused, and only a refused one has a second intent", () => {
    for (const state of ["submitted", "succeeded", "stored", "recorded", "failed"] as const)
      expect(moved(state, "refused")).toBeUndefined();
    expect(STATES.filter((state) => moved(state, "intent") !== undefined)).toEqual(["refused"]);
  });
});
