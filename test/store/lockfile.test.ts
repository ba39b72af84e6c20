import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { cacheKey } from "../../src/graph/key.js";
import type { Rendering } from "../../src/plan/prior.js";
import { wholeOf } from "../../src/plan/recorded.js";
import { mergeLocks } from "../../src/store/lock-merge.js";
import { EMPTY_LOCK, formatLock, lockFileName, readLock, type LockFile } from "../../src/store/lockfile.js";
import { validateLock } from "../../src/store/validate-lock.generated.js";
import { locks } from "./arbitraries.js";

const GOLDEN = readFileSync(new URL("golden/kling.lock.json", import.meta.url), "utf8");
const INPUTS = { key: 1, realm: "kling", action: { kind: "text_to_video", prompt: "rain" } } as const;
const KEY = cacheKey(INPUTS);
const ENTRY = {
  inputs: INPUTS,
  attempt: 1,
  artifact: { sha256: sha256Hex("clip"), size: 4, type: "video/mp4" },
  consumed: {},
  billed: { kind: "unknown" },
};

const HANDLE = {
  route: "kling",
  task: "t-1",
  account: "acct",
  completed: "2026-11-22T11:40:00Z",
  dialect: "new",
  product: "/text-to-video/kling-3.0",
};

/** A lockfile with a member that stands `depth` levels deep, the file itself being the first. */
function deep(depth: number): string {
  const value = `${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`;
  return `{"version": 1, "renders": {}, "steps": {}, "later": ${value}}`;
}

function lockText(entry: unknown, key: string = KEY): string {
  return JSON.stringify({ version: 1, renders: { [key]: entry }, steps: {} }, undefined, 2);
}

function read(text: string): LockFile {
  const { value, diagnostics } = readLock(text, "kling.lock.json");
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error("no lock");
  return value;
}

/** The text of a lock with this entry, after its known members changed. */
function rewritten(entry: object, change: object): string {
  const lock = read(lockText(entry));
  const rendering = lock.renders.get(KEY);
  if (rendering === undefined) throw new Error("no entry");
  return formatLock({
    ...lock,
    renders: new Map([[KEY, { ...rendering, ...(change as Partial<Rendering>) }]]),
  });
}

/** Without what was only read along, which a made-up lock does not have. */
function plain({ renders, steps }: LockFile): unknown {
  return { renders: new Map([...renders].toSorted(([a], [b]) => (a < b ? -1 : 1))), steps };
}

