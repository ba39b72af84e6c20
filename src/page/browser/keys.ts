/** The keys of the page, what they do, and the list of them that `?` shows. */
import { element } from "./element.js";
import type { Way } from "./sheet.js";

/** What keys can ask for. */
export interface KeyWishes {
  /** False where there is nowhere to go, so that the page scrolls as it would. */
  readonly go: (way: Way) => boolean;
  readonly togglePreview: () => boolean;
  readonly filter: () => void;
  readonly leaveFilter: (clear: boolean) => void;
  readonly play: () => void;
  readonly help: () => void;
}

const LIST: readonly (readonly [keys: string, does: string])[] = [
  ["← → ↑ ↓", "from shot to shot; Home and End to the first and the last"],
  ["Space", "play or pause the shot's clip"],
  ["Enter", "open the shot: takes, whole prompt, sidecar"],
  ["P", "play the film, from the shot with the focus"],
  [
    "/",
    "filter: words, is:failed, is:render, is:outdated, tag:, model:, tier:, has:takes; a minus turns round",
  ],
  ["Escape", "close, or clear the filter"],
  ["← →", "in an opened shot or in the film: the one before, the next"],
  ["M", "in the film: sound on or off"],
  ["?", "this list"],
];

const WAYS: Readonly<Record<string, Way>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

/** The list of keys. */
export function keyList(): HTMLDialogElement {
  const close = element("button", { type: "button" }, "Close");
  const root = element(
    "dialog",
    { class: "keys", "aria-label": "keys" },
    element("header", {}, element("h2", {}, "Keys"), close),
    element(
      "dl",
      {},
      ...LIST.map(([keys, does]) =>
        element("div", {}, element("dt", {}, element("kbd", {}, keys)), element("dd", {}, does)),
      ),
    ),
  );
  close.onclick = () => root.close();
  return root;
}

/** Listens to the keys of the page; an open dialog has its own. */
export function listenToKeys(filter: HTMLInputElement, wishes: KeyWishes): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const done = event.target === filter ? inFilter(event.key, wishes) : onPage(event, wishes);
    if (done) event.preventDefault();
  });
}

function inFilter(key: string, { leaveFilter }: KeyWishes): boolean {
  if (key !== "Escape" && key !== "Enter" && key !== "ArrowDown") return false;
  leaveFilter(key === "Escape");
  return true;
}

function onPage({ key, target }: KeyboardEvent, wishes: KeyWishes): boolean {
  // Where something scrolls or is pressed by itself, arrows and space are its own.
  const own =
    target instanceof Element && target.closest("button, summary, pre, input, video, audio") !== null;
  const way = WAYS[key];
  if (way !== undefined) return !own && wishes.go(way);
  switch (key) {
    case " ":
      return !own && wishes.togglePreview();
    case "/":
      wishes.filter();
      return true;
    case "p":
    case "P":
      wishes.play();
      return true;
    case "?":
      wishes.help();
      return true;
    case "Escape":
      wishes.leaveFilter(true);
      return true;
    default:
      return false;
  }
}
