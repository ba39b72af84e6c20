/** Facts in, findings out: one row for everything that the doctor can say. */
import { describe, expect, it } from "vitest";
import { milliUnits } from "../../src/base/money.js";
import { diagnose } from "../../src/doctor/diagnose.js";
import type { Facts, ProjectFound } from "../../src/doctor/facts.js";
import type { Check, Finding } from "../../src/doctor/finding.js";
import { skewSeconds, type AccountAnswer, type Deductions, type Pack } from "../../src/provider/account.js";
import type {
  AccountFound,
  CredentialsFound,
  Examination,
  HostFound,
  Knock,
} from "../../src/provider/kling/examine.js";
import type { VendorError } from "../../src/provider/provider.js";

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

const video: Pack = {
  name: "Trial-Video-100Units-5Con-1Months",
  kind: "video",
  concurrency: 5,
  status: "online",
  total: milliUnits(100_000),
  remaining: milliUnits(80_000),
  beginsMs: NOW - DAY_MS,
  endsMs: NOW + 28 * DAY_MS,
};
const image: Pack = { ...video, name: "Trial-Image-1000Units-9Con-1Months", kind: "image", concurrency: 9 };
const read: Extract<ProjectFound, { kind: "read" }> = {
  kind: "read",
  file: "kling.manifest.yaml",
  name: "night-ferry",
  kling: { wanted: "by_default" },
  uses: ["video", "image"],
  concurrency: 3,
};
const apiKey: CredentialsFound = { kind: "api_key", account: "0123456789ab", idle: [] };
const pair: CredentialsFound = { kind: "key_pair", account: "0123456789ab", idle: [] };
const host = (knock: Knock, more: Partial<HostFound> = {}): HostFound => ({
  host: "api-singapore.klingai.com",
  whose: "singapore",
  inUse: true,
  knock,
  ...more,
});
const there: Knock = { kind: "vendor", tripMs: 120 };
const away: Knock = { kind: "silent", why: "the host name is not known" };
const answered = <T>(value: T): AccountAnswer<T> => ({ kind: "answered", value });
const refused = (code: number, cls: VendorError["class"], message = "in words", help?: string) =>
  ({
    kind: "refused",
    error: { code, class: cls, message, ...(help === undefined ? {} : { help }) },
  }) as const;
const none: Deductions = { rows: [], whole: true };
const account: AccountFound = {
  packs: answered([video, image]),
  newer: answered(true as const),
  units: answered(none),
  cash: answered(none),
};
const vendor: Examination = {
  credentials: apiKey,
  hosts: [host(there)],
  sighting: { serverMs: NOW, sentMs: NOW, receivedMs: NOW + 120 },
  account,
};
const well: Facts = {
  nowMs: NOW,
  node: { version: "20.19.5", least: "20.19.0" },
  ffmpeg: "/usr/bin/ffmpeg",
  disks: [
    { what: "project", freeBytes: 41.5e9, writable: true, disk: 1 },
    { what: "store", freeBytes: 41.5e9, writable: true, disk: 1 },
  ],
  project: read,
  schema: { kind: "same", path: "./kling.manifest.schema.json" },
  version: "0.1.0",
  vendor,
  proxy: false,
};
const with_ = (more: Partial<Facts>): Facts => ({ ...well, ...more });
const at = (more: Partial<Examination>): Facts => with_({ vendor: { ...vendor, ...more } });
const asks = (more: Partial<AccountFound>): Facts => at({ account: { ...account, ...more } });

const of = (facts: Facts, check: Check): readonly Finding[] =>
  diagnose(facts).filter((each) => each.check === check);
const line = ({ status, found, ofAccount }: Finding) => `${status}${ofAccount === true ? "!" : ""}: ${found}`;
const advice = ({ todo }: Finding) =>
  todo.map(({ say, copy }) => (copy === undefined ? say : `${say} ${copy}`)).join("\n");

