/**
 * The look of a sandbox frame: what was ordered, set as a film slate on a colour that follows from the prompt.
 * It draws and decides nothing else; sizes scale with the shorter side, so 16:9, 9:16 and 1:1 carry the same marks.
 * Text is placed once. What runs (time code, progress bar) is drawn apart, and only where it changed, because every
 * macroblock that is drawn on costs bytes in each frame.
 */

import { face, lineHeight, type Face, Lettering, shorten, spell, textWidth, wrap } from "./lettering.js";
import { type Colour, MACROBLOCK, Picture, rgb } from "./picture.js";

/** What a slate says. */
export interface SlateText {
  /** Chooses the colours: a hexadecimal digest, of which the first bytes are read. */
  readonly seed: string;
  /** Four hexadecimal digits that tell two takes apart, drawn as a small pattern and as text; absent for none. */
  readonly mark?: string;
  readonly title: string;
  /** Set in a coloured tag beside the title, for instance the mode; empty for none. */
  readonly tag: string;
  /** Short facts on the line below the title. */
  readonly facts: readonly string[];
  readonly prompt: string;
  /** Lines above the time code, for instance what the first frame was. */
  readonly notes: readonly string[];
  /** Parts of a clip, from 0 to 1, that are marked above its progress bar. */
  readonly spans?: readonly { readonly from: number; readonly to: number }[];
}

const MARK_SQUARES = 5;
/** Width that title and facts leave to the mark, in hundredths of the shorter side. */
const MARK_ROOM = 8;

/** A frame with its slate on it, ready for the running parts of a clip. */
export class Slate {
  readonly picture: Picture;
  readonly #lettering = new Lettering();
  readonly #unit: number;
  readonly #margin: number;
  readonly #palette: Palette;
  #shownTime = "";
  #shownBar = -1;

  constructor(width: number, height: number, text: SlateText) {
    this.picture = new Picture(width, height);
    this.#unit = Math.min(width, height) / 100;
    this.#margin = Math.round(7.5 * this.#unit);
    this.#palette = palette(text.seed, text.mark ?? "");
    this.#background(0, 0, this.picture.stride, this.picture.rows * MACROBLOCK);
    this.#cornerMarks();
    if (text.mark !== undefined) this.#takeMark(text.mark);
    const top = this.#heading(text);
    const bottom = this.#notes(text.notes.map(spell));
    for (const { from, to } of text.spans ?? []) this.#span(from, to);
    this.#prompt(spell(text.prompt.replace(/\s+/gu, " ").trim()), top, bottom);
  }

