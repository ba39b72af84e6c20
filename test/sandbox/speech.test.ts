import { describe, expect, it } from "vitest";

import { download, good, speech, TTS } from "./chain.js";
import { open } from "./client.js";

const body = { text: "The ferry leaves at nine.", voice_id: "oversea_male1", voice_language: "en" };

describe("text to speech", () => {
  it("answers at once with a sound, its length and the price of a call", async () => {
    const { ask } = await open();
    expect(good(await ask("POST", TTS, body))).toMatchObject({
      task_id: expect.stringMatching(/^\d{18}$/),
      task_status: "succeed",
      task_result: { audios: [{ id: expect.any(String), url: expect.any(String), duration: "1.786" }] },
      final_unit_deduction: "0.05",
    });
  });

  it("is a WAV of that length in which something is heard", async () => {
    const { ask } = await open();
    const { url, duration } = await speech(ask);
    const file = await download(url);
    expect((await fetch(url, { method: "HEAD" })).headers.get("content-type")).toBe("audio/wav");
    expect(file.toString("latin1", 0, 4)).toBe("RIFF");
    const samples = Array.from({ length: (file.length - 44) / 2 }, (_, i) => file.readInt16LE(44 + 2 * i));
    expect(samples.length / file.readUInt32LE(24)).toBeCloseTo(Number(duration), 3);
    const heard = samples.filter((sample) => Math.abs(sample) > 1000).length;
    expect(heard / samples.length).toBeGreaterThan(0.2);
    expect(samples.some((sample) => Math.abs(sample) === 32_767)).toBe(false);
  });

  it("lasts as long as its text, shorter when spoken faster, and a Chinese character counts three", async () => {
    const { ask } = await open();
    const lasts = async (more: object) => Number((await speech(ask, { ...body, ...more })).duration);
    expect(await lasts({ text: "x".repeat(140) })).toBe(10);
    expect(await lasts({ text: "x".repeat(140), voice_speed: 2 })).toBe(5);
    expect(await lasts({ text: "渡轮九点离开码头", voice_language: "zh" })).toBeCloseTo(24 / 14, 2);
  });

  it("is the same for the same words and another for another voice", async () => {
    const { ask } = await open();
    const bytes = async (more: object) => download((await speech(ask, { ...body, ...more })).url);
    const one = await bytes({});
    expect(one.equals(await bytes({}))).toBe(true);
    expect(one.equals(await bytes({ voice_id: "oversea_female2" }))).toBe(false);
    expect(one.equals(await bytes({ text: "The ferry leaves at ten!!" }))).toBe(false);
  });

  it.each([
    ["no text", { text: undefined }, "text is required"],
    ["an empty text", { text: "" }, "text must not be empty"],
    ["a text that is too long", { text: "x".repeat(1001) }, "at most 1000 characters"],
    ["no voice", { voice_id: undefined }, "voice_id is required"],
    ["the id of a preset voice", { voice_id: "829826751244537879" }, "is not a voice of text to speech"],
    ["no language", { voice_language: undefined }, "voice_language is required"],
    ["another language", { voice_language: "de" }, "voice_language must be one of zh, en"],
    ["a speed that is too slow", { voice_speed: 0.7 }, "voice_speed must be from 0.8 to 2"],
    ["a speed that is too fast", { voice_speed: 2.1 }, "voice_speed must be from 0.8 to 2"],
    ["an external id", { external_task_id: "x" }, "unknown field external_task_id"],
    ["a callback", { callback_url: "https://example.com" }, "unknown field callback_url"],
  ])("refuses %s", async (_what, more, message) => {
    const { ask } = await open();
    expect(await ask("POST", TTS, { ...body, ...more })).toMatchObject({
      status: 400,
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it("takes mischief from its text and does not speak it", async () => {
    const { ask } = await open();
    const text = `${body.text} [sandbox:lost]`;
    await expect(ask("POST", TTS, { ...body, text })).rejects.toThrow(/fetch failed|terminated/);
    expect((await ask("GET", "/sandbox/ledger")).data).toMatchObject([{ path: TTS, outcome: "accepted" }]);
    expect(await ask("POST", TTS, { ...body, text: "[sandbox:risk]" })).toMatchObject({
      data: { task_status: "failed", final_unit_deduction: "0" },
    });
    expect((await speech(ask, { ...body, text: `${body.text} [sandbox:slow]` })).duration).toBe("1.786");
  });
});
