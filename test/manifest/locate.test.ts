/** Paths become places, also long after the text was read. */
import { describe, expect, test } from "vitest";
import type { Path } from "../../src/base/diagnostic.js";
import { caution, problem } from "../../src/base/diagnostic.js";
import { placed } from "../../src/manifest/locate.js";
import { locateIn, readManifest } from "../../src/manifest/read.js";

const TEXT = `version: 1
project: p
x-common: &face
  from: images.mara
shots:
  "010":
    prompt: wide
    tags: [a, bb, c]
    image: *face
  20: { prompt: "near", take: 2 }
  30:
    steps:
      - extend: { prompt: far }
`;

const show = (locate: ReturnType<typeof locateIn>, path: Path, on?: "key" | "value") => {
  const place = locate(path, on);
  return place && `${place.line}:${place.column}+${place.length} ${place.text.trim()}`;
};

describe.each([
  ["when just read", () => readManifest(TEXT, "m.yaml").value?.locate ?? fail()],
  ["from the text alone", () => locateIn(TEXT, "m.yaml")],
  ["with a byte-order mark and CRLF", () => locateIn(`\u{feff}${TEXT.replaceAll("\n", "\r\n")}`, "m.yaml")],
])("%s, a path leads to", (_when, make) => {
  test.each<[string, Path, "key" | "value" | undefined, string]>([
    ["a value", ["shots", "010", "prompt"], undefined, "7:13+4 prompt: wide"],
    ["its key", ["shots", "010", "prompt"], "key", "7:5+6 prompt: wide"],
    [
      "a quoted value with its quotes",
      ["shots", "20", "prompt"],
      "value",
      '10:17+6 20: { prompt: "near", take: 2 }',
    ],
    ["an item", ["shots", "010", "tags", 1], "value", "8:15+2 tags: [a, bb, c]"],
    ["a bracketed list", ["shots", "010", "tags"], "value", "8:11+10 tags: [a, bb, c]"],
    ["the key of a block", ["shots", "010"], "value", '6:3+5 "010":'],
    ["what an alias stands for", ["shots", "010", "image", "from"], "value", "4:9+11 from: images.mara"],
    ["the alias itself", ["shots", "010", "image"], "value", "9:12+5 image: *face"],
    [
      "a field of a step",
      ["shots", "30", "steps", 0, "extend", "prompt"],
      "value",
      "13:27+3 - extend: { prompt: far }",
    ],
    ["the nearest key when a field is missing", ["shots", "010", "model"], "value", '6:3+5 "010":'],
    [
      "the nearest key when much is missing",
      ["shots", "20", "steps", 4, "extend"],
      "key",
      '10:3+2 20: { prompt: "near", take: 2 }',
    ],
    ["the beginning when nothing is there", ["images", "x"], "value", "1:1+10 version: 1"],
    ["the beginning for the whole", [], "value", "1:1+10 version: 1"],
  ])("%s", (_claim, path, on, expected) => {
    expect(show(make(), path, on)).toBe(expected);
  });
});

test("diagnostics of later stages are placed, notes too, and put in file order", () => {
  const found = placed(
    [
      problem("graph/cycle", "second", { path: ["shots", "20"], on: "key" }),
      caution("graph/take", "first", {
        path: ["shots", "010", "prompt"],
        notes: [{ message: "here", path: ["shots", "20", "take"] }, { message: "nowhere" }],
      }),
      problem("file/not-found", "without a place"),
    ],
    locateIn(TEXT, "m.yaml"),
  );
  expect(
    found.map(({ message, place, notes }) => [
      message,
      place?.line,
      notes?.map((note) => note.place?.column),
    ]),
  ).toEqual([
    ["first", 7, [31, undefined]],
    ["second", 10, undefined],
    ["without a place", undefined, undefined],
  ]);
});

test("a place that is known is kept", () => {
  const place = { file: "lock", line: 3, column: 4, length: 1, text: "x" };
  expect(
    placed([problem("graph/cycle", "m", { path: ["project"], place })], locateIn(TEXT, "m"))[0]?.place,
  ).toBe(place);
});

test("thousands of places in one mapping are found at once", () => {
  const ids = Array.from({ length: 5000 }, (_, index) => `s${index}`);
  const locate = locateIn(`shots:\n${ids.map((id) => `  ${id}: {}\n`).join("")}`, "m");
  expect(ids.map((id) => locate(["shots", id], "key")?.line)).toEqual(ids.map((_, index) => index + 2));
});

function fail(): never {
  throw new Error("the text should be a manifest");
}
