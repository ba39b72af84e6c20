/** What is wrong, with the lines of the manifest that it is about and the part that is meant marked. */
import type { Problem } from "../film.js";
import { element, say } from "./element.js";
import { counted } from "./words.js";

/** All problems of the film, above its shots. */
export class Problems {
  readonly #summary = element("summary", {});
  readonly #list = element("ol", {});
  readonly root = element("details", { class: "problems" }, this.#summary, this.#list);
  readonly #open: (shot: string) => void;
  #text = "";
  #errors = 0;

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
    // Errors are opened when they come; warnings take no room that nobody gave them.
    if (errors > 0 !== this.#errors > 0) this.root.open = errors > 0;
    this.#errors = errors;
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
      prose(message),
      " ",
      element("code", { class: "code" }, code),
    ),
  );
  const link = shot === undefined || onOpen === undefined ? undefined : shotLink(shot, onOpen);
  if (place !== undefined || lines !== undefined || link !== undefined)
    view.append(frame(place, lines ?? [], link));
  if (why !== undefined) view.append(said("why", why));
  if (help !== undefined) view.append(said("help", help));
  return view;
}

function shotLink(shot: string, onOpen: (shot: string) => void): HTMLElement {
  const link = element("a", { href: `#${encodeURIComponent(shot)}` }, "show ", element("bdi", {}, shot));
  link.onclick = (event) => {
    event.preventDefault();
    onOpen(shot);
  };
  return link;
}

/** Words in which code stands between backticks. */
function prose(text: string): HTMLElement {
  const parts = text.split(/`([^`]+)`/);
  return element("bdi", {}, ...parts.map((part, at) => (at % 2 === 0 ? part : element("code", {}, part))));
}

const said = (word: string, text: string): HTMLElement =>
  element("p", { class: "said" }, element("b", {}, word), " ", prose(text));

function frame(
  place: string | undefined,
  lines: NonNullable<Problem["lines"]>,
  link: HTMLElement | undefined,
): HTMLElement {
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
    element("figcaption", {}, place, " ", link),
    rows.length === 0
      ? undefined
      : element("pre", { tabindex: 0, "aria-label": "lines of the manifest" }, ...rows),
  );
}
