/** A download is taken for what its step gives and for nothing else, so that a spoilt clip is fetched again, not kept as noise. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { Product } from "../../src/graph/actions.js";
import { keptText } from "../../src/plan/kept.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { probeBytes } from "../../src/store/probe.js";
import { SERIES_END, seriesHeader, seriesPadding } from "../../src/store/series.js";
import { png } from "./pictures.js";
import { spoken } from "./sounds.js";

const picture = png(768, 1024);
const clip = (() => {
  const text = { seed: "00112233", title: "", tag: "", facts: [], prompt: "", notes: [] };
  const steps = encodeClip({ width: 1280, height: 720, seconds: 5, text });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return Buffer.from(step.value);
  }
})();
const FILES: Readonly<Record<Product, Buffer>> = {
  clip,
  still: picture,
  series: Buffer.concat([seriesHeader(1, picture), picture, seriesPadding(picture.length), SERIES_END]),
  sound: spoken("mp3"),
  kept: Buffer.from(keptText({ kept: "voice", id: "829" })),
};
const PRODUCTS = Object.keys(FILES) as readonly Product[];

function kindOf(bytes: Buffer, product?: Product): string {
  const read = (position: number, length: number) => bytes.subarray(position, position + length);
  return probeBytes(read, { sha256: sha256Hex(bytes), size: bytes.length }, product).kind;
}

test("a file is taken where its kind is made, and where anything may come", () => {
  for (const product of PRODUCTS) {
    expect(kindOf(FILES[product], product), product).toBe("artifact");
    expect(kindOf(FILES[product]), product).toBe("artifact");
  }
});

test.each(PRODUCTS)(
  "a %s is unfit where something else is made; a clip and a still are both seen",
  (made) => {
    const seen: ReadonlySet<Product> = new Set(["clip", "still"]);
    for (const product of PRODUCTS) {
      const alike = made === product || (seen.has(made) && seen.has(product));
      expect(kindOf(FILES[made], product), product).toBe(alike ? "artifact" : "unfit");
    }
  },
);

test.each([16, 64, 256, 1024])(
  "a clip or still of which the first %i bytes were spoilt is unfit, though it can look like a sound",
  (length) => {
    for (const bytes of [clip, picture]) {
      const spoilt = Buffer.from(bytes.map((byte, at) => (at < length ? 255 - byte : byte)));
      for (const product of ["clip", "still"] as const) expect(kindOf(spoilt, product)).toBe("unfit");
    }
  },
);