type Row = readonly [what: string, facts: Facts, finding: string, todo?: string | RegExp];

function table(check: Check, rows: readonly Row[]) {
  const named = rows.map(([what, facts, expected, todo]) => ({ what, facts, expected, todo }));
  it.each(named)("$what", ({ facts, expected, todo }) => {
    const [found] = of(facts, check);
    if (found === undefined) throw new Error(`nothing is said of ${check}`);
    expect(line(found)).toBe(expected);
    if (todo === undefined) expect(found.todo).toEqual([]);
    else expect(advice(found)).toMatch(todo);
  });
}

describe("where all is well", () => {
  it("every finding is ok, has nothing to do, and comes in one order", () => {
    const findings = diagnose(well);
    expect(findings.filter(({ status, todo }) => status !== "ok" || todo.length > 0)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      "node",
      "ffmpeg",
      "disk",
      "project",
      "editor",
      "credentials",
      "address",
      "network",
      "clock",
      "packs",
      "packs",
      "balance",
      "concurrency",
    ]);
  });
});

describe("Node", () => {
  const node = (version: string) => with_({ node: { version, least: "20.19.0" } });
  table("node", [
    ["is new enough", node("20.19.0"), "ok: 20.19.0 (20.19.0 or newer is needed)"],
    ["is newer", node("22.1.0"), "ok: 22.1.0 (20.19.0 or newer is needed)"],
    [
      "is too old by its minor version",
      node("20.9.1"),
      "problem: 20.9.1 is too old: 20.19.0 or newer is needed",
      "install Node 20.19.0",
    ],
    [
      "is too old by its major version",
      node("18.99.0"),
      "problem: 18.99.0 is too old: 20.19.0 or newer is needed",
      "install Node",
    ],
  ]);
});

describe("ffmpeg", () => {
  const { ffmpeg: _, ...without } = well;
  table("ffmpeg", [
    ["is there", well, "ok: /usr/bin/ffmpeg"],
    [
      "is not there",
      without,
      "warning: no ffmpeg on the PATH: no picture can be taken out of a clip, which `frame: first|last` and `extend: { via: last_frame }` need",
      "install ffmpeg",
    ],
  ]);
});

describe("disks", () => {
  const disks = (project: number | undefined, store: number | undefined, apart = false, writable = true) =>
    with_({
      disks: [
        {
          what: "project",
          writable: true,
          disk: 1,
          ...(project === undefined ? {} : { freeBytes: project }),
        },
        {
          what: "store",
          writable,
          disk: apart ? 2 : 1,
          ...(store === undefined ? {} : { freeBytes: store }),
        },
      ],
    });
  table("disk", [
    ["that are one are told once", disks(41.5e9, 41.5e9), "ok: 41 GB free for the project and the store"],
    [
      "that are two are told each",
      disks(41.5e9, 7.25e9, true),
      "ok: 41 GB free for the project, 7.2 GB free for the store",
    ],
    [
      "with little room",
      disks(41e9, 3e9, true),
      "warning: 41 GB free for the project, 3 GB free for the store: little for a film",
      "make room",
    ],
    [
      "with hardly any",
      disks(900e6, 900e6),
      "problem: 900 MB free for the project and the store: too little for a film",
      "KLINGMAKE_STORE",
    ],
    [
      "that do not tell",
      disks(undefined, undefined),
      "unknown: the system does not say how much room there is",
    ],
    [
      "that may not be written to",
      disks(41e9, 41e9, false, false),
      "problem: the store cannot be written to",
      "KLINGMAKE_STORE",
    ],
  ]);
});

describe("the project", () => {
  table("project", [
    ["is told by name", well, "ok: night-ferry, kling.manifest.yaml"],
    [
      "is not there",
      with_({ project: { kind: "none" } }),
      "unknown: no manifest here or above; only machine and account were looked at",
      "klingmake init",
    ],
    [
      "is broken",
      with_({ project: { kind: "broken", file: "k.yaml", problems: 3, first: "unknown key `promt`" } }),
      "problem: k.yaml cannot be used: unknown key `promt`, and 2 more problems",
      "klingmake validate",
    ],
  ]);
});

