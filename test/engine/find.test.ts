/** Where the manifest is looked for. */
import { expect, test } from "vitest";
import { findManifest } from "../../src/engine-find.js";
import { memoryDisk } from "../store/disk.js";

const { fs } = memoryDisk({
  "/film/kling.manifest.yaml": "",
  "/film/shots/a/notes.txt": "",
  "/film/other.yaml": "",
  "/home/kling.manifest.yaml": "",
  "/home/repo/.git/HEAD": "",
  "/home/repo/src/main.ts": "",
});

test.each([
  ["here", "/film", undefined, "/film/kling.manifest.yaml"],
  ["in a directory above", "/film/shots/a", undefined, "/film/kling.manifest.yaml"],
  ["by name", "/film/shots", "../other.yaml", "/film/other.yaml"],
  ["by its directory's name", "/", "film", "/film/kling.manifest.yaml"],
])("the manifest is found %s", (_, cwd, named, path) => {
  expect(findManifest(fs, cwd, named)).toEqual({ value: path, diagnostics: [] });
});

test.each([
  ["what is not there", "/film", "ather.yaml", "there is no ather.yaml"],
  ["a directory without one", "/film", "shots", "shots is a directory without a kling.manifest.yaml"],
  [
    "one above the repository",
    "/home/repo/src",
    undefined,
    "no kling.manifest.yaml here or in a directory above",
  ],
])("%s is not taken for the manifest", (_, cwd, named, message) => {
  const { value, diagnostics } = findManifest(fs, cwd, named);
  expect(value).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code: "file/not-found", message }]);
});
