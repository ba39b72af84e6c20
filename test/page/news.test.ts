import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Film, FilmNews, ShotView } from "../../src/page/film.js";
import { newsBetween, snapshotOf, type Snapshot } from "../../src/page/news.js";
import { clip, digestOf, film, films, shot, step } from "./served-films.js";

const plain = (text: string) => text;
const read = (text: string | undefined) => JSON.parse(text ?? "null") as FilmNews | null;

/** A page that is open: what it has after each message. */
function follow(news: FilmNews, before: ReadonlyMap<string, ShotView>): ReadonlyMap<string, ShotView> {
  const known = new Map([...before, ...news.shots.map((each) => [each.name, each] as const)]);
  return new Map(
    news.order.map((name) => {
      const found = known.get(name);
      if (found === undefined) throw new Error(`${name} was never sent`);
      return [name, found];
    }),
  );
}

/** As it comes out of JSON. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("news of a film", () => {
  it("gives the film, whatever came before, when all of it is applied in order", () => {
    fc.assert(
      fc.property(films, (following) => {
        let sent: Snapshot | undefined;
        let shots: ReadonlyMap<string, ShotView> = new Map();
        let head: FilmNews["head"] | undefined;
        for (const each of following) {
          const now: Snapshot = snapshotOf(each, plain, sent);
          const news = read(newsBetween(sent, now));
          sent = now;
          if (news !== null) {
            ({ head } = news);
            shots = follow(news, shots);
          }
          const shown = { ...head, now: 0, shots: [...shots.values()] };
          expect(shown).toEqual(stored({ ...each, now: 0 }));
        }
      }),
    );
  });

  it("sends a shot again only when it differs", () => {
    const one = snapshotOf(film([shot("shots.010", [step("shots.010.clip")]), shot("shots.020", [])]), plain);
    const two = snapshotOf(
      film([shot("shots.010", [step("shots.010.clip")]), shot("shots.020", [], { title: "new" })]),
      plain,
      one,
    );
    expect(read(newsBetween(one, two))?.shots.map(({ name }) => name)).toEqual(["shots.020"]);
  });

  it("is none when only the time went on", () => {
    const one = snapshotOf(film([shot("shots.010", [])]), plain);
    expect(newsBetween(one, snapshotOf(film([shot("shots.010", [])], { now: 9_000 }), plain, one))).toBe(
      undefined,
    );
  });

  it("tells of a new order without the shots", () => {
    const shots = [shot("shots.010", []), shot("shots.020", [])];
    const one = snapshotOf(film(shots), plain);
    const news = read(newsBetween(one, snapshotOf(film(shots.toReversed()), plain, one)));
    expect(news).toMatchObject({ order: ["shots.020", "shots.010"], shots: [] });
  });

  it("has every text cleaned, of shots that stayed the same too", () => {
    const clean = (text: string) => text.replaceAll("sesame", "***");
    const secret: Film = film([shot("shots.010", [], { title: "open sesame" })], { project: "sesame" });
    const one = snapshotOf(secret, clean);
    const two = snapshotOf({ ...secret, now: 5 }, clean, one);
    for (const each of [one, two]) expect(newsBetween(undefined, each)).not.toContain("sesame");
  });
});

describe("addresses", () => {
  const sha256 = digestOf("a clip");
  const targets = (...steps: Parameters<typeof step>[1][]) =>
    snapshotOf(
      film([
        shot(
          "shots.010",
          steps.map((more) => step("shots.010.clip", more)),
        ),
      ]),
      plain,
    ).targets;

  it("are those that the film names", () => {
    const named = targets({
      media: clip(sha256),
      sidecar: "sidecar/shots.010.clip%402",
      output: "renders/010.mp4",
    });
    expect([...named]).toEqual([
      [`media/${sha256}.mp4`, { kind: "media", sha256 }],
      ["sidecar/shots.010.clip%402", { kind: "sidecar", output: "renders/010.mp4" }],
    ]);
  });

  it.each([
    ["another site", "https://example.com/x.mp4"],
    ["a path", "media/../../etc/passwd"],
    ["a short digest", "media/abc.mp4"],
    ["upper case", `media/${"A".repeat(64)}.mp4`],
    ["no extension", `media/${"a".repeat(64)}`],
    ["a line break", `media/${"a".repeat(64)}.mp4\n`],
  ])("are not made of %s", (_, url) => {
    expect(targets({ media: { kind: "video", url } }).size).toBe(0);
    expect(targets({ sidecar: url, output: "x.mp4" }).size).toBe(0);
  });

  it("of sidecars need an output", () => {
    expect(targets({ sidecar: "sidecar/shots.010.clip" }).size).toBe(0);
  });
});
