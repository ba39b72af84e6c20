/** `doctor` as a person and a program meet it: exit codes, pages, the envelope, and what must never be in them. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { columnsOf } from "../../src/cli/layout.js";
import { run } from "../../src/cli/run.js";
import { doctorPage } from "../../src/cli/view-doctor.js";
import type { DoctorReport, Finding } from "../../src/index.js";
import { startSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";
import { answer, ok, serve } from "../provider/world.js";
import { PLAIN, surroundings } from "./fixtures.js";

const FILM = `version: 1
project: night-ferry
provider: kling
defaults: { video: { model: kling-2.5-turbo, mode: std } }
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
`;
const ON_SANDBOX = FILM.replace("provider: kling", "provider: sandbox");
const KEY = "sk-live-0123456789abcdef";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klingmake-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function doctor(
  env: Readonly<Record<string, string>>,
  manifest?: string,
  line = "doctor",
  io: Partial<Io> = {},
): Promise<Said> {
  if (manifest !== undefined) writeFileSync(join(folder, "kling.manifest.yaml"), manifest);
  const around = surroundings({ cwd: folder, home: join(folder, "home"), env, ...io });
  const exit = await run(line.split(" "), around);
  return { exit, ...around.said };
}

interface Data {
  readonly status: string;
  readonly findings: readonly (Omit<Finding, "ofAccount"> & { readonly of_account: boolean })[];
  readonly [name: string]: unknown;
}

async function told(env: Readonly<Record<string, string>>, manifest?: string) {
  const { exit, stdout, stderr } = await doctor(env, manifest, "doctor --json");
  const envelope = JSON.parse(stdout) as { readonly data: Data; readonly [name: string]: unknown };
  const of = (check: string) =>
    envelope.data.findings
      .filter((each) => each.check === check)
      .map(({ status, found }) => `${status}: ${found}`);
  return { exit, stderr, envelope, data: envelope.data, of };
}

async function vendor(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ asVendor: true, apiKeys: [KEY], timeScale: 0, ...options });
  onTestFinished(() => sandbox.close());
  return { url: sandbox.url, env: { KLING_BASE_URL: sandbox.url, KLING_API_KEY: KEY }, sandbox };
}

/** Every file below the folder, but for the user's cache. */
const files = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => !name.startsWith("home"));

