/** What can be told from slates at a glance: takes, chains, spoken words, fittings, and where a picture came from. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { sha256Hex } from "../../src/base/digest.js";
import { pageAt, pagesOf, type Speech } from "../../src/sandbox/media/captions.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { face } from "../../src/sandbox/media/lettering.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { Slate, type SlateText } from "../../src/sandbox/media/slate.js";
import { bandEdge, markIn } from "../../src/sandbox/media/watermark.js";
import type { World } from "../../src/sandbox/rules/order.js";
import { boxes } from "./boxes.js";
import { clip, download, first, good, LIP_SYNC, lipSyncBody, session, speech, wav } from "./chain.js";
import { open, pngHeader } from "./client.js";
import { accepted, feature, of, WORLD } from "./verdict.js";

const TRY_ON = "/v1/images/kolors-virtual-try-on";
const OMNI = "/omni-video/kling-3.0-omni";
const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "sandbox-slate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXT: SlateText = {
  seed: "4f21aa",
  mark: "3fa2",
  title: "kling-3.0",
  tag: "std",
  facts: ["text to video", "5 s"],
  prompt: "a paper boat on a dark river, slow push-in",
  notes: [],
};

/** Hue and brightness at a place of a slate. */
function colourAt(text: Partial<SlateText>, x: number, y: number): readonly number[] {
  const { picture } = new Slate(640, 360, { ...TEXT, ...text });
  const chroma = (y >> 1) * (picture.stride / 2) + (x >> 1);
  return [picture.luma[y * picture.stride + x], picture.cb[chroma], picture.cr[chroma]].map((v) => v ?? 0);
}

function apart(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
}

describe("two takes", () => {
  const edge = bandEdge(640, 360);
  const band = (mark: string) =>
    [colourAt({ mark }, edge + 2, 20), colourAt({ mark }, edge + 2, 300)] as const;

  it("differ in the colours of a band as high as the picture, but for one pair in twenty", () => {
    const marks = Array.from({ length: 40 }, (_, i) =>
      ((i * 40_503 + 977) % 65_536).toString(16).padStart(4, "0"),
    );
    const bands = marks.map(band);
    const pairs = bands.flatMap((one, i) =>
      bands.slice(i + 1).map((other) => Math.max(apart(one[0], other[0]), apart(one[1], other[1]))),
    );
    expect(pairs.filter((most) => most < 20).length / pairs.length).toBeLessThan(0.05);
  });

  it("have one ground, by which they belong together", () => {
    expect(colourAt({ mark: "585b" }, 2, 2)).toEqual(colourAt({ mark: "dbe9" }, 2, 2));
    expect(apart(colourAt({ seed: "9021aa" }, 2, 2), colourAt({}, 2, 2))).toBeGreaterThan(10);
  });

  it("have no band without a mark", () => {
    const { mark: _, ...plain } = TEXT;
    const { picture } = new Slate(640, 360, plain);
    expect(picture.luma[300 * picture.stride + 630]).toBe(picture.luma[300 * picture.stride + 2]);
  });
});

