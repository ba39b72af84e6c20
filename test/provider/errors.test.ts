/** Every code of the vendor's, by what it makes of a create and of a query. */
import { describe, expect, it } from "vitest";
import {
  isContentRefusal,
  isDiscontinued,
  judge,
  VENDOR_CODES,
  type Verdict,
} from "../../src/provider/kling/errors.js";
import type { VendorError } from "../../src/provider/provider.js";
import { redactor } from "../../src/provider/redact.js";

const redact = redactor(["key-0123456789"]);

/** A verdict in one or two words. */
function brief(verdict: Verdict): string {
  return verdict.kind === "refused" ? verdict.error.class : verdict.kind;
}

const heard = (status: number, body: unknown) => ({ kind: "answer", status, headers: {}, body }) as const;

type Row = readonly [code: number, http: number, create: string, query: string];

// The vendor's table of codes: four of those under 429 are permanent.
const ROWS: readonly Row[] = [
  [0, 200, "ok", "ok"],
  [1000, 401, "credentials", "credentials"],
  [1001, 401, "credentials", "credentials"],
  [1002, 401, "credentials", "credentials"],
  [1003, 401, "credentials", "credentials"],
  [1004, 401, "credentials", "credentials"],
  [1100, 429, "account", "account"],
  [1101, 429, "account", "account"],
  [1102, 429, "account", "account"],
  [1103, 403, "account", "account"],
  [1200, 400, "invalid", "invalid"],
  [1201, 400, "invalid", "invalid"],
  [1202, 404, "invalid", "invalid"],
  [1203, 404, "invalid", "invalid"],
  [1300, 400, "content", "content"],
  [1301, 400, "content", "content"],
  [1302, 429, "busy", "busy"],
  [1303, 429, "busy", "busy"],
  [1304, 429, "account", "account"],
  [5000, 500, "lost", "lost"],
  [5001, 503, "maintenance", "maintenance"],
  [5002, 504, "lost", "lost"],
];

describe("a vendor's code", () => {
  it.each(ROWS)("%i under HTTP %i is %s to a create and %s to a query", (code, http, create, query) => {
    const answer = heard(http, { code, message: "words", request_id: "r" });
    expect(brief(judge(answer, "create", redact))).toBe(create);
    expect(brief(judge(answer, "query", redact))).toBe(query);
  });

  it.each(ROWS.filter(([code]) => code !== 0))("%i counts also under HTTP 200", (code, _http, create) => {
    expect(brief(judge(heard(200, { code, message: "words" }), "create", redact))).toBe(create);
  });

  it("that is documented has a row in this table", () => {
    expect(ROWS.map(([code]) => code).filter((code) => code !== 0)).toEqual(
      Object.keys(VENDOR_CODES).map(Number),
    );
  });

  it("may come as text", () => {
    expect(brief(judge(heard(429, { code: "1303", message: "" }), "create", redact))).toBe("busy");
  });

  it("says whether all slots of the account are taken", () => {
    const about = ROWS.filter(([code]) => {
      const verdict = judge(heard(429, { code, message: "words" }), "create", redact);
      return verdict.kind === "refused" && verdict.error.about === "slots";
    });
    expect(about.map(([code]) => code)).toEqual([1303]);
  });

  it("is shown with our words and the vendor's", () => {
    const verdict = judge(
      heard(429, { code: 1102, message: "Account balance not enough" }),
      "create",
      redact,
    );
    expect(verdict).toEqual({
      kind: "refused",
      error: {
        code: 1102,
        class: "account",
        message:
          "the account has no pack with units left for this kind of task (1102: Account balance not enough)",
        help: expect.stringContaining("packs for video and for images are separate") as string,
      },
    });
  });
});

it("a message is cut only after its secrets are out", () => {
  for (let pad = 1_960; pad < 2_000; pad++) {
    const message = `https://h/a?${"x".repeat(pad)} key-0123456789`;
    expect(JSON.stringify(judge(heard(400, { code: 1200, message }), "create", redact))).not.toContain(
      "key-0",
    );
  }
});

describe("code 1201", () => {
  const ROWS: readonly (readonly [text: string, create: string, query: string])[] = [
    ["External_task_id km1-abc already exists", "exists", "invalid"],
    ["external_task_id has been duplicated: exist", "exists", "invalid"],
    ["The External Task ID is already in use", "exists", "invalid"],
    ["Task not found by id or external id", "invalid", "absent"],
    ["task cannot be found", "invalid", "absent"],
    ["the task does not exist", "invalid", "absent"],
    ["duration value '7' is invalid", "invalid", "invalid"],
  ];
  it.each(ROWS)("with %j is %s to a create and %s to a query", (message, create, query) => {
    const answer = heard(400, { code: 1201, message });
    expect(brief(judge(answer, "create", redact))).toBe(create);
    expect(brief(judge(answer, "query", redact))).toBe(query);
  });

  it.each([1200, 1203, 1301])("alone says so: %i with the same words does not", (code) => {
    const taken = heard(400, { code, message: "External_task_id already exists" });
    expect(judge(taken, "create", redact).kind).toBe("refused");
    const missing = heard(404, { code, message: "not found" });
    expect(judge(missing, "query", redact).kind).toBe("refused");
  });
});

