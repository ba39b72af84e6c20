/**
 * A picture out of a clip or a series: made on this machine, at no cost, and recorded like any other rendering.
 */
import { problem } from "../base/diagnostic.js";
import { elide } from "../base/text.js";
import type { Frame, Picture } from "../graph/actions.js";
import type { Rendering } from "../plan/prior.js";
import type { Outcome } from "./event.js";
import { finish } from "./finish.js";
import type { Stepping } from "./stepping.js";

/** Takes the picture. */
export async function makePicture(stepping: Stepping, action: Frame | Picture): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step } = planned;
  const source = action.source.kind === "step" ? run.artifact(action.source.id) : undefined;
  if (source === undefined) throw new Error(`${step.id} has nothing to be taken from`);
  run.emit({ type: "step_started", step: step.id, what: "render" });
  // As few at once as downloads: each is a process of its own, and a copy of the clip on the disk.
  const { sha256 } = source.artifact;
  const taken = await run.inDownload(() =>
    action.kind === "frame"
      ? run.disk.frame(sha256, action.which, planned.key, run.stop)
      : run.disk.picture(sha256, action.index, planned.key),
  );
  if (taken.kind === "damaged") {
    return { status: "blocked", because: { because: "missing", sha256 } };
  }
  if (taken.kind === "failed") {
    return {
      status: "failed",
      diagnostic: problem("run/frame", `no picture could be taken for ${step.id}`, {
        path: step.path,
        on: "key",
        why: elide(taken.why, 160),
        help:
          action.kind === "frame"
            ? "look whether the clip plays and ffmpeg works; then run render again, nothing was charged"
            : "the series has fewer pictures than it was asked for: use another one, or have it rendered again",
      }),
      retry: "safe",
      billed: "not_billed",
    };
  }
  const rendering: Rendering = {
    key: planned.key,
    inputs: planned.inputs,
    attempt: 1,
    artifact: taken.artifact,
    consumed: { [source.key]: sha256 },
    billed: { kind: "not_billed" },
  };
  return finish(stepping, rendering, "new");
}
