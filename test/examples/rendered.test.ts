/**
 * The projects under examples/, rendered on the sandbox by the command in their READMEs, as somebody would in a fresh
 * clone: clips that play, voices that are heard, and changes that cost what the READMEs say.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Action } from "../../src/graph/actions.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import {
  clone,
  codedSound,
  complaints,
  ffprobe,
  hasFfmpeg,
  MANIFEST,
  meanDb,
  NAMES,
  readExample,
  type Clone,
  type Step,
} from "./clone.js";

/** What READMEs say under "What to change next": an edit of the manifest, and the steps that it makes necessary. */
const CHANGES: Readonly<
  Record<string, readonly (readonly [from: string, to: string, necessary: string[]])[]>
> = {
  "talking-head": [
    ["at: 0.2", "at: 0.1", ["shots.ruth.lip_sync"]],
    ["at: 0.2", "take: 2", ["shots.ruth.lip_sync"]],
    ["voice_speed: 0.9", "voice_speed: 1", ["shots.tomasz.lip_sync"]],
    ["title: Ruth invites", "takes: 3", ["shots.ruth.clip@2", "shots.ruth.clip@3"]],
    ["behind a bench with", "at a bench with", ["images.ruth", "shots.ruth.clip", "shots.ruth.lip_sync"]],
  ],
  "product-shot": [
    [
      "the small red lamp",
      "the little red lamp",
      ["shots.wide.clip", "shots.tall.clip", "shots.square.clip"],
    ],
    ["bright empty wall over it", "bright wall over it", ["images.tall", "shots.tall.clip"]],
    ["title: Still, 9:16", "takes: 3", ["images.tall@2", "images.tall@3"]],
    [
      "limestone ledge",
      "slate ledge",
      ["wide", "tall", "square"].flatMap((id) => [`images.${id}`, `shots.${id}.clip`]),
    ],
  ],
  "low-water": [
    ["take: 2 # ... and the one", "take: 3 # ... and the one", ["shots.030.extend"]],
    ["take: 2 # in take 1", "take: 3 # in take 1", ["shots.110.extend"]],
    ["Then somebody still", "Then someone still", ["shots.090.lip_sync"]],
    ["title: The latch", "title: The door", []],
  ],
  "paper-fox": [
    ["zoom: 5", "zoom: 3", ["shots.150.clip", "shots.150.extend"]],
    ["barks three times", "barks twice", ["sounds.bark", "shots.120.clip"]],
    [
      "visible ribs",
      "thin ribs",
      [
        "elements.fox",
        "images.board",
        ...["1", "2", "3"].map((index) => `images.board.picture-${index}`),
        "shots.040.clip",
        "shots.070.clip",
        "shots.080.clip",
        "shots.080.video_to_audio",
      ],
    ],
    [
      "end_image: { from: images.board, index: 2 }",
      "end_image: { from: images.board, index: 3 }",
      ["shots.040.clip"],
    ],
    ["title: Hung up", "title: On the string", []],
  ],
};

/** Kinds of step; a new one is wanted here, and then in the example. */
const EVERY_KIND: Readonly<Record<Action["kind"], true>> = {
  text_to_video: true,
  image_to_video: true,
  omni_video: true,
  motion_control: true,
  avatar: true,
  effect: true,
  multi_image_to_video: true,
  extend: true,
  lip_sync: true,
  video_to_audio: true,
  image: true,
  omni_image: true,
  multi_image: true,
  expand: true,
  try_on: true,
  text_to_audio: true,
  element: true,
  voice: true,
  frame: true,
  picture: true,
};

/** What one unit lists at, in dollars. */
const UNIT_USD = { video: 0.14, image: 0.0035 } as const;

const micros = (dollars: number): number => Math.round(dollars * 1e6);

/** What the lockfile has of bills. */
interface Lock {
  readonly renders: Readonly<
    Record<string, { readonly billed?: { readonly kind: string; readonly units?: string } }>
  >;
}

