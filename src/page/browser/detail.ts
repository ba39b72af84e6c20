/** A shot opened: everything that is known of it, its takes side by side, and the way to the one before and after. */
import type { Problem, ShotView } from "../film.js";
import { arrange, element, say } from "./element.js";
import { problemView } from "./problems.js";
import { links } from "./shot.js";
import { OpenStep } from "./step-view.js";
import { mediaIn, playTogether } from "./viewer.js";

/** What the opened shot asks of the page. */
export interface DetailWishes {
  /** The shot so many cards further. */
  readonly beside: (name: string, by: 1 | -1) => void;
  readonly closed: (name: string) => void;
}

/** The opened shot. */
export class Detail {
  readonly #title = element("h2", { id: "detail-title" });
  readonly #tags = element("p", { class: "tags" });
  readonly #notes = element("p", { class: "notes", dir: "auto" });
  readonly #problems = element("div", {});
  readonly #chain = element("div", { class: "links" });
  readonly #close = element("button", { type: "button" }, "Close");
  readonly #before = element("button", { type: "button", "aria-label": "shot before" }, "←");
  readonly #after = element("button", { type: "button", "aria-label": "next shot" }, "→");
  readonly root = element(
    "dialog",
    { class: "detail", "aria-labelledby": "detail-title" },
    element(
      "header",
      {},
      this.#title,
      element("span", { class: "buttons" }, this.#before, this.#after, this.#close),
    ),
    element("div", { class: "inside" }, this.#tags, this.#notes, this.#problems, this.#chain),
  );
  readonly #steps = new Map<string, OpenStep>();
  readonly #groups = new Map<string, HTMLElement>();
  readonly #live: boolean;
  #name: string | undefined;
  #apart: (() => void) | undefined;

  constructor(live: boolean, wishes: DetailWishes) {
    this.#live = live;
    this.#close.onclick = () => this.root.close();
    this.#before.onclick = () => this.#go(wishes, -1);
    this.#after.onclick = () => this.#go(wishes, 1);
    this.root.onclick = (event) => {
      // A click beside it.
      if (event.target === this.root) this.root.close();
    };
    this.root.onkeydown = (event) => {
      if (event.target instanceof HTMLMediaElement || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        event.preventDefault();
        this.#go(wishes, event.key === "ArrowLeft" ? -1 : 1);
      } else if (event.key === " " && (event.target === this.root || event.target === this.#close)) {
        event.preventDefault();
        this.#toggle();
      }
    };
    this.root.onclose = () => {
      // Told a moment later, when another shot may be open.
      if (this.root.open) return;
      const name = this.#name;
      this.#clear();
      this.#name = undefined;
      if (name !== undefined) wishes.closed(name);
    };
  }

  /** The shot that is open. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Opens a shot, in place of the one that is open. */
  open(shot: ShotView, problems: readonly Problem[]): void {
    if (this.#name !== shot.name) this.#clear();
    this.#name = shot.name;
    this.update(shot, problems);
    if (!this.root.open) this.root.showModal();
    this.root.scrollTop = 0;
    this.#close.focus();
  }

  /** Shows the open shot as it is now; closes it where it is gone. */
  update(shot: ShotView | undefined, problems: readonly Problem[]): void {
    if (this.#name === undefined) return;
    if (shot === undefined) return this.root.close();
    this.#title.replaceChildren(
      element("span", { class: "id" }, shot.id),
      " ",
      element("bdi", {}, shot.title ?? ""),
    );
    this.#tags.replaceChildren(...shot.tags.map((tag) => element("span", {}, tag)));
    this.#tags.hidden = shot.tags.length === 0;
    say(this.#notes, shot.notes ?? "");
    this.#notes.hidden = shot.notes === undefined;
    this.#problems.replaceChildren(
      ...problems.filter((problem) => problem.shot === shot.name).map((problem) => problemView(problem)),
    );
    this.#showSteps(shot);
  }

  /** Counts down what is left of tasks. */
  tick(now: number): void {
    for (const step of this.#steps.values()) step.tick(now);
  }

  #showSteps(shot: ShotView): void {
    const all = links(shot);
    const ids = new Set(shot.steps.map(({ id }) => id));
    for (const [id, step] of this.#steps) {
      if (ids.has(id)) continue;
      step.close();
      this.#steps.delete(id);
    }
    const wanted = all.map((takes) => {
      const name = takes[0]?.name ?? "";
      const group = this.#groups.get(name) ?? this.#group(name);
      const row = group.lastElementChild ?? group;
      arrange(
        row,
        takes.map((take) => {
          const step = this.#steps.get(take.id) ?? new OpenStep();
          this.#steps.set(take.id, step);
          step.update(shot, take, this.#live);
          return step.root;
        }),
      );
      group.classList.toggle("several", takes.length > 1);
      group.classList.toggle(
        "playable",
        takes.some(({ media }) => media?.kind === "video"),
      );
      return group;
    });
    // A shot's result first: that is what one opens it for. The pictures of a still stand side by side, in their order.
    const isChain = shot.kind === "shot";
    this.#chain.classList.toggle("tiles", !isChain && wanted.length > 1);
    arrange(this.#chain, isChain ? wanted.toReversed() : wanted);
  }

  #group(name: string): HTMLElement {
    const together = element(
      "button",
      { type: "button", class: "together", "aria-pressed": "false" },
      "Play takes together",
    );
    const row = element("div", { class: "takes" });
    const group = element("section", { class: "link", "aria-label": name }, together, row);
    together.onclick = () => {
      const plays = this.#apart !== undefined;
      this.#apart?.();
      this.#apart = plays ? undefined : playTogether(mediaIn(row));
      together.setAttribute("aria-pressed", String(!plays));
      say(together, plays ? "Play takes together" : "Pause takes");
    };
    this.#groups.set(name, group);
    return group;
  }

  #go(wishes: DetailWishes, by: 1 | -1): void {
    if (this.#name !== undefined) wishes.beside(this.#name, by);
  }

  #toggle(): void {
    const [media] = mediaIn(this.#chain);
    if (media?.paused === true) void media.play().catch(() => undefined);
    else media?.pause();
  }

  #clear(): void {
    this.#apart?.();
    this.#apart = undefined;
    for (const step of this.#steps.values()) step.close();
    this.#steps.clear();
    this.#groups.clear();
    this.#chain.replaceChildren();
  }
}