describe("the line for editors", () => {
  const schema = (found: NonNullable<Facts["schema"]>) => with_({ schema: found });
  const old = "is not the schema of klingmake 0.1.0: the editor may say other things than klingmake validate";
  table("editor", [
    [
      "leads to this version's schema",
      well,
      "ok: the manifest's first lines lead to the schema of this version, ./kling.manifest.schema.json",
    ],
    [
      "is not there",
      schema({ kind: "no_line" }),
      "warning: the manifest does not name its schema, so that editors cannot explain and complete it",
      /klingmake schema > kling[\s\S]*# yaml-language-server: \$schema=\.\/kling/,
    ],
    [
      "leads to the network",
      schema({ kind: "remote", path: "https://x/y" }),
      "unknown: the schema is on the network (https://x/y) and was not looked at",
      "local file",
    ],
    [
      "leads nowhere",
      schema({ kind: "missing", path: "./s.json", why: "is not there" }),
      "warning: the schema that the manifest names cannot be used: ./s.json is not there",
      "klingmake schema > ./s.json",
    ],
    [
      "leads to another version's",
      schema({ kind: "other", path: "./s.json" }),
      `warning: ./s.json ${old}`,
      "klingmake schema > ./s.json",
    ],
    [
      "leads to another installation's",
      schema({ kind: "other", path: "./node_modules/klingmake/schemas/k.json" }),
      `warning: ./node_modules/klingmake/schemas/k.json ${old}`,
      "npm install --save-dev klingmake@0.1.0",
    ],
    [
      "is never pasted into a command as it is",
      schema({ kind: "other", path: "x;rm -rf ~" }),
      `warning: x;rm -rf ~ ${old}`,
      /^write it anew, and name that file: klingmake schema > kling\.manifest\.schema\.json$/,
    ],
  ]);
});

