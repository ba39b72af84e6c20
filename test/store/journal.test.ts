import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { cacheKey } from "../../src/graph/key.js";
import { clientReference } from "../../src/plan/approval.js";
import type { AttemptState } from "../../src/plan/attempt-state.js";
import type { Attempt, ClientReference } from "../../src/plan/prior.js";
import { parseJournal, openJournal, readJournal } from "../../src/store/journal-file.js";
import type { JournalEntry, JournalRecord } from "../../src/store/journal.js";
import { formatLine, parseLine } from "../../src/store/journal-line.js";
import { replay } from "../../src/store/replay.js";
import { makeStateDirectory, stateDirectory } from "../../src/store/state-directory.js";
import { journals } from "./arbitraries.js";
import { memoryDisk, textOf } from "./disk.js";

const GOLDEN = readFileSync(new URL("golden/journal-v1.jsonl", import.meta.url), "utf8");
const LINES = GOLDEN.trimEnd().split("\n");
const AT = "2026-11-22T11:30:00.000Z";
const NOW = () => Date.parse(AT);
const records = parseJournal(GOLDEN).records;
const [INTENT] = records;
if (INTENT?.type !== "intent") throw new Error("the golden journal begins with an intent");
const REFERENCE = INTENT.reference;

/** The golden intent of another attempt. */
function intentOf(other: { readonly attempt: number }): JournalRecord {
  if (INTENT?.type !== "intent") throw new Error("the golden journal begins with an intent");
  return { ...INTENT, ...other, reference: clientReference(INTENT.key, other.attempt, INTENT.call) };
}

/** Entries as they were written, all at one time. */
function dated(entries: readonly JournalEntry[]): readonly JournalRecord[] {
  return entries.map((entry) => Object.assign({}, entry, { at: AT }));
}

/** Every attempt of a journal, by reference. */
function attemptsOf(written: readonly JournalRecord[]): ReadonlyMap<ClientReference, Attempt> {
  return new Map(
    [...replay(written).attempts.values()].flat().map((attempt) => [attempt.reference, attempt]),
  );
}

