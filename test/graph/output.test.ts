/** Where outputs lie: templates filled, refused when they could leave the project, clashes found as file systems see them. */
import { describe, expect, test } from "vitest";
import type { Diagnostic, Path } from "../../src/base/diagnostic.js";
import { checkedTemplate, outputPath, type OutputNames } from "../../src/graph/output.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { expanded, graphOf, lines, manifestOf, stepOf } from "./manifests.js";

/** What is wrong with a template. */
function problemsOf(template: string, path: Path): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  checkedTemplate(template, path, (...more) => void found.push(...more));
  return found;
}

const NAMES: OutputNames = {
  project: "ferry",
  profile: "draft",
  shot: "010",
  image: "",
  sound: "",
  step: "clip",
  take: 1,
};

test.each<[string, Partial<OutputNames>, "kling" | "sandbox", string]>([
  ["renders/{profile}/{shot}/{step}{take}.mp4", {}, "kling", "renders/draft/010/clip.mp4"],
  ["renders/{profile}/{shot}/{step}{take}.mp4", { take: 3 }, "kling", "renders/draft/010/clip-t3.mp4"],
  ["renders/{profile}/{shot}/{step}{take}.mp4", {}, "sandbox", "renders/sandbox/draft/010/clip.mp4"],
  ["./out/{project}-{shot}.mp4", {}, "kling", "out/ferry-010.mp4"],
  ["./out/{project}-{shot}.mp4", {}, "sandbox", "sandbox/out/ferry-010.mp4"],
  ["{project}/{shot}.mp4", {}, "sandbox", "sandbox/ferry/010.mp4"],
  ["{shot}.mp4", {}, "sandbox", "sandbox/010.mp4"],
])("%s with %j in %s is another path: %s", (template, names, realm, expected) => {
  expect(outputPath(template, realm, { ...NAMES, ...names })).toBe(expected);
});

test.each([
  ["../film/{shot}.mp4", "leads out of the project"],
  ["renders/../../{shot}.mp4", "leads out of the project"],
  ["renders/.{take}./{shot}.mp4", "leads out of the project"],
  ["/film/{shot}.mp4", "is absolute"],
  ["C:/film/{shot}.mp4", "is absolute"],
  ["renders\\{shot}.mp4", "has a character that paths here cannot have"],
  ["renders/\0{shot}.mp4", "has a character that paths here cannot have"],
  ["", "names no file"],
  ["{take}", "names no file"],
  ["renders/{shot}/", "names no file"],
  ["renders/{shot}/{take}", "names no file"],
  ["renders/{take}/{shot}.mp4", "has a folder without a name"],
  [".kling/{shot}.mp4", "lies in .kling, which is not for outputs"],
  ["./.kling/{shot}.mp4", "lies in .kling, which is not for outputs"],
  ["././.kling/{shot}.mp4", "lies in .kling, which is not for outputs"],
  [".KLING/{shot}.mp4", "lies in .kling, which is not for outputs"],
  ["sub/.Git/hooks/{shot}", "lies in .git, which is not for outputs"],
  ["sub/.kling/{shot}.mp4", "lies in .kling, which is not for outputs"],
  [".git/hooks/{shot}", "lies in .git, which is not for outputs"],
])("the template %j is refused", (template, why) => {
  expect(problemsOf(template, ["outputs", "path"])).toMatchObject([
    {
      code: "graph/output-outside",
      severity: "error",
      message: `the output path ${why}`,
      path: ["outputs", "path"],
    },
  ]);
});

test("a template that is longer than any path is refused, and steps get paths that are not", () => {
  expect(problemsOf("a/".repeat(500_000), [])).toMatchObject([
    { message: "the output path is longer than 1000 characters" },
  ]);
  expect(checkedTemplate("a/".repeat(500_000), [], () => undefined)).toHaveLength(1000);
});

