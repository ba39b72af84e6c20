/**
 * A card of the contact sheet. Its heading and picture stay the same elements for as long as the shot is there, so that
 * news take away neither the focus nor a clip that plays.
 */
import type { ShotView, StepView } from "../film.js";
import { arrange, element, mark, say } from "./element.js";
import { promptText } from "./prompt.js";
import {
  callName,
  factWords,
  links,
  pictureStep,
  priceWords,
  promptStep,
  shownStep,
  speakingStep,
} from "./shot.js";
import { Stage } from "./stage.js";
import { taskLine, type TaskLine } from "./task-line.js";
import { STATES } from "./words.js";

/** One shot on the sheet. */
export class Card {
  readonly stage = new Stage();
  readonly link = element("a", { class: "open", "aria-haspopup": "dialog", tabindex: -1 });
  readonly root: HTMLLIElement;
  readonly #id = element("span", { class: "id" });
  readonly #title = element("bdi", { class: "title" });
  readonly #price = element("span", { class: "price" });
  readonly #rest = element("div", { class: "rest" });
  #shot: ShotView;
  #task: TaskLine | undefined;

  constructor(shot: ShotView, live: boolean) {
    this.#shot = shot;
    this.link.append(this.#id, " ", this.#title);
    this.link.href = `#${encodeURIComponent(shot.name)}`;
    this.root = element(
      "li",
      { class: "card", "data-name": shot.name },
      element(
        "article",
        {},
        this.stage.root,
        element("div", { class: "head" }, element("h3", {}, this.link), this.#price),
        this.#rest,
      ),
    );
    this.update(shot, live);
  }

  /** The shot as it is shown. */
  get shot(): ShotView {
    return this.#shot;
  }

  /** Whether something on it changes by the clock. */
  get ticks(): boolean {
    return this.#task !== undefined;
  }

  /** Counts down what is left. */
  tick(now: number): void {
    this.#task?.tick(now);
  }

  /** Shows the shot as it is now; true where its picture is another one. */
  update(shot: ShotView, live: boolean): boolean {
    this.#shot = shot;
    const speaking = speakingStep(shot);
    const picture = pictureStep(shot);
    const worded = promptStep(shot);
    say(this.#id, shot.id);
    say(this.#title, shot.title ?? "");
    mark(this.link, "title", shot.title === undefined ? undefined : callName(shot));
    say(this.#price, priceWords(shot));
    mark(this.root, "data-state", speaking?.state);
    const other = this.stage.set(picture?.media, pictureLabel(shot, picture), withoutPicture(shot, speaking));
    this.#task = speaking?.task === undefined ? undefined : taskLine(speaking.task, live);
    const parts = [
      speaking === undefined ? undefined : verdict(speaking),
      this.#task?.root,
      speaking === undefined ? undefined : element("p", { class: "facts" }, factWords(speaking)),
      worded?.prompt === undefined ? undefined : promptText(worded.prompt),
      chain(shot),
      shot.tags.length === 0
        ? undefined
        : element("p", { class: "tags" }, ...shot.tags.map((tag) => element("span", {}, tag))),
    ];
    arrange(
      this.#rest,
      parts.filter((part) => part !== undefined),
    );
    return other;
  }
}

/** What stands where there is no picture: elements and voices have none even when they are done. */
function withoutPicture({ kind }: ShotView, speaking: StepView | undefined): string {
  if (speaking?.state === "fresh") return kind;
  if (speaking?.state === "failed") return "it failed";
  return speaking?.state === "working" ? "on its way" : "nothing yet";
}

/** What has to be said of a picture that is not the shot as it is asked for. */
function pictureLabel(shot: ShotView, picture: StepView | undefined): string {
  if (picture === undefined) return "";
  if (picture.outdated === true) return "outdated";
  if (picture.id === shot.shown) return "";
  return picture.name === shownStep(shot)?.name
    ? `take ${picture.take}`
    : `${picture.name.replaceAll("_", " ")} only`;
}

/** `● to render  prompt changed`. */
export function verdict(step: StepView): HTMLElement {
  const { sign, words } = STATES[step.state];
  return element(
    "p",
    { class: "verdict", "data-state": step.state },
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    element("b", {}, words),
    " ",
    step.reason === undefined ? undefined : element("bdi", { class: "reason" }, step.reason),
  );
}

/** The steps one after the other, where there are several. */
function chain(shot: ShotView): HTMLElement | undefined {
  const all = links(shot);
  if (shot.steps.length < 2) return undefined;
  const list = element("ul", { class: "chain", "aria-label": "steps" });
  for (const takes of all) {
    const [first] = takes;
    if (first === undefined) continue;
    const item = element("li", {}, first.name.replaceAll("_", " "));
    for (const { state, take } of takes) {
      item.append(
        " ",
        element(
          "span",
          { class: "sign", "data-state": state, title: `take ${take}: ${STATES[state].words}` },
          STATES[state].sign,
        ),
      );
    }
    if (takes.length > 1) item.append(` ${takes.length} takes`);
    list.append(item);
  }
  return list;
}
