/**
 * A step as the opened shot shows it. What plays there and an opened sidecar stay as they are when news come in, unless
 * the bytes themselves are others now.
 */
import type { ShotView, StepView } from "../film.js";
import { ownAddress } from "./address.js";
import { verdict } from "./card.js";
import { arrange, element, say } from "./element.js";
import { promptText } from "./prompt.js";
import { factWords } from "./shot.js";
import { taskLine, type TaskLine } from "./task-line.js";
import { dropAllMedia, viewer } from "./viewer.js";

/** One step, kept for as long as its shot is open. */
export class OpenStep {
  readonly root = element("article", { class: "step" });
  readonly #info = element("div", { class: "info" });
  #viewer: HTMLElement | undefined;
  #viewed = "";
  #sidecar: HTMLElement | undefined;
  #address: string | undefined;
  #task: TaskLine | undefined;

  /** Counts down what is left. */
  tick(now: number): void {
    this.#task?.tick(now);
  }

  /** Frees what plays. */
  close(): void {
    dropAllMedia(this.root);
  }

  /** Shows the step as it is now. */
  update(shot: ShotView, step: StepView, live: boolean): void {
    const viewed = JSON.stringify([step.media, step.outdated, step.media === undefined && step.state]);
    if (viewed !== this.#viewed || this.#viewer === undefined) {
      if (this.#viewer !== undefined) dropAllMedia(this.#viewer);
      this.#viewer = viewer(step, `${shot.id} ${step.name}, take ${step.take}`);
      this.#viewed = viewed;
    }
    const address = ownAddress(step.sidecar);
    if (address !== this.#address) {
      this.#address = address;
      this.#sidecar = address === undefined ? undefined : sidecarView(address, live);
    }
    this.#task = step.task === undefined ? undefined : taskLine(step.task, live);
    // One that nothing uses is told apart by its take.
    const used = step.id === shot.shown || !step.id.includes("@");
    arrange(
      this.#info,
      [
        element(
          "h4",
          {},
          step.name.replaceAll("_", " "),
          step.candidate || step.take > 1 ? ` · take ${step.take}` : "",
          used && step.candidate ? element("span", { class: "used" }, "used") : undefined,
          element("span", { class: "price" }, step.price.words),
        ),
        verdict(step),
        this.#task?.root,
        element("p", { class: "facts" }, factWords(step)),
        step.prompt === undefined ? undefined : promptText(step.prompt),
        changes(step),
        step.output === undefined
          ? undefined
          : element("p", { class: "output" }, element("code", {}, step.output)),
      ].filter((part) => part !== undefined),
    );
    arrange(
      this.root,
      [this.#viewer, this.#info, this.#sidecar].filter((part) => part !== undefined),
    );
  }
}

function changes({ changes }: StepView): HTMLElement | undefined {
  if (changes.length === 0) return undefined;
  return element(
    "ul",
    { class: "changes", "aria-label": "changed since it was rendered" },
    ...changes.map(({ field, from, to }) =>
      element(
        "li",
        {},
        element("code", {}, field),
        " ",
        from === undefined ? undefined : element("del", {}, from),
        from === undefined || to === undefined ? undefined : " → ",
        to === undefined ? undefined : element("ins", {}, to),
      ),
    ),
  );
}

/** So much of a sidecar is shown; a real one is a few thousand characters. */
const MOST_CHARACTERS = 200_000;

/** The sidecar: read when asked for, where there is a server; a link where the file lies beside the page. */
function sidecarView(address: string, live: boolean): HTMLElement {
  if (!live)
    return element(
      "p",
      { class: "sidecar" },
      element("a", { href: address, target: "_blank", rel: "noopener" }, "sidecar"),
    );
  const text = element("pre", { tabindex: 0 });
  const root = element("details", { class: "sidecar" }, element("summary", {}, "sidecar"), text);
  root.ontoggle = () => {
    if (!root.open) return;
    say(text, "reading …");
    void fetch(address, { credentials: "omit" })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        say(text, (await answer.text()).slice(0, MOST_CHARACTERS));
      })
      .catch((error: unknown) => {
        say(
          text,
          `could not be read: ${error instanceof Error ? error.message : "no answer"}; close and open to try again`,
        );
      });
  };
  return root;
}