describe("credentials", () => {
  const nobody = (kling: (typeof read)["kling"]) =>
    with_({ project: { ...read, kling }, vendor: { credentials: { kind: "none" }, hosts: [] } });
  const { account: _, ...unasked } = vendor;
  const key = "an API key (KLING_API_KEY), account 0123456789ab";
  const keys = "an access key with a secret key (KLING_ACCESS_KEY, KLING_SECRET_KEY), account 0123456789ab";
  const wrong = refused(1002, "credentials", "the vendor does not accept the key (1002: 3 parts)");
  const as = (credentials: CredentialsFound, more: Partial<AccountFound>, hosts = [host(there)]) =>
    at({ credentials, hosts, account: { ...account, ...more } });
  const unusable = {
    kind: "credentials",
    message: "KLING_API_KEY holds the access key",
    help: "An access key is not an API key.",
  } as const;
  table("credentials", [
    ["are an API key that is accepted", well, `ok: ${key}, accepted`],
    [
      "that are not used are named",
      at({ credentials: { ...apiKey, idle: ["KLING_ACCESS_KEY", "KLING_SECRET_KEY"] } }),
      `ok: ${key}; KLING_ACCESS_KEY and KLING_SECRET_KEY are set, too, and not used, accepted`,
    ],
    [
      "are a pair, for older models only",
      as(pair, { newer: wrong }),
      `warning: ${keys}, accepted for /v1 only: the newer models, under their current names, take an API key`,
      "KLING_API_KEY",
    ],
    [
      "are a key that the newer API refuses",
      as(apiKey, { newer: wrong }),
      `warning: ${key}, accepted by /v1 but not by the newer API`,
      "kling.ai/dev",
    ],
    [
      "are a key that only the newer API accepts",
      as(apiKey, { packs: wrong }),
      `problem!: ${key}, accepted by the newer API but not by /v1 and the account (1002)`,
      "kling.ai/dev",
    ],
    [
      "are a key that nobody accepts",
      as(apiKey, { packs: wrong, newer: wrong }),
      "problem!: KLING_API_KEY is not accepted by api-singapore.klingai.com (1002)",
      /misleadingly that AccessKey and SecretKey[\s\S]*keys are of one region/,
    ],
    [
      "are a pair that nobody accepts",
      as(pair, { packs: wrong, newer: wrong }),
      "problem!: KLING_ACCESS_KEY with KLING_SECRET_KEY is not accepted by api-singapore.klingai.com (1002)",
      /not swapped/,
    ],
    [
      "are refused by a gateway",
      as(apiKey, { packs: refused(-401, "credentials"), newer: wrong }, [
        host(there, { host: "gw.example", whose: "gateway" }),
      ]),
      "problem!: KLING_API_KEY is not accepted by gw.example (HTTP 401)",
      "gw.example is not the vendor's",
    ],
    [
      "are refused for the clock",
      as(pair, {
        packs: refused(1004, "credentials", "the token has expired (1004)", "set this machine's clock"),
        newer: wrong,
      }),
      "problem!: KLING_ACCESS_KEY with KLING_SECRET_KEY: the token has expired (1004)",
      "set this machine's clock",
    ],
    [
      "may belong to mainland China",
      as(apiKey, { packs: wrong, newer: wrong }),
      "problem!: KLING_API_KEY is not accepted by api-singapore.klingai.com (1002)",
      "klingai.com (mainland China), ask there: KLING_BASE_URL=https://api-beijing.klingai.com klingmake doctor",
    ],
    [
      "may belong to the world outside mainland China",
      as(apiKey, { packs: wrong, newer: wrong }, [
        host(there, { whose: "beijing", host: "api-beijing.klingai.com" }),
      ]),
      "problem!: KLING_API_KEY is not accepted by api-beijing.klingai.com (1002)",
      "kling.ai (outside mainland China), ask there: KLING_BASE_URL=https://api-singapore.klingai.com klingmake doctor",
    ],
    [
      "are swapped",
      as(pair, { packs: wrong, newer: wrong, mistake: { kind: "swapped" } }),
      "problem!: KLING_ACCESS_KEY and KLING_SECRET_KEY are swapped: the other way round the vendor accepts them",
      "set each to what is in the other",
    ],
    [
      "are an access key in the API key's place",
      as(apiKey, { packs: wrong, newer: wrong, mistake: { kind: "access_key_as_api_key" } }),
      "problem!: KLING_API_KEY holds the access key that belongs to KLING_SECRET_KEY; an access key is not an API key",
      "KLING_ACCESS_KEY=",
    ],
    [
      "are malformed",
      at({ credentials: { kind: "unusable", problem: unusable } }),
      "problem!: KLING_API_KEY holds the access key",
      "an access key is not an API key",
    ],
    [
      "are there, but nobody was reached",
      with_({ vendor: { ...unasked, hosts: [host(away)] } }),
      `unknown: ${key}; not tried, because the vendor was not reached`,
    ],
    [
      "are for a gateway of the unified dialect",
      with_({
        vendor: { ...unasked, unified: true, hosts: [host({ kind: "stranger", status: 404 })] },
      }),
      `unknown: ${key}; not tried, because a gateway of the unified dialect has no question that is surely free`,
    ],
    [
      "would go to a sandbox",
      with_({ vendor: { ...unasked, hosts: [host({ kind: "sandbox" }, { host: "127.0.0.1:1" })] } }),
      `unknown: ${key}; not tried, because they are not shown to 127.0.0.1:1`,
    ],
    [
      "got no answer",
      as(apiKey, {
        packs: { kind: "lost", why: "the vendor had an internal error (5000)" },
        newer: { kind: "lost", why: "no" },
      }),
      `unknown: ${key}; could not be tried: the vendor had an internal error (5000)`,
    ],
    [
      "of a gateway without calls about accounts",
      as(apiKey, { packs: refused(-404, "invalid", "no such call") }),
      `ok: ${key}, accepted`,
    ],
    [
      "of an account in arrears are accepted",
      as(apiKey, { packs: refused(1101, "account", "the account is in arrears (1101)") }),
      `ok: ${key}, accepted`,
    ],
    [
      "are not there, and not needed",
      nobody({ wanted: "nowhere" }),
      "ok: none are set; the sandbox needs none",
    ],
    [
      "are not there, but wanted",
      nobody({ wanted: "by_default" }),
      "problem!: none are set, and the project wants Kling",
      "KLING_API_KEY",
    ],
    [
      "are not there, but wanted by a profile",
      nobody({ wanted: "in_profile", profile: "final" }),
      "warning: none are set; the sandbox needs none, but the profile final wants Kling",
      "KLING_API_KEY",
    ],
    [
      "are not there, and neither is a project",
      with_({ project: { kind: "none" }, vendor: { credentials: { kind: "none" }, hosts: [] } }),
      "warning: none are set; only the sandbox works without",
      "KLING_API_KEY",
    ],
  ]);
});

