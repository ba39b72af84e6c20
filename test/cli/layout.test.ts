import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, fit, fitWords, labelled, rowLine, tableWidths, wrap } from "../../src/cli/layout.js";

describe("columns", () => {
  test.each([
    ["plain", 5],
    ["naïve", 5],
    ["nai\u0308ve", 5],
    ["雨の夜", 6],
    ["🎬 take", 7],
    ["→ ok", 4],
    ["", 0],
  ])("%s takes %i", (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});

describe("fit", () => {
  test.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["cut in the middle", 8, "cut in…"],
    ["雨の夜の港", 6, "雨の…"],
    ["\u001b[2Jgone", 20, "\u{fffd}[2Jgone"],
    ["a\u202eb", 20, "a\u{fffd}b"],
  ])("%j in %i columns is %j", (text, columns, expected) => {
    expect(fit(text, columns)).toBe(expected);
  });

  test("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(columnsOf(fit(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("fitWords", () => {
  test.each([
    ["short", 10, "", "short"],
    ["exactly ten", 11, "", "exactly ten"],
    ["cut between words", 12, "", "cut between…"],
    ["cut, between words", 8, "", "cut…"],
    ["words", 6, "”", "words”"],
    ["many words", 8, "”", "many…”"],
    ["a unbreakable-word", 12, "", "a unbreakab…"],
    ["雨の夜の港", 7, "”", "雨の…”"],
    ["雨の、夜の港", 8, "", "雨の…"],
    ["\u001b[2Jgone", 20, "", "\u{fffd}[2Jgone"],
  ])("%j in %i columns before %j is %j", (text, columns, ending, expected) => {
    expect(fitWords(text, columns, ending)).toBe(expected);
  });

  test("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        expect(columnsOf(fitWords(text, columns, "”"))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("wrap", () => {
  test.each([
    ["one two three", 9, ["one two", "three"]],
    ["unbreakable-word", 8, ["unbreaka", "ble-word"]],
    ["雨の夜の港へ", 8, ["雨の夜の", "港へ"]],
    ["", 20, [""]],
  ])("%j in %i columns", (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });

  test("loses no letter and keeps every line within its columns", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z 雨夜]{0,60}$/),
        fc.integer({ min: 8, max: 30 }),
        (text, columns) => {
          const lines = wrap(text, columns);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
          for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

test("a label stands once, further lines below its text", () => {
  expect(labelled("cost", "one two three four", 6, 16)).toEqual(["cost  one two", "      three four"]);
  expect(labelled("orientation", "image", 6, 16)).toEqual(["orientation", "      image"]);
});

test("a table aligns wide characters, right-aligns numbers and leaves empty columns out", () => {
  const rows = [
    [{ text: "雨" }, { text: "" }, { text: "5 s", align: "right" as const }, { text: "x" }],
    [{ text: "long" }, { text: "" }, { text: "10 s", align: "right" as const }, { text: "" }],
  ];
  const widths = tableWidths(rows);
  expect(rows.map((row) => rowLine(row, widths))).toEqual(["  雨     5 s  x", "  long  10 s"]);
});
