import { get, type IncomingMessage } from "node:http";

import { describe, expect, it } from "vitest";

import { readFaultPlan } from "../../src/sandbox/fault-plan.js";
import type { FaultPlan } from "../../src/sandbox/faults.js";
import { type Ask, clipBody, open, resultUrl } from "./client.js";

const CLIP = "/text-to-video/kling-3.0";
const STILL = "/v1/images/generations";
const still = { model_name: "kling-v3", prompt: "a boat" };

type Rule = FaultPlan["rules"][number];

/** A sandbox with rules, and what came of so many creates: the vendor's code, an HTTP status, or that it was cut. */
async function creates(count: number, ...rules: readonly Rule[]) {
  const { sandbox, ask } = await open({ faults: { rules }, concurrency: 100 });
  const seen: (number | string)[] = [];
  for (let at = 1; at <= count; at++) {
    const response = await fetch(sandbox.url + CLIP, {
      method: "POST",
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify(clipBody("a boat", `ref-${at}`)),
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    seen.push(response === undefined || text === undefined ? "cut" : codeIn(text, response.status));
  }
  return { seen, ask, ledger: await ledgerOf(ask) };
}

function codeIn(text: string, status: number): number | string {
  try {
    return (JSON.parse(text) as { readonly code: number }).code;
  } catch {
    return `no JSON ${status}`;
  }
}

async function ledgerOf(ask: Ask) {
  const { data } = await ask("GET", "/sandbox/ledger");
  return (data as unknown as readonly { readonly external_task_id: string; readonly outcome: string }[]).map(
    ({ external_task_id, outcome }) => `${external_task_id} ${outcome}`,
  );
}

describe("a rule", () => {
  const refuse = { call: "create", do: "code", code: 5001 } as const;
  it.each<[string, Partial<Rule>, readonly number[]]>([
    ["without a number strikes every request", {}, [1, 2, 3, 4, 5, 6]],
    ["with a number strikes that one", { nth: 2 }, [2]],
    ["with numbers strikes these", { nth: [1, 4] }, [1, 4]],
    ["with every strikes every so many", { every: 3 }, [3, 6]],
    ["of another path strikes none", { path: "/v1/" }, []],
    ["of a part of the path strikes", { path: "kling-3.0", nth: 1 }, [1]],
    ["of another kind of call strikes none", { call: "small" }, []],
    ["of several kinds strikes each of them", { call: ["list", "create"], nth: 1 }, [1]],
    ["of any kind strikes", { call: "any", nth: 1 }, [1]],
    ["with no probability strikes none", { probability: 0 }, []],
    ["with certainty strikes all", { probability: 1 }, [1, 2, 3, 4, 5, 6]],
  ])("%s", async (_, when, struck) => {
    const { seen } = await creates(6, { ...refuse, ...when } as Rule);
    expect(seen.flatMap((code, index) => (code === 5001 ? [index + 1] : []))).toEqual(struck);
  });

  it("with a probability strikes the same requests under the same seed, and others under another", async () => {
    const under = async (seed: number) => {
      const rules = [{ ...refuse, probability: 0.5 }];
      const { ask } = await open({ faults: { seed, rules }, concurrency: 100 });
      const codes: number[] = [];
      for (let at = 0; at < 24; at++) codes.push((await ask("POST", CLIP, clipBody())).code);
      return codes;
    };
    const [one, again, other] = await Promise.all([under(7), under(7), under(8)]);
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(one.filter((code) => code === 5001).length).toBeGreaterThan(4);
    expect(one.filter((code) => code === 5001).length).toBeLessThan(20);
  });

  it("counts the requests that it is about whatever strikes them first, and the sandbox tells its counts", async () => {
    const { seen, ask } = await creates(
      4,
      { call: "create", nth: 1, do: "lost-before" },
      { call: "create", nth: [1, 2], do: "code", code: 5000 },
    );
    expect(seen).toEqual(["cut", 5000, 0, 0]);
    const { data } = await ask("GET", "/sandbox/counts");
    expect(data).toEqual({
      calls: { create: 4, small: 0, query: 0, list: 0, download: 0 },
      rules: [
        { asked: 4, struck: 1 },
        { asked: 4, struck: 2 },
      ],
    });
  });

  it("tells creates, small calls, queries, lists and downloads apart", async () => {
    const { ask } = await open();
    const { id } = (await ask("POST", CLIP, clipBody())).data;
    const done = await ask("GET", `/tasks?task_ids=${id}`);
    await ask("POST", "/tasks", {});
    await ask("GET", STILL);
    await ask("GET", `${STILL}/none`);
    await ask("POST", "/v1/videos/identify-face", {});
    await ask("POST", "/v1/audio/tts", {});
    await fetch(resultUrl(done)).then((response) => response.arrayBuffer());
    await ask("GET", "/nowhere");
    const { data } = await ask("GET", "/sandbox/counts");
    expect(data).toMatchObject({ calls: { create: 1, small: 2, query: 2, list: 2, download: 1 } });
  });
});

describe("a fault of a create", () => {
  it.each<[string, Rule, number | string, readonly string[]]>([
    ["lost-before is cut, and no task exists", { call: "create", do: "lost-before" }, "cut", []],
    ["lost-after is cut, and a task exists", { call: "create", do: "lost-after" }, "cut", ["ref-1 accepted"]],
    [
      "code is answered, and no task exists",
      { call: "create", do: "code", code: 5000 },
      5000,
      ["ref-1 refused"],
    ],
    [
      "code with after is answered, and a task exists",
      { call: "create", do: "code", code: 5002, after: true },
      5002,
      ["ref-1 accepted"],
    ],
    ["html is a page, and no task exists", { call: "create", do: "html" }, "no JSON 502", []],
    [
      "html with after is a page, and a task exists",
      { call: "create", do: "html", status: 504, after: true },
      "no JSON 504",
      ["ref-1 accepted"],
    ],
    ["garbage is no JSON", { call: "create", do: "garbage" }, "no JSON 200", []],
    [
      "garbage with after hides a task",
      { call: "create", do: "garbage", after: true },
      "no JSON 200",
      ["ref-1 accepted"],
    ],
    [
      "truncated-json hides a task",
      { call: "create", do: "truncated-json" },
      "no JSON 200",
      ["ref-1 accepted"],
    ],
    ["delay changes nothing else", { call: "create", do: "delay", ms: 1 }, 0, ["ref-1 accepted"]],
  ])("%s", async (_, rule, answer, ledger) => {
    const { seen, ledger: found } = await creates(1, rule);
    expect(seen).toEqual([answer]);
    expect(found).toEqual(ledger);
  });

  it.each([
    [1002, 401],
    [1102, 429],
    [1103, 403],
    [1203, 404],
    [1301, 400],
    [5001, 503],
    [5002, 504],
  ])("code %i has the vendor's status %i, and the words that the plan wants", async (code, status) => {
    const { ask } = await open({
      faults: { rules: [{ call: "any", do: "code", code, message: "so be it" }] },
    });
    expect(await ask("POST", CLIP, clipBody())).toMatchObject({ status, code, message: "so be it" });
    expect(await ask("GET", "/tasks?task_ids=1")).toMatchObject({ status, code });
  });

  it("delay adds to another fault", async () => {
    const { seen, ledger } = await creates(
      1,
      { call: "create", do: "delay", ms: 1 },
      { call: "create", do: "lost-after" },
      { call: "create", do: "delay", ms: 1, after: true },
    );
    expect([seen, ledger]).toEqual([["cut"], ["ref-1 accepted"]]);
  });

  it.each<[string, Rule, readonly string[]]>([
    ["hang", { call: "create", do: "hang" }, []],
    ["hang with after", { call: "create", do: "hang", after: true }, ["one accepted"]],
    ["delay", { call: "create", do: "delay", ms: 600_000 }, []],
    ["delay with after", { call: "create", do: "delay", ms: 600_000, after: true }, ["one accepted"]],
  ])("%s leaves the asker without an answer", async (_, rule, ledger) => {
    const { sandbox, ask } = await open({ faults: { rules: [rule] } });
    const answer = ask("POST", CLIP, clipBody("a boat", "one"));
    let settled = false;
    answer.catch(() => undefined).finally(() => (settled = true));
    // A whole round trip on another connection, after the counts say that the create has come.
    while (((await ask("GET", "/sandbox/counts")).data as unknown as Counts).calls.create === 0);
    await ask("GET", "/tasks?task_ids=1");
    expect(settled).toBe(false);
    expect(await ledgerOf(ask)).toEqual(ledger);
    await sandbox.close();
    await expect(answer).rejects.toThrow(/fetch failed/);
  });
});

interface Counts {
  readonly calls: { readonly create: number };
}

/** What a download came to: how it ended, what its head says, and its bytes; `most` hangs up after so many. */
async function downloaded(rule: object | undefined, most = Infinity, headers: Record<string, string> = {}) {
  const rules = rule === undefined ? [] : [{ call: "download", ...rule } as Rule];
  const { ask } = await open({ faults: { rules } });
  const { task_id } = (await ask("POST", STILL, still)).data;
  const url = resultUrl(await ask("GET", `${STILL}/${task_id}`));
  return new Promise<{ readonly end: string; readonly head: IncomingMessage; readonly bytes: Buffer }>(
    (resolve, reject) => {
      const request = get(url, { headers, agent: false }, (head) => {
        const parts: Buffer[] = [];
        let length = 0;
        const finish = (end: string) => resolve({ end, head, bytes: Buffer.concat(parts) });
        head.on("data", (part: Buffer) => {
          parts.push(part);
          length += part.length;
          if (length >= most) {
            finish("hung up");
            head.destroy();
          }
        });
        head.on("end", () => finish("whole"));
        head.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "error"));
      });
      request.on("error", reject);
    },
  );
}

