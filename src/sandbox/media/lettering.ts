/**
 * Turns text into coverage masks at any size, wraps it, and spells what the alphabet lacks with plain letters.
 * It draws on nothing: the caller stamps the masks. Sizes are cap heights in pixels. Masks are kept per glyph, size
 * and weight within one Lettering, so a clip that redraws its time code 120 times draws each digit once.
 */

import {
  CAP_HEIGHT,
  DESCENDER,
  GLYPHS,
  LETTER_SPACE,
  LINE_HEIGHT,
  SPELLINGS,
  UNKNOWN_GLYPH,
} from "./glyphs.js";
import type { Colour, Mask, Picture } from "./picture.js";

/** How a text is set: cap height in pixels, stroke weight and extra space as parts of the cap height. */
export interface Face {
  readonly capHeight: number;
  readonly weight: number;
  readonly tracking: number;
}

/** A face of the given cap height in pixels, rounded to whole pixels so that lines stay crisp. */
export function face(capHeight: number, weight = 0.13, tracking = 0): Face {
  return { capHeight: Math.max(6, Math.round(capHeight)), weight, tracking };
}

/** Distance between baselines, in pixels. */
export function lineHeight(of: Face): number {
  return Math.round((LINE_HEIGHT * of.capHeight) / CAP_HEIGHT);
}

/** From the cap line to the lowest descender, in pixels. */
export function depth(of: Face): number {
  return Math.round((DESCENDER * of.capHeight) / CAP_HEIGHT);
}

/** Spells a text with the glyphs there are: compatibility forms and accents are taken off, the rest stays as it is. */
export function spell(text: string): string {
  return [...text.normalize("NFKC")]
    .map((character) => {
      if (character in GLYPHS) return character;
      const spelled = SPELLINGS[character];
      if (spelled !== undefined) return spelled;
      return character.normalize("NFKD").replace(/\p{M}/gu, "");
    })
    .join("");
}

/** Width of a spelled text in pixels. */
export function textWidth(text: string, of: Face): number {
  let width = 0;
  for (const character of text) width += advance(character, of);
  return width;
}

/** Breaks a spelled text into lines of at most `width` pixels; a word longer than a line is cut. */
export function wrap(text: string, of: Face, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/u).filter((part) => part !== "")) {
    let rest = word;
    if (line !== "" && textWidth(`${line} ${word}`, of) > width) {
      lines.push(line);
      line = "";
    }
    if (line !== "") {
      line = `${line} ${word}`;
      continue;
    }
    while (textWidth(rest, of) > width) {
      const cut = fitting(rest, of, width);
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    line = rest;
  }
  return line === "" ? lines : [...lines, line];
}

/** Cuts a spelled text so that it and an ellipsis fit into `width` pixels; unchanged when it fits. */
export function shorten(text: string, of: Face, width: number): string {
  if (textWidth(text, of) <= width) return text;
  return `${text.slice(0, fitting(text, of, width - advance("…", of))).trimEnd()}…`;
}

/** Draws spelled text and remembers the masks of its glyphs. */
export class Lettering {
  readonly #masks = new Map<string, Placed>();

  /** Draws one line with its cap line at `top`; all positions in pixels. */
  write(
    picture: Picture,
    text: string,
    left: number,
    top: number,
    of: Face,
    colour: Colour,
    strength = 1,
  ): void {
    let x = left;
    for (const character of text) {
      const { mask, offset } = this.#mask(character, of);
      if (mask.width > 0) picture.stamp(mask, Math.round(x) - offset, top - offset, colour, strength);
      x += advance(character, of);
    }
  }

  #mask(character: string, of: Face): Placed {
    const name = `${character} ${of.capHeight} ${of.weight}`;
    const known = this.#masks.get(name);
    if (known !== undefined) return known;
    const drawn = rasterize(character, of);
    this.#masks.set(name, drawn);
    return drawn;
  }
}

