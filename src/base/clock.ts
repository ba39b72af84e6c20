/**
 * Time as a port: whoever waits or dates something is handed one of these, so that tests move it by hand.
 * Times that are stored are ISO 8601 in UTC; durations carry their unit in the name.
 */

/** The current time and the only way to wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. @throws the signal's reason when it aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** `2026-11-22T11:30:00.000Z`. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** `48 s`, `3 min 20 s`, `1 h 05 min`: as a person says it. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} s`;
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

const DAY_MS = 86_400_000;

/** Whole days as milliseconds. */
export function daysMs(days: number): number {
  return days * DAY_MS;
}
