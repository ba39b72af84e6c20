/**
 * The one clip that plays on the sheet: muted and over again, on the card under the pointer or with the focus. A sound
 * plays only when it is asked for. Where less motion is wanted, so is every clip.
 */
import { element } from "./element.js";
import { dropMedia } from "./posters.js";
import type { Stage } from "./stage.js";

/** A pointer that only crosses a card starts nothing. */
const SETTLE_MS = 70;

/** What plays on the sheet. */
export class Preview {
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #stage: Stage | undefined;
  #media: HTMLMediaElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Plays a stage's clip soon, unless another is pointed at before. */
  soon(stage: Stage): void {
    clearTimeout(this.#timer);
    if (this.#still.matches || stage === this.#stage || stage.media?.kind !== "video") return;
    this.#timer = setTimeout(() => this.#play(stage), SETTLE_MS);
  }

  /** Plays or pauses, because somebody asked. */
  toggle(stage: Stage): void {
    clearTimeout(this.#timer);
    if (stage !== this.#stage || this.#media === undefined) return this.#play(stage);
    if (this.#media.paused) void this.#media.play().catch(() => undefined);
    else this.#media.pause();
  }

  /** The stage has other media now. */
  renew(stage: Stage): void {
    if (stage !== this.#stage) return;
    const plays = this.#media?.paused === false;
    this.stop(stage);
    if (plays) this.#play(stage);
  }

  /** Ends what plays there; without a stage, whatever plays. */
  stop(stage: Stage | undefined = this.#stage): void {
    clearTimeout(this.#timer);
    if (stage === undefined || stage !== this.#stage) return;
    stage.root.classList.remove("playing");
    if (this.#media !== undefined) {
      dropMedia(this.#media);
      this.#media.remove();
    }
    this.#stage = this.#media = undefined;
  }

  #play(stage: Stage): void {
    this.stop();
    const { media, url } = stage;
    if (media === undefined || url === undefined || media.kind === "image") return;
    const made =
      media.kind === "video"
        ? element("video", {
            class: "preview",
            playsinline: true,
            loop: true,
            tabindex: -1,
            "aria-hidden": "true",
          })
        : element("audio", { class: "preview" });
    // A property and not only an attribute: what is not known to be muted may not start by itself.
    made.muted = media.kind === "video";
    made.onplaying = () => stage.root.classList.add("playing");
    made.onpause = () => stage.root.classList.remove("playing");
    made.src = url;
    stage.root.append(made);
    this.#stage = stage;
    this.#media = made;
    void made.play().catch(() => undefined);
  }
}