describe("a fault of a download", () => {
  it("cut breaks off after a part", async () => {
    const { end, head, bytes } = await downloaded({ do: "cut", at: 0.25 });
    expect(end).toBe("ECONNRESET");
    expect(bytes).toHaveLength(Math.floor(Number(head.headers["content-length"]) * 0.25));
  });

  it("cut is a fraction of the range that was asked for", async () => {
    const { head, bytes } = await downloaded({ do: "cut" }, Infinity, { range: "bytes=100-299" });
    expect(head.statusCode).toBe(206);
    expect(bytes).toHaveLength(100);
  });

  it.each([
    ["whole", "ECONNRESET"],
    ["part", "whole"],
    ["nothing", "whole"],
  ])("short ends early with a length that says %s", async (says, ended) => {
    const right = await downloaded(undefined);
    const { end, head, bytes } = await downloaded({ do: "short", at: 0.5, says });
    const half = right.bytes.length >> 1;
    expect(end).toBe(ended);
    expect(bytes.equals(right.bytes.subarray(0, half))).toBe(true);
    const said = { whole: String(right.bytes.length), part: String(half), nothing: undefined }[says];
    expect(head.headers["content-length"]).toBe(said);
  });

  it("stall falls silent after a part, with the connection open", async () => {
    const right = await downloaded(undefined);
    const half = right.bytes.length >> 1;
    const { end, bytes, head } = await downloaded({ do: "stall" }, half);
    expect([end, bytes.length]).toEqual(["hung up", half]);
    expect(Number(head.headers["content-length"])).toBe(right.bytes.length);
  });

  it("endless goes on after the last byte", async () => {
    const right = await downloaded(undefined);
    const { end, bytes, head } = await downloaded({ do: "endless" }, right.bytes.length + 5_000_000);
    expect(end).toBe("hung up");
    expect(head.headers["content-length"]).toBeUndefined();
    expect(bytes.subarray(0, right.bytes.length).equals(right.bytes)).toBe(true);
  });

  it("corrupt flips bytes and nothing else", async () => {
    const right = await downloaded(undefined);
    const { bytes } = await downloaded({ do: "corrupt", at: 0 });
    expect(bytes).toHaveLength(right.bytes.length);
    const wrong = [...bytes].flatMap((byte, at) => (byte === right.bytes[at] ? [] : [at]));
    expect(wrong).toEqual(Array.from({ length: 16 }, (_, at) => at));
  });

  it.each([
    ["wrong-type", 200, "text/html", undefined],
    ["expired", 403, "application/json; charset=utf-8", undefined],
    ["html", 502, "text/html", undefined],
  ])("%s is answered with %i and %s", async (word, status, type) => {
    const { head } = await downloaded({ do: word });
    expect([head.statusCode, head.headers["content-type"]]).toEqual([status, type]);
  });

  it("redirect sends elsewhere, or to its own address", async () => {
    const away = await downloaded({ do: "redirect", to: "http://169.254.169.254/latest" });
    expect([away.head.statusCode, away.head.headers.location]).toEqual([
      302,
      "http://169.254.169.254/latest",
    ]);
    const home = await downloaded({ do: "redirect" });
    expect(home.head.headers.location).toMatch(/^\/outputs\/\d+\/0\.png\?.*Signature=/);
  });
});

