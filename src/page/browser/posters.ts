/**
 * Fetches the first frames of clips for the cards near the window, a few at a time, and lets go of those far away. A
 * frame is copied to a small canvas and its video dropped at once, so that hundreds of shots need neither hundreds of
 * decoders nor hold the browser's few connections. Stills are ordinary pictures.
 */
import { element } from "./element.js";
import type { Stage } from "./stage.js";

/** So many clips are opened for their first frame at once; a browser has six connections to a server. */
const AT_ONCE = 3;
const MARGIN = "400px 0px";
const WIDEST_PIXELS = 480;
/** A browser that draws no frame with the metadata is asked for more after so long. */
const FRAME_MS = 1000;
/** A clip that has not come after so long lets others go first. */
const PATIENCE_MS = 20_000;

/** The posters of a sheet. */
export class Posters {
  readonly #observer = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: MARGIN });
  readonly #stages = new Map<Element, Stage>();
  readonly #near = new Set<Stage>();
  readonly #failed = new Set<Stage>();
  readonly #loading = new Map<Stage, () => void>();

  /** Looks after a stage from now on. */
  watch(stage: Stage): void {
    this.#stages.set(stage.root, stage);
    this.#observer.observe(stage.root);
  }

  /** Looks after it no longer. */
  forget(stage: Stage): void {
    this.#observer.unobserve(stage.root);
    this.#stages.delete(stage.root);
    this.#leave(stage);
  }

  /** Its media changed. */
  renew(stage: Stage): void {
    this.#stop(stage);
    this.#failed.delete(stage);
    this.#next();
  }

  /** Tries again what could not be loaded: the server is back. */
  retry(): void {
    this.#failed.clear();
    this.#next();
  }

  #moved(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const stage = this.#stages.get(target);
      if (stage === undefined) continue;
      if (isIntersecting) this.#near.add(stage);
      else this.#leave(stage);
    }
    this.#next();
  }

  #leave(stage: Stage): void {
    this.#near.delete(stage);
    this.#failed.delete(stage);
    this.#stop(stage);
    stage.clear();
  }

  #stop(stage: Stage): void {
    this.#loading.get(stage)?.();
    this.#loading.delete(stage);
  }

  #next(): void {
    for (const stage of this.#near) {
      if (this.#loading.size >= AT_ONCE) return;
      if (!stage.wantsPoster || this.#loading.has(stage) || this.#failed.has(stage)) continue;
      const url = stage.url ?? "";
      const end = (poster: HTMLElement | undefined): void => {
        // Told twice, or too late.
        if (!this.#loading.has(stage) || stage.url !== url) return;
        this.#stop(stage);
        if (poster !== undefined) stage.show(poster);
        else {
          this.#failed.add(stage);
          stage.fail();
        }
        this.#next();
      };
      this.#loading.set(stage, stage.media?.kind === "image" ? picture(url, end) : firstFrame(url, end));
    }
  }
}

type End = (poster: HTMLElement | undefined) => void;

function picture(url: string, end: End): () => void {
  const image = element("img", { alt: "", decoding: "async" });
  image.onload = () => end(image);
  image.onerror = () => end(undefined);
  image.src = url;
  return () => {
    image.onload = image.onerror = null;
  };
}

function firstFrame(url: string, end: End): () => void {
  const video = element("video", { preload: "metadata", playsinline: true });
  video.muted = true;
  const take = (): void => end(frameOf(video));
  // With the metadata alone a frame is drawn, but only this tells when.
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(take);
  const more = setTimeout(() => {
    video.oncanplay = take;
    video.preload = "auto";
  }, FRAME_MS);
  const timer = setTimeout(() => end(undefined), PATIENCE_MS);
  const drop = (): void => {
    clearTimeout(timer);
    clearTimeout(more);
    video.oncanplay = video.onerror = null;
    dropMedia(video);
  };
  video.onerror = () => end(undefined);
  video.src = url;
  return drop;
}

function frameOf(video: HTMLVideoElement): HTMLElement | undefined {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, WIDEST_PIXELS / Math.max(videoWidth, 1));
  const canvas = element("canvas");
  canvas.width = Math.max(1, Math.round(videoWidth * scale));
  canvas.height = Math.max(1, Math.round(videoHeight * scale));
  const drawing = canvas.getContext("2d", { alpha: false });
  if (drawing === null || videoWidth === 0) return undefined;
  drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Frees decoder, memory and connection of something that played. */
export function dropMedia(media: HTMLMediaElement): void {
  media.pause();
  media.removeAttribute("src");
  media.load();
}
