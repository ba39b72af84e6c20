/**
 * The page: puts its parts together and tells each what it has to know. It shows the film and can do nothing to it:
 * there is no request here but for events, media and sidecars.
 */
import type { FilmNews, ShotView } from "../film.js";
import { Announcer } from "./announcer.js";
import { Bar } from "./bar.js";
import { CurrentFilm } from "./current-film.js";
import { Detail } from "./detail.js";
import { element, say } from "./element.js";
import { readFilter } from "./filter.js";
import { keyList, listenToKeys } from "./keys.js";
import { embeddedFilm, follow } from "./news.js";
import { Player } from "./player.js";
import { Problems } from "./problems.js";
import { Sheet } from "./sheet.js";

const film = new CurrentFilm();
const embedded = embeddedFilm();
const live = embedded === undefined;

const sheet = new Sheet(live);
const problems = new Problems(openShot);
const announcer = new Announcer();
const bar = new Bar((words) => setFilter(input.value.trim() === words ? "" : words));
const help = keyList();
const player = new Player((name) => sheet.focus(name));
const detail = new Detail(live, {
  beside: (name, by) => {
    const shots = shotsShown();
    const beside = shots[shots.findIndex((shot) => shot.name === name) + by];
    if (beside !== undefined) openShot(beside.name);
  },
  closed: (name) => {
    history.replaceState(null, "", location.pathname + location.search);
    sheet.focus(name);
  },
});

const input = element("input", {
  type: "search",
  placeholder: "Filter  ( / )",
  "aria-label": "filter",
  "aria-keyshortcuts": "/",
  autocomplete: "off",
  spellcheck: "false",
});
const found = element("p", { class: "found", role: "status" });
const play = element("button", { type: "button", class: "play", "aria-keyshortcuts": "P" }, "▶ Play film");
const keys = element("button", { type: "button", "aria-label": "keys", "aria-keyshortcuts": "?" }, "?");
const wait = element("p", { class: "none" }, "Waiting for the film …");

document.body.append(
  bar.root,
  element("div", { class: "tools", role: "search" }, input, found, bar.line, play, keys),
  element("main", {}, problems.root, wait, sheet.root),
  announcer.root,
  detail.root,
  player.root,
  help,
);
problems.root.hidden = sheet.root.hidden = true;

let connected = true;
/** What the server's clock is ahead of this page's, in milliseconds. */
let aheadMs = 0;
const now = (): number => performance.now() + aheadMs;

function take(news: FilmNews): void {
  // Another klingmake has started behind this page; only its own page knows what it says.
  if (news.head.version !== 1) return location.reload();
  const isFirst = film.head === undefined;
  const changed = film.apply(news);
  aheadMs = news.head.now - performance.now();
  wait.hidden = true;
  sheet.root.hidden = false;
  bar.update(news.head);
  problems.update(news.head.problems);
  sheet.update(film.shots, changed);
  if (detail.name !== undefined) detail.update(film.shot(detail.name), news.head.problems);
  if (isFirst) openAddressed();
  else announcer.shots(changed);
  play.disabled = !film.shots.some(({ plays }) => plays);
  tellFound();
  tick();
}

function tick(): void {
  sheet.tick(now());
  detail.tick(now());
}

/** The shots that the filter lets through. */
function shotsShown(): readonly ShotView[] {
  const filter = readFilter(input.value);
  return film.shots.filter(filter.shows);
}

function openShot(name: string): void {
  const shot = film.shot(name);
  if (shot === undefined) return;
  sheet.preview.stop();
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  detail.open(shot, film.head?.problems ?? []);
}

/** Opens the shot that the page's address names. */
function openAddressed(): void {
  try {
    openShot(decodeURIComponent(location.hash.slice(1)));
  } catch {
    // Not the name of a shot.
  }
}

function setFilter(words: string): void {
  input.value = words;
  sheet.filter(readFilter(words));
  tellFound();
}

function tellFound(): void {
  bar.filtered(input.value.trim());
  const { count, of } = sheet.shown;
  const { empty, problem } = readFilter(input.value);
  say(found, problem ?? (empty ? "" : `${count} of ${of}`));
}

function playFilm(): void {
  sheet.preview.stop();
  const from = sheet.focused?.shot;
  const isFiltered = !readFilter(input.value).empty;
  player.open(isFiltered ? shotsShown() : film.shots, from?.plays === true ? from.name : undefined);
}

input.oninput = () => setFilter(input.value);
play.onclick = () => playFilm();
keys.onclick = () => help.showModal();
sheet.root.addEventListener("click", (event) => {
  const card = event.target instanceof Element ? event.target.closest<HTMLElement>(".card") : null;
  // With a key held the browser opens the address elsewhere, as with any link.
  if (card === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openShot(card.dataset["name"] ?? "");
});
addEventListener("hashchange", openAddressed);
listenToKeys(input, {
  go: (way) => sheet.go(way),
  togglePreview: () => {
    const card = sheet.focused;
    if (card !== undefined) sheet.preview.toggle(card.stage);
    return card !== undefined;
  },
  filter: () => {
    input.focus();
    input.select();
  },
  leaveFilter: (clear) => {
    if (clear) setFilter("");
    sheet.focus();
  },
  play: playFilm,
  help: () => help.showModal(),
});

if (embedded === undefined) {
  follow({
    news: take,
    connection: (is) => {
      if (is && !connected) sheet.posters.retry();
      connected = is;
      bar.connection(is);
    },
  });
  setInterval(() => {
    if (!document.hidden) tick();
  }, 1000);
} else take(embedded);
