/**
 * Plays the film: the shots in order, one after the other, the next one loading while one plays. What is not there or
 * cannot be played is skipped, and said to be.
 */
import type { ShotView } from "../film.js";
import { ownAddress } from "./address.js";
import { element, mark, say } from "./element.js";
import { dropMedia } from "./posters.js";
import { callName, shownStep } from "./shot.js";
import { STATES, clockWords, counted } from "./words.js";

/** A shot in the film that plays. */
interface Cut {
  readonly shot: ShotView;
  readonly url: string | undefined;
  readonly outdated: boolean;
  /** Why there is nothing. */
  readonly without: string;
}

/** The film, playing. */
export class Player {
  readonly #screens = [screen(), screen()] as const;
  readonly #caption = element("p", { class: "caption" });
  readonly #skipped = element("p", { class: "skipped", role: "status" });
  readonly #clock = element("span", { class: "clock" });
  readonly #play = element("button", { type: "button" }, "Pause");
  readonly #before = element("button", { type: "button", "aria-label": "shot before" }, "←");
  readonly #after = element("button", { type: "button", "aria-label": "next shot" }, "→");
  readonly #sound = element("button", { type: "button", "aria-pressed": "true" }, "Sound on");
  readonly #close = element("button", { type: "button" }, "Close");
  readonly #track = element("div", { class: "track", "aria-hidden": "true" });
  readonly root = element(
    "dialog",
    { class: "player", "aria-label": "the film", tabindex: -1 },
    element("div", { class: "screens" }, ...this.#screens, this.#skipped),
    this.#track,
    element(
      "div",
      { class: "controls" },
      this.#caption,
      this.#clock,
      element("span", { class: "buttons" }, this.#before, this.#play, this.#after, this.#sound, this.#close),
    ),
  );
  readonly #closed: (name: string | undefined) => void;
  #cuts: readonly Cut[] = [];
  #at = 0;
  #screen: 0 | 1 = 0;
  #missed: string[] = [];
  readonly #unplayable = new Set<Cut>();
  #ended = false;

  /** `onClosed` is told the shot that played last. */
  constructor(onClosed: (name: string | undefined) => void) {
    this.#closed = onClosed;
    this.#close.onclick = () => this.root.close();
    this.#play.onclick = () => this.#toggle();
    this.#before.onclick = () => this.#step(-1);
    this.#after.onclick = () => this.#step(1);
    this.#sound.onclick = () => {
      const muted = !this.#screens[0].muted;
      for (const each of this.#screens) each.muted = muted;
      mark(this.#sound, "aria-pressed", String(!muted));
      say(this.#sound, muted ? "Sound off" : "Sound on");
    };
    this.#track.onclick = ({ target }) => {
      const at = [...this.#track.children].findIndex((piece) => piece === target);
      if (at >= 0) this.#show(at, 1);
    };
    this.root.onkeydown = (event) => this.#key(event);
    this.root.onclose = () => {
      if (this.root.open) return;
      const name = this.#cuts[this.#at]?.shot.name;
      for (const each of this.#screens) dropMedia(each);
      this.#cuts = [];
      this.#closed(name);
    };
    for (const each of this.#screens) {
      each.onended = () => each === this.#front && this.#step(1);
      each.onerror = () => each === this.#front && each.hasAttribute("src") && this.#fail();
      each.ontimeupdate = () => each === this.#front && this.#time();
      each.onplay = each.onpause = () => each === this.#front && this.#showPlaying();
    }
  }

  /** Plays the film from this shot on, or from its beginning. */
  open(shots: readonly ShotView[], from?: string): void {
    this.#cuts = shots.filter(({ plays }) => plays).map(cutOf);
    this.#missed = [];
    this.#unplayable.clear();
    this.#ended = false;
    this.#track.replaceChildren(
      ...this.#cuts.map(({ shot, url }) => {
        const piece = element("span", { class: url === undefined ? "gap" : "cut", title: callName(shot) });
        piece.style.flexGrow = String(shownStep(shot)?.media?.seconds ?? shownStep(shot)?.seconds ?? 5);
        return piece;
      }),
    );
    if (!this.root.open) this.root.showModal();
    this.root.focus();
    const at = this.#cuts.findIndex(({ shot }) => shot.name === from);
    this.#show(Math.max(0, at), 1);
  }

  get #front(): HTMLVideoElement {
    return this.#screens[this.#screen];
  }

  get #back(): HTMLVideoElement {
    return this.#screens[this.#screen === 0 ? 1 : 0];
  }

