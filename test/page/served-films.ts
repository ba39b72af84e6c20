/**
 * Films for the tests of the page: small ones by hand, and arbitrary ones. Blobs are named by digests of their content.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Film, MediaView, ShotView, StepView } from "../../src/page/film.js";

export const digestOf = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

const NOTHING = { words: "$0.00", micros: 0 };

/** A step of a clip that is here. */
export function step(id: string, more: Partial<StepView> = {}): StepView {
  return {
    id,
    name: id.split(".").at(-1) ?? id,
    take: 1,
    candidate: false,
    decision: "keep",
    state: "fresh",
    action: "text_to_video",
    tier: "standard",
    price: NOTHING,
    changes: [],
    ...more,
  };
}

/** A shot with these steps. */
export function shot(name: string, steps: readonly StepView[], more: Partial<ShotView> = {}): ShotView {
  return {
    name,
    kind: "shot",
    id: name.split(".").at(-1) ?? name,
    tags: [],
    steps,
    shown: steps.at(-1)?.id ?? "",
    plays: true,
    ...more,
  };
}

/** A film with these shots. */
export function film(shots: readonly ShotView[], more: Partial<Film> = {}): Film {
  return {
    version: 1,
    project: "night-ferry",
    profile: "draft",
    realm: "sandbox",
    manifest: "kling.manifest.yaml",
    now: 1_000,
    money: { spent: NOTHING, reserved: NOTHING, planned: NOTHING },
    count: { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 },
    problems: [],
    shots,
    ...more,
  };
}

/** The address of a clip. */
export function clip(sha256: string, extension = "mp4"): MediaView {
  return { kind: "video", url: `media/${sha256}.${extension}`, width: 1280, height: 720, seconds: 5 };
}

const text = fc.oneof(fc.string(), fc.constantFrom("</script>", "\n\ndata: x", "\u2028", "\u0000", "\ud800"));

/** Films that follow one another, out of few names, so that shots come, go, move and stay as they are. */
export const films: fc.Arbitrary<readonly Film[]> = fc.array(
  fc
    .record({
      now: fc.nat(),
      project: text,
      shots: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom("shots.010", "shots.020", "shots.030", "__proto__", "images.mara"),
          title: fc.oneof(fc.constant("the same"), text),
        }),
        { selector: ({ name }) => name },
      ),
    })
    .map(({ now, project, shots }) =>
      film(
        shots.map(({ name, title }) => shot(name, [step(`${name}.clip`)], { title })),
        { now, project },
      ),
    ),
  { minLength: 1, maxLength: 8 },
);
