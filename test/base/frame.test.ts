/** Diagnostics in words: a table of diagnostic in, lines out. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caution, problem, type Place } from "../../src/base/diagnostic.js";
import { columnsOf } from "../../src/base/columns.js";
import { diagnosticJson, formatDiagnostic } from "../../src/base/frame.js";

const at = (text: string, column: number, length: number, line = 7): Place => ({
  file: "m.yaml",
  line,
  column,
  length,
  text,
});

/** The line and the carets under it. */
function frame(place: Place, columns?: number): readonly string[] {
  const width = columns === undefined ? {} : { width: { columns, wrap: (text: string) => [text] } };
  return formatDiagnostic(problem("yaml/syntax", "m", { place }), width)
    .split("\n")
    .slice(3, 5);
}

test("texts hang under their labels and the message below its headline where the caller breaks them", () => {
  const diagnostic = problem("graph/take", "the message", {
    why: "one two",
    help: "three",
    notes: [{ message: "four five" }],
  });
  const rooms: number[] = [];
  const text = formatDiagnostic(diagnostic, {
    width: {
      columns: 50,
      wrap: (words, columns) => {
        rooms.push(columns);
        return words.split(" ");
      },
    },
  });
  expect(text.split("\n")).toEqual([
    "error[graph/take]:",
    "  the",
    "  message",
    "  why: one",
    "       two",
    "  help: three",
    "  note: four",
    "        five",
  ]);
  expect(rooms).toEqual([48, 43, 42, 42]);
});

test("everything that a diagnostic can hold has its line", () => {
  const diagnostic = caution("graph/take", "the message", {
    place: at("  take: 4", 9, 1, 120),
    why: "the reason",
    help: "the way out",
    notes: [{ message: "see here", place: at("takes: 3", 8, 1, 9) }, { message: "and this" }],
  });
  expect(formatDiagnostic(diagnostic).split("\n")).toEqual([
    "warning[graph/take]: the message",
    "   --> m.yaml:120:9",
    "    |",
    "120 |   take: 4",
    "    |         ^",
    "  why: the reason",
    "  help: the way out",
    "  note: see here",
    " --> m.yaml:9:8",
    "  |",
    "9 | takes: 3",
    "  |        ^",
    "  note: and this",
  ]);
});

test("without a place there is no frame", () => {
  expect(formatDiagnostic(problem("file/not-found", "no manifest"))).toBe(
    "error[file/not-found]: no manifest",
  );
});

