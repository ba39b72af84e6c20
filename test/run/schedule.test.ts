/** Steps start when what they need is there; a failure takes down exactly what depends on it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepId } from "../../src/graph/input.js";
import { createSchedule } from "../../src/run/schedule.js";

interface Node {
  readonly id: StepId;
  readonly needs: readonly StepId[];
}

const name = (index: number) => `s${index}` as StepId;
const graphs: fc.Arbitrary<readonly Node[]> = fc
  .array(fc.array(fc.nat(20), { maxLength: 3 }), { maxLength: 12 })
  .map((rows) =>
    rows.map((row, index) => ({
      id: name(index),
      needs: index === 0 ? [] : [...new Set(row.map((need) => name(need % index)))],
    })),
  );

function descendants(nodes: readonly Node[], failed: ReadonlySet<StepId>): ReadonlySet<StepId> {
  const never = new Set<StepId>();
  for (const node of nodes)
    if (node.needs.some((need) => failed.has(need) || never.has(need))) never.add(node.id);
  return never;
}

test("every order respects needs, failures doom exactly their descendants once, and it always comes to an end", () => {
  fc.assert(
    fc.property(graphs, fc.array(fc.nat(12)), fc.infiniteStream(fc.nat()), (nodes, failing, choices) => {
      const fails = new Set(failing.map(name));
      const schedule = createSchedule(nodes);
      const running: StepId[] = [];
      const usable = new Set<StepId>();
      const started = new Set<StepId>();
      const doomed: StepId[] = [];
      for (;;) {
        for (let next = schedule.next(); next !== undefined; next = schedule.next()) {
          const needs = nodes.find((node) => node.id === next)?.needs ?? [];
          expect(needs.every((need) => usable.has(need))).toBe(true);
          expect(started.has(next)).toBe(false);
          started.add(next);
          running.push(next);
        }
        expect(schedule.done).toBe(started.size + doomed.length === nodes.length && running.length === 0);
        if (running.length === 0) break;
        // Whichever ends first is not up to us.
        const [ended] = running.splice((choices.next().value ?? 0) % running.length, 1);
        if (ended === undefined) break;
        if (!fails.has(ended)) usable.add(ended);
        doomed.push(...schedule.settle(ended, fails.has(ended) ? "unusable" : "usable"));
      }
      const failed = new Set([...started].filter((each) => fails.has(each)));
      expect(new Set(doomed)).toEqual(descendants(nodes, failed));
      expect(new Set(doomed).size).toBe(doomed.length);
      expect(started.size + doomed.length).toBe(nodes.length);
    }),
  );
});

test("ready steps start in the order in which they are given", () => {
  const schedule = createSchedule([
    { id: name(2), needs: [] },
    { id: name(1), needs: [] },
    { id: name(3), needs: [name(2)] },
  ]);
  expect([schedule.next(), schedule.next(), schedule.next()]).toEqual([name(2), name(1), undefined]);
  schedule.settle(name(2), "usable");
  expect(schedule.next()).toBe(name(3));
});

test("doomed steps come in the given order, however deep", () => {
  const schedule = createSchedule([
    { id: name(1), needs: [] },
    { id: name(2), needs: [name(1)] },
    { id: name(3), needs: [name(2)] },
    { id: name(4), needs: [name(1), name(3)] },
  ]);
  schedule.next();
  expect(schedule.settle(name(1), "unusable")).toEqual([name(2), name(3), name(4)]);
  expect(schedule.done).toBe(true);
});

test("needs outside of the schedule count as met, and nothing at all is done at once", () => {
  expect(createSchedule([{ id: name(1), needs: [name(9)] }]).next()).toBe(name(1));
  expect(createSchedule([]).done).toBe(true);
});

test("what starts anyway waits for the end of what it needs, however that is, and so does what needs it", () => {
  const schedule = createSchedule([
    { id: name(0), needs: [] },
    { id: name(1), needs: [name(0)], anyway: true },
    { id: name(2), needs: [name(1)] },
    { id: name(3), needs: [name(0)] },
  ]);
  expect([schedule.next(), schedule.next()]).toEqual([name(0), undefined]);
  expect(schedule.settle(name(0), "unusable")).toEqual([name(3)]);
  expect([schedule.next(), schedule.next()]).toEqual([name(1), undefined]);
  expect(schedule.settle(name(1), "usable")).toEqual([]);
  expect([schedule.next(), schedule.done]).toEqual([name(2), false]);
  expect(schedule.settle(name(2), "usable")).toEqual([]);
  expect(schedule.done).toBe(true);
});
