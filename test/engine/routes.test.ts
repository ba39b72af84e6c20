/** One and the same film of two shots on every way to the models, and what a change of way costs: nothing. */
import { describe, expect, test } from "vitest";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.js";
import { ledgerOf, routedFilm, server } from "./many-routes.js";

const FILM = `version: 1
project: ferry
provider: kling
profiles:
  current: { override: { video: { model: kling-3.0 } } }
  older: { override: { video: { model: kling-v3 } } }
defaults: { video: { mode: pro, duration: 5 } }
catalog: { prices: [{ model: kling-v3, usd_per_clip: 0.6 }, { model: kling-3.0, usd_per_clip: 0.6 }] }
shots:
  "010": { prompt: the ferry leaves the pier, aspect_ratio: "9:16" }
  "020": { image: refs/dawn.png, prompt: she turns to camera }
`;

const SINGAPORE = "https://api-singapore.klingai.com";
const BEIJING = "https://api-beijing.klingai.com";
const GATEWAY = "https://gateway.example.com";
const NEW = ["/text-to-video/kling-3.0", "/image-to-video/kling-3.0"];
const V1 = ["/v1/videos/text2video", "/v1/videos/image2video"];
const UNIFIED = ["/v1/videos/generations", "/v1/videos/generations"];

type Keys = (sandbox: Sandbox) => Readonly<Record<string, string>>;
const apiKey: Keys = (sandbox) => ({ KLING_API_KEY: sandbox.apiKey });
const keyPair: Keys = ({ accessKey, secretKey }) => ({
  KLING_ACCESS_KEY: accessKey,
  KLING_SECRET_KEY: secretKey,
});

interface Way {
  readonly profile: "current" | "older";
  readonly keys: Keys;
  readonly api: string;
  readonly paths: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly dialect: "new" | "legacy" | "unified";
}

const AT_BEIJING = { KLING_BASE_URL: BEIJING };
const AT_GATEWAY = { KLING_BASE_URL: GATEWAY, KLING_DIALECT: "unified" };
const WAYS: readonly (readonly [name: string, way: Way])[] = [
  [
    "the new dialect with an API key in Singapore",
    { profile: "current", keys: apiKey, api: SINGAPORE, paths: NEW, dialect: "new" },
  ],
  [
    "the new dialect with an API key in Beijing",
    { profile: "current", keys: apiKey, api: BEIJING, paths: NEW, env: AT_BEIJING, dialect: "new" },
  ],
  [
    "/v1 with an API key in Singapore",
    { profile: "older", keys: apiKey, api: SINGAPORE, paths: V1, dialect: "legacy" },
  ],
  [
    "/v1 with an API key in Beijing",
    { profile: "older", keys: apiKey, api: BEIJING, paths: V1, env: AT_BEIJING, dialect: "legacy" },
  ],
  [
    "/v1 with a key pair in Singapore",
    { profile: "older", keys: keyPair, api: SINGAPORE, paths: V1, dialect: "legacy" },
  ],
  [
    "/v1 with a key pair in Beijing",
    { profile: "older", keys: keyPair, api: BEIJING, paths: V1, env: AT_BEIJING, dialect: "legacy" },
  ],
  [
    "a gateway with a static key",
    { profile: "older", keys: apiKey, api: GATEWAY, paths: UNIFIED, env: AT_GATEWAY, dialect: "unified" },
  ],
  [
    "a gateway with a key pair",
    { profile: "older", keys: keyPair, api: GATEWAY, paths: UNIFIED, env: AT_GATEWAY, dialect: "unified" },
  ],
  [
    "a gateway, by the models' newer names",
    { profile: "current", keys: apiKey, api: GATEWAY, paths: UNIFIED, env: AT_GATEWAY, dialect: "unified" },
  ],
];

async function open(way: Way, options: SandboxOptions = {}) {
  const sandbox = await server({ dialect: way.dialect === "unified" ? "unified" : "vendor", ...options });
  return { sandbox, env: { ...way.keys(sandbox), ...way.env } };
}

const keys = new Map<string, Set<string>>();

describe("a film of two shots", () => {
  test.each(WAYS)("is rendered by %s, and then there is nothing to do", async (_name, way) => {
    const { sandbox, env } = await open(way);
    const film = routedFilm(FILM);
    const report = await film.render(env, sandbox, way.api, way.profile);
    expect(report).toMatchObject({ status: "ran", exit: 0 });
    const ledger = await ledgerOf(sandbox);
    expect(ledger.map(({ path, outcome }) => `${outcome} ${path}`).toSorted()).toEqual(
      way.paths.map((path) => `accepted ${path}`).toSorted(),
    );
    expect([...new Set(film.hosts)]).toEqual([way.api]);

    const lock = JSON.parse(film.read("/film/kling.lock.json")) as {
      readonly renders: Readonly<Record<string, { readonly handle: { readonly dialect: string } }>>;
    };
    expect(Object.values(lock.renders).map(({ handle }) => handle.dialect)).toEqual([
      way.dialect,
      way.dialect,
    ]);
    const before = film.hosts.length;
    const again = await film.render(env, sandbox, way.api, way.profile);
    expect(again).toMatchObject({ status: "ran", exit: 0, spent: 0 });
    expect(again.status === "ran" && again.outcomes.map(({ outcome }) => outcome.status)).toEqual([
      "kept",
      "kept",
    ]);
    expect(film.hosts).toHaveLength(before);

    const seen = keys.get(way.profile) ?? new Set();
    for (const key of Object.keys(lock.renders)) seen.add(key);
    keys.set(way.profile, seen);
    // Two shots of one model have two keys, by whatever way they are rendered.
    expect(seen.size).toBe(2);
  });

  test("that one way has rendered is not rendered again by any other", async () => {
    const [[, first]] = WAYS as [(typeof WAYS)[number]];
    const { sandbox, env } = await open(first);
    const film = routedFilm(FILM);
    expect(await film.render(env, sandbox, first.api, "current")).toMatchObject({ exit: 0 });
    for (const [, way] of WAYS) {
      if (way.profile !== "current") continue;
      const other = await open(way);
      expect(await film.render(other.env, other.sandbox, way.api, "current")).toMatchObject({ exit: 0 });
      expect(await ledgerOf(other.sandbox)).toEqual([]);
    }
  });

  test("is not rendered with the keys of the other region, which says so", async () => {
    const sandbox = await server();
    const film = routedFilm(FILM);
    const env = { KLING_API_KEY: "a-key-of-singapore", ...AT_BEIJING };
    const report = await film.render(env, sandbox, BEIJING, "older");
    expect(report).toMatchObject({ status: "ran", exit: 9 });
    expect(JSON.stringify(report)).toContain("keys of one region may not be accepted in the other");
  });
});

