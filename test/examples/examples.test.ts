/**
 * The projects under examples/ as they are in git: valid, with inputs that the vendor takes, at the prices that their
 * pages say. With `UPDATE_EXAMPLES=1` every plan.txt is written anew instead of compared.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clone,
  ffprobe,
  hasFfmpeg,
  inExample,
  isMade,
  MANIFEST,
  meanDb,
  NAMES,
  readExample,
  type Clone,
} from "./clone.js";

/** Models that only gateways have still. */
const RETIRED: Readonly<Record<string, readonly string[]>> = { "paper-fox": ["kling-v1-6", "kling-v1-5"] };

const updating = process.env["UPDATE_EXAMPLES"] === "1";

it("each has a page, a manifest and a plan", () => {
  const wanted = ["README.md", MANIFEST, "plan.txt"];
  const missing = NAMES.flatMap((name) =>
    wanted.filter((file) => !existsSync(inExample(name, file))).map((file) => `${name}/${file}`),
  );
  expect(updating ? missing.filter((file) => !file.endsWith("plan.txt")) : missing).toEqual([]);
});

describe.each(NAMES)("examples/%s", { timeout: 30_000 }, (name) => {
  const files = readdirSync(inExample(name), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(inExample(name).length + 1))
    .filter((file) => !isMade(file));
  const inputs = files.filter((file) => !["README.md", MANIFEST, "plan.txt"].includes(file));
  let copy: Clone;

  beforeAll(() => {
    copy = clone(name);
  });
  afterAll(() => copy.remove());

  it("is valid under every profile, without a warning that its README does not explain", async () => {
    const told = await copy.json("validate");
    const dead = RETIRED[name] ?? [];
    expect(told.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual(
      dead.map((model) => `catalog/retired-model: ${model} has probably been discontinued`),
    );
    expect(told.data.profiles).toEqual(["draft", "final"]);
  });

  it.runIf(hasFfmpeg)("has the plan of plan.txt before the first render", async () => {
    const here = `cd examples/${name} && node ../../dist/bin/klingmake.js plan --no-color`;
    const { stdout, stderr } = await copy.sh(here);
    const text = `${stdout}${stderr}`;
    const golden = inExample(name, "plan.txt");
    if (updating) writeFileSync(golden, text);
    expect(text).toBe(readExample(name, "plan.txt"));
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
    const sizes = inputs.map((file) => [file, statSync(inExample(name, file)).size] as const);
    expect(sizes.filter(([, size]) => size > 150_000)).toEqual([]);
  });

  it.runIf(hasFfmpeg)("has pictures and sounds within the vendor's limits", async () => {
    for (const file of inputs) {
      const path = inExample(name, file);
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
        expect(await meanDb(path)).toBeGreaterThan(-30);
      }
    }
  });
});
