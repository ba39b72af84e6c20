/** What a task is at, with what is left of it; ticks without being made anew. */
import type { TaskView } from "../film.js";
import { element, say } from "./element.js";
import { isOver, partDone, timeLeft } from "./words.js";

/** A task as a line with a bar. `tick` takes milliseconds since the epoch as the server counts them. */
export interface TaskLine {
  readonly root: HTMLElement;
  readonly tick: (now: number) => void;
}

/** The line of a task. `live` is false in a report: what was under way is told as it was then. */
export function taskLine(task: TaskView, live: boolean): TaskLine {
  const words = element(
    "span",
    {},
    live || isOver(task) ? task.words : `${task.words} when this was written`,
  );
  const left = element("span", { class: "left" });
  const bar = element("progress", { max: 1, "aria-label": "how much of the task is done" });
  const root = element("p", { class: `task ${task.phase}` }, words, " ", left);
  return {
    root,
    tick(now) {
      if (!live || isOver(task)) return;
      say(left, timeLeft(task, now) ?? "");
      const part = partDone(task, now);
      if (part === undefined) bar.remove();
      else {
        bar.value = part;
        if (bar.parentNode === null) root.append(bar);
      }
    },
  };
}
