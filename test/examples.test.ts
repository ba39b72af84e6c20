/**
 * The projects under examples/ as tests: each is valid, costs what its pages say, and renders from a copy of the
 * repository by the command in its README into clips that other people's players play. With `UPDATE_EXAMPLES=1` every
 * plan.txt is written anew instead of compared. What needs ffmpeg is left out where it is not installed.
 */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox } from "../src/sandbox/sandbox.js";

const root = join(import.meta.dirname, "..");
const NAMES = readdirSync(join(root, "examples")).toSorted();
const updating = process.env["UPDATE_EXAMPLES"] === "1";
const MANIFEST = "kling.manifest.yaml";
const isMade = (name: string): boolean =>
  /(^|\/)(renders|\.kling|kling\.(sandbox\.)?lock\.json)(\/|$)/.test(name);
const hasFfmpeg = ["ffmpeg", "ffprobe"].every((tool) => {
  try {
    execFileSync(tool, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

interface Step {
  readonly id: string;
  readonly action: string;
  readonly output?: string;
  readonly decision: { readonly kind: string };
}

interface Envelope {
  readonly data: {
    readonly digest: string;
    readonly profiles?: readonly string[];
    readonly steps: readonly Step[];
  };
  readonly diagnostics: readonly unknown[];
}

interface Probed {
  readonly streams: readonly {
    readonly codec_type: string;
    readonly width?: number;
    readonly height?: number;
  }[];
  readonly format: { readonly duration?: string; readonly format_name: string };
}

/** A copy of the repository as a clone would be after the build, with one example and a home of its own. */
function clone(name: string) {
  const at = mkdtempSync(join(tmpdir(), "klingmake-example-"));
  const folder = join(at, "examples", name);
  mkdirSync(join(at, "dist"));
  symlinkSync(join(root, "dist/bin"), join(at, "dist/bin"));
  symlinkSync(join(root, "schemas"), join(at, "schemas"));
  cpSync(join(root, "examples", name), folder, {
    recursive: true,
    filter: (from) => !isMade(from.slice(join(root, "examples").length)),
  });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(at, "home"),
    KLINGMAKE_SANDBOX_TIME_SCALE: "0",
    CI: "true",
  };
  const sh = (line: string, more: Readonly<Record<string, string>> = {}) =>
    promisify(execFile)("/bin/sh", ["-c", `${line} </dev/null`], {
      cwd: at,
      env: { ...env, ...more },
      maxBuffer: 1 << 26,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (failed: { code: number; stdout: string; stderr: string }) => failed,
    );
  return {
    at: folder,
    sh,
    /** Runs klingmake on the example. */
    klingmake: (words: string, more?: Readonly<Record<string, string>>) =>
      sh(`node dist/bin/klingmake.js ${words} --file examples/${name}`, more),
    async json(words: string): Promise<Envelope> {
      const { stdout } = await sh(`node dist/bin/klingmake.js ${words} --json --file examples/${name}`);
      return JSON.parse(stdout) as Envelope;
    },
    remove: () => rmSync(at, { recursive: true, force: true }),
  };
}

const readExample = (name: string, file: string): string =>
  readFileSync(join(root, "examples", name, file), "utf8");

function ffprobe(file: string): Probed {
  const told = execFileSync(
    "ffprobe",
    ["-v", "error", "-of", "json", "-show_streams", "-show_format", file],
    { encoding: "utf8" },
  );
  return JSON.parse(told) as Probed;
}

/** Decodes a file from end to end: complaints, and how loud its sound is on average. */
async function decode(file: string): Promise<{ readonly complaints: string; readonly meanDb: number }> {
  const words = "-hide_banner -nostats -v level+info -i FILE -map 0 -af volumedetect -f null -".split(" ");
  const { stderr } = await promisify(execFile)(
    "ffmpeg",
    words.map((word) => (word === "FILE" ? file : word)),
  );
  const complaints = stderr.split("\n").filter((line) => /^\S*.*\[(warning|error|fatal)\]/.test(line));
  return {
    complaints: complaints.join("\n"),
    meanDb: Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1] ?? -Infinity),
  };
}

it("each has a page, a manifest and a plan", () => {
  const wanted = ["README.md", MANIFEST, "plan.txt"];
  const missing = NAMES.flatMap((name) =>
    wanted.filter((file) => !existsSync(join(root, "examples", name, file))).map((file) => `${name}/${file}`),
  );
  expect(updating ? missing.filter((file) => !file.endsWith("plan.txt")) : missing).toEqual([]);
});

describe.each(NAMES)("examples/%s", { timeout: 30_000 }, (name) => {
  const files = readdirSync(join(root, "examples", name), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(join(root, "examples", name).length + 1))
    .filter((file) => !isMade(file));
  const inputs = files.filter((file) => !["README.md", MANIFEST, "plan.txt"].includes(file));
  let copy: ReturnType<typeof clone>;

  beforeAll(() => {
    copy = clone(name);
  });
  afterAll(() => copy.remove());

  it("is valid under every profile, without a warning", async () => {
    const told = await copy.json("validate");
    expect(told.diagnostics).toEqual([]);
    expect(told.data.profiles).toEqual(["draft", "final"]);
  });

  it.runIf(hasFfmpeg)("has the plan of plan.txt before the first render", async () => {
    const here = `cd examples/${name} && node ../../dist/bin/klingmake.js plan --no-color`;
    const { stdout, stderr } = await copy.sh(here);
    const text = `${stdout}${stderr}`;
    const golden = join(root, "examples", name, "plan.txt");
    if (updating) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, "utf8"));
    expect(text).not.toContain("\u001B");
    expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  it("names no price in its README that no plan of it has", async () => {
    const plans = await Promise.all(
      ["draft", "final"].map((each) => copy.klingmake(`plan --profile ${each}`)),
    );
    const said = new Set(readExample(name, "README.md").match(/\$\d+(?:\.\d+)?/g));
    const planned = new Set(
      plans.flatMap(({ stdout, stderr }) => `${stdout}${stderr}`.match(/\$\d+(?:\.\d+)?/g)),
    );
    expect(said.size).toBeGreaterThan(0);
    expect([...said].filter((price) => !planned.has(price))).toEqual([]);
  });

  it("holds inputs that its manifest uses, and nothing else", () => {
    const manifest = readExample(name, MANIFEST);
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs.filter((file) => !manifest.includes(` ${file}`))).toEqual([]);
    const sizes = inputs.map((file) => [file, statSync(join(root, "examples", name, file)).size] as const);
    expect(sizes.filter(([, size]) => size > 150_000)).toEqual([]);
  });

  it.runIf(hasFfmpeg)("has pictures and sounds within the vendor's limits", async () => {
    for (const file of inputs) {
      const path = join(root, "examples", name, file);
      const { streams, format } = ffprobe(path);
      if (file.startsWith("refs/")) {
        const { width = 0, height = 0 } = streams[0] ?? {};
        expect(Math.min(width, height), file).toBeGreaterThanOrEqual(300);
        expect(Math.max(width, height) / Math.min(width, height), file).toBeLessThanOrEqual(2.5);
        expect(file).toMatch(/\.(jpg|png)$/);
      } else {
        expect(file).toMatch(/^vo\/.+\.(mp3|wav|m4a|aac)$/);
        expect(streams.map((stream) => stream.codec_type)).toEqual(["audio"]);
        expect(Number(format.duration)).toBeGreaterThanOrEqual(2);
        expect(Number(format.duration)).toBeLessThanOrEqual(60);
        // Loud enough to be heard on a laptop.
        expect((await decode(path)).meanDb).toBeGreaterThan(-30);
      }
    }
  });
});

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
};

