/** What makes a step worth paying for, and what does not: the stories in which tools of this kind lost people's money. */
import { describe, expect, it } from "vitest";
import { isoTime } from "../../src/base/clock.js";
import type { RenderReport } from "../../src/engine-render.js";
import type { TaskId } from "../../src/plan/prior.js";
import type { TaskLook } from "../../src/provider/provider.js";
import { film } from "./film.js";

const manifest = (prompt: string, more = "") => `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: "${prompt}"${more} }
`;
const yes = { ask: () => Promise.resolve(true) };

async function rendered(text: string) {
  const project = film(text);
  expect((await project.render(yes)).exit).toBe(0);
  return project;
}

const priceOf = async (project: ReturnType<typeof film>) => (await project.plan()).totals.create.usd.high;
const codes = ({ diagnostics }: RenderReport) => diagnostics.map(({ code }) => code);

describe("another prompt", () => {
  it.each([
    ["punctuation", "a boat, at sea", "a boat at sea"],
    ["one Chinese character", "一艘渡船离开码头", "一艘渡船离开岛屿"],
    ["an accent", "el faro se apagó", "el faro se apago"],
    ["an emoji", "dawn 🌅", "dawn 🌇"],
    ["its last letter, far into the text", `${"a long road ".repeat(60)}a`, `${"a long road ".repeat(60)}b`],
  ])("that differs in %s only is another clip, and has a price", async (_, one, other) => {
    const project = await rendered(manifest(one));
    expect(await priceOf(project)).toBe(0);
    project.write(manifest(other));
    expect(await priceOf(project)).toBeGreaterThan(0);
  });

  it.each([
    ["its line breaks, as another system checks it out", (text: string) => text.replaceAll("\n", "\r\n")],
    ["its composition of accents", (text: string) => text.normalize("NFD")],
    ["white space", (text: string) => text.replace("el faro", "el   faro ")],
    ["a byte-order mark", (text: string) => `\u{feff}${text}`],
  ])("that differs in %s is the same clip", async (_, other) => {
    const text = manifest("el faro se apagó");
    const project = await rendered(text);
    project.write(other(text));
    expect(other(text)).not.toBe(text);
    expect(await priceOf(project)).toBe(0);
  });
});

describe("an input file", () => {
  const from = (file: string) => manifest("dawn", `, image: ${file}`);

  it("that is renamed, touched, or cloned anew has no price; one byte more has one", async () => {
    const project = await rendered(from("refs/dawn.png"));
    const bytes = project.volume.readFileSync("/film/refs/dawn.png") as Buffer;
    project.volume.renameSync("/film/refs/dawn.png", "/film/refs/sunrise.png");
    project.write(from("refs/sunrise.png"));
    expect(await priceOf(project)).toBe(0);
    project.volume.utimesSync("/film/refs/sunrise.png", new Date(1), new Date(2));
    expect(await priceOf(project)).toBe(0);
    project.remove("/film/refs/sunrise.png");
    project.volume.writeFileSync("/film/refs/sunrise.png", bytes);
    expect(await priceOf(project)).toBe(0);
    project.volume.writeFileSync("/film/refs/sunrise.png", Buffer.concat([bytes, Buffer.from([0])]));
    expect(await priceOf(project)).toBeGreaterThan(0);
  });
});

describe("a price that nobody knows", () => {
  it("blocks, is never nothing, and is never paid by a general yes", async () => {
    const spoken = ", steps: [{ lip_sync: { text: all aboard, voice: oversea_male1 } }]";
    const project = film(manifest("dawn", spoken), { env: { KLING_LIP_SYNC: "old" } });
    const plan = await project.plan();
    expect(plan.steps[1]).toMatchObject({
      estimate: { kind: "unknown" },
      decision: { kind: "blocked", because: { because: "price_unknown" } },
    });
    expect((await project.render({ ...yes, yes: true })).exit).toBe(5);
    expect(project.vendor.submitted).toHaveLength(1);
  });
});

describe("a create without a reference of which the answer was lost", () => {
  const extended = manifest("dawn", ", model: kling-v1-6, steps: [{ extend: { prompt: on, via: native } }]");

  it.each([
    ["soon after it was sent, is taken", 30, 0],
    ["days later, is another project's with this account", 48 * 60, 8],
  ])("a task of its clip in the list, created %s", async (_, minutes, exit) => {
    const project = await rendered(manifest("dawn", ", model: kling-v1-6"));
    project.write(extended);
    const sentMs = project.clock.now();
    project.vendor.script = {
      references: false,
      submit: () => "lose",
      list: () => ({ kind: "lost", why: "cut" }),
    };
    expect((await project.render(yes)).exit).toBe(1);
    await project.clock.advance(3 * 86_400_000);
    const theirs: TaskLook = {
      task: "t1000" as TaskId,
      status: "succeeded",
      outputs: [{ kind: "video", url: "https://cdn.example/t1000?signed", id: "v-t1000" }],
      billed: { kind: "unknown" },
      source: "v-t1",
      created: isoTime(sentMs + minutes * 60_000),
    };
    project.vendor.script = {
      references: false,
      list: () => ({ kind: "listed", looks: [theirs] }),
      look: () => ({ kind: "found", look: theirs }),
    };
    expect((await project.render(yes)).exit).toBe(exit);
    expect(project.vendor.submitted).toHaveLength(2);
  });
});

describe("a record without its bytes", () => {
  it("asks the vendor, and after 30 days a person, and never buys again by itself", async () => {
    const project = await rendered(manifest("dawn"));
    project.remove("/home");
    project.remove("/film/renders");
    expect(await project.decisions()).toEqual({ "shots.010.clip": "restore from vendor" });
    await project.clock.advance(31 * 86_400_000);
    const report = await project.render({ ...yes, yes: true });
    expect([report.exit, project.vendor.submitted.length]).toEqual([10, 1]);
  });
});

describe("what was restored", () => {
  it("gives nobody a reason to do anything again", async () => {
    const project = await rendered(manifest("dawn"));
    project.remove("/film/renders");
    expect(await project.decisions()).toEqual({ "shots.010.clip": "restore from store" });
    await project.render();
    const names = project.names();
    const again = await project.render();
    expect([again.exit, codes(again), project.names()]).toEqual([0, [], names]);
    expect(await project.decisions()).toEqual({ "shots.010.clip": "keep" });
  });
});
