import { describe, expect, it } from "vitest";

import { clip, download, FACES, good, session, speech, T2V } from "./chain.js";
import { open } from "./client.js";

const HERE = "https://example.com/talking.mp4";

describe("identify-face", () => {
  it("answers at once: a session, a face with its picture and its time, and the price of a call", async () => {
    const { ask } = await open();
    const found = await session(ask, (await clip(ask)).id);
    expect(found).toEqual({
      session_id: expect.stringMatching(/^\d{18}$/),
      face_data: [
        { face_id: expect.any(String), face_image: expect.any(String), start_time: 0, end_time: 5000 },
      ],
      final_unit_deduction: "0.05",
    });
    const picture = await download(found.face_data[0]?.face_image ?? "");
    expect(picture.toString("latin1", 1, 4)).toBe("PNG");
  });

  it("takes a clip by its address, and a foreign one as five seconds with one face", async () => {
    const { ask } = await open();
    const own = await clip(ask, { duration: "10" });
    expect(good(await ask("POST", FACES, { video_url: own.url })).face_data[0]?.end_time).toBe(10_000);
    expect(good(await ask("POST", FACES, { video_url: HERE })).face_data).toMatchObject([
      { start_time: 0, end_time: 5000 },
    ]);
  });

  it.each([
    [0, []],
    [
      2,
      [
        [0, 3077],
        [1923, 5000],
      ],
    ],
    [
      3,
      [
        [0, 2222],
        [1389, 3611],
        [2778, 5000],
      ],
    ],
  ])("finds as many faces as the prompt says: %i, one after the other", async (count, times) => {
    const { ask } = await open();
    const { face_data } = await session(ask, (await clip(ask, { prompt: `[sandbox:faces${count}]` })).id);
    expect(face_data.map(({ start_time, end_time }) => [start_time, end_time])).toEqual(times);
    expect(new Set(face_data.map(({ face_id }) => face_id)).size).toBe(count);
  });

  it.each([
    ["neither id nor address", {}, "exactly one of video_id and video_url"],
    ["both", { video_id: "1-1", video_url: HERE }, "exactly one of video_id and video_url"],
    ["an id that nobody gave out", { video_id: "77-1" }, "does not exist"],
    ["something that is no address", { video_url: "talking.mp4" }, "must be a URL"],
    [
      "an address on this machine that is no result",
      { video_url: "http://127.0.0.1:9/a.mp4" },
      "cannot be fetched",
    ],
    ["an unknown field", { video_url: HERE, external_task_id: "x" }, "unknown field external_task_id"],
  ])("refuses %s", async (_what, body, message) => {
    const { ask } = await open();
    expect(await ask("POST", FACES, body)).toMatchObject({
      status: 400,
      code: 1201,
      message: expect.stringContaining(message),
    });
  });

  it("refuses what is too large, too old, changed, not a clip, or failed", async () => {
    const { ask } = await open();
    const large = await clip(ask, { mode: "4k" });
    expect((await ask("POST", FACES, { video_id: large.id })).message).toContain("from 512 to 2160 px");
    const changed = (await clip(ask)).url.replace(/Signature=.{4}/, "Signature=AAAA");
    expect((await ask("POST", FACES, { video_url: changed })).message).toContain("cannot be fetched");
    expect((await ask("POST", FACES, { video_id: (await speech(ask)).id })).message).toContain("not a video");
    const { task_id } = good(await ask("POST", T2V, { model_name: "kling-v3", prompt: "[sandbox:fail]" }));
    expect((await ask("POST", FACES, { video_id: `${task_id}-1` })).message).toContain("failed");

    const brief = await open({ urlSeconds: -1, handleSeconds: -1 });
    const old = await clip(brief.ask);
    expect((await brief.ask("POST", FACES, { video_id: old.id })).message).toContain("expired");
    expect((await brief.ask("POST", FACES, { video_url: old.url })).message).toContain("expired");
  });

  it("refuses a clip of more than sixty seconds", async () => {
    const { ask } = await open({ retired: "accept", concurrency: 100 });
    let { id } = await clip(ask, { model_name: "kling-v1-6", duration: "10" });
    for (let seconds = 15; seconds <= 65; seconds += 5) {
      const { task_id } = good(await ask("POST", "/v1/videos/video-extend", { video_id: id }));
      id = `${task_id}-1`;
      expect((await ask("POST", FACES, { video_id: id })).code).toBe(seconds > 60 ? 1201 : 0);
    }
  });

  it("is found by no query and in no list, but in the ledger", async () => {
    const { ask } = await open();
    const { session_id } = good(await ask("POST", FACES, { video_url: HERE }));
    expect((await ask("GET", `/tasks?task_ids=${session_id}`)).data).toEqual([]);
    expect((await ask("POST", "/tasks", {})).data.count).toBe(0);
    expect(await ask("GET", FACES)).toMatchObject({ status: 404, code: 1202 });
    expect(await ask("GET", `${FACES}/${session_id}`)).toMatchObject({ status: 404, code: 1203 });
    expect((await ask("GET", "/sandbox/ledger")).data).toMatchObject([
      { path: FACES, external_task_id: null, outcome: "accepted", task_id: session_id, code: 0 },
    ]);
  });

  it("obeys the words that a clip's prompt holds for it, and no others", async () => {
    const { ask } = await open();
    const { id } = await clip(ask, { prompt: "[sandbox:identify-busy] [sandbox:slow]" });
    expect(await ask("POST", FACES, { video_id: id })).toMatchObject({ status: 429, code: 1303 });
    expect((await ask("POST", FACES, { video_id: id })).code).toBe(0);
  });
});
