import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import { usd } from "../../src/base/money.js";
import type { CacheKey } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import { clientReference, planDigest } from "../../src/plan/approval.js";
import { readPlan, writePlan, type StoredPlan } from "../../src/store/plans.js";
import { stateDirectory } from "../../src/store/state-directory.js";
import { memoryDisk, textOf } from "./disk.js";

const AT = stateDirectory("/film");
const KEY = sha256Hex("key") as string as CacheKey;
const ENTRIES = [
  { reference: clientReference(KEY, 1, "render"), step: "shots.010.clip" as StepId, ceiling: usd(0.21) },
  { reference: clientReference(KEY, 2, "render"), step: "shots.020.clip" as StepId },
  {
    reference: clientReference(KEY, 3, "render"),
    step: "shots.020.clip" as StepId,
    ceiling: usd(0.21),
    retry: true as const,
  },
];
const DIGEST = planDigest("kling", ENTRIES);
const PLAN: StoredPlan = {
  digest: DIGEST,
  realm: "kling",
  project: "night-ferry",
  profile: "final",
  entries: ENTRIES,
};
const FILE = `${AT.plans}/${DIGEST}.json`;

async function written() {
  const disk = memoryDisk({ [`${AT.plans}/other.txt`]: "" });
  await writePlan(disk.fs, AT, PLAN);
  return disk;
}

describe("a stored plan", () => {
  it("is found by its digest or its beginning, with its ceilings", async () => {
    const { fs, volume } = await written();
    expect(await readPlan(fs, AT, DIGEST)).toEqual({ kind: "found", plan: PLAN });
    expect(await readPlan(fs, AT, DIGEST.slice(0, 12))).toEqual({ kind: "found", plan: PLAN });
    expect(volume.statSync(FILE).mode & 0o777).toBe(0o600);
    expect(JSON.parse(textOf(volume, FILE))).toMatchObject({
      entries: [{ ceiling: "0.21" }, { ceiling: null }, { ceiling: "0.21", retry: true }],
    });
  });

  it("has no raw character that cannot be seen, in the text that a person reads", async () => {
    const { fs, volume } = memoryDisk({ [`${AT.plans}/other.txt`]: "" });
    const odd = { ...PLAN, project: "night\u202eferry\u200b\u0085" };
    await writePlan(fs, AT, odd);
    expect(textOf(volume, FILE)).toContain('"night\\u202eferry\\u200b\\u0085"');
    expect(await readPlan(fs, AT, DIGEST)).toEqual({ kind: "found", plan: odd });
  });

  it.each([
    "",
    DIGEST.slice(0, 11),
    sha256Hex("other"),
    "../../kling.lock",
    `${DIGEST}0`,
    DIGEST.toUpperCase(),
  ])("is absent under %j", async (digest) => {
    const { fs } = await written();
    expect(await readPlan(fs, AT, digest)).toEqual({ kind: "absent" });
  });

  it("is absent where no plan was ever stored", async () => {
    expect(await readPlan(memoryDisk().fs, AT, DIGEST)).toEqual({ kind: "absent" });
  });

  it("is not chosen when two begin alike", async () => {
    const { fs, volume } = await written();
    volume.writeFileSync(`${AT.plans}/${DIGEST.slice(0, 20).padEnd(64, "0")}.json`, "{}");
    expect(await readPlan(fs, AT, DIGEST.slice(0, 12))).toEqual({ kind: "ambiguous" });
    expect((await readPlan(fs, AT, DIGEST)).kind).toBe("found");
  });

  it.each([
    ["a higher ceiling", '"0.21"', '"21"'],
    ["a ceiling taken off", '"0.21"', "null"],
    ["a ceiling that is missing", '"ceiling": "0.21",', ""],
    ["another realm", '"kling"', '"sandbox"'],
    ["a later version", '"version": 1', '"version": 2'],
    ["text that is cut short", "}\n", ""],
  ])("with %s counts for nothing", async (_, from, to) => {
    const { fs, volume } = await written();
    const text = textOf(volume, FILE);
    expect(text).toContain(from);
    volume.writeFileSync(FILE, text.replace(from, to));
    expect(await readPlan(fs, AT, DIGEST)).toEqual({ kind: "damaged" });
  });
});