describe("a line of the journal", () => {
  it.each(LINES.map((line) => [line.slice(7, 80), line]))("is written back byte for byte: %s", (_, line) => {
    const parsed = parseLine(line);
    const again = parsed.kind === "record" ? formatLine(parsed.record) : parsed.kind;
    expect(again).toBe(line.includes("later_type") ? "foreign" : line);
  });

  it("of every type stands in the golden file", () => {
    const types = new Set(records.map(({ type }) => type));
    expect([...types].toSorted()).toEqual([
      "abandoned",
      "failed",
      "intent",
      "placed",
      "recorded",
      "refused",
      "stored",
      "submitted",
      "succeeded",
      "unknown",
    ]);
  });

  it("keeps every value", () => {
    fc.assert(
      fc.property(journals, (written) => {
        for (const record of written)
          expect(parseLine(formatLine(record))).toEqual({ kind: "record", record });
      }),
    );
  });

  it("passes over members that it does not know", () => {
    const line = formatLine(INTENT).replace('"v":1', '"v":1,"later":[1]');
    expect(parseLine(line)).toEqual({ kind: "record", record: INTENT });
  });

  it.each([
    ["no JSON", "{"],
    ["another JSON", "[]"],
    ["no version", '{"at":1}'],
    ["no time", '{"v":1,"type":"recorded"}'],
    ["no type", `{"v":1,"at":"${AT}"}`],
    ["a local time", `{"v":1,"at":"2026-11-22T11:30:00","type":"recorded","reference":"${REFERENCE}"}`],
    ["a reference of another make", `{"v":1,"at":"${AT}","type":"recorded","reference":"km2-x"}`],
    ["a key that is not its inputs' digest", formatLine({ ...INTENT, key: sha256Hex("x") as never })],
    ["money as a float", formatLine(INTENT).replace('"0.21"', "0.21")],
    ["the reference of another call", formatLine({ ...INTENT, call: "create" })],
    ["the reference of another attempt", formatLine({ ...INTENT, attempt: 2 })],
    ["a call that is not well-formed text", formatLine(INTENT).replace('"render"', '"\\ud800"')],
    ["an attempt beyond all counting", formatLine(intentOf({ attempt: 1_000_001 }))],
    ["a dialect that is no word", formatLine({ ...INTENT, dialect: "No Word" as never })],
    ["a realm that is no word", formatLine({ ...INTENT, realm: "" as never })],
  ])("with %s is damaged", (_, line) => {
    expect(parseLine(line)).toEqual({ kind: "damaged" });
  });

  it("may be of the highest attempt that is counted", () => {
    const record = intentOf({ attempt: 1_000_000 });
    expect(parseLine(formatLine(record))).toEqual({ kind: "record", record });
  });

  const [, , SUCCEEDED, STORED] = records;
  it.each([
    ["an intent's dialect", INTENT, '"dialect":"new"', '"dialect":"later-3"', { dialect: "later-3" }],
    [
      "a handle's dialect",
      SUCCEEDED,
      '"dialect":"new"',
      '"dialect":"later-3"',
      { handle: { dialect: "later-3" } },
    ],
    [
      "an artifact's type",
      STORED,
      '"type":"video/mp4"',
      '"type":"video/webm"',
      { artifact: { type: "video/webm" } },
    ],
    ["a bill's kind", SUCCEEDED, '"kind":"billed"', '"kind":"lent"', { billed: { kind: "unknown" } }],
  ])("takes a word that a later version has for %s", (_, written, from, to, expected) => {
    if (written === undefined) throw new Error("the golden journal is too short");
    const line = formatLine(written);
    expect(line).toContain(from);
    expect(parseLine(line.replace(from, to))).toMatchObject({ kind: "record", record: expected });
  });

  it.each([
    ["realm", '"realm":"kling","route"', '"realm":"mirror","route"'],
    ["realm in its key", '"realm":"kling"}', '"realm":"mirror"}'],
    ["key version", '"key":1,', '"key":2,'],
  ])("of a %s that is not known is of a newer klingmake, not damaged", (_, from, to) => {
    const line = formatLine(INTENT);
    expect(line).toContain(from);
    expect(parseLine(line.replace(from, to))).toEqual({ kind: "newer" });
  });

  it("of a create in the golden file is what the program writes today", () => {
    const intents = records.flatMap((record) => (record.type === "intent" ? [record] : []));
    expect(intents.length).toBeGreaterThan(4);
    for (const { key, attempt, call, reference } of intents) {
      expect(call).toBe("render");
      expect(reference).toBe(clientReference(key, attempt, call));
    }
    expect(replay(records).orphans.size).toBe(0);
  });

  it("never carries a URL or more than one line of outside text", () => {
    const message = "see https://cdn.example/x.mp4?sign=SECRET\nand\u001b[2J more";
    const line = formatLine({ type: "unknown", reference: REFERENCE, why: message, at: AT });
    expect(line).not.toMatch(/SECRET|cdn|\\n|\\u001b/);
    expect(line).toContain("see (URL) and");
  });
});

