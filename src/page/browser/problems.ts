/** What is wrong, with the lines of the manifest that it is about and the part that is meant marked. */
import type { Problem } from "../film.js";
import { element, say } from "./element.js";
import { counted } from "./words.js";

/** All problems of the film, above its shots. */
export class Problems {
  readonly #summary = element("summary", {});
  readonly #list = element("ol", {});
  readonly root = element("details", { class: "problems", open: true }, this.#summary, this.#list);
  readonly #open: (shot: string) => void;
  #text = "";

  /** `onOpen` is told the shot whose link was followed. */
  constructor(onOpen: (shot: string) => void) {
    this.#open = onOpen;
  }

  /** Shows these and no others. */
  update(problems: readonly Problem[]): void {
    const text = JSON.stringify(problems);
    if (text === this.#text) return;
    this.#text = text;
    const count = (severity: Problem["severity"]): number =>
      problems.filter((problem) => problem.severity === severity).length;
    const [errors, warnings] = [count("error"), count("warning")];
    say(
      this.#summary,
      [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""]
        .filter((words) => words !== "")
        .join(", "),
    );
    this.root.hidden = problems.length === 0;
    this.root.classList.toggle("bad", errors > 0);
    const focused = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(
      ...problems.map((problem) => element("li", {}, problemView(problem, this.#open))),
    );
    if (focused) this.#summary.focus();
  }
}

/** One problem. `onOpen` is told its shot; without it there is no link to one. */
export function problemView(problem: Problem, onOpen?: (shot: string) => void): HTMLElement {
  const { severity, code, message, why, help, place, lines, shot } = problem;
  const view = element(
    "article",
    { class: `problem ${severity}` },
    element(
      "p",
      { class: "message" },
      element("span", { class: "sign", "aria-hidden": "true" }, severity === "error" ? "✕" : "!"),
      element("b", {}, severity),
      " ",
      element("bdi", {}, message),
      " ",
      element("code", {}, code),
    ),
  );
  if (place !== undefined || lines !== undefined) view.append(frame(place, lines ?? []));
  if (why !== undefined) view.append(said("why", why));
  if (help !== undefined) view.append(said("help", help));
  if (shot !== undefined && onOpen !== undefined) {
    const link = element("a", { href: `#${encodeURIComponent(shot)}` }, "show ", element("bdi", {}, shot));
    link.onclick = (event) => {
      event.preventDefault();
      onOpen(shot);
    };
    view.append(element("p", {}, link));
  }
  return view;
}

const said = (word: string, text: string): HTMLElement =>
  element("p", { class: "said" }, element("b", {}, word), " ", element("bdi", {}, text));

function frame(place: string | undefined, lines: NonNullable<Problem["lines"]>): HTMLElement {
  const rows = lines.map(({ number, text, mark }) => {
    const [from, to] = mark ?? [text.length, text.length];
    return element(
      "span",
      { class: mark === undefined ? "line" : "line meant" },
      element("span", { class: "number" }, String(number)),
      element(
        "span",
        { class: "text" },
        text.slice(0, from),
        // A mark of no length stands where something is missing.
        mark === undefined ? undefined : element("mark", {}, text.slice(from, to) || " "),
        text.slice(to),
      ),
    );
  });
  return element(
    "figure",
    { class: "frame" },
    place === undefined ? undefined : element("figcaption", {}, place),
    element("pre", { tabindex: 0, "aria-label": "lines of the manifest" }, ...rows),
  );
}
