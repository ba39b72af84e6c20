/**
 * The picture of a card: the first frame of its clip, a still, or a sign for a sound, and room for the clip that plays
 * over it. Decides neither when frames are fetched (posters) nor what plays (preview).
 */
import type { MediaView } from "../film.js";
import { ownAddress } from "./address.js";
import { element, mark, say } from "./element.js";
import { clockWords } from "./words.js";

/** One card's picture. */
export class Stage {
  readonly root = element("div", { class: "stage" });
  readonly #blank = element("span", { class: "blank" });
  readonly #label = element("span", { class: "label" });
  #media: MediaView | undefined;
  #url: string | undefined;
  #poster: HTMLElement | undefined;

  constructor() {
    this.root.append(this.#blank, this.#label);
  }

  /** What is shown; undefined where there is nothing, or nothing that may be loaded. */
  get media(): MediaView | undefined {
    return this.#url === undefined ? undefined : this.#media;
  }

  /** Its address, checked. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Whether there is a poster to fetch. */
  get wantsPoster(): boolean {
    return this.#url !== undefined && this.#media?.kind !== "audio" && this.#poster === undefined;
  }

  /**
   * Shows other media under a label, or none with the words that say why; true where the bytes are others than before.
   */
  set(media: MediaView | undefined, label: string, without: string): boolean {
    const url = ownAddress(media?.url);
    const other = url !== this.#url;
    this.#media = media;
    this.#url = url;
    if (other) this.clear();
    this.root.classList.toggle("outdated", label === "outdated");
    mark(this.root, "data-kind", url === undefined ? "none" : media?.kind);
    say(this.#label, url === undefined ? "" : label);
    if (url === undefined) say(this.#blank, without);
    else if (media?.kind === "audio")
      say(this.#blank, media.seconds === undefined ? "♪" : `♪ ${clockWords(media.seconds)}`);
    else if (other) say(this.#blank, "");
    return other;
  }

  /** Puts the poster in. */
  show(poster: HTMLElement): void {
    this.#poster?.remove();
    this.#poster = poster;
    poster.classList.add("poster");
    say(this.#blank, "");
    this.root.prepend(poster);
  }

  /** Says that it could not be loaded. */
  fail(): void {
    say(this.#blank, "cannot be shown here");
  }

  /** Lets go of the poster. */
  clear(): void {
    this.#poster?.remove();
    this.#poster = undefined;
  }
}
