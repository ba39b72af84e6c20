/** Text from outside is made safe and comparable; counts and lists read as a person says them. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { counted, didYouMean, elide, elideWords, listWords, safeText } from "../../src/base/text.js";

describe("safe text", () => {
  test.each([
    ["a\u001b[31mb", "a\u{fffd}[31mb"],
    ["one\r\n\ttwo", "one two"],
    ["a\u202eb\u2066c", "a\u{fffd}b\u{fffd}c"],
    ["a\u200bb\ufeff", "a\u{fffd}b\u{fffd}"],
    ["tag\u{e0041}", "tag\u{fffd}"],
    ["half \ud83d", "half \u{fffd}"],
    ["雨 é 🎬", "雨 é 🎬"],
  ])("%j becomes %j", (text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  test("holds no control, and is safe already when made safe again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const safe = safeText(text);
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
        expect(safeText(safe)).toBe(safe);
      }),
    );
  });
});

test.each([
  ["short", 10, "short"],
  ["exactly 10", 10, "exactly 10"],
  ["more than ten", 10, "more than…"],
  ["🎬🎬🎬🎬", 3, "🎬🎬…"],
  ["x", 0, "…"],
])("%s in %i characters is %s", (text, limit, expected) => {
  expect(elide(text, limit)).toBe(expected);
});

test.each([
  ["short", 10, "short"],
  ["exactly 10", 10, "exactly 10"],
  ["one two three four", 12, "one two…"],
  ["one two three, four", 16, "one two three…"],
  ["refused (1301: blocked by the policy)", 30, "refused (1301: blocked by…)"],
  ["refused (1301: blocked by the policy)", 12, "refused…"],
  ["whole (so) and a good deal more", 20, "whole (so) and a…"],
  ["a verylongwordthatnobodycanbreak", 12, "a verylong…"],
  ["🎬🎬🎬🎬🎬", 4, "🎬🎬…"],
])("%s in whole words of %i characters is %s", (text, limit, expected) => {
  expect(elideWords(text, limit)).toBe(expected);
});

test.each([
  ["promt", ["prompt", "project"], "prompt"],
  ["Prompt", ["prompt"], "prompt"],
  ["moed", ["mode", "model"], "mode"],
  ["duraton", ["duration", "title"], "duration"],
  ["kling-2.5-turbo-pro", ["kling-2.5-turbo", "kling-2.6"], "kling-2.5-turbo"],
  ["zebra", ["prompt", "title"], undefined],
  ["x", [], undefined],
])("%s is taken for one of %j: %s", (word, candidates, expected) => {
  expect(didYouMean(word, candidates)).toBe(expected);
});

test("a word is its own best guess", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, others) => {
      expect(didYouMean(word, [...others, word])?.toLowerCase()).toBe(word.toLowerCase());
    }),
  );
});

test("lists and counts read as a person says them", () => {
  expect(listWords([])).toBe("");
  expect(listWords(["a"])).toBe("a");
  expect(listWords(["a", "b"])).toBe("a and b");
  expect(listWords(["a", "b", "c"], "or")).toBe("a, b or c");
  expect(counted(1, "step")).toBe("1 step");
  expect(counted(0, "step")).toBe("0 steps");
  expect(counted(2, "entry", "entries")).toBe("2 entries");
});
