/** The small calls before a lip-sync, against a server whose answers each test writes: faces, speech, and doubt. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.js";
import type { Action } from "../../src/graph/actions.js";
import { parseExactJson } from "../../src/provider/json.js";
import { readSmallAnswer } from "../../src/provider/kling/small-calls.js";
import { WrongServer, type SmallCall, type VendorResult } from "../../src/provider/provider.js";
import { answer, never, NOW, ok, route, serve } from "./world.js";

const URL_OF_CLIP = "https://cdn.example/7.mp4?sig=abc";
const clip: VendorResult = { kind: "result", id: "clip-7", url: URL_OF_CLIP };
const faces: SmallCall = { kind: "identify_face", source: clip };
const speech: SmallCall = {
  kind: "speech",
  text: "the ferry is late",
  voice: "oversea_male1",
  language: "en",
  speed: 1.1,
};
const PAIR = { env: { KLING_ACCESS_KEY: "AccessKey123", KLING_SECRET_KEY: "SecretKey456" } };
const file = { kind: "file", path: "a.wav" } as const;
const audio: Action = { kind: "lip_sync", source: file, audio: file };
const text: Action = { kind: "lip_sync", source: file, text: "hello", voice: "v" };
const OLD = { env: { KLING_API_KEY: "key-0123456789", KLING_LIP_SYNC: "old" } };

describe("before a create", () => {
  const at = "http://127.0.0.1:9";
  it("of a lip-sync the faces are asked for, and the sound where there is text", () => {
    expect(route(at).callsBefore(audio)).toEqual(["identify_face"]);
    expect(route(at).callsBefore(text)).toEqual(["identify_face", "speech"]);
    expect(route(at).references(route(at).address(audio))).toBe(true);
    expect(route(at).address(text)).toEqual({ dialect: "legacy", product: "/v1/videos/advanced-lip-sync" });
  });

  it("of the old lip-sync nothing is asked, and its answer cannot be asked for", () => {
    const old = route(at, OLD);
    expect([audio, text].map((action) => old.callsBefore(action))).toEqual([[], []]);
    expect(old.references(old.address(text))).toBe(false);
    expect(old.address(text)).toEqual({ dialect: "legacy", product: "/v1/videos/lip-sync" });
  });

  it("of anything else nothing is asked", () => {
    const native: Action = { kind: "extend", via: "native", source: file };
    const omni: Action = { ...native, via: "omni", model: "kling-3.0-omni" };
    for (const provider of [route(at), route(at, OLD)]) {
      expect([native, omni].map((action) => provider.callsBefore(action))).toEqual([[], []]);
      expect([native, omni].map((action) => provider.references(provider.address(action)))).toEqual([
        false,
        true,
      ]);
    }
  });
});

describe("the faces of a clip", () => {
  it.each([
    ["by the vendor's id", clip, { video_id: "clip-7" }],
    ["by URL where the result has no id", { kind: "result", url: URL_OF_CLIP }, { video_url: URL_OF_CLIP }],
    [
      "by a pinned URL",
      { kind: "url", url: "https://a.example/b.mp4" },
      { video_url: "https://a.example/b.mp4" },
    ],
  ] as const)("are asked for %s, by key and by token", async (_how, source, body) => {
    for (const options of [{}, PAIR]) {
      const { url, seen } = await serve((_, response) => ok(response, { session_id: "s", face_data: [] }));
      expect(await route(url, options).call({ kind: "identify_face", source }, never)).toEqual({
        kind: "faces",
        session: "s",
        faces: [],
        billed: { kind: "unknown" },
      });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ method: "POST", path: "/v1/videos/identify-face" });
      expect(JSON.parse(seen[0]?.body ?? "")).toEqual(body);
    }
  });

  it("of a clip in bytes are never asked for", async () => {
    const { url, seen } = await serve((_, response) => ok(response, {}));
    const source = {
      kind: "bytes",
      type: "video/mp4",
      read: () => Promise.resolve(new Uint8Array()),
    } as const;
    await expect(route(url).call({ kind: "identify_face", source }, never)).rejects.toThrow(/source/);
    expect(seen).toHaveLength(0);
  });

  it("come by when they appear, with ids as text and times in whole milliseconds", async () => {
    const { url } = await serve((_, response) =>
      answer(
        response,
        `{"code":0,"data":{"session_id":876543210987654321,"final_unit_deduction":"0.05","face_data":[
          {"face_id":2,"face_image":"https://cdn.example/f.png?sig=1","start_time":1500,"end_time":5200},
          {"face_id":"0","start_time":0,"end_time":5041.4},
          {"face_id":"1","start_time":"1500","end_time":"2000"}]}}`,
      ),
    );
    expect(await route(url).call(faces, never)).toEqual({
      kind: "faces",
      session: "876543210987654321",
      faces: [
        { id: "0", startMs: 0, endMs: 5041 },
        { id: "2", startMs: 1500, endMs: 5200 },
        { id: "1", startMs: 1500, endMs: 2000 },
      ],
      billed: { kind: "billed", units: 50 },
    });
  });

  const face = (more: object) => ({ face_id: "0", start_time: 0, end_time: 1000, ...more });
  it.each([
    ["no list", { face_data: "0" }, []],
    ["a face without an id", { face_data: [face({ face_id: null })] }, []],
    ["a face with an escape for an id", { face_data: [face({ face_id: "\u001b[2J" })] }, []],
    ["a face with half an id", { face_data: [face({ face_id: 1.5 })] }, []],
    ["a face without a beginning", { face_data: [face({ start_time: undefined })] }, []],
    ["a face that ends before it begins", { face_data: [face({ start_time: 2000 })] }, []],
    ["a face whose end is no number", { face_data: [face({ end_time: "soon" })] }, []],
    [
      "a face beyond all times",
      { face_data: [face({ start_time: -7, end_time: 1e300 })] },
      [{ id: "0", startMs: 0, endMs: 3_600_000 }],
    ],
    [
      "a face among rubbish",
      { face_data: [null, 7, [], face({ face_id: "a" })] },
      [{ id: "a", startMs: 0, endMs: 1000 }],
    ],
    [
      "a result with a level of its own",
      { task_result: { session_id: "inner", face_data: [face({})] } },
      [{ id: "0", startMs: 0, endMs: 1000 }],
    ],
  ])("survive %s", (_what, data, found) => {
    expect(readSmallAnswer("identify_face", { session_id: "s", ...data })).toMatchObject({
      kind: "faces",
      faces: found,
    });
  });

  it("are a hundred at most", () => {
    const face_data = Array.from({ length: 500 }, (_, index) => face({ face_id: index }));
    const read = readSmallAnswer("identify_face", { session_id: "s", face_data });
    expect(read?.kind === "faces" && read.faces.length).toBe(100);
  });
});

describe("the sound of a text", () => {
  it("is asked for with its voice, and has an id and a length", async () => {
    const { url, seen } = await serve((_, response) =>
      ok(response, {
        task_id: "t-1",
        task_status: "succeed",
        task_result: { audios: [{ id: "a-9", url: "https://cdn.example/a.mp3?sig=1", duration: "3.25" }] },
        final_unit_deduction: "0.05",
      }),
    );
    expect(await route(url, PAIR).call(speech, never)).toEqual({
      kind: "speech",
      audio: "a-9",
      seconds: 3.25,
      billed: { kind: "billed", units: 50 },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: "POST", path: "/v1/audio/tts" });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      text: "the ferry is late",
      voice_id: "oversea_male1",
      voice_language: "en",
      voice_speed: 1.1,
    });
  });

  it.each([
    [{ id: "a-9", duration: 3 }],
    [{ audio_id: "a-9", duration: "3" }],
    [{ audios: [{ id: "a-9", duration: "3.0" }] }],
    [{ task_id: "t", task_result: { audios: [{}, { id: "a-9", duration: "3" }] } }],
  ])("is also found in %j", (data) => {
    expect(readSmallAnswer("speech", data)).toMatchObject({ kind: "speech", audio: "a-9", seconds: 3 });
  });

  it.each([
    [null],
    [[]],
    ["a-9"],
    [{}],
    [{ id: "a-9" }],
    [{ id: "a-9", duration: "0" }],
    [{ id: "a-9", duration: -3 }],
    [{ id: "a-9", duration: "1e9" }],
    [{ id: "a 9", duration: 3 }],
    [{ id: "x".repeat(300), duration: 3 }],
    [{ id: { toString: 1 }, duration: 3 }],
    // The id beside a list of sounds is the task's own.
    [{ id: "task", duration: 3, audios: [{ id: "\n", duration: 3 }] }],
    [{ task_result: null, task_id: "a-9", duration: 3 }],
  ])("is not to be had from %j", (data) => {
    expect(readSmallAnswer("speech", data)).toBeUndefined();
  });
});

describe("a small call", () => {
  it.each([
    ["an answer without a session", 200, { code: 0, data: { face_data: [] } }],
    ["an answer with a hostile session", 200, { code: 0, data: { session_id: "a\u0007b", face_data: [] } }],
    ["an answer without data", 200, { code: 0 }],
    ["an answer that contradicts itself", 500, { code: 0, data: { session_id: "s" } }],
    ["an internal error", 500, { code: 5000, message: "internal" }],
    ["an internal timeout", 504, { code: 5002, message: "backlog" }],
    ["a page", 502, "<html>bad gateway</html>"],
    ["half an answer", 200, '{"code":0,"data":{"session_id":"s"'],
  ])("is lost by %s, after one POST", async (_what, status, body) => {
    const { url, seen } = await serve((_, response) => answer(response, body, status));
    expect(await route(url).call(faces, never)).toMatchObject({ kind: "lost" });
    expect(seen).toHaveLength(1);
  });

  it("is lost by a cut connection, after one POST", async () => {
    const { url, seen } = await serve((_, response) => response.destroy());
    expect(await route(url).call(speech, never)).toMatchObject({ kind: "lost" });
    expect(seen).toHaveLength(1);
  });

  it("is lost when it is interrupted, and throws nothing", async () => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort(new Error("ctrl-c")));
    expect(await route(url).call(speech, stop.signal)).toMatchObject({ kind: "lost" });
    expect(await route(url).call(speech, stop.signal)).toMatchObject({ kind: "lost" });
  });

  it("is lost when it is interrupted before the server has said what it is", async () => {
    const stop = new AbortController();
    const reason = new Error("ctrl-c");
    const { url, seen } = await serve((_, response) =>
      answer(response, { code: 5001, message: "" }, 503, { "x-klingmake-sandbox": "1" }),
    );
    const clock: Clock = {
      now: () => NOW,
      sleep(_ms, signal) {
        stop.abort(reason);
        return Promise.reject(signal.reason as Error);
      },
    };
    const provider = route(url, { realm: "sandbox", clock });
    expect(await provider.call(speech, stop.signal)).toMatchObject({ kind: "lost" });
    expect(seen.map(({ method }) => method)).toEqual(["GET"]);
  });

  it.each([
    [401, 1002, "credentials"],
    [429, 1102, "account"],
    [400, 1201, "invalid"],
    [400, 1301, "content"],
    [429, 1303, "busy"],
    [503, 5001, "maintenance"],
  ])("is refused under HTTP %i by the code %i as %s", async (status, code, kind) => {
    const { url } = await serve((_, response) => answer(response, { code, message: "words" }, status));
    for (const call of [faces, speech]) {
      const given = await route(url).call(call, never);
      expect(given).toMatchObject({ kind: "refused", error: { code, class: kind } });
      expect(JSON.stringify(given)).not.toContain("KLING_LIP_SYNC");
    }
  });

  it.each([
    ["the vendor's 1202", 404, { code: 1202, message: "method" }, 1202],
    ["the vendor's 1203", 404, { code: 1203, message: "resource" }, 1203],
    ["a gateway's 404", 404, { error: "no route" }, -404],
    ["a gateway's 405", 405, { error: "not allowed" }, -405],
    ["a page of 404", 404, "404 page not found", -404],
    ["a page of 405", 405, "<html>", -405],
  ])("for faces that is answered by %s names the older gateways' way", async (_what, status, body, code) => {
    const { url } = await serve((_, response) => answer(response, body, status));
    expect(await route(url).call(faces, never)).toMatchObject({
      kind: "refused",
      error: { code, class: "invalid", help: expect.stringContaining("KLING_LIP_SYNC=old") as string },
    });
    const spoken = await route(url).call(speech, never);
    expect(spoken).toMatchObject({ kind: "refused", error: { code } });
    expect(JSON.stringify(spoken)).not.toContain("KLING_LIP_SYNC");
  });

  it("signs anew once when its token is too old", async () => {
    const { url, seen } = await serve((_, response, count) =>
      count === 1
        ? answer(response, { code: 1004, message: "" }, 401)
        : ok(response, { session_id: "s", face_data: [] }),
    );
    expect(await route(url, PAIR).call(faces, never)).toMatchObject({ kind: "faces" });
    expect(seen).toHaveLength(2);
  });

  it("is posted to no server that is not the one that was meant", async () => {
    const announced = { "x-klingmake-sandbox": "1" };
    const sandbox = await serve((_, response) => answer(response, { code: 0, data: {} }, 200, announced));
    await expect(route(sandbox.url).call(faces, never)).rejects.toThrow(WrongServer);
    const silent = await serve((_, response) => ok(response, []));
    await expect(route(silent.url, { realm: "sandbox" }).call(faces, never)).rejects.toThrow(WrongServer);
    expect(silent.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("never says a secret or a signed URL", async () => {
    const { url } = await serve((request, response) =>
      answer(
        response,
        {
          code: 1203,
          message: `no ${request.headers.authorization} ${URL_OF_CLIP} key-0123456789 SecretKey456`,
        },
        404,
      ),
    );
    const told = async (options: object) => JSON.stringify(await route(url, options).call(faces, never));
    const [withKey, withPair] = [await told({}), await told(PAIR)];
    expect(withKey).not.toMatch(/key-0123456789|sig=abc/);
    expect(withPair).not.toMatch(/SecretKey456|AccessKey123|eyJ|sig=abc/);
    expect([withKey, withPair]).toEqual([expect.stringContaining("1203"), expect.stringContaining("1203")]);
  });

  it("never makes reading throw, whatever comes", () => {
    const leaf = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
    const field = fc.constantFrom(
      "session_id",
      "face_data",
      "audios",
      "task_result",
      "id",
      "duration",
      "billing",
    );
    const inner = fc.dictionary(fc.constantFrom("face_id", "start_time", "end_time", "id", "duration"), leaf);
    const data = fc.dictionary(field, fc.oneof(leaf, inner, fc.array(fc.oneof(leaf, inner))));
    fc.assert(
      fc.property(data, (given) => {
        const received = parseExactJson(JSON.stringify(given));
        const read = readSmallAnswer("identify_face", received);
        if (read?.kind === "faces") {
          for (const { startMs, endMs } of read.faces) {
            expect([startMs, endMs].every((ms) => Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
            expect(endMs).toBeGreaterThanOrEqual(startMs);
          }
        }
        const spoken = readSmallAnswer("speech", received);
        if (spoken?.kind === "speech") expect(spoken.seconds).toBeGreaterThan(0);
      }),
    );
  });
});