describe("replay", () => {
  const golden = attemptsOf(records);

  it("tells how far each attempt came", () => {
    const told = [...golden.values()].map(({ step, attempt, state }) => `${step} ${attempt} ${state}`);
    expect(told).toEqual([
      "shots.010.clip 1 recorded",
      "shots.010.extend 1 abandoned",
      "shots.010.extend 2 failed",
      "images.mara 1 refused",
      "images.mara 2 refused",
      "shots.030.clip@2 1 stored",
    ]);
  });

  it("keeps what a later run needs: task, handle, bill, artifact, flags, times, ceiling", () => {
    expect(golden.get(REFERENCE)).toMatchObject({
      task: "812345678901234567",
      handle: { result: "812345678901234568" },
      billed: { kind: "billed", usd: 210_000 },
      artifact: { sha256: sha256Hex("clip") },
      flags: ["size", "duration"],
      ceiling: 210_000,
      units: 1_500,
      started: "2026-11-22T11:30:01.000Z",
      ended: "2026-11-22T11:30:05.000Z",
    });
  });

  it("gives failures their reason and whether they were billed", () => {
    const failures = [...golden.values()].flatMap(({ failure }) => (failure ? [failure] : []));
    expect(failures).toEqual([
      { code: 5000, message: "Failure to pass the risk control system", refusal: true, billed: "not_billed" },
      { code: 1102, message: "resource pack exhausted", refusal: false, billed: "not_billed" },
      { message: "no code was given", refusal: true, billed: "not_billed" },
    ]);
  });

  it("gives the key inputs of every key, and what was placed where", () => {
    const view = replay(records);
    expect(view.inputs.size).toBe(4);
    for (const [key, inputs] of view.inputs) expect(cacheKey(inputs)).toBe(key);
    expect([...view.placedAt]).toEqual([["renders/final/010.mp4", sha256Hex("clip")]]);
    expect([...view.placed]).toEqual([sha256Hex("clip")]);
  });

  const refer = { reference: REFERENCE };
  const submitted = { type: "submitted", ...refer, task: "t" } as never as JournalEntry;
  const succeeded = records[2] as JournalEntry;
  const stored = records[3] as JournalEntry;
  const recorded: JournalEntry = { type: "recorded", ...refer };
  const refused: JournalEntry = { type: "refused", ...refer, message: "m", refusal: false };
  const failed: JournalEntry = {
    type: "failed",
    ...refer,
    message: "m",
    refusal: false,
    billed: { kind: "unknown" },
  };
  const unknown: JournalEntry = { type: "unknown", ...refer, why: "w" };
  const abandoned: JournalEntry = { type: "abandoned", ...refer, why: "w" };
  it.each<[string, readonly JournalEntry[], AttemptState]>([
    ["a late `submitted` is passed over", [submitted, succeeded, submitted], "succeeded"],
    ["a repeated intent is passed over", [submitted, INTENT], "submitted"],
    ["a lost `submitted` does not stop what follows", [succeeded, stored, recorded], "recorded"],
    ["a refused create may be tried again", [refused, INTENT], "intent"],
    ["and then go on", [refused, INTENT, submitted], "submitted"],
    ["an unknown task may turn up", [unknown, submitted], "submitted"],
    ["an intent does not make an unknown task known", [unknown, INTENT], "unknown"],
    ["a task given up may turn up", [abandoned, submitted], "submitted"],
    ["a task that is there is not refused", [submitted, refused], "submitted"],
    ["a failure is final", [submitted, failed, succeeded], "failed"],
    ["a success is no failure", [submitted, succeeded, failed], "succeeded"],
    ["what is stored is not given up", [succeeded, stored, abandoned], "stored"],
    ["what is recorded stays so when it is fetched again", [succeeded, stored, recorded, stored], "recorded"],
    ["nothing is stored that did not succeed", [submitted, stored], "submitted"],
  ])("%s", (_, entries, state) => {
    const written = dated([INTENT, ...entries]);
    expect(attemptsOf(written).get(REFERENCE)?.state).toBe(state);
  });

  it("drops a failure that turned out to be none", () => {
    const written = dated([INTENT, refused, submitted]);
    expect(attemptsOf(written).get(REFERENCE)).not.toHaveProperty("failure");
  });

  it("keeps every small call in the books, also when its create is refused and tried again", () => {
    const calling = {
      type: "calling",
      ...refer,
      call: "identify_face",
      units: 50,
      ceiling: 7000,
    } as never as JournalEntry;
    const written = dated([INTENT, calling, refused, INTENT, calling, submitted]);
    expect(attemptsOf(written).get(REFERENCE)).toMatchObject({
      state: "submitted",
      calls: [
        { call: "identify_face", units: 50, ceiling: 7000 },
        { call: "identify_face", units: 50, ceiling: 7000 },
      ],
    });
  });

  it("counts what no intent explains, and makes nothing of it", () => {
    const view = replay(records.slice(1, 3));
    expect([...view.orphans.keys()]).toEqual([REFERENCE]);
    expect(view.orphans.get(REFERENCE)?.task).toBeDefined();
    expect(view.attempts.size).toBe(0);
  });

  const RANK: Readonly<Record<AttemptState, number>> = {
    intent: 0,
    unknown: 1,
    refused: 1,
    abandoned: 1,
    submitted: 2,
    failed: 3,
    succeeded: 3,
    stored: 4,
    recorded: 5,
  };
  const KEPT = ["task", "handle", "artifact", "billed", "calls"] as const;
  /** Nothing is lost, save that a person gives up what is not stored, and a refused create is tried again. */
  const forward = (was: Attempt, is: Attempt): boolean => {
    if ((was.calls?.length ?? 0) > (is.calls?.length ?? 0)) return false;
    if (was.state === "refused" && is.state === "intent") return true;
    const open = was.state !== "stored" && was.state !== "recorded" && was.state !== "failed";
    const onward = RANK[is.state] >= RANK[was.state] || (is.state === "abandoned" && open);
    return onward && KEPT.every((member) => was[member] === undefined || is[member] !== undefined);
  };
  it("never goes backwards, and never forgets a task, a handle or an artifact", () => {
    fc.assert(
      fc.property(journals, (written) => {
        const steps: (readonly [was: Attempt, is: Attempt])[] = [];
        let before = attemptsOf([]);
        for (let count = 1; count <= written.length; count++) {
          const after = attemptsOf(written.slice(0, count));
          for (const [reference, was] of before) {
            const is = after.get(reference);
            if (is === undefined) throw new Error("an attempt was forgotten");
            steps.push([was, is]);
          }
          before = after;
        }
        expect(steps.filter(([was, is]) => !forward(was, is))).toEqual([]);
      }),
    );
  });

  it("of every prefix of a journal that is cut at any byte loses at most the line that was cut", () => {
    fc.assert(
      fc.property(journals, fc.nat(), (written, cut) => {
        const lines = written.map((record) => `${formatLine(record)}\n`);
        const bytes = Buffer.from(lines.join(""));
        const at = bytes.length === 0 ? 0 : cut % bytes.length;
        let whole = 0;
        let length = 0;
        for (const line of lines) {
          length += Buffer.byteLength(line);
          // Only the line break may be missing.
          if (length - 1 <= at) whole++;
        }
        const parsed = parseJournal(bytes.subarray(0, at).toString("utf8"));
        expect(parsed.records).toEqual(written.slice(0, whole));
        expect(parsed.damaged.length).toBeLessThanOrEqual(1);
        replay(parsed.records);
      }),
    );
  });
});

