/**
 * Secrets end where they are used. A vendor that echoes credentials, sets cookies and signs addresses; runs that succeed
 * and fail in every way; bugs on purpose. Then everything that was written and said is searched for every spelling of
 * everything secret.
 */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { redacted, spellingsOf } from "../../src/base/secret.js";
import type { Io } from "../../src/cli/io.js";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { answer, ok, serve, type Seen } from "../provider/world.js";
import { filesBelow, ground, type Ground, type Said } from "./ground.js";
import { prototypesUntouched } from "./prototypes.js";
import { expectHarmless } from "./terminal.js";

prototypesUntouched();

const API_KEY = 'Canary+"Api/Key\\=0123456789';
const ACCESS_KEY = "CanaryAccessKey0123456789ab";
const SECRET_KEY = "CanarySecretKey0123456789cd";
const SIGNATURE = "CanarySignature0123456789ef";
const COOKIE = "CanaryCookie0123456789gh";
const CALLBACK = "CanaryCallback0123456789ij";
const WEBHOOK_SECRET = `whsec_${Buffer.from("CanaryWebhookSecret0123456789kl").toString("base64")}`;

const FILM = (model: string) => `version: 1
project: night-ferry
provider: kling
defaults: { video: { model: ${model} } }
shots:
  a: { prompt: the ferry leaves }
`;

const CLIP = (() => {
  const text = { seed: "00112233", title: "", tag: "", facts: [], prompt: "", notes: [] };
  const steps = encodeClip({ width: 128, height: 72, seconds: 1, text });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
})();

/** What a careless server says about what it was sent. */
function echo(authorization: string): string {
  const bearer = authorization.replace(/^Bearer /, "");
  const address = `https://cdn.example.com/a.mp4?X-Amz-Signature=${SIGNATURE}&Expires=1`;
  return [
    "not this time:",
    `Authorization: ${authorization}`,
    bearer,
    encodeURIComponent(bearer),
    JSON.stringify({ bearer }),
    Buffer.from(bearer).toString("base64"),
    Buffer.from(`api:${bearer}`).toString("base64"),
    Buffer.from(`user:${bearer}:x`).toString("base64url"),
    address,
    JSON.stringify(address).replaceAll("/", "\\/"),
    encodeURIComponent(address),
    "\u001b]0;owned\u0007\u202e\u200b",
  ].join(" ");
}

type Vendor = (
  what: "create" | "query" | "result",
  request: Seen,
  response: ServerResponse,
  base: string,
) => void;

const json = (response: ServerResponse, status: number, body: unknown) =>
  answer(response, body, status, { "set-cookie": `session=${COOKIE}; HttpOnly` });
const auth = ({ headers }: Seen): string => String(headers.authorization);
const taskOf = (request: Seen): Readonly<Record<string, unknown>> => ({
  id: "876543210",
  task_id: "876543210",
  external_id: /km1-[a-z2-7]{26}/.exec(request.path)?.[0] ?? "",
});
const created: Vendor = (_, request, response) =>
  ok(response, { ...taskOf(request), status: "submitted", task_status: "submitted" });
/** A task in both generations' words. */
const task = (request: Seen, status: string, more: object): unknown => {
  const data = { ...taskOf(request), status, task_status: status, ...more };
  return { code: 0, message: "SUCCEED", data: request.path.startsWith("/v1/") ? data : [data] };
};
const result = (base: string, name: string): object => {
  const url = `${base}/${name}.mp4?X-Amz-Signature=${SIGNATURE}&token=${SIGNATURE}`;
  return {
    outputs: [{ type: "video", id: "v1", url, duration: "1.0" }],
    task_result: { videos: [{ id: "v1", url, duration: "1.0" }] },
  };
};
const finished: Vendor = (what, request, response, base) => {
  if (what === "create") created(what, request, response, base);
  else if (what === "query")
    json(
      response,
      200,
      task(request, "succeed", { message: echo(auth(request)), ...result(base, "result") }),
    );
  else {
    response.writeHead(200, {
      "content-type": "video/mp4",
      "content-length": CLIP.length,
      "set-cookie": `s=${COOKIE}`,
    });
    response.end(CLIP);
  }
};

