/** The head of the page: the film's name, what the watcher is at, its money, and how many steps are decided how. */
import type { Film, FilmNews } from "../film.js";
import { element, mark, say } from "./element.js";
import { DECISIONS } from "./words.js";

type Head = FilmNews["head"];
type Part = "spent" | "reserved" | "planned" | "left";

const PARTS: readonly Part[] = ["spent", "reserved", "planned", "left"];
/** What the parts are called where nothing costs. */
const FREE: Readonly<Record<Part, string>> = {
  spent: "rendered",
  reserved: "under way",
  planned: "planned",
  left: "left",
};

/** The head of the page. */
export class Bar {
  readonly #name = element("bdi", { class: "project" });
  readonly #facts = element("span", { class: "facts" });
  readonly #sign = element("span", { class: "dot", "aria-hidden": "true" });
  readonly #watch = element("bdi", { class: "words" });
  readonly #lost = element("span", { class: "lost", role: "status" });
  /** What the watcher is at, or that nobody answers; stands where it is always in sight. */
  readonly line = element(
    "p",
    { class: "watch" },
    this.#sign,
    element("span", {}, this.#watch, " ", this.#lost),
  );
  readonly #meter = element("div", { class: "meter", "aria-hidden": "true" });
  readonly #amounts = element("dl", { class: "amounts" });
  readonly #note = element("p", { class: "note" });
  readonly #counts = element("ul", {
    class: "counts",
    "aria-label": "steps by decision; press one to filter",
  });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly root = element(
    "header",
    { class: "bar" },
    element("div", { class: "who" }, element("h1", {}, this.#name), this.#facts),
    element("section", { class: "money", "aria-label": "money" }, this.#amounts, this.#meter, this.#note),
    this.#counts,
  );

  /** `onCount` is told the filter that shows what a count counts. */
  constructor(onCount: (filter: string) => void) {
    for (const decision of DECISIONS) {
      const button = element("button", { type: "button", "data-decision": decision });
      button.onclick = () => onCount(`is:${decision}`);
      this.#buttons.set(decision, button);
      this.#counts.append(element("li", {}, button));
    }
    mark(this.line, "data-state", "ended");
    this.connection(true);
  }

  /** Shows the head of the film as it is now. */
  update(head: Head): void {
    const { project, profile, realm, manifest, watch, money, count } = head;
    document.title = `${project} · klingmake`;
    say(this.#name, project);
    say(
      this.#facts,
      `profile ${profile}${realm === "sandbox" ? " · sandbox: nothing costs" : ""} · ${manifest}`,
    );
    this.#sign.hidden = this.#watch.hidden = watch === undefined;
    if (watch !== undefined) {
      mark(this.line, "data-state", watch.state);
      say(this.#watch, watch.words);
    }
    this.#showMoney(money);
    for (const decision of DECISIONS) {
      const button = this.#buttons.get(decision);
      if (button === undefined) continue;
      say(button, `${count[decision]} ${decision}`);
      // Another filter can still be taken back where its count went down to nothing.
      const isIdle = count[decision] === 0 && button.getAttribute("aria-pressed") !== "true";
      if (button.parentElement !== null) button.parentElement.hidden = isIdle;
    }
  }

  /** Says which count the sheet is filtered by. */
  filtered(words: string): void {
    for (const [decision, button] of this.#buttons)
      mark(button, "aria-pressed", String(words === `is:${decision}`));
  }

  /** Whether what is shown is kept in step. */
  connection(connected: boolean): void {
    this.line.classList.toggle("gone", !connected);
    say(
      this.#lost,
      connected
        ? ""
        : "not connected, trying again; klingmake started again without --port prints a new address",
    );
  }

  #showMoney(money: Film["money"]): void {
    const { limit, free } = money;
    const planned = money.planned.micros;
    const known = PARTS.map((part) => ({ part, amount: money[part] })).filter(
      ({ amount }) => amount !== undefined,
    );
    this.#amounts.replaceChildren(
      ...known.map(({ part, amount }) =>
        element(
          "div",
          { class: part },
          element("dt", {}, element("i", { "aria-hidden": "true" }), free === true ? FREE[part] : part),
          element("dd", {}, amount?.words ?? ""),
        ),
      ),
    );
    // What is planned would come out of what is left, so it is drawn inside of it.
    const left = Math.max(0, (money.left?.micros ?? 0) - planned);
    const shares: readonly (readonly [Part, number])[] = [
      ["spent", money.spent.micros],
      ["reserved", money.reserved.micros],
      ["planned", planned],
      ["left", left],
    ];
    const whole = shares.reduce((sum, [, micros]) => sum + Math.max(0, micros), 0);
    this.#meter.replaceChildren(
      ...shares.map(([part, micros]) => {
        const piece = element("span", { class: part });
        piece.style.width = whole > 0 ? `${(Math.max(0, micros) / whole) * 100}%` : "0";
        return piece;
      }),
    );
    this.#meter.hidden = whole === 0;
    const over = money.left !== undefined && planned > money.left.micros;
    this.#note.classList.toggle("over", over);
    say(
      this.#note,
      [
        limit === undefined ? undefined : `of ${limit.words}`,
        over ? "what is planned is more than what is left" : undefined,
        free === true ? "what a real render would cost; the sandbox is free" : undefined,
      ]
        .filter((part) => part !== undefined)
        .join(" · "),
    );
  }
}
