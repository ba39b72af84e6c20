import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/args.js";

const parse = (line: string, env: Readonly<Record<string, string>> = {}) =>
  parseArguments(line === "" ? [] : line.split(" "), { env, columns: 80 });

const PLAN = { targets: [], allowUnknownPrice: [], rebuy: [], retryRefused: [] };
const GLOBALS = { json: false, color: true, quiet: false, verbose: false };

describe("a command line becomes plain data", () => {
  test.each([
    ["validate", { name: "validate" }],
    [
      "plan",
      { name: "plan", plan: PLAN, policy: {}, rehearse: false, refresh: false, detailedExitcode: false },
    ],
    [
      "plan --refresh",
      { name: "plan", plan: PLAN, policy: {}, rehearse: false, refresh: true, detailedExitcode: false },
    ],
    [
      "plan --profile final -t shots.010 -t images.* --out p.json --detailed-exitcode --max-cost 2.5 -j 4",
      {
        name: "plan",
        plan: { ...PLAN, profile: "final", targets: ["shots.010", "images.*"], maxCostUsd: 2.5, jobs: 4 },
        policy: {},
        rehearse: false,
        refresh: false,
        out: "p.json",
        detailedExitcode: true,
      },
    ],
    ["watch", { name: "watch", plan: PLAN }],
    [
      "watch -p final -t shots.010 --budget $5 --tiers pro,master --allow-unknown-price my-model --retries 1 -j 2 --events - --open --port 8080",
      {
        name: "watch",
        plan: {
          ...PLAN,
          profile: "final",
          targets: ["shots.010"],
          allowUnknownPrice: ["my-model"],
          retries: 1,
          jobs: 2,
        },
        budgetUsd: 5,
        tiers: ["pro", "master"],
        events: "-",
        page: { open: true, port: 8080 },
      },
    ],
    ["watch --port 0", { name: "watch", plan: PLAN, page: { open: false, port: 0 } }],
    [
      "render --approve 3F9A0C11D2E3 --yes --rehearse --frozen --overwrite-outputs --events e.jsonl --ask-above $1 --ask-tiers pro,master",
      {
        name: "render",
        plan: PLAN,
        policy: { askAboveUsd: 1, askTiers: ["pro", "master"] },
        rehearse: true,
        approve: "3f9a0c11d2e3",
        yes: true,
        frozen: true,
        overwriteOutputs: true,
        events: "e.jsonl",
      },
    ],
    [
      "render --rebuy shots.010 --rebuy shots.020 --retry-refused images.mara --allow-unknown-price my-model",
      {
        name: "render",
        plan: {
          targets: [],
          allowUnknownPrice: ["my-model"],
          rebuy: ["shots.010", "shots.020"],
          retryRefused: ["images.mara"],
        },
        policy: {},
        rehearse: false,
        yes: false,
        frozen: false,
        overwriteOutputs: false,
      },
    ],
    [
      "render --callback https://hooks.example.com/kling?key=1 --listen [::1]:8787",
      {
        name: "render",
        plan: PLAN,
        policy: {},
        rehearse: false,
        yes: false,
        frozen: false,
        overwriteOutputs: false,
        callback: "https://hooks.example.com/kling?key=1",
        listen: { host: "::1", port: 8787 },
      },
    ],
    ["status -p draft", { name: "status", plan: { ...PLAN, profile: "draft" } }],
    ["why shots.010", { name: "why", step: "shots.010", plan: PLAN }],
    ["graph", { name: "graph", format: "text" }],
    ["graph --format dot -p final", { name: "graph", format: "dot", profile: "final" }],
    ["page", { name: "page", targets: [], port: 0, open: false }],
    [
      "page --port 8787 --open -p final -t shots.010",
      { name: "page", targets: ["shots.010"], profile: "final", port: 8787, open: true },
    ],
    ["report", { name: "report", targets: [] }],
    ["report out -p final", { name: "report", targets: [], profile: "final", folder: "out" }],
    ["models --all", { name: "models", all: true }],
    ["schema", { name: "schema", which: "manifest" }],
    ["schema lock", { name: "schema", which: "lock" }],
    ["sandbox", { name: "sandbox", port: 0, asVendor: false, refuseRetired: false }],
    [
      "sandbox --dialect unified",
      { name: "sandbox", port: 0, asVendor: false, dialect: "unified", refuseRetired: false },
    ],
    [
      "sandbox --port 8787 --dir box --as-vendor --refuse-retired --time-scale 0 --faults f.json",
      {
        name: "sandbox",
        port: 8787,
        directory: "box",
        asVendor: true,
        refuseRetired: true,
        timeScale: 0,
        faults: "f.json",
      },
    ],
  ])("%s", (line, command) => {
    expect(parse(line)).toEqual({ kind: "command", command, globals: GLOBALS });
  });

  test.each([
    ["--json plan", { ...GLOBALS, json: true }],
    ["plan --json --no-color -q", { ...GLOBALS, json: true, color: false, quiet: true }],
    ["plan -v --file film", { ...GLOBALS, verbose: true, file: "film" }],
  ])("global flags stand before or after the command: %s", (line, globals) => {
    expect(parse(line)).toMatchObject({ kind: "command", globals });
  });

  test.each([
    ["8787", { port: 8787 }],
    ["0.0.0.0:1", { host: "0.0.0.0", port: 1 }],
    ["[fd00::7]:65535", { host: "fd00::7", port: 65_535 }],
    ["studio.example.com:8787", { host: "studio.example.com", port: 8787 }],
  ])("callbacks can be listened for at %s", (text, listen) => {
    expect(parse(`render --callback https://a.example --listen ${text}`)).toMatchObject({
      command: { listen },
    });
  });

  test("the environment sets the policy and flags beat it", () => {
    const env = { KLINGMAKE_ASK_ABOVE: "7", KLINGMAKE_ASK_TIERS: "none" };
    expect(parse("render", env)).toMatchObject({ command: { policy: { askAboveUsd: 7, askTiers: [] } } });
    expect(parse("render --ask-above 1", env)).toMatchObject({
      command: { policy: { askAboveUsd: 1, askTiers: [] } },
    });
  });

  test("the environment wishes for attempts after a failure, and a flag beats it", () => {
    const env = { KLINGMAKE_RETRIES: "2" };
    for (const command of ["plan", "render"]) {
      expect(parse(command, env)).toMatchObject({ command: { plan: { retries: 2 } } });
      expect(parse(`${command} --retries 0`, env)).toMatchObject({ command: { plan: { retries: 0 } } });
    }
    expect(parse("status", env)).toMatchObject({ command: { plan: PLAN } });
    expect(parse("plan", { KLINGMAKE_RETRIES: "many" })).toMatchObject({
      kind: "usage",
      text: "error: environment variable KLINGMAKE_RETRIES: Say a whole number from 0 to 3.\n",
    });
  });

  test("an empty variable is as good as none", () => {
    expect(parse("plan", { KLINGMAKE_ASK_ABOVE: "" })).toMatchObject({ command: { policy: {} } });
  });
});

