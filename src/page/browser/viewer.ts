/** Something to look at with controls: a clip, a still or a sound at full size. */
import type { StepView } from "../film.js";
import { ownAddress } from "./address.js";
import { element } from "./element.js";
import { dropMedia } from "./posters.js";

const WITHOUT: Readonly<Record<StepView["state"], string>> = {
  fresh: "nothing to look at",
  free: "nothing here yet",
  stale: "nothing here yet",
  working: "on its way",
  failed: "nothing here: it failed",
  blocked: "nothing here: it is blocked",
};

/** The media of a step, or the words that there is none. `spoken` names it to those who cannot see it. */
export function viewer({ media, outdated, state }: StepView, spoken: string): HTMLElement {
  const url = ownAddress(media?.url);
  const root = element("div", { class: outdated === true ? "viewer outdated" : "viewer" });
  if (media === undefined || url === undefined) {
    root.classList.add("nothing");
    root.append(WITHOUT[state]);
    return root;
  }
  if (media.kind === "image") {
    const image = element("img", { alt: spoken, decoding: "async" });
    image.src = url;
    root.append(image);
  } else {
    const made =
      media.kind === "video"
        ? element("video", { controls: true, playsinline: true, preload: "metadata", "aria-label": spoken })
        : element("audio", { controls: true, preload: "metadata", "aria-label": spoken });
    made.src = url;
    root.append(made);
  }
  if (outdated === true) root.append(element("span", { class: "label" }, "outdated"));
  return root;
}

/** The clips and sounds in there. */
export function mediaIn(root: ParentNode): readonly HTMLMediaElement[] {
  return [...root.querySelectorAll<HTMLMediaElement>("video, audio")];
}

/** Frees what plays in there. */
export function dropAllMedia(root: ParentNode): void {
  for (const media of mediaIn(root)) dropMedia(media);
}

const APART_SECONDS = 0.15;

/** Plays clips together from the start, the first with its sound; the others follow it. Returns what ends that. */
export function playTogether(media: readonly HTMLMediaElement[]): () => void {
  const [leader, ...others] = media;
  if (leader === undefined) return () => undefined;
  const follow = (): void => {
    for (const other of others) {
      const to = Math.min(leader.currentTime, Number.isFinite(other.duration) ? other.duration : Infinity);
      if (Math.abs(other.currentTime - to) > APART_SECONDS) other.currentTime = to;
    }
  };
  for (const each of media) {
    each.currentTime = 0;
    each.muted = each !== leader;
    void each.play().catch(() => undefined);
  }
  leader.addEventListener("timeupdate", follow);
  return () => {
    leader.removeEventListener("timeupdate", follow);
    for (const each of media) each.pause();
  };
}
