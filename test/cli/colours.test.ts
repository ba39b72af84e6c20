import { expect, test } from "vitest";
import { isAutomatic, wantsColours } from "../../src/cli/colours.js";

test.each([
  [{}, true, true, true],
  [{}, false, true, false],
  [{}, true, false, false],
  [{ NO_COLOR: "1" }, true, true, false],
  [{ NO_COLOR: "" }, true, true, true],
  [{ FORCE_COLOR: "1" }, false, true, true],
  [{ FORCE_COLOR: "0" }, true, true, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, true, false],
  [{ FORCE_COLOR: "1" }, true, false, false],
  [{ TERM: "dumb" }, true, true, false],
])("with %j on a terminal (%s), allowed (%s), colours are %s", (env, isTTY, allowed, expected) => {
  expect(wantsColours(env, isTTY, allowed)).toBe(expected);
});

test.each([
  [{}, false],
  [{ CI: "" }, false],
  [{ CI: "false" }, false],
  [{ CI: "true" }, true],
  [{ CI: "1" }, true],
])("%j is a machine's run: %s", (env, expected) => {
  expect(isAutomatic(env)).toBe(expected);
});
