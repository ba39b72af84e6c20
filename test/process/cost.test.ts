/** The ledger, end to end: what a server billed, beside what was expected, and the line that makes a wrong price right. */
import { describe, expect, it } from "vitest";
import { asVendor, project, sandbox } from "./cli.js";

const FILM = `version: 1
project: film
provider: kling
defaults: { video: { model: kling-2.5-turbo } }
images:
  mara: { prompt: a portrait }
shots:
  "010": { prompt: a boat }
  "020": { prompt: a pier, duration: 10 }
  "030": { prompt: a storm, model: kling-v2-6 }
`;
const WRONG = "catalog: { prices: [{ model: kling-2.5-turbo, mode: std, units_per_second: 0.25 }] }\n";

interface Drifts {
  readonly within: number;
  readonly above: number;
  readonly below: number;
  readonly more: { readonly units: { readonly video: string } };
}

interface Cost {
  readonly realm: string;
  readonly total: {
    readonly tasks: number;
    readonly money: { readonly usd: string };
    readonly drift: Drifts;
  };
  readonly tasks: readonly { readonly step: string; readonly drift: { readonly kind: string } }[];
  readonly corrections: readonly { readonly price: object; readonly bills: number }[];
  readonly manifest?: string;
}

describe("cost", { timeout: 60_000 }, () => {
  it("the server's bill equals the estimate row by row, and nobody speaks of it", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM, asVendor(server));
    const ended = await film.run(["render"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).not.toContain("expected");
    const cost = (await film.json(["cost"])).data as Cost;
    expect(cost.total).toMatchObject({ tasks: 4, drift: { within: 4, above: 0, below: 0 } });
    expect(cost.corrections).toEqual([]);
    const page = await film.run(["cost", "--by", "model"]);
    expect(page.stdout).not.toContain("bills show");
  });

  it("a wrong price is told at once, kept, and made right by the line that is offered", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(FILM + WRONG, asVendor(server));
    const ended = await film.run(["render"]);
    expect(ended.stderr).toContain("billed 1.5 units, 0.25 units more than expected");
    expect(ended.stderr).toContain("billed otherwise than expected: 0.75 video units more (2 steps)");
    const before = (await film.json(["cost"])).data as Cost;
    expect(before.total.drift).toMatchObject({ within: 2, above: 2, more: { units: { video: "0.75" } } });
    expect(before.corrections).toMatchObject([
      { price: { model: "kling-2.5-turbo", mode: "std", units_per_second: 0.3 }, bills: 2 },
    ]);
    const page = await film.run(["cost"]);
    expect(page.stdout).toContain(before.manifest);

    // As it is printed, in the place of the wrong one.
    film.write("kling.manifest.yaml", `${FILM}${before.manifest}`);
    film.remove("kling.lock.json");
    film.remove(".kling");
    const again = await film.run(["render", "--approve", await digestOf(film)]);
    expect(again.stderr).not.toContain("expected");
    const after = (await film.json(["cost"])).data as Cost;
    expect(after.total.drift).toMatchObject({ within: 4, above: 0 });
    expect(after.corrections).toEqual([]);
  });

  it("what was billed is on record without the journal, and the sandbox's bills are another ledger", async () => {
    const server = await sandbox({ asVendor: true });
    const film = project(
      `${FILM}profiles: { real: {}, play: { provider: sandbox } }\nprofile: real\n`,
      asVendor(server),
    );
    await film.run(["render"]);
    await film.run(["render", "--profile", "play", "--target", "shots.010"]);
    const before = (await film.json(["cost"])).data as Cost;
    film.remove(".kling");
    const after = (await film.json(["cost"])).data as Cost;
    expect(after).toEqual(before);
    const play = (await film.json(["cost", "--profile", "play"])).data as Cost;
    expect(play).toMatchObject({ realm: "sandbox", total: { tasks: 1 }, corrections: [] });
  });
});

async function digestOf(film: ReturnType<typeof project>): Promise<string> {
  return ((await film.json(["plan"])).data as { readonly digest: string }).digest;
}
