/** The small words of every room: guards, diagnostics, schema pointers, times. */
import { expect, test } from "vitest";
import { daysMs, formatSeconds, isoTime } from "../../src/base/clock.js";
import {
  caution,
  hasErrors,
  inFileOrder,
  problem,
  severityWord,
  type Place,
} from "../../src/base/diagnostic.js";
import { asNumber, asString, getOrMake, isRecord, unreachable } from "../../src/base/guard.js";
import { pointerPath } from "../../src/base/schema.js";

test.each([
  ["", []],
  ["/shots/010/duration", ["shots", "010", "duration"]],
  ["/a~1b/c~0d/~01", ["a/b", "c~d", "~1"]],
  ["/", [""]],
])("the pointer %j is the path %j", (pointer, path) => {
  expect(pointerPath(pointer)).toEqual(path);
});

test.each([
  [0.4, "0 s"],
  [48, "48 s"],
  [89.6, "1 min 30 s"],
  [120, "2 min"],
  [200, "3 min 20 s"],
  [3900, "1 h 05 min"],
  [86_400, "24 h 00 min"],
])("%d seconds read %s", (seconds, expected) => {
  expect(formatSeconds(seconds)).toBe(expected);
});

test("times are ISO 8601 in UTC, days are whole", () => {
  expect(isoTime(Date.UTC(2026, 10, 22, 11, 30))).toBe("2026-11-22T11:30:00.000Z");
  expect(daysMs(30)).toBe(2_592_000_000);
});

test("diagnostics stand in file order, those without a place last, equals as found", () => {
  const at = (line: number, column: number): { place: Place } => ({
    place: { file: "m", line, column, length: 1, text: "" },
  });
  const found = [
    problem("graph/cycle", "nowhere"),
    problem("graph/cycle", "2:1", at(2, 1)),
    caution("graph/take", "1:9", at(1, 9)),
    problem("graph/cycle", "1:2", at(1, 2)),
    problem("graph/cycle", "1:2 too", at(1, 2)),
  ];
  expect(inFileOrder(found).map((each) => each.message)).toEqual(["1:2", "1:2 too", "1:9", "2:1", "nowhere"]);
});

test("only errors are errors", () => {
  expect(hasErrors([caution("graph/take", "m")])).toBe(false);
  expect(hasErrors([caution("graph/take", "m"), problem("graph/take", "m")])).toBe(true);
  expect([severityWord("error"), severityWord("warning")]).toEqual(["error", "warning"]);
});

test("guards narrow what is there and nothing else", () => {
  expect([isRecord({}), isRecord(Object.create(null)), isRecord([]), isRecord(null), isRecord("x")]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect([asString("x"), asString(1), asNumber(1), asNumber(NaN), asNumber("1")]).toEqual([
    "x",
    undefined,
    1,
    undefined,
    undefined,
  ]);
});

test("a map makes what it lacks once", () => {
  const map = new Map<string, number[]>();
  getOrMake(map, "a", () => []).push(1);
  getOrMake(map, "a", () => []).push(2);
  expect(map.get("a")).toEqual([1, 2]);
});

test("an impossible case stops", () => {
  expect(() => unreachable("x" as never)).toThrow("unreachable case");
});