describe("a fault plan in JSON", () => {
  it("is read with every word that there is", () => {
    const plan = {
      seed: 7,
      rules: [
        { call: "any", do: "lost-before", nth: 1 },
        { call: ["create", "small"], do: "lost-after", every: 3 },
        {
          call: "create",
          path: "/v1/",
          do: "code",
          code: 5000,
          message: "no",
          after: true,
          probability: 0.5,
        },
        { call: "query", do: "html", status: 504 },
        { call: "list", do: "garbage" },
        { call: "query", do: "truncated-json" },
        { call: "any", do: "delay", ms: 5, after: true },
        { call: "small", do: "hang", nth: [1, 2] },
        { call: "download", do: "cut", at: 0.1 },
        { call: "download", do: "short", says: "part" },
        { call: "download", do: "stall" },
        { call: "download", do: "endless" },
        { call: "download", do: "corrupt" },
        { call: "download", do: "wrong-type" },
        { call: "download", do: "expired" },
        { call: "download", do: "redirect", to: "http://10.0.0.1/" },
      ],
    };
    expect(readFaultPlan(JSON.stringify(plan))).toEqual({ ok: true, plan });
  });

  it.each<[string, string, readonly RegExp[]]>([
    ["no JSON", "{", [/^it is not JSON: /]],
    ["no object", "[]", [/^it must be an object, like /]],
    ["no rules", "{}", [/^the plan has no rules$/]],
    [
      "an unknown key",
      '{"rules":[],"sead":1}',
      [/^the plan: "sead" is not one of its keys; did you mean seed\?/],
    ],
    ["a rule that is none", '{"rules":[1]}', [/^rule 1 must be an object, like /]],
    ["a rule that does nothing", '{"rules":[{"call":"any"}]}', [/^rule 1 has no do: say lost-before, /]],
    [
      "an unknown do",
      '{"rules":[{"call":"any","do":"delai"}]}',
      [/there is no do "delai"; did you mean delay\?/],
    ],
    [
      "a do of Object's own",
      '{"rules":[{"call":"any","do":"constructor"}]}',
      [/there is no do "constructor"/],
    ],
    [
      "an unknown key of a rule",
      '{"rules":[{"call":"any","nht":1,"do":"hang"}]}',
      [/"nht" is not one .* mean nth\?/],
    ],
    [
      "a key of another fault",
      '{"rules":[{"call":"create","do":"hang","at":1}]}',
      [/"at" is not one of its keys/],
    ],
    [
      "an unknown call",
      '{"rules":[{"call":"crate","do":"hang"}]}',
      [/call must be any, create, .*, not "crate"/],
    ],
    ["no call, no code", '{"rules":[{"do":"code"}]}', [/^rule 1 has no call$/, /^rule 1 has no code$/]],
    [
      "a number below one",
      '{"rules":[{"call":"any","nth":0,"do":"hang"}]}',
      [/nth must be a whole number from 1/],
    ],
    [
      "a probability above one",
      '{"rules":[{"call":"any","probability":2,"do":"hang"}]}',
      [/from 0 to 1, not 2/],
    ],
    [
      "two ways to choose",
      '{"rules":[{"call":"any","nth":1,"every":2,"do":"hang"}]}',
      [/nth and every exclude/],
    ],
    [
      "a fault of downloads for creates",
      '{"rules":[{"call":"create","do":"cut"}]}',
      [/cut cannot befall create; it/],
    ],
    [
      "a fault of calls for any",
      '{"rules":[{"call":"any","do":"garbage"}]}',
      [/garbage cannot befall download/],
    ],
    [
      "an address with a line break",
      '{"rules":[{"call":"download","do":"redirect","to":"/\\r\\na: b"}]}',
      [/must be an/],
    ],
    ["several slips", '{"sed":1,"rules":[{"do":"x"},2]}', [/sed/, /no do "x"/, /rule 2 must be/]],
  ])("%s is refused with advice", (_, json, problems) => {
    const read = readFaultPlan(json);
    if (read.ok) throw new Error("it was read");
    expect(read.problems).toHaveLength(problems.length);
    for (const [index, wanted] of problems.entries()) expect(read.problems[index]).toMatch(wanted);
  });
});
