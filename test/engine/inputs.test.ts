/** Input files that the vendor would refuse are refused first: at their line, with what to do, before anybody is reached. */
import { describe, expect, it } from "vitest";
import { checkInputs } from "../../src/engine-inputs.js";
import { openInputs } from "../../src/store/inputs.js";
import { catalogOf, graphOf, manifestOf } from "../graph/manifests.js";
import { memoryDisk } from "../store/disk.js";
import { png } from "../store/pictures.js";
import { spoken, wav } from "../store/sounds.js";
import { film } from "./film.js";

const HEAD = `version: 1
project: night-ferry
provider: kling
`;

/** `line: message | help`, of a render that must reach nobody. */
async function refused(manifest: string, files: Readonly<Record<string, Uint8Array>>) {
  const project = film(HEAD + manifest);
  for (const [name, bytes] of Object.entries(files))
    project.volume.writeFileSync(`/film/refs/${name}`, bytes);
  const report = await project.render({ ask: () => Promise.resolve(true) });
  expect(report).toMatchObject({ status: "invalid", exit: 3 });
  expect([project.vendor.submitted, project.routes()]).toEqual([[], 0]);
  return report.diagnostics.map((each) => `${each.place?.line}: ${each.message} | ${each.help}`);
}

const SMALL = "refs/small.png measures 100x100; each side needs at least 300 pixels";

describe("a picture of 100 pixels is refused", () => {
  it.each<readonly [string, string]>([
    ["as the first frame", 'shots: { "010": { prompt: dawn, image: refs/small.png } }'],
    [
      "as the last frame",
      'shots: { "010": { prompt: dawn, mode: pro, image: refs/large.png, end_image: refs/small.png } }',
    ],
    ["as the reference of a still", "images: { mara: { prompt: a portrait, image: refs/small.png } }"],
    ["as a person to dress", "images: { a: { try_on: { human: refs/small.png, cloth: refs/large.png } } }"],
    ["as a garment", "images: { a: { try_on: { human: refs/large.png, cloth: refs/small.png } } }"],
  ])("%s", async (_, manifest) => {
    const wants = manifest.includes("shots") ? "" : '\nshots: { "900": { prompt: the end } }';
    const files = { "small.png": png(100, 100), "large.png": png(640, 640) };
    expect(await refused(manifest + wants, files)).toEqual([
      `4: ${SMALL} | convert, resize or crop the picture`,
    ]);
  });
});

const dubbed = (fields: string, duration = 5) => `shots:
  "020":
    prompt: she turns to the camera
    duration: ${duration}
    steps:
      - lip_sync: { audio: refs/a.wav${fields} }
`;