const VENDORS: Readonly<Record<string, readonly [exit: number, vendor: Vendor]>> = {
  "renders it": [0, finished],
  "refuses the credentials": [
    9,
    (_, request, response) => json(response, 401, { code: 1002, message: echo(auth(request)) }),
  ],
  "refuses the account": [
    9,
    (_, request, response) => json(response, 429, { code: 1102, message: echo(auth(request)) }),
  ],
  "refuses the request": [
    1,
    (_, request, response) => json(response, 400, { code: 1201, message: echo(auth(request)) }),
  ],
  "refuses the content": [
    1,
    (_, request, response) => json(response, 400, { code: 1301, message: echo(auth(request)) }),
  ],
  "refuses as a gateway": [
    1,
    (_, request, response) => json(response, 422, { message: echo(auth(request)) }),
  ],
  "fails the task": [
    1,
    (what, request, response, base) =>
      what === "create"
        ? created(what, request, response, base)
        : json(
            response,
            200,
            task(request, "failed", { message: echo(auth(request)), task_status_msg: echo(auth(request)) }),
          ),
  ],
  "gives a result that is not there": [
    1,
    (what, request, response, base) =>
      what === "result"
        ? json(response, 404, { message: echo(SIGNATURE) })
        : finished(what, request, response, base),
  ],
  "gives a result that is no clip": [
    1,
    (what, request, response, base) =>
      what === "result"
        ? answer(response, echo(SIGNATURE), 200, { "content-type": "video/mp4" })
        : finished(what, request, response, base),
  ],
  "gives a result somewhere else": [
    1,
    (what, request, response, base) =>
      what === "result"
        ? answer(response, "", 302, {
            location: `http://169.254.169.254/latest?X-Amz-Signature=${SIGNATURE}`,
          })
        : finished(what, request, response, base),
  ],
  "answers nonsense": [
    130,
    (_, request, response) => answer(response, `<html>${echo(auth(request))}</html>`, 502),
  ],
};

interface Ran {
  readonly at: Ground;
  readonly said: readonly Said[];
  readonly bearers: readonly string[];
}

/** Renders and looks, in all forms of output, against a vendor. */
async function ran(
  vendor: Vendor,
  env: Readonly<Record<string, string>>,
  model = "kling-2.5-turbo",
  over: Partial<Io> = {},
  more: readonly string[] = [],
): Promise<Ran> {
  const at = ground(FILM(model));
  const stop = new AbortController();
  let base = "";
  let wasCreated = false;
  const { url, seen } = await serve((request, response, count) => {
    // Doubt is settled by asking for a long time; a person has seen enough.
    if (vendor === VENDORS["answers nonsense"]?.[1] && count > 1) stop.abort();
    const what = request.path.includes(".mp4") ? "result" : request.method === "POST" ? "create" : "query";
    wasCreated ||= what === "create";
    // Whoever asks for tasks beforehand finds none.
    if (what === "query" && !wasCreated) ok(response, []);
    else vendor(what, request, response, base);
  });
  base = url;
  const with_ = { ...over, signal: stop.signal, env: { ...env, ...over.env, KLING_BASE_URL: url } };
  const said = [
    await at.klingmake(["render", "--yes", "--events", "events.jsonl", "--verbose", ...more], with_),
    await at.klingmake(["plan", "--json", "--out", "plan.json"], with_),
    await at.klingmake(["why", "shots.a", "--json"], with_),
    await at.klingmake(["why", "shots.a"], with_),
    await at.klingmake(["status"], with_),
    await at.klingmake(["render", "--frozen", "--json"], with_),
  ];
  const results = seen.filter(({ path }) => path.includes(".mp4"));
  // Nothing that proves who we are goes to where results lie.
  expect(
    results.filter(({ headers }) => headers.authorization !== undefined || headers.cookie !== undefined),
  ).toEqual([]);
  const bearers = seen.flatMap(({ headers }) =>
    headers.authorization === undefined ? [] : [headers.authorization.slice(7)],
  );
  return { at, said, bearers: [...new Set(bearers)] };
}

/** Searches everything that a run wrote and said. */
function expectNoTrace({ at, said, bearers }: Ran): void {
  const secrets = [API_KEY, ACCESS_KEY, SECRET_KEY, SIGNATURE, COOKIE, CALLBACK, WEBHOOK_SECRET, ...bearers];
  const spellings = [...new Set(secrets.flatMap(spellingsOf))];
  const texts = [
    ...said.flatMap(({ stdout, stderr }, index): [string, string][] => [
      [`stdout ${index}`, stdout],
      [`stderr ${index}`, stderr],
    ]),
    ...[...filesBelow(at.base)].map(([name, bytes]): [string, string] => [name, bytes.toString("latin1")]),
  ];
  const found = texts.flatMap(([where, text]) =>
    spellings
      .filter((spelling) => text.includes(spelling) || where.includes(spelling))
      .map((spelling) => `${where}: ${spelling}`),
  );
  expect(found).toEqual([]);
  for (const { stdout, stderr } of said) expectHarmless(stdout + stderr);
}