describe("the lockfile", () => {
  it("is read and written back byte for byte, with every member that version 1 has", () => {
    expect(formatLock(read(GOLDEN))).toBe(GOLDEN);
  });

  it("says the same of a text that was checked before", () => {
    fc.assert(
      fc.property(locks, (lock) => {
        const text = formatLock(lock);
        expect(readLock(text, "kling.lock.json", true).value).toEqual(read(text));
      }),
    );
  });

  it("gives the golden values in units of our own", () => {
    const [first, second] = [...read(GOLDEN).renders.values()].toSorted((a, b) => a.attempt - b.attempt);
    expect(first).toMatchObject({
      attempt: 1,
      estimate: { usd: 210_000 },
      billed: { kind: "billed", units: 1_500 },
    });
    expect(second).toMatchObject({
      attempt: 2,
      returns: "tail",
      flags: ["size"],
      billed: { kind: "unknown" },
    });
  });

  it("is the same text whatever the order in which things were added", () => {
    const lock = read(GOLDEN);
    const turned = {
      ...lock,
      renders: new Map([...lock.renders].toReversed()),
      steps: new Map([...lock.steps].toReversed().map(([p, s]) => [p, new Map([...s].toReversed())])),
    };
    expect(formatLock(turned)).toBe(GOLDEN);
  });

  it("keeps every value through text and back, and fits its published schema", () => {
    fc.assert(
      fc.property(locks, (lock) => {
        const text = formatLock(lock);
        expect(validateLock(JSON.parse(text))).toBe(true);
        expect(text.endsWith("}\n")).toBe(true);
        expect(plain(read(text))).toEqual(plain(lock));
        expect(formatLock(read(text))).toBe(text);
      }),
    );
  });

  it("writes back members that it does not know, also inside entries whose known members change", () => {
    const data = JSON.parse(lockText({ ...ENTRY, later: [1], artifact: { ...ENTRY.artifact, fps: 24 } }));
    const lock = read(JSON.stringify({ ...data, tool: "x" }));
    const rendering = lock.renders.get(KEY);
    if (rendering === undefined) throw new Error("no entry");
    const changed = { ...lock, renders: new Map([[KEY, { ...rendering, attempt: 2 }]]) };
    expect(JSON.parse(formatLock(changed))).toEqual({
      version: 1,
      renders: { [KEY]: { ...ENTRY, attempt: 2, later: [1], artifact: { ...ENTRY.artifact, fps: 24 } } },
      steps: {},
      tool: "x",
    });
  });

  it.each([
    [
      "the same artifact",
      {},
      { later: [1], artifact: { fps: 24 }, estimate: { per: 1 }, billed: { due: 1 } },
    ],
    ["another artifact", { artifact: { ...ENTRY.artifact, sha256: sha256Hex("other") } }, {}],
  ])("writes back what it does not know of an entry only beside %s", (_, change, expected) => {
    const entry = {
      ...ENTRY,
      later: [1],
      artifact: { ...ENTRY.artifact, fps: 24 },
      estimate: { per: 1 },
      billed: { kind: "unknown", due: 1 },
    };
    const written = JSON.parse(rewritten(entry, change));
    const plainly = { ...ENTRY, estimate: {}, ...change };
    expect(written.renders[KEY]).toEqual({
      ...plainly,
      ...expected,
      artifact: { ...plainly.artifact, ...("artifact" in expected ? expected.artifact : {}) },
      billed: { ...plainly.billed, ...("billed" in expected ? expected.billed : {}) },
    });
  });

  it("writes back what it does not know of a handle only beside the same task", () => {
    const entry = { ...ENTRY, handle: { ...HANDLE, token: 7 } };
    const handleOf = (change: object) => JSON.parse(rewritten(entry, change)).renders[KEY].handle;
    const other = { artifact: { ...ENTRY.artifact, sha256: sha256Hex("other") } };
    expect(handleOf(other)).toEqual({ ...HANDLE, token: 7 });
    expect(handleOf({ handle: { ...HANDLE, task: "t-2" } })).toEqual({ ...HANDLE, task: "t-2" });
  });

  const later = {
    ...ENTRY,
    artifact: { ...ENTRY.artifact, type: "video/webm" },
    handle: { ...HANDLE, dialect: "later-3" },
    returns: "middle",
    billed: { kind: "lent", units: "2", until: "2027" },
  };
  it.each([
    ["checked", false],
    ["trusted", true],
  ])("reads words that a later version has, and writes them back as they were (%s)", (_, trusted) => {
    const { value, diagnostics } = readLock(lockText(later), "kling.lock.json", trusted);
    expect(diagnostics).toEqual([]);
    expect(value?.renders.get(KEY)).toMatchObject({
      artifact: { type: "video/webm" },
      handle: { dialect: "later-3" },
      returns: "middle",
      billed: { kind: "unknown" },
    });
    expect(value?.renders.get(KEY)?.billed).toEqual({ kind: "unknown" });
    expect(value && JSON.parse(formatLock(value))).toEqual(JSON.parse(lockText(later)));
  });

  it.each([
    ["another attempt", { attempt: 2 }],
    ["another artifact", { artifact: { ...ENTRY.artifact, sha256: sha256Hex("other") } }],
    ["a bill that is known now", { billed: { kind: "not_billed" } }],
  ])("drops a kind of bill that it does not know for %s", (_, change) => {
    const { billed } = JSON.parse(rewritten(later, change)).renders[KEY];
    expect(billed).toEqual({ kind: "billed" in change ? "not_billed" : "unknown" });
  });

  it("takes the highest attempt that is counted, and the deepest that is written", () => {
    expect(read(lockText({ ...ENTRY, attempt: 1_000_000 })).renders.get(KEY)?.attempt).toBe(1_000_000);
    expect(formatLock(read(deep(64)))).toContain("[]");
    const schema = JSON.parse(lockText({ ...ENTRY, attempt: 1_000_001 }));
    expect(validateLock(schema)).toBe(false);
  });

  it("has no raw character that cannot be seen or that turns text around, and the same data", () => {
    const odd = "a\u0085b\u009bc\u200bd\u200ee\u2028f\u2029g\u202eh\u2066i\ufeffj\u{e0041}k";
    const inputs = { ...INPUTS, action: { ...INPUTS.action, prompt: odd } };
    const data = {
      version: 1,
      renders: { [cacheKey(inputs)]: { ...ENTRY, inputs } },
      steps: {},
      [odd]: "ä “€” 🎬",
    };
    const text = formatLock(read(JSON.stringify(data)));
    expect(text).not.toMatch(
      /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u,
    );
    expect(text).toContain("a\\u0085b\\u009bc\\u200bd");
    expect(text).toContain("\\udb40\\udc41k");
    expect(text).toContain("ä “€” 🎬");
    expect(JSON.parse(text)).toEqual(data);
  });

  it("keeps the sandbox apart by its name", () => {
    expect([lockFileName("kling"), lockFileName("sandbox")]).toEqual([
      "kling.lock.json",
      "kling.sandbox.lock.json",
    ]);
  });
});

