/**
 * Every code of the vendor's, and every answer that is none: what the whole engine does about it wherever it may come, what
 * a person reads, and the exit code. Read a row as: this answer is of this kind, and these are our words for it; what a
 * kind comes to at each place stands below the rows.
 */
import { describe, expect, test } from "vitest";
import { VENDOR_CODES } from "../../src/provider/kling/errors.js";
import type { Instead } from "./paper-vendor.js";
import { PLACES, play, type Place } from "./vendor-play.js";

/** What answers have in common. */
type Kind =
  | "credentials"
  | "account"
  | "invalid"
  | "content"
  | "busy"
  | "maintenance"
  | "doubt"
  | "gateway"
  | "exists"
  | "missing";

interface Row {
  readonly name: string;
  readonly status: number;
  readonly body: string;
  readonly kind: Kind;
  /** Our words with the vendor's. */
  readonly why: string;
  /** What to do, where the code says more of that than its kind. */
  readonly help?: string;
}

const SAID = "the vendor's words";
const coded = (code: number, message: string): string => JSON.stringify({ code, message, request_id: "r" });
const row = (code: number, status: number, kind: Kind, words: string, help?: string): Row => ({
  name: `${code}`,
  status,
  body: coded(code, SAID),
  kind,
  why: `${words} (${code}: ${SAID})`,
  ...(help === undefined ? {} : { help }),
});
const page = (status: number, kind: Kind): Row => ({
  name: `a page under HTTP ${status}`,
  status,
  body: `<html><h1>${status}</h1></html>`,
  kind,
  why: `an answer that is not JSON (HTTP ${status})`,
});

const CLOCK = "set this machine's clock, and run render again";
const ROWS: readonly Row[] = [
  row(1000, 401, "credentials", "authentication failed"),
  row(1001, 401, "credentials", "the vendor saw no credentials"),
  row(1002, 401, "credentials", "the vendor does not accept the key"),
  row(1003, 401, "credentials", "the token is not valid yet: this machine's clock may be fast", CLOCK),
  row(1004, 401, "credentials", "the token has expired: this machine's clock may be slow", CLOCK),
  row(1100, 429, "account", "the vendor says that something is wrong with the account"),
  row(
    1101,
    429,
    "account",
    "the account is in arrears",
    "settle what it owes in the vendor's console, and run render again",
  ),
  row(
    1102,
    429,
    "account",
    "the account has no pack with units left for this kind of task",
    "buy or renew a pack of that kind in the vendor's console (packs for video and for images are separate), and run render again",
  ),
  row(
    1103,
    403,
    "account",
    "the account may not use this model or product",
    "have it enabled in the vendor's console, or choose another model: klingmake models lists them",
  ),
  row(1200, 400, "invalid", "the vendor does not accept the request"),
  row(1201, 400, "invalid", "the vendor does not accept a value of the request"),
  {
    name: "1201, the reference exists",
    status: 400,
    body: coded(1201, "External_task_id km1-x already exists"),
    kind: "exists",
    why: "the vendor does not accept a value of the request (1201: External_task_id km1-x already exists)",
  },
  {
    name: "1201, no such task",
    status: 400,
    body: coded(1201, "Task not found by id or external id"),
    kind: "missing",
    why: "the vendor does not accept a value of the request (1201: Task not found by id or external id)",
  },
  row(
    1202,
    404,
    "invalid",
    "the vendor does not know this call",
    "check KLING_BASE_URL: the server there may not have this call; if it is the vendor's own, please report this as a bug",
  ),
  row(
    1203,
    404,
    "invalid",
    "the vendor does not have what was asked for",
    "the model may have been discontinued: choose another one, klingmake models lists them",
  ),
  row(1300, 400, "content", "the vendor's policy refuses the content"),
  row(1301, 400, "content", "the vendor's content check refuses the prompt or an image"),
  row(1302, 429, "busy", "too many requests at once"),
  row(1303, 429, "busy", "as many tasks are under way as the account's pack allows"),
  row(
    1304,
    429,
    "account",
    "the account's list of allowed addresses does not have this one",
    "add this machine's public address to that list in the vendor's console, or run render where it is one of them",
  ),
  row(5000, 500, "doubt", "the vendor had an internal error"),
  row(5001, 503, "maintenance", "the vendor is under maintenance"),
  row(5002, 504, "gateway", "the vendor had an internal timeout"),
  // Not documented: the status says whether anything is proven.
  row(1999, 400, "invalid", "a code that the vendor does not document"),
  row(1999, 429, "invalid", "a code that the vendor does not document"),
  row(1999, 500, "doubt", "a code that the vendor does not document"),
  row(5999, 400, "doubt", "a code that the vendor does not document"),
  row(5999, 503, "gateway", "a code that the vendor does not document"),
  page(502, "gateway"),
  page(503, "gateway"),
  page(504, "gateway"),
  page(429, "doubt"),
  {
    name: "HTTP 429 without a code",
    status: 429,
    body: `{"message":"slow down"}`,
    kind: "busy",
    why: "too many requests at once (HTTP 429: slow down)",
  },
  {
    name: "HTTP 400 without a code",
    status: 400,
    body: `{"error":"bad"}`,
    kind: "invalid",
    why: "the server does not accept the request (HTTP 400)",
  },
  {
    name: "nothing under HTTP 200",
    status: 200,
    body: "",
    kind: "doubt",
    why: "an answer that is not JSON (HTTP 200)",
  },
  {
    name: "code 0 under HTTP 500",
    status: 500,
    body: JSON.stringify({ code: 0, message: "SUCCEED", data: {} }),
    kind: "doubt",
    why: "an answer that contradicts itself (HTTP 500 with code 0)",
  },
];

