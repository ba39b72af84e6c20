/** A download that is cut, at any byte and by any server: what comes out is one file whole, never parts of two. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import fc from "fast-check";
import { expect, it } from "vitest";
import { memorySink, never, quickClock, route, serve, type Seen } from "./world.js";

const LENGTH = 2000;
const VERSIONS = [randomBytes(LENGTH), randomBytes(LENGTH), randomBytes(LENGTH + 1)];
const NOW = Date.UTC(2026, 10, 22, 12);

/** How a server answers one request. */
interface Conduct {
  /** Which file it has by now. */
  readonly version: number;
  readonly validator: "etag" | "weak" | "old_date" | "fresh_date" | "none";
  readonly range:
    | "honoured"
    /** Also where the condition says that the file is another one. */
    | "careless"
    | "ignored"
    | "elsewhere"
    | "other_total"
    | "unsaid"
    | "other_etag"
    | "no_validator"
    | "refused";
  readonly framing: "length" | "chunked";
  readonly status: number;
  /** After how many bytes of the body the connection is cut; before the head when negative. */
  readonly cut: number | undefined;
}

const conduct: fc.Arbitrary<Conduct> = fc.record({
  version: fc.nat(VERSIONS.length - 1),
  validator: fc.constantFrom("etag", "weak", "old_date", "fresh_date", "none"),
  range: fc.constantFrom(
    "honoured",
    "honoured",
    "honoured",
    "honoured",
    "careless",
    "ignored",
    "elsewhere",
    "other_total",
    "unsaid",
    "other_etag",
    "no_validator",
    "refused",
  ),
  framing: fc.constantFrom("length", "chunked"),
  status: fc.constantFrom(200, 200, 200, 200, 429, 500, 503),
  cut: fc.option(fc.integer({ min: -1, max: LENGTH }), { nil: undefined, freq: 5 }),
});

function validatorOf({ validator, version }: Conduct): Readonly<Record<string, string>> {
  switch (validator) {
    case "etag":
      return { etag: `"${version}"` };
    case "weak":
      return { etag: `W/"${version}"`, "last-modified": new Date(NOW - 9e9).toUTCString() };
    case "old_date":
      return { "last-modified": new Date(NOW - (version + 1) * 86_400_000).toUTCString() };
    case "fresh_date":
      return { "last-modified": new Date(NOW).toUTCString() };
    case "none":
      return {};
  }
}

function respond(request: Seen, response: ServerResponse, how: Conduct): void {
  const { range, framing, status, cut } = how;
  if (cut !== undefined && cut < 0) return void response.socket?.destroy();
  const bytes = VERSIONS[how.version] ?? Buffer.of();
  const validator = validatorOf(how);
  const headers: Record<string, string> = { ...validator, date: new Date(NOW).toUTCString() };
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const condition = request.headers["if-range"];
  const same = condition !== undefined && Object.values(validator).some((each) => each === condition);
  let from = 0;
  let code = status;
  if (status === 200 && asked !== null && range !== "ignored" && (same || range !== "honoured")) {
    from = Math.min(Number(asked[1]), bytes.length);
    code = range === "refused" ? 416 : 206;
    const said = range === "elsewhere" ? from + 1 : from;
    const total = range === "other_total" ? bytes.length + 2 : bytes.length;
    if (range !== "unsaid") headers["content-range"] = `bytes ${said}-${total - 1}/${total}`;
    if (range === "other_etag") headers["etag"] = '"other"';
    if (range === "no_validator") for (const name of Object.keys(validator)) delete headers[name];
  }
  // What is wrong about a rest shows in its head; that its bytes are wrong too makes a reader that overlooks it fail.
  const honest = code === 200 || range === "honoured" || range === "careless";
  const body = honest ? bytes.subarray(from) : randomBytes(bytes.length - from);
  if (framing === "length") headers["content-length"] = String(body.length);
  response.writeHead(code, headers);
  if (cut === undefined || cut > body.length) response.end(body);
  else response.write(body.subarray(0, cut), () => response.socket?.destroy());
}

it("gives one file whole, whatever five answers in a row were like, once an honest one comes", async () => {
  let conducts: readonly Conduct[] = [];
  let turn = 0;
  const { url, seen } = await serve((request, response) => {
    const last = conducts.at(-1);
    const now = conducts[turn++] ?? {
      version: last?.version ?? 0,
      validator: last?.validator ?? "none",
      range: "honoured",
      framing: "length",
      status: 200,
      cut: undefined,
    };
    respond(request, response, now);
  });
  const provider = route(url, { clock: quickClock() });
  let resumed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(conduct, { maxLength: 5 }), async (some) => {
      conducts = some;
      turn = 0;
      seen.length = 0;
      const sink = memorySink();
      const answer = await provider.fetch(`${url}/a`, sink, never);
      expect(answer).toEqual({ kind: "done", bytes: sink.bytes().length });
      expect(VERSIONS.some((version) => version.equals(sink.bytes()))).toBe(true);
      for (const { headers } of seen)
        expect(headers.range === undefined).toBe(headers["if-range"] === undefined);
      if (seen.some(({ headers }) => headers.range !== undefined) && sink.restarts() === 0) resumed++;
    }),
    { numRuns: 300 },
  );
  // Else this would have tested nothing but beginning anew.
  expect(resumed).toBeGreaterThan(5);
}, 60_000);
