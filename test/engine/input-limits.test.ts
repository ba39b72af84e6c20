/** Every picture and every sound that a step names is held against the limits of its endpoint, where the author named it. */
import { expect, it, test } from "vitest";
import type { Diagnostic } from "../../src/base/diagnostic.js";
import { png } from "../store/pictures.js";
import { wav } from "../store/sounds.js";
import { film } from "./film.js";

const SHOTS = `
shots:
  hd: { prompt: a wave, mode: pro }
`;

/** What is wrong with a manifest's files, of a render that must reach nobody. */
async function refused(manifest: string, files: Readonly<Record<string, Uint8Array>>) {
  const { report, project } = await rendered(manifest, files);
  expect(report).toMatchObject({ status: "invalid", exit: 3 });
  expect([project.vendor.submitted, project.routes()]).toEqual([[], 0]);
  return report.diagnostics.filter(({ severity }) => severity === "error").map(lineOf);
}

async function rendered(manifest: string, files: Readonly<Record<string, Uint8Array>>) {
  const project = film(`version: 1\nproject: night-ferry\nprovider: kling\n${manifest}`);
  for (const [name, bytes] of Object.entries({ "large.png": png(640, 640), ...files })) {
    project.volume.writeFileSync(`/film/refs/${name}`, bytes);
  }
  return { project, report: await project.render({ ask: () => Promise.resolve(false) }) };
}

const lineOf = ({ path, message }: Diagnostic) => `${path?.join(".")}: ${message}`;

const SMALL = "refs/small.png measures 100x100; each side needs at least 300 pixels";
const MASK = "trajectories: [{ x: 1, y: 1 }, { x: 2, y: 2 }]";
const V15 = "prompt: a wave, image: refs/large.png, model: kling-v1-5, mode: pro";

test.each<readonly [place: string, manifest: string]>([
  ["shots.x.image", "  x: { prompt: go on, image: refs/small.png, feature_video: { from: shots.hd } }"],
  [
    "shots.x.end_image",
    '  x: { prompt: "@coat", image: refs/large.png, end_image: refs/small.png, refer_images: { coat: refs/large.png } }',
  ],
  ["shots.x.refer_images.coat", '  x: { prompt: "@coat", refer_images: { coat: refs/small.png } }'],
  [
    "shots.x.image",
    "  x: { image: refs/small.png, motion_video: { from: shots.hd }, character_orientation: image }",
  ],
  ["shots.x.images.1", "  x: { prompt: they meet, images: [refs/large.png, refs/small.png] }"],
  ["shots.x.image", "  x: { image: refs/small.png, avatar: { audio: refs/vo.wav } }"],
  [
    "shots.x.effect.images.0",
    "  x: { effect: { scene: hug_pro, images: [refs/small.png, refs/large.png] } }",
  ],
  ["shots.x.dynamic_masks.0.mask", `  x: { ${V15}, dynamic_masks: [{ mask: refs/small.png, ${MASK} }] }`],
  ["shots.x.static_mask", `  x: { ${V15}, static_mask: refs/small.png }`],
  [
    "images.x.refer_images.coat",
    'images: { x: { prompt: "@coat", refer_images: { coat: refs/small.png } } }',
  ],
  ["images.x.subjects.1", "images: { x: { prompt: they meet, subjects: [refs/large.png, refs/small.png] } }"],
  [
    "images.x.style",
    "images: { x: { prompt: they meet, subjects: [refs/large.png], style: refs/small.png } }",
  ],
  ["images.x.expand.image", "images: { x: { expand: { image: refs/small.png, up: 1 } } }"],
  ["images.x.try_on.cloth", "images: { x: { try_on: { human: refs/large.png, cloth: refs/small.png } } }"],
  [
    "elements.x.image",
    "elements: { x: { description: a coat, image: refs/small.png, refer_images: [refs/large.png] } }",
  ],
  [
    "elements.x.refer_images.0",
    "elements: { x: { description: a coat, image: refs/large.png, refer_images: [refs/small.png] } }",
  ],
])("a picture of 100 pixels is refused as %s", async (place, manifest) => {
  const text = manifest.startsWith("  ") ? SHOTS + manifest : manifest + SHOTS;
  const files = { "small.png": png(100, 100), "vo.wav": wav(4) };
  expect(await refused(text, files)).toEqual([`${place}: ${SMALL}`]);
});