/** What is sent, waited for and journaled, how it ends, and what comes of the same film with nobody disturbing. */
type Course = readonly [course: string, journal: string, later: string];
const WHOLE = "intent submitted succeeded stored recorded";
const ADOPTED = "intent submitted(adopted) succeeded stored recorded";

const sentAgain: Course = ["2 sent, 6 s, rendered, exit 0", WHOLE, "kept, exit 0, 2 sent, 1 there"];
const found = (seconds: number): Course => [
  `1 sent, ${seconds} s, rendered, exit 0`,
  ADOPTED,
  "kept, exit 0, 1 sent, 1 there",
];
const asked = (seconds: number): Course => [
  `1 sent, ${seconds} s, rendered, exit 0`,
  WHOLE,
  "kept, exit 0, 1 sent, 1 there",
];
const refused = (end: string): Course => [
  `1 sent, 0 s, ${end}`,
  "intent refused",
  "rendered, exit 0, 2 sent, 1 there",
];
const stays = (end: string, journal: string): Course => [
  `1 sent, 0 s, ${end}`,
  journal,
  "rendered, exit 0, 1 sent, 1 there",
];
const calledOnce = (end: string): Course => [
  `1 call, 0 sent, 0 s, ${end}`,
  "intent calling called refused",
  "rendered, exit 0, 1 sent, 1 there",
];
const calledAgain: Course = [
  "3 calls, 1 sent, 1 s, rendered, exit 0",
  "intent calling calling called calling called submitted succeeded stored recorded",
  "kept, exit 0, 1 sent, 1 there",
];
const nobodyKnows: Course = [
  "1 sent, 6 s, unknown, exit 8",
  "intent unknown",
  "blocked: unknown, exit 8, 1 sent, 0 there",
];
const forGood = "blocked: refused, exit 1";

/** A create that was refused, asked in five ways; `open`: where the task is there all the same. */
function refusals(end: string, open = end): Readonly<Record<Place, Course>> {
  return {
    ask: asked(0),
    clip: refused(end),
    still: refused(end),
    extend: refused(end),
    call: calledOnce(end),
    look: stays(open, "intent submitted"),
    find: stays(open, "intent"),
  };
}

const doubts = { ask: asked(0), clip: sentAgain, still: sentAgain, extend: nobodyKnows, call: calledAgain };
const COURSES: Readonly<Record<Kind, Readonly<Record<Place, Course>>>> = {
  credentials: refusals("run/credentials (fatal), exit 9"),
  account: refusals("run/account (fatal), exit 9"),
  invalid: refusals("run/request-refused, exit 1", "run/unreachable, exit 1"),
  content: {
    ...refusals("run/content-refused, exit 1", "run/unreachable, exit 1"),
    // Never by itself: a person changes the input, or asks for it by name.
    clip: ["1 sent, 0 s, run/content-refused, exit 1", "intent refused", `${forGood}, 1 sent, 0 there`],
    still: ["1 sent, 0 s, run/content-refused, exit 1", "intent refused", `${forGood}, 1 sent, 0 there`],
    extend: ["1 sent, 0 s, run/content-refused, exit 1", "intent refused", `${forGood}, 1 sent, 0 there`],
    call: [
      "1 call, 0 sent, 0 s, run/content-refused, exit 1",
      "intent calling called refused",
      `${forGood}, 0 sent, 0 there`,
    ],
  },
  busy: {
    ask: asked(0),
    clip: ["2 sent, 1 s, rendered, exit 0", WHOLE, "kept, exit 0, 2 sent, 1 there"],
    still: ["2 sent, 1 s, rendered, exit 0", WHOLE, "kept, exit 0, 2 sent, 1 there"],
    extend: ["2 sent, 1 s, rendered, exit 0", WHOLE, "kept, exit 0, 2 sent, 1 there"],
    call: [
      "3 calls, 1 sent, 1 s, rendered, exit 0",
      "intent calling called calling called submitted succeeded stored recorded",
      "kept, exit 0, 1 sent, 1 there",
    ],
    look: asked(1),
    find: found(1),
  },
  doubt: { ...doubts, look: asked(1), find: found(3) },
  // A question is asked up to three times by itself where the status is a gateway's.
  maintenance: { ...doubts, ask: asked(1.5), look: asked(2.5), find: found(0.5) },
  gateway: { ...doubts, ask: asked(1.5), look: asked(2.5), find: found(0.5) },
  exists: {
    ...refusals("run/request-refused, exit 1", "run/unreachable, exit 1"),
    clip: nobodyKnows,
    still: nobodyKnows,
  },
  missing: { ...refusals("run/request-refused, exit 1"), look: asked(1), find: found(3) },
};

