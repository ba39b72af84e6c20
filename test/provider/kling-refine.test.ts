/** The adapter's creates that work on a clip, against a server whose answers each test writes. */
import { describe, expect, it } from "vitest";
import type { Action } from "../../src/graph/actions.js";
import type { Material, Submission } from "../../src/provider/provider.js";
import { answer, never, ok, reference, route, serve } from "./world.js";

const PAIR = { env: { KLING_ACCESS_KEY: "AccessKey123", KLING_SECRET_KEY: "SecretKey456" } };
const submission = (action: Action, materials: Submission["materials"]): Submission => ({
  reference,
  action,
  materials,
});
const handed = (materials: Readonly<Record<string, Material>>) => new Map(Object.entries(materials));

describe("a create that works on a clip", () => {
  const file = { kind: "file", path: "a.mp4" } as const;
  const result = { kind: "result", id: "clip-7", url: "https://cdn.example/7.mp4?sig=abc" } as const;
  const frame = {
    kind: "bytes",
    type: "image/png",
    read: () => Promise.resolve(new Uint8Array([1])),
  } as const;
  const unread = { kind: "bytes", type: "video/mp4", read: () => Promise.reject(new Error("read")) } as const;
  const native: Action = { kind: "extend", via: "native", source: file };
  const omni = (model: string): Action => ({ kind: "extend", via: "omni", source: file, model, mode: "std" });

  it.each([
    ["/v1/videos/video-extend", native, PAIR],
    ["/v1/videos/omni-video", omni("kling-v3-omni"), PAIR],
    ["/omni-video/kling-3.0-omni", omni("kling-3.0-omni"), {}],
  ])("goes to %s with what the vendor has of it", async (path, action, options) => {
    const { url, seen } = await serve((_, response) => ok(response, { task_id: "1" }));
    expect(await route(url, options).submit(submission(action, handed({ source: result })), never)).toEqual({
      kind: "accepted",
      task: "1",
    });
    expect(seen.map((request) => request.path)).toEqual([path]);
    expect(seen[0]?.body).toMatch(/clip-7|7\.mp4\?sig=abc/);
  });

  it("never reads the clip itself, only the frame that was taken from it", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { id: "1" }));
    const action: Action = { ...native, via: "last_frame", frame: file, model: "kling-2.6", mode: "std" };
    const materials = handed({ source: unread, frame });
    expect(await route(url).submit(submission(action, materials), never)).toMatchObject({ kind: "accepted" });
    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({
      contents: [{ type: "first_frame", url: "AQ==" }],
    });
  });

  it("is refused for a key pair where the model is a new one", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { id: "1" }));
    const given = await route(url, PAIR).submit(
      submission(omni("kling-3.0-omni"), handed({ source: result })),
      never,
    );
    expect(given).toMatchObject({
      kind: "refused",
      error: { class: "credentials", message: expect.stringContaining("kling-v3-omni") as string },
    });
    expect(seen).toHaveLength(0);
  });

  it("and carries no reference cannot be taken already: a refusal stays one", async () => {
    const message = "the extension already exists";
    const { url } = await serve((_, response) => answer(response, { code: 1201, message }, 400));
    const given = await route(url).submit(submission(native, handed({ source: result })), never);
    expect(given).toMatchObject({ kind: "refused", error: { code: 1201 } });
  });

  it("and carries no reference is lost behind any page, a missing one too", async () => {
    const { url } = await serve((_, response) => answer(response, "404 page not found", 404));
    expect(await route(url).submit(submission(native, handed({ source: result })), never)).toEqual({
      kind: "lost",
      why: "an answer that is not JSON (HTTP 404)",
    });
  });

  it("takes no clip of the vendor's where a picture or a sound is wanted", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { id: "1" }));
    const materials = handed({ image: result });
    const still: Action = {
      kind: "image_to_video",
      model: "kling-2.6",
      mode: "std",
      duration: 5,
      image: file,
    };
    await expect(route(url).submit(submission(still, materials), never)).rejects.toThrow(
      /image was handed over/,
    );
    expect(seen).toHaveLength(0);
  });

  it("sends lips by their session, and by the old call where it is asked for", async () => {
    const { url, seen } = await serve((_, response) => ok(response, { task_id: "1" }));
    const lips: Action = { kind: "lip_sync", source: file, audio: file };
    const sound = handed({ audio: frame, source: result });
    const speech = { session: "s-1", face: "0", startMs: 0, endMs: 3000, insertMs: 0 };
    await route(url, PAIR).submit({ ...submission(lips, sound), speech }, never);
    const old = { env: { ...PAIR.env, KLING_LIP_SYNC: "old" } };
    await route(url, old).submit(submission(lips, sound), never);
    expect(seen.map((request) => request.path)).toEqual([
      "/v1/videos/advanced-lip-sync",
      "/v1/videos/lip-sync",
    ]);
    const [advanced, older] = seen.map((request) => JSON.parse(request.body) as object);
    expect(advanced).toMatchObject({ face_choose: [{ sound_file: "AQ==" }], external_task_id: reference });
    expect(older).toEqual({
      input: { mode: "audio2video", video_id: "clip-7", audio_type: "file", audio_file: "AQ==" },
    });
  });
});
