/**
 * The look of a sandbox frame: what was ordered, set as a film slate on a colour that follows from the prompt, with a
 * bright band at the right by which the take is known.
 * It draws and decides nothing else; sizes scale with the shorter side, so 16:9, 9:16 and 1:1 carry the same marks.
 * Text is placed once. What runs (time code, progress bar, captions) is drawn apart, and only where it changed, because
 * every macroblock that is drawn on costs bytes in each frame.
 */

import type { Cut, WornPicture } from "../rules/order.js";
import { CAPTION_LINES, type Page, pageAt, pagesOf, type Speech } from "./captions.js";
import { face, lineHeight, type Face, Lettering, shorten, spell, textWidth, wrap } from "./lettering.js";
import { mix, palette, type Palette } from "./palette.js";
import { MACROBLOCK, Picture } from "./picture.js";
import { drawBand } from "./sign.js";
import { cutAt, type Part, setFitting, setPart, setPrompt, type TextPage } from "./slate-words.js";
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
  /** The shots of a clip that has several; each stands in the place of the prompt while it lasts. */
  readonly cuts?: readonly Cut[] | undefined;
  /** Which of several pictures it is. */
  readonly part?: Part | undefined;
  /** A part of the picture, as parts of its sides, that is outlined. */
  readonly window?: Window | undefined;
  /** Lines above the time code, for instance what the first frame was. */
  readonly notes: readonly string[];
  /** Parts of a clip, from 0 to 1, that are marked above its progress bar. */
  readonly spans?: readonly { readonly from: number; readonly to: number }[];
  /** What is said in a clip, shown while it is said. */
  readonly speeches?: readonly Speech[];
}

/** A part of a picture, as parts of its sides. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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
  readonly #page: TextPage;
  readonly #cuts: readonly Cut[];
  #shownCut = -1;
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
    if (text.window !== undefined) this.#outline(text.window);
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
    this.#page = {
      picture: this.picture,
      lettering: this.#lettering,
      unit: this.#unit,
      left: this.#margin,
      right: this.#right,
      top,
      bottom,
      colour: this.#palette.text,
      bright: this.#palette.sign.bright,
    };
    this.#cuts = text.cuts ?? [];
    if (this.#cuts.length > 0) this.#showCut(0);
    else if (text.part !== undefined) setPart(this.#page, text.part, text.prompt);
    else if (text.pictures === undefined || text.pictures.length === 0) setPrompt(this.#page, text.prompt);
    else setFitting(this.#page, text.pictures);
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
    if (this.#cuts.length > 0) this.#showCut(cutAt(this.#cuts, frame / framesPerSecond));
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

  /** One shot in the place of the prompt; where another stood before is ground again. */
  #showCut(index: number): void {
    const cut = this.#cuts[index];
    if (cut === undefined || index === this.#shownCut) return;
    const { left, right, top, bottom } = this.#page;
    // Strokes have round ends, which reach over the line that they stand on.
    const border = Math.round(2 * this.#unit);
    if (this.#shownCut >= 0) this.#background(left - border, top, right - left + 2 * border, bottom - top);
    setPart(this.#page, { number: index + 1, count: this.#cuts.length, seconds: cut.seconds }, cut.words);
    this.#shownCut = index;
  }

  #outline({ left, top, width, height }: Window): void {
    const { picture } = this;
    const even = (part: number, whole: number): number => 2 * Math.round((part * whole) / 2);
    const [x, right] = [even(left, picture.width), even(left + width, picture.width)];
    const [y, bottom] = [even(top, picture.height), even(top + height, picture.height)];
    const thick = 2 * Math.max(1, Math.round(0.25 * this.#unit));
    const { faint } = this.#palette;
    picture.fill(x, y, right - x, thick, faint);
    picture.fill(x, bottom - thick, right - x, thick, faint);
    picture.fill(x, y, thick, bottom - y, faint);
    picture.fill(right - thick, y, thick, bottom - y, faint);
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
