/**
 * The life of one step, from its decision to its lock entry. Decides nothing about money: what may be created was
 * decided in the plan, and the purse is asked again at the door. Throws only for the disk and for our own bugs.
 */
import { unreachable } from "../base/guard.js";
import { isLocal } from "../graph/actions.js";
import type { RestoredFrom } from "../plan/decide.js";
import { recordText } from "../plan/kept.js";
import type { Artifact, Attempt, Handle, Rendering } from "../plan/prior.js";
import type { Obstacle } from "../plan/reason.js";
import { collectIfThere } from "./ask.js";
import { buy } from "./buy.js";
import { collect } from "./collect.js";
import { fetchResult, type Collectable } from "./fetch-result.js";
import type { Outcome } from "./event.js";
import { otherBytes } from "./failure.js";
import { makePicture } from "./picture.js";
import { finish, renderingOf, takenOutput } from "./finish.js";
import type { Stepping } from "./stepping.js";

/** Takes one step to its end. */
export async function renderStep(stepping: Stepping): Promise<Outcome> {
  const { run, planned } = stepping;
  const { decision, step } = planned;
  switch (decision.kind) {
    case "blocked":
      return { status: "blocked", because: decision.because };
    case "keep": {
      await run.disk.lock(step.id, planned.key, undefined);
      const output = step.output === undefined ? {} : { output: step.output };
      return decision.conflict === true
        ? {
            status: "kept",
            artifact: decision.artifact,
            ...output,
            conflict: takenOutput(stepping, "was changed"),
          }
        : { status: "kept", artifact: decision.artifact, ...output };
    }
    case "restore":
      return restore(stepping, decision.from, decision.artifact);
    case "resume":
      return resume(stepping, decision.attempt, decision.otherwise ?? { because: "upstream", steps: [] });
    case "render":
      return isLocal(step.action) ? makePicture(stepping, step.action) : buy(stepping, undefined);
    default:
      return unreachable(decision);
  }
}

async function restore(stepping: Stepping, from: RestoredFrom, artifact: Artifact): Promise<Outcome> {
  const { run, planned } = stepping;
  const { step } = planned;
  run.emit({ type: "step_started", step: step.id, what: "restore" });
  const rendering = run.rendering(planned.key);
  if (rendering === undefined) throw new Error(`${step.id} has no rendering to restore`);
  if (
    from === "output" &&
    step.output !== undefined &&
    (await run.disk.reclaim(step.output, artifact.sha256))
  ) {
    return finish(stepping, rendering, "output");
  }
  if (from === "store") return finish(stepping, rendering, "store");
  if (from === "record") return writeRecord(stepping, rendering);
  const { handle } = rendering;
  if (handle === undefined)
    return { status: "blocked", because: { because: "missing", sha256: artifact.sha256 } };
  const fetched = await run.inDownload(() =>
    fetchResult(stepping, collectableOf(handle, stepping), undefined),
  );
  if (fetched.kind === "ended") return fetched.outcome;
  // Other bytes are another clip: what was recorded stays recorded, and a person decides.
  if (fetched.artifact.sha256 !== artifact.sha256)
    return otherBytes(step, artifact.sha256, fetched.artifact.sha256);
  return finish(stepping, rendering, "vendor");
}

/** Writes down anew what the lockfile says of something that stays with the vendor. */
async function writeRecord(stepping: Stepping, rendering: Rendering): Promise<Outcome> {
  const { run, planned } = stepping;
  const text = recordText(rendering.inputs, rendering);
  if (text === undefined) throw new Error(`${planned.step.id} has no record`);
  const arrival = await run.disk.arrival(planned.key);
  try {
    await arrival.write(Buffer.from(text));
    const written = await arrival.finish("kept");
    if (written.kind === "kept") return finish(stepping, rendering, "record");
    return { status: "blocked", because: { because: "missing", sha256: rendering.artifact.sha256 } };
  } finally {
    await arrival.discard();
  }
}

function collectableOf(handle: Handle, stepping: Stepping): Collectable {
  return {
    task: handle.task,
    address: { dialect: handle.dialect, product: handle.product },
    startedMs: stepping.run.clock.now(),
  };
}

async function resume(stepping: Stepping, attempt: Attempt, otherwise: Obstacle): Promise<Outcome> {
  const { run, planned } = stepping;
  run.emit({ type: "step_started", step: planned.step.id, what: "resume" });
  switch (attempt.state) {
    case "submitted":
    case "succeeded":
      return collect(stepping, attempt);
    case "stored":
    case "recorded":
      return attempt.artifact === undefined
        ? collect(stepping, attempt)
        : finish(
            stepping,
            renderingOf(stepping, attempt, attempt.artifact, attempt.handle, attempt.billed, attempt.flags),
            "new",
          );
    case "intent":
    case "unknown":
    case "failed":
    case "refused":
    case "abandoned":
      return planned.create === undefined
        ? collectIfThere(stepping, attempt, otherwise)
        : buy(stepping, attempt);
    default:
      return unreachable(attempt.state);
  }
}
