/**
 * Gives memory back when a command that stays has had nothing to do for a while: the garbage of its last work would
 * otherwise lie there until the next save. Does not know what the work was.
 */
import type { Io } from "./io.js";

/** So long after the last news, in milliseconds. */
const QUIET_MS = 5_000;

/** Keeps the memory of a command small; the returned function is called whenever something happens. */
export function keepSmall({
  keepSmall: begin,
  giveBack,
  later,
}: Pick<Io, "keepSmall" | "giveBack" | "later">): () => void {
  begin?.();
  if (giveBack === undefined || later === undefined) return () => undefined;
  let forget: (() => void) | undefined;
  return () => {
    forget?.();
    forget = later(QUIET_MS, giveBack);
  };
}