test.each([
  "renders/{profile}/{shot}/{step}{take}.mp4",
  "out/{image}{take}.png",
  "a..b/{shot}.mp4",
  "./{shot}.mp4",
])("the template %s is fine", (template) => {
  expect(problemsOf(template, [])).toEqual([]);
});

test("an unknown name in a template is told with the one that was meant", () => {
  expect(lines(problemsOf("renders/{shto}.mp4", ["outputs", "path"]))).toEqual([
    "error manifest/wrong-value outputs.path: the output path names {shto}, which does not exist | did you mean {shot}? there are {project}, {profile}, {shot}, {image}, {sound}, {step}, {take}",
  ]);
});

describe("clashes", () => {
  const clashes = (manifest: Partial<Manifest>) => lines(expanded(manifestOf(manifest)).diagnostics);
  const shots = (...ids: readonly string[]) => ids.map((id) => ({ id, prompt: "x" }));
  const help = "put what tells them apart into outputs.path, for instance {shot}, {step} and {take}";

  test.each<[string, Partial<Manifest>, readonly string[]]>([
    [
      "one path for all",
      { shots: shots("010", "020"), outputs: { path: "renders/clip.mp4" } },
      [
        "error graph/output-clash shots.020: shots.020.clip and shots.010.clip would both write renders/sandbox/clip.mp4",
      ],
    ],
    [
      "letters that differ in case",
      { shots: shots("a", "A") },
      [
        "error graph/output-clash shots.A: shots.A.clip and shots.a.clip would both write renders/sandbox/default/A/clip.mp4",
      ],
    ],
    [
      "a clip where another's sidecar lies",
      {
        shots: shots("a", "b"),
        images: [{ id: "b", prompt: "x" }],
        outputs: { path: "o/{shot}.mp4", image_path: "o/{image}.mp4.json" },
      },
      ["error graph/output-clash shots.b: shots.b.clip and images.b would both write o/sandbox/b.mp4.json"],
    ],
    [
      "takes without a name",
      { shots: [{ id: "010", prompt: "x", takes: 2 }], outputs: { path: "o/{shot}.mp4" } },
      [
        "error graph/output-clash shots.010: shots.010.clip@2 and shots.010.clip would both write o/sandbox/010.mp4",
      ],
    ],
  ])("%s", (_, manifest, expected) => {
    expect(clashes(manifest)).toEqual(expected.map((line) => `${line} | ${help}`));
  });

  const OWN = "which is the project's own";
  const APART =
    "give outputs a folder of their own, such as renders/{profile}/{shot}/{step}{take}.mp4 under outputs.path";
  const onDisk = (manifest: Partial<Manifest>) => expanded(manifestOf({ provider: "kling", ...manifest }));

  test.each<[string, Partial<Manifest>, string, string]>([
    [
      "a sidecar package.json",
      { shots: shots("package"), outputs: { path: "{shot}" } },
      "package",
      "package.json",
    ],
    ["a lockfile", { shots: shots("lock"), outputs: { path: "kling.{shot}" } }, "lock", "kling.lock.json"],
    [
      "the sandbox's lockfile",
      { shots: shots("lock"), outputs: { path: "kling.sandbox.{shot}.json" } },
      "lock",
      "kling.sandbox.lock.json",
    ],
    [
      "the manifest",
      { shots: shots("a"), outputs: { path: "kling.manifest.yaml" } },
      "a",
      "kling.manifest.yaml",
    ],
    [
      "the manifest in other letters, by a detour",
      { shots: shots("a"), outputs: { path: "./././Kling.Manifest.YAML" } },
      "a",
      "././Kling.Manifest.YAML",
    ],
    [".gitignore", { shots: shots("a"), outputs: { path: ".gitignore" } }, "a", ".gitignore"],
    [
      "its own input",
      { shots: [{ id: "a", image: "refs/a.png" }], outputs: { path: "refs/{shot}.png" } },
      "a",
      "refs/a.png",
    ],
    [
      "the input of a later step, in another Unicode form and by a detour",
      {
        shots: [
          { id: "a", prompt: "x" },
          { id: "b", image: "refs/../refs/./Cafe\u0301-a.png" },
        ],
        outputs: { path: "refs/caf\u00e9-{shot}.png" },
      },
      "a",
      "refs/caf\u00e9-a.png",
    ],
    [
      "a sound as its sidecar",
      {
        shots: [{ id: "a", prompt: "x", steps: [{ lip_sync: { audio: "o/a-clip.json" } }] }],
        outputs: { path: "o/{shot}-{step}" },
      },
      "a",
      "o/a-clip.json",
    ],
  ])("no output is placed over %s", (_, manifest, shot, name) => {
    const found = onDisk(manifest).diagnostics.filter((each) => each.code === "graph/output-clash");
    expect(found).toMatchObject([
      {
        severity: "error",
        path: ["shots", shot],
        message: `shots.${shot}.clip would write ${name}, ${OWN}`,
        why: "the file is in use by the project, and writing there would destroy it",
        help: APART,
      },
    ]);
  });

  test.each([
    ["path", ".{image}./{step}-{shot}.mp4", "leads out of the project"],
    ["path", ".k{image}ling/{shot}-{step}.mp4", "lies in .kling, which is not for outputs"],
    ["path", "{image}/{shot}.mp4", "is absolute"],
    ["image_path", ".{shot}./{image}.png", "leads out of the project"],
  ])("a placeholder that is empty opens no other way out: %s %s", (name, template, why) => {
    const { diagnostics } = onDisk({
      shots: [{ id: "a", prompt: "x" }],
      images: [{ id: "b", prompt: "x" }],
      outputs: { [name]: template },
    });
    expect(diagnostics).toMatchObject([
      { code: "graph/output-outside", message: expect.stringContaining(why) as string },
    ]);
  });

  test("nor over the manifest, whatever its name", () => {
    const manifest = manifestOf({ shots: [{ id: "a", prompt: "x" }], outputs: { path: "film.yaml" } });
    const real = { ...manifest, provider: "kling" };
    expect(expanded(real, undefined, "Film.yaml").diagnostics).toMatchObject([
      { code: "graph/output-clash" },
    ]);
    expect(expanded(real, undefined, "other.yaml").diagnostics).toEqual([]);
  });

  test("a still is not placed over an input either", () => {
    const { diagnostics } = onDisk({
      images: [{ id: "a", prompt: "x", image: "refs/a.png" }],
      outputs: { image_path: "refs/{image}.png" },
    });
    expect(diagnostics).toMatchObject([{ code: "graph/output-clash", path: ["images", "a"] }]);
  });

  test("names that only look like the project's own files are free", () => {
    const found = onDisk({
      shots: [
        { id: "package", prompt: "x" },
        { id: "b", image: "refs/a.png" },
      ],
      outputs: { path: "out/{shot}" },
    }).diagnostics;
    expect(found).toEqual([]);
  });

  test("profiles, shots, steps, takes and images never clash by default", () => {
    const manifest = {
      shots: [{ id: "images", prompt: "x", takes: 3, steps: [{ extend: {} }, { extend: {} }] }],
      images: [
        { id: "a", prompt: "x", takes: 2 },
        { id: "clip", prompt: "x" },
      ],
    };
    expect(clashes(manifest)).toEqual([]);
  });
});

test("stills go by their own template, frames nowhere", () => {
  const graph = graphOf(
    manifestOf({
      provider: "kling",
      images: [{ id: "mara", prompt: "x", take: 2 }],
      shots: [
        { id: "010", prompt: "x" },
        { id: "020", image: { from: "shots.010", frame: "last" } },
      ],
    }),
  );
  expect(stepOf(graph, "images.mara").output).toBe("renders/default/images/mara-t2.png");
  expect(stepOf(graph, "shots.010.clip.last-frame").output).toBeUndefined();
});
