/**
 * The clip that an extend or a lip-sync works on, as the vendor has it: asked for at no cost just before it is needed,
 * because its address is short-lived and the vendor may have dropped it. Where the vendor has it no more, a copy that
 * the author put at a public address will do, if it is the very same clip.
 */
import type { Step } from "../graph/step.js";
import type { Artifact } from "../plan/prior.js";
import { handleObstacle, isCopyOf, type Source } from "../plan/source.js";
import type { Obstacle } from "../plan/reason.js";
import type { Material, TaskLook } from "../provider/provider.js";
import type { Stepping } from "./stepping.js";

/** What to hand over, why it cannot be had, or that nobody could be asked. */
export type Found =
  | { readonly kind: "found"; readonly material: Material; readonly artifact: Artifact }
  | { readonly kind: "gone"; readonly because: Obstacle }
  | { readonly kind: "unanswered"; readonly why: string };

/** Looks for the result of an upstream step at the vendor. */
export async function findSource({ run }: Stepping, source: Source): Promise<Found> {
  const made = run.artifact(source.id);
  if (made === undefined) throw new Error(`the clip of ${source.id} is missing`);
  const { artifact } = made;
  const { copy } = source;
  const elsewhere: Found | undefined =
    copy !== undefined && isCopyOf(copy, artifact)
      ? { kind: "found", material: { kind: "url", url: copy.url }, artifact }
      : undefined;
  const handle = run.rendering(made.key)?.handle;
  const because = handleObstacle(source.id, handle, run.provider.account, run.clock.now());
  if (because !== undefined || handle === undefined) return elsewhere ?? gone(because, source.id);
  const address = { dialect: handle.dialect, product: handle.product };
  const [answer] = await run.provider.look([{ task: handle.task, address }], run.stop);
  switch (answer?.kind) {
    case "found": {
      const clip = clipOf(answer.look, handle.result);
      if (clip !== undefined && source.byId && clip.id === undefined)
        return {
          kind: "gone",
          because: { because: "source_unavailable", source: source.id, why: "no_handle" },
        };
      return clip === undefined
        ? (elsewhere ?? gone(undefined, source.id, handle.completed))
        : { kind: "found", material: resultOf(clip, artifact), artifact };
    }
    case "absent":
      return elsewhere ?? gone(undefined, source.id, handle.completed);
    case "failed":
      return { kind: "unanswered", why: answer.error.message };
    default:
      return { kind: "unanswered", why: answer?.why ?? "the vendor did not answer" };
  }
}

/** The clip of a task; of several the recorded one. */
function clipOf(look: TaskLook, result: string | undefined): TaskLook["outputs"][number] | undefined {
  const clips = look.outputs.filter((output) => output.kind === "video");
  return clips.find((clip) => clip.id !== undefined && clip.id === result) ?? clips[0];
}

function resultOf(clip: TaskLook["outputs"][number], { width, height }: Artifact): Material {
  return {
    kind: "result",
    url: clip.url,
    ...(clip.id === undefined ? {} : { id: clip.id }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
}

function gone(because: Obstacle | undefined, source: Step["id"], completed?: string): Found {
  const unavailable: Obstacle = {
    because: "source_unavailable",
    source,
    why: "gone",
    ...(completed === undefined ? {} : { completed }),
  };
  return { kind: "gone", because: because ?? unavailable };
}