describe("the carets stand under the piece", () => {
  test.each<[string, Place, string, string]>([
    ["in plain text", at("  promt: x", 3, 5), "7 |   promt: x", "  |   ^^^^^"],
    ["behind a tab", at("\tpromt: x", 2, 5), "7 |     promt: x", "  |     ^^^^^"],
    ["on a tab", at("\tpromt: x", 1, 1), "7 |     promt: x", "  | ^^^^"],
    ["behind wide characters", at("雨の夜: x", 6, 1), "7 | 雨の夜: x", "  |         ^"],
    ["on wide characters", at("a: 雨の", 4, 2), "7 | a: 雨の", "  |    ^^^^"],
    ["behind an emoji", at("🎬: x", 5, 1), "7 | 🎬: x", "  |     ^"],
    ["behind a sign that is shown as an emoji", at("✅: x", 4, 1), "7 | ✅: x", "  |     ^"],
    ["behind a combining accent", at("e\u0301: x", 5, 1), "7 | e\u0301: x", "  |    ^"],
    ["behind a control character", at("\u001b: x", 4, 1), "7 | \u{fffd}: x", "  |    ^"],
    ["behind the line's end", at("abc", 4, 1), "7 | abc", "  |    ^"],
    ["on an empty line", at("", 1, 1), "7 |", "  | ^"],
    ["and not beyond the line", at("abc", 2, 90), "7 | abc", "  |  ^^"],
  ])("%s", (_claim, place, line, carets) => {
    expect(frame(place)).toEqual([line, carets]);
  });

  test("in the middle of a long line, of which a window is shown", () => {
    const [line = "", carets = ""] = frame(at(`${"a".repeat(500)}XYZ${"b".repeat(500)}`, 501, 3));
    expect(line).toBe(`7 | …${"a".repeat(40)}XYZ${"b".repeat(57)}…`);
    expect(carets.indexOf("^")).toBe(line.indexOf("X"));
    expect(carets.match(/\^+/)?.[0].length).toBe(3);
  });

  test("at the end of a long line, which is then shown to its end", () => {
    const [line = "", carets = ""] = frame(at(`${"a".repeat(500)}XYZ`, 501, 3));
    expect(line).toBe(`7 | …${"a".repeat(98)}XYZ`);
    expect(carets.indexOf("^")).toBe(line.indexOf("X"));
  });

  test("on a narrow terminal, with what is before and behind cut off", () => {
    const line = "  a-shot: { prompt: a storm, steps: [ { extend: { prompt: on } } ] }";
    expect(frame(at(line, 41, 6), 40)).toEqual([
      "7 | …m, steps: [ { extend: { prompt: on…",
      "  |                ^^^^^^",
    ]);
    expect(frame(at(line, 41, 6), 20)).toEqual(["7 | …: [ { extend: …", "  |        ^^^^^^"]);
    // A mark that goes on beyond the edge is shown from its beginning.
    expect(frame(at(line, 11, 40), 20)).toEqual(["7 | …: { prompt: a …", "  |    ^^^^^^^^^^^^"]);
  });

  test("whatever the line holds, and the frame is no wider than it may be", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom("\t", "雨", "✅", "e\u0301", " "),
            fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
          ),
          maxLength: 400,
        }),
        fc.nat(500),
        fc.nat(500),
        fc.option(fc.integer({ min: 20, max: 160 }), { nil: undefined }),
        (text, column, length, columns) => {
          const [line = "", carets = ""] = frame(at(text, column + 1, length + 1), columns);
          expect(carets).toMatch(/^ {2}\| *\^+$/);
          expect(carets.length).toBeLessThanOrEqual(columns ?? 4 + 102);
          expect(columnsOf(line)).toBeLessThanOrEqual(columns ?? 4 + 102);
        },
      ),
    );
  });
});

test("colours are the caller's, piece by piece", () => {
  const diagnostic = problem("yaml/tab", "m", { place: at("\tx", 1, 1), help: "h" });
  const color = (part: string, text: string) => `<${part}>${text}</>`;
  expect(formatDiagnostic(diagnostic, { color }).split("\n")).toEqual([
    "<error>error[yaml/tab]</>: m",
    " --> <path>m.yaml:7:1</>",
    "  |",
    "7 |     x",
    "  | <mark>^^^^</>",
    "  <help>help</>: h",
  ]);
});

test("a code that is broken over lines is painted on each of them, and nothing else is", () => {
  const wrap = (text: string, columns: number) => text.match(new RegExp(`.{1,${columns}}`, "g")) ?? [];
  const text = formatDiagnostic(problem("yaml/tab", "some words"), {
    color: (part, words) => `<${part}>${words}</>`,
    width: { columns: 10, wrap },
  });
  expect(text.split("\n")).toEqual(["<error>error[ya</>", "  <error>ml/tab]</>:", "   some wo", "  rds"]);
});

describe("as data, a diagnostic", () => {
  test("has the same members, and none that are empty", () => {
    expect(diagnosticJson(problem("graph/cycle", "m"))).toEqual({
      code: "graph/cycle",
      severity: "error",
      message: "m",
    });
    const full = problem("graph/cycle", "m", {
      why: "w",
      help: "h",
      path: ["shots", "a", 0],
      place: at("x", 1, 1),
      notes: [{ message: "n", place: at("y", 1, 1) }, { message: "o" }],
    });
    expect(diagnosticJson(full)).toEqual(full);
  });

  test("has no control characters, and keeps its line's columns", () => {
    const data = diagnosticJson(
      problem("graph/cycle", "a\u001bb", { path: ["\u001b"], place: at("\u001b\u{e0041}\tx", 5, 1) }),
    );
    expect(data.message).toBe("a\u{fffd}b");
    expect(data.path).toEqual(["\u{fffd}"]);
    expect(data.place?.text).toBe("\u{fffd}\u{fffd}\u{fffd}\tx");
    expect(data.place?.text.at(4)).toBe("x");
  });
});
