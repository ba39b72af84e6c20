/**
 * The colours of a slate: a dark ground that follows from what was asked, and bright ones that follow from the mark.
 * Chains share a ground, because what is made from a clip keeps its seed; takes differ in everything that is bright.
 * It draws nothing.
 */

import { type Colour, rgb } from "./picture.js";

/** The colours of one slate. */
export interface Palette {
  /** The ground's at its upper and its lower edge. */
  readonly high: Colour;
  readonly low: Colour;
  /** Lines that should hardly be seen. */
  readonly faint: Colour;
  readonly text: Colour;
  /** The mark's own colours. */
  readonly sign: Sign;
}

/** The colours of four hexadecimal digits. */
export interface Sign {
  readonly bright: Colour;
  /** Less bright, beside the other where the mark is drawn large, so that two marks hardly ever look alike. */
  readonly second: Colour;
  /** Dark, to be written with on the bright one. */
  readonly ink: Colour;
}

/** The seed is a hexadecimal digest, of which the first bytes are read. */
export function palette(seed: string, mark: string): Palette {
  const hue = number(seed.slice(0, 4)) % 360;
  const saturation = 0.35 + (number(seed.slice(4, 6)) / 255) * 0.3;
  return {
    high: fromHue(hue, saturation, 0.25),
    low: fromHue((hue + 24) % 360, saturation, 0.1),
    faint: fromHue(hue, saturation * 0.6, 0.42),
    text: rgb(244, 242, 236),
    sign: signOf(mark),
  };
}

/** Twelve hues for the first colour and, apart from it, eight for the second. */
export function signOf(mark: string): Sign {
  const value = number(mark);
  const hue = (value % 12) * 30;
  const other = (hue + 60 + (Math.floor(value / 12) % 8) * 34) % 360;
  return {
    bright: fromHue(hue, 0.8, 0.68),
    second: fromHue(other, 0.5, 0.4),
    ink: fromHue(hue, 0.5, 0.1),
  };
}

/** A colour between two; `part` is 0 for the first and 1 for the second. */
export function mix(a: Colour, b: Colour, part: number): Colour {
  const between = (x: number, y: number): number => Math.round(x + (y - x) * part);
  return { y: between(a.y, b.y), u: between(a.u, b.u), v: between(a.v, b.v) };
}

function number(hexadecimal: string): number {
  return Number.parseInt(hexadecimal, 16) || 0;
}

function fromHue(hue: number, saturation: number, lightness: number): Colour {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return rgb(channel(0), channel(8), channel(4));
}