describe("nothing secret is in any file, event, envelope or message of a run whose vendor", () => {
  it.each(Object.entries(VENDORS))(
    "%s, with an API key",
    async (_, [exit, vendor]) => {
      const run = await ran(vendor, { KLING_API_KEY: API_KEY });
      expect(run.said[0]?.exit, run.said[0]?.stderr).toBe(exit);
      expect(run.bearers).toEqual([API_KEY]);
      expectNoTrace(run);
      // The search can find something.
      expect([...filesBelow(run.at.base).keys()]).toContain("film/events.jsonl");
    },
    60_000,
  );

  it.each(Object.entries(VENDORS))(
    "%s, with a key pair",
    async (_, [exit, vendor]) => {
      const run = await ran(
        vendor,
        { KLING_ACCESS_KEY: ACCESS_KEY, KLING_SECRET_KEY: SECRET_KEY },
        "kling-v2-6",
      );
      expect(run.said[0]?.exit, run.said[0]?.stderr).toBe(exit);
      expect(run.bearers[0]).toMatch(/^eyJ/);
      expectNoTrace(run);
    },
    60_000,
  );
});

describe("an address to call back is nowhere, although the vendor", () => {
  const address = `https://hooks.example.com/${CALLBACK}/kling?key=${CALLBACK}`;
  const repeat = (request: Seen) => `${echo(auth(request))} cannot call ${request.body} at ${address}`;

  it.each<[string, number, Vendor]>([
    ["renders", 0, finished],
    [
      "repeats it in a refusal",
      1,
      (what, request, response) =>
        what === "create" ? json(response, 400, { code: 1201, message: repeat(request) }) : ok(response, []),
    ],
    [
      "repeats it in a failure",
      1,
      (what, request, response, base) =>
        what === "create"
          ? created(what, request, response, base)
          : json(response, 200, task(request, "failed", { message: repeat(request) })),
    ],
  ])(
    "%s",
    async (_, exit, vendor) => {
      const env = { KLING_API_KEY: API_KEY, KLING_WEBHOOK_SECRET: `${WEBHOOK_SECRET} ${WEBHOOK_SECRET}` };
      const run = await ran(vendor, env, "kling-2.5-turbo", {}, ["--callback", address]);
      expect(run.said[0]?.exit, run.said[0]?.stderr).toBe(exit);
      expectNoTrace(run);
    },
    60_000,
  );

  it("is never asked, because it is none", async () => {
    const run = await ran(finished, { KLING_API_KEY: API_KEY }, "kling-2.5-turbo", {}, [
      "--callback",
      `http://user:${CALLBACK}@hooks.example.com/${CALLBACK}`,
    ]);
    expect(run.said[0]?.exit).toBe(64);
    expect(run.said[0]?.stderr).toContain("credentials");
    expectNoTrace(run);
  });
});

describe("a bug says nothing secret", () => {
  const env = {
    KLING_API_KEY: API_KEY,
    KLING_SECRET_KEY: SECRET_KEY,
    KLINGMAKE_SANDBOX_KEY: ACCESS_KEY,
    KLING_WEBHOOK_SECRET: `whsec_AAAA ${WEBHOOK_SECRET}`,
  };
  const broken = new Error(`${echo(`Bearer ${API_KEY}`)} ${SECRET_KEY} ${ACCESS_KEY} ${WEBHOOK_SECRET}`);

  it.each(["", "1"])("before a run begins, with KLINGMAKE_DEBUG=%j", async (debug) => {
    const at = ground(FILM("kling-2.5-turbo"));
    const io = {
      env: { ...env, KLINGMAKE_DEBUG: debug },
      version: () => {
        throw broken;
      },
    };
    const said = [await at.klingmake(["--version"], io), await at.klingmake(["--version", "--json"], io)];
    for (const each of said) expect(each).toMatchObject({ exit: 70 });
    expectNoTrace({ at, said, bearers: [] });
  });

  it("in the middle of one", async () => {
    const run = await ran(finished, env, "kling-2.5-turbo", {
      stderr: {
        write: (text) => {
          if (text.includes("876543210")) throw broken;
        },
      },
      env: { KLINGMAKE_DEBUG: "1" },
    });
    expectNoTrace(run);
  });

  it("in whatever spelling it was given", () => {
    for (const spelling of spellingsOf(API_KEY))
      expect(redacted(`x ${spelling} y`, env)).not.toContain(spelling);
  });
});
