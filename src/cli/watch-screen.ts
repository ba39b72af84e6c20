/**
 * The bottom of the terminal while a watcher runs: a rule, the lines of a run that is in progress, the status. One area
 * for both, so that neither draws over the other; what is said goes above it. Without a terminal only saying is left.
 */
import type { LiveArea, Io } from "./io.js";

/** Where a watcher is shown. */
export interface WatchScreen {
  /** Whether anything is drawn. */
  readonly isLive: boolean;
  /** The width as it is now; undefined where nothing is drawn. */
  columns(): number | undefined;
  /** The height as it is now; undefined where nothing is drawn. */
  rows(): number | undefined;
  /** Writes whole lines above what is drawn. */
  say(text: string): void;
  /** Draws again what has changed. */
  draw(): void;
  /** The part of a run, as `progress.ts` wants it; absent where nothing is drawn. */
  readonly run?: NonNullable<Io["live"]>;
  /** Removes the part of a run. */
  endRun(): void;
  /** Removes everything that is drawn; what was said stays. */
  close(): void;
}

/** What is drawn above and below the lines of a run, for this size. */
export type Frame = (size: { readonly columns: number; readonly rows: number }) => {
  readonly head: readonly string[];
  readonly foot: readonly string[];
};

/** A screen; `live` is absent where there is no terminal. */
export function openWatchScreen(
  write: (text: string) => void,
  live: Io["live"] | undefined,
  frame: Frame,
): WatchScreen {
  let isOpen = true;
  let runLines: readonly string[] = [];
  let redrawRun: (() => void) | undefined;
  const draw = () => {
    if (area === undefined || !isOpen) return;
    const { head, foot } = frame(area.size());
    area.draw([...head, ...runLines, ...foot]);
  };
  const area: LiveArea | undefined = live?.(() => {
    // The lines of a run are made for the new size before they are drawn in it.
    redrawRun?.();
    draw();
  });
  const run: Io["live"] = (onChange) => {
    redrawRun = onChange;
    return {
      size: () => {
        const size = area?.size() ?? { columns: 80, rows: 24 };
        const { head, foot } = frame(size);
        return { ...size, rows: Math.max(0, size.rows - head.length - foot.length) };
      },
      draw(lines) {
        runLines = lines;
        draw();
      },
      clear() {
        area?.clear();
      },
      forget() {
        area?.forget();
      },
    };
  };
  return {
    isLive: area !== undefined,
    columns: () => area?.size().columns,
    rows: () => area?.size().rows,
    say(text) {
      area?.clear();
      write(text);
      draw();
    },
    draw,
    ...(area === undefined ? {} : { run }),
    endRun() {
      runLines = [];
      redrawRun = undefined;
      draw();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      area?.clear();
    },
  };
}