describe("the address", () => {
  const where = (whose: HostFound["whose"], name: string) =>
    at({ hosts: [host(there, { host: name, whose })] });
  const bad = { kind: "address", message: "KLING_BASE_URL is not a URL", help: "Unset it." } as const;
  table("address", [
    ["is the vendor's", well, "ok: api-singapore.klingai.com, for callers outside mainland China"],
    [
      "is that of mainland China",
      where("beijing", "api-beijing.klingai.com"),
      "ok: api-beijing.klingai.com, for mainland China",
    ],
    [
      "is the former one",
      where("former", "api.klingai.com"),
      "warning: api.klingai.com is the vendor's former host, which Singapore has replaced",
      "unset KLING_BASE_URL",
    ],
    [
      "is a gateway's",
      where("gateway", "gw.example"),
      "ok: gw.example (KLING_BASE_URL), not a host of the vendor's; requests and key go there",
    ],
    [
      "is on this machine",
      where("local", "127.0.0.1:1"),
      "ok: 127.0.0.1:1, on this machine (KLING_BASE_URL)",
    ],
    [
      "cannot be used",
      with_({ vendor: { credentials: apiKey, hosts: [], address: bad } }),
      "problem!: KLING_BASE_URL is not a URL",
      "unset it",
    ],
    [
      "is well, but another variable of the route is not",
      at({ address: { ...bad, message: "KLING_LIP_SYNC is neither" } }),
      "problem!: KLING_LIP_SYNC is neither",
      "unset it",
    ],
  ]);
});