describe("the journal on disk", () => {
  const at = stateDirectory("/film");
  const placed: JournalEntry = { type: "placed", output: "renders/010.mp4", sha256: sha256Hex("clip") };

  async function opened(text?: string) {
    const disk = memoryDisk(text === undefined ? {} : { [at.journal]: text });
    await makeStateDirectory(disk.fs, "/film");
    return { ...disk, journal: await openJournal(disk.fs, at, NOW) };
  }

  it("begins empty, private and complete with each entry", async () => {
    const { volume, journal } = await opened();
    const entries = [INTENT, { type: "recorded", reference: REFERENCE } as const, placed];
    await Promise.all(entries.map((entry) => journal.append(entry)));
    await journal.close();
    expect(textOf(volume, at.journal)).toBe(
      entries.map((entry) => `${formatLine({ ...entry, at: AT })}\n`).join(""),
    );
    expect(journal.records().map(({ type }) => type)).toEqual(["intent", "recorded", "placed"]);
    expect(volume.statSync(at.journal).mode & 0o777).toBe(0o600);
    expect(volume.statSync(at.path).mode & 0o777).toBe(0o700);
    expect(textOf(volume, "/film/.kling/.gitignore")).toBe("*\n");
  });

  it("goes on after a torn line on a line of its own, and keeps the torn one aside", async () => {
    const torn = LINES[1]?.slice(0, 40) ?? "";
    const { fs, volume, journal } = await opened(`${LINES[0]}\n${torn}`);
    expect(journal.diagnostics).toMatchObject([
      { code: "journal/damaged", severity: "warning", place: { line: 2 } },
    ]);
    await journal.append(placed);
    await journal.close();
    expect(textOf(volume, at.journal)).toBe(`${LINES[0]}\n${torn}\n${formatLine({ ...placed, at: AT })}\n`);
    expect(textOf(volume, at.damagedJournal).trim()).toBe(JSON.stringify({ v: 1, line: 2, text: torn }));

    const again = await openJournal(fs, at, NOW);
    await again.close();
    expect(again.diagnostics).toEqual([]);
    expect(again.records().map(({ type }) => type)).toEqual(["intent", "placed"]);
    expect(textOf(volume, at.damagedJournal).trim().split("\n")).toHaveLength(1);
  });

  it.each([
    ["journal", at.journal],
    ["damaged journal", at.damagedJournal],
  ])("is not written through a link in place of the %s", async (_, path) => {
    const { fs, volume } = memoryDisk({ "/elsewhere/x": "garbage\n" });
    await makeStateDirectory(fs, "/film");
    if (path !== at.journal) volume.writeFileSync(at.journal, "garbage\n");
    volume.symlinkSync("/elsewhere/x", path);
    await expect(openJournal(fs, at, NOW)).rejects.toMatchObject({ code: "ELOOP" });
    expect(textOf(volume, "/elsewhere/x")).toBe("garbage\n");
  });

  it("takes a last line that only lacks its line break", async () => {
    const { volume, journal } = await opened(`${LINES[0]}\n${LINES[1]}`);
    await journal.append(placed);
    await journal.close();
    expect(journal.diagnostics).toEqual([]);
    expect(parseJournal(textOf(volume, at.journal)).records).toHaveLength(3);
  });

  it("tells of damage in the middle and reads on", async () => {
    const { fs, journal } = await opened(`${LINES[0]}\ngarbage \u001b[2J\n${LINES[1]}\n`);
    await journal.close();
    expect(journal.records()).toHaveLength(2);
    expect(journal.diagnostics[0]?.place).toMatchObject({ line: 2, text: "garbage \u{fffd}[2J" });
    expect((await readJournal(fs, at)).diagnostics).toEqual([]);
  });

  it("is only looked at by whoever only reads", async () => {
    const { fs, names } = memoryDisk({ [at.journal]: "garbage" });
    const { diagnostics } = await readJournal(fs, at);
    expect(diagnostics).toMatchObject([{ code: "journal/damaged", place: { line: 1 } }]);
    expect(names()).toEqual([at.journal]);
    expect(await readJournal(memoryDisk().fs, at)).toEqual({ records: [], diagnostics: [] });
  });

  it("refuses to be passed over when a newer klingmake wrote in it", async () => {
    const { journal } = await opened(`{"v":2,"at":"${AT}","type":"intent"}\n`);
    await journal.close();
    expect(journal.diagnostics).toMatchObject([{ code: "journal/damaged", severity: "error" }]);
  });

  it("does not glue an entry to one that could not be written whole", async () => {
    const { fs, volume } = memoryDisk();
    await makeStateDirectory(fs, "/film");
    let full = false;
    // A disk that runs full in the middle of a line.
    const scarce: typeof fs = {
      ...fs,
      lstatSync: fs.lstatSync.bind(fs),
      promises: {
        ...fs.promises,
        readFile: (path) => fs.promises.readFile(path),
        open: async (path, flags, mode) => {
          const file = await fs.promises.open(path, flags, mode);
          return {
            fd: file.fd,
            read: file.read.bind(file),
            stat: file.stat.bind(file),
            truncate: file.truncate.bind(file),
            sync: file.sync.bind(file),
            datasync: file.datasync.bind(file),
            close: file.close.bind(file),
            write: async (bytes, offset, length, position) => {
              if (!full) return await file.write(bytes, offset, length, position);
              await file.write(bytes, offset, 10, position);
              throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
            },
          };
        },
      },
    };
    const journal = await openJournal(scarce, at, NOW);
    full = true;
    await expect(journal.append(placed)).rejects.toThrow("disk full");
    full = false;
    await journal.append(placed);
    await journal.close();
    expect(parseJournal(textOf(volume, at.journal))).toMatchObject({
      records: [{ ...placed, at: AT }],
      damaged: [{ line: 1 }],
    });
    expect(journal.records()).toHaveLength(1);
  });
});
