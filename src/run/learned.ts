/**
 * What a lane of slots has learnt from the vendor's answers: how many tasks at once are taken. Pure bookkeeping.
 * It falls at once and rises slowly, because the account may be shared with programs that nobody here knows of.
 *
 *   ┌──────────┐  full: limit ← slots under way, at least 1      ┌────────┐ ──┐ full: the same
 *   │ untaught │ ──────────────────────────────────────────────▶ │ taught │ ◀─┘
 *   │          │ ◀────────────────────────────────────────────── │        │ ──┐ taken while more is wanted, `limit` slots
 *   └──────────┘             limit reaches what is allowed       └────────┘ ◀─┘ of it: limit + 1
 */

/** How many slots a lane uses at once. */
export type Learned =
  /** As many as are allowed. */
  | { readonly kind: "untaught" }
  /** `passed`: slots of creates that were taken since the limit was last changed, while more were wanted. */
  | { readonly kind: "taught"; readonly limit: number; readonly passed: number };

/** Before anything was learnt. */
export const UNTAUGHT: Learned = { kind: "untaught" };

/** The slots that may be used at once, of the `most` that are allowed. */
export function limitOf(learned: Learned, most: number): number {
  return learned.kind === "untaught" ? most : Math.min(learned.limit, most);
}

/** After a create that was refused because all slots are taken, `underWay` of them by tasks that are known here. */
export function afterFull(underWay: number, most: number): Learned {
  return taught(Math.max(1, underWay), 0, most);
}

/**
 * After a create of `passed` slots that was taken (0: its task was there before), with `underWay` slots in use now.
 * `wanted`: somebody waits for a slot; where nobody does, nothing was tried.
 */
export function afterTaken(
  learned: Learned,
  now: {
    readonly most: number;
    readonly underWay: number;
    readonly passed: number;
    readonly wanted: boolean;
  },
): Learned {
  if (learned.kind === "untaught") return learned;
  // What is under way proves that there is room for it.
  const limit = Math.max(learned.limit, now.underWay);
  const passed = now.wanted ? learned.passed + now.passed : learned.passed;
  return passed >= limit ? taught(limit + 1, 0, now.most) : taught(limit, passed, now.most);
}

function taught(limit: number, passed: number, most: number): Learned {
  return limit >= most ? UNTAUGHT : { kind: "taught", limit, passed };
}
