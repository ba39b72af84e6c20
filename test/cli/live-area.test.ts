import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openLiveArea } from "../../src/cli/live-area.js";
import { openScreen } from "./live-fixtures.js";

// More than the highest terminal has rows: one that is not full yet puts empty rows below, and nobody can know how many.
const ABOVE = Array.from({ length: 300 }, (_, index) => `plan ${index}`);

/** A screen with a plan on it, and a live area below. */
function opened(columns = 80, rows = 24) {
  const screen = openScreen(columns, rows);
  for (const line of ABOVE) screen.write(`${line}\r\n`);
  return { screen, area: openLiveArea(screen) };
}

/** Lines of a drawing, as wide as the terminal allows. */
const drawing = (name: string, count: number, columns: number) =>
  Array.from({ length: count }, (_, index) => `${name} ${index} `.padEnd(columns - 1, "x"));

describe("a live area", () => {
  test("is drawn over itself, whether it grows or shrinks, and leaves nothing behind", () => {
    const { screen, area } = opened();
    area.draw(["a 1", "a 2"]);
    area.draw(["b 1", "b 2", "b 3"]);
    expect(screen.all()).toEqual([...ABOVE, "b 1", "b 2", "b 3", ""]);
    area.draw(["c 1"]);
    expect(screen.all().filter((line) => line !== "")).toEqual([...ABOVE, "c 1"]);
    area.clear();
    screen.write("the end\r\n");
    expect(screen.all()).toEqual([...ABOVE, "the end", ""]);
  });

  test("keeps its last line where it is, so that nothing below can push it away", () => {
    const { screen, area } = opened();
    area.draw(["a 1", "a 2", "a 3"]);
    area.draw(["b"]);
    expect(screen.all()).toEqual([...ABOVE, "", "", "b", ""]);
  });

  test("writes nothing when nothing has changed", () => {
    let writes = 0;
    const { screen } = opened();
    const area = openLiveArea({ ...screen, write: () => void writes++ });
    area.draw(["a"]);
    area.draw(["a"]);
    expect(writes).toBe(1);
  });

  test.each([
    ["half as wide", [40, 24]],
    ["a quarter as wide", [20, 24]],
    ["wider", [120, 30]],
  ] as const)("leaves no old drawing in a terminal that becomes %s", (_, [columns, rows]) => {
    const { screen, area } = opened();
    area.draw(drawing("old", columns === 20 ? 5 : 10, 80));
    screen.resize(columns, rows);
    area.draw(drawing("new", 5, columns));
    const text = screen.all().join("\n");
    expect(text).not.toContain("old");
    expect(text.match(/new/g)).toHaveLength(5);
    expect(screen.all().slice(0, ABOVE.length)).toEqual(ABOVE);
  });

  const size = (rowsLeast: number) =>
    fc.record({
      columns: fc.integer({ min: 20, max: 120 }),
      rows: fc.integer({ min: rowsLeast, max: rowsLeast + 34 }),
      count: fc.integer({ min: 1, max: 4 }),
    });

  test("leaves no drawing and no empty lines behind however often its terminal is resized", () => {
    fc.assert(
      fc.property(fc.array(size(210), { minLength: 1, maxLength: 8 }), (sizes) => {
        // Four lines of 119 columns make 24 rows of 20, of which each resize may leave 23 below: all stay within reach.
        const { screen, area } = opened();
        area.draw(drawing("d", 4, 80));
        for (const { columns: wish, rows, count } of sizes) {
          const columns = wish === screen.size().columns ? wish + 1 : wish;
          screen.resize(columns, rows);
          area.draw(drawing("d", count, columns));
          expect(screen.all().slice(ABOVE.length)).toEqual([...drawing("d", count, columns), ""]);
        }
        area.clear();
        expect(screen.all()).toEqual([...ABOVE, ""]);
      }),
    );
  });

  test("takes back what a terminal had no room for as soon as there is room again, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(size(6), { minLength: 1, maxLength: 8 }), (sizes) => {
        const { screen, area } = opened();
        area.draw(drawing("d", 12, 80));
        for (const { columns, rows, count } of sizes) {
          screen.resize(columns, rows);
          area.draw(drawing("d", count, columns));
          area.draw(drawing("e", Math.min(count + 2, rows - 2), columns));
          expect(screen.all().slice(0, ABOVE.length)).toEqual(ABOVE);
        }
        screen.resize(120, 200);
        area.draw(drawing("d", 3, 120));
        expect(screen.all()).toEqual([...ABOVE, ...drawing("d", 3, 120), ""]);
        area.clear();
        expect(screen.all()).toEqual([...ABOVE, ""]);
      }),
      { numRuns: 400 },
    );
  });

  test("does not go up for lines that a terminal has cut", () => {
    const { screen } = opened();
    const written: string[] = [];
    let columns = 80;
    const area = openLiveArea({
      ...screen,
      write: (text) => void written.push(text),
      size: () => ({ columns, rows: 24 }),
      reflows: false,
    });
    area.draw(drawing("old", 3, 80));
    columns = 40;
    area.draw(["new"]);
    expect(written[1]).toContain("\u001b[3A");
  });

  test("begins anew below what the shell wrote while it was stopped", () => {
    const { screen, area } = opened();
    area.draw(["before"]);
    screen.write("$ fg\r\n");
    area.forget();
    area.draw(["after"]);
    expect(screen.all()).toEqual([...ABOVE, "before", "$ fg", "after", ""]);
  });

  test("measures colours as nothing and wide characters as two", () => {
    const { screen, area } = opened();
    area.draw([`\u001b[36m${"x".repeat(19)}\u001b[39m`]);
    screen.resize(20, 24);
    area.draw(["y"]);
    expect(screen.all().filter((line) => line !== "")).toEqual([...ABOVE, "y"]);
    const written: string[] = [];
    let columns = 80;
    const wide = openLiveArea({
      ...screen,
      write: (text) => void written.push(text),
      size: () => ({ columns, rows: 24 }),
    });
    wide.draw(["雨".repeat(15)]);
    columns = 20;
    wide.draw(["y"]);
    expect(written[1]).toContain("\u001b[2A");
  });
});
