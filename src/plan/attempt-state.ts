/**
 * Where an attempt stands between its intent and its lock entry, and what moves it on. Everything here is journaled: a
 * state is what the records so far amount to, and any prefix of them is a state to go on from.
 *
 *   intent ─────────▶ submitted ──────▶ succeeded ──────▶ stored ──────▶ recorded (in the lockfile)
 *    │  ▲  │            │   │               │
 *    │  │  │            │   └──▶ failed     │        failed: ended so at the vendor
 *    │  │  │            ▼                   │        abandoned: its own account denies it, or a person gave it up
 *    │  │  ├───────▶ abandoned ◀────────────┘        unknown: nobody can be asked, a person decides
 *    │  │  │            ▲                            refused: no task was made; its reference is free for another intent
 *    │  │  └──▶ unknown ┘
 *    │  │         │
 *    │  └─────────┼─── refused
 *    └────────────┴──────▲
 *
 * Each arrow is a record named for where it leads. `calling` and `called` (small calls before the create) stay in the state.
 * A task that turns up after all counts from wherever it was missing (unknown, refused, abandoned): the vendor's word on
 * what exists is worth more than ours on what does not. A record that fits nowhere changes nothing, so that one that
 * comes late, or twice, never takes a task, a handle or an artifact back.
 */

/** Where an attempt stands. */
export type AttemptState =
  | "intent"
  | "submitted"
  | "succeeded"
  | "stored"
  | "recorded"
  | "failed"
  | "refused"
  | "unknown"
  | "abandoned";

/** A record that can move an attempt on; each is named for the state that it leads to. */
export type Move = AttemptState;

/** From which states a record moves an attempt on. */
const FROM: Readonly<Record<Move, readonly AttemptState[]>> = {
  intent: ["refused"],
  submitted: ["intent", "unknown", "refused", "abandoned"],
  refused: ["intent", "unknown"],
  unknown: ["intent"],
  succeeded: ["intent", "unknown", "refused", "abandoned", "submitted"],
  failed: ["intent", "unknown", "submitted"],
  stored: ["succeeded", "stored", "recorded"],
  recorded: ["stored"],
  abandoned: ["intent", "unknown", "submitted", "succeeded"],
};

/** Where a record leads; undefined when it changes nothing. What is in the lockfile already stays there. */
export function moved(state: AttemptState, move: Move): AttemptState | undefined {
  if (!FROM[move].includes(state)) return undefined;
  return move === "stored" && state === "recorded" ? state : move;
}