describe("captions", () => {
  const set = face(20);
  const words =
    "The ferry leaves at nine, and nobody waits for us. Hold on to the rail, the rain gets worse.";
  const said = (more: Partial<Speech> = {}): Speech => ({
    text: words,
    from: 1,
    to: 7,
    heardFrom: 1,
    heardTo: 7,
    ...more,
  });

  it("show every word once, in quotes, one page after the other without a gap", () => {
    const pages = pagesOf([said()], set, 400);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(({ lines }) => lines).join(" ")).toBe(`"${words}"`);
    expect([pages[0]?.from, pages.at(-1)?.to]).toEqual([1, 7]);
    for (const [i, page] of pages.entries()) {
      expect(page.lines.length).toBeLessThanOrEqual(2);
      if (i > 0) expect(page.from).toBe(pages[i - 1]?.to);
    }
  });

  it("are there while the words are heard and at no other time", () => {
    const pages = pagesOf([said({ heardFrom: 5, heardTo: 6 })], set, 400);
    expect([0, 4.9, 6, 6.5].map((at) => pageAt(pages, at))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(pageAt(pages, 5)?.lines).not.toEqual(pagesOf([said()], set, 400)[0]?.lines);
    expect(pageAt(pages, 5.9)).toBeDefined();
  });

  it("are of the voice that was given last where two speak at once", () => {
    const pages = pagesOf(
      [said(), said({ text: "No.", from: 2, to: 3, heardFrom: 2, heardTo: 3 })],
      set,
      400,
    );
    expect(pageAt(pages, 2.5)?.lines).toEqual(['"No."']);
    expect(pageAt(pages, 3.5)?.lines).not.toEqual(['"No."']);
  });

  it("leave out what is meant for the sandbox", () => {
    const [page] = pagesOf([said({ text: "Yes. [sandbox:slow]" })], set, 400);
    expect(page?.lines).toEqual(['"Yes."']);
  });

  it("are drawn into a clip and taken away again", () => {
    const slate = new Slate(640, 360, { ...TEXT, speeches: [said({ to: 3, heardTo: 3 })] });
    const shown = (seconds: number): Buffer => {
      slate.drawTime(seconds * 24, 120, 24);
      const { luma, stride } = slate.picture;
      return Buffer.from(luma.subarray(190 * stride, 300 * stride));
    };
    const [before, during, after] = [shown(0), shown(2), shown(4)];
    expect(during.equals(before)).toBe(false);
    expect(after.equals(before)).toBe(true);
  });

  it("are in a lip-sync that was made from a text, from the first word on, and in no other", async () => {
    const { ask } = await open();
    const faces = await session(ask, (await clip(ask)).id);
    const frames = async (sound: Readonly<Record<string, unknown>>): Promise<readonly number[]> => {
      const { task_id } = good(await ask("POST", LIP_SYNC, lipSyncBody(faces, sound)));
      const told = await ask("GET", `${LIP_SYNC}/${task_id}`);
      const sizes = boxes(await download(first(told, told).url)).find(({ path }) => path.endsWith("stsz"));
      return Array.from({ length: 120 }, (_, i) => sizes?.body.readUInt32BE(12 + 4 * i) ?? 0);
    };
    const { id } = await speech(ask);
    const played = await frames({ sound_file: wav(4).toString("base64") });
    // Three seconds of sound from the first second on: what is drawn then makes that frame large.
    const more = (sizes: readonly number[], frame: number): number =>
      (sizes[frame] ?? 0) / (played[frame] ?? 0);
    const spoken = await frames({ audio_id: id });
    expect(more(spoken, 24)).toBeGreaterThan(2);
    expect([more(spoken, 20), more(spoken, 100)].every((times) => times < 1.2)).toBe(true);
    for (const sound of [{ audio_id: id, sound_volume: 0 }, { sound_file: "https://example.com/a.mp3" }])
      expect(more(await frames(sound), 24)).toBeLessThan(1.2);
  });
});

describe("a clip of several shots", () => {
  const cuts = [
    { seconds: 2, words: "the pier, wide" },
    { seconds: 1, words: "close on the boat" },
    { seconds: 3, words: "the pier, wide" },
  ];
  /** The middle of the frame at a moment, without title, time code and bar. */
  const shown = (slate: Slate, seconds: number): string => {
    slate.drawTime(seconds * 24, 144, 24);
    const { luma, stride } = slate.picture;
    return sha256Hex(luma.subarray(70 * stride, 270 * stride));
  };

  it("shows each while it lasts, with its number and its words, and nothing of the one before", () => {
    const slate = new Slate(640, 360, { ...TEXT, cuts });
    const [one, stillOne, two, three, end] = [0, 47 / 24, 2, 3, 143 / 24].map((at) => shown(slate, at));
    expect(stillOne).toBe(one);
    expect(two).not.toBe(one);
    expect(three).not.toBe(one);
    expect(end).toBe(three);
    const fresh = new Slate(640, 360, { ...TEXT, cuts });
    expect(shown(fresh, 3)).toBe(three);
    const other = new Slate(640, 360, {
      ...TEXT,
      cuts: cuts.map((cut, i) => (i === 1 ? cut : { ...cut, words: "no" })),
    });
    expect(shown(other, 2)).toBe(two);
    expect(shown(other, 3)).not.toBe(three);
  });

  it.each([
    [
      "/text-to-video/kling-3.0",
      { prompt: "shot 1, 2, the pier, wide; Shot 2,3,close on the boat;", settings: { duration: 5 } },
    ],
    [
      "/v1/videos/text2video",
      {
        model_name: "kling-v3",
        multi_shot: true,
        shot_type: "customize",
        multi_prompt: [
          { index: 1, prompt: "the pier, wide", duration: "2" },
          { index: 2, prompt: "close on the boat", duration: "3" },
        ],
      },
    ],
  ])("is what a list of shots on %s asks for", (path, body) => {
    const told = [
      { seconds: 2, words: "the pier, wide" },
      { seconds: 3, words: "close on the boat" },
    ];
    expect(accepted(path, body).order).toMatchObject({ cuts: told });
  });

  it("is not what a plain prompt asks for, nor a list that is rendered as one shot", () => {
    const list = "shot 1, 2, a; shot 2, 3, b;";
    const plain = accepted("/text-to-video/kling-3.0", { prompt: "a boat" }).order;
    const one = accepted("/text-to-video/kling-3.0", { prompt: list, settings: { multi_shot: false } }).order;
    for (const order of [plain, one]) expect(order).not.toHaveProperty("cuts");
  });
});

