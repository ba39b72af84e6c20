/**
 * What stands in the middle of a slate: the prompt, one shot of several, or what a try-on was made from.
 * It sets text into a box that it is given and knows nothing of what is around the box or of time.
 */

import type { Cut, WornPicture } from "../rules/order.js";
import {
  depth,
  face,
  type Face,
  type Lettering,
  lineHeight,
  shorten,
  spell,
  textWidth,
  wrap,
} from "./lettering.js";
import { signOf } from "./palette.js";
import type { Colour, Picture } from "./picture.js";
import { drawSign, SIGN_SQUARES } from "./sign.js";

/** A box to set text in, in pixels; `unit` is a hundredth of the picture's shorter side. */
export interface TextPage {
  readonly picture: Picture;
  readonly lettering: Lettering;
  readonly unit: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly colour: Colour;
  readonly bright: Colour;
}

/** The number of the shot, from 0, that is on at a moment; the last one after the end. */
export function cutAt(cuts: readonly Cut[], seconds: number): number {
  let end = 0;
  const index = cuts.findIndex((cut) => {
    end += cut.seconds;
    return seconds < end;
  });
  return index < 0 ? cuts.length - 1 : index;
}

/** Sets a text as large as it fits; what does not fit at the smallest size ends in an ellipsis. */
export function setPrompt(page: TextPage, text: string): void {
  const prompt = spell(text.replace(/\s+/gu, " ").trim());
  const room = page.right - page.left;
  const height = page.bottom - page.top;
  for (const size of [5.6, 5, 4.5, 4.1, 3.6, 3.1, 2.7, 2.3, 2]) {
    const set = face(size * page.unit, size > 4 ? 0.12 : 0.125);
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
    const start = page.top + Math.round((height - block) * 0.42);
    for (const [i, line] of kept.entries()) {
      page.lettering.write(page.picture, line, page.left, start + i * step, set, page.colour);
    }
    return;
  }
}

/** One of several: a shot of a clip, or a picture of a task. */
export interface Part {
  readonly number: number;
  readonly count: number;
  /** Length of a shot; pictures have none. */
  readonly seconds?: number;
}

/** Sets a text below its number among several, which is large. */
export function setPart(page: TextPage, { number, count, seconds }: Part, words: string): void {
  const { picture, lettering, unit, left } = page;
  const top = page.top + Math.round(1.6 * unit);
  const large = face(8 * unit, 0.14);
  const small = face(2.6 * unit, 0.12, 0.02);
  const digit = String(number);
  lettering.write(picture, digit, left, top, large, page.bright);
  const beside = left + Math.round(textWidth(digit, large) + 1.2 * unit);
  const level = top + large.capHeight - small.capHeight;
  const label = seconds === undefined ? `of ${count}` : `of ${count}  ·  ${seconds} s`;
  lettering.write(picture, label, beside, level, small, page.colour, 0.7);
  setPrompt({ ...page, top: top + large.capHeight + Math.round(3 * unit) }, words);
}

/** Sets pictures one below the other, each with its sign. */
export function setFitting(page: TextPage, pictures: readonly WornPicture[]): void {
  const u = page.unit;
  const [small, large] = [face(2.2 * u, 0.12, 0.02), face(5 * u, 0.13)];
  const square = 2 * Math.round(1.25 * u);
  const height = page.bottom - page.top;
  const step = Math.min(Math.round(22 * u), Math.floor(height / pictures.length));
  const left = page.left + (SIGN_SQUARES + 2) * square;
  for (const [i, { role, name, facts, sign }] of pictures.entries()) {
    const y = page.top + i * step + Math.round((height - pictures.length * step) * 0.42);
    const { bright, ink } = signOf(sign);
    const side = (SIGN_SQUARES + 1) * square;
    page.picture.fill(page.left, y, side, side, bright);
    drawSign(page.picture, sign, page.left + square / 2, y + square / 2, square, ink);
    const line = (text: string, of: Face, down: number, strength: number): void =>
      page.lettering.write(
        page.picture,
        shorten(spell(text), of, page.right - left),
        left,
        y + Math.round(down * u),
        of,
        page.colour,
        strength,
      );
    line(role, small, 0, 0.7);
    line(name, large, 4.4, 1);
    line(facts, small, 12.6, 0.7);
  }
}
