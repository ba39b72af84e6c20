import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { askYesNo } from "../../src/cli/ask.js";

async function ask(type: (input: PassThrough, stop: AbortController) => void) {
  const input = new PassThrough();
  const output = new PassThrough();
  const stop = new AbortController();
  const answer = askYesNo("Render? [y/N] ", { input, output, terminal: false }, stop.signal);
  type(input, stop);
  return { answer: await answer, shown: String(output.read() ?? "") };
}

describe("the question before money is spent", () => {
  test.each(["y\n", "Y\n", "yes\n", " YES \n"])("takes %j for a yes", async (text) => {
    expect(await ask((input) => void input.write(text))).toEqual({ answer: true, shown: "Render? [y/N] " });
  });

  test.each(["\n", "n\n", "no\n", "yep\n", "yes please\n", "ja\n", "1\n"])(
    "takes %j for a no",
    async (text) => {
      expect(await ask((input) => void input.write(text))).toMatchObject({ answer: false });
    },
  );

  test("takes the end of input for a no, and ends the line", async () => {
    expect(await ask((input) => void input.end())).toEqual({ answer: false, shown: "Render? [y/N] \n" });
  });

  test("takes an interruption for a no", async () => {
    expect(await ask((_input, stop) => stop.abort())).toMatchObject({ answer: false });
  });
});