describe("one of several pictures", () => {
  it("shows its number, so that no two look alike", () => {
    const drawn = (number: number) =>
      Buffer.from(new Slate(640, 360, { ...TEXT, part: { number, count: 9 } }).picture.luma);
    const all = Array.from({ length: 9 }, (_, i) => drawn(i + 1).toString("base64"));
    expect(new Set(all).size).toBe(9);
  });
});

describe("an expanded picture", () => {
  it("outlines what was given, and keeps its mark readable under the outline", () => {
    const window = { left: 0.25, top: 0, width: 0.75, height: 0.5 };
    const [plain, outlined] = [undefined, window].map(
      (part) => new Slate(640, 360, { ...TEXT, window: part }).picture,
    );
    const luma = (picture: typeof plain, x: number, y: number) => picture?.luma[y * picture.stride + x];
    expect(luma(outlined, 161, 150)).not.toBe(luma(plain, 161, 150));
    expect(luma(outlined, 300, 179)).not.toBe(luma(plain, 300, 179));
    expect(luma(outlined, 50, 150)).toBe(luma(plain, 50, 150));
    const file = Buffer.from(encodeStill(640, 360, { ...TEXT, mark: "0a42", window }, "still"));
    expect(markIn(file)).toBe("0a42");
  });
});

describe("a continuation", () => {
  const headline = (path: string, body: Readonly<Record<string, unknown>>): string | undefined => {
    const { order } = accepted(path, body);
    return order.kind === "video" ? (order.headline ?? order.prompt) : undefined;
  };
  const text = (words: string) =>
    of([
      { type: "prompt", text: words },
      { ...feature, id: "video_1" },
    ]);

  it.each([
    ["Based on @video_1, generate the next shot: the boots stop", "the boots stop"],
    ["Based on @video_1, generate the next shot: @mara says: no", "@mara says: no"],
    ["the boots stop: then they go on", "the boots stop: then they go on"],
    ["@mara says: no", "@mara says: no"],
    ["keep to @video_1", "keep to @video_1"],
  ])("that was asked for as %j says %j", (words, shown) => {
    expect(headline(OMNI, text(words))).toBe(shown);
  });

  it("of the legacy generation says what its author wrote, too", () => {
    const body = {
      model_name: "kling-v3-omni",
      prompt: "Based on <<<video_1>>>, generate the next shot: the boots stop",
      aspect_ratio: "16:9",
      video_list: [{ video_url: feature.url, refer_type: "feature", keep_original_sound: "no" }],
    };
    expect(headline("/v1/videos/omni-video", body)).toBe("the boots stop");
  });
});

