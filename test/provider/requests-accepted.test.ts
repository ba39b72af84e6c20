/**
 * Whether the embedded sandbox, whose rules were written from the reference and not from the builders, takes every
 * request that can be sent. The clip, the faces and the sound that some of them work on are its own.
 */
import { describe, expect, it } from "vitest";
import { parseExactJson, writeExactJson } from "../../src/provider/json.js";
import type { OwnResult, World } from "../../src/sandbox/rules/order.js";
import { PRODUCTS } from "../../src/sandbox/rules/products.js";
import { accepted, OPEN_WORLD, verdict, type Body } from "../sandbox/verdict.js";
import { allRequests } from "./golden-requests.js";

const own = (id: string, { order }: { readonly order: OwnResult["order"] }): OwnResult => ({
  id,
  order,
  mark: "3fa2",
  state: "ready",
});
const clip = own(
  "clip-7",
  accepted("/v1/videos/text2video", { model_name: "kling-v1-6", prompt: "x", duration: "5" }, OPEN_WORLD),
);
const withClip: World = { ...OPEN_WORLD, resultById: (id) => (id === "clip-7" ? clip : undefined) };
const faces = own("2-1", accepted("/v1/videos/identify-face", { video_id: "clip-7" }, withClip));
const said = await speech();

/** Elements 77 and 88 and the voice v are kept there, the clip has faces, a text was spoken, and sounds are sounds. */
const WORLD: World = {
  ...withClip,
  readSound: () => Promise.resolve({ format: "wav", seconds: 5 }),
  resultById: (id) => [clip, faces, said].find((one) => one.id === id) ?? twinOf(id),
};

/** A clip has several faces, all told by one answer. */
function twinOf(id: string): OwnResult | undefined {
  return id.startsWith("2-") ? { ...faces, id } : undefined;
}

async function speech(): Promise<OwnResult> {
  const product = PRODUCTS.get("/v1/audio/tts");
  const body = {
    text: "the ferry is late, and nobody on the pier knows why",
    voice_id: "oversea_male1",
    voice_language: "en",
  };
  const checked = await product?.check(body, OPEN_WORLD);
  if (checked?.ok !== true) throw new Error("the sandbox does not speak");
  return own("audio-9", checked);
}

/** The one name that is known to be refused today, so nobody can render with it. */
const REFUSED = /model_name kling-v1 has been discontinued/;

describe("the sandbox", () => {
  it.each(allRequests())("takes the request for %s", async (_name, { path, body }) => {
    const text = writeExactJson(body);
    const got = await verdict(path, parseExactJson(text) as Body, WORLD);
    if (text.includes('"kling-v1"')) expect(got).toMatch(REFUSED);
    else expect(got).toBe("ok");
  });
});
