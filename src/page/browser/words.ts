/** What the page calls things, and time in words. No locale: the same film reads the same everywhere. */
import type { StepView, TaskView } from "../film.js";

/** How a state is called and drawn; the sign differs as well, so that nobody has to tell colours apart. */
export const STATES: Readonly<Record<StepView["state"], { readonly sign: string; readonly words: string }>> =
  {
    fresh: { sign: "✓", words: "done" },
    free: { sign: "○", words: "free" },
    stale: { sign: "●", words: "to render" },
    working: { sign: "◐", words: "rendering" },
    failed: { sign: "✕", words: "failed" },
    blocked: { sign: "⊘", words: "blocked" },
  };

/** The decisions in the order in which they are counted. */
export const DECISIONS = ["render", "resume", "restore", "keep", "blocked"] as const;

/** `0:05`, `1:20`, `1:02:03`. */
export function clockWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Whether a task is over, and badly; nothing of it changes by the clock. */
export function isOver({ phase }: TaskView): boolean {
  return phase === "failed" || phase === "unknown";
}

/** What is left of a task at `now`, milliseconds since the epoch; undefined where nothing is known of it. */
export function timeLeft(task: TaskView, now: number): string | undefined {
  if (isOver(task) || task.phase === "downloading" || task.since === undefined) return undefined;
  const passed = Math.max(0, (now - task.since) / 1000);
  if (task.expectedSeconds === undefined) return `${clockWords(passed)} so far`;
  const left = task.expectedSeconds - passed;
  return left > 0 ? `about ${clockWords(left)} left` : `${clockWords(-left)} longer than expected`;
}

/** How much of a task is done, 0 to 1; undefined where nobody knows. */
export function partDone(task: TaskView, now: number): number | undefined {
  if (task.part !== undefined) return Math.min(1, Math.max(0, task.part));
  if (task.since === undefined || task.expectedSeconds === undefined || task.expectedSeconds <= 0)
    return undefined;
  // Never full by the clock alone: it is done when it is here.
  return Math.min(0.97, Math.max(0, (now - task.since) / 1000 / task.expectedSeconds));
}

/** `1 shot`, `3 shots`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
