/** What is spoken, and when, by what is known of clip, sound and faces. */
import { expect, test } from "vitest";
import type { Input, StepId } from "../../src/graph/input.js";
import { planSpeech } from "../../src/run/speech.js";

const clip: Input = { kind: "step", id: "shots.a.clip" as StepId };
const made: Input = { kind: "step", id: "sounds.line" as StepId };
const heard = { session: "s", faces: [{ id: "f", startMs: 0, endMs: 60_000 }], clipSeconds: 5 };

test.each<[what: string, audio: Input, soundSeconds: number, endMs: number | undefined]>([
  ["a sound that was made a little longer than asked for ends with its clip", made, 5.2, 5000],
  ["one that is much longer is not cut in silence", made, 5.4, undefined],
  [
    "a file of the author's is not cut by more than what measuring may miss",
    { kind: "file", path: "a.wav" },
    5.2,
    undefined,
  ],
])("%s", (_, audio, soundSeconds, endMs) => {
  const plan = planSpeech({ kind: "lip_sync", source: clip, audio }, { ...heard, soundSeconds });
  expect("why" in plan ? undefined : plan.endMs).toBe(endMs);
});
