/**
 * Single keys from a terminal in raw mode. A key is what arrives alone: what arrives in one piece with others was pasted,
 * or is an arrow or function key, and says nothing, so that no pasted text approves or quits anything. Ctrl-C and Ctrl-Z
 * do what they do without raw mode. Raw mode is left before the process stops, and taken again when it goes on.
 */

/** A terminal that keys are read from. */
export interface KeyTerminal {
  /** Whether keys are handed over one by one and unseen; does nothing where the terminal is gone. */
  raw(isRaw: boolean): void;
  /** Hands over what is typed, as it comes, until the returned function is called. */
  listen(take: (piece: string) => void): () => void;
  /** What Ctrl-C does by itself without raw mode. */
  interrupt(): void;
  /** What Ctrl-Z does by itself without raw mode; `resumed` is called when the process goes on. */
  suspend(resumed: () => void): void;
}

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";

/** Reads keys until the returned function is called, which may be called again. */
export function readKeys(terminal: KeyTerminal, take: (key: string) => void): () => void {
  let isOpen = true;
  terminal.raw(true);
  const stop = terminal.listen((piece) => {
    for (const character of piece) {
      if (character === CTRL_C) terminal.interrupt();
      else if (character === CTRL_Z) {
        terminal.raw(false);
        terminal.suspend(() => {
          if (isOpen) terminal.raw(true);
        });
      }
    }
    if (isOpen && isKey(piece)) take(piece);
  });
  return () => {
    if (!isOpen) return;
    isOpen = false;
    stop();
    terminal.raw(false);
  };
}

/** One visible character and nothing else. */
function isKey(piece: string): boolean {
  return /^[!-~]$/.test(piece);
}
