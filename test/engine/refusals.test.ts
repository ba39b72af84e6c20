/** A model that the vendor refuses as discontinued is named by the next plan, until it is taken again. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { Checked } from "../../src/base/diagnostic.js";
import { openProject } from "../../src/engine.js";
import { realWorld, type World } from "../../src/engine-world.js";
import type { Plan } from "../../src/plan/plan.js";
import type { VendorError } from "../../src/provider/provider.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import { memoryDisk, textOf } from "../store/disk.js";
import { film } from "./film.js";

const HEAD = "version: 1\nproject: x\nprovider: kling\n";
const twoShots = (model = "kling-2.6") =>
  `${HEAD}shots:\n  a: { prompt: x, model: ${model} }\n  b: { prompt: y, model: kling-2.5-turbo }\n`;
const SAID = "it does not accept a value (1201: model has been discontinued)";
const GONE: VendorError = { code: 1201, class: "invalid", about: "model", message: SAID };
const FILE = "/film/.kling/cache/refused-models.json";
const yes = { ask: () => Promise.resolve(true) };

/** A vendor without kling-2.6. */
function without26(error = GONE) {
  return film(twoShots(), {
    submit: ({ action }) =>
      "model" in action && action.model === "kling-2.6" ? { kind: "refused", error } : undefined,
  });
}

async function warnings(set: ReturnType<typeof film>, more: { readonly profile?: string } = {}) {
  const planned = await (await set.open()).plan(more);
  expect(planned.value).toBeDefined();
  return wordsOf(planned);
}

function wordsOf({ diagnostics }: Pick<Checked<Plan>, "diagnostics">): readonly string[] {
  return diagnostics.map(
    ({ severity, code, path, message }) => `${severity} ${code} ${path?.join(".") ?? ""}: ${message}`,
  );
}

const NAMED = "warning catalog/retired-model shots.a.model: the vendor refused kling-2.6 as discontinued";

