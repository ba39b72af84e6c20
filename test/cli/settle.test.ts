import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sameLine } from "../../src/cli/request.js";
import { run } from "../../src/cli/run.js";
import { abandonQuestion, mattersPage } from "../../src/cli/view-matters.js";
import { deleteQuestion, thingsPage } from "../../src/cli/view-delete.js";
import { copiesNote } from "../../src/cli/view-copies.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { id, PLAIN, surroundings } from "./fixtures.js";

const FILM = `version: 1
project: night-ferry
provider: kling
shots:
  "010": { prompt: "wide, the ferry leaves the pier" }
`;
const REFERENCE = `km1-${"a".repeat(26)}`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klingmake-settle-"));
  writeFileSync(join(folder, "kling.manifest.yaml"), FILM);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function klingmake(line: string, over: Parameters<typeof surroundings>[0] = {}) {
  const io = surroundings({ cwd: folder, home: folder, ...over });
  const exit = await run(line.split(" "), io);
  return { exit, ...io.said };
}

/** A matter as the library reports it. */
function matter(over: object = {}, settled?: object) {
  return {
    name: "shots.010.clip",
    matter: {
      attempt: {
        step: id("shots.010.clip"),
        reference: REFERENCE,
        started: "2026-11-22T10:00:00.000Z",
        state: "unknown",
        ...over,
      },
      standing: "unknown",
      way: { kind: "decide", because: "no_reference" },
      reserved: 210_000,
      unanswered: 0,
    },
    ...(settled === undefined ? {} : { settled }),
  };
}
const page = (...matters: readonly unknown[]) =>
  mattersPage(
    { status: "settled", realm: "kling", matters, diagnostics: [], exit: 8 } as never,
    "night-ferry",
    PLAIN,
    80,
  );

describe("reconcile", () => {
  test("prints what is open, with the commands that decide it", () => {
    const candidates = [{ task: "t-9\u001b[2J", status: "succeeded", created: "2026-11-22T10:00:07.000Z" }];
    expect(page(matter({}, { kind: "undecided", because: "no_reference", candidates })))
      .toMatchInlineSnapshot(`
        "shots.010.clip
            since 2026-11-22 10:00 UTC · km1-aaaaaaaaaaaaaaaaaaaaaaaaaa · up to $0.21
            counted
            the vendor may or may not have taken it
            its product takes no reference, and its list does not show which task it is;
            adopt the one that the vendor's console shows for that time, or give it up
            if there is none:
              klingmake reconcile shots.010.clip --task ID
              klingmake reconcile shots.010.clip --abandon
            could be the task t-9�[2J (succeeded, created 2026-11-22 10:00 UTC):
              klingmake reconcile shots.010.clip --task 't-9�[2J'

        1 matter, 1 to be decided; up to $0.21 counted in the budget
        "
      `);
  });

  test.each([
    ["collected", { kind: "collected", artifact: {} }, "klingmake render places it, at no cost"],
    ["never_sent", { kind: "never_sent" }, "klingmake render sends it, if it is still wanted"],
    ["abandoned", { kind: "abandoned" }, "up to $0.21 stay counted as possibly spent"],
    ["noted", { kind: "noted" }, "nothing is to be decided"],
    ["unanswered", { kind: "unanswered", why: "cut\u001b[2J" }, "it could not be asked about: cut"],
    ["under_way", { kind: "under_way" }, "klingmake download waits for it"],
  ])("says what came of it: %s", (_, settled, words) => {
    const said = page(matter({}, settled));
    expect(said).toContain(words);
    expect(said).not.toContain("\u001b");
  });

  test("asks with what stays counted, and what comes next", () => {
    expect(abandonQuestion([matter().matter] as never)).toBe(
      "Give up 1 submission for lost? Up to $0.21 stay counted as possibly spent. Another attempt costs its full price. [y/N] ",
    );
  });

  test("of a project in which nothing is open is one line, and one envelope with --json", async () => {
    expect(await klingmake("reconcile")).toEqual({
      exit: 0,
      stdout: "night-ferry: nothing is open\n",
      stderr: "",
    });
    const { stdout } = await klingmake("reconcile --list --json");
    expect(JSON.parse(stdout)).toMatchObject({
      command: "reconcile",
      ok: true,
      exit: 0,
      data: { status: "listed", realm: "kling", matters: [] },
    });
  });

  test.each([
    ["reconcile --task t1", "--task belongs to one submission"],
    ["reconcile shots.010 shots.020 --task t1", "--task belongs to one submission"],
    ["reconcile --abandon", "--abandon gives up what is named"],
    ["reconcile shots.010 --abandon --list", "say one of them"],
    ["reconcile shots.010 --task ../x", "Say the vendor's id of a task"],
    ["download shots.010 --again shots.020", "leave --all and other steps out"],
    ["adopt clip.mp4", "required option '--as <step>' not specified"],
    ["download --all --again shots.020", "leave --all and other steps out"],
  ])("%s is wrong usage", async (line, words) => {
    const result = await klingmake(line);
    expect(result.exit).toBe(64);
    expect(result.stderr).toContain(words);
  });

  test("refuses a decision about nothing with exit 3", async () => {
    const result = await klingmake("reconcile shots.010 --abandon --yes");
    expect(result.exit).toBe(3);
    expect(result.stderr).toContain("error[reconcile/nothing-open]");
  });
});

