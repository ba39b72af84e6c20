import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CannotWrite, Interruption, type Io } from "../../src/cli/io.js";
import { columnsOf } from "../../src/cli/layout.js";
import { run } from "../../src/cli/run.js";
import { surroundings } from "./fixtures.js";

const FILM = `version: 1
project: night-ferry
provider: kling
profile: draft
defaults: { video: { model: kling-2.5-turbo, mode: std } }
profiles:
  draft: {}
  final: { override: { video: { model: kling-3.0, mode: pro } } }
shots:
  "010": { title: The ferry leaves, prompt: "wide, the ferry leaves the pier" }
  "020": { prompt: "she turns to camera", take: 2 }
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klingmake-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function klingmake(
  line: string,
  given: { readonly manifest?: string; readonly io?: Partial<Io> } = {},
): Promise<Result> {
  if (given.manifest !== undefined) writeFileSync(join(folder, "kling.manifest.yaml"), given.manifest);
  const io = surroundings({
    cwd: folder,
    home: folder,
    createFile: (path) => {
      let text = "";
      return Promise.resolve({
        write: (piece: string) => void (text += piece),
        close: () => Promise.resolve(writeFileSync(join(folder, path), text)),
      });
    },
    ...given.io,
  });
  const exit = await run(line.split(" "), io);
  return { exit, ...io.said };
}

const envelope = (result: Result) => JSON.parse(result.stdout) as Readonly<Record<string, unknown>>;

describe("stdout carries data, stderr carries people", () => {
  test("plan prints the call sheet on stdout and nothing else", async () => {
    const result = await klingmake("plan", { manifest: FILM });
    expect(result).toMatchObject({ exit: 0, stderr: "" });
    expect(result.stdout).toMatch(/^night-ferry · profile draft · Kling, costs money\n/);
    expect(result.stdout).toMatch(
      /shots\.010 · The ferry leaves\n {2}clip {2}render {2}kling-2\.5-turbo std {2}5 s {2}\$0\.21/,
    );
  });

  test("a broken manifest is exit 3 with its diagnostics on stderr", async () => {
    const result = await klingmake("plan", { manifest: FILM.replace('prompt: "she', 'promt: "she') });
    expect(result).toMatchObject({ exit: 3, stdout: "" });
    expect(result.stderr).toMatch(
      /error\[manifest\/unknown-key\][\s\S]*kling\.manifest\.yaml:11:\d+[\s\S]*\d errors?\n$/,
    );
  });

  test("help goes to stdout, a typing mistake to stderr with exit 64", async () => {
    expect(await klingmake("--help")).toMatchObject({ exit: 0, stderr: "" });
    const mistake = await klingmake("plna \u001b[2J");
    expect(mistake).toMatchObject({ exit: 64, stdout: "" });
    expect(mistake.stderr).toContain("(Did you mean plan?)");
    expect(mistake.stderr).not.toContain("\u001b");
  });

  test("the version is one line", async () => {
    expect(await klingmake("--version --json")).toEqual({ exit: 0, stdout: "1.2.3\n", stderr: "" });
  });

  test("colours are per stream and only for terminals", async () => {
    const io = { stdoutIsTTY: true };
    expect((await klingmake("plan", { manifest: FILM, io })).stdout).toContain("\u001b[");
    expect((await klingmake("plan --no-color", { io })).stdout).not.toContain("\u001b[");
    expect((await klingmake("plan", { io: { ...io, env: { NO_COLOR: "1" } } })).stdout).not.toContain(
      "\u001b[",
    );
  });
});

describe("--json prints exactly one envelope", () => {
  test.each([
    [
      "validate",
      0,
      {
        file: expect.stringContaining("kling.manifest.yaml") as string,
        profiles: ["draft", "final"],
        errors: 0,
      },
    ],
    [
      "plan",
      0,
      { digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string, realm: "kling", profile: "draft" },
    ],
    [
      "plan --profile final",
      0,
      { wants_yes: [{ because: "tier" }, { because: "tier" }, { because: "total" }] },
    ],
    ["status", 0, { count: { fresh: 0, missing: 2 } }],
    ["why shots.020", 0, { step: { id: "shots.020.clip" }, key_inputs: { take: 2 }, dependents: [] }],
    ["graph", 0, { steps: [{ id: "shots.010.clip", needs: [] }, { id: "shots.020.clip" }] }],
    [
      "models",
      0,
      { models: expect.arrayContaining([expect.objectContaining({ id: "kling-3.0" })]) as unknown },
    ],
    ["schema lock", 0, { title: "klingmake lockfile" }],
    ["render", 4, { status: "approval_needed", digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
  ])("%s", async (line, exit, data) => {
    const tight = `${FILM}approval: { above_usd: 0.1 }\n`;
    const result = await klingmake(`${line} --json`, { manifest: tight });
    expect(result.stdout.trimEnd()).not.toContain("\n");
    expect(envelope(result)).toMatchObject({
      schema: "klingmake/envelope",
      version: 1,
      command: line.split(" ")[0],
      ok: exit === 0,
      exit,
      data,
    });
    expect(result.exit).toBe(exit);
  });

  test("also for a broken manifest", async () => {
    const result = await klingmake("plan --json", { manifest: "version: 1\n" });
    expect(result).toMatchObject({ exit: 3, stderr: "" });
    expect(envelope(result)).toMatchObject({ ok: false, exit: 3, diagnostics: [{ severity: "error" }] });
  });

  test("also for wrong usage", async () => {
    expect(envelope(await klingmake("plan --json --max-cost much"))).toMatchObject({
      command: null,
      exit: 64,
      data: { error: { kind: "usage" } },
    });
  });

  test("also for a file that cannot be written, which is wrong usage", async () => {
    const io: Partial<Io> = { createFile: (path) => Promise.reject(new CannotWrite(path, "ENOENT")) };
    const result = await klingmake("render --json --events no/e.jsonl", { manifest: FILM, io });
    expect(result).toMatchObject({ exit: 64, stderr: "error: no/e.jsonl cannot be written (ENOENT)\n" });
    expect(envelope(result)).toMatchObject({
      command: "render",
      exit: 64,
      data: { error: { kind: "usage" } },
    });
  });

  test("also for a bug of ours", async () => {
    const io: Partial<Io> = { createFile: () => Promise.reject(new Error("the disk is gone")) };
    const result = await klingmake("plan --json --out p.json", { manifest: FILM, io });
    expect(result.exit).toBe(70);
    expect(envelope(result)).toMatchObject({ command: "plan", exit: 70, data: { error: { kind: "bug" } } });
  });
});

describe("plan", () => {
  test("exits 2 with --detailed-exitcode when something is to be done", async () => {
    expect((await klingmake("plan --detailed-exitcode", { manifest: FILM })).exit).toBe(2);
  });

  test("shows what is over budget and exits 0", async () => {
    const result = await klingmake("plan --max-cost 0.3", { manifest: FILM });
    expect(result.exit).toBe(0);
    expect(result.stdout).toContain("does not fit under --max-cost");
  });

  test("says who must say yes, as flags and environment have it", async () => {
    const wants = async (line: string, env: Io["env"] = {}) =>
      (await klingmake(line, { manifest: FILM, io: { env } })).stdout.match(/needs a yes (.*)/)?.[1];
    expect(await wants("plan")).toBeUndefined();
    expect(await wants("plan --ask-above 0.1")).toBe("the total, up to $0.42, is above $0.10");
    expect(await wants("plan", { KLINGMAKE_ASK_ABOVE: "0.1" })).toBe(
      "the total, up to $0.42, is above $0.10",
    );
    expect(await wants("plan -p final")).toBe("! tier master: shots.010.clip and shots.020.clip");
    expect(await wants("plan -p final --ask-tiers none")).toBeUndefined();
  });

  test("says what attempts after a failure may cost, and writes them into the line to paste", async () => {
    const { stdout } = await klingmake("plan --retries 2 --ask-above 1", { manifest: FILM });
    expect(stdout).toContain("up to 2 further attempts after a failure: $0.42 more");
    expect(stdout).toMatch(/^cost +\$0\.42–\$1\.26 \(3–9 video units\)/m);
    expect(stdout).toMatch(/^retries +4 further attempts at most, each after a failure: \$0\.84 of that$/m);
    expect(stdout).toMatch(/^needs a yes +the total, up to \$1\.26, is above \$1\.00$/m);
    expect(stdout).toMatch(/klingmake render --retries 2 --ask-above 1 (\\\n +)?--approve [0-9a-f]{12}\n/);
    const { data } = envelope(await klingmake("plan --json --retries 1", { manifest: FILM })) as {
      data: { steps: readonly { create: object }[]; totals: object };
    };
    expect(data.totals).toMatchObject({ create: { low: { usd: "0.42" }, high: { usd: "0.84" } } });
    expect(data.steps[0]?.create).toMatchObject({
      attempt: 1,
      ceiling: { usd: "0.21" },
      retries: [{ attempt: 2, ceiling: { usd: "0.21" } }],
    });
  });

  test("writes with --out what --json prints", async () => {
    await klingmake("plan --out plan.json", { manifest: FILM });
    const printed = await klingmake("plan --json");
    expect(readFileSync(join(folder, "plan.json"), "utf8")).toBe(printed.stdout);
  });
});

describe("render", () => {
  test("without anybody to ask is exit 4, and says how to approve exactly this plan", async () => {
    const digest = envelope(await klingmake("plan --json -p final", { manifest: FILM }))["data"] as {
      digest: string;
    };
    const result = await klingmake("render -p final --max-cost 9");
    expect(result).toMatchObject({ exit: 4, stdout: "" });
    expect(result.stderr).toContain("approval needed, and nobody is there to ask; nothing was submitted\n");
    expect(result.stderr).toContain(
      `  klingmake render --profile final --max-cost 9 --approve ${digest.digest}\n`,
    );
  });

  test("asks once, with the price in the question, and takes no for an answer", async () => {
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(false);
    };
    const env = { KLING_API_KEY: "k-not-used-for-anything" };
    const result = await klingmake("render -p final", { manifest: FILM, io: { ask, env } });
    expect(asked).toEqual(["Render 2 steps for up to $1.12? [y/N] "]);
    expect(result.exit).toBe(4);
    expect(result.stderr).toMatch(/needs a yes ! tier master: [^?]*\nnot rendered; nothing was submitted\n$/);
  });

  test("shows the plan before it asks, even when quiet", async () => {
    let before = "";
    const io = surroundings({ cwd: folder, home: folder, env: { KLING_API_KEY: "k-not-used-for-anything" } });
    writeFileSync(join(folder, "kling.manifest.yaml"), FILM);
    const ask = () => {
      before = io.said.stderr;
      return Promise.resolve(false);
    };
    await run(["render", "-p", "final", "--quiet"], { ...io, ask });
    expect(before).toContain("cost        $1.12");
  });

  test("refuses an approval that does not cover the plan with exit 7", async () => {
    const result = await klingmake(`render --approve ${"0".repeat(64)}`, { manifest: FILM });
    expect(result.exit).toBe(7);
    expect(result.stderr).toContain("shots.010.clip: no offer with that digest is kept here");
  });

  test("--frozen names what would change and exits 7", async () => {
    const result = await klingmake("render --frozen", { manifest: FILM });
    expect(result.exit).toBe(7);
    expect(result.stderr).toContain("--frozen: 2 steps would change the lockfile");
  });

  test("writes an events file that ends with exactly one envelope", async () => {
    await klingmake("render --frozen --events e.jsonl", { manifest: FILM });
    const lines = readFileSync(join(folder, "e.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { schema: string });
    expect(lines.at(-1)).toMatchObject({ schema: "klingmake/envelope", exit: 7, data: { status: "frozen" } });
    expect(lines.filter((line) => line.schema === "klingmake/envelope")).toHaveLength(1);
  });
});

test.each([
  ["", "night-ferry is valid\n"],
  ["  final: {}\n", "night-ferry is valid, with the profile final\n"],
  ["  draft: {}\n  final: {}\n", "night-ferry is valid, with the profiles draft, final\n"],
])("validate counts the profiles: %j", async (profiles, text) => {
  const shots = 'shots:\n  "010": { prompt: "wide, the ferry leaves the pier" }\n';
  const head = "version: 1\nproject: night-ferry\nprovider: kling\n";
  const manifest = `${head}${profiles === "" ? "" : `profiles:\n${profiles}`}${shots}`;
  expect((await klingmake("validate", { manifest })).stdout).toBe(text);
});

test("a warning of the manifest is said once", async () => {
  const manifest = `${FILM}  "030":\n    prompt: wide, the ferry # leaves\n`;
  for (const line of ["plan", "validate", "status", "graph", "why shots.010", "render --frozen"]) {
    const { stderr } = await klingmake(line, { manifest });
    expect(stderr.match(/warning\[yaml\/comment-cuts\]/g)).toHaveLength(1);
  }
});

