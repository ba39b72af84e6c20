/**
 * The page of a watcher, wired: what the watcher tells becomes a film, and the film is served. Whoever watches hands the
 * news on and closes it in the end; the page has no way back to the watcher.
 */
import { openShelf, pageParts, redactor, type OpenOptions, type WatchNews } from "../index.js";
import { pageDocument, pagePolicy } from "./document.js";
import { openFilm } from "./make-film.js";
import { servePage } from "./server.js";

/** Where a page is served, and from what. */
export interface PageWish extends Pick<OpenOptions, "env" | "home"> {
  /** On 127.0.0.1; 0 for any that is free. */
  readonly port: number;
  /** The word in its address that keeps others out. */
  readonly token: string;
  /** The manifest as the user named it, until it is read. */
  readonly manifest?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A page that is open. */
export interface LivePage {
  /** `http://127.0.0.1:PORT/TOKEN/`. */
  readonly url: string;
  /** Shows what the watcher told. */
  take(news: WatchNews): void;
  /** Ends at once, whoever looks. */
  close(): Promise<void>;
}

/** Serves a film that is kept in step. @throws the system's error when the port cannot be had. */
export async function openPage({ env, home, port, token, manifest, now }: PageWish): Promise<LivePage> {
  const parts = await pageParts();
  const shelf = openShelf({ env, home });
  const film = openFilm(manifest === undefined ? {} : { manifest });
  let root: string | undefined;
  const served = await servePage({
    port,
    token,
    film: () => film.film(now()),
    document: (shown) => ({
      html: pageDocument({ ...parts, title: shown?.project ?? "klingmake" }),
      policy: pagePolicy(parts),
    }),
    media: (sha256) => shelf.media(sha256),
    sidecar: (output) => (root === undefined ? Promise.resolve(undefined) : shelf.sidecar(root, output)),
    clean: redactor(env),
  });
  return {
    url: served.url,
    take(news) {
      root = rootOf(news) ?? root;
      film.take(news, now());
      served.changed();
    },
    close: () => served.close(),
  };
}

/** The project's directory, as far as news tell it. */
function rootOf(news: WatchNews): string | undefined {
  if (news.type === "looked") return news.look.project.root;
  return news.type === "faulty" ? news.project?.root : undefined;
}
