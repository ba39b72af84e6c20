/**
 * A watcher as its user feels it, with the page open, at 10, 100 and 1,000 shots: from a save to the plan and to the task,
 * from the task's end to the clip on the page; then what it takes while nothing happens. In the embedded sandbox, whose
 * tasks are done as they are sent. Alone: `npm run bench -- --watch`, or with a number of rounds: `-- --watch 15`.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const SIZES = [10, 100, 1000];
const IDLE_MS = 20_000;
const WITHIN_MS = 60_000;
const main = join(import.meta.dirname, "../../dist/bin/klingmake.js");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const load = () =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(" ");

/** Prints the medians of so many saves (10 at least). */
export async function benchWatch(rounds) {
  const browser = await launch();
  const root = mkdtempSync(join(tmpdir(), "klingmake-bench-"));
  print("a watcher, its page open", [`median (least to most) of ${rounds}`]);
  if (browser === undefined) print("there is no Chromium", ["clips are waited for in what the page is told"]);
  try {
    for (const count of SIZES) await size(join(root, String(count)), count, rounds, browser);
  } finally {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function size(root, count, rounds, browser) {
  const film = render(root, count);
  const before = load();
  const watcher = await watch(root);
  try {
    await measure(film, count, rounds, { before, watcher, browser });
  } finally {
    await watcher.end();
  }
}

async function measure(film, count, rounds, { before, watcher, browser }) {
  const page = await (browser === undefined ? listen(watcher.url) : open(browser, watcher.url));
  const times = { plan: [], task: [], told: [], clip: [], whole: [] };
  // The first save finds code that was never run before, and is left out.
  for (let round = 0; round <= rounds; round++) {
    await watcher.idle();
    await pause(200);
    const clip = await page.expect(film.shot, film.words(round));
    const saved = now();
    film.save(round);
    const plan = await watcher.next(({ type, after_save }) => type === "watch_looked" && after_save);
    const task = await watcher.next(({ type }) => type === "step_submitted");
    const ended = await watcher.next(
      ({ type, outcome }) => type === "step_ended" && outcome.status !== "kept",
    );
    if (ended.line.outcome.status !== "rendered") throw new Error(JSON.stringify(ended.line));
    const shown = await clip();
    if (round === 0) continue;
    times.plan.push(plan.at - saved);
    times.task.push(task.at - saved);
    times.told.push(ended.at - task.at);
    times.clip.push(shown - task.at);
    times.whole.push(shown - saved);
  }
  await watcher.idle();
  print(`${count.toLocaleString("en")} shots`, [`load ${before} before, ${load()} after`]);
  print("  save to plan told", [spread(times.plan)]);
  print("  save to task sent", [spread(times.task)]);
  print("  task done to its clip placed", [spread(times.told)]);
  print("  task done to clip on the page", [spread(times.clip)]);
  print("  save to clip on the page", [spread(times.whole)]);
  const { cpu, idleMib, peakMib } = await idleUse(watcher.pid);
  if (cpu === undefined) print("  use while idle", ["left out: there is no /proc"]);
  else {
    print(`  CPU over ${IDLE_MS / 1000} s of nothing`, [`${cpu.toFixed(2).padStart(6)} %`]);
    print("  memory then, and at its peak", [`${mib(idleMib)}   ${mib(peakMib)}`]);
  }
  await page.close();
}

/** A film of so many shots that is rendered; one in the middle is what is edited. */
function render(root, count) {
  const words = "the camera moves slowly through the rain while the harbour lights go out one after another";
  const shots = Array.from(
    { length: count },
    (_, index) => `  s${index}:\n    title: Shot ${index}\n    prompt: shot ${index}, ${words}\n`,
  );
  const text = `version: 1\nproject: bench\ndefaults: { video: { model: kling-2.5-turbo } }\nlimits: { concurrency: 20 }\nshots:\n${shots.join("")}`;
  const manifest = join(root, "kling.manifest.yaml");
  const edited = Math.floor(count / 2);
  const editOf = (round) => `shot ${edited}, edit ${round} of the harbour,`;
  mkdirSync(root);
  writeFileSync(manifest, text);
  const { status, stderr } = spawnSync(process.execPath, [main, "render", "--quiet"], {
    cwd: root,
    env: environment(root),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`render ended with ${status}: ${stderr}`);
  return {
    shot: `shots.s${edited}`,
    words: editOf,
    save: (round) => writeFileSync(manifest, text.replace(`shot ${edited},`, editOf(round))),
  };
}

/** Nothing in the path, so that no browser of the user's is started. */
function environment(root) {
  return {
    PATH: "/nowhere",
    HOME: root,
    KLINGMAKE_STORE: join(root, "store"),
    KLINGMAKE_SANDBOX_TIME_SCALE: "0",
  };
}

/** The program, watching; its lines with the time at which they came. */
async function watch(root) {
  const child = spawn(process.execPath, [main, "watch", "--open", "--events", "-"], {
    cwd: root,
    env: environment(root),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let lines = [];
  let phase = "";
  let said = "";
  const waiting = new Set();
  createInterface(child.stdout).on("line", (text) => {
    const at = now();
    const line = JSON.parse(text);
    if (line.type === "watch_stand") phase = line.phase;
    lines.push({ at, line });
    for (const look of waiting) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
    for (const look of waiting) look();
  });
  /** Resolves as soon as `find` finds something. */
  const until = (find, what) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`${what} did not come: ${said}`));
      }, WITHIN_MS);
      const look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(late);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(said)?.[0], "the page's address");
  return {
    pid: child.pid,
    url,
    async idle() {
      await until(() => (phase === "idle" ? true : undefined), "rest");
      lines = [];
    },
    next: (is) => until(() => lines.find(({ line }) => is(line)), String(is)),
    async end() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

async function launch() {
  if (CHROMIUM === undefined) return undefined;
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });
}

