import { expect, test } from "vitest";
import { readKeys } from "../../src/cli/keys.js";

function terminal() {
  const did: string[] = [];
  let hear: ((piece: string) => void) | undefined;
  let resume: (() => void) | undefined;
  const close = readKeys(
    {
      raw: (isRaw) => void did.push(isRaw ? "raw" : "cooked"),
      listen: (take) => {
        hear = take;
        return () => {
          did.push("deaf");
          hear = undefined;
        };
      },
      interrupt: () => void did.push("interrupt"),
      suspend: (resumed) => {
        did.push("suspend");
        resume = resumed;
      },
    },
    (key) => void did.push(`key ${key}`),
  );
  return { did, close, type: (piece: string) => hear?.(piece), resume: () => resume?.() };
}

test("a key that arrives alone is handed over", () => {
  const { did, type } = terminal();
  for (const key of ["a", "q", "?"]) type(key);
  expect(did).toEqual(["raw", "key a", "key q", "key ?"]);
});

test.each([
  ["pasted text", "a quick brown fox"],
  ["two keys in one piece", "aa"],
  ["an arrow", "\u001b[A"],
  ["a bare escape", "\u001b"],
  ["a line break", "\r"],
  ["a letter of another script", "я"],
  ["nothing", ""],
])("%s is no key", (_, piece) => {
  const { did, type } = terminal();
  type(piece);
  expect(did).toEqual(["raw"]);
});

test("Ctrl-C interrupts, once for each, also in the middle of a paste", () => {
  const { did, type } = terminal();
  type("\u0003");
  type("qa\u0003\u0003");
  expect(did).toEqual(["raw", "interrupt", "interrupt", "interrupt"]);
});

test("Ctrl-Z gives the terminal back before it stops, and takes it again when it goes on", () => {
  const { did, type, resume } = terminal();
  type("\u001a");
  expect(did).toEqual(["raw", "cooked", "suspend"]);
  resume();
  expect(did.at(-1)).toBe("raw");
});

test("when it is closed the terminal is as it was, and stays so", () => {
  const { did, type, close, resume } = terminal();
  type("\u001a");
  close();
  close();
  resume();
  type("a");
  expect(did).toEqual(["raw", "cooked", "suspend", "deaf", "cooked"]);
});
