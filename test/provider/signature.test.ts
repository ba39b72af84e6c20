/** A callback is the vendor's only when its signature says so; what it says is never believed in any case. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callbackFor, readCallbackUrl } from "../../src/provider/callback-url.js";
import { hintIn } from "../../src/provider/kling/callback.js";
import { readWebhookSecrets, standingOf } from "../../src/provider/signature.js";

// The vendor's own test vector. [kling-api 5.2]
const SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=";
const BODY =
  '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}';
const PROOF = {
  id: "9876543210",
  timestamp: "1781080794",
  signature: "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
};
const OTHER = "whsec_YW5vdGhlcnNlY3JldGFub3RoZXJzZWNyZXQ=";
const AT = 1_781_080_794_000;

const keysOf = (text: string): readonly Uint8Array[] => {
  const keys = readWebhookSecrets(text);
  if ("message" in keys) throw new Error(keys.message);
  return keys;
};
const standing = (proof: object = {}, body = BODY, secrets = SECRET, nowMs = AT) =>
  standingOf({ ...PROOF, ...proof }, Buffer.from(body), keysOf(secrets), nowMs);

describe("a signature", () => {
  it("is valid in the vendor's own test vector", () => {
    expect(standing()).toBe("valid");
  });

  it.each([
    ["the other of two secrets signed it", {}, `${OTHER} ${SECRET}`],
    ["two stand in the header", { signature: `v1,${"A".repeat(43)}= ${PROOF.signature}` }, SECRET],
    ["another version stands before it", { signature: `v2,abc v1a,xyz ${PROOF.signature}` }, SECRET],
  ])("is valid when %s", (_, proof, secrets) => {
    expect(standing(proof, BODY, secrets)).toBe("valid");
  });

  it.each<[string, object, string, string]>([
    ["one byte of the body differs", {}, BODY.replace("succeeded", "succeedeD"), SECRET],
    ["the body was printed anew", {}, JSON.stringify(JSON.parse(BODY), null, 1), SECRET],
    ["the id is another delivery's", { id: "9876543211" }, BODY, SECRET],
    ["the date is another one", { timestamp: "1781080795" }, BODY, SECRET],
    ["another secret signed it", {}, BODY, OTHER],
    ["no secret is known", {}, BODY, ""],
    ["only another version fits", { signature: PROOF.signature.replace("v1", "v2") }, BODY, SECRET],
    ["the version is missing", { signature: PROOF.signature.slice(3) }, BODY, SECRET],
    ["it is cut", { signature: PROOF.signature.slice(0, -2) }, BODY, SECRET],
    ["the date is no number of seconds", { timestamp: "1781080794.0" }, BODY, SECRET],
  ])("is forged when %s", (_, proof, body, secrets) => {
    expect(standing(proof, body, secrets)).toBe("forged");
  });

  it.each([
    ["300 s after it was made", AT + 300_000, "valid"],
    ["300 s before", AT - 300_000, "valid"],
    ["301 s after", AT + 301_000, "stale"],
    ["301 s before", AT - 301_000, "stale"],
  ])("is looked at %s: %s", (_, nowMs, expected) => {
    expect(standing({}, BODY, SECRET, nowMs)).toBe(expected);
  });

  it.each(["id", "timestamp", "signature"])("is none without its %s", (name) => {
    expect(standing({ [name]: undefined })).toBe("unsigned");
    expect(standing({ [name]: "" })).toBe("unsigned");
  });

  it("covers bytes and not text", () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const key = Buffer.from(SECRET.slice(6), "base64");
    const mac = createHmac("sha256", key).update("9876543210.1781080794.").update(bytes).digest("base64");
    expect(standingOf({ ...PROOF, signature: `v1,${mac}` }, bytes, [key], AT)).toBe("valid");
    const read = Buffer.from(bytes.toString("utf8"));
    expect(standingOf({ ...PROOF, signature: `v1,${mac}` }, read, [key], AT)).toBe("forged");
  });
});

describe("KLING_WEBHOOK_SECRET", () => {
  it.each([
    ["nothing", undefined, 0],
    ["white space", " \n", 0],
    ["one", SECRET, 1],
    ["one without its padding", SECRET.replace("=", ""), 1],
    ["two while they are rotated", ` ${SECRET}  ${OTHER}\n`, 2],
  ])("can hold %s", (_, text, count) => {
    expect(readWebhookSecrets(text)).toHaveLength(count);
  });

  it.each([
    ["an API key", "api-key-0123456789"],
    ["no prefix", SECRET.slice(6)],
    ["no key behind the prefix", "whsec_="],
    ["a text that was cut", SECRET.slice(0, 7)],
    ["the other base64", "whsec_abc-_w=="],
    ["a good one and a bad one", `${SECRET} nonsense`],
  ])("is refused with %s in it, without repeating it", (_, text) => {
    const read = readWebhookSecrets(text);
    expect(read).toMatchObject({ kind: "credentials" });
    expect(JSON.stringify(read)).not.toContain(text.slice(-9));
  });
});

describe("the body of a callback", () => {
  it.each<[string, unknown, unknown]>([
    ["the new dialect", { id: "1", external_id: "km1-a", status: "succeeded", outputs: [] }, "1 km1-a"],
    ["a failure", { id: "1", status: "failed" }, "1 -"],
    ["/v1", { task_id: "2", task_status: "succeed", task_info: { external_task_id: "km1-b" } }, "2 km1-b"],
    ["a status of a gateway's own", { id: "1", status: "done" }, "1 -"],
    ["a reference alone", { external_id: "km1-a" }, "- km1-a"],
    ["a small number for an id", { id: 77 }, "77 -"],
  ])("names its task in %s", (_, body, expected) => {
    const hint = hintIn(JSON.stringify(body));
    expect(`${hint?.task ?? "-"} ${hint?.reference ?? "-"}`).toBe(expected);
  });

  it("keeps every digit of a long id", () => {
    expect(hintIn('{"id": 12345678901234567891, "status": "succeeded"}')).toEqual({
      task: "12345678901234567891",
    });
  });

  it.each<[string, string]>([
    ["a test delivery of the console", '{"id":"1","status":"submitted","outputs":[]}'],
    ["a task that goes on", '{"task_id":"1","task_status":"processing"}'],
    ["no JSON", "id=1"],
    ["half of it", '{"id":"1"'],
    ["a list", '[{"id":"1"}]'],
    ["nothing", ""],
    ["null", "null"],
    ["an id that leads elsewhere", '{"id":"../tasks?x=1"}'],
    ["an id that is a thing", '{"id":{"toString":1},"task_info":7}'],
    ["a very long id", `{"id":"${"1".repeat(200)}"}`],
  ])("names nothing in %s", (_, body) => {
    expect(hintIn(body)).toBeUndefined();
  });
});

describe("the address to call back", () => {
  const far = new URL("https://api-singapore.klingai.com");
  const near = new URL("http://127.0.0.1:4000");

  it.each([
    ["https://hooks.example.com/kling?key=s3cret", far],
    ["https://hooks.example.com:8443/a/b", far],
    ["https://hooks.example.com/kling", near],
    ["http://127.0.0.1:8787/", near],
    ["http://[::1]:8787/", near],
  ])("%s can be sent to %s", (text, base) => {
    expect(callbackFor(text, base)).toBeInstanceOf(URL);
  });

  it.each([
    ["http://127.0.0.1:8787/", /on this machine/],
    ["https://localhost/", /on this machine/],
    ["http://hooks.example.com/s3cret", /not https/],
    ["ftp://127.0.0.1/s3cret", /not https/],
    ["https://user:s3cret@hooks.example.com/", /credentials/],
    ["https://hooks.example.com/#s3cret", /fragment/],
    ["https://192.168.1.7/s3cret", /private network/],
    ["https://[fd00::1]/s3cret", /private network/],
    ["https://169.254.169.254/s3cret", /private network/],
    ["/s3cret", /not a URL/],
    ["https://hooks.example.com/s3cret ", /not a URL/],
    ["s3cret", /not a URL/],
  ])("%s cannot, and is not repeated", (text, why) => {
    const said = callbackFor(text, far);
    expect(said).toMatchObject({ kind: "address", message: expect.stringMatching(why) as string });
    expect(JSON.stringify(said)).not.toContain("s3cret");
  });

  it("is of a bounded length", () => {
    const long = readCallbackUrl(`https://hooks.example.com/${"a".repeat(2_000)}`);
    expect(long).toMatchObject({ kind: "address" });
  });

  it("is judged without a server as far as that goes", () => {
    expect(readCallbackUrl("http://127.0.0.1:8787/")).toBeInstanceOf(URL);
    expect(readCallbackUrl("http://example.com/")).toMatchObject({ kind: "address" });
  });
});
