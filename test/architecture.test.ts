/**
 * The house rules as tests: which room may import which, which packages and ambient words a room may use,
 * one door for money, no circles, no file that does two things.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { DIAGNOSTIC_CODES } from "../src/base/codes.js";

const root = join(import.meta.dirname, "..");
const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"))
  .toSorted();
const text = new Map(files.map((name) => [name, readFileSync(join(root, "src", name), "utf8")]));
const written = files.filter((name) => !name.endsWith(".generated.ts") && !name.endsWith(".d.ts"));

const PURE = ["base", "catalog", "manifest", "graph", "plan"];
/** Which rooms a room may import from, beside itself. A new arrow is a review of its own. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  catalog: ["base"],
  manifest: ["base", "catalog"],
  graph: ["base", "catalog", "manifest"],
  plan: PURE,
  store: PURE,
  provider: PURE,
  doctor: ["base", "provider"],
  run: [...PURE, "store", "provider"],
  sandbox: ["base"],
  engine: [...PURE, "store", "provider", "doctor", "run", "sandbox"],
  index: [...PURE, "store", "provider", "doctor", "run", "sandbox", "engine"],
  // A film as it is shown to people, in a terminal or a browser.
  show: ["index"],
  page: ["index", "show"],
  // What runs in a browser knows the film as it is shown, and nothing of the program.
  "page/browser": [],
  cli: ["index", "show", "page"],
};
/** Packages and Node modules by room. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  base: ["node:crypto"],
  catalog: [],
  manifest: ["yaml"],
  graph: [],
  plan: [],
  store: [
    "node:fs",
    "node:path",
    "node:crypto",
    "node:os",
    "node:url",
    "node:process",
    "node:child_process",
    "fs-native-extensions",
    "chokidar",
  ],
  provider: ["undici", "jose", "node:crypto", "node:dns", "node:net", "node:http", "node:https"],
  doctor: [],
  run: ["p-limit"],
  sandbox: [
    "jose",
    "mediabunny",
    "node:crypto",
    "node:http",
    "node:net",
    "node:fs",
    "node:fs/promises",
    "node:path",
    "node:zlib",
    "node:timers/promises",
    "node:events",
    "node:stream",
    "node:stream/promises",
  ],
  engine: [
    "node:crypto",
    "node:path",
    "node:fs",
    "node:fs/promises",
    "node:url",
    "node:os",
    "node:timers/promises",
    "node:module",
  ],
  index: [],
  show: [],
  "page/browser": [],
  page: [
    "node:http",
    "node:net",
    "node:crypto",
    "node:fs",
    "node:fs/promises",
    "node:path",
    "node:stream/promises",
  ],
  cli: [
    "commander",
    "picocolors",
    "node:readline/promises",
    "node:fs",
    "node:path",
    "node:os",
    "node:url",
    "node:module",
    "node:process",
  ],
};
/** Words that reach for the world, and the files that may say them. */
const AMBIENT: readonly (readonly [word: RegExp, mayStandIn: RegExp])[] = [
  [/\bprocess\./, /^(cli\/main|engine.*|store\/files|store\/project-lock|sandbox\/.*)\.ts$/],
  [/\bconsole\./, /^cli\/main\.ts$/],
  [/\bDate\.now\(|new Date\(\)/, /^(cli\/main|engine.*|sandbox\/.*)\.ts$/],
  [/\bMath\.random\(|randomBytes|randomUUID/, /^(store\/.*|sandbox\/.*|engine-world)\.ts$/],
  [/\bset(Timeout|Interval|Immediate)\(/, /^(cli\/.*|engine.*|provider\/.*|sandbox\/.*|page\/.*)\.ts$/],
  [/\bnode:fs(\/promises)?"/, /^(cli\/.*|engine.*|store\/files|sandbox\/.*|page\/(media|report))\.ts$/],
  // Other programs are started in two places.
  [/\bnode:child_process"/, /^store\/(frame|browser)\.ts$/],
  [/\.(toLocale\w+|localeCompare)\(|\bIntl\./, /^$/],
];

const roomOf = (name: string): string =>
  name.startsWith("page/browser/")
    ? "page/browser"
    : name.includes("/")
      ? name.slice(0, name.indexOf("/"))
      : name.replace(/[-.].*$/, "");

/** Comments out, so that prose may say any word. */
const code = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");

const importsOf = (name: string): readonly string[] =>
  [...code(text.get(name) ?? "").matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)"([^"\n]+)"/g)].map(
    (match) => match[1] ?? "",
  );

const targetOf = (name: string, specifier: string): string =>
  relative(join(root, "src"), join(root, "src", dirname(name), specifier))
    .replaceAll("\\", "/")
    .replace(/\.js$/, ".ts");

describe("the rooms", () => {
  it.each(files)("%s imports along the arrows only", (name) => {
    const room = roomOf(name);
    const allowed = ARROWS[room];
    expect(allowed, `room ${room} is not on the plan of the house`).toBeDefined();
    for (const specifier of importsOf(name).filter((each) => each.startsWith("."))) {
      const target = targetOf(name, specifier);
      if (room === "page/browser" && target === "page/film.ts") continue;
      expect([room, ...(allowed ?? [])], `${name} imports ${target}`).toContain(roomOf(target));
    }
  });

  it.each(files)("%s uses its room's packages only", (name) => {
    const allowed = PACKAGES[roomOf(name)] ?? [];
    for (const specifier of importsOf(name).filter((each) => !each.startsWith("."))) {
      const isAllowed = allowed.some((each) => specifier === each || specifier.startsWith(`${each}/`));
      expect(isAllowed, `${name} imports ${specifier}`).toBe(true);
    }
  });

  it.each(written)("%s keeps ambient effects at the rim", (name) => {
    for (const [word, mayStandIn] of AMBIENT) {
      if (mayStandIn.test(name)) continue;
      expect(code(text.get(name) ?? "").match(word)?.[0], `${name} reaches for the world`).toBeUndefined();
    }
  });

  it("only a film's types, and no program, go from page to browser, and nothing comes back", () => {
    const inBrowser = (name: string) => roomOf(name) === "page/browser";
    for (const name of files) {
      for (const target of importsOf(name).map((specifier) => targetOf(name, specifier)))
        expect(!inBrowser(name) && inBrowser(target), `${name} imports ${target}`).toBe(false);
      if (inBrowser(name)) expect(code(text.get(name) ?? "")).not.toMatch(/import \{[^}]*\} from "\.\.\//);
    }
  });

  it("what runs in a browser makes no HTML of a text and asks for nothing but what it is told of", () => {
    for (const name of files.filter((each) => roomOf(each) === "page/browser")) {
      const source = code(text.get(name) ?? "");
      expect(source, name).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|XMLHttpRequest|sendBeacon|WebSocket|method:/,
      );
      expect(/\bfetch\(/.test(source), name).toBe(name === "page/browser/step-view.ts");
    }
  });

  it("has no circle between files", () => {
    const state = new Map<string, "open" | "done">();
    const visit = (name: string, trail: readonly string[]): void => {
      if (state.get(name) === "done" || !text.has(name)) return;
      expect(state.get(name), [...trail, name].join(" → ")).not.toBe("open");
      state.set(name, "open");
      const source = code(text.get(name) ?? "").replace(/import type [^;]*;/g, "");
      for (const match of source.matchAll(/from\s*"(\.[^"]+)"/g))
        visit(targetOf(name, match[1] ?? ""), [...trail, name]);
      state.set(name, "done");
    };
    for (const name of files) visit(name, []);
  });
});

describe("the door for money", () => {
  it("only run/submit.ts calls a provider's submit", () => {
    const callers = files.filter((name) => /\.submit\(/.test(code(text.get(name) ?? "")));
    expect(callers).toEqual(["run/submit.ts"]);
  });
  it("only run/small-calls.ts makes a provider's small calls", () => {
    const callers = files.filter((name) => /provider\.call\(/.test(code(text.get(name) ?? "")));
    expect(callers).toEqual(["run/small-calls.ts"]);
  });

  it("only run/delete.ts has anything deleted at the vendor, and only the command for that leads there", () => {
    const source = (name: string) => code(text.get(name) ?? "");
    const callers = files.filter((name) => /\.deleteKept\(/.test(source(name)));
    expect(callers).toEqual(["engine-route.ts", "run/delete.ts"]);
    const leading = files.filter((name) => /\b(deleteThing|deletingRoute)\(/.test(source(name)));
    expect(leading).toEqual(["engine-delete.ts", "engine-route.ts", "run/delete.ts"]);
    const commands = files.filter((name) => /\b(deleteAtVendor\(|project\.delete\()/.test(source(name)));
    expect(commands).toEqual(["cli/command-delete.ts", "engine-delete.ts", "engine-settle.ts"]);
  });

  it("only run/purse.ts mints a permit", () => {
    const minters = files.filter((name) => /\bas Permit\b/.test(code(text.get(name) ?? "")));
    expect(minters).toEqual(["run/purse.ts"]);
  });
});

describe("every file", () => {
  it.each(written)("%s opens with what it is for", (name) => {
    const header = /^(?:#!.*\n)?(?:\/\*\*?([\s\S]*?)\*\/|((?:\/\/.*\n)+))/.exec(text.get(name) ?? "");
    expect((header?.[1] ?? header?.[2] ?? "").replace(/[\s*/]/g, "").length, "a header").toBeGreaterThan(40);
  });

  it.each(written)("%s is at most 350 lines long", (name) => {
    expect((text.get(name) ?? "").split("\n").length).toBeLessThanOrEqual(350);
  });

  it.each(written)("%s has no any, enum, default export or non-null assertion", (name) => {
    const source = code(text.get(name) ?? "").replace(/"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
    expect(
      source.match(
        /: any\b|\bas any\b|<any>|^\s*(export )?(const )?enum |export default|[\w)\]]!(\.|\[|;|,|\))/m,
      )?.[0],
    ).toBeUndefined();
  });

  it.each(written)("%s is named for what it is", (name) => {
    expect(name).not.toMatch(/(^|\/)(utils?|helpers?|types|common|misc|manager|service)\.ts$/);
  });
});

describe("every diagnostic code", () => {
  const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.endsWith("docs.test.ts"))
    .map((name) => readFileSync(join(root, "test", name), "utf8"))
    .join("\n");

  it.each(Object.keys(DIAGNOSTIC_CODES))("%s is raised by the program and by a test", (diagnostic) => {
    const raised = written.filter(
      (name) => name !== "base/codes.ts" && text.get(name)?.includes(`"${diagnostic}"`),
    );
    expect(raised).not.toEqual([]);
    expect(tests).toContain(diagnostic);
  });
});

describe("the repository", () => {
  it("has the agreed top-level entries only", () => {
    const agreed =
      /^(src|schemas|examples|test|docs|package\.json|package-lock\.json|tsconfig\.json|kling\.manifest\.example\.yaml|README\.md|LICENSE|CHANGELOG\.md|ARCHITECTURE\.md|CONTRIBUTING\.md|SECURITY\.md|node_modules|dist|coverage|\..*)$/;
    expect(readdirSync(root).filter((name) => !agreed.test(name))).toEqual([]);
  });

  it("pins exact versions", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    for (const kind of ["dependencies", "devDependencies"]) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {}))
        expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
    expect(existsSync(join(root, "package-lock.json"))).toBe(true);
  });
});