const EVERYTHING = `version: 1
project: ferry
provider: kling
catalog:
  models:
    gate-image: { like: kling-v2-1, wire_name: kling-v2-1 }
    gate-try-on: { like: kolors-virtual-try-on-v1-5, wire_name: kolors-virtual-try-on-v1-5 }
  prices:
    - { model: gate-image, usd_per_image: 0.02 }
    - { model: gate-try-on, usd_per_image: 0.02 }
    - { model: kling-v1-6, usd_per_clip: 0.3 }
images:
  mara: { model: gate-image, prompt: a portrait }
  coat: { try_on: { model: gate-try-on, human: { from: images.mara }, cloth: refs/dawn.png } }
shots:
  "010":
    model: kling-v1-6
    image: { from: images.coat }
    prompt: she turns
    steps:
      - extend: { via: native, prompt: she goes on }
      - lip_sync: { text: hello, voice: oversea_male1 }
`;

test("everything that a gateway has is rendered there, one step on another, with no reference and no list", async () => {
  const [, way] = WAYS.at(-1) ?? [];
  if (way === undefined) throw new Error("no way");
  const { sandbox, env } = await open(way);
  const film = routedFilm(EVERYTHING);
  const project = await film.open(env, sandbox, GATEWAY);
  const asked = { ask: () => Promise.resolve(true), allowUnknownPrice: ["shots.010.lip_sync"] };
  const report = await project.render(asked);
  expect(report).toMatchObject({ status: "ran", exit: 0 });
  expect((await ledgerOf(sandbox)).map(({ path, outcome }) => `${outcome} ${path}`)).toEqual([
    "accepted /v1/images/generations",
    "accepted /v1/images/virtual-try-on",
    "accepted /v1/videos/generations",
    "accepted /v1/videos/video-extend",
    "accepted /v1/videos/lip-sync",
  ]);
  const before = film.hosts.length;
  expect(await (await film.open(env, sandbox, GATEWAY)).render(asked)).toMatchObject({ exit: 0, spent: 0 });
  expect(film.hosts).toHaveLength(before);
});

describe("a create that is lost at a gateway", () => {
  const ALONE = FILM.replace(/ {2}"020".*\n/, "");
  const way = WAYS.find(([name]) => name === "a gateway with a static key")?.[1];
  if (way === undefined) throw new Error("no such way");
  const lost = { faults: { rules: [{ call: "create", nth: 1, do: "lost-after" }] } } as const;

  test("is unknown, and is not repeated by this run or the next, with this dialect or another", async () => {
    const { sandbox, env } = await open(way, lost);
    const film = routedFilm(ALONE);
    const report = await film.render(env, sandbox, GATEWAY, "older");
    expect(report).toMatchObject({ exit: 8, outcomes: [{ outcome: { status: "unknown" } }] });
    expect(await ledgerOf(sandbox)).toHaveLength(1);
    expect((await film.render(env, sandbox, GATEWAY, "older")).exit).toBe(8);
    const { KLING_DIALECT: _, ...vendor } = env;
    expect((await film.render(vendor, sandbox, GATEWAY, "older")).exit).toBe(8);
    expect(await ledgerOf(sandbox)).toHaveLength(1);
  });

  test("is taken up by a person who found its task, and then the clip is there", async () => {
    const { sandbox, env } = await open(way, lost);
    const film = routedFilm(ALONE);
    await film.render(env, sandbox, GATEWAY, "older");
    const [entry] = (await ledgerOf(sandbox)) as readonly { readonly task_id?: string }[];
    const project = await film.open(env, sandbox, GATEWAY);
    expect(await project.reconcile({})).toMatchObject({
      exit: 8,
      matters: [{ name: "shots.010.clip", matter: { way: { kind: "decide", because: "no_reference" } } }],
    });
    const settled = await project.reconcile({
      names: ["shots.010.clip"],
      task: entry?.task_id ?? "",
    });
    expect(settled).toMatchObject({ exit: 0 });
    expect(await film.render(env, sandbox, GATEWAY, "older")).toMatchObject({ exit: 0, spent: 0 });
    expect(await ledgerOf(sandbox)).toHaveLength(1);
  });
});