describe("the sound of a lip-sync is refused", () => {
  it.each<readonly [string, string, Uint8Array, string]>([
    [
      "that lasts 16 minutes",
      "",
      wav(963, { rate: 4000, bits: 8 }),
      "refs/a.wav lasts 16:03; 2 to 60 s are taken | cut the file itself: the limit is on what is sent, before audio_start and audio_end are looked at",
    ],
    [
      "that lasts 16 minutes, whatever span of it is used",
      ", audio_start: 10, audio_end: 14",
      Buffer.concat(Array<Buffer>(288).fill(spoken("aac"))),
      "refs/a.wav lasts 16:03; 2 to 60 s are taken | cut the file itself: the limit is on what is sent, before audio_start and audio_end are looked at",
    ],
    [
      "that is shorter than two seconds",
      "",
      wav(1.2),
      "refs/a.wav lasts 1.2 s; 2 to 60 s are taken | use a longer sound",
    ],
    [
      "that is too large",
      "",
      wav(60, { rate: 48_000 }),
      "refs/a.wav has 5.8 MB; at most 5 are taken | cut or convert the sound: a minute of mp3 has about 1 MB",
    ],
    [
      "that is of another format",
      "",
      Buffer.from("fLaC and so on"),
      "refs/a.wav is flac; only mp3, wav, m4a and aac are taken | convert the sound, for instance to mp3",
    ],
    [
      "that is cut short",
      "",
      wav(5).subarray(0, 60_000),
      "refs/a.wav is a damaged wav, or cut short | export the sound again",
    ],
    [
      "that is none",
      "",
      Buffer.from("the ferry leaves"),
      "refs/a.wav is not a sound | name an mp3, wav, m4a or aac file",
    ],
    [
      "that goes on after the clip",
      "",
      wav(8.2),
      "the sound lasts 8.2 s, the clip has 5 s from at: 0 | set audio_end: 5, or give the clip a longer duration",
    ],
    [
      "that ends before audio_end",
      ", audio_end: 5",
      wav(4),
      "audio_end: 5 is beyond the sound | remove audio_end to use the sound to its end",
    ],
  ])("%s", async (_, fields, bytes, finding) => {
    expect(await refused(dubbed(fields), { "a.wav": bytes })).toEqual([`9: ${finding}`]);
  });

  it("and one that is taken is handed on with its length", async () => {
    const graph = graphOf(
      manifestOf({
        shots: [{ id: "020", prompt: "she turns", steps: [{ lip_sync: { audio: "vo.wav" } }] }],
      }),
    );
    const { fs } = memoryDisk({ "/film/vo.wav": wav(4.25) });
    const inputs = openInputs(fs, "/film", "/film/.kling/cache/inputs.json", () => 0);
    const checked = await checkInputs(graph, inputs, catalogOf());
    expect([checked.diagnostics, [...checked.sounds]]).toEqual([[], [["vo.wav", 4.25]]]);
  });

  it("and the sound that an avatar speaks is as long as its clip will be, with limits of its own", async () => {
    const manifest = manifestOf({
      shots: [{ id: "020", image: "mara.png", avatar: { audio: "vo.wav" } }],
    });
    const lasting = async (seconds: number) => {
      const { fs } = memoryDisk({ "/film/vo.wav": wav(seconds), "/film/mara.png": png(640, 640) });
      const inputs = openInputs(fs, "/film", "/film/.kling/cache/inputs.json", () => 0);
      const { sounds, diagnostics } = await checkInputs(graphOf(manifest), inputs, catalogOf());
      return [[...sounds], diagnostics.map(({ message }) => message)];
    };
    expect(await lasting(90)).toEqual([[["vo.wav", 90]], []]);
    expect(await lasting(1)).toEqual([[], ["vo.wav lasts 1 s; 2 to 300 s are taken"]]);
  });

  it("only where it does not fit: the same file is taken by a longer clip, and by a shorter span", async () => {
    for (const manifest of [dubbed("", 10), dubbed(", audio_start: 1, audio_end: 6")]) {
      const project = film(HEAD + manifest);
      project.volume.writeFileSync("/film/refs/a.wav", wav(8.2));
      const opened = await project.open();
      expect((await opened.plan()).diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    }
  });
});

describe("a picture that outpainting makes too long", () => {
  const grown = (sides: string, given = "{ from: images.square }") => `images:
  square: { prompt: a square, aspect_ratio: "16:9" }
  wide: { expand: { image: ${given}, ${sides} } }
shots:
  "010": { prompt: dawn, image: { from: images.wide } }
`;

  it.each<readonly [string, string, string | undefined, string]>([
    [
      "to the sides",
      "left: 0.4, right: 0.4",
      undefined,
      "images.wide becomes 3.20 times as wide as high; 2.5 times is the most | let left and right of its expand add up to 0.4 at most",
    ],
    [
      "from a file, upwards",
      "up: 2",
      "refs/a.png",
      "images.wide becomes 4.00 times as high as wide; 2.5 times is the most | let up and down of its expand add up to 0.87 at most",
    ],
  ])("%s is refused where it is used, before anything is paid", async (_, sides, given, finding) => {
    expect(await refused(grown(sides, given), { "a.png": png(600, 800) })).toEqual([`8: ${finding}`]);
  });

  it("is told of what is painted on twice, and not of what is held or of unknown shape", async () => {
    const twice = `images:
  a: { expand: { image: refs/a.png, left: 1 } }
  b: { expand: { image: { from: images.a }, right: 1 } }
shots:
  "010": { prompt: dawn, image: { from: images.b } }
`;
    const files = { "a.png": png(600, 800) };
    expect(await refused(twice, files)).toEqual([
      "8: images.b becomes 3.00 times as wide as high; 2.5 times is the most | let left and right of its expand add up to 0.66 at most",
    ]);
    for (const manifest of [
      twice.replace("right: 1 } }", "right: 1 }, hold: true }"),
      twice.replace("right: 1", "right: 0.5"),
      grown("left: 1, right: 1")
        .replace('"16:9"', "auto")
        .replace("prompt: a", "model: kling-v3-omni, prompt: a"),
    ]) {
      const project = film(HEAD + manifest);
      project.volume.writeFileSync("/film/refs/a.png", files["a.png"]);
      const opened = await project.open();
      expect((await opened.plan()).diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    }
  });
});