  /** Draws time code and progress bar for one frame of a clip of `frames` frames. */
  drawTime(frame: number, frames: number, framesPerSecond: number): void {
    const { picture } = this;
    const digits = face(4.6 * this.#unit, 0.12);
    const top = this.#timeTop();
    const cell = Math.ceil(digits.capHeight * 0.86);
    const shown = timeCode(frame, framesPerSecond);
    let x = this.#margin;
    for (const [i, character] of [...shown].entries()) {
      const step = character === ":" ? Math.round(cell * 0.5) : cell;
      if (character !== this.#shownTime[i]) {
        const border = Math.round(digits.capHeight * 0.08);
        this.#background(x - border, top - border * 2, step, digits.capHeight + border * 4);
        this.#lettering.write(picture, character, x, top, digits, this.#palette.text);
      }
      x += step;
    }
    if (this.#shownTime === "") {
      const small = face(2.2 * this.#unit);
      const total = timeCode(frames, framesPerSecond);
      const left = picture.width - this.#margin - Math.round(textWidth(total, small));
      const level = top + digits.capHeight - small.capHeight;
      this.#lettering.write(picture, total, left, level, small, this.#palette.text, 0.6);
    }
    this.#shownTime = shown;
    this.#progress((frame + 1) / frames);
  }

  /** Draws a line where a clip has its time code; for stills. */
  drawCaption(caption: string): void {
    this.#lettering.write(
      this.picture,
      spell(caption),
      this.#margin,
      this.#timeTop(),
      face(3 * this.#unit),
      this.#palette.text,
    );
    this.#progress(1);
  }

  #timeTop(): number {
    return Math.round(this.picture.height - this.#margin - 8.4 * this.#unit);
  }

  /** Rows get lighter upwards in steps of one macroblock, so that untouched background stays cheap to encode. */
  #background(left: number, top: number, width: number, height: number): void {
    const { rows } = this.picture;
    const end = Math.min(top + height, rows * MACROBLOCK);
    for (let y = Math.max(0, top); y < end;) {
      const row = Math.floor(y / MACROBLOCK);
      const next = Math.min(end, (row + 1) * MACROBLOCK);
      const { high, low } = this.#palette;
      this.picture.fill(left, y, width, next - y, mix(high, low, row / Math.max(1, rows - 1)));
      y = next;
    }
  }

  #cornerMarks(): void {
    const { width, height } = this.picture;
    const inset = Math.round(3.6 * this.#unit);
    const arm = Math.round(4.5 * this.#unit);
    const thick = Math.max(2, Math.round(0.3 * this.#unit));
    for (const x of [inset, width - inset]) {
      for (const y of [inset, height - inset]) {
        const left = x === inset;
        const above = y === inset;
        this.picture.fill(left ? x : x - arm, above ? y : y - thick, arm, thick, this.#palette.mark);
        this.picture.fill(left ? x : x - thick, above ? y : y - arm, thick, arm, this.#palette.mark);
      }
    }
  }

  /** A symmetrical pattern of five by five squares with its digits below, in the upper right corner. */
  #takeMark(mark: string): void {
    const square = Math.max(2, 2 * Math.round(0.55 * this.#unit));
    const left = this.picture.width - this.#margin - MARK_SQUARES * square;
    const bits = Number.parseInt(mark, 16) || 0;
    for (let row = 0; row < MARK_SQUARES; row++) {
      for (let column = 0; column < MARK_SQUARES; column++) {
        const from = 3 * row + Math.min(column, MARK_SQUARES - 1 - column);
        if (((bits >> from) & 1) === 0) continue;
        const [x, y] = [left + column * square, this.#margin + row * square];
        this.picture.fill(x, y, square, square, this.#palette.accent);
      }
    }
    const small = face(1.6 * this.#unit, 0.12);
    const x = this.picture.width - this.#margin - Math.round(textWidth(mark, small));
    const y = this.#margin + MARK_SQUARES * square + Math.round(this.#unit);
    this.#lettering.write(this.picture, mark, x, y, small, this.#palette.text, 0.7);
  }

  /** Title, tag and facts; answers the first free row below. */
  #heading(text: SlateText): number {
    const u = this.#unit;
    const room = this.picture.width - 2 * this.#margin - MARK_ROOM * u;
    const large = face(3.6 * u, 0.15);
    const small = face(2 * u, 0.12, 0.02);
    const top = this.#margin;
    const title = shorten(spell(text.title), large, room);
    this.#lettering.write(this.picture, title, this.#margin, top, large, this.#palette.text);
    if (text.tag !== "")
      this.#tag(spell(text.tag), this.#margin + Math.round(textWidth(title, large) + u), top, large);
    const lines = wrap(text.facts.map(spell).join("  ·  "), small, room).slice(0, 3);
    let y = top + Math.round(6.4 * u);
    for (const line of lines) {
      this.#lettering.write(this.picture, line, this.#margin, y, small, this.#palette.text, 0.7);
      y += lineHeight(small);
    }
    return y + Math.round(3 * u);
  }

  #tag(tag: string, left: number, top: number, beside: Face): void {
    const small = face(0.62 * beside.capHeight, 0.17, 0.06);
    const border = Math.round(0.5 * small.capHeight);
    const width = Math.round(textWidth(tag, small)) + 2 * border - Math.round(0.28 * small.capHeight);
    if (left + width > this.picture.width - this.#margin - MARK_ROOM * this.#unit) return;
    const height = small.capHeight + 2 * border;
    const y = top + Math.round((beside.capHeight - height) / 2);
    this.picture.fill(left, y, width, height, this.#palette.accent);
    this.#lettering.write(this.picture, tag, left + border, y + border, small, this.#palette.low);
  }

  /** Notes stand directly above the time code; answers the row where they begin. */
  #notes(notes: readonly string[]): number {
    const small = face(2 * this.#unit, 0.12, 0.02);
    const room = this.picture.width - 2 * this.#margin;
    let y = this.#timeTop() - Math.round(3.2 * this.#unit) - notes.length * lineHeight(small);
    const top = y - Math.round(2 * this.#unit);
    for (const note of notes) {
      this.#lettering.write(
        this.picture,
        shorten(note, small, room),
        this.#margin,
        y,
        small,
        this.#palette.accent,
      );
      y += lineHeight(small);
    }
    return top;
  }

  /** As large as it fits; what does not fit at the smallest size ends in an ellipsis. */
  #prompt(prompt: string, top: number, bottom: number): void {
    const room = this.picture.width - 2 * this.#margin;
    const height = bottom - top;
    for (const size of [5.6, 5, 4.5, 4.1, 3.6, 3.1, 2.7, 2.3, 2]) {
      const set = face(size * this.#unit, size > 4 ? 0.12 : 0.125);
      const step = lineHeight(set);
      const most = Math.max(1, Math.floor((height + step - set.capHeight) / step));
      const lines = wrap(prompt, set, room);
      if (lines.length > most && size > 2) continue;
      const kept = lines.slice(0, most);
      if (kept.length < lines.length) {
        kept[most - 1] = shorten(`${kept[most - 1] ?? ""} ${lines[most] ?? ""}`, set, room);
      }
      const block = (kept.length - 1) * step + set.capHeight;
      const start = top + Math.round((height - block) * 0.42);
      for (const [i, line] of kept.entries()) {
        this.#lettering.write(this.picture, line, this.#margin, start + i * step, set, this.#palette.text);
      }
      return;
    }
  }

  /** A line above the progress bar, with a small foot at either end. */
  #span(from: number, to: number): void {
    const { room, thick, top } = this.#bar();
    const line = Math.max(2, 2 * Math.round(thick / 4));
    const [left, right] = [from, to].map((part) => this.#margin + 2 * Math.round((room * part) / 2));
    if (left === undefined || right === undefined) return;
    this.picture.fill(left, top - 2 * line, right - left, line, this.#palette.accent);
    for (const x of [left, right - line]) this.picture.fill(x, top - line, line, line, this.#palette.accent);
  }

  #bar(): { readonly room: number; readonly thick: number; readonly top: number } {
    const thick = Math.max(3, Math.round(0.8 * this.#unit));
    const room = this.picture.width - 2 * this.#margin;
    return { room, thick, top: this.picture.height - this.#margin - thick };
  }

  #progress(done: number): void {
    const { room, thick, top } = this.#bar();
    const reached = Math.round((room * Math.min(1, done)) / 2) * 2;
    if (this.#shownBar < 0) this.picture.fill(this.#margin, top, room, thick, this.#palette.mark);
    const from = Math.max(0, this.#shownBar);
    if (reached > from)
      this.picture.fill(this.#margin + from, top, reached - from, thick, this.#palette.accent);
    this.#shownBar = reached;
  }
}

/** Hours, minutes, seconds and frames, two digits each. */
export function timeCode(frame: number, framesPerSecond: number): string {
  const seconds = Math.floor(frame / framesPerSecond);
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
    frame % framesPerSecond,
  ];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

interface Palette {
  readonly high: Colour;
  readonly low: Colour;
  readonly accent: Colour;
  readonly mark: Colour;
  readonly text: Colour;
}

/** The mark turns the accent, so that two takes differ at a glance and yet belong together. */
function palette(seed: string, mark: string): Palette {
  const turn = ((Number.parseInt(mark, 16) || 0) % 9) * 12 - 48;
  const hue = (Number.parseInt(seed.slice(0, 4), 16) || 0) % 360;
  const saturation = 0.35 + ((Number.parseInt(seed.slice(4, 6), 16) || 0) / 255) * 0.3;
  return {
    high: fromHue(hue, saturation, 0.25),
    low: fromHue((hue + 24) % 360, saturation, 0.1),
    accent: fromHue((hue + 150 + turn) % 360, 0.75, 0.68),
    mark: fromHue(hue, saturation * 0.6, 0.42),
    text: rgb(244, 242, 236),
  };
}

function fromHue(hue: number, saturation: number, lightness: number): Colour {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return rgb(channel(0), channel(8), channel(4));
}

function mix(a: Colour, b: Colour, part: number): Colour {
  const between = (x: number, y: number): number => Math.round(x + (y - x) * part);
  return { y: between(a.y, b.y), u: between(a.u, b.u), v: between(a.v, b.v) };
}