describe("download", () => {
  test("of a film that was never rendered says what is to be rendered, and needs no credentials", async () => {
    const result = await klingmake("download");
    expect(result).toMatchObject({ exit: 0, stdout: "" });
    expect(result.stderr).toBe(
      "nothing to bring back\nnot rendered yet: shots.010.clip\n    klingmake render\n",
    );
    expect(existsSync(join(folder, "renders"))).toBe(false);
  });

  test("prints one envelope with --json", async () => {
    const { stdout, exit } = await klingmake("download --json --all");
    expect(JSON.parse(stdout)).toMatchObject({
      command: "download",
      exit: 0,
      data: { status: "ran", not_rendered: ["shots.010.clip"], rest: { status: "compared", copies: [] } },
    });
    expect(exit).toBe(0);
  });

  test("that was stopped before it could ask says so, and not that there is nothing", async () => {
    const result = await klingmake("download", { signal: AbortSignal.abort("SIGINT") });
    expect(result.exit).toBe(130);
    expect(result.stderr).toContain("stopped: no step is under way at the vendor; to go on:");
    expect(result.stderr).toContain("  klingmake download\n");
    expect(result.stderr).not.toContain("nothing to bring back");
    expect(result.stderr).not.toContain("not rendered yet");
  });

  test("--again of a step without a rendering is refused", async () => {
    const result = await klingmake("download --again shots.010");
    expect(result.exit).toBe(3);
    expect(result.stderr).toContain("error[plan/nothing-recorded]");
  });

  test("tells a copy that is not the recorded one, and that nothing was replaced", () => {
    const copy = { key: "k".repeat(64), artifact: { sha256: "a".repeat(64) }, step: id("shots.010.clip") };
    const came = { kind: "other", recorded: "a".repeat(64), artifact: { sha256: "b".repeat(64) } };
    const report = { status: "compared", copies: [{ copy, held: "whole", came }], diagnostics: [], exit: 1 };
    expect(copiesNote(report as never, PLAIN, 80)).toMatchInlineSnapshot(`
      "shots.010.clip: the vendor's copy (bbbbbbbb) is not the recorded one (aaaaaaaa);
      the store has it whole
          nothing recorded was replaced; the other copy is in the store under its own
          digest
      "
    `);
  });

  test("writes nothing into the manifest's folder but its own memory", async () => {
    await klingmake("download --all");
    expect(readFileSync(join(folder, "kling.manifest.yaml"), "utf8")).toBe(FILM);
    expect(existsSync(join(folder, "kling.lock.json"))).toBe(false);
  });
});

describe("adopt", () => {
  const PNG = Buffer.from(
    encodeStill(
      320,
      320,
      { seed: "ab".repeat(8), title: "", tag: "", facts: [], prompt: "", notes: [] },
      "x",
    ),
  );
  const STILLS = FILM.replace("shots:", "images:\n  mara: { prompt: a portrait }\nshots:");

  test("says what it bound and where it lies, on stderr, or in one envelope", async () => {
    writeFileSync(join(folder, "kling.manifest.yaml"), STILLS);
    writeFileSync(join(folder, "mine.png"), PNG);
    expect(await klingmake("adopt mine.png --as images.mara")).toEqual({
      exit: 0,
      stdout: "",
      stderr:
        "images.mara has the file now; nothing was paid\n  adopted from mine.png\n  renders/default/images/mara.png\n",
    });
    expect(readFileSync(join(folder, "renders/default/images/mara.png")).equals(PNG)).toBe(true);
    const { stdout } = await klingmake("adopt mine.png --as images.mara --json");
    expect(JSON.parse(stdout)).toMatchObject({
      command: "adopt",
      exit: 0,
      data: {
        status: "already",
        step: "images.mara",
        attempt: 1,
        flags: ["adopted from mine.png"],
        dependents: [],
      },
    });
  });

  test("refuses what is no clip with code, why and what to do", async () => {
    writeFileSync(join(folder, "mine.txt"), "a clip");
    const result = await klingmake("adopt mine.txt --as shots.010");
    expect(result.exit).toBe(1);
    expect(result.stderr).toContain("error[adopt/file]: mine.txt cannot be adopted as shots.010.clip");
    expect(result.stderr).toContain("name a whole MP4, PNG, JPEG, MP3 or WAV file");
  });
});