const avatar = `${SHOTS}  x: { image: refs/large.png, avatar: { audio: refs/vo.wav } }`;

test.each<readonly [what: string, sound: Uint8Array, found: string]>([
  [
    "that lasts more than five minutes",
    wav(301, { rate: 4000, bits: 8 }),
    "refs/vo.wav lasts 5:01; 2 to 300 s are taken",
  ],
  ["that is shorter than two seconds", wav(1.5), "refs/vo.wav lasts 1.5 s; 2 to 300 s are taken"],
  ["of more than five megabytes", wav(60, { rate: 48_000 }), "refs/vo.wav has 5.8 MB; at most 5 are taken"],
  ["that is none", png(640, 640), "refs/vo.wav is not a sound"],
])("the sound of an avatar is refused %s", async (_, sound, found) => {
  expect(await refused(avatar, { "vo.wav": sound })).toEqual([`shots.x.avatar.audio: ${found}`]);
});

it("takes a sound of two minutes for an avatar, which a lip-sync would refuse", async () => {
  const { report } = await rendered(avatar, { "vo.wav": wav(120) });
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

it("refuses a mask of another shape than its picture, and takes one that is off by a pixel", async () => {
  const manifest = `${SHOTS}  x: { ${V15}, static_mask: refs/mask.png }`;
  expect(await refused(manifest, { "mask.png": png(640, 480) })).toEqual([
    "shots.x.static_mask: refs/mask.png measures 640x480, the image 640x640",
  ]);
  const { report } = await rendered(manifest, { "mask.png": png(320, 321) });
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

it("refuses a picture for a motion at /v1 that is larger than any may be", async () => {
  const manifest = `${SHOTS}  x: { image: refs/huge.png, model: kling-v3, motion_video: { from: shots.hd }, character_orientation: image }`;
  expect(await refused(manifest, { "huge.png": png(70_000, 40_000) })).toEqual([
    "shots.x.image: refs/huge.png measures 70000x40000; a side has 65536 pixels at most",
  ]);
});

test.each([
  ["kling-3.0", 21_000_000, "warning", "refs/heavy.png has 21.0 MB, which may be too much"],
  ["kling-3.0", 51_000_000, "error", "refs/heavy.png has 51.0 MB; at most 50.0 MB are taken"],
  ["kling-v3", 11_000_000, "error", "refs/heavy.png has 11.0 MB; at most 10.0 MB are taken"],
] as const)("a picture for %s of %i bytes is worth a %s", async (model, bytes, severity, message) => {
  const heavy = Buffer.alloc(bytes);
  png(640, 640).copy(heavy);
  const { report } = await rendered(
    `${SHOTS}  x: { prompt: a wave, image: refs/heavy.png, model: ${model} }`,
    {
      "heavy.png": heavy,
    },
  );
  const found = report.diagnostics.filter(({ path }) => path?.[1] === "x" && path[2] === "image");
  expect(found.map((each) => [each.severity, each.message])).toEqual([[severity, message]]);
});

it("warns of a request whose files are much together", async () => {
  const heavy = Buffer.alloc(15_000_000);
  png(640, 640).copy(heavy);
  const { report } = await rendered(
    `${SHOTS}  x: { prompt: "@one @two @six", refer_images: { one: refs/a.png, two: refs/b.png, six: refs/c.png } }`,
    { "a.png": heavy, "b.png": heavy, "c.png": heavy },
  );
  expect(report.diagnostics.filter(({ code }) => code === "graph/input-invalid").map(lineOf)).toEqual([
    "shots.x: the files of this step have 45.0 MB together, which may be too much",
  ]);
});