  /** Shows the first cut that is there, from `at` on in that direction. */
  #show(at: number, by: 1 | -1): void {
    let to = at;
    for (; to >= 0 && to < this.#cuts.length; to += by) {
      const cut = this.#cuts[to];
      if (cut?.url !== undefined) break;
      if (cut !== undefined) this.#missed.push(`${cut.shot.id} (${cut.without})`);
    }
    const cut = this.#cuts[to];
    if (cut?.url === undefined) {
      this.#tellSkipped();
      // Before the first one there is nothing to go back to; after the last one the film is over.
      if (by === 1) this.#end();
      return;
    }
    this.#ended = false;
    this.#at = to;
    if (this.#back.getAttribute("src") === cut.url) this.#screen = this.#screen === 0 ? 1 : 0;
    // What failed while it was loaded ahead said so when nobody was listening; it is asked for again.
    if (this.#front.getAttribute("src") !== cut.url || this.#front.error !== null) this.#front.src = cut.url;
    this.#back.pause();
    this.root.classList.remove("over");
    this.#front.classList.add("front");
    this.#back.classList.remove("front");
    if (this.#front.currentTime > 0) this.#front.currentTime = 0;
    void this.#front.play().catch(() => this.#showPlaying());
    this.#showCut(cut);
    this.#tellSkipped();
    const next = this.#cuts.slice(to + 1).find(({ url }) => url !== undefined)?.url;
    if (next === undefined) dropMedia(this.#back);
    else if (this.#back.getAttribute("src") !== next) this.#back.src = next;
  }

  #showCut({ shot, outdated }: Cut): void {
    this.#caption.replaceChildren(
      element("span", { class: "id" }, shot.id),
      " ",
      element("bdi", {}, shot.title ?? ""),
      outdated ? element("span", { class: "label" }, "outdated") : "",
    );
    for (const [at, piece] of [...this.#track.children].entries())
      piece.classList.toggle("now", at === this.#at);
    this.#time();
  }

  /** Says once what was passed over since it was last said. */
  #tellSkipped(): void {
    const missed = this.#missed.splice(0);
    const few = missed.slice(0, 3).join(", ");
    const more = missed.length > 3 ? ` and ${missed.length - 3} more` : "";
    say(this.#skipped, missed.length === 0 ? "" : `skipped ${few}${more}`);
  }

  #end(): void {
    this.#ended = true;
    this.#front.pause();
    this.root.classList.add("over");
    const there = this.#cuts.filter((cut) => cut.url !== undefined && !this.#unplayable.has(cut)).length;
    this.#caption.replaceChildren(
      there === 0
        ? "There is nothing to play yet."
        : `The end. ${there} of ${counted(this.#cuts.length, "shot")} to be seen.`,
    );
    this.#showPlaying();
  }

  #fail(): void {
    const cut = this.#cuts[this.#at];
    if (cut !== undefined) {
      this.#missed.push(`${cut.shot.id} (could not be played)`);
      this.#unplayable.add(cut);
    }
    this.#show(this.#at + 1, 1);
  }

  #step(by: 1 | -1): void {
    this.#show(this.#at + by, by);
  }

  #toggle(): void {
    if (this.#ended) this.#show(0, 1);
    else if (this.#front.paused) void this.#front.play().catch(() => undefined);
    else this.#front.pause();
  }

  #showPlaying(): void {
    say(this.#play, this.#ended ? "Again" : this.#front.paused ? "Play" : "Pause");
  }

  #time(): void {
    const { currentTime, duration } = this.#front;
    const whole = Number.isFinite(duration) ? ` / ${clockWords(duration)}` : "";
    say(this.#clock, `${this.#at + 1} of ${this.#cuts.length} · ${clockWords(currentTime)}${whole}`);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowLeft":
        this.#step(-1);
        break;
      case "ArrowRight":
        this.#step(1);
        break;
      case "Home":
        this.#show(0, 1);
        break;
      case "m":
        this.#sound.click();
        break;
      case " ":
        // On a button it presses that.
        if (event.target instanceof HTMLButtonElement) return;
        this.#toggle();
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}

function screen(): HTMLVideoElement {
  return element("video", { playsinline: true, preload: "auto" });
}

function cutOf(shot: ShotView): Cut {
  const step = shownStep(shot);
  const media = step?.media;
  const url = media?.kind === "image" ? undefined : ownAddress(media?.url);
  return {
    shot,
    url,
    outdated: step?.outdated === true,
    without: step === undefined ? "nothing there" : STATES[step.state].words,
  };
}