describe("an events file", () => {
  test("ends with an envelope also when the manifest is broken", async () => {
    const result = await klingmake("render --events e.jsonl", { manifest: "version: 1\n" });
    expect(result.exit).toBe(3);
    const lines = readFileSync(join(folder, "e.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { schema: "klingmake/envelope", exit: 3 },
    ]);
  });

  test("called - is stdout, which then carries nothing else", async () => {
    const { exit, stdout, stderr } = await klingmake("render --frozen --events -", { manifest: FILM });
    expect(exit).toBe(7);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { schema: string });
    expect(lines.at(-1)).toMatchObject({ schema: "klingmake/envelope", exit: 7 });
    expect(lines.filter((line) => line.schema === "klingmake/envelope")).toHaveLength(1);
    expect(stderr).toContain("--frozen: 2 steps would change the lockfile");
    expect(existsSync(join(folder, "-"))).toBe(false);
  });

  test.each([
    ["-", true, 0],
    ["-", false, 1],
    ["e.jsonl", true, 1],
  ])(
    "called %s, where stdout is a terminal: %s, leaves %i live views",
    async (events, stdoutIsTTY, views) => {
      let opened = 0;
      const live = () => {
        opened++;
        const quiet = () => undefined;
        return { size: () => ({ columns: 80, rows: 24 }), draw: quiet, clear: quiet, forget: quiet };
      };
      const { exit } = await klingmake(`render --events ${events}`, {
        manifest: FILM.replace("provider: kling", "provider: sandbox"),
        io: { stdoutIsTTY, stderrIsTTY: true, live, env: { KLINGMAKE_SANDBOX_TIME_SCALE: "0" } },
      });
      expect([exit, opened]).toEqual([0, views]);
    },
  );

  test("that cannot be finished does not hide how the run ended", async () => {
    const full = {
      write: () => undefined,
      close: () => Promise.reject(new CannotWrite("e.jsonl", "ENOSPC")),
    };
    const io: Partial<Io> = { createFile: () => Promise.resolve(full) };
    const result = await klingmake("render --frozen --events e.jsonl", { manifest: FILM, io });
    expect(result.exit).toBe(7);
    expect(result.stderr).toMatch(/e\.jsonl cannot be written \(ENOSPC\): its end is missing\n$/);
  });
});