describe("an answer without a vendor's code", () => {
  const ROWS: readonly (readonly [status: number, body: unknown, verdict: string])[] = [
    [200, {}, "lost"],
    [200, null, "lost"],
    [200, [], "lost"],
    [200, "text", "lost"],
    [200, { code: 0.5 }, "lost"],
    [302, {}, "lost"],
    [400, { error: "bad" }, "invalid"],
    [401, {}, "credentials"],
    [403, {}, "account"],
    [404, {}, "invalid"],
    [408, {}, "lost"],
    [413, {}, "invalid"],
    [429, {}, "busy"],
    [500, {}, "lost"],
    [502, {}, "lost"],
    [503, {}, "lost"],
    [504, {}, "lost"],
    // Undocumented codes: a refusal where the status says so, else doubt.
    [400, { code: 1299 }, "invalid"],
    [200, { code: 1999 }, "invalid"],
    [200, { code: 200, data: { task_id: "77" } }, "lost"],
    [200, { code: 20_000 }, "lost"],
    [201, { code: 1 }, "lost"],
    [500, { code: 1299 }, "lost"],
    [200, { code: 5003 }, "lost"],
    [500, { code: 0 }, "lost"],
  ];
  it.each(ROWS)("HTTP %i %j is %s to a create", (status, body, verdict) => {
    expect(brief(judge(heard(status, body), "create", redact))).toBe(verdict);
  });

  it("has the negated status for a code", () => {
    expect(judge(heard(403, { message: "no" }), "create", redact)).toMatchObject({ error: { code: -403 } });
  });

  it("is lost when it is a page, a cut or a silence, and unsent only when it never left", () => {
    const page = { kind: "unreadable", status: 413, headers: {}, why: "an answer that is not JSON" } as const;
    expect(judge(page, "create", redact)).toEqual({
      kind: "lost",
      why: "an answer that is not JSON (HTTP 413)",
      status: 413,
    });
    expect(judge({ kind: "lost", why: "cut", late: false }, "create", redact)).toEqual({
      kind: "lost",
      why: "cut",
    });
    expect(judge({ kind: "unsent", why: "refused" }, "create", redact)).toEqual({
      kind: "lost",
      why: "refused",
      unsent: true,
    });
  });
});

describe("what a server says", () => {
  const SECRETS: readonly (readonly [said: string, shown: string])[] = [
    ["bad key key-0123456789!", "bad key [secret]!"],
    ["got Bearer abc.def", "got Bearer [token]"],
    ["token eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln is bad", "token [token] is bad"],
    ["see https://cdn.example/a.mp4?sig=abc&x=1 now", "see https://cdn.example/a.mp4?… now"],
    ["see https://me:pw@cdn.example/a", "see https://cdn.example/a"],
    ["a2V5LTAxMjM0NTY3ODk= again", "[secret] again"],
    ["line\u001b[31m one\nline two\u202e", "line\u{fffd}[31m one line two\u{fffd}"],
  ];
  it.each(SECRETS)("%j is shown as %j", (said, shown) => {
    const verdict = judge(heard(400, { code: 1200, message: said }), "create", redact);
    expect(verdict).toMatchObject({
      error: { message: `the vendor does not accept the request (1200: ${shown})` },
    });
  });

  it("is cut when it is long, never in the middle of a secret", () => {
    const said = `${"x ".repeat(9_998)}key-0123456789`;
    expect(redact(said, 30_000)).not.toContain("key-");
    expect(redact("y".repeat(5000))).toHaveLength(300);
  });
});

describe("the text of a failed task", () => {
  it.each([
    ["Failure to pass the risk control system", true],
    ["The content violates our policies", true],
    ["NSFW content detected", true],
    ["内容审核未通过", true],
    ["Internal error, please retry", false],
    ["image download failed", false],
    ["", false],
  ])("%j is a content refusal: %s", (text, refusal) => {
    expect(isContentRefusal(text)).toBe(refusal);
  });
});

describe("what carries no reference", () => {
  it("is refused by words that would mean a taken reference or an unknown task elsewhere", () => {
    for (const message of ["External_task_id km1 already exists", "Task not found by id or external id"]) {
      expect(judge(heard(400, { code: 1201, message }), "call", redact)).toMatchObject({
        kind: "refused",
        error: { code: 1201, class: "invalid" },
      });
    }
  });

  it.each(ROWS)("%i under HTTP %i means what it means to a create", (code, http, create) => {
    expect(brief(judge(heard(http, { code, message: "words" }), "call", redact))).toBe(create);
  });
});

describe("a refusal that says that the model is gone", () => {
  const error = (message: string, more: Partial<VendorError> = {}): VendorError => ({
    code: 1201,
    class: "invalid",
    message,
    ...more,
  });
  it.each([
    "the model has been discontinued and is no longer available",
    "model_name kling-v1 has been discontinued and is no longer available",
    "kling-v1 has been discontinued",
    "(1203: Model kling-v1 is no longer supported)",
    "The requested model is offline",
    "this is a discontinued model",
    "模型已下线",
  ])("is known by its words: %s", (message) => {
    expect(isDiscontinued(error(message), "kling-v1")).toBe(true);
  });

  it.each([
    "model_name kling-v1 is not valid",
    "the image is no longer available",
    "video_id: its clip is no longer available; choose a model",
    "mode std is no longer supported by this model",
    "kling-v10 is fine, the effect has been discontinued",
    "kling-vx1 has been discontinued",
    "a field of the request is deprecated",
  ])("is not meant by: %s", (message) => {
    expect(isDiscontinued(error(message), "kling-v.1")).toBe(false);
  });

  it("is never one for the content, the account or the credentials", () => {
    const words = "the model has been discontinued";
    for (const kind of ["content", "account", "credentials", "busy", "maintenance"] as const)
      expect(isDiscontinued(error(words, { class: kind }), "kling-v1")).toBe(false);
  });
});
