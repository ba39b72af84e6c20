/**
 * The documents as tests: what README, CONTRIBUTING, ARCHITECTURE and the example say is what the program does.
 * Console blocks of the README are run in order on a copy of the example, against the built program; with
 * `UPDATE_README=1` their output, the table of diagnostics and the pages in docs/ are written anew instead of compared.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIAGNOSTIC_CODES } from "../src/base/codes.js";
import { parseArguments } from "../src/cli/args.js";
import { EXIT } from "../src/run/exit.js";
import { mischiefIn } from "../src/sandbox/mischief.js";
import { wireList, wirePage } from "./provider/sent-fields.js";

const root = join(import.meta.dirname, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");
const updating = process.env["UPDATE_README"] === "1";
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"));

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "examples"))
    .toSorted()
    .map((name) => `examples/${name}/README.md`),
];
const CODE_ROWS = Object.entries(DIAGNOSTIC_CODES).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`);

/** Fenced blocks of one language, in order. */
function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, body = ""]) => body,
  );
}

/** Cells of the table below a heading, without its head. */
function table(text: string, heading: string): readonly (readonly string[])[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What follows `klingmake` in a document, with values where the document has names for them. */
function commandLines(text: string): readonly (readonly string[])[] {
  const fenced = ["sh", "console"]
    .flatMap((language) => blocks(text, language))
    .join("\n")
    .split("\n");
  const inline = [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`(klingmake [a-z-][^`]*)`/g)].map(
    ([, line = ""]) => line,
  );
  const lines = [...fenced.map((line) => line.replace(/^\$ /, "")), ...inline].filter((line) =>
    /^klingmake [a-z-]/.test(line),
  );
  return lines.map((line) => {
    const alone = line.replace(/\s+(#|\||&&|>).*$/, "");
    const filled = alone
      .replace("DIGEST", "0".repeat(64))
      .replace("STEP", "shots.lens.clip")
      .replace("FILE", "file.json")
      .replace("FOLDER", "folder");
    return filled
      .split(/\s+/)
      .slice(1)
      .map((word) => word.replace(/^'(.*)'$/, "$1"));
  });
}

describe("SECURITY.md", () => {
  it("names a test for each thing that is held, and only tests that are there", () => {
    const rows = table(read("SECURITY.md"), "Against whom");
    expect(rows.length).toBeGreaterThan(10);
    for (const [, attempt = "", , tests = ""] of rows) {
      const named = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, name = ""]) => name);
      expect(named, attempt).not.toEqual([]);
      for (const name of named) expect(existsSync(join(root, name)), name).toBe(true);
    }
  });
});

describe("docs/wire", () => {
  it.each([
    ["docs/wire.md", wirePage()],
    ["docs/wire.json", wireList()],
  ])("%s is what the builders of requests send", (name, text) => {
    if (updating) writeFileSync(join(root, name), text);
    expect(read(name)).toBe(text);
  });
});

describe("the README", () => {
  it("lists every diagnostic code with its sentence, and no other", () => {
    const head = "| code | meaning |\n|---|---|\n";
    const [before = "", after = ""] = read("README.md").split("\n## More\n");
    const [prose = "", rows = ""] = before.split(`\n## Diagnostics\n`).map((part) => part.trim());
    const [intro = "", listed = ""] = rows.split(head);
    const text = CODE_ROWS.join("\n");
    if (updating) {
      writeFileSync(
        join(root, "README.md"),
        `${prose}\n\n## Diagnostics\n\n${intro}${head}${text}\n\n## More\n${after}`,
      );
    }
    expect(updating ? text : listed).toBe(text);
  });

  it("lists every exit code, and no other", () => {
    const listed = table(read("README.md"), "Exit codes").flatMap(([code = ""]) =>
      code.split(",").map(Number),
    );
    expect(listed).toEqual(Object.values(EXIT));
  });

  it("says which exit code wins, as the code does", () => {
    const order = /the order is ([\d, ]+)\./;
    const decided = /const ORDER[\s\S]*?= \[([^\]]*)\]/.exec(read("src/run/exit.ts"));
    const names = decided?.[1]?.match(/(?<=EXIT\.)\w+/g) ?? [];
    const codes = names.map((name) => (EXIT as Readonly<Record<string, number>>)[name]);
    expect(order.exec(read("README.md"))?.[1]?.split(", ").map(Number)).toEqual(codes);
  });

  it("has every environment variable that the program reads", () => {
    const known = new Set(
      sources.flatMap(
        (name) => read(`src/${name}`).match(/\b(?:KLING|KLINGMAKE)_[A-Z]+(?:_[A-Z]+)*\b/g) ?? [],
      ),
    );
    const listed = table(read("README.md"), "Environment").flat().join(" ");
    expect(known.size).toBeGreaterThan(6);
    expect([...known].filter((name) => !listed.includes(`\`${name}\``))).toEqual([]);
  });

  it("has every misbehaviour of the sandbox, and the sandbox knows each", () => {
    const listed = table(read("README.md"), "The sandbox").map(
      ([word = ""]) => /^`\[sandbox:(\w+)\]`$/.exec(word)?.[1] ?? word,
    );
    const known = /const WORDS = \[([^\]]*)\]/.exec(read("src/sandbox/mischief.ts"))?.[1]?.match(/\w+/g);
    expect(listed).toEqual(known);
    for (const word of listed) expect([...mischiefIn(`a boat [sandbox:${word}]`)]).toEqual([word]);
  });

  it("names every event", () => {
    const types = read("src/run/event.ts").match(/(?<=readonly type: ")\w+/g) ?? [];
    expect(types.length).toBeGreaterThan(5);
    expect(types.filter((type) => !read("README.md").includes(`\`${type}\``))).toEqual([]);
  });
});