/** What they say of other bytes in an input. */
const TOUCHED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "talking-head": { "vo/ruth.m4a": ["shots.ruth.lip_sync"] },
  "product-shot": {
    "refs/radio.jpg": ["wide", "tall", "square"].flatMap((id) => [`images.${id}`, `shots.${id}.clip`]),
  },
  "low-water": {
    "refs/post-coat.jpg": [
      "images.coat",
      "images.anke-close",
      "images.anke-kitchen",
      "shots.020.clip",
      "shots.050.clip",
      "shots.080.clip",
      "shots.080.lip_sync",
    ],
  },
};

describe.runIf(hasFfmpeg).each(NAMES)("examples/%s, rendered", { timeout: 180_000 }, (name) => {
  const commands = readExample(name, "README.md").match(/^node dist\/bin\/klingmake\.js render .*$/gm) ?? [];
  let copy: Clone;
  let rendered = { code: NaN, said: "" };
  let foreseen: readonly Step[] = [];
  let steps: readonly Step[] = [];
  const outputs = (end: string): readonly Step[] => steps.filter((step) => step.output?.endsWith(end));
  const place = (step: Step): string => join(copy.at, step.output ?? "");

  beforeAll(async () => {
    copy = clone(name);
    foreseen = (await copy.json("plan")).data.steps;
    const ended = await copy.sh(`${commands[0]} 2>&1`);
    rendered = { code: ended.code, said: ended.stdout };
    ({ steps } = (await copy.json("plan")).data);
  }, 180_000);
  afterAll(() => copy.remove());

  const necessarySteps = async (): Promise<readonly string[]> =>
    (await copy.json("plan")).data.steps
      .filter((step) => step.decision.kind === "render")
      .map((step) => step.id);

  it("renders by the command in its README", () => {
    expect(commands).toEqual([`node dist/bin/klingmake.js render --file examples/${name}`]);
    expect(rendered.code, rendered.said).toBe(0);
  });

  it("leaves nothing to do", () => {
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.filter((step) => step.decision.kind !== "keep").map((step) => step.id)).toEqual([]);
  });

  it("has a price and a tier for each step, and is billed just that, step by step", () => {
    const { renders } = JSON.parse(readFileSync(join(copy.at, "kling.sandbox.lock.json"), "utf8")) as Lock;
    const paid = foreseen.filter((step) => step.estimate.kind !== "free");
    expect(paid.length).toBeGreaterThan(1);
    for (const { id, key, action, tier, estimate } of paid) {
      expect(["standard", "pro", "master"], id).toContain(tier);
      expect(estimate.kind, id).toBe("priced");
      const { low, high, units } = estimate;
      const billed = renders[key]?.billed;
      expect(["billed", "not_billed"], id).toContain(billed?.kind);
      const bill = micros(Number(billed?.units ?? 0) * UNIT_USD[units?.kind ?? "image"]);
      if (action === "lip_sync") {
        // Finding the face may have to be asked for twice.
        expect(bill, id).toBeGreaterThanOrEqual(micros(Number(low?.usd)));
        expect(bill, id).toBeLessThanOrEqual(micros(Number(high?.usd)));
      } else {
        expect([bill, bill], id).toEqual([micros(Number(low?.usd)), micros(Number(high?.usd))]);
      }
    }
  });

  it.runIf(name === "paper-fox")("has every kind of step", () => {
    expect([...new Set(foreseen.map((step) => step.action))].toSorted()).toEqual(
      Object.keys(EVERY_KIND).toSorted(),
    );
  });

  it("leaves clips that play from end to end, and stills that can be seen", async () => {
    expect(outputs(".mp4").length).toBeGreaterThan(1);
    for (const clip of outputs(".mp4")) {
      const { streams, format } = ffprobe(place(clip));
      const video = streams.find((stream) => stream.codec_type === "video");
      expect(Math.min(video?.width ?? 0, video?.height ?? 0), clip.id).toBeGreaterThanOrEqual(720);
      expect(Number(format.duration), clip.id).toBeGreaterThan(2.9);
      expect(await complaints(place(clip)), clip.id).toBe("");
    }
    for (const still of outputs(".png")) {
      expect(ffprobe(place(still)).format.format_name, still.id).toBe("png_pipe");
    }
  });

  it("makes those heard who speak", async () => {
    const speaking = steps.filter((step) => step.action === "lip_sync");
    expect(speaking.length).toBe(readExample(name, MANIFEST).match(/^ +- lip_sync:/gm)?.length ?? 0);
    for (const clip of speaking) {
      const heard = ffprobe(place(clip)).streams.filter((stream) => stream.codec_type === "audio");
      expect(heard, clip.id).toHaveLength(1);
      expect(await meanDb(place(clip)), clip.id).toBeGreaterThan(-45);
    }
  });

  it("renders its final where Kling would, after a yes to the plan", async () => {
    const withSound = /^ +video: \{.*audio: true/m.test(readExample(name, MANIFEST));
    const vendor = await startSandbox({ asVendor: true, timeScale: 0 });
    try {
      const { data } = await copy.json("plan --profile final");
      const ended = await copy.klingmake(`render --profile final --approve ${data.digest} 2>&1`, {
        KLING_API_KEY: vendor.apiKey,
        KLING_BASE_URL: vendor.url,
      });
      expect(ended.code, ended.stdout).toBe(0);
      for (const step of data.steps.filter((each) => each.output?.endsWith(".mp4"))) {
        const { streams } = ffprobe(join(copy.at, step.output ?? ""));
        const video = streams.find((stream) => stream.codec_type === "video");
        // Effects have the size that the vendor gives them.
        const lines = step.action === "effect" ? 720 : 1080;
        expect(Math.min(video?.width ?? 0, video?.height ?? 0), step.id).toBe(lines);
        if (!withSound || !["text_to_video", "image_to_video"].includes(step.action)) continue;
        expect(await meanDb(join(copy.at, step.output ?? "")), step.id).toBeGreaterThan(-45);
      }
    } finally {
      await vendor.close();
    }
  });

  it.runIf(name === "product-shot")("has each clip in the shape of its still", () => {
    const ratio = (file: string): number => {
      const { width = 0, height = 1 } =
        ffprobe(join(copy.at, "renders/sandbox/draft", file)).streams[0] ?? {};
      return width / height;
    };
    for (const [shape, wanted] of Object.entries({ wide: 16 / 9, tall: 9 / 16, square: 1 })) {
      expect(ratio(`${shape}.png`), shape).toBeCloseTo(wanted, 2);
      expect(ratio(`${shape}.mp4`), shape).toBeCloseTo(wanted, 2);
    }
  });

  it.runIf(name in CHANGES)("needs after each change what its README says", async () => {
    const manifest = join(copy.at, MANIFEST);
    const text = readFileSync(manifest, "utf8");
    for (const [from, to, necessary] of CHANGES[name] ?? []) {
      expect(text.split(from), from).toHaveLength(2);
      writeFileSync(manifest, text.replace(from, to));
      expect((await necessarySteps()).toSorted(), `${from} → ${to}`).toEqual(necessary.toSorted());
    }
    writeFileSync(manifest, text);
    for (const [file, necessary] of Object.entries(TOUCHED[name] ?? {})) {
      const bytes = readFileSync(join(copy.at, file));
      // An empty box at the end of an MP4; what follows the end of a JPEG does not matter either.
      writeFileSync(join(copy.at, file), Buffer.concat([bytes, Buffer.from("\0\0\0\u0008free", "latin1")]));
      expect((await necessarySteps()).toSorted(), file).toEqual(necessary.toSorted());
      writeFileSync(join(copy.at, file), bytes);
    }
  });

  it.runIf(name === "talking-head")("lets Ruth speak her recording, from where the manifest says", () => {
    const clip = join(copy.at, "renders/sandbox/draft/ruth-lip_sync.mp4");
    expect(codedSound(clip).equals(codedSound(join(copy.at, "vo/ruth.m4a")))).toBe(true);
    const heard = ffprobe(clip).streams.find((stream) => stream.codec_type === "audio");
    expect(Number(heard?.start_time)).toBeCloseTo(0.2, 2);
  });

  it.runIf(name === "talking-head")("refuses to let her speak beyond the end of her clip", async () => {
    const manifest = join(copy.at, MANIFEST);
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace("at: 0.2", "at: 0.5"));
    const ended = await copy.klingmake("validate");
    expect(ended.code).toBe(3);
    const said = ended.stderr.replace(/\s+/g, " ");
    expect(said).toContain("the sound lasts 4.631 s, the clip has 4.5 s from at: 0.5");
    writeFileSync(manifest, text);
  });
});
