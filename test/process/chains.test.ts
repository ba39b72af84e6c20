/**
 * Whole shots over real processes and HTTP: stills, fittings, continuations and speech, against both generations of the
 * API, with a key and with a key pair; and what is doomed, which is refused before anything is paid.
 */
import { describe, expect, it } from "vitest";
import { encodeStill } from "../../src/sandbox/media/png.js";
import type { Sandbox } from "../../src/sandbox/sandbox.js";
import { asVendor, project, sandbox, type TestProject } from "./cli.js";
import { wav } from "../store/sounds.js";

const YES = ["render", "--ask-tiers", "none", "--ask-above", "100"];
const keyPair = (server: Sandbox) => ({
  KLING_ACCESS_KEY: server.accessKey,
  KLING_SECRET_KEY: server.secretKey,
  KLING_BASE_URL: server.url,
});

const NEW = `version: 1
project: film
provider: kling
images:
  mara: { prompt: a woman, aspect_ratio: "3:4" }
  coat: { try_on: { human: { from: images.mara }, cloth: refs/coat.png } }
shots:
  a:
    image: { from: images.coat }
    prompt: she turns
    steps:
      - extend: { prompt: she goes on }
      - lip_sync: { audio: vo/line.wav, at: 0.5 }
  b:
    image: { from: shots.a, frame: last }
    prompt: she walks away
    steps:
      - extend: { prompt: the street is empty, via: last_frame, model: kling-2.6 }
`;

const LEGACY = `version: 1
project: film
provider: kling
defaults: { video: { model: kling-v2-5-turbo } }
shots:
  a:
    prompt: a woman speaks
    steps:
      - extend: { prompt: she goes on, model: kling-v3-omni }
      - extend: { prompt: and on, via: last_frame, model: kling-v2-6 }
      - lip_sync: { text: we should have turned back at the lighthouse, voice: oversea_male1 }
`;

const NATIVE = `version: 1
project: film
provider: kling
shots:
  a:
    model: kling-v1-6
    prompt: a woman speaks
    steps:
      - extend: { prompt: she goes on }
      - extend: { prompt: and on }
      - lip_sync: { audio: vo/line.wav }
`;

function film(text: string, env: Readonly<Record<string, string>>): TestProject {
  const made = project(text, env);
  const words = { seed: "0123456789", title: "", tag: "", facts: [], prompt: "", notes: [] };
  made.write("refs/coat.png", encodeStill(400, 400, words, "coat"));
  made.write("vo/line.wav", wav(3));
  return made;
}

/** Which creates were accepted, by path, in order. */
const accepted = async (server: { creates(): Promise<readonly { outcome: string; path: string }[]> }) =>
  (await server.creates()).filter((each) => each.outcome === "accepted").map((each) => each.path);

describe("a chain of steps", { timeout: 90_000 }, () => {
  it.each<[string, string, (server: Sandbox) => Readonly<Record<string, string>>, readonly string[]]>([
    [
      "in the new generation, with an API key",
      NEW,
      asVendor,
      [
        "/v1/images/generations",
        "/v1/images/kolors-virtual-try-on",
        "/image-to-video/kling-2.5-turbo",
        "/omni-video/kling-3.0-omni",
        "/v1/videos/identify-face",
        "/v1/videos/advanced-lip-sync",
        "/image-to-video/kling-2.5-turbo",
        "/image-to-video/kling-2.6",
      ],
    ],
    ...[asVendor, keyPair].flatMap((env): [string, string, typeof env, readonly string[]][] => {
      const how = env === asVendor ? "an API key" : "a key pair";
      return [
        [
          `through /v1, with ${how}`,
          LEGACY,
          env,
          [
            "/v1/videos/text2video",
            "/v1/videos/omni-video",
            "/v1/videos/image2video",
            "/v1/videos/identify-face",
            "/v1/audio/tts",
            "/v1/videos/advanced-lip-sync",
          ],
        ],
        [
          `of native extensions, with ${how}`,
          NATIVE,
          env,
          [
            "/v1/videos/text2video",
            "/v1/videos/video-extend",
            "/v1/videos/video-extend",
            "/v1/videos/identify-face",
            "/v1/videos/advanced-lip-sync",
          ],
        ],
      ];
    }),
  ])("%s renders, each create sent once, and a second run has nothing to do", async (_, text, env, paths) => {
    const server = await sandbox({ asVendor: true, retired: "accept", timeScale: 0.002 });
    const made = film(text, env(server));
    const ended = await made.run(YES);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await accepted(server)).toEqual(paths);
    const again = await made.run(YES);
    expect(again.code, again.stderr).toBe(0);
    expect(await server.creates()).toHaveLength(paths.length);
  });

  it.each([
    ["in the new generation", NEW],
    ["through /v1", LEGACY],
    ["of native extensions", NATIVE],
  ])("%s renders on the embedded sandbox", async (_, text) => {
    const made = film(text.replace("provider: kling", "provider: sandbox"), {
      KLINGMAKE_SANDBOX_TIME_SCALE: "0.002",
    });
    const ended = await made.run(["render"]);
    expect(ended.code, ended.stderr).toBe(0);
    const { steps } = (await made.json(["plan"])).data as {
      readonly steps: readonly { readonly decision: { readonly kind: string } }[];
    };
    expect(steps.length).toBeGreaterThan(3);
    expect(new Set(steps.map((each) => each.decision.kind))).toEqual(new Set(["keep"]));
  });

  it("on an older gateway has the old lip-sync, once its unknown price is accepted", async () => {
    const server = await sandbox({ asVendor: true, lipSync: "old", timeScale: 0.002 });
    const text = LEGACY.replace(/      - extend.*\n/g, "");
    const made = film(text, { ...keyPair(server), KLING_LIP_SYNC: "old" });
    const refused = await made.run(YES);
    expect(refused.code, refused.stderr).toBe(5);
    expect(refused.stderr).toContain("--allow-unknown-price shots.a.lip_sync");
    const accept = ["--allow-unknown-price", "shots.a.lip_sync"];
    const { digest } = (await made.json(["plan", ...accept])).data as { readonly digest: string };
    const ended = await made.run(["render", ...accept, "--approve", digest]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await accepted(server)).toEqual(["/v1/videos/text2video", "/v1/videos/lip-sync"]);
  });

  it("on an older gateway that is not said to be one pays for nothing but the clip, and says what to set", async () => {
    const server = await sandbox({ asVendor: true, lipSync: "old", timeScale: 0.002 });
    const made = film(LEGACY.replace(/      - extend.*\n/g, ""), keyPair(server));
    const ended = await made.run(YES);
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toContain("KLING_LIP_SYNC=old");
    expect(await accepted(server)).toEqual(["/v1/videos/text2video"]);
  });
});

