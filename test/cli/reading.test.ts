import { expect, test } from "vitest";
import { openReading } from "../../src/cli/reading.js";

function reading() {
  let waits: { readonly act: () => void; readonly delayMs: number } | undefined;
  const given = openReading((delayMs, act) => {
    waits = { act, delayMs };
    return () => (waits = undefined);
  });
  return { ...given, due: () => waits?.act(), delayMs: () => waits?.delayMs };
}

test("what is shown is readable after a moment, and not before", () => {
  const { show, isReadable, due, delayMs } = reading();
  expect(isReadable()).toBe(false);
  show("a");
  expect([isReadable(), delayMs()]).toEqual([false, 300]);
  due();
  expect(isReadable()).toBe(true);
});

test("the same goes on being readable, something else begins anew", () => {
  const { show, isReadable, due } = reading();
  show("a");
  due();
  show("a");
  expect(isReadable()).toBe(true);
  show("b");
  expect(isReadable()).toBe(false);
  show("a");
  expect(isReadable()).toBe(false);
});

test("the moment of what is not shown any more counts for nothing", () => {
  const { show, isReadable, due, delayMs } = reading();
  show("a");
  show(undefined);
  expect(delayMs()).toBe(undefined);
  due();
  expect(isReadable()).toBe(false);
});

test("without a clock nothing is ever readable", () => {
  const { show, isReadable } = openReading(undefined);
  show("a");
  expect(isReadable()).toBe(false);
});