describe.runIf(hasFfmpeg).each(NAMES)("examples/%s, rendered", { timeout: 180_000 }, (name) => {
  const commands = readExample(name, "README.md").match(/^node dist\/bin\/klingmake\.js render .*$/gm) ?? [];
  let copy: ReturnType<typeof clone>;
  let rendered = { code: NaN, said: "" };
  let steps: readonly Step[] = [];
  const outputs = (end: string): readonly Step[] => steps.filter((step) => step.output?.endsWith(end));
  const place = (step: Step): string => join(copy.at, step.output ?? "");

  beforeAll(async () => {
    copy = clone(name);
    const ended = await copy.sh(`${commands[0]} 2>&1`);
    rendered = { code: ended.code, said: ended.stdout };
    ({ steps } = (await copy.json("plan")).data);
  }, 180_000);
  afterAll(() => copy.remove());

  it("renders by the command in its README", () => {
    expect(commands).toEqual([`node dist/bin/klingmake.js render --file examples/${name}`]);
    expect(rendered.code, rendered.said).toBe(0);
  });

  it("leaves nothing to do", () => {
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.filter((step) => step.decision.kind !== "keep").map((step) => step.id)).toEqual([]);
  });

  it("leaves clips that play from end to end, and stills that can be seen", async () => {
    expect(outputs(".mp4").length).toBeGreaterThan(1);
    for (const clip of outputs(".mp4")) {
      const { streams, format } = ffprobe(place(clip));
      const video = streams.find((stream) => stream.codec_type === "video");
      expect(Math.min(video?.width ?? 0, video?.height ?? 0), clip.id).toBeGreaterThanOrEqual(720);
      expect(Number(format.duration), clip.id).toBeGreaterThan(2.9);
      expect((await decode(place(clip))).complaints, clip.id).toBe("");
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
      expect((await decode(place(clip))).meanDb, clip.id).toBeGreaterThan(-45);
    }
  });

  it("renders its final where Kling would, after a yes to the plan", async () => {
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
        expect(Math.min(video?.width ?? 0, video?.height ?? 0), step.id).toBe(1080);
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
      const planned = (await copy.json("plan")).data.steps;
      const rendered = planned.filter((step) => step.decision.kind === "render").map((step) => step.id);
      expect(rendered.toSorted(), `${from} → ${to}`).toEqual(necessary.toSorted());
    }
    writeFileSync(manifest, text);
  });
});
