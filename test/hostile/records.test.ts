/**
 * Hostile records: a lockfile, journal, approval or cache that came with a checkout or was damaged. Each command ends
 * with an answer, harmless on a terminal, and a render afterwards pays for nothing twice without saying so.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLock } from "../../src/store/lockfile.js";
import { parseJournal } from "../../src/store/journal-file.js";
import { replay } from "../../src/store/replay.js";
import { ordinarySeconds } from "./effort.js";
import { filesBelow, ground, type Ground } from "./ground.js";
import { prototypesUntouched } from "./prototypes.js";
import { fuzz } from "./seeds.js";
import { expectHarmless } from "./terminal.js";

prototypesUntouched();

const FILM = `version: 1
project: night-ferry
images:
  mara: { prompt: a portrait }
shots:
  a: { prompt: the ferry leaves, image: { from: images.mara }, steps: [{ extend: {} }] }
`;

const EXITS = [0, 1, 3, 4, 7, 8, 9, 10];

async function expectAnswers(at: Ground, commands: readonly (readonly string[])[]): Promise<void> {
  for (const words of commands) {
    const said = await at.klingmake(words);
    expect(EXITS, `${words.join(" ")}: ${said.stderr.slice(0, 1000)}`).toContain(said.exit);
    expect(said.stdout.length + said.stderr.length).toBeLessThan(200_000);
    expectHarmless(said.stdout + said.stderr);
  }
}

const LOOKING = [["status"], ["plan"], ["why", "shots.a"]];

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 53,
  1e308,
  "",
  "__proto__",
  "\u001b]0;owned\u0007\u202e",
  "../../../etc/passwd",
  "0".repeat(64),
  "x".repeat(5000),
  [],
  {},
  [[[[]]]],
  { __proto__: null, toString: 1, constructor: { prototype: { polluted: true } } },
  JSON.parse('{"__proto__": {"polluted": true}}'),
];

/** `value` with the `nth` place in it replaced by `put`. */
function withPlace(value: unknown, nth: number, put: unknown): unknown {
  let count = 0;
  const visit = (node: unknown): unknown => {
    if (count++ === nth) return put;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, visit(member)]));
  };
  return visit(value);
}

const bend = fc.record({
  nth: fc.nat(200),
  put: fc.constantFrom(...HOSTILE),
  line: fc.nat(30),
  how: fc.constantFrom("place", "cut", "twice", "bytes", "key"),
  at: fc.nat(10_000),
});
type Bend = typeof bend extends fc.Arbitrary<infer T> ? T : never;

/** A text of JSON, or of lines of JSON, with something wrong in it. */
function bent(text: string, lines: boolean, { nth, put, line, how, at }: Bend): string {
  const parts = lines ? text.split("\n").filter((each) => each !== "") : [text];
  const index = line % Math.max(1, parts.length);
  const part = parts[index] ?? "{}";
  const cut = at % (part.length + 1);
  const changed = {
    place: () => JSON.stringify(withPlace(JSON.parse(part), nth, put)),
    key: () =>
      part.replace(/"(\w+)":/g, (whole: string, _: string, offset: number) =>
        offset > cut ? '"__proto__":' : whole,
      ),
    cut: () => part.slice(0, cut),
    twice: () => part + part,
    bytes: () => `${part.slice(0, cut)}\u0000\ufffd"\\${part.slice(cut)}`,
  }[how]();
  return [...parts.slice(0, index), changed, ...parts.slice(index + 1)].join("\n");
}

/** A film that was rendered, and one file of it that is bent again and again. */
async function rendered(): Promise<Ground> {
  const at = ground(FILM);
  expect(await at.klingmake(["render"])).toMatchObject({ exit: 0 });
  at.put("kling.manifest.yaml", FILM.replace("shots:", "provider: kling\nshots:"));
  expect(await at.klingmake(["plan"])).toMatchObject({ exit: 0 });
  at.put("kling.manifest.yaml", FILM);
  return at;
}