describe("an interruption", () => {
  test.each([130, 143] as const)("ends a command that only looks with %i", async (exit) => {
    const stop = new AbortController();
    stop.abort(new Interruption(exit));
    expect((await klingmake("validate", { manifest: FILM, io: { signal: stop.signal } })).exit).toBe(exit);
  });
});

test("a wrong manifest is exit 3 for models too, because its own models are not known", async () => {
  const result = await klingmake("models", { manifest: FILM.replace("version: 1", "version: 9") });
  expect(result).toMatchObject({ exit: 3, stdout: "" });
});

test.each([40, 60, 80])("at %d columns no line of a diagnostic is wider", async (columns) => {
  const long = 'prompt: "wide, the ferry leaves the pier, gulls above it, and nobody waves", promt: x';
  const manifest = `${FILM.replace('prompt: "wide, the ferry leaves the pier"', long)}outputs: { path: "../x" }\n`;
  const { stderr } = await klingmake("validate", { manifest, io: { columns, stderrIsTTY: true } });
  const lines = stderr.replaceAll(/\u001b\[\d+m/g, "").split("\n");
  expect(lines.filter((line) => /^ *\| +\^+$/.test(line)).length).toBeGreaterThan(0);
  for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
});

test("models works where there is no project", async () => {
  const result = await klingmake("models");
  expect(result).toMatchObject({ exit: 0, stderr: "" });
  expect(result.stdout).toContain("kling-3.0  Kling 3.0\n");
});

describe("sandbox", () => {
  const sandbox = async (line: string) => {
    const stop = new AbortController();
    let stdout = "";
    const write = (text: string) => {
      stdout += text;
      stop.abort(new Interruption(130));
    };
    const result = await klingmake(line, { io: { signal: stop.signal, stdout: { write } } });
    return { ...result, stdout };
  };

  test("prints what a shell needs, runs until it is stopped, and exits 0", async () => {
    const result = await sandbox("sandbox --time-scale 0");
    expect(result.exit).toBe(0);
    expect(result.stdout).toMatch(
      /^export KLING_BASE_URL=http:\/\/127\.0\.0\.1:\d+\nexport KLING_API_KEY=\S+\n/,
    );
  });

  test("as a gateway says which dialect it speaks, and is no server for provider: sandbox", async () => {
    const { stdout } = await sandbox("sandbox --dialect unified");
    expect(stdout).toContain("\nexport KLING_DIALECT=unified\n");
    expect(stdout).not.toContain("KLINGMAKE_SANDBOX_URL");
    expect((await sandbox("sandbox")).stdout).toContain("\nexport KLINGMAKE_SANDBOX_URL=");
  });

  test("with --json prints one envelope", async () => {
    expect(envelope(await sandbox("sandbox --json"))).toMatchObject({
      command: "sandbox",
      ok: true,
      data: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string },
    });
  });
});
