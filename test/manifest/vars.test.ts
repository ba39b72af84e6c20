/** `${vars.name}` in texts. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandVars, suggestVar } from "../../src/manifest/vars.js";

const VARS = {
  mara: "Mara, 40s",
  look: "35mm, ${vars.light}",
  light: "sodium",
  price: "$${vars.mara}",
  broken: "${vars.nobody}",
  a: "1 ${vars.b}",
  b: "2 ${vars.a}",
  self: "${vars.self}!",
};

test.each([
  ["no variable", "no variable"],
  ["${vars.mara} turns", "Mara, 40s turns"],
  ["${ vars.mara } and ${vars.mara}", "Mara, 40s and Mara, 40s"],
  ["${vars.look}, rain", "35mm, sodium, rain"],
  ["$${vars.mara} stays", "${vars.mara} stays"],
  ["${vars.price}", "${vars.mara}"],
  ["$$${vars.mara}", "$${vars.mara}"],
  ["$5 {a} $ {b}", "$5 {a} $ {b}"],
])("%s → %s", (text, expected) => {
  expect(expandVars(text, VARS)).toEqual({ text: expected, unknown: [], cycles: [] });
});

describe("what names no variable is left as it is and reported once:", () => {
  test.each([
    ["${vars.mra} ${vars.mra}", "vars.mra", "vars.mara"],
    ["${mara}", "mara", "vars.mara"],
    ["${var.mara}", "var.mara", "vars.mara"],
    ["${VARS.mara}", "VARS.mara", "vars.mara"],
    ["${vars mara}", "vars mara", "vars.mara"],
    ["${env.HOME_OF_NOBODY}", "env.HOME_OF_NOBODY", undefined],
    ["${}", "", undefined],
    ["${vars.mara", "vars.mara", "vars.mara"],
    ["${vars.toString}", "vars.toString", undefined],
    ["${vars.__proto__}", "vars.__proto__", undefined],
  ])("%s", (text, unknown, suggestion) => {
    expect(expandVars(text, VARS)).toEqual({ text, unknown: [unknown], cycles: [] });
    expect(suggestVar(unknown, VARS)).toBe(suggestion);
  });

  test("also inside a variable", () => {
    expect(expandVars("x ${vars.broken}", VARS)).toEqual({
      text: "x ${vars.nobody}",
      unknown: ["vars.nobody"],
      cycles: [],
    });
  });
});

test("variables that need themselves are told as a circle", () => {
  expect(expandVars("${vars.a}", VARS).cycles).toEqual([["a", "b", "a"]]);
  expect(expandVars("${vars.self}", VARS).cycles).toEqual([["self", "self"]]);
});

test("a circle that is met twice is told once", () => {
  expect(expandVars("${vars.a} ${vars.b}", VARS).cycles.length).toBe(1);
});

test("variables that multiply end beyond any prompt's length", () => {
  const vars = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`v${i}`, i === 0 ? "lol" : `\${vars.v${i - 1}}`.repeat(10)]),
  );
  expect(expandVars("${vars.v39}", vars).text.length).toBeGreaterThan(3072);
});

test("a chain of variables without end is a circle", () => {
  const vars = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`v${i}`, `\${vars.v${i + 1}}`]));
  expect(expandVars("${vars.v0}", vars).cycles.length).toBe(1);
});

test("texts without `${` are never changed, and escaping makes every text survive", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(expandVars(text.replaceAll("${", "$${"), VARS).text).toBe(text);
    }),
  );
});
