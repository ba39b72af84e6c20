/**
 * The inputs of a step, ready to be sent: files and artifacts read and checked, and what the vendor works on of its own
 * found there. Makes free requests only, and none where nothing of the vendor's is worked on.
 */
import { unreachable } from "../base/guard.js";
import { inputsOf } from "../graph/inputs-of.js";
import { sourcesOf } from "../plan/source.js";
import type { Material } from "../provider/provider.js";
import type { Outcome } from "./event.js";
import { inputChanged, notSent } from "./failure.js";
import { findSource } from "./source.js";
import type { Stepping } from "./stepping.js";

/** Inputs by field of the action, or how the step ended without them. */
export type HandedOver =
  | { readonly materials: ReadonlyMap<string, Material> }
  | { readonly outcome: Outcome };

/** Gets the inputs ready. @throws the signal's reason. */
export async function handOver(stepping: Stepping): Promise<HandedOver> {
  const { run, planned } = stepping;
  const { step } = planned;
  const materials = new Map<string, Material>();
  const sources = new Map(sourcesOf(step.action).map((source) => [source.field, source]));
  for (const source of sources.values()) {
    const found = await findSource(stepping, source);
    switch (found.kind) {
      case "gone":
        return { outcome: { status: "blocked", because: found.because } };
      case "unanswered":
        return { outcome: notSent(step, `${source.id} cannot be asked about: ${found.why}`) };
      case "found":
        materials.set(source.field, found.material);
        break;
      default:
        return unreachable(found);
    }
  }
  for (const [field, input] of inputsOf(step.action)) {
    // The clip itself stays here: what is sent is the vendor's own, or a picture out of it.
    if (field === "source" || sources.has(field)) continue;
    const artifact = input.kind === "step" ? run.artifact(input.id)?.artifact : undefined;
    const material = await run.disk.material(input, artifact);
    if (material.kind === "unavailable") return { outcome: inputChanged(step, material.why) };
    materials.set(field, material);
  }
  return { materials };
}