describe("a record of a film that was rendered, with anything wrong in it,", () => {
  const files: readonly (readonly [name: string, lines: boolean, runs: number])[] = [
    ["kling.sandbox.lock.json", false, 60],
    [".kling/journal.jsonl", true, 60],
    [".kling/cache/inputs.json", false, 10],
    [".kling/cache/outputs.json", false, 20],
    [".kling/cache/sandbox/ledger.jsonl", true, 6],
  ];
  it.each(files)(
    "leaves %s an answer of every command",
    async (name, lines, runs) => {
      const at = await rendered();
      if (name.endsWith("inputs.json")) at.put(name, '{"version":2,"files":[["a",1,2,3,4,"x",null]]}');
      const text = readFileSync(join(at.root, name), "utf8");
      await fc.assert(
        fc.asyncProperty(bend, async (how) => {
          at.put(name, bent(text, lines, how));
          await expectAnswers(at, how.nth % 6 === 0 ? [...LOOKING, ["render"]] : LOOKING);
        }),
        fuzz(runs),
      );
    },
    240_000,
  );

  it("counts for nothing as an approval", async () => {
    const at = await rendered();
    at.put("kling.manifest.yaml", FILM.replace("shots:", "provider: kling\nshots:"));
    const folder = join(at.root, ".kling/plans");
    const [name = ""] = readdirSync(folder);
    const text = readFileSync(join(folder, name), "utf8");
    await fc.assert(
      fc.asyncProperty(bend, async (how) => {
        const changed = bent(text, false, how);
        writeFileSync(join(folder, name), changed);
        const said = await at.klingmake(
          ["render", "--approve", name.slice(0, 12), "--target", "images.mara"],
          {
            env: { KLING_API_KEY: "key-of-nobody", KLING_BASE_URL: "http://127.0.0.1:9" },
          },
        );
        // Exit 9: approved, and on its way to a vendor that is not there; only the very same approval gets so far.
        expect(EXITS).toContain(said.exit);
        expectHarmless(said.stdout + said.stderr);
      }),
      fuzz(20),
    );
  }, 120_000);

  it("does not stop the embedded sandbox with a task that it never made", async () => {
    const at = await rendered();
    const folder = join(at.root, ".kling/cache/sandbox/tasks");
    const [name = ""] = readdirSync(folder);
    const text = readFileSync(join(folder, name), "utf8");
    await fc.assert(
      fc.asyncProperty(bend, async (how) => {
        writeFileSync(join(folder, name), bent(text, false, how));
        rmSync(join(at.root, "kling.sandbox.lock.json"), { force: true });
        rmSync(join(at.root, ".kling/journal.jsonl"), { force: true });
        await expectAnswers(at, [["render"]]);
      }),
      fuzz(12),
    );
  }, 240_000);
});

describe("a megabyte of a record is read within 2 s", () => {
  const filled = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length));
  const texts: readonly (readonly [name: string, text: string])[] = [
    ["opening brackets", filled("[")],
    ["closed brackets", `${filled("[").slice(0, 500_000)}${filled("]").slice(0, 500_000)}`],
    ["objects in objects", filled('{"a":')],
    ["one long text", `"${filled("a")}"`],
    ["quotes", filled('"')],
    ["backslashes", `"${filled("\\")}`],
    ["conflict marks", filled("<<<<<<< HEAD\n")],
    ["members of one name", `{${filled('"a":1,')}"b":1}`],
    [
      "renders that are numbers",
      `{"version":1,"renders":{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":1`).join(",")}},"steps":{}}`,
    ],
    [
      "steps that are numbers",
      `{"version":1,"renders":{},"steps":{"p":{${Array.from({ length: 60_000 }, (_, index) => `"s${index}":1`).join(",")}}}}`,
    ],
    ["lines of nothing", filled("\n")],
    ["lines that are no JSON", filled("x\n")],
    ["lines of empty objects", filled("{}\n")],
    ["lines of a newer version", filled('{"v":2}\n')],
    ["lines that say little", filled('{"v":1,"type":"intent"}\n')],
    ["digits", filled("9")],
    ["NUL bytes", filled("\u0000")],
  ];

  it.each(texts)(
    "%s",
    async (name, text) => {
      const seconds = await ordinarySeconds(name, () => {
        for (const diagnostic of readLock(text, "kling.lock.json").diagnostics)
          expect(diagnostic.code).toBe("lock/damaged");
        replay(parseJournal(text).records);
      });
      expect(seconds).toBeLessThan(2);
      for (const file of ["kling.sandbox.lock.json", ".kling/journal.jsonl", ".kling/cache/outputs.json"]) {
        const at = ground(FILM);
        mkdirSync(at.at("film/.kling/cache"), { recursive: true });
        at.put(file, text);
        const seconds = await ordinarySeconds(`${name} as ${file}`, () => expectAnswers(at, [["plan"]]));
        expect(seconds, file).toBeLessThan(2);
      }
    },
    60_000,
  );
});

describe("a lockfile and a journal of somebody else", () => {
  it("bring no file of klingmake's into the project that was not there", async () => {
    const at = await rendered();
    const before = new Set(filesBelow(at.root).keys());
    const lock = readFileSync(at.at("film/kling.sandbox.lock.json"), "utf8");
    at.put("kling.sandbox.lock.json", lock.replaceAll(/"shots\.a\.clip"/g, '"../../escape"'));
    await expectAnswers(at, [["plan"], ["render"]]);
    expect(
      [...filesBelow(at.root).keys()].filter((name) => !before.has(name) && !name.startsWith(".kling/")),
    ).toEqual([]);
  });
});
