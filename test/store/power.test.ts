/** What is promised to be durable, on a disk that forgets whatever was not synced when the power fails. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { CacheKey } from "../../src/graph/key.js";
import { openArtifacts } from "../../src/store/artifacts.js";
import { writeAtomic, type FileSystem } from "../../src/store/files.js";
import { openJournal } from "../../src/store/journal-file.js";
import { openPartial } from "../../src/store/partial.js";
import { makeStateDirectory, stateDirectory } from "../../src/store/state-directory.js";
import { Census } from "../simulation/census.js";
import { Chance } from "../simulation/chance.js";
import { Disk } from "../simulation/disk.js";
import { Life } from "../simulation/life.js";
import { mount } from "../simulation/mount.js";
import { Turns } from "../simulation/turns.js";

const FILM = "/home/mara/film";
const STORE = "/home/mara/.local/share/klingmake/store";
const CLIP = sha256Hex("clip");

/** The disk after `work` was done on it and the power failed at once. */
async function afterwards(work: (fs: FileSystem) => Promise<void>): Promise<Disk> {
  const chance = new Chance(1);
  const turns = new Turns(chance);
  const disk = new Disk(() => turns.nowMs);
  disk.put(`${FILM}/kling.manifest.yaml`, "version: 1\n");
  const life = new Life(turns, new Census(), { project: "film", onBlow: () => undefined });
  let isDone = false;
  const working = work(mount(disk, life).fs).finally(() => {
    isDone = true;
  });
  await turns.play(() => isDone);
  await working;
  disk.powerFails(chance, "nothing");
  return disk;
}

test("a project's first journal entry survives, in a directory that is as new as the journal", async () => {
  const at = stateDirectory(FILM);
  const disk = await afterwards(async (fs) => {
    await makeStateDirectory(fs, FILM);
    const journal = await openJournal(fs, at, () => Date.UTC(2026, 10, 22));
    await journal.append({ type: "placed", output: "renders/a.mp4", sha256: CLIP });
  });
  expect(disk.text(at.journal)).toContain("renders/a.mp4");
});

test("a user's first clip survives, in a store that is as new as the clip", async () => {
  const disk = await afterwards(async (fs) => {
    const partial = await openPartial(fs, `${FILM}/.kling/partial`, CLIP as string as CacheKey);
    await partial.write(Buffer.from("clip"));
    await openArtifacts(fs, STORE).put(await partial.finish());
  });
  expect(disk.text(`${STORE}/cas/${CLIP.slice(0, 2)}/${CLIP}`)).toBe("clip");
});

test("a file that is replaced has its new text, and one that is written without durability may be gone", async () => {
  const disk = await afterwards(async (fs) => {
    await writeAtomic(fs, `${FILM}/kling.lock.json`, "new");
    await writeAtomic(fs, `${FILM}/renders.json`, "new", { durable: false });
  });
  expect(disk.text(`${FILM}/kling.lock.json`)).toBe("new");
  expect(disk.text(`${FILM}/renders.json`)).toBeUndefined();
});