/** A mask whose pixel (offset, offset) is the glyph's origin on the cap line. */
interface Placed {
  readonly mask: Mask;
  readonly offset: number;
}

type Point = readonly [x: number, y: number];

function fitting(text: string, of: Face, width: number): number {
  let used = 0;
  let count = 0;
  for (const character of text) {
    used += advance(character, of);
    if (used > width && count > 0) return count;
    count += character.length;
  }
  return count;
}

function glyph(character: string): readonly [width: number, strokes: string] {
  return GLYPHS[character] ?? UNKNOWN_GLYPH;
}

function advance(character: string, of: Face): number {
  return ((glyph(character)[0] + LETTER_SPACE) / CAP_HEIGHT + of.tracking) * of.capHeight;
}

function rasterize(character: string, of: Face): Placed {
  const [glyphWidth, strokes] = glyph(character);
  if (strokes === "") return { mask: { width: 0, height: 0, coverage: new Uint8Array(0) }, offset: 0 };
  const scale = of.capHeight / CAP_HEIGHT;
  const radius = Math.max(0.6, (of.weight * of.capHeight) / 2);
  const offset = Math.ceil(radius + 2 * scale) + 1;
  const width = Math.ceil(glyphWidth * scale) + 2 * offset;
  const height = Math.ceil(25 * scale) + 2 * offset;
  const coverage = new Uint8Array(width * height);
  for (const stroke of strokes.split("|")) {
    const points = path(stroke).map(([x, y]): Point => [x * scale + offset, y * scale + offset]);
    for (const [i, to] of points.entries()) {
      const from = points[i - 1];
      if (from !== undefined) capsule({ width, height, coverage }, from, to, radius);
    }
  }
  return { mask: { width, height, coverage }, offset };
}

/** A stroke's points with its curves cut into short lines. */
function path(stroke: string): readonly Point[] {
  const kind = stroke[0] === "~" || stroke[0] === "o" ? stroke[0] : "";
  const points = stroke
    .slice(kind.length)
    .split(" ")
    .map((pair): Point => {
      const [x, y] = pair.split(",").map(Number);
      return [x ?? 0, y ?? 0];
    });
  const first = points[0];
  if (kind === "" || first === undefined) return points;
  const closed = kind === "o";
  const controls = closed ? points : points.slice(1, -1);
  const drawn: Point[] = [];
  for (const [i, control] of controls.entries()) {
    const before = controls[i - 1] ?? (closed ? points.at(-1) : undefined);
    const after = controls[i + 1] ?? (closed ? first : undefined);
    const from = before === undefined ? first : middle(before, control);
    const to = after === undefined ? (points.at(-1) ?? control) : middle(control, after);
    for (let step = i === 0 ? 0 : 1; step <= 10; step++) drawn.push(bend(from, control, to, step / 10));
  }
  return drawn;
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function bend(from: Point, control: Point, to: Point, t: number): Point {
  const at = (i: 0 | 1): number => (1 - t) * (1 - t) * from[i] + 2 * t * (1 - t) * control[i] + t * t * to[i];
  return [at(0), at(1)];
}

/** Covers every pixel by how far it lies inside a line with round ends. */
function capsule(mask: Mask, [ax, ay]: Point, [bx, by]: Point, radius: number): void {
  const reach = radius + 1;
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const lastRow = Math.min(mask.height - 1, Math.ceil(Math.max(ay, by) + reach));
  const lastColumn = Math.min(mask.width - 1, Math.ceil(Math.max(ax, bx) + reach));
  for (let row = Math.max(0, Math.floor(Math.min(ay, by) - reach)); row <= lastRow; row++) {
    for (let column = Math.max(0, Math.floor(Math.min(ax, bx) - reach)); column <= lastColumn; column++) {
      const px = column + 0.5 - ax;
      const py = row + 0.5 - ay;
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const distance = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const inside = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const at = row * mask.width + column;
      mask.coverage[at] = Math.max(mask.coverage[at] ?? 0, Math.round(255 * inside));
    }
  }
}
