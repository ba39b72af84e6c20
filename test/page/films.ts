/** Films as the page is told them, made small for tests; and real clips to go with them. */
import type { Film, FilmNews, ShotView, StepView } from "../../src/page/film.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";

/** A second or more of real film with `title` on its slate. */
export function clip(title: string, seconds = 1): Buffer {
  const text = { seed: "00112233", title, tag: "", facts: [], prompt: "", notes: [] };
  const steps = encodeClip({ width: 320, height: 180, seconds, text });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return Buffer.from(step.value);
  }
}

/** A step that is here as asked. */
export function step(id: string, more: Partial<StepView> = {}): StepView {
  return {
    id,
    name: "clip",
    take: 1,
    candidate: false,
    decision: "keep",
    state: "fresh",
    action: "text_to_video",
    model: "kling-2.5-turbo",
    mode: "std",
    tier: "standard",
    seconds: 1,
    price: { words: "$0.21", micros: 210_000 },
    prompt: [{ text: `what is seen in ${id}`, is: "same" }],
    changes: [],
    ...more,
  };
}

/** A shot with one step, whose clip is `media/<id>.mp4`. */
export function shot(id: string, more: Partial<ShotView> = {}, ofStep: Partial<StepView> = {}): ShotView {
  const name = `shots.${id}`;
  const media = { kind: "video", url: `media/${id}.mp4`, width: 320, height: 180, seconds: 1 } as const;
  return {
    name,
    kind: "shot",
    id,
    title: `Shot ${id}`,
    tags: [],
    steps: [step(`${name}.clip`, { media, ...ofStep })],
    shown: `${name}.clip`,
    plays: true,
    ...more,
  };
}

/** A film of these shots. */
export function film(shots: readonly ShotView[], more: Partial<Film> = {}): Film {
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const { decision } of shots.flatMap(({ steps }) => steps)) count[decision]++;
  return {
    version: 1,
    project: "night-ferry",
    profile: "draft",
    realm: "sandbox",
    manifest: "kling.manifest.yaml",
    now: 1_700_000_000_000,
    watch: { state: "looking", words: "looks for changes" },
    money: {
      spent: { words: "$1.20", micros: 1_200_000 },
      reserved: { words: "$0.00", micros: 0 },
      planned: { words: "$0.42", micros: 420_000 },
    },
    count,
    problems: [],
    shots,
    ...more,
  };
}

/** Everything of a film as news; with `only`, just these shots of it. */
export function news(
  { shots, ...head }: Film,
  only: readonly string[] = shots.map(({ name }) => name),
): FilmNews {
  return {
    head,
    order: shots.map(({ name }) => name),
    shots: shots.filter(({ name }) => only.includes(name)),
  };
}
