/** Diagnostics on the page: text of a manifest in, lines with a mark out, and nothing in them that must not be seen. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem, caution, type Place } from "../../src/base/diagnostic.js";
import { placer } from "../../src/manifest/place.js";
import { problemOf, problemsOf } from "../../src/page/problems.js";

/** The place of the first `what` in a text. */
function placeOf(text: string, what: string, hidden?: string): Place {
  const places = placer(text, "kling.manifest.yaml");
  const spanOf = (part: string) => [text.indexOf(part), text.indexOf(part) + part.length] as const;
  if (hidden !== undefined) places.hide(spanOf(hidden));
  return places.at(spanOf(what));
}

const TEXT = `version: 1
project: film
shots:
  "010":
    prompt: wide
    colour: red
    duration: 5
    mode: pro
`;

describe("an error", () => {
  it("shows its line with what is meant, two before it and two after it", () => {
    const shown = problemOf(
      problem("manifest/unknown-key", "odd", {
        place: placeOf(TEXT, "colour"),
        path: ["shots", "010", "colour"],
      }),
      "/film",
    );
    expect(shown).toEqual({
      severity: "error",
      code: "manifest/unknown-key",
      message: "odd",
      place: "kling.manifest.yaml:6:5",
      shot: "shots.010",
      lines: [
        { number: 4, text: '  "010":' },
        { number: 5, text: "    prompt: wide" },
        { number: 6, text: "    colour: red", mark: [4, 10] },
        { number: 7, text: "    duration: 5" },
        { number: 8, text: "    mode: pro" },
      ],
    });
  });

  it("shows fewer lines at the ends of a text", () => {
    const numbers = (what: string) =>
      problemOf(problem("yaml/syntax", "odd", { place: placeOf(TEXT, what) }), "/").lines?.map(
        ({ number }) => number,
      );
    expect(numbers("version")).toEqual([1, 2, 3]);
    expect(numbers("mode")).toEqual([6, 7, 8, 9]);
  });

  it.each([
    ["that was found in the next line", "key: Zq8vXw2nLk4pTr6y", "Zq8vXw2nLk4pTr6y"],
    [
      "that looks like one in the next line",
      "note: AKLTabcdefghijkl0123456789 token=sk-abcdefghijklmnopqrstuvwxyz",
      undefined,
    ],
  ])("shows no credential %s", (_, line, hidden) => {
    const place = placeOf(`odd: 1\n${line}\n`, "odd", hidden);
    const text = JSON.stringify(problemOf(problem("yaml/syntax", "odd", { place }), "/"));
    expect(text).not.toMatch(/Zq8vXw2n|abcdefghijklmnop/);
    expect(text).toContain("***");
  });

  it("marks the same part of a line, however long it is and whatever stands before it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "\t", "\u202e", "🚢", "é", "\u001b", "雨"), maxLength: 3000 }),
        fc.string({ unit: fc.constantFrom("b", "🚢"), maxLength: 3000 }),
        (before, after) => {
          const { lines = [] } = problemOf(
            problem("yaml/syntax", "odd", { place: placeOf(`${before}WRONG${after}`, "WRONG") }),
            "/",
          );
          const [line] = lines;
          expect(line?.text.slice(...(line.mark ?? []))).toBe("WRONG");
          expect(line?.text.length).toBeLessThan(170);
          expect(line?.text.isWellFormed()).toBe(true);
          // eslint-disable-next-line no-control-regex
          expect(line?.text).not.toMatch(/[\u0000-\u001f\u202e]/);
        },
      ),
    );
  });
});

describe("problems", () => {
  it("stand in the order of the manifest, errors first at the same place, those without a place last", () => {
    const place = placeOf(TEXT, "colour");
    const codes = problemsOf(
      [
        problem("graph/cycle", "without a place"),
        caution("catalog/retired-model", "a warning", { place }),
        problem("manifest/unknown-key", "an error", { place }),
        problem("manifest/version", "the first line", { place: placeOf(TEXT, "version") }),
      ],
      "/film",
    ).map(({ code }) => code);
    expect(codes).toEqual([
      "manifest/version",
      "manifest/unknown-key",
      "catalog/retired-model",
      "graph/cycle",
    ]);
  });

  it("name no place on this machine, no signed address, and no shot that a path does not lead to", () => {
    const shown = problemOf(
      problem("run/disk", "cannot write /home/me/film/renders/a.mp4", {
        why: "GET https://cdn.example/a.mp4?Signature=abc failed",
        help: "look at /home/me/film",
        path: ["defaults", "video"],
      }),
      "/home/me/film",
    );
    expect(shown).toEqual({
      severity: "error",
      code: "run/disk",
      message: "cannot write renders/a.mp4",
      why: "GET https://cdn.example/a.mp4?*** failed",
      help: "look at .",
    });
  });
});
