/**
 * What stays with the vendor: its record is as good as the lockfile, and what a person had deleted there is made again for
 * something new only, when that is asked for by name.
 */
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { lostCopies } from "../../src/plan/gather.js";
import { keptText, keptThings } from "../../src/plan/kept.js";
import { makePlan } from "../../src/plan/plan.js";
import type { Handle, Rendering } from "../../src/plan/prior.js";
import { obstacleText, reasonText } from "../../src/plan/reason.js";
import { catalogOf, manifestOf } from "../graph/manifests.js";
import {
  artifact,
  attempt,
  daysAgo,
  digestOf,
  handle,
  ids,
  keyedGraph,
  optionsOf,
  priorOf,
  rendering,
  type PriorParts,
} from "./priors.js";

const ELEMENT = "elements.mara";
const CLIP = "shots.010.clip";
const MANIFEST: Manifest = manifestOf({
  provider: "kling",
  elements: [{ id: "mara", description: "Mara", image: "refs/front.png", refer_images: ["refs/side.png"] }],
  shots: [
    {
      id: "010",
      prompt: "@mara turns",
      model: "kling-3.0-omni",
      elements: { mara: { from: "elements.mara" } },
    },
    {
      id: "020",
      prompt: "@mara leaves",
      model: "kling-3.0-omni",
      elements: { mara: { from: "elements.mara" } },
    },
  ],
});
const { graph, keys, keyed } = keyedGraph(MANIFEST);
const element = keyed(ELEMENT);
const clip = keyed(CLIP);

const textOf = (id: string) => keptText({ kept: "element", id });
const recordOf = (id: string) => ({
  sha256: sha256Hex(textOf(id)),
  size: textOf(id).length,
  type: "application/json" as const,
});

function madeElement(id: string, more: Partial<Handle> = {}, days = 1): Rendering {
  return rendering(element, id, {
    artifact: recordOf(id),
    handle: { ...handle(daysAgo(days)), task: `t-${id}` as Handle["task"], result: id, ...more },
  });
}

function madeClip(from: string): Rendering {
  return rendering(clip, "clip", { consumed: { [element.key]: recordOf(from).sha256 } });
}

const OUTPUT = graph.steps.find(({ id }) => id === CLIP)?.output ?? "";
const CLIP_IS_HERE = { outputs: { [OUTPUT]: { kind: "file", sha256: digestOf("clip") } } } as const;

function planned(parts: PriorParts, rebuy: readonly string[] = []) {
  const plan = makePlan(
    graph,
    keys,
    priorOf({ ...CLIP_IS_HERE, ...parts, held: [digestOf("clip"), ...(parts.held ?? [])] }),
    catalogOf(),
    optionsOf({ rebuy: ids(...rebuy), allowUnknownPrice: new Set([ELEMENT, CLIP, "shots.020.clip"]) }),
  );
  return Object.fromEntries(
    plan.steps.map(({ step, decision, reason }) => {
      const from = decision.kind === "restore" ? ` from ${decision.from}` : "";
      const because = decision.kind === "blocked" ? ` ${decision.because.because}` : "";
      return [
        step.id,
        `${decision.kind}${from}${because}${reason === undefined ? "" : `: ${reason.because}`}`,
      ];
    }),
  );
}

describe("the record of an element", () => {
  test("is written anew from the lockfile where the store lacks it, however long ago it was made", () => {
    for (const days of [1, 400]) {
      const made = planned({ renders: [madeElement("8298", {}, days), madeClip("8298")] });
      expect(made).toEqual({
        [ELEMENT]: "restore from record: store_missing",
        [CLIP]: "keep",
        "shots.020.clip": "render: new",
      });
    }
  });

  test("is not made up where the lockfile has other bytes than that, or no id", () => {
    const strange = {
      ...madeElement("8298", {}, 40),
      artifact: { ...recordOf("8298"), sha256: digestOf("x") },
    };
    const { result: _, ...nameless } = handle(daysAgo(40));
    for (const one of [strange, { ...madeElement("8298"), handle: nameless }])
      expect(planned({ renders: [one] })[ELEMENT]).toBe("blocked expired");
  });

  test("is not missed by a download, whose vendor's copies it is not", () => {
    const prior = priorOf({ renders: [madeElement("8298"), madeClip("8298")] });
    expect(lostCopies(prior, { steps: [] }).map(({ key }) => key)).toEqual([clip.key]);
  });

  test("of a task that only the journal knows is brought in after its 30 days, too", () => {
    const { handle: at, artifact: stored } = madeElement("8298", {}, 40);
    const known = { started: daysAgo(40), ...(at === undefined ? {} : { handle: at }) };
    const succeeded = attempt(element.key, "succeeded", known);
    expect(planned({ attempts: [succeeded] })[ELEMENT]).toBe("resume: under_way");
    const written = attempt(element.key, "stored", { ...known, artifact: stored });
    expect(planned({ attempts: [written] })[ELEMENT]).toBe("resume: under_way");
    // A clip is the vendor's for 30 days and no longer.
    const late = attempt(clip.key, "succeeded", { started: daysAgo(40), handle: handle(daysAgo(40)) });
    expect(planned({ attempts: [late] })[CLIP]).toBe("blocked expired");
  });
});

