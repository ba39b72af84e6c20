/**
 * Where the film comes from: a live page is told by the server, a report has it in itself. A broken connection is taken
 * up again for as long as the page is open, by the browser and, where that gives up, by this.
 */
import type { Film, FilmNews } from "../film.js";

/** Who listens to news. */
export interface Listener {
  readonly news: (news: FilmNews) => void;
  readonly connection: (connected: boolean) => void;
}

const AGAIN_MS = 3000;

/** The film that stands in the document; undefined in a live page. */
export function embeddedFilm(): FilmNews | undefined {
  const text = document.querySelector("script#film")?.textContent;
  if (text === undefined || text === null) return undefined;
  const { shots, ...head } = JSON.parse(text) as Film;
  return { head, shots, order: shots.map(({ name }) => name) };
}

/** Listens to the server's events. */
export function follow(listener: Listener): void {
  const source = new EventSource("events");
  source.addEventListener("news", ({ data }) => {
    listener.connection(true);
    listener.news(JSON.parse(String(data)) as FilmNews);
  });
  source.onopen = () => listener.connection(true);
  source.onerror = () => {
    listener.connection(false);
    // An answer that is no stream of events ends it for the browser.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow(listener), AGAIN_MS);
  };
}