describe("the network", () => {
  const beijing = (knock: Knock) =>
    host(knock, { host: "api-beijing.klingai.com", whose: "beijing", inUse: false });
  const hosts = (...all: readonly HostFound[]) => at({ hosts: all });
  const foreign = (knock: Knock) => hosts(host(knock, { host: "gw.example", whose: "gateway" }));
  table("network", [
    [
      "reaches both regions",
      hosts(host(there), beijing({ kind: "vendor", tripMs: 340 })),
      "ok: api-singapore.klingai.com answers in 120 ms; api-beijing.klingai.com answers in 340 ms",
    ],
    [
      "reaches the region in use",
      hosts(host(there), beijing(away)),
      "ok: api-singapore.klingai.com answers in 120 ms; api-beijing.klingai.com does not answer (the host name is not known)",
    ],
    [
      "reaches the other region only",
      hosts(host(away), beijing(there)),
      "problem: api-singapore.klingai.com does not answer (the host name is not known); api-beijing.klingai.com answers in 120 ms",
      "the network works",
    ],
    [
      "reaches nobody",
      hosts(host(away), beijing(away)),
      "problem: api-singapore.klingai.com does not answer (the host name is not known); api-beijing.klingai.com does not answer (the host name is not known)",
      "check the network",
    ],
    [
      "reaches nobody, with a proxy that is not used",
      { ...hosts(host(away)), proxy: true },
      "problem: api-singapore.klingai.com does not answer (the host name is not known)",
      "names a proxy",
    ],
    [
      "has something between",
      hosts(host({ kind: "stranger", status: 511 })),
      "problem: api-singapore.klingai.com answers, but not as Kling does (HTTP 511)",
      "open the address in a browser",
    ],
    [
      "leads to a gateway without calls about accounts",
      foreign({ kind: "stranger", status: 404 }),
      "unknown: gw.example answers, but not as Kling does (HTTP 404)",
      "KLING_BASE_URL",
    ],
    [
      "leads to a gateway of the unified dialect",
      at({
        unified: true,
        hosts: [host({ kind: "stranger", status: 404 }, { host: "gw.example", whose: "gateway" })],
      }),
      "ok: gw.example answers; it tells nothing of accounts",
    ],
    [
      "does not lead to a gateway",
      foreign(away),
      "problem: gw.example does not answer (the host name is not known)",
      "KLING_BASE_URL is right",
    ],
    [
      "leads to a sandbox",
      hosts(host({ kind: "sandbox" }, { host: "127.0.0.1:1", whose: "local" })),
      "problem!: 127.0.0.1:1 is a klingmake sandbox, not Kling: with provider: kling it is refused",
      "unset KLING_BASE_URL",
    ],
    [
      "was not asked, nor needed",
      with_({
        project: { ...read, kling: { wanted: "nowhere" } },
        vendor: { credentials: { kind: "none" }, hosts: [] },
      }),
      "ok: Kling was not asked, because no credentials are set",
    ],
    [
      "was not asked",
      with_({ vendor: { credentials: { kind: "none" }, hosts: [] } }),
      "unknown: Kling was not asked, because no credentials are set",
    ],
  ]);
});

describe("the clock", () => {
  const { sighting: _, ...blind } = vendor;
  const off = (seconds: number, credentials = apiKey) =>
    at({
      credentials,
      sighting: { serverMs: NOW, sentMs: NOW + seconds * 1000, receivedMs: NOW + seconds * 1000 + 100 },
    });
  table("clock", [
    ["is right", well, "ok: right"],
    ["is a little fast, which a key forgives", off(31), "ok: right within 30 s"],
    [
      "is a little fast, which a pair does not",
      off(31, pair),
      "warning: this machine's clock is 30 s fast, by the server's Date",
      "tokens are dated by it",
    ],
    ["is slow", off(-600), "warning: this machine's clock is 10 min slow, by the server's Date", "set it"],
    [
      "is far off",
      off(7201),
      "problem: this machine's clock is 2 h 00 min fast, by the server's Date",
      "set it",
    ],
    ["could not be compared", with_({ vendor: blind }), "unknown: no answer told the server's time"],
  ]);

  it.each([
    ["nothing within a second of the header", { serverMs: NOW, sentMs: NOW + 900, receivedMs: NOW + 950 }, 0],
    ["nothing that a slow way explains", { serverMs: NOW, sentMs: NOW - 8000, receivedMs: NOW + 2000 }, 0],
    ["seconds ahead", { serverMs: NOW, sentMs: NOW + 6000, receivedMs: NOW + 6100 }, 5],
    ["seconds behind", { serverMs: NOW, sentMs: NOW - 9100, receivedMs: NOW - 9000 }, -9],
  ])("is told to be off by %s", (_what, sighting, seconds) => {
    expect(skewSeconds(sighting)).toBe(seconds);
  });
});

