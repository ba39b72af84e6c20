/** The graph in which every golden action stands: two fixed steps upstream of it, and files of fixed digests. */
import { sha256Hex } from "../../src/base/digest.js";
import type { FileDigests } from "../../src/graph/key.js";
import type { Action } from "../../src/graph/actions.js";
import type { Realm, StepId } from "../../src/graph/input.js";
import { inputsOf } from "../../src/graph/inputs-of.js";
import type { Graph, Step } from "../../src/graph/step.js";

/** One line of `golden/keys.json`, without what is expected. */
export interface GoldenCase {
  readonly name: string;
  readonly realm: Realm;
  readonly take: number;
  readonly action: Action;
}

/** Digests of the files that golden actions name. */
export const FILES: FileDigests = new Map(
  ["refs/a.png", "refs/coat.png", "vo/020.wav"].map((path) => [path, sha256Hex(`the bytes of ${path}`)]),
);

/** The case's step, last, after the steps that it may consume. */
export function goldenGraph({ realm, take, action }: GoldenCase): Graph {
  const still: Action = {
    kind: "image",
    model: "kling-v3",
    prompt: "up",
    aspect_ratio: "16:9",
    resolution: "1k",
  };
  const clip: Action = {
    kind: "text_to_video",
    model: "kling-v1-6",
    mode: "std",
    duration: 5,
    aspect_ratio: "16:9",
    prompt: "up",
  };
  return {
    project: "golden",
    profile: "default",
    realm,
    steps: [
      step("images.up", still, 1),
      step("shots.up.clip", clip, 1),
      step("shots.golden.clip", action, take),
    ],
  };
}

function step(id: string, action: Action, take: number): Step {
  return {
    id: id as StepId,
    owner: { kind: "shot", id: "golden" },
    place: 0,
    name: "clip",
    action,
    take,
    candidate: false,
    hold: false,
    needs: inputsOf(action).flatMap(([, input]) => (input.kind === "step" ? [input.id] : [])),
    path: [],
  };
}
