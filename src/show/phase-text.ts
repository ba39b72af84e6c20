/**
 * What a step is doing while it is under way, in words, each from long to short.
 */
import type { Phase } from "./run-board.js";

/** What it waits for. */
export const WAITS: Readonly<Record<(Phase & { kind: "waiting" })["why"], readonly string[]>> = {
  slot: ["waits for a free slot", "no slot"],
  busy: ["the vendor is busy, trying again", "vendor busy"],
  no_answer: ["nobody answers, asking again", "no answer"],
  lost_answer: ["an answer was lost, asking for it", "lost answer"],
};

/** What is asked of the vendor before its task is. */
export const PREPARES: Readonly<Record<(Phase & { kind: "preparing" })["call"], readonly string[]>> = {
  speech: ["speaking the text", "speaking"],
  identify_face: ["looking for faces", "faces"],
};
