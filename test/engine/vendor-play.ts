/**
 * One shot rendered by the whole engine with the adapter of the real API against a vendor on paper that answers one kind
 * of request otherwise; then rendered once more with nobody disturbing. What was seen is told as plain data.
 */
import { openProject, type Project } from "../../src/engine.js";
import type { RenderReport, RenderRequest } from "../../src/engine-render.js";
import type { Environment, World } from "../../src/engine-world.js";
import { counted } from "../../src/base/text.js";
import { obstacleText } from "../../src/plan/reason.js";
import { openKling } from "../../src/provider/kling/kling.js";
import type { Outcome } from "../../src/run/event.js";
import { NO_ACCOUNT } from "../run/scripted-provider.js";
import { memoryDisk, textOf } from "../store/disk.js";
import { paperVendor, type Asked, type Instead } from "./paper-vendor.js";

const HEAD = "version: 1\nproject: film\nprovider: kling\n";
const SHOT = `${HEAD}shots:\n  a:\n    prompt: a boat\n    model: `;
const START_MS = Date.UTC(2026, 10, 22, 12);
const KEY: Environment = { KLING_API_KEY: "key-0123456789" };
const LOST: Instead = { status: 502, body: "<html>bad gateway</html>", taken: true };

/** Where the vendor answers otherwise. */
export type Place = "ask" | "clip" | "still" | "look" | "find" | "call" | "extend";

type Request = Omit<Asked, "asking"> & { readonly asking: Asked["asking"] | "ask" };

interface Set {
  readonly film: string;
  readonly step: string;
  readonly product: string;
  /** Which of the requests is answered otherwise, counted over its kind from 1; questions before a create are `ask`. */
  instead(asked: Request, count: number, given: Instead): Instead | undefined;
}

const CLIP = {
  film: `${SHOT}kling-2.5-turbo\n`,
  step: "shots.a.clip",
  product: "/text-to-video/kling-2.5-turbo",
};
const ofCreate =
  (product: string): Set["instead"] =>
  (asked, count, given) =>
    asked.asking === "create" && asked.product === product && count === 1 ? given : undefined;

const SETS: Readonly<Record<Place, Set>> = {
  // Before anybody is asked for money, the account is asked what it has.
  ask: {
    ...CLIP,
    instead: ({ asking }, count, given) => (asking === "ask" && count <= 3 ? given : undefined),
  },
  clip: { ...CLIP, instead: ofCreate(CLIP.product) },
  still: {
    film: `${HEAD}images:\n  mara: { prompt: mara, model: kling-v3 }\n`,
    step: "images.mara",
    product: "/v1/images/generations",
    instead: ofCreate("/v1/images/generations"),
  },
  // A question is asked three times by itself where a gateway fails.
  look: {
    ...CLIP,
    instead: ({ asking }, count, given) => (asking === "look" && count <= 4 ? given : undefined),
  },
  find: {
    ...CLIP,
    instead: ({ asking }, count, given) =>
      asking === "create" && count === 1 ? LOST : asking === "find" && count === 1 ? given : undefined,
  },
  call: {
    film: `${SHOT}kling-2.5-turbo\n    steps:\n      - lip_sync: { text: hello there, voice: oversea_male1 }\n`,
    step: "shots.a.lip_sync",
    product: "/v1/videos/advanced-lip-sync",
    instead: ({ asking }, count, given) => (asking === "call" && count === 1 ? given : undefined),
  },
  extend: {
    film: `${SHOT}kling-v1-6\n    steps:\n      - extend: { via: native }\n`,
    step: "shots.a.extend",
    product: "/v1/videos/video-extend",
    instead: ofCreate("/v1/videos/video-extend"),
  },
};

/** All places. */
export const PLACES = Object.keys(SETS) as readonly Place[];

/** What was seen of one shot. */
export interface Seen {
  /** `1 sent, 0 s, rendered, exit 0`: creates of the step, seconds that went by, how it ended. */
  readonly course: string;
  /** What the journal has of the step. */
  readonly journal: string;
  /** The same film once more: how it ended, creates that were sent and tasks that there are by then. */
  readonly later: string;
  /** What a person reads of it. */
  readonly reads: readonly string[];
  /** References that creates of the step carried. */
  readonly references: number;
  /** Tasks of the step, in the end. */
  readonly tasks: number;
}