describe("command lines in documents", () => {
  it.each(
    DOCUMENTS.flatMap((name) =>
      commandLines(read(name)).map((words) => [`klingmake ${words.join(" ")}`, name, words] as const),
    ),
  )("%s (%s) can be parsed", (_line, _name, words) => {
    const parsed = parseArguments(words, { env: {}, columns: 80 });
    expect(parsed.kind === "usage" ? parsed.text : "").toBe("");
  });

  it("the README shows every command", () => {
    const help = parseArguments(["--help"], { env: {}, columns: 80 });
    const known = [...(help.kind === "help" ? help.text : "").matchAll(/^ {2}([a-z]+) .*\[options\]/gm)].map(
      ([, name]) => name,
    );
    expect(known.length).toBeGreaterThan(5);
    const shown = new Set(commandLines(read("README.md")).map(([name]) => name));
    expect(known.filter((name) => !shown.has(name ?? ""))).toEqual([]);
  });

  it("the README says where the program is in a clone", () => {
    const { bin } = JSON.parse(read("package.json")) as { readonly bin: { readonly klingmake: string } };
    expect(read("README.md")).toContain(`\`node ${bin.klingmake} …\``);
  });

  it.each(["README.md", "CONTRIBUTING.md"])("%s names npm scripts that exist", (name) => {
    const { scripts } = JSON.parse(read("package.json")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const named = [
      ...read(name).matchAll(/npm (?:run )?(example|test|check|generate|bench|coverage|format|build)\b/g),
    ].map(([, script = ""]) => script);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

describe("links in documents", () => {
  it.each(DOCUMENTS)("%s points to files that exist", (name) => {
    const links = [...read(name).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !existsSync(join(root, name, "..", target)))).toEqual([]);
  });
});

describe("the architecture page", () => {
  const page = read("ARCHITECTURE.md");
  const map = page.split("\n## Code map\n")[1]?.split("\n## ")[0] ?? "";

  it("has every folder of src", () => {
    const folders = [
      ...new Set(
        sources.flatMap((name) => (name.includes("/") ? [name.slice(0, name.lastIndexOf("/"))] : [])),
      ),
    ];
    expect(folders.filter((folder) => !map.includes(`\`src/${folder}/\``))).toEqual([]);
  });

  it("names every source file", () => {
    const written = sources.filter((name) => !/\.(generated|d)\.ts$/.test(name));
    expect(written.filter((name) => !map.includes(`\`${name.slice(name.lastIndexOf("/") + 1)}\``))).toEqual(
      [],
    );
  });

  it.each(
    map
      .split("\n### ")
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section] as const),
  )("%s: names files that exist", (_title, section) => {
    // A section of a folder names what lies in it; the library's names the files beside the folders.
    const folders = [...section.matchAll(/`src\/(\w+(?:\/\w+)*)\/`/g)].map(([, folder = ""]) => folder);
    const there = new Set(
      sources
        .filter((name) =>
          folders.length === 0
            ? !name.includes("/")
            : folders.some((folder) => name.startsWith(`${folder}/`)),
        )
        .map((name) => basename(name)),
    );
    const prose = section.slice(section.indexOf("\n")).split("**Invariant:**")[0] ?? "";
    const named = [...prose.matchAll(/`([\w-]+\.ts)`/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !there.has(name))).toEqual([]);
  });

  it.each([["ARCHITECTURE.md"], ["CONTRIBUTING.md"]])("%s: every path exists", (name) => {
    const paths = [...read(name).matchAll(/`((?:src|test|schemas)\/[\w./-]+\.(?:ts|mjs|json))`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.length).toBeGreaterThan(3);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("every function in the life of a step exists in the file that is named for it", () => {
    const life = page.split("\n## The life of one step\n")[1]?.split("\n## ")[0] ?? "";
    const named = [...life.matchAll(/│ +(\w+(?:, \w+)*) +([\w-]+(?:\/[\w-]+)*\.ts)/g)];
    expect(named.length).toBeGreaterThan(8);
    const missing = named.flatMap(([, names = "", file = ""]) =>
      names.split(", ").filter((each) => !new RegExp(`\\b${each}\\b`).test(read(`src/${file}`))),
    );
    expect(missing).toEqual([]);
  });
});

describe("the example, with the built program", () => {
  const made: string[] = [];
  let film = "";
  let env: Record<string, string> = {};
  const sh = async (line: string): Promise<string> => {
    const { stdout, stderr } = await promisify(execFile)("/bin/sh", ["-c", `{ ${line}\n} 2>&1 </dev/null`], {
      cwd: film,
      env,
    }).catch((failed: { stdout: string; stderr: string }) => failed);
    return `${stdout}${stderr}`;
  };

  beforeAll(() => {
    const { bin } = JSON.parse(read("package.json")) as { readonly bin: { readonly klingmake: string } };
    const program = join(root, bin.klingmake);
    if (!existsSync(program)) throw new Error("npm run build comes first");
    const home = mkdtempSync(join(tmpdir(), "klingmake-docs-"));
    made.push(home);
    film = join(home, "film");
    cpSync(join(root, "examples/first-film"), film, {
      recursive: true,
      filter: (name) => !/renders$|\.kling$|lock\.json$/.test(name),
    });
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin/klingmake"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, {
      mode: 0o755,
    });
    mkdirSync(join(film, "node_modules"));
    symlinkSync(root, join(film, "node_modules/klingmake"));
    env = {
      PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      KLINGMAKE_SANDBOX_TIME_SCALE: "0",
    };
  });

  afterAll(() => {
    for (const directory of made) rmSync(directory, { recursive: true, force: true });
  });

  it("says nothing is wrong with it", async () => {
    expect(await sh("klingmake validate; klingmake plan --detailed-exitcode >/dev/null; echo $?")).toBe(
      "last-crossing is valid, with the profiles draft, final\n2\n",
    );
  });

  it("prints what the README shows", async () => {
    // What tasks take is learnt from earlier runs, and differs from machine to machine.
    const isSteady = (line: string) => !line.startsWith("time ");
    let readme = read("README.md");
    const shown: string[] = [];
    const said: string[] = [];
    for (const block of blocks(readme, "console")) {
      const printed: string[] = [];
      for (const line of block.split("\n").filter((each) => each.startsWith("$ "))) {
        printed.push(line, ...(await sh(line.slice(2))).trimEnd().split("\n").filter(isSteady));
      }
      // A command that prints nothing leaves an empty line between two others.
      const text = `${printed.join("\n").replaceAll("\n\n$ ", "\n$ ")}\n`;
      readme = readme.replace(block, () => text);
      shown.push(block);
      said.push(text);
    }
    if (updating) writeFileSync(join(root, "README.md"), readme);
    expect(updating ? said : shown).toEqual(said);
  }, 20_000);

  it("ends with clips that are MP4s, a still that is a PNG, and sidecars that name their step", async () => {
    await sh("klingmake render");
    const at = join(film, "renders/sandbox/draft");
    const kind = (name: string) =>
      readFileSync(join(at, name)).subarray(0, 8).toString("latin1").replace(/[^\w]/g, "");
    const names = readdirSync(at).toSorted();
    expect(names.filter((name) => name.endsWith(".mp4")).map(kind)).toEqual(
      ["ftyp", "ftyp", "ftyp"].map((each) => expect.stringContaining(each)),
    );
    expect(names.filter((name) => name.endsWith(".png")).map(kind)).toEqual(["PNG"]);
    const steps = names
      .filter((name) => name.endsWith(".json"))
      .map((name) => (JSON.parse(readFileSync(join(at, name), "utf8")) as { step: string }).step);
    expect(steps.toSorted()).toEqual([
      "images.keeper",
      "shots.harbour.clip",
      "shots.keeper-at-window.clip",
      "shots.lens.clip",
    ]);
  }, 20_000);

  it("runs the README's library example", async () => {
    const [code = ""] = blocks(read("README.md"), "js");
    writeFileSync(join(film, "example.mjs"), code);
    const said = await sh(`"${process.execPath}" example.mjs; echo exit $?`);
    expect(said.split("\n").filter((line) => line.startsWith("shots.lens.clip"))).toEqual([
      "shots.lens.clip render $1.12",
      "shots.lens.clip kept",
    ]);
    expect(said.trimEnd().endsWith("exit 0")).toBe(true);
  }, 20_000);

  it("renders what its own README says after each change", async () => {
    const necessary = async (): Promise<readonly string[]> => {
      const envelope = JSON.parse(await sh("klingmake plan --json")) as {
        readonly data: {
          readonly steps: readonly { readonly id: string; readonly decision: { readonly kind: string } }[];
        };
      };
      return envelope.data.steps.filter((step) => step.decision.kind === "render").map((step) => step.id);
    };
    const manifest = join(film, "kling.manifest.yaml");
    const text = readFileSync(manifest, "utf8");
    const after = async (from: string, to: string): Promise<readonly string[]> => {
      expect(text).toContain(from);
      writeFileSync(manifest, text.replace(from, to));
      return necessary();
    };
    expect(await necessary()).toEqual([]);
    expect(await after("title: The great lens", "title: The lens # a comment")).toEqual([]);
    expect(await after("prompt: the great glass lens", "prompt: the huge glass lens")).toEqual([
      "shots.lens.clip",
    ]);
    expect(await after("an open logbook", "a closed logbook")).toEqual([
      "images.keeper",
      "shots.keeper-at-window.clip",
    ]);
    expect(await after("look: dusk", "look: dawn")).toEqual([
      "images.keeper",
      "shots.keeper-at-window.clip",
      "shots.lens.clip",
    ]);
    expect(await after("title: The ferry comes home", "take: 2")).toEqual(["shots.harbour.clip"]);
    await sh("mv refs/harbour-dusk.jpg refs/harbour.jpg");
    expect(await after("refs/harbour-dusk.jpg", "refs/harbour.jpg")).toEqual([]);
    await sh("printf x >> refs/harbour.jpg");
    expect(await necessary()).toEqual(["shots.harbour.clip"]);
  }, 20_000);
});