const shot = (body: string) => `version: 1\nproject: film\nprovider: kling\nshots:\n  a:\n${body}`;

describe("what is doomed", { timeout: 60_000 }, () => {
  it.each<[string, string, number, readonly RegExp[]]>([
    [
      "a retired model",
      shot("    prompt: a boat\n    model: kling-v1\n"),
      3,
      [/catalog\/retired-model/, /use kling-/],
    ],
    [
      "a native extension of a current model's clip",
      shot("    prompt: a boat\n    steps:\n      - extend: { via: native }\n"),
      3,
      [/cannot be extended natively/, /set via: omni or last_frame/],
    ],
    [
      "a sound of 16 minutes",
      shot("    prompt: a boat\n    steps:\n      - lip_sync: { audio: vo/long.wav }\n"),
      3,
      [/graph\/input-invalid/, /16/, /cut/i],
    ],
    [
      "a picture of 100 pixels",
      shot("    prompt: a boat\n    image: refs/tiny.png\n"),
      3,
      [/100x100/, /at least 300 pixels/],
    ],
    [
      "a sound that is longer than its clip",
      shot("    prompt: a boat\n    steps:\n      - lip_sync: { audio: vo/eight.wav }\n"),
      3,
      [/8(\.0)? s/, /audio_end/],
    ],
  ])("%s is refused before anything is paid, with advice", async (_, text, code, words) => {
    const server = await sandbox({ asVendor: true });
    const made = film(text, asVendor(server));
    const blank = { seed: "0123456789", title: "", tag: "", facts: [], prompt: "", notes: [] };
    made.write("refs/tiny.png", encodeStill(100, 100, blank, ""));
    made.write("vo/eight.wav", wav(8));
    made.write("vo/long.wav", wav(16 * 60 + 3, { rate: 2000 }));
    const ended = await made.run(YES);
    expect(ended.code, ended.stderr).toBe(code);
    for (const word of words) expect(ended.stderr.replace(/\s+/g, " ")).toMatch(word);
    expect(await server.creates()).toEqual([]);
  });

  it("an extension of a clip that the vendor has dropped is blocked before anything is paid, with advice", async () => {
    const server = await sandbox({ asVendor: true, timeScale: 0.002 });
    const text = shot("    prompt: a boat\n    steps:\n      - extend: { prompt: on }\n");
    const made = film(text, asVendor(server));
    expect((await made.run(YES)).code).toBe(0);
    const creates = (await server.creates()).length;
    const old = new Date(Date.now() - 31 * 86_400_000).toISOString();
    made.write(
      "kling.lock.json",
      made.read("kling.lock.json").replace(/"completed": "[^"]+"/g, `"completed": "${old}"`),
    );
    made.write("kling.manifest.yaml", text.replace("prompt: on", "prompt: on and on"));
    const ended = await made.run(YES);
    expect(ended.code, ended.stderr).toBe(10);
    const said = ended.stderr.replace(/\s+/g, " ");
    expect(said).toContain("keeps results for 30 days");
    expect(said).toContain("via: last_frame");
    expect(await server.creates()).toHaveLength(creates);
  });
});