describe("completion", () => {
  test.each([
    ["reconcile", ["shots.010", "shots.010.clip"]],
    ["reconcile shots.010", ["shots.010", "shots.010.clip"]],
    ["download shots.010", ["shots.010", "shots.010.clip"]],
    ["download --again", ["shots.010", "shots.010.clip"]],
    ["adopt clip.mp4 --as", ["shots.010", "shots.010.clip"]],
    ["adopt", [":files"]],
  ])("knows what stands behind %s", async (line, offered) => {
    const io = surroundings({ cwd: folder, home: folder });
    await run(["complete", "--", ...line.split(" "), ""], io);
    const lines = io.said.stdout.split("\n").filter((each) => each !== "");
    expect(lines.map((each) => each.split("\t")[0])).toEqual(offered);
  });
});

describe("delete", () => {
  const handle = { task: "t-1", completed: "2026-11-20T10:00:00.000Z" };
  const thing = { kept: "element", id: "860004", key: "k", handle, stands: true, steps: ["elements.mara"] };
  const report = (over: object = {}) => ({ thing, users: ["shots.010.clip"], waiting: [], ...over });
  const shown = (things: readonly unknown[], status = "deleted") =>
    thingsPage({ status, realm: "kling", things } as never, "night-ferry", PLAIN, 80);

  test("asks with what it is, whose it is, and what hangs on it, in lines of a terminal", () => {
    const users = ["shots.010.clip", "shots.020.clip", "shots.030.clip", "shots.040.clip", "shots.050.clip"];
    const question = deleteQuestion([report({ users, waiting: users.slice(3) })] as never, PLAIN, 80);
    expect(question.split("\n")).toEqual([
      "element 860004",
      "    of elements.mara · made 2026-11-20 · task t-1",
      "    used by shots.010.clip, shots.020.clip and shots.030.clip: rendered, and",
      "    staying",
      "    needed by shots.040.clip and shots.050.clip: still to be rendered, and",
      "    blocked without it",
      "This is free and cannot be undone; whoever else names the same ids loses them,",
      "too.",
      "Delete it at the vendor? [y/N] ",
    ]);
  });

  test.each([
    [{ came: { kind: "deleted" } }, "    deleted", "1 deleted"],
    [{ came: { kind: "absent" } }, "    was gone already; it is on record as deleted now", "1 deleted"],
    [
      { came: { kind: "unanswered", why: "cut\u001b[2J" } },
      "    perhaps not deleted: cut\ufffd[2J; run",
      "0 deleted",
    ],
    [{ came: { kind: "refused", error: { message: "a preset" } } }, "    not deleted: a preset", "0 deleted"],
    [{ came: { kind: "stopped" } }, "    stopped before it was deleted", "0 deleted"],
  ])("says what came of it: %j", (over, line, sum) => {
    const text = shown([report(over)]);
    expect(text).toContain(line);
    expect(text).toContain(`1 element; ${sum}\n`);
  });

  test("lists nothing where nothing was made, and deletes nothing that is not there", async () => {
    expect(await klingmake("delete")).toEqual({
      exit: 0,
      stdout: "night-ferry: no element or voice of this project is with the vendor\n",
      stderr: "",
    });
    const result = await klingmake("delete shots.010 --yes");
    expect(result.exit).toBe(3);
    expect(result.stderr).toContain("error[delete/nothing]: nothing of shots.010 stays with the vendor");
    const { stdout } = await klingmake("delete --unused --json");
    expect(JSON.parse(stdout)).toMatchObject({
      command: "delete",
      exit: 0,
      data: { status: "deleted", things: [] },
    });
  });
});

describe("a command line to paste", () => {
  test("is about the same manifest and profile as the one before it", () => {
    const globals = { file: "my film/kling.manifest.yaml", allowOutside: true } as const;
    expect(sameLine(globals, { name: "reconcile", profile: "final" }, ["shots.010", "--yes"])).toBe(
      "klingmake reconcile --file 'my film/kling.manifest.yaml' --allow-outside --profile final shots.010 --yes",
    );
    expect(sameLine({}, { name: "download" }, [])).toBe("klingmake download");
  });
});
