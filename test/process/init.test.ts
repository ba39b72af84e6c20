/** From nothing to clips: a project is started in a fresh folder and rendered on the built-in sandbox. */
import { chmodSync, cpSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { project } from "./cli.js";

const QUICK = { KLINGMAKE_SANDBOX_TIME_SCALE: "0" };

describe("klingmake init", { timeout: 60_000 }, () => {
  it("starts a project that renders at once, is tidy, and whose schema line leads to the schema", async () => {
    const place = project("");
    const started = await place.run(["init", "ferry"]);
    expect([started.code, started.stdout]).toEqual([0, ""]);
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(
      place.read("ferry/kling.manifest.yaml"),
    )?.[1];
    const schema = readFileSync(join(place.root, dirname("ferry/x"), named ?? "none"), "utf8");
    expect(schema).toBe(readFileSync("schemas/kling.manifest.schema.json", "utf8"));

    expect((await place.run(["fmt", "--check", "--file", "ferry"])).code).toBe(0);
    const rendered = await place.run(["render", "--file", "ferry"], QUICK);
    expect(rendered.stderr).toContain("3 rendered");
    expect(rendered.code).toBe(0);
    for (const output of ["images/pier.png", "010/clip.mp4", "020/clip.mp4"])
      expect(place.has(`ferry/renders/sandbox/default/${output}`), output).toBe(true);

    const again = await place.run(["init", "ferry"]);
    expect([again.code, again.stderr.includes("init/exists")]).toEqual([64, true]);
  });

  it("lets fmt keep the rights of the manifest, whatever new files get", async () => {
    const place = project("project: p\nversion: 1\n");
    chmodSync(join(place.root, "kling.manifest.yaml"), 0o666);
    expect((await place.run(["fmt"])).code).toBe(0);
    expect(place.read("kling.manifest.yaml")).toBe("version: 1\nproject: p\n");
    expect((statSync(join(place.root, "kling.manifest.yaml")).mode & 0o777).toString(8)).toBe("666");
  });

  it("copies an example whose plan is that of the example", async () => {
    const place = project("");
    expect((await place.run(["init", "copy", "--example", "first-film"])).code).toBe(0);
    const planned = async (file: string) => {
      const { data } = (await place.json(["plan", "--file", file])) as unknown as {
        readonly data: { readonly steps: readonly { readonly id: string; readonly key: string }[] };
      };
      return data.steps.map(({ id, key }) => `${id} ${key}`);
    };
    const copied = await planned("copy");
    expect(copied.length).toBeGreaterThan(3);
    cpSync(join(import.meta.dirname, "../../examples/first-film"), join(place.root, "original"), {
      recursive: true,
      filter: (name) => !/renders$|\.kling$|lock\.json$/.test(name),
    });
    expect(copied).toEqual(await planned("original"));
  });
});
