/** Tells those who listen to the page what changed: in one sentence, and not more often than they can follow. */
import type { ShotView } from "../film.js";
import type { Changed } from "./current-film.js";
import { element, say } from "./element.js";
import { callName, speakingStep } from "./shot.js";
import { STATES, counted } from "./words.js";

const PAUSE_MS = 4000;
const MOST_NAMED = 3;

/** Speaks politely. */
export class Announcer {
  readonly root = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  readonly #waiting = new Map<string, ShotView>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Tells of the shots that are at something else now. */
  shots({ shots, before }: Changed): void {
    for (const shot of shots) {
      const was = before.get(shot.name);
      if (was !== undefined && speakingStep(was)?.state !== speakingStep(shot)?.state)
        this.#waiting.set(shot.name, shot);
    }
    if (this.#waiting.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#speak(), PAUSE_MS);
  }

  #speak(): void {
    this.#timer = undefined;
    const told = [...this.#waiting.values()];
    this.#waiting.clear();
    const named = told.slice(0, MOST_NAMED).flatMap((shot) => {
      const speaking = speakingStep(shot);
      return speaking === undefined ? [] : `${callName(shot)}: ${STATES[speaking.state].words}`;
    });
    const more = told.length - named.length;
    say(this.root, more > 0 ? `${named.join("; ")}; and ${counted(more, "more shot")}` : named.join("; "));
  }
}