describe("a damaged lockfile is refused as a whole", () => {
  const wrong = (patch: object) => lockText({ ...ENTRY, ...patch });
  it.each([
    ["nothing at all", "", "is not JSON", 1],
    ["cut short", GOLDEN.slice(0, 300), "is not JSON", 10],
    ["another JSON", "[]", "is not a JSON object", 1],
    ["no version", "{}", "version is not known", undefined],
    ["a later version", '{\n  "version": 2, "renders": {}, "steps": {}}', "version is not known", 2],
    ["no steps", '{"version": 1, "renders": {}}', "/steps should be an object", undefined],
    ["conflict marks", `{\n<<<<<<< ours\n"version": 1\n=======\n`, "unsettled merge", 2],
    [
      "two maps of renders",
      '{"version": 1, "renders": {}, "steps": {},\n"renders": {}}',
      '"renders" appears twice',
      2,
    ],
    ["a key of another shape", lockText(ENTRY, "abc"), "/renders/abc should be under a cache key", 4],
    [
      "a key that is not its inputs' digest",
      lockText(ENTRY, sha256Hex("x")),
      "inputs should be the key inputs",
      4,
    ],
    ["a prompt edited by hand", lockText(ENTRY).replace("rain", "sun"), "inputs should be the key inputs", 4],
    ["a later key version", wrong({ inputs: { ...INPUTS, key: 2 } }), "update", 4],
    ["an entry that is no object", lockText(7), "should be an object", 4],
    ["no artifact", wrong({ artifact: undefined }), "/artifact should be an object", 4],
    [
      "a float for money",
      wrong({ billed: { kind: "billed", usd: 0.21 } }),
      "usd should be a decimal in quotes",
      4,
    ],
    ["a negative amount", wrong({ estimate: { usd: "-1" } }), "usd should be a decimal", 4],
    ["too fine an amount", wrong({ estimate: { units: "1.2345" } }), "units should be a decimal", 4],
    ["a kind of bill that is no word", wrong({ billed: { kind: "" } }), "kind should be a word", 4],
    ["a part that is no word", wrong({ returns: "The Tail" }), "returns should be a word", 4],
    [
      "a dialect that is no word",
      wrong({ handle: { ...HANDLE, dialect: "x".repeat(33) } }),
      "dialect should be a word",
      4,
    ],
    [
      "a type that is no media type",
      wrong({ artifact: { ...ENTRY.artifact, type: "mp4" } }),
      "type should be a media type",
      4,
    ],
    ["an attempt beyond all counting", wrong({ attempt: 1_000_001 }), "integer from 1 to 1000000", 4],
    ["what could not be written again", deep(65), "more than 64 deep", undefined],
    ["what would end any recursion", deep(100_000), "more than 64 deep", undefined],
    ["attempt nought", wrong({ attempt: 0 }), "attempt should be an integer from 1 to 1000000", 4],
    ["a digest in capitals", wrong({ consumed: { [KEY]: "A".repeat(64) } }), "consumed should be a map", 4],
    ["blank text", wrong({ flags: [" "] }), "schema allows (pattern)", 4],
  ])("%s", (_name, text, message, line) => {
    const { value, diagnostics } = readLock(text, "kling.lock.json");
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(diagnostics.map(() => "lock/damaged"));
    expect(diagnostics.map((each) => each.message).join("\n")).toContain(message);
    expect(diagnostics[0]?.place?.line).toBe(line);
  });

  it("and all that is wrong with it is told at once", () => {
    const text = lockText({ ...ENTRY, attempt: 0, billed: {}, artifact: { ...ENTRY.artifact, size: -1 } });
    expect(readLock(text, "kling.lock.json").diagnostics).toHaveLength(3);
  });

  it("and what it says is shown without control characters", () => {
    const text = JSON.stringify({ version: 1, renders: { "\u001b[2J": ENTRY }, steps: {} });
    expect(readLock(text, "kling.lock.json").diagnostics[0]?.message).not.toContain("\u001b");
  });
});

