/**
 * The look of a sandbox frame: what was ordered, set as a film slate on a colour that follows from the prompt, with a
 * bright band at the right by which the take is known.
 * It draws and decides nothing else; sizes scale with the shorter side, so 16:9, 9:16 and 1:1 carry the same marks.
 * Text is placed once. What runs (time code, progress bar, captions) is drawn apart, and only where it changed, because
 * every macroblock that is drawn on costs bytes in each frame.
 */

import type { WornPicture } from "../rules/order.js";
import { CAPTION_LINES, type Page, pageAt, pagesOf, type Speech } from "./captions.js";
import {
  depth,
  face,
  lineHeight,
  type Face,
  Lettering,
  shorten,
  spell,
  textWidth,
  wrap,
} from "./lettering.js";
import { mix, palette, type Palette, signOf } from "./palette.js";
import { MACROBLOCK, Picture } from "./picture.js";
import { drawBand, drawSign, SIGN_SQUARES } from "./sign.js";
import { bandEdge } from "./watermark.js";

/** What a slate says. */
export interface SlateText {
  /** Chooses the colours: a hexadecimal digest, of which the first bytes are read. */
  readonly seed: string;
  /** Four hexadecimal digits that tell two takes apart: they choose the bright colours and fill a band; or none. */
  readonly mark?: string;
  readonly title: string;
  /** Set in a coloured tag beside the title, for instance the mode; empty for none. */
  readonly tag: string;
  /** Short facts on the line below the title. */
  readonly facts: readonly string[];
  readonly prompt: string;
  /** What a try-on was made from; stands in the place of the prompt. */
  readonly pictures?: readonly WornPicture[] | undefined;
  /** Lines above the time code, for instance what the first frame was. */
  readonly notes: readonly string[];
  /** Parts of a clip, from 0 to 1, that are marked above its progress bar. */
  readonly spans?: readonly { readonly from: number; readonly to: number }[];
  /** What is said in a clip, shown while it is said. */
  readonly speeches?: readonly Speech[];
}

/** What is left free beside the band, in hundredths of the shorter side. */
const BAND_GAP = 5;

/** A frame with its slate on it, ready for the running parts of a clip. */
export class Slate {
  readonly picture: Picture;
  readonly #lettering = new Lettering();
  readonly #unit: number;
  readonly #margin: number;
  readonly #palette: Palette;
  /** Where the band begins, and where everything else ends. */
  readonly #edge: number;
  readonly #right: number;
  readonly #captionFace: Face;
  readonly #captionTop: number;
  readonly #pages: readonly Page[];
  #shownPage: Page | undefined;
  #shownTime = "";
  #shownBar = -1;