test.each(["-V", "--version --json", "plan --version"])("%s asks for the version", (line) => {
  expect(parse(line)).toEqual({ kind: "version" });
});

describe("a mistake is a usage error that says what is meant", () => {
  test.each([
    ["plna", "error: unknown command 'plna'\n(Did you mean plan?)"],
    ["plan --profil x", "error: unknown option '--profil'\n(Did you mean --profile?)"],
    ["plan --max-cost much", "Say US dollars, like 2.50."],
    ["plan --max-cost -1", "Say US dollars, like 2.50."],
    ["plan -j 0", "Say a whole number from 1 to 100."],
    ["render --retries 4", "Say a whole number from 0 to 3."],
    ["render --approve 3f9a", "Say the plan's digest, or its first 12 digits or more"],
    ["render --ask-tiers gold", "Say standard, pro, master"],
    ["graph --format svg", "Allowed choices are text, mermaid, dot."],
    ["schema plan", "Allowed choices are manifest, lock."],
    ["why", "missing required argument 'step'"],
    ["why a b", "too many arguments"],
    ["plan -q -v", "cannot be used with option"],
    ["sandbox --port 70000", "Say a whole number from 0 to 65535."],
    ["sandbox --dialect new", "Allowed choices are vendor, unified."],
    ["sandbox --time-scale fast", "Say a number, 0 or more."],
    ["render --callback https://a.example --listen 0", "Say a port from 1 to 65535, or HOST:PORT"],
    ["render --callback https://a.example --listen 65536", "Say a port from 1 to 65535, or HOST:PORT"],
    ["render --callback https://a.example --listen ::1:80", "Say a port from 1 to 65535, or HOST:PORT"],
    ["render --callback https://a.example --listen host:", "Say a port from 1 to 65535, or HOST:PORT"],
    ["render --listen 8787", "--listen hears nothing without --callback"],
    ["plan --out -", "Say a file; for stdout there is --json."],
    ["watch --tiers pro", "--tiers says what --budget may be spent on"],
    ["watch --budget much", "Say US dollars, like 2.50."],
    ["watch --max-cost 5", "unknown option '--max-cost'"],
    ["watch --yes", "unknown option '--yes'"],
    ["watch --json --events -", "--json and --events - both want stdout; leave one of them out."],
    ["--json render --events -", "--json and --events - both want stdout; leave one of them out."],
    ["", "Usage: klingmake COMMAND"],
  ])("%s", (line, text) => {
    const parsed = parse(line);
    expect(parsed.kind).toBe("usage");
    expect(parsed.kind === "usage" && parsed.text).toContain(text);
  });

  test("a variable that makes no sense is named", () => {
    expect(parse("plan", { KLINGMAKE_ASK_TIERS: "gold" })).toMatchObject({
      kind: "usage",
      text: expect.stringContaining("environment variable KLINGMAKE_ASK_TIERS: Say standard") as string,
    });
  });

  test("a usage error knows whether JSON was wanted, wherever it went wrong", () => {
    expect(parse("plna --json")).toMatchObject({ kind: "usage", json: true });
  });
});