describe("a fitting", () => {
  const garment = pngHeader(900, 1125, 7);
  const pictures = (body: Readonly<Record<string, unknown>>, world?: World) => {
    const { order } = accepted(TRY_ON, body, world);
    return order.kind === "still" ? order.pictures : undefined;
  };

  it("says what is worn by whom, and knows a person of its own again", () => {
    const person = Buffer.from(encodeStill(600, 800, { ...TEXT, mark: "0a42" }, "still")).toString("base64");
    expect(pictures({ human_image: person, cloth_image: garment })).toMatchObject([
      { role: "garment", name: expect.stringMatching(/^png · [0-9a-f]{8}$/u), facts: "900×1125" },
      {
        role: "worn by",
        name: "image 0a42",
        facts: expect.stringMatching(/^600×800 · png · /u),
        sign: "0a42",
      },
    ]);
  });

  it("names results that came by address by their mark, and a stranger by what is known", () => {
    const { order } = accepted("/v1/images/generations", { model_name: "kling-v3", prompt: "mara" });
    const world: World = {
      ...WORLD,
      resultAt: (url) =>
        url.includes("own") ? { id: "1-1", order, mark: "61d7", state: "ready" } : "foreign",
    };
    const body = { human_image: "http://127.0.0.1/own.png", cloth_image: "https://example.com/coat.jpg" };
    expect(pictures(body, world)).toMatchObject([
      { role: "garment", name: "by address", facts: "size unknown" },
      { role: "worn by", name: "kling-v3 · 61d7", facts: "1344×756", sign: "61d7" },
    ]);
    expect(pictures({ human_image: garment })).toMatchObject([{ role: "person" }]);
  });

  it("looks different for another garment, in the place of the prompt", () => {
    const drawn = (sign: string): Buffer => {
      const worn = [{ role: "garment", name: `jpg · ${sign}`, facts: "900×1125", sign }] as const;
      return Buffer.from(new Slate(640, 360, { ...TEXT, pictures: worn }).picture.cb);
    };
    const [one, other] = [drawn("3fa2"), drawn("1c07")];
    let different = 0;
    for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) different++;
    expect(different).toBeGreaterThan(500);
  });
});

describe("the mark in a picture", () => {
  const still = (mark: string, width: number, height: number): Buffer =>
    Buffer.from(encodeStill(width, height, { ...TEXT, mark }, "still"));

  it.each([
    [320, 320],
    [333, 501],
    [756, 1344],
    [2688, 1512],
  ])("of %ix%i is read again", (width, height) => {
    for (const mark of ["0000", "ffff", "0a42", "61d7"])
      expect(markIn(still(mark, width, height))).toBe(mark);
  });

  it.runIf(hasFfmpeg)("is read from a frame that ffmpeg took from a clip, however it writes its PNG", () => {
    const path = join(folder, "marked.mp4");
    const steps = encodeClip({ width: 1280, height: 720, seconds: 1, text: { ...TEXT, mark: "585b" } });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    writeFileSync(path, step.value);
    const frame = join(folder, "frame.png");
    for (const format of ["rgb24", "rgba"]) {
      for (const filter of ["none", "sub", "up", "avg", "paeth", "mixed"]) {
        const how = ["-frames:v", "1", "-pix_fmt", format, "-pred", filter, frame];
        execFileSync("ffmpeg", ["-v", "error", "-y", "-i", path, ...how]);
        expect(markIn(readFileSync(frame)), `${format} ${filter}`).toBe("585b");
      }
    }
  });

  it("is in no other picture", () => {
    const { mark: _, ...plain } = TEXT;
    expect(markIn(Buffer.from(encodeStill(640, 360, plain, "")))).toBeUndefined();
    expect(markIn(Buffer.from(pngHeader(640, 360), "base64"))).toBeUndefined();
  });

  it("of a damaged picture is read or not, but never throws", () => {
    const whole = still("61d7", 320, 320);
    fc.assert(
      fc.property(
        fc.nat(whole.length - 30),
        fc.uint8Array({ maxLength: 8 }),
        fc.boolean(),
        (at, bytes, cut) => {
          const damaged = Buffer.from(whole);
          damaged.set(bytes, 16 + at);
          expect(["61d7", undefined]).toContain(markIn(cut ? damaged.subarray(0, 33 + at) : damaged));
        },
      ),
    );
  });

  it("is said of a first frame", () => {
    const url = still("61d7", 640, 360).toString("base64");
    const { order } = accepted("/v1/videos/image2video", {
      model_name: "kling-v3",
      image: url,
      prompt: "on",
    });
    expect(order.kind === "video" && order.notes).toEqual([
      expect.stringMatching(/^first frame 640×360 png · [0-9a-f]{8} from 61d7$/u),
    ]);
  });
});
