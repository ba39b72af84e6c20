// Applies the rules to a body without a server, for the tables of claims in this folder, and holds the items that
// those bodies are made of.
import { expect, it } from "vitest";

import type { Accepted, Checked, World } from "../../src/sandbox/rules/order.js";
import { PRODUCTS } from "../../src/sandbox/rules/products.js";
import { pngHeader } from "./client.js";

/** A request body. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * A world in which retired names are refused, no result is known and no sound can be read. The elements 77 (from
 * pictures) and 88 (from a video) and the voice v are kept; 66 was deleted.
 */
export const WORLD: World = {
  retired: "refuse",
  resultById: () => undefined,
  resultAt: () => "foreign",
  element: (id) =>
    ["66", "77", "88"].includes(id)
      ? {
          id,
          name: "Mara",
          state: id === "66" ? "deleted" : "ready",
          preset: false,
          type: id === "88" ? "video-character" : "multi-image",
        }
      : undefined,
  voice: (id) => (id === "v" ? { id, name: "Mara", state: "ready", preset: false } : undefined),
  readSound: () => Promise.resolve(undefined),
};

/** A world in which retired names still answer. */
export const OPEN_WORLD: World = { ...WORLD, retired: "accept" };

/** A good picture. */
export const PNG = pngHeader(960, 540);

export const prompt = { type: "prompt", text: "she turns" };
export const first = { type: "first_frame", url: PNG };
export const last = { type: "last_frame", url: PNG };
export const image = { type: "refer_image", url: PNG };
export const feature = { type: "feature_video", url: "https://example.com/a.mp4" };
export const base = { type: "base_video", url: "https://example.com/a.mp4" };

/** An element or a voice under a handle. */
export const element = (id: string, element_id = "77"): Body => ({ type: "element", element_id, id });
export const voice = (id: string): Body => ({ type: "voice", voice_id: "v", id });

/** A body of contents and settings. */
export const of = (contents: readonly unknown[], settings: Body = {}): Body => ({ contents, settings });

/** A text-to-video body. */
export const text = (settings: Body = {}, more: Body = {}): Body => ({ prompt: "a boat", settings, ...more });

/** What the rules make of a good body; throws the refusal of a bad one. Not for rules that have to wait. */
export function accepted(path: string, body: Body, world = WORLD): Accepted {
  const checked = check(path, body, world);
  if (checked instanceof Promise) throw new Error(`the rules of ${path} wait`);
  if (!checked.ok) throw new Error(checked.refusal.message);
  return checked;
}

/** One claim about a body: the path it is sent to, and "ok" or what the refusal says. */
export type Row = readonly [claim: string, path: string, body: Body, verdict: string | RegExp];

/** A test for each claim; every refusal must have the code 1201. */
export function table(rows: readonly Row[], world = WORLD, products = PRODUCTS): void {
  it.each(rows)("%s", async (_claim, path, body, expected) => {
    const got = await verdict(path, body, world, products);
    expect(got === "ok").toBe(expected === "ok");
    expect(got).toMatch(expected);
  });
}

/** "ok", or what the refusal says, which must have the code 1201. */
export async function verdict(path: string, body: Body, world = WORLD, products = PRODUCTS): Promise<string> {
  const checked = await check(path, body, world, products);
  if (checked.ok) return "ok";
  expect(checked.refusal.code).toBe(1201);
  return checked.refusal.message;
}

function check(path: string, body: Body, world: World, products = PRODUCTS): Checked | Promise<Checked> {
  const product = products.get(path);
  if (product === undefined) throw new Error(`no product at ${path}`);
  return product.check(body, world);
}