describe("help", () => {
  const COMMANDS = ["validate", "plan", "render", "status", "why", "graph", "models", "schema", "sandbox"];

  test("the main help names every command and every exit code", () => {
    const help = parse("--help");
    const text = help.kind === "help" ? help.text : "";
    for (const command of COMMANDS) expect(text).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64, 70, 130]) {
      expect(text).toMatch(new RegExp(`^ +${code}  \\S`, "m"));
    }
  });

  test.each(COMMANDS)("help of %s has a sentence, an example and exit codes", (command) => {
    const help = parse(`${command} --help`);
    const text = help.kind === "help" ? help.text : "";
    expect(text).toMatch(/\n\n[A-Z][^\n]+[\s\S]*\./);
    expect(text).toMatch(new RegExp(`Example:\n {2}klingmake ${command}`));
    expect(text).toMatch(/Exit codes:\n {2}0  \w/);
    expect(parse(`help ${command}`)).toEqual(help);
  });

  test("no line is longer than the terminal is wide, down to 60 columns", () => {
    for (const line of ["--help", ...COMMANDS.map((command) => `${command} --help`)]) {
      const help = parseArguments(line.split(" "), { env: {}, columns: 60 });
      const options = help.kind === "help" ? (help.text.split("\nExample:")[0] ?? "") : "";
      for (const each of options.split("\n")) expect(each.length).toBeLessThanOrEqual(60);
    }
  });
});