describe("against a vendor", () => {
  it("that accepts the key all is well: exit 0, packs and concurrency told", async () => {
    const { env } = await vendor({ concurrency: 7 });
    const { exit, data, of, stderr, envelope } = await told(env, FILM);
    expect([exit, stderr]).toEqual([0, ""]);
    expect(envelope).toMatchObject({
      schema: "klingmake/envelope",
      command: "doctor",
      ok: true,
      diagnostics: [],
    });
    expect(of("credentials")[0]).toMatch(
      /^ok: an API key \(KLING_API_KEY\), account [0-9a-f]{12}, accepted$/,
    );
    expect(of("clock")).toEqual(["ok: right"]);
    expect(of("packs")).toHaveLength(2);
    expect(of("concurrency")).toEqual([
      "ok: 7 video tasks and 9 pictures at a time, for each model; the project uses 3 (limits.concurrency)",
    ]);
    expect(data).toMatchObject({
      concurrency: { video: 7, image: 9 },
      clock_skew_seconds: 0,
      account: expect.stringMatching(/^[0-9a-f]{12}$/),
      packs: [
        {
          name: "Sandbox-Video-10000Units-7Con-1Months",
          kind: "video",
          status: "online",
          remaining: "10000",
        },
        { kind: "image", concurrency: 9 },
      ],
    });
  });

  it("counts what tasks have taken", async () => {
    const { env, url } = await vendor();
    const body = {
      prompt: "a boat",
      settings: { resolution: "720p", aspect_ratio: "16:9", duration: 5 },
    };
    const made = await fetch(`${url}/text-to-video/kling-2.5-turbo`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
    expect(made.status).toBe(200);
    const { of, data } = await told(env, FILM);
    expect(of("balance")).toEqual(["ok: 1.5 units for 1 task in 30 days; nothing from a balance"]);
    expect(data["packs"]).toMatchObject([{ remaining: "9998.5" }, {}]);
  });

  it("whose clock is another tells by how much", async () => {
    const { env } = await vendor({ now: () => Date.now() + 3 * 60_000 });
    const { exit, data, of } = await told(env, FILM);
    expect(exit).toBe(0);
    expect(of("clock")[0]).toMatch(
      /^warning: this machine's clock is (3 min|2 min 5\d s) slow, by the server's Date$/,
    );
    expect(data["clock_skew_seconds"]).toBeLessThan(-170);
  });

  it("that refuses the key: exit 9", async () => {
    const { env } = await vendor();
    const { exit, of, data } = await told({ ...env, KLING_API_KEY: `${KEY}x` }, FILM);
    expect(exit).toBe(9);
    expect(of("credentials")[0]).toMatch(
      /^problem: KLING_API_KEY is not accepted by 127\.0\.0\.1:\d+ \(1002\)$/,
    );
    expect(data.status).toBe("problem");
    expect(of("packs")).toEqual([]);
  });

  it("whose pack has ended: exit 9", async () => {
    const pack = {
      resource_pack_name: "Trial-Video-100Units-5Con-1Months",
      status: "expired",
      invalid_time: 1_760_000_000_000,
    };
    const { url } = await serve(({ path, headers }, response) => {
      if (headers.authorization === undefined) return answer(response, { code: 1001, message: "empty" }, 401);
      if (path.startsWith("/account/costs"))
        return ok(response, { code: 0, resource_pack_subscribe_infos: [pack] });
      return ok(response, []);
    });
    const { exit, of } = await told({ KLING_BASE_URL: url, KLING_API_KEY: KEY }, FILM);
    expect(exit).toBe(9);
    expect(of("packs")).toEqual([
      "problem: no video pack pays: Trial-Video-100Units-5Con-1Months ended on 2025-10-09",
    ]);
  });

  it("is asked nothing that could create", async () => {
    const { env, url } = await vendor();
    await doctor(env, FILM);
    const counts = (await (await fetch(`${url}/sandbox/ledger`)).json()) as {
      readonly data: readonly unknown[];
    };
    expect(counts.data).toEqual([]);
  });
});

describe("without", () => {
  it("a manifest, the machine and the account are looked at", async () => {
    const { env } = await vendor();
    const { exit, of, data } = await told(env);
    expect(exit).toBe(0);
    expect(of("project")[0]).toMatch(/^unknown: no manifest here or above/);
    expect(of("editor")).toEqual([]);
    expect(data["concurrency"]).toEqual({ video: 5, image: 9 });
  });

  it("credentials on the sandbox nothing is sent, and nothing is missing", async () => {
    const { exit, of, data } = await told({}, ON_SANDBOX);
    expect(exit).toBe(0);
    expect(of("credentials")).toEqual(["ok: none are set; the sandbox needs none"]);
    expect(of("network")).toEqual(["ok: Kling was not asked, because no credentials are set"]);
    expect([data["account"], data["packs"], data["clock_skew_seconds"]]).toEqual([null, null, null]);
  });

  it("credentials that a profile wants is a warning", async () => {
    const manifest = ON_SANDBOX.replace("shots:", "profiles: { final: { provider: kling } }\nshots:");
    const { exit, of } = await told({}, manifest);
    expect(exit).toBe(0);
    expect(of("credentials")[0]).toMatch(/^warning: .*the profile final wants Kling$/);
  });

  it("a network it says so: exit 1", async () => {
    const { exit, of } = await told({ KLING_BASE_URL: "http://127.0.0.1:9", KLING_API_KEY: KEY }, FILM);
    expect(exit).toBe(1);
    expect(of("network")).toEqual(["problem: 127.0.0.1:9 does not answer (the connection was refused)"]);
    expect(of("credentials")[0]).toMatch(/^unknown: .*not tried/);
  });

  it("a Kling where a sandbox answers: exit 9, and the sandbox never sees the key", async () => {
    const { url } = await vendor({ asVendor: false });
    const { exit, of } = await told({ KLING_BASE_URL: url, KLING_API_KEY: KEY }, FILM);
    expect(exit).toBe(9);
    expect(of("network")[0]).toContain("is a klingmake sandbox, not Kling");
  });

  it("a valid manifest the rest is looked at all the same: exit 1", async () => {
    const { env } = await vendor();
    const { exit, of } = await told(env, FILM.replace("prompt:", "promt:"));
    expect(exit).toBe(1);
    expect(of("project")[0]).toMatch(/^problem: kling\.manifest\.yaml cannot be used: .*promt/);
    expect(of("credentials")[0]).toMatch(/^ok: /);
  });
});

describe("the line for editors", () => {
  const OURS = readFileSync("schemas/kling.manifest.schema.json", "utf8");
  const lineTo = (path: string) => `# yaml-language-server: $schema=${path}\n${ON_SANDBOX}`;
  const editor = async (manifest: string) => (await told({}, manifest)).of("editor")[0];

  it("is followed to the file", async () => {
    expect(await editor(ON_SANDBOX)).toMatch(/^warning: the manifest does not name its schema/);
    expect(await editor(lineTo("./s.json"))).toMatch(/^warning: .*\.\/s\.json is not there$/);
    writeFileSync(join(folder, "s.json"), OURS.replace("klingmake manifest", "another manifest"));
    expect(await editor(lineTo("./s.json"))).toMatch(/^warning: \.\/s\.json is not the schema of klingmake/);
    writeFileSync(join(folder, "s.json"), JSON.stringify(JSON.parse(OURS)));
    expect(await editor(lineTo("./s.json"))).toMatch(/^ok: .*\.\/s\.json$/);
    expect(await editor(lineTo("https://example.com/s.json"))).toMatch(/^unknown: .*was not looked at$/);
  });

  it("is not followed into devices and directories, and shows nothing of what it leads to", async () => {
    for (const path of ["/dev/zero", "./", "file:///dev/zero", "file://x y"])
      expect(await editor(lineTo(path))).toMatch(/^(warning|unknown): /);
    writeFileSync(join(folder, "secret.txt"), "the secret of somebody");
    symlinkSync(join(folder, "secret.txt"), join(folder, "s.json"));
    const { stdout } = await doctor({}, lineTo("./s.json"));
    expect(stdout).not.toContain("the secret of somebody");
  });
});

describe("what must never be shown", () => {
  const SECRET = "super-secret-key-98765";
  const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl";
  const SIGNED = "https://cdn.example/x.mp4?sign=abcdef0123456789";

  /** A server that says back everything it was told, and more. */
  async function parrot(status: number, code: number) {
    const words = (authorization = "") =>
      `\u001b[2J${authorization} ${KEY} ${SECRET} ${Buffer.from(SECRET).toString("base64")} ${TOKEN} ${SIGNED}`;
    const { url } = await serve(({ path, headers }, response) => {
      const message = words(headers.authorization);
      if (code !== 0) return answer(response, { code, message }, status);
      if (path.startsWith("/account/costs")) {
        const pack = {
          resource_pack_name: `Video-5Con ${message}`,
          resource_pack_id: SECRET,
          status: "online",
        };
        return ok(response, { code: 0, resource_pack_subscribe_infos: [pack] });
      }
      return ok(response, { result: { detail: [{ api_key_name: SECRET, deduction_amount: message }] } });
    });
    return url;
  }

  it.each([
    [200, 0],
    [401, 1002],
    [429, 1101],
    [400, 1201],
    [500, 5000],
    [418, 4242],
  ])("is not, whatever a server says back with HTTP %i and code %i", async (status, code) => {
    const url = await parrot(status, code);
    const schemes: readonly Readonly<Record<string, string>>[] = [
      { KLING_API_KEY: KEY, KLING_SECRET_KEY: SECRET },
      { KLING_ACCESS_KEY: KEY, KLING_SECRET_KEY: SECRET },
    ];
    for (const env of schemes) {
      for (const line of ["doctor", "doctor --json", "doctor --verbose"]) {
        const { stdout, stderr } = await doctor({ ...env, KLING_BASE_URL: url }, FILM, line);
        const all = stdout + stderr;
        expect(all).toContain("credentials");
        for (const secret of [
          KEY,
          SECRET,
          Buffer.from(SECRET).toString("base64"),
          TOKEN,
          "sign=abc",
          "\u001b",
        ])
          expect(all).not.toContain(secret);
      }
    }
  });

  it("is not when the key is malformed", async () => {
    const { url } = await vendor();
    for (const key of [` ${SECRET}`, `"${SECRET}"`, `Bearer ${SECRET}`, `KLING_API_KEY=${SECRET}`, TOKEN]) {
      const { exit, stdout } = await doctor({ KLING_API_KEY: key, KLING_BASE_URL: url }, FILM);
      expect(exit).toBe(9);
      expect(stdout).not.toContain(SECRET);
      expect(stdout).not.toContain(TOKEN);
    }
  });

  it("is not when the address has a password in it", async () => {
    const { exit, stdout } = await doctor(
      { KLING_API_KEY: KEY, KLING_BASE_URL: `https://me:${SECRET}@example.com` },
      FILM,
    );
    expect(exit).toBe(9);
    expect(stdout).toContain("KLING_BASE_URL has credentials in it");
    expect(stdout).not.toContain(SECRET);
  });
});

describe("doctor", () => {
  it("changes nothing in the project", async () => {
    const { env } = await vendor();
    mkdirSync(join(folder, "refs"));
    await doctor(env, FILM);
    expect(files().toSorted()).toEqual(["kling.manifest.yaml", "refs"]);
  });

  it("stops when it is told to", async () => {
    const { url } = await serve(() => undefined);
    const stop = new AbortController();
    const going = doctor({ KLING_BASE_URL: url, KLING_API_KEY: KEY }, FILM, "doctor", {
      signal: stop.signal,
    });
    stop.abort();
    expect((await going).exit).toBe(130);
  });

  it("says with --quiet only what is not well", async () => {
    const { env } = await vendor();
    const { stdout } = await doctor({ ...env, KLING_API_KEY: "wrong-key" }, FILM, "doctor --quiet");
    expect(
      stdout
        .split("\n")
        .filter((line) => /^\w/.test(line))
        .every((line) => !line.startsWith("ok")),
    ).toBe(true);
    expect(stdout).toContain("problem  credentials");
  });
});

describe("the page", () => {
  const report: DoctorReport = {
    version: "1.2.3",
    findings: [
      { check: "node", status: "ok", found: "20.19.5 (20.19.0 or newer is needed)", todo: [] },
      {
        check: "editor",
        status: "warning",
        found: "the manifest does not name its schema, so that editors cannot explain and complete it",
        todo: [
          { say: "write the schema beside it:", copy: "klingmake schema > kling.manifest.schema.json" },
          {
            say: "and make this the manifest's first line:",
            copy: "# yaml-language-server: $schema=./kling.manifest.schema.json",
          },
        ],
      },
      {
        check: "credentials",
        status: "problem",
        found: "KLING_API_KEY has quotation marks in it",
        todo: [{ say: "set KLING_API_KEY without the quotation marks" }],
        ofAccount: true,
      },
      {
        check: "network",
        status: "unknown",
        found: "Kling was not asked, because no credentials are set",
        todo: [],
      },
    ],
  };
  const page = (columns: number, quiet = false) => doctorPage(report, { paint: PLAIN, columns, quiet });

  it("of 80 columns has what was found beside its name, and lines to copy whole", () => {
    expect(page(80)).toBe(`klingmake 1.2.3

ok       Node         20.19.5 (20.19.0 or newer is needed)
warning  editor       the manifest does not name its schema, so that editors
                      cannot explain and complete it
                      → write the schema beside it:
                        klingmake schema > kling.manifest.schema.json
                      → and make this the manifest's first line:
                    # yaml-language-server: $schema=./kling.manifest.schema.json
problem  credentials  KLING_API_KEY has quotation marks in it
                      → set KLING_API_KEY without the quotation marks
unknown  network      Kling was not asked, because no credentials are set

1 problem, 1 warning, 1 unknown; 4 things looked at
`);
  });

  it("of 40 columns has it below", () => {
    expect(page(40)).toBe(`klingmake 1.2.3

ok       Node
  20.19.5 (20.19.0 or newer is needed)
warning  editor
  the manifest does not name its schema,
  so that editors cannot explain and
  complete it
  → write the schema beside it:
klingmake schema > kling.manifest.schema.json
  → and make this the manifest's first
    line:
# yaml-language-server: $schema=./kling.manifest.schema.json
problem  credentials
  KLING_API_KEY has quotation marks in
  it
  → set KLING_API_KEY without the
    quotation marks
unknown  network
  Kling was not asked, because no
  credentials are set

1 problem, 1 warning, 1 unknown; 4
things looked at
`);
  });

  it("fits every width, but for lines to copy", () => {
    const widths = Array.from({ length: 81 }, (_, index) => 40 + index);
    const tooWide = widths.flatMap((columns) =>
      page(columns)
        .split("\n")
        .filter((line) => columnsOf(line) > columns && !/klingmake schema|yaml-language/.test(line)),
    );
    expect(tooWide).toEqual([]);
  });

  it("says so where all is well", () => {
    const well = { ...report, findings: report.findings.filter(({ status }) => status === "ok") };
    expect(doctorPage(well, { paint: PLAIN, columns: 80, quiet: false })).toMatch(/\n\nAll is well\.\n$/);
    expect(doctorPage(well, { paint: PLAIN, columns: 80, quiet: true })).toBe("");
  });
});
