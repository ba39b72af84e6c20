/**
 * The bytes of one connection, read into large blocks: through Node's parser at first, and past it once the length of a
 * plain body is known, because then nothing is left to parse and every copy costs. Knows nothing of HTTP.
 */
import type { OnReadOpts, Socket } from "node:net";

/** A connection's bytes. */
export interface Wire {
  /** How the connection is to read. */
  readonly onread: OnReadOpts;
  /** From the next read on, bytes are kept for `next` and not told as `data`. Called while `data` is being told. */
  straighten(socket: Socket): void;
  isStraight(): boolean;
  /**
   * What came, as soon as something did; undefined when no more will. Stays as it is until the call after the next.
   * @throws what the connection was ended with.
   */
  next(): Promise<Uint8Array | undefined>;
  /** Nothing more is wanted: whoever waits hears of the error. */
  end(error: Error): void;
}

const BLOCK_BYTES = 2 * 1024 * 1024;
/** A block with less than this left is not read into again. */
const LEAST_READ = 64 * 1024;
/** How long a piece may be held back for more to come. */
const PATIENCE_MS = 5;
/** One that is read into, one that is being given away, two that may still be looked at. */
const BLOCKS = 6;

/** The bytes of a connection that is still to be made. */
export function openWire(): Wire {
  let rest = Buffer.alloc(0);
  let ring: Ring | undefined;
  let telling = false;
  return {
    onread: {
      buffer: () =>
        ring?.room() ?? (rest = rest.length < LEAST_READ ? Buffer.allocUnsafeSlow(BLOCK_BYTES) : rest),
      // Called as a method of the connection, with what Node would have said there itself.
      callback(this: Socket, length: number) {
        if (ring !== undefined) return ring.arrived(length);
        // No byte of these blocks is written twice: nobody has to know for how long Node looks at a part of one.
        const read = rest.subarray(0, length);
        rest = rest.subarray(length);
        telling = true;
        const isHeard = this.emit("data", read);
        telling = false;
        return isHeard;
      },
    },
    straighten(socket) {
      // A connection that reads in its own way has nothing to be straightened.
      if (telling) ring = openRing(socket);
    },
    isStraight: () => ring !== undefined,
    next: async () => ring?.next(),
    end: (error) => ring?.end(error),
  };
}

interface Ring extends Pick<Wire, "next" | "end"> {
  /** Where the connection reads into next; never empty. */
  room(): Buffer;
  /** So many bytes came there; false when there is no room for more. */
  arrived(length: number): boolean;
}

/** A part of a block that came and was not given away yet. */
interface Piece {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/** A few blocks that are read into in turn; the connection waits while all of them are looked at. */
function openRing(socket: Socket): Ring {
  const blocks = Array.from({ length: BLOCKS }, () => Buffer.allocUnsafeSlow(BLOCK_BYTES));
  /** How many pieces of a block are still looked at, or wait. */
  const uses = blocks.map(() => 0);
  const waiting: Piece[] = [];
  /** What was given away last, and before. */
  const given: Piece[] = [];
  let filling = 0;
  let start = 0;
  let filled = 0;
  let holdsBack = false;
  let ended: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;
  let patience: NodeJS.Timeout | undefined;

  const isFree = (block: number) => block !== filling && uses[block] === 0;
  const freeBlock = () => uses.findIndex((_, block) => isFree(block));
  /** Makes a piece of what came into the block since the last one. */
  const cut = () => {
    if (filled === start) return;
    waiting.push({ block: filling, from: start, to: filled });
    uses[filling] = (uses[filling] ?? 0) + 1;
    start = filled;
  };
  /**
   * Goes over to another block when this one is full. The connection has been told already where to read next when it is
   * held back, so it is held back while the last free block is still to be read into.
   */
  const turn = () => {
    if (BLOCK_BYTES - filled >= LEAST_READ) return;
    cut();
    filling = freeBlock();
    start = filled = 0;
  };
  const stir = () => {
    clearTimeout(patience);
    const waker = wake;
    wake = patience = undefined;
    waker?.();
  };
  const end = (error?: Error) => {
    ended ??= error === undefined ? {} : { error };
    stir();
  };
  socket.once("end", () => end());
  socket.once("close", () => end());
  socket.once("error", (error) => end(error));

  return {
    room: () => (blocks[filling] ?? Buffer.alloc(0)).subarray(filled),
    arrived(length) {
      filled += length;
      turn();
      // Large pieces are worth a moment's wait: each is hashed and written by itself.
      if (waiting.length > 0) stir();
      else patience ??= setTimeout(() => ((patience = undefined), stir()), PATIENCE_MS);
      holdsBack = freeBlock() === -1;
      return !holdsBack;
    },
    async next() {
      const old = given.length > 1 ? given.shift() : undefined;
      if (old !== undefined) uses[old.block] = (uses[old.block] ?? 1) - 1;
      if (holdsBack && freeBlock() !== -1) {
        holdsBack = false;
        socket.resume();
      }
      if (waiting.length === 0 && ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
      if (waiting.length === 0) cut();
      const piece = waiting.shift();
      if (piece !== undefined) {
        given.push(piece);
        return blocks[piece.block]?.subarray(piece.from, piece.to);
      }
      if (ended?.error !== undefined) throw ended.error;
      return undefined;
    },
    end,
  };
}
