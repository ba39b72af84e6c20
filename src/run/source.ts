/**
 * What a step works on at the vendor, a clip, an element or a voice: asked for at no cost just before it is needed,
 * because the address of a clip is short-lived and the vendor may have dropped it. Where the vendor has it no more, a copy that
 * the author put at a public address will do, if it is the very same clip.
 */
import { unreachable } from "../base/guard.js";
import type { Artifact } from "../plan/prior.js";
import { fresh, handleObstacle, isCopyOf, unavailable, type Source } from "../plan/source.js";
import type { Obstacle } from "../plan/reason.js";
import type { KeptOutput, Material, MadeOutput, TaskLook } from "../provider/provider.js";
import type { Stepping } from "./stepping.js";

/** What to hand over, why it cannot be had, or that nobody could be asked. */
export type Found =
  | { readonly kind: "found"; readonly material: Material }
  | { readonly kind: "gone"; readonly because: Obstacle }
  | { readonly kind: "unanswered"; readonly why: string };

/** Looks for the result of an upstream step at the vendor. */
export async function findSource({ run }: Stepping, source: Source): Promise<Found> {
  const made = run.artifact(source.id);
  if (made === undefined) throw new Error(`what ${source.id} gave is missing`);
  const { artifact } = made;
  const { copy } = source;
  const elsewhere: Found | undefined =
    copy !== undefined && isCopyOf(copy, artifact)
      ? { kind: "found", material: { kind: "url", url: copy.url } }
      : undefined;
  const handle = run.rendering(made.key)?.handle;
  const gone = (because: Obstacle): Found => elsewhere ?? { kind: "gone", because };
  if (handle === undefined) return gone(unavailable(source, "no_handle"));
  const because = handleObstacle(source, handle, run.clock.now());
  if (because !== undefined) return gone(because);
  const { dialect, product, completed } = handle;
  // A task is not remembered as long as what it made; whether that is still there, the create itself will tell.
  if (source.by === "kept" && !fresh(completed, run.clock.now())) {
    const isHere = handle.account === run.provider.account && handle.result !== undefined;
    return isHere
      ? { kind: "found", material: { kind: "kept", id: handle.result } }
      : gone(unavailable(source, "other_account"));
  }
  const [answer] = await run.provider.look([{ task: handle.task, address: { dialect, product } }], run.stop);
  switch (answer?.kind) {
    case "found": {
      if (source.by === "kept") {
        const kept = keptOf(answer.look, handle.result);
        return kept === undefined
          ? gone(unavailable(source, "gone", completed))
          : { kind: "found", material: { kind: "kept", id: kept.id } };
      }
      const clip = clipOf(answer.look, handle.result);
      if (clip === undefined) return gone(unavailable(source, "gone", completed));
      if (source.by === "native" && clip.id === undefined) return gone(unavailable(source, "no_handle"));
      return { kind: "found", material: resultOf(clip, artifact) };
    }
    case "absent": {
      const why = handle.account === run.provider.account ? "gone" : "other_account";
      return gone(unavailable(source, why, completed));
    }
    case "failed":
      return { kind: "unanswered", why: answer.error.message };
    case "lost":
      return { kind: "unanswered", why: answer.why };
    case undefined:
      return { kind: "unanswered", why: "the vendor did not answer" };
    default:
      return unreachable(answer);
  }
}

/** The clip of a task; of several the recorded one. */
function clipOf(look: TaskLook, result: string | undefined): MadeOutput | undefined {
  const clips = look.outputs.filter((output): output is MadeOutput => output.kind === "video");
  return clips.find((clip) => clip.id !== undefined && clip.id === result) ?? clips[0];
}

/** The element or voice of a task. */
function keptOf(look: TaskLook, result: string | undefined): KeptOutput | undefined {
  return look.outputs.find(
    (output): output is KeptOutput =>
      (output.kind === "element" || output.kind === "voice") && output.id === result,
  );
}

function resultOf(clip: MadeOutput, { width, height }: Artifact): Material {
  return {
    kind: "result",
    url: clip.url,
    ...(clip.id === undefined ? {} : { id: clip.id }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
}