describe("an element that was deleted at the vendor", () => {
  const gone = madeElement("8298", { deleted: daysAgo(2) });

  test("stays as it is, with the clips that were made with it; what still needs it is blocked, and says what helps", () => {
    const renders = [gone, madeClip("8298")];
    expect(planned({ renders, held: [gone.artifact.sha256] })).toEqual({
      [ELEMENT]: "keep: deleted",
      [CLIP]: "keep",
      "shots.020.clip": "blocked source_unavailable",
    });
    const plan = makePlan(
      graph,
      keys,
      priorOf({ renders, held: [gone.artifact.sha256] }),
      catalogOf(),
      optionsOf(),
    );
    const { decision, step } = plan.steps.find((each) => each.step.id === "shots.020.clip") ?? {};
    if (decision?.kind !== "blocked" || step === undefined) throw new Error("it is not blocked");
    expect(obstacleText(decision.because, step.id)).toEqual({
      why: "the vendor cannot work with elements.mara: it was deleted there on 2026-11-20",
      help: "name one that the account has by its id: { id: … }; or make it again: render --rebuy elements.mara",
    });
    expect(reasonText({ because: "deleted", at: daysAgo(2) })).toBe("deleted at the vendor on 2026-11-20");
  });

  test("and is bought again by name is a next attempt; clips that exist are not made again for it", () => {
    const renders = [gone, madeClip("8298")];
    const again = planned({ renders, held: [gone.artifact.sha256] }, [ELEMENT]);
    expect(again).toEqual({ [ELEMENT]: "render: rebuy", [CLIP]: "keep", "shots.020.clip": "render: new" });
    // And in the plan after that, when the new one is there.
    const { attempt: number, artifact: old, handle: at, billed } = gone;
    const before = { attempt: number, artifact: old, billed, ...(at === undefined ? {} : { handle: at }) };
    const anew = { ...madeElement("9001"), attempt: 2, others: [before] };
    expect(planned({ renders: [anew, madeClip("8298")], held: [anew.artifact.sha256] })).toEqual({
      [ELEMENT]: "keep",
      [CLIP]: "keep",
      "shots.020.clip": "render: new",
    });
  });

  test("is told from one that was bought again without: there the clips would be made again, for a yes", () => {
    const { attempt: number, artifact: old, handle: at, billed } = madeElement("8298");
    const before = { attempt: number, artifact: old, billed, ...(at === undefined ? {} : { handle: at }) };
    const anew = { ...madeElement("9001"), attempt: 2, others: [before] };
    const made = planned({ renders: [anew, madeClip("8298")], held: [anew.artifact.sha256] });
    expect(made[CLIP]).toBe("render: upstream_replaced");
  });
});

test("a lockfile knows the elements and voices of the account, those that stand and those before them", () => {
  const { attempt: number, artifact: old, handle: at, billed } = madeElement("8298", { deleted: daysAgo(2) });
  const before = { attempt: number, artifact: old, billed, ...(at === undefined ? {} : { handle: at }) };
  const anew = { ...madeElement("9001"), attempt: 2, others: [before] };
  const { lock } = priorOf({
    renders: [anew, madeClip("9001"), rendering(clip, "x", { artifact: artifact("x") })],
  });
  const found = keptThings(lock, new Map([[element.key, [ELEMENT as never]]]));
  expect(found.map(({ id, stands, steps, handle: { deleted } }) => ({ id, stands, steps, deleted }))).toEqual(
    [
      { id: "8298", stands: false, steps: [], deleted: daysAgo(2) },
      { id: "9001", stands: true, steps: [ELEMENT], deleted: undefined },
    ],
  );
});