describe("a model that the vendor refuses as discontinued", () => {
  test("is named by the next plan at the shot that has it, with the day, the words and what to do", async () => {
    const set = without26();
    expect(await warnings(set)).toEqual([]);
    expect((await set.render(yes)).status).toBe("ran");
    expect(await warnings(set)).toEqual([NAMED]);
    const [told] = (await (await set.open()).plan()).diagnostics;
    expect(told).toMatchObject({
      why: `the vendor refused it on 2026-11-22: ${SAID}`,
      help: expect.stringMatching(/^choose .*kling-3\.0.*; should it be taken again/) as string,
      place: { line: 5 },
    });
    expect(told?.help).not.toContain("kling-2.6");
  });

  test("is named by validate, and by the next render, which may try it all the same", async () => {
    const set = without26();
    await set.render(yes);
    expect(wordsOf({ diagnostics: await (await set.open()).check() })).toEqual([NAMED]);
    const again = await set.render(yes);
    expect([again.status, wordsOf(again)]).toEqual(["ran", [NAMED]]);
  });

  test("is forgotten when a create of it is taken", async () => {
    const set = without26();
    await set.render(yes);
    set.vendor.script = {};
    await set.render(yes);
    expect(await warnings(set)).toEqual([]);
    expect(JSON.parse(set.read(FILE))).toEqual({ version: 1, models: [] });
  });

  test("is forgotten at no cost with the cache, or with a damaged file", async () => {
    const set = without26();
    await set.render(yes);
    set.volume.writeFileSync(FILE, "{");
    expect(await warnings(set)).toEqual([]);
    set.remove("/film/.kling/cache");
    expect(await warnings(set)).toEqual([]);
    await set.render(yes);
    expect(await warnings(set)).toEqual([NAMED]);
  });

  test("is named where it was written: in a profile, too", async () => {
    const set = without26();
    await set.render(yes);
    set.write(
      `${HEAD}defaults: { video: { model: kling-2.6 } }\nprofiles: { p: { override: { video: { model: kling-2.6 } } } }\nshots:\n  a: { prompt: x }\n  b: { prompt: y }\n`,
    );
    const at = (where: string) => NAMED.replace("shots.a.model", where);
    expect(await warnings(set)).toEqual([at("defaults.video.model")]);
    expect(await warnings(set, { profile: "p" })).toEqual([at("profiles.p.override.video.model")]);
  });

  test("is said once where the catalog presumed it", async () => {
    const set = film(twoShots("kling-v1-6"), { submit: () => ({ kind: "refused", error: GONE }) });
    const presumed = "warning catalog/retired-model shots.a.model: kling-v1-6 has probably been discontinued";
    expect(await warnings(set)).toEqual([presumed]);
    await set.render(yes);
    const named = NAMED.replace("kling-2.6", "kling-v1-6");
    expect(await warnings(set)).toEqual([
      named,
      NAMED.replace("shots.a", "shots.b").replace("kling-2.6", "kling-2.5-turbo"),
    ]);
    const [told] = (await (await set.open()).plan()).diagnostics;
    expect(told?.help).toMatch(/^use kling-2\.5-turbo; /);
  });

  test("is no other model: not the one of its name that makes stills", async () => {
    const shot = `shots:\n  a: { prompt: x, image: refs/dawn.png, model: kling-v2-1 }\n`;
    const set = film(HEAD + shot, { submit: () => ({ kind: "refused", error: GONE }) });
    await set.render(yes);
    set.write(`${HEAD}images:\n  a: { prompt: x, model: kling-v2-1 }\n${shot}`);
    expect(await warnings(set)).toEqual([NAMED.replace("kling-2.6", "kling-v2-1")]);
  });

  test("is what one server lacks, and says nothing of another", async () => {
    const env: Record<string, string> = {};
    const set = film(twoShots(), {
      env,
      submit: ({ action }) =>
        "model" in action && action.model === "kling-2.6" ? { kind: "refused", error: GONE } : undefined,
    });
    env["KLING_BASE_URL"] = "https://gateway.example";
    await set.render(yes);
    expect(await warnings(set)).toEqual([NAMED]);
    delete env["KLING_BASE_URL"];
    expect(await warnings(set)).toEqual([]);
    // Refused there, too, and taken later: the gateway is remembered all the same.
    await set.render(yes);
    set.vendor.script = {};
    await set.render(yes);
    env["KLING_BASE_URL"] = "https://gateway.example";
    expect(await warnings(set)).toEqual([NAMED]);
    set.write(twoShots().replace("provider: kling", "provider: sandbox"));
    expect(await warnings(set)).toEqual([]);
  });

  test.each<[string, VendorError]>([
    ["a refusal for the content", { code: 1301, class: "content", message: SAID }],
    ["a wrong value", { code: 1201, class: "invalid", message: "model_name is wrong" }],
  ])("is not what %s means", async (_, error) => {
    const set = without26(error);
    await set.render(yes);
    expect(await warnings(set)).toEqual([]);
    expect(set.names()).not.toContain(FILE);
  });
});

test("a sandbox that lost its older models is heard through the whole way, and so is one that has them", async () => {
  const text = `version: 1\nproject: x\nprovider: sandbox\nshots:\n  a: { prompt: x, model: kling-v1-6 }\n`;
  const disk = memoryDisk({ "/film/kling.manifest.yaml": text });
  const world: World = {
    ...realWorld(),
    fs: disk.fs,
    lock: () => Promise.resolve({ kind: "held", release: () => Promise.resolve() }),
  };
  const at = async (retired: "refuse" | "accept") => {
    const sandbox = await startSandbox({ timeScale: 0, retired });
    onTestFinished(() => sandbox.close());
    const env = { KLINGMAKE_SANDBOX_URL: sandbox.url, KLINGMAKE_SANDBOX_KEY: sandbox.apiKey };
    const { value } = await openProject({ cwd: "/film", env, home: "/home" }, world);
    if (value === undefined) throw new Error("no project");
    return value;
  };
  const told = async (project: Awaited<ReturnType<typeof at>>) => (await project.plan()).diagnostics[0]?.why;
  const refusing = await at("refuse");
  expect((await refusing.render({})).exit).toBe(1);
  expect(await told(refusing)).toMatch(
    /^the vendor refused it on \d{4}-\d\d-\d\d: .*\(1201: .*model_name kling-v1-6 has been discontinued/,
  );
  expect(textOf(disk.volume, FILE)).toContain('"server": "sandbox"');
  const accepting = await at("accept");
  expect((await accepting.render({})).exit).toBe(0);
  expect(await told(accepting)).not.toMatch(/the vendor refused it/);
});