/** The same where the vendor had done what it was asked for all the same. */
const TAKEN: Readonly<Partial<Record<Kind, Partial<Record<Place, Course>>>>> = {
  // A busy vendor may not have looked whether it has the reference.
  busy: { clip: found(1), still: found(1) },
  doubt: { clip: found(0), still: found(0), extend: found(0) },
  maintenance: { clip: found(0), still: found(0), extend: found(0) },
  gateway: { clip: found(0), still: found(0), extend: found(0) },
  exists: { clip: found(0), still: found(0) },
};

const STEPS: Readonly<Record<Place, string>> = {
  ask: "shots.a.clip",
  clip: "shots.a.clip",
  still: "images.mara",
  look: "shots.a.clip",
  find: "shots.a.clip",
  call: "shots.a.lip_sync",
  extend: "shots.a.extend",
};
const UNDER_WAY = "its task is under way, and the next render collects it";
const FOUND_LATER = "what was sent is asked for then, never paid twice";

/** What a person reads: what happened, why, what to do. */
function readsOf({ kind, why, help }: Row, place: Place, ending: string): readonly string[] {
  const step = STEPS[place];
  if (place === "ask" && kind !== "missing")
    return [`the account could not be asked for all tasks that it may have already: ${why}`];
  if (/rendered/.test(ending)) return [];
  if (/unknown/.test(ending)) {
    return kind === "exists"
      ? ["the vendor has this reference but does not show its task"]
      : [`${why}, and this product cannot be asked for it by reference`];
  }
  const then = place === "look" ? `; ${UNDER_WAY}` : place === "find" ? `; ${FOUND_LATER}` : "";
  if (kind === "credentials") {
    const usual =
      "check KLING_API_KEY (or KLING_ACCESS_KEY and KLING_SECRET_KEY) and KLING_BASE_URL: keys of one region may not be accepted in the other";
    return ["the vendor does not accept the credentials", why, `${help ?? usual}${then}`];
  }
  if (kind === "account") {
    const usual = "look at the balance, packs and entitlements in the vendor's console, and run render again";
    return ["the account may not do this", why, `${help ?? usual}${then}`];
  }
  if (place === "look") {
    return [
      `the vendor does not say how the task of ${step} goes`,
      why,
      `run render again: ${UNDER_WAY}; it is paid for once`,
    ];
  }
  if (place === "find") {
    return [
      `it is not certain whether ${step} was submitted`,
      why,
      "run render again: the task is asked for first, and nothing is sent again that could be paid twice",
    ];
  }
  if (kind === "content") {
    return [
      `${step} was refused for its content`,
      why,
      "change the prompt or the image; trying the same again will not help",
    ];
  }
  const older = "if this server is an older gateway, set KLING_LIP_SYNC=old to use its one lip-sync call";
  const usual = "change the field that it names; if the manifest is right, please report this as a bug";
  const lacks = place === "call" && /\((1202|1203)/.test(why);
  return [`the vendor refused the request for ${step}`, why, lacks ? older : (help ?? usual)];
}

/** What is to be seen of one film, whatever the vendor answers: one reference at the most, and never two tasks. */
function expected(row: Row, place: Place, [course, journal, later]: Course): object {
  return { course, journal, later, reads: readsOf(row, place, course), references: one, tasks: one };
}

const one = expect.toSatisfy((count: number) => count <= 1, "one at the most") as number;

// Each row is a dozen whole renders.
describe("the vendor's codes", { timeout: 30_000 }, () => {
  test("have a row each", () => {
    const named = new Set(ROWS.map(({ body }) => /"code":(\d+)/.exec(body)?.[1]));
    expect(Object.keys(VENDOR_CODES).filter((code) => !named.has(code))).toEqual([]);
  });

  test.each(ROWS)("$name under HTTP $status is of the kind $kind, wherever it comes", async (row) => {
    const given: Instead = { status: row.status, body: row.body };
    for (const place of PLACES)
      expect(await play(place, given), place).toEqual(expected(row, place, COURSES[row.kind][place]));
    for (const [place, course] of Object.entries(TAKEN[row.kind] ?? {}) as readonly [Place, Course][])
      expect(await play(place, { ...given, taken: true }), place).toEqual(expected(row, place, course));
  });

  test.each([1003, 1004])(
    "%i has a token signed anew, once, and the same create sent with it",
    async (code) => {
      const pair = { KLING_ACCESS_KEY: "access-0123456789", KLING_SECRET_KEY: "secret-0123456789" };
      const seen = await play("still", { status: 401, body: coded(code, "nbf") }, pair);
      expect([seen.course, seen.journal, seen.later]).toEqual([
        "2 sent, 0 s, rendered, exit 0",
        WHOLE,
        "kept, exit 0, 2 sent, 1 there",
      ]);
      expect(seen.references).toBe(1);
    },
  );
});
