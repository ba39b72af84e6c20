/**
 * The port to what an account has: packs, balance, what was deducted. Every question is free; nothing here can spend, so
 * it stands beside `Provider` and not in it. Answers are data, never exceptions.
 * A surprise: what a pack is for, and how many tasks it lets run at a time, stands in its name and nowhere else.
 */
import type { MilliUnits } from "../base/money.js";
import type { VendorError } from "./provider.js";

/** What a pack pays for. */
export type PackKind = "video" | "image" | "try_on";

/** A prepaid pack. Times in milliseconds since the epoch. */
export interface Pack {
  /** Safe to show. */
  readonly name: string;
  /** Absent where its name does not say. */
  readonly kind?: PackKind;
  /** Tasks of this kind under way at a time, per model version; absent where its name does not say. */
  readonly concurrency?: number;
  readonly status: "waiting" | "online" | "expired" | "used_up" | "unknown";
  readonly total?: MilliUnits;
  /** May be 12 hours old. */
  readonly remaining?: MilliUnits;
  readonly beginsMs?: number;
  readonly endsMs?: number;
}

/** One deduction, from a pack or from the balance. */
export interface Deduction {
  /** The task that it was for. */
  readonly task?: string;
  /** Milliseconds since the epoch. */
  readonly atMs?: number;
  /** Of a pack. */
  readonly kind?: PackKind;
  readonly taken: Taken;
}

/** What was deducted. */
export type Taken =
  | { readonly kind: "units"; readonly units: MilliUnits; readonly after?: MilliUnits }
  /** Millionths of the currency. */
  | {
      readonly kind: "cash";
      readonly micros: number;
      readonly currency: string;
      readonly afterMicros?: number;
    };

/** The deductions of a period. */
export interface Deductions {
  readonly rows: readonly Deduction[];
  /** False where the vendor has more of them than were read, or some could not be read. */
  readonly whole: boolean;
}

/** A period; milliseconds since the epoch. */
export interface Period {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What became of a question about the account. */
export type AccountAnswer<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "refused"; readonly error: VendorError }
  | { readonly kind: "lost"; readonly why: string };

/** The server's clock beside ours, as one answer told it. Milliseconds since the epoch; the server's to the second. */
export interface ClockSighting {
  readonly serverMs: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** Questions about one account. All throw the signal's reason when it aborts, and `WrongServer`. */
export interface AccountQuestions {
  /** Fingerprint of the account behind the credentials. */
  readonly account: string;
  /** Whether the credentials are accepted by `/v1` only. */
  readonly legacyOnly: boolean;
  /** The packs that were held in a period. Waits where the vendor wants a pause between two such questions. */
  packs(period: Period, signal: AbortSignal): Promise<AccountAnswer<readonly Pack[]>>;
  /** What was taken from packs, or from the balance. */
  deductions(
    from: "packs" | "balance",
    period: Period,
    signal: AbortSignal,
  ): Promise<AccountAnswer<Deductions>>;
  /** Whether the newer generation of the API takes the credentials. */
  newer(signal: AbortSignal): Promise<AccountAnswer<true>>;
  /** The server's clock by the quickest answer so far. */
  sighting(): ClockSighting | undefined;
  close(): Promise<void>;
}

/** Whether a pack pays for tasks at a moment. That it has begun is the vendor's word, and no clock's. */
export function isActive({ status, endsMs }: Pack, nowMs: number): boolean {
  return status === "online" && (endsMs === undefined || nowMs < endsMs);
}

/**
 * By how many whole seconds this machine's clock is ahead of the server's, as far as that is certain: what the way and
 * the header's rounding can explain is not counted.
 */
export function skewSeconds({ serverMs, sentMs, receivedMs }: ClockSighting): number {
  // The header is cut to a second: at its moment it was between serverMs and one second later.
  const ahead = sentMs - (serverMs + 1000);
  const behind = serverMs - receivedMs;
  if (ahead > 0) return Math.round(ahead / 1000);
  return behind > 0 ? -Math.round(behind / 1000) : 0;
}

/** A time of this machine by the vendor's clock, where that was seen. Milliseconds since the epoch. */
export function vendorTime(nowMs: number, sighting: ClockSighting | undefined): number {
  return sighting === undefined ? nowMs : nowMs - skewSeconds(sighting) * 1000;
}

/**
 * Tasks that may be under way at a time, per model version, by kind of pack: the highest among the active packs of the
 * kind counts. A kind is absent where no active pack says it. [kling-api 11]
 */
export function concurrencyOf(
  packs: readonly Pack[],
  nowMs: number,
): Readonly<Partial<Record<PackKind, number>>> {
  const most: Partial<Record<PackKind, number>> = {};
  for (const pack of packs) {
    const { kind, concurrency } = pack;
    if (kind === undefined || concurrency === undefined || !isActive(pack, nowMs)) continue;
    most[kind] = Math.max(most[kind] ?? 0, concurrency);
  }
  return most;
}