describe("a union of lockfiles", () => {
  const renders = (lock: LockFile) => new Map([...lock.renders].toSorted(([a], [b]) => (a < b ? -1 : 1)));

  it("has for each key the entry of one side, whatever the order, grouping or repetition", () => {
    fc.assert(
      fc.property(locks, locks, locks, (a, b, c) => {
        expect(renders(mergeLocks(a, b))).toEqual(renders(mergeLocks(b, a)));
        expect(renders(mergeLocks(mergeLocks(a, b), c))).toEqual(renders(mergeLocks(a, mergeLocks(b, c))));
        expect(formatLock(mergeLocks(a, a))).toBe(formatLock(a));
        expect(formatLock(mergeLocks(a, EMPTY_LOCK))).toBe(formatLock(a));
        expect([...mergeLocks(a, b).renders.keys()].toSorted()).toEqual(
          [...new Set([...a.renders.keys(), ...b.renders.keys()])].toSorted(),
        );
      }),
    );
  });

  it("keeps what more is known of the task that stands, so that three sides come to the same in any grouping", () => {
    const of = (more: object) => read(lockText({ ...ENTRY, handle: HANDLE, ...more }));
    const only = (lock: LockFile): Rendering => lock.renders.get(KEY) ?? expect.fail("it is there");
    const stands = of({ attempt: 2, billed: { kind: "billed", usd: "0.21" } });
    const knows = only(of({ attempt: 2, billed: { kind: "not_billed" } }));
    const { key: _key, inputs: _inputs, consumed: _consumed, ...known } = knows;
    const first = of({ attempt: 1, handle: { ...HANDLE, task: "t-0" } });
    const a = { ...first, renders: new Map([[only(first).key, { ...only(first), others: [known] }]]) };
    const c = of({ attempt: 2, handle: { ...HANDLE, task: "t-9" }, billed: { kind: "not_billed" } });
    for (const [one, two, three] of [
      [a, stands, c],
      [c, a, stands],
      [stands, c, a],
    ] as const) {
      const left = mergeLocks(mergeLocks(one, two), three);
      expect(renders(left)).toEqual(renders(mergeLocks(one, mergeLocks(two, three))));
      expect(renders(left)).toEqual(renders(mergeLocks(mergeLocks(a, stands), c)));
    }
    // One task is one charge, however much is known of it.
    const tasks = wholeOf(only(mergeLocks(a, stands))).map((each) => each.handle?.task);
    expect(new Set(tasks).size).toBe(tasks.length);
  });

  it("never counts attempts backwards", () => {
    const first = read(lockText(ENTRY));
    const second = read(lockText({ ...ENTRY, attempt: 2 }));
    for (const merged of [mergeLocks(first, second), mergeLocks(second, first)]) {
      expect(merged.renders.get(KEY)?.attempt).toBe(2);
    }
  });

  it("keeps what both sides paid for, each once", () => {
    const clip = (task: string, sha256: string) => ({
      ...ENTRY,
      artifact: { ...ENTRY.artifact, sha256: sha256Hex(sha256) },
      handle: { ...HANDLE, task },
      estimate: { usd: "0.21" },
    });
    const [mine, theirs] = [read(lockText(clip("t-1", "a"))), read(lockText(clip("t-2", "b")))];
    const merged = mergeLocks(mine, theirs);
    const both = [merged.renders.get(KEY), ...(merged.renders.get(KEY)?.others ?? [])];
    expect(new Set(both.map((each) => each?.handle?.task))).toEqual(new Set(["t-1", "t-2"]));
    expect(both.map((each) => each?.estimate)).toEqual([{ usd: 210_000 }, { usd: 210_000 }]);
    expect(formatLock(mergeLocks(merged, mergeLocks(theirs, mine)))).toBe(formatLock(merged));
    expect(plain(read(formatLock(merged)))).toEqual(plain(merged));
    const again = read(lockText(clip("t-1", "other bytes of the same task")));
    expect(mergeLocks(mine, again).renders.get(KEY)?.others).toBeUndefined();
  });

  it("keeps what either side deleted at the vendor as deleted, whichever entry stands", () => {
    const deleted = "2026-11-20T08:00:00.000Z";
    const mine = { ...ENTRY, handle: { ...HANDLE, deleted } };
    const late = { ...ENTRY, handle: { ...HANDLE, deleted: "2026-11-21T08:00:00.000Z" } };
    const whole = { ...ENTRY, handle: HANDLE };
    const billed = { ...whole, billed: { kind: "billed", usd: "0.21" } };
    const rivals = [whole, late, billed, { ...billed, attempt: 2 }];
    for (const [a, b] of rivals.flatMap((each) => [[mine, each] as const, [each, mine] as const])) {
      const { renders } = mergeLocks(read(lockText(a)), read(lockText(b)));
      const one = renders.get(KEY);
      const all = one === undefined ? [] : [one, ...(one.others ?? [])];
      expect(all.map((each) => each.handle?.deleted)).toEqual(all.map(() => deleted));
    }
  });

  it("keeps a known bill", () => {
    const billed = read(lockText({ ...ENTRY, billed: { kind: "billed", usd: "0.21" } }));
    expect(mergeLocks(billed, read(lockText(ENTRY))).renders.get(KEY)?.billed.kind).toBe("billed");
    const other = (billing: object) => {
      const { inputs: _inputs, consumed: _consumed, ...rest } = ENTRY;
      return read(lockText({ ...ENTRY, attempt: 2, others: [{ ...rest, billed: billing }] }));
    };
    const [known, unknown] = [other({ kind: "not_billed" }), other({ kind: "unknown" })];
    for (const merged of [mergeLocks(known, unknown), mergeLocks(unknown, known)]) {
      expect(merged.renders.get(KEY)?.others?.map(({ billed: { kind } }) => kind)).toEqual(["not_billed"]);
    }
  });

  it("joins members of its own that it does not know, member by member", () => {
    const with_ = (more: object) => read(JSON.stringify({ version: 1, renders: {}, steps: {}, ...more }));
    const merged = mergeLocks(
      with_({ pins: { a: 1, b: { x: 1 } }, tool: "one", list: [1], mixed: { a: 1 }, only: 1 }),
      with_({ pins: { b: { y: 2 }, c: 3 }, tool: "two", list: [2], mixed: 7 }),
    );
    expect(JSON.parse(formatLock(merged))).toEqual({
      version: 1,
      renders: {},
      steps: {},
      pins: { a: 1, b: { y: 2 }, c: 3 },
      tool: "two",
      list: [2],
      mixed: 7,
      only: 1,
    });
  });

  it("is made whatever text stands in the members that it does not know", () => {
    const one = read(lockText({ ...ENTRY, later: "one \ud800" }));
    const two = read(lockText({ ...ENTRY, later: "two \udfff" }));
    expect(formatLock(mergeLocks(one, two))).toBe(formatLock(mergeLocks(two, one)));
  });

  it("points a step where the second file does", () => {
    const at = (key: string) =>
      read(JSON.stringify({ version: 1, renders: {}, steps: { draft: { "shots.010.clip": key } } }));
    const merged = mergeLocks(at(sha256Hex("a")), at(sha256Hex("b")));
    expect([...(merged.steps.get("draft")?.values() ?? [])]).toEqual([sha256Hex("b")]);
  });
});
