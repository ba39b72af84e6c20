/**
 * The contact sheet: the shots in the film's order, and before them, smaller, the stills and sounds that are made for
 * them. Keeps one card per shot, patches only what news changed, and moves the focus as the eye would.
 */
import type { ShotView } from "../film.js";
import { Card } from "./card.js";
import type { Changed } from "./current-film.js";
import { arrange, element, mark } from "./element.js";
import type { Filter } from "./filter.js";
import { Posters } from "./posters.js";
import { Preview } from "./preview.js";

/** Where the focus may go from a card. */
export type Way = "left" | "right" | "up" | "down" | "first" | "last";

/** All cards. */
export class Sheet {
  readonly preview = new Preview();
  readonly posters = new Posters();
  readonly #strip = element("ol", { class: "strip", role: "list", "aria-label": "made for the shots" });
  readonly #grid = element("ol", { class: "grid", role: "list", "aria-label": "shots" });
  readonly #stripTitle = element("h2", {}, "Made for the shots");
  readonly #none = element("p", { class: "none" });
  readonly root = element(
    "section",
    { class: "sheet", "aria-label": "contact sheet" },
    this.#stripTitle,
    this.#strip,
    this.#grid,
    this.#none,
  );
  readonly #cards = new Map<string, Card>();
  readonly #live: boolean;
  #order: readonly Card[] = [];
  #filter: Filter | undefined;
  #current: Card | undefined;

  constructor(live: boolean) {
    this.#live = live;
    // One listener for all cards; a card is found by its element.
    this.root.addEventListener("pointerover", (event) => {
      const card = this.#cardOf(event.target);
      if (card !== undefined && event.pointerType === "mouse") this.preview.soon(card.stage);
    });
    this.root.addEventListener("pointerout", (event) => {
      const card = this.#cardOf(event.target);
      if (card === undefined || card === this.#cardOf(event.relatedTarget)) return;
      this.preview.stop(card.stage);
      const focused = this.#cardOf(document.activeElement);
      if (focused !== undefined && focused !== this.#cardOf(event.relatedTarget))
        this.preview.soon(focused.stage);
    });
    this.root.addEventListener("focusin", (event) => {
      const card = this.#cardOf(event.target);
      if (card === undefined) return;
      this.#makeCurrent(card);
      this.preview.soon(card.stage);
    });
    this.root.addEventListener("focusout", (event) => {
      const card = this.#cardOf(event.target);
      if (card !== undefined) this.preview.stop(card.stage);
    });
  }

  /** Brings the cards in step with the film. */
  update(shots: readonly ShotView[], changed: Changed): void {
    for (const shot of changed.shots) {
      const card = this.#cards.get(shot.name);
      if (card === undefined) {
        const made = new Card(shot, this.#live);
        this.#cards.set(shot.name, made);
        this.posters.watch(made.stage);
      } else if (card.update(shot, this.#live)) {
        this.posters.renew(card.stage);
        this.preview.renew(card.stage);
      }
    }
    if (changed.order) this.#reorder(shots);
    this.#refilter();
  }

  /** Shows only what the filter lets through; says how many those are. */
  filter(filter: Filter): void {
    this.#filter = filter;
    this.#refilter();
  }

  /** How many cards are shown, of all. */
  get shown(): { readonly count: number; readonly of: number } {
    return { count: this.#visible().length, of: this.#order.length };
  }

  /** The card with the focus. */
  get focused(): Card | undefined {
    return this.#cardOf(document.activeElement);
  }

  /** Gives the focus to a shot's card, or to the one that had it last. */
  focus(name?: string): void {
    const card = (name === undefined ? this.#current : this.#cards.get(name)) ?? this.#visible()[0];
    card?.link.focus();
  }

  /** Moves the focus by one card; false where there is none that way. */
  go(way: Way): boolean {
    const visible = this.#visible();
    const at = this.focused === undefined ? -1 : visible.indexOf(this.focused);
    const to = at < 0 ? 0 : this.#next(visible, at, way);
    const card = visible[to];
    if (card === undefined) return false;
    card.link.focus({ preventScroll: true });
    card.root.scrollIntoView({ block: "nearest", inline: "nearest" });
    return to !== at;
  }

  /** Counts down what is left of tasks. */
  tick(now: number): void {
    for (const card of this.#order) if (card.ticks) card.tick(now);
  }

  #reorder(shots: readonly ShotView[]): void {
    const there = new Set(shots.map(({ name }) => name));
    for (const [name, card] of this.#cards) {
      if (there.has(name)) continue;
      this.preview.stop(card.stage);
      this.posters.forget(card.stage);
      this.#cards.delete(name);
    }
    const focused = this.focused;
    this.#order = shots.flatMap(({ name }) => this.#cards.get(name) ?? []);
    const rows = (inGrid: boolean): HTMLElement[] =>
      this.#order.filter((card) => (card.shot.kind === "shot") === inGrid).map(({ root }) => root);
    arrange(this.#strip, rows(false));
    arrange(this.#grid, rows(true));
    // A card that had to be moved lost the focus on the way.
    if (focused !== undefined && focused.root.isConnected && this.focused !== focused)
      focused.link.focus({ preventScroll: true });
    if (this.#current === undefined || !this.#current.root.isConnected)
      this.#makeCurrent(this.#order.find(({ shot }) => shot.kind === "shot") ?? this.#order[0]);
  }

  #refilter(): void {
    let strip = 0;
    for (const { root, shot } of this.#order) {
      const hidden = this.#filter !== undefined && !this.#filter.shows(shot);
      if (root.hidden !== hidden) root.hidden = hidden;
      if (!hidden && shot.kind !== "shot") strip++;
    }
    this.#strip.hidden = this.#stripTitle.hidden = strip === 0;
    const nothing = this.#visible().length === 0;
    this.#none.hidden = !nothing;
    this.#none.textContent = this.#order.length === 0 ? "No shots yet." : "Nothing passes the filter.";
    if (this.#current?.root.hidden === true) this.#makeCurrent(this.#visible()[0]);
  }

  /** The one card that the tab key stops at. */
  #makeCurrent(card: Card | undefined): void {
    if (card === this.#current) return;
    if (this.#current !== undefined) mark(this.#current.link, "tabindex", -1);
    if (card !== undefined) mark(card.link, "tabindex", 0);
    this.#current = card;
  }

  #visible(): readonly Card[] {
    return this.#order.filter(({ root }) => !root.hidden);
  }

  #next(visible: readonly Card[], at: number, way: Way): number {
    const inStrip = visible.filter(({ shot }) => shot.kind !== "shot").length;
    const columns = Math.max(1, getComputedStyle(this.#grid).gridTemplateColumns.split(" ").length);
    const last = visible.length - 1;
    switch (way) {
      case "first":
        return 0;
      case "last":
        return last;
      case "left":
        return Math.max(0, at - 1);
      case "right":
        return Math.min(last, at + 1);
      case "up":
        if (at < inStrip) return at;
        return at - columns >= inStrip
          ? at - columns
          : inStrip > 0
            ? Math.min(at - inStrip, inStrip - 1)
            : at;
      case "down":
        if (at < inStrip) return Math.min(last, inStrip);
        // Into a last row that is shorter.
        return at + columns <= last
          ? at + columns
          : Math.floor((at - inStrip) / columns) < Math.floor((last - inStrip) / columns)
            ? last
            : at;
    }
  }

  #cardOf(target: EventTarget | null): Card | undefined {
    const root = target instanceof Element ? target.closest<HTMLElement>(".card") : null;
    return root === null ? undefined : this.#cards.get(root.dataset["name"] ?? "");
  }
}