  constructor(width: number, height: number, text: SlateText) {
    this.picture = new Picture(width, height);
    this.#unit = Math.min(width, height) / 100;
    this.#margin = Math.round(7.5 * this.#unit);
    this.#palette = palette(text.seed, text.mark ?? "");
    const banded = text.mark !== undefined;
    this.#edge = banded ? bandEdge(width, height) : width;
    this.#right = this.#edge - (banded ? Math.round(BAND_GAP * this.#unit) : this.#margin);
    this.#background(0, 0, this.picture.stride, this.picture.rows * MACROBLOCK);
    this.#cornerMarks();
    if (text.mark !== undefined) {
      drawBand(this.picture, text.mark, this.#palette.sign, this.#margin, this.#unit);
    }
    const top = this.#heading(text);
    const notes = this.#notes(text.notes.map(spell));
    for (const { from, to } of text.spans ?? []) this.#span(from, to);
    this.#captionFace = face(4 * this.#unit, 0.13);
    const border = this.#captionBorder();
    this.#pages = pagesOf(text.speeches ?? [], this.#captionFace, this.#right - this.#margin - 2 * border);
    this.#captionTop = notes - CAPTION_LINES * lineHeight(this.#captionFace) - 2 * border;
    const bottom = this.#pages.length > 0 ? this.#captionTop - border : notes;
    if (text.pictures === undefined || text.pictures.length === 0) {
      this.#prompt(spell(text.prompt.replace(/\s+/gu, " ").trim()), top, bottom);
    } else {
      this.#pictures(text.pictures, top, bottom);
    }
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
      const left = this.#right - Math.round(textWidth(total, small));
      const level = top + digits.capHeight - small.capHeight;
      this.#lettering.write(picture, total, left, level, small, this.#palette.text, 0.6);
    }
    this.#shownTime = shown;
    this.#progress((frame + 1) / frames);
    this.#caption(pageAt(this.#pages, frame / framesPerSecond));
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
    const { height } = this.picture;
    const width = this.#edge;
    const inset = Math.round(3.6 * this.#unit);
    const arm = Math.round(4.5 * this.#unit);
    const thick = Math.max(2, Math.round(0.3 * this.#unit));
    for (const x of [inset, width - inset]) {
      for (const y of [inset, height - inset]) {
        const left = x === inset;
        const above = y === inset;
        this.picture.fill(left ? x : x - arm, above ? y : y - thick, arm, thick, this.#palette.faint);
        this.picture.fill(left ? x : x - thick, above ? y : y - arm, thick, arm, this.#palette.faint);
      }
    }
  }

  /** Title, tag and facts; answers the first free row below. */
  #heading(text: SlateText): number {
    const u = this.#unit;
    const room = this.#right - this.#margin;
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
    if (left + width > this.#right) return;
    const height = small.capHeight + 2 * border;
    const y = top + Math.round((beside.capHeight - height) / 2);
    this.picture.fill(left, y, width, height, this.#palette.sign.bright);
    this.#lettering.write(this.picture, tag, left + border, y + border, small, this.#palette.low);
  }

  /** Notes stand directly above the time code; answers the row where they begin. */
  #notes(notes: readonly string[]): number {
    const small = face(2 * this.#unit, 0.12, 0.02);
    const room = this.#right - this.#margin;
    let y = this.#timeTop() - Math.round(3.2 * this.#unit) - notes.length * lineHeight(small);
    const top = y - Math.round(3.2 * this.#unit);
    for (const note of notes) {
      this.#lettering.write(
        this.picture,
        shorten(note, small, room),
        this.#margin,
        y,
        small,
        this.#palette.sign.bright,
      );
      y += lineHeight(small);
    }
    return top;
  }

  /** As large as it fits; what does not fit at the smallest size ends in an ellipsis. */
  #prompt(prompt: string, top: number, bottom: number): void {
    const room = this.#right - this.#margin;
    const height = bottom - top;
    for (const size of [5.6, 5, 4.5, 4.1, 3.6, 3.1, 2.7, 2.3, 2]) {
      const set = face(size * this.#unit, size > 4 ? 0.12 : 0.125);
      const step = lineHeight(set);
      const last = depth(set);
      const most = Math.max(1, Math.floor((height + step - last) / step));
      const lines = wrap(prompt, set, room);
      if (lines.length > most && size > 2) continue;
      const kept = lines.slice(0, most);
      if (kept.length < lines.length) {
        kept[most - 1] = shorten(`${kept[most - 1] ?? ""} ${lines[most] ?? ""}`, set, room);
      }
      const block = (kept.length - 1) * step + last;
      const start = top + Math.round((height - block) * 0.42);
      for (const [i, line] of kept.entries()) {
        this.#lettering.write(this.picture, line, this.#margin, start + i * step, set, this.#palette.text);
      }
      return;
    }
  }

  /** One below the other, each with its sign, in the place of the prompt. */
  #pictures(pictures: readonly WornPicture[], top: number, bottom: number): void {
    const u = this.#unit;
    const [small, large] = [face(2.2 * u, 0.12, 0.02), face(5 * u, 0.13)];
    const square = 2 * Math.round(1.25 * u);
    const step = Math.min(Math.round(22 * u), Math.floor((bottom - top) / pictures.length));
    const left = this.#margin + (SIGN_SQUARES + 2) * square;
    for (const [i, { role, name, facts, sign }] of pictures.entries()) {
      const y = top + i * step + Math.round((bottom - top - pictures.length * step) * 0.42);
      const { bright, ink } = signOf(sign);
      const side = (SIGN_SQUARES + 1) * square;
      this.picture.fill(this.#margin, y, side, side, bright);
      drawSign(this.picture, sign, this.#margin + square / 2, y + square / 2, square, ink);
      const line = (text: string, of: Face, down: number, strength: number): void =>
        this.#lettering.write(
          this.picture,
          shorten(spell(text), of, this.#right - left),
          left,
          y + Math.round(down * u),
          of,
          this.#palette.text,
          strength,
        );
      line(role, small, 0, 0.7);
      line(name, large, 4.4, 1);
      line(facts, small, 12.6, 0.7);
    }
  }

  #captionBorder(): number {
    return Math.round(1.6 * this.#unit);
  }

  /** Spoken words on the mark's colour; where they stood before is ground again. */
  #caption(page: Page | undefined): void {
    if (page === this.#shownPage) return;
    const set = this.#captionFace;
    const border = this.#captionBorder();
    const height = (lines: number): number => (lines - 1) * lineHeight(set) + set.capHeight + 3 * border;
    const bottom = this.#captionTop + height(CAPTION_LINES);
    this.#background(this.#margin, this.#captionTop, this.#right - this.#margin, height(CAPTION_LINES));
    if (page !== undefined) {
      const { bright, ink } = this.#palette.sign;
      const top = bottom - height(page.lines.length);
      const width = Math.round(Math.max(...page.lines.map((line) => textWidth(line, set))));
      this.picture.fill(this.#margin, top, width + 2 * border, bottom - top, bright);
      for (const [i, line] of page.lines.entries()) {
        const y = top + Math.round(1.3 * border) + i * lineHeight(set);
        this.#lettering.write(this.picture, line, this.#margin + border, y, set, ink);
      }
    }
    this.#shownPage = page;
  }

  /** A line above the progress bar, with a small foot at either end. */
  #span(from: number, to: number): void {
    const { room, thick, top } = this.#bar();
    const line = Math.max(2, 2 * Math.round(thick / 4));
    const [left, right] = [from, to].map((part) => this.#margin + 2 * Math.round((room * part) / 2));
    if (left === undefined || right === undefined) return;
    this.picture.fill(left, top - 2 * line, right - left, line, this.#palette.sign.bright);
    for (const x of [left, right - line])
      this.picture.fill(x, top - line, line, line, this.#palette.sign.bright);
  }

  #bar(): { readonly room: number; readonly thick: number; readonly top: number } {
    const thick = Math.max(3, Math.round(0.8 * this.#unit));
    const room = this.#right - this.#margin;
    return { room, thick, top: this.picture.height - this.#margin - thick };
  }

  #progress(done: number): void {
    const { room, thick, top } = this.#bar();
    const reached = Math.round((room * Math.min(1, done)) / 2) * 2;
    if (this.#shownBar < 0) this.picture.fill(this.#margin, top, room, thick, this.#palette.faint);
    const from = Math.max(0, this.#shownBar);
    if (reached > from)
      this.picture.fill(this.#margin + from, top, reached - from, thick, this.#palette.sign.bright);
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
