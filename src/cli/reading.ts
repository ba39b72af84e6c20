/**
 * Whether a person can have read what a key would say yes to. Something else than before has to stand there for a moment,
 * and what was typed until then has to be out of the way: a key that was pressed blindly must not spend money.
 */
import type { Io } from "./io.js";

/** What is shown, and whether it can have been read. */
export interface Reading {
  /** This is shown from now on; the same as before goes on being what it was. Undefined: nothing is. */
  show(name: string | undefined): void;
  isReadable(): boolean;
  /** Nothing is readable any more. */
  close(): void;
}

/** So long it has to be shown, in milliseconds. */
const READABLE_MS = 300;

/** Nothing is shown yet. Without `later` nothing ever becomes readable. */
export function openReading(later: Io["later"]): Reading {
  let shown: string | undefined;
  let isRead = false;
  let notYet: (() => void) | undefined;
  const begin = (name: string | undefined) => {
    notYet?.();
    shown = name;
    isRead = false;
    notYet = name === undefined ? undefined : later?.(READABLE_MS, () => (isRead = true));
  };
  return {
    show(name) {
      if (name !== shown) begin(name);
    },
    isReadable: () => isRead,
    close: () => begin(undefined),
  };
}