/** A project in memory, its clock and its vendor, with everything between them real. */
export async function stage(film: string, env: Environment = KEY) {
  let nowMs = START_MS;
  const vendor = await paperVendor(() => nowMs);
  const disk = memoryDisk({ "/film/kling.manifest.yaml": film });
  const world: World = {
    fs: disk.fs,
    clock: {
      now: () => nowMs,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          nowMs += ms;
          setImmediate(() => (signal.aborted ? reject(signal.reason as Error) : resolve()));
        }),
    },
    lock: () => Promise.resolve({ kind: "held", release: () => Promise.resolve() }),
    frames: {
      find: () => Promise.resolve(undefined),
      take: () => Promise.reject(new Error("no frames here")),
    },
    listen: () => Promise.resolve({ kind: "deaf", code: "ENOSYS" }),
    openAccount: () => Promise.resolve(NO_ACCOUNT),
    openRoute: ({ catalog, realm }) =>
      Promise.resolve(openKling({ env, catalog, clock: world.clock, realm, baseUrl: vendor.url })),
  };
  const open = async (): Promise<Project> => {
    const { value, diagnostics } = await openProject({ cwd: "/film", env: {}, home: "/home" }, world);
    if (value === undefined) throw new Error(JSON.stringify(diagnostics));
    return value;
  };
  return {
    vendor,
    seconds: () => (nowMs - START_MS) / 1000,
    open,
    /** What the journal tells of a step. */
    journal: (step: string) => journalOf(textOf(disk.volume, "/film/.kling/journal.jsonl") ?? "", step),
    render: async (request: RenderRequest = {}): Promise<RenderReport> =>
      (await open()).render({ ask: () => Promise.resolve(true), ...request }),
  };
}

/** Renders the film of a place, with one answer otherwise. */
export async function play(place: Place, given: Instead, env: Environment = KEY): Promise<Seen> {
  const { film, step, product, instead } = SETS[place];
  const set = await stage(film, env);
  const { vendor, render } = set;
  const creates = () => vendor.asked.filter((each) => each.asking === "create" && each.product === product);
  try {
    const counts = new Map<string, number>();
    vendor.instead = (asked) => {
      const asking = asked.asking === "find" && creates().length === 0 ? "ask" : asked.asking;
      const kind = asking === "create" ? asked.product : asking;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return instead({ ...asked, asking }, count, given);
    };
    const report = await render();
    // Halves of a second: less than that is how tasks come due together.
    const waited = Math.round(set.seconds() * 2) / 2;
    const outcome = outcomeOf(report, step);
    const sent = creates();
    const calls = vendor.asked.filter(({ asking }) => asking === "call").length;
    const journal = set
      .journal(step)
      .map((each) => `${String(each["type"])}${each["adopted"] === true ? "(adopted)" : ""}`)
      .join(" ");
    vendor.instead = () => undefined;
    const again = await render();
    const tasks = vendor.tasks.filter((task) => task.product === product).length;
    const asked = calls === 0 ? "" : `${counted(calls, "call")}, `;
    return {
      course: `${asked}${sent.length} sent, ${waited} s, ${outcomeWords(outcome)}, exit ${report.exit}`,
      journal,
      later: `${outcomeWords(outcomeOf(again, step))}, exit ${again.exit}, ${creates().length} sent, ${tasks} there`,
      reads: [...warned(report), ...readsOf(outcome, step)],
      references: new Set(sent.map(({ reference }) => reference)).size,
      tasks,
    };
  } finally {
    vendor.close();
  }
}

function outcomeOf(report: RenderReport, step: string): Outcome | undefined {
  if (report.status !== "ran") return undefined;
  return report.outcomes.find((each) => each.step === step)?.outcome;
}

function outcomeWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "did not run";
  switch (outcome.status) {
    case "failed":
      return `${outcome.diagnostic.code}${outcome.fatal === true ? " (fatal)" : ""}`;
    case "blocked":
      return `blocked: ${outcome.because.because}`;
    case "kept":
    case "restored":
    case "rendered":
    case "interrupted":
    case "unknown":
      return outcome.status;
  }
}

/** That the account could not be asked, which is no reason not to render. */
function warned({ diagnostics }: RenderReport): readonly string[] {
  return diagnostics.flatMap(({ code, message, why = "" }) =>
    code === "plan/not-asked" ? [`${message}: ${why}`] : [],
  );
}

/** What a person reads of it, line by line. */
function readsOf(outcome: Outcome | undefined, step: string): readonly string[] {
  switch (outcome?.status) {
    case "failed": {
      const { message, why, help } = outcome.diagnostic;
      return [message, why ?? "", help ?? ""];
    }
    case "unknown":
      return [outcome.why];
    case "blocked": {
      const { why, help } = obstacleText(outcome.because, step as never);
      return [why, help];
    }
    default:
      return [];
  }
}

function journalOf(text: string, step: string): readonly Readonly<Record<string, unknown>>[] {
  const entries = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const ours = new Set(entries.filter((each) => each["step"] === step).map((each) => each["reference"]));
  return entries.filter((each) => each["reference"] !== undefined && ours.has(each["reference"]));
}
