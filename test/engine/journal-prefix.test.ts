/**
 * Any prefix of a journal, its last line torn anywhere, is something to go on from: nothing is paid twice, nothing paid is
 * lost, and the torn line is reported and set aside.
 */
import { describe, expect, it } from "vitest";
import { parseJournal } from "../../src/store/journal-file.js";
import { film } from "./film.js";

const FILM = `version: 1
project: night-ferry
provider: kling
images:
  mara: { prompt: a portrait }
shots:
  "010":
    prompt: the ferry leaves
    steps: [{ lip_sync: { text: all aboard, voice: oversea_male1 } }]
  "020": { image: { from: images.mara }, prompt: she turns }
`;
const JOURNAL = "/film/.kling/journal.jsonl";
const DAMAGED = "/film/.kling/journal.damaged.jsonl";

async function rendered() {
  const project = film(FILM);
  expect((await project.render({ ask: () => Promise.resolve(true) })).exit).toBe(0);
  return project;
}

type Project = Awaited<ReturnType<typeof rendered>>;

/** What the vendor was asked to do, and what it cost. */
const work = ({ vendor }: Project) => [
  vendor.tasks.length,
  vendor.submitted.length,
  vendor.log.filter((each) => each.startsWith("call ")).length,
];

/** Where a journal is cut: at the end of each line, and at some places inside of the next one. */
function cutsOf(text: string): readonly { readonly at: number; readonly torn: string }[] {
  const lines = text.trimEnd().split("\n");
  let start = 0;
  return [...lines, ""].flatMap((line) => {
    const inside = line === "" ? [] : [1, Math.floor(line.length / 2), line.length - 1];
    const cuts = [0, ...inside].map((length) => ({ at: start + length, torn: line.slice(0, length) }));
    start += line.length + 1;
    return cuts;
  });
}

describe("a journal that ends early", { timeout: 120_000 }, () => {
  it.each([
    ["and everything else is there", () => undefined],
    [
      "and lockfile, store and outputs are gone",
      (project: Project) => {
        for (const each of ["/film/kling.lock.json", "/film/renders", "/home"]) project.remove(each);
      },
    ],
    ["and the lockfile is gone", (project: Project) => project.remove("/film/kling.lock.json")],
  ])("wherever it ends, %s, is gone on with correctly", async (_, lose) => {
    const project = await rendered();
    const before = work(project);
    const whole = project.read(JOURNAL);
    for (const { at, torn } of cutsOf(whole)) {
      lose(project);
      project.remove(DAMAGED);
      project.volume.writeFileSync(JOURNAL, whole.slice(0, at));
      const report = await project.render();
      const place = `cut at ${at}`;
      expect([report.exit, place]).toEqual([0, place]);
      expect([work(project), place]).toEqual([before, place]);
      expect(new Set(Object.values(await project.decisions())), place).toEqual(new Set(["keep"]));
      const reported = report.diagnostics.filter(({ code }) => code === "journal/damaged").length;
      expect([reported, place]).toEqual([torn === "" ? 0 : 1, place]);
    }
  });

  it("never loses sight of the torn line: it is set aside as soon as something is written", async () => {
    const project = await rendered();
    const whole = project.read(JOURNAL);
    const lines = whole.trimEnd().split("\n");
    const torn = lines[4]?.slice(0, 40) ?? "";
    project.remove("/film/kling.lock.json");
    project.volume.writeFileSync(JOURNAL, `${lines.slice(0, 4).join("\n")}\n${torn}`);
    expect((await project.render()).exit).toBe(0);
    expect(project.read(DAMAGED)).toContain(JSON.stringify(torn));
    expect(project.read(JOURNAL)).toContain(`\n${torn}\n`);
  });

  it.each(["intent", "submitted", "succeeded"])(
    "and lost a line of type %s in its middle pays for nothing again, not even for what carries no reference",
    async (type) => {
      const native = FILM.replace(
        /    steps:.*/,
        "    model: kling-v1-6\n    steps: [{ extend: { via: native } }]",
      );
      const project = film(native, { references: false });
      await project.render({ ask: () => Promise.resolve(true), allowUnknownPrice: ["kling-v1-6"] });
      const { length } = project.vendor.submitted;
      const lines = project.read(JOURNAL).split("\n");
      const at = lines.findLastIndex((line) => line.includes(`"type":"${type}"`));
      project.volume.writeFileSync(JOURNAL, lines.with(at, "{damaged").join("\n"));
      project.remove("/film/kling.lock.json");
      const report = await project.render({ ask: () => Promise.resolve(true), yes: true });
      expect(report.diagnostics.map(({ code }) => code)).toContain("journal/damaged");
      expect(project.vendor.submitted).toHaveLength(length);
      expect([0, 8]).toContain(report.exit);
    },
  );

  it("cut at any byte reads as the records before it and at most one damaged line, the last", async () => {
    const whole = (await rendered()).read(JOURNAL);
    const records = parseJournal(whole).records;
    for (let at = 0; at <= whole.length; at++) {
      const text = whole.slice(0, at);
      const { records: read, damaged, newer } = parseJournal(text);
      const ended = text.split("\n").length - 1;
      const isWhole = whole[at] === "\n" || at === whole.length;
      const last = text.slice(text.lastIndexOf("\n") + 1);
      expect(read).toEqual(records.slice(0, ended + (isWhole && last !== "" ? 1 : 0)));
      expect(damaged).toHaveLength(isWhole || last.trim() === "" ? 0 : 1);
      expect(newer).toEqual([]);
    }
  });
});