describe("packs", () => {
  const packs = (...all: readonly Pack[]) => asks({ packs: answered(all) });
  const cash = answered<Deductions>({
    rows: [
      {
        task: "1",
        atMs: NOW,
        taken: { kind: "cash", micros: 210_000, currency: "USD", afterMicros: 9_790_000 },
      },
    ],
    whole: true,
  });
  const gone: Pack = { ...video, status: "expired", endsMs: NOW - DAY_MS };
  const used: Pack = { ...video, status: "used_up", remaining: milliUnits(0) };
  const left = "80 of 100 units left, until 2026-12-20 (28 days)";
  table("packs", [
    ["with units left", packs(video, image), `ok: Trial-Video-100Units-5Con-1Months: ${left}`],
    [
      "that end soon",
      packs({ ...video, endsMs: NOW + 3.5 * DAY_MS }, image),
      "warning: Trial-Video-100Units-5Con-1Months: 80 of 100 units left, until 2026-11-26 (3 days)",
      "use it before it ends",
    ],
    [
      "that end soon, with another behind them",
      packs({ ...video, endsMs: NOW + 3 * DAY_MS }, video, image),
      `ok: Trial-Video-100Units-5Con-1Months: 80 of 100 units left, until 2026-11-25 (3 days); Trial-Video-100Units-5Con-1Months: ${left}`,
    ],
    [
      "with little left",
      packs({ ...video, remaining: milliUnits(9000) }, image),
      "warning: Trial-Video-100Units-5Con-1Months: 9 of 100 units left, until 2026-12-20 (28 days): little is left",
      "buy or renew",
    ],
    [
      "that have ended",
      packs(gone, image),
      "problem!: no video pack pays: Trial-Video-100Units-5Con-1Months ended on 2026-11-21",
      "buy or renew",
    ],
    [
      "that are used up",
      packs(used, image),
      "problem!: no video pack pays: Trial-Video-100Units-5Con-1Months is used up",
      "buy or renew",
    ],
    [
      "that are online with nothing left",
      packs({ ...video, remaining: milliUnits(0) }, image),
      "problem!: no video pack pays: Trial-Video-100Units-5Con-1Months is used up",
      "buy or renew",
    ],
    [
      "that are still to begin",
      packs({ ...video, status: "waiting", beginsMs: NOW + DAY_MS }, image),
      "problem!: no video pack pays: Trial-Video-100Units-5Con-1Months is not active; Trial-Video-100Units-5Con-1Months begins on 2026-11-23",
      "wait for that day",
    ],
    [
      "that have ended where a balance pays",
      asks({ packs: answered([gone, image]), cash }),
      "ok: no video pack pays (Trial-Video-100Units-5Con-1Months ended on 2026-11-21); the balance does",
    ],
    [
      "that have ended by a clock that is fast, and not by the vendor's",
      at({
        sighting: { serverMs: NOW - 2 * DAY_MS, sentMs: NOW, receivedMs: NOW + 100 },
        account: { ...account, packs: answered([{ ...video, endsMs: NOW - DAY_MS }, image]) },
      }),
      "warning: Trial-Video-100Units-5Con-1Months: 80 of 100 units left, until 2026-11-21 (less than a day)",
      "use it before it ends",
    ],
    [
      "that are not there",
      packs(),
      "warning: the account has no packs: tasks are refused (1102) unless it pays from a balance",
      "buy or renew",
    ],
    [
      "that are not there where a balance pays",
      asks({ packs: answered([]), cash }),
      "ok: none; the account pays from a balance",
    ],
    [
      "whose names do not say what for",
      packs({ ...video, name: "Gold", kind: undefined }),
      "ok: Gold: 80 of 100 units left, until 2026-12-20 (28 days)",
    ],
    [
      "of an account in arrears",
      asks({ packs: refused(1101, "account", "the account is in arrears (1101)", "settle what it owes") }),
      "problem!: the account is in arrears (1101)",
      "settle what it owes",
    ],
    [
      "that the account did not tell",
      asks({ packs: { kind: "lost", why: "no answer in time" } }),
      "unknown: the account did not tell its packs: no answer in time",
    ],
  ]);

  it("of another kind do not help: a kind without a pack is told of, where the project uses it", () => {
    const facts = packs(video);
    expect(of(facts, "packs").map(line)).toEqual([
      `ok: Trial-Video-100Units-5Con-1Months: ${left}`,
      "warning: no image pack: such tasks are refused (1102), whatever other packs have",
    ]);
    expect(of({ ...facts, project: { ...read, uses: ["video"] } }, "packs")).toHaveLength(1);
  });

  it("that have ended are no problem for a project that uses none of them", () => {
    const facts = {
      ...packs(video, { ...image, status: "expired" }),
      project: { ...read, uses: ["video"] },
    } as const;
    expect(of(facts, "packs").map(line)[1]).toBe(
      "warning: no image pack pays: Trial-Image-1000Units-9Con-1Months ended on 2026-12-20; the project uses none",
    );
  });

  it("are not told of where the credentials are refused: that has been said", () => {
    const facts = asks({ packs: refused(1002, "credentials"), newer: refused(1002, "credentials") });
    expect(["packs", "balance", "concurrency"].flatMap((check) => of(facts, check as Check))).toEqual([]);
  });
});

