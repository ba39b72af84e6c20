/**
 * A mark as it is looked at: a symmetrical pattern of squares, and the band at the right of a slate that shows pattern
 * and digits in the mark's colours over the whole height. Sizes scale with `unit`, a hundredth of the shorter side.
 */

import { face, Lettering, textWidth } from "./lettering.js";
import type { Sign } from "./palette.js";
import { type Colour, MACROBLOCK, type Picture } from "./picture.js";
import { bandEdge, stampMark } from "./watermark.js";

/** Squares in a row of a sign, and rows. */
export const SIGN_SQUARES = 5;

/** Draws the sign of four hexadecimal digits from squares of `square` pixels, an even number. */
export function drawSign(
  picture: Picture,
  mark: string,
  left: number,
  top: number,
  square: number,
  colour: Colour,
): void {
  const bits = Number.parseInt(mark, 16) || 0;
  for (let row = 0; row < SIGN_SQUARES; row++) {
    for (let column = 0; column < SIGN_SQUARES; column++) {
      const from = 3 * row + Math.min(column, SIGN_SQUARES - 1 - column);
      if (((bits >> from) & 1) === 0) continue;
      picture.fill(left + column * square, top + row * square, square, square, colour);
    }
  }
}

/** Draws the band of a mark; its sign begins at `top`. */
export function drawBand(picture: Picture, mark: string, sign: Sign, top: number, unit: number): void {
  const edge = bandEdge(picture.width, picture.height);
  const room = picture.width - edge;
  const half = MACROBLOCK * Math.ceil((28 * unit) / MACROBLOCK);
  picture.fill(edge, 0, picture.stride - edge, half, sign.bright);
  picture.fill(edge, half, picture.stride - edge, picture.rows * MACROBLOCK - half, sign.second);
  stampMark(picture, mark);
  const square = 2 * Math.round(1.05 * unit);
  drawSign(picture, mark, edge + 2 * Math.round((room - SIGN_SQUARES * square) / 4), top, square, sign.ink);
  const digits = face(4 * unit, 0.16);
  const left = edge + Math.round((room - textWidth(mark, digits) + 0.25 * digits.capHeight) / 2);
  new Lettering().write(picture, mark, left, top + Math.round(13.5 * unit), digits, sign.ink);
}