/** The page in Chromium; a clip is there when the card shows the new words as rendered. */
async function open(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForSelector(".card");
  return {
    async expect(shot, words) {
      await page.evaluate(`window.there = new Promise((resolve) => {
        const card = document.querySelector('[data-name="${shot}"]');
        const look = new MutationObserver(() => {
          if (card.dataset.state !== "fresh" || card.querySelector(".stage.outdated") !== null) return;
          if (!card.querySelector(".prompt").textContent.includes("${words}")) return;
          look.disconnect();
          resolve(performance.timeOrigin + performance.now());
        });
        look.observe(card, { subtree: true, childList: true, attributes: true, characterData: true });
      }); undefined`);
      return () => within(page.evaluate("there"), "the clip on the page");
    },
    close: () => page.close(),
  };
}

/** What the page would be told. */
async function listen(url) {
  const { body } = await fetch(`${url}events`);
  let wanted;
  const stream = Readable.fromWeb(body);
  createInterface({ input: stream }).on("line", (line) => {
    if (!line.startsWith("data: ") || wanted === undefined) return;
    const shot = JSON.parse(line.slice(6)).shots.find(({ name }) => name === wanted.shot);
    const [step] = shot?.steps ?? [];
    const text = step?.prompt?.map((word) => word.text).join("") ?? "";
    if (step?.state === "fresh" && step.media !== undefined && text.includes(wanted.words))
      wanted.resolve(now());
  });
  return {
    async expect(shot, words) {
      const there = new Promise((resolve) => (wanted = { shot, words, resolve }));
      return () => within(there, "the clip among the news");
    },
    close: async () => void stream.destroy(),
  };
}

async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come`)), WITHIN_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of the whole process, as the system counts it. */
async function idleUse(pid) {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return {};
  // User and system time are the 14th and 15th field; the name, which may have blanks, ends with a parenthesis.
  const ticks = () => {
    const [user, system] = readFileSync(stat, "utf8").split(") ")[1].split(" ").slice(11, 13);
    return Number(user) + Number(system);
  };
  await pause(1000);
  const [before, start] = [ticks(), performance.now()];
  await pause(IDLE_MS);
  const perSecond = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout) || 100;
  const cpu = ((ticks() - before) / perSecond / ((performance.now() - start) / 1000)) * 100;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
  return { cpu, idleMib: kib("VmRSS") / 1024, peakMib: kib("VmHWM") / 1024 };
}

/** Milliseconds since the epoch, and parts of them; the browser counts the same. */
function now() {
  return performance.timeOrigin + performance.now();
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
  const [least, most] = [sorted[0], sorted.at(-1)];
  return `${median.toFixed(0).padStart(6)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`;
}

function mib(value) {
  return `${value.toFixed(0).padStart(6)} MiB`;
}

function print(name, texts) {
  process.stdout.write(`${name.padEnd(36)}${texts.join("")}\n`);
}