describe("what was deducted", () => {
  const row = (task: string, units: number) =>
    ({ task, taken: { kind: "units", units: milliUnits(units) } }) as const;
  const cash = {
    task: "9",
    atMs: NOW,
    taken: { kind: "cash", micros: 1, currency: "USD", afterMicros: 9_790_000 },
  } as const;
  const money = (...rows: Deductions["rows"]) => asks({ cash: answered({ rows, whole: true }) });
  table("balance", [
    ["is nothing", well, "ok: no units deducted in 30 days; nothing from a balance"],
    [
      "is summed up",
      asks({ units: answered({ rows: [row("1", 1500), row("1", 500), row("2", 2250)], whole: true }) }),
      "ok: 4.25 units for 2 tasks in 30 days; nothing from a balance",
    ],
    [
      "may be more",
      asks({ units: answered({ rows: [row("1", 1500)], whole: false }) }),
      "ok: 1.5 units or more for 1 task in 30 days; nothing from a balance",
    ],
    [
      "was taken from a balance",
      money({ ...cash, atMs: NOW - 1, taken: { ...cash.taken, afterMicros: 99 } }, cash),
      "ok: no units deducted in 30 days; a balance in USD, 9.79 USD left after the newest deduction",
    ],
    [
      "is not told",
      asks({ units: refused(1203, "invalid", "no such call (1203)"), cash: { kind: "lost", why: "x" } }),
      "unknown: the account does not tell what was deducted: no such call (1203)",
    ],
  ]);
});

describe("concurrency", () => {
  const packs = (...all: readonly Pack[]) => asks({ packs: answered(all) });
  const wants = (concurrency: number) => with_({ project: { ...read, concurrency } });
  const slots = "5 video tasks and 9 pictures at a time, for each model";
  table("concurrency", [
    ["is more than the project uses", well, `ok: ${slots}; the project uses 3 (limits.concurrency)`],
    ["is what the project uses", wants(5), `ok: ${slots}, as the project asks for`],
    [
      "is less than the project asks for",
      wants(8),
      `warning: ${slots}; the project asks for 8, and the vendor makes what is above wait (1303)`,
      /limits: \{ concurrency: 5 \}/,
    ],
    ["is told without a project, too", with_({ project: { kind: "none" } }), `ok: ${slots}`],
    [
      "is in no name",
      packs({ ...video, name: "Gold-Video", concurrency: undefined }),
      "unknown: no pack's name says how many tasks may be under way at a time",
    ],
  ]);
});
