/**
 * Hand-made plans, outcomes and surroundings for the tests of the command line. Brands are minted by cast, as nothing
 * here is looked up anywhere.
 */
import type { Action, Estimate, Plan, PlannedStep, StepId } from "../../src/index.js";
import { paintFor } from "../../src/cli/colours.js";
import type { Io } from "../../src/cli/io.js";

/** Paints nothing. */
export const PLAIN = paintFor(false);

/** A step's id. */
export function id(text: string): StepId {
  return text as StepId;
}

/** A price. */
export function priced(low: number, high = low): Estimate {
  const range = { low: low * 1e6, high: high * 1e6 };
  const units = { low: Math.round((low / 0.14) * 1000), high: Math.round((high / 0.14) * 1000) };
  return {
    kind: "priced",
    usd: range,
    units,
    unit: "video",
    basis: { source: "price list", asOf: "2026-09-20", grade: "O" },
    formula: "5 s × 0.3 units × $0.14",
  } as Estimate;
}

const DIGEST = "3f9a0c11d2e34455".repeat(4);

/** What a planned step can be told to be. */
export interface StepWish {
  readonly prompt?: string;
  readonly title?: string;
  readonly needs?: readonly string[];
  readonly output?: string;
  /** Where its shot or still stands in the film; else stills first, then as listed. */
  readonly place?: number;
  readonly action?: Action;
  /** Which take; `name@2` is a candidate. */
  readonly take?: number;
}

/** A planned text-to-video step. */
export function planned(name: string, over: Partial<PlannedStep> = {}, wish: StepWish = {}): PlannedStep {
  const [base = "", candidate] = name.split("@");
  const [kind = "shots", owner = "x", ...rest] = base.split(".");
  const step = rest.at(-1) ?? (kind === "shots" ? "clip" : kind.replace(/s$/, ""));
  return {
    step: {
      id: id(name),
      owner: { kind: kind.replace(/s$/, "") as PlannedStep["step"]["owner"]["kind"], id: owner },
      place: wish.place ?? (kind === "images" ? 0 : 1),
      name: step,
      ...(wish.title === undefined ? {} : { title: wish.title }),
      action: wish.action ?? {
        kind: "text_to_video",
        model: "kling-2.5-turbo",
        mode: "std",
        duration: 5,
        aspect_ratio: "16:9",
        prompt: wish.prompt ?? "wide, the ferry leaves the pier",
      },
      take: wish.take ?? Number(candidate ?? 1),
      candidate: candidate !== undefined,
      hold: false,
      needs: (wish.needs ?? []).map(id),
      output: wish.output ?? `renders/${owner}.mp4`,
      path: ["shots", owner],
    },
    key: "k".repeat(64),
    inputs: {
      key: 1,
      realm: "kling",
      action: { kind: "text_to_video", model: "kling-2.5-turbo", prompt: "p" },
    },
    decision: { kind: "render", attempt: 1 },
    reason: { because: "new" },
    estimate: priced(0.21),
    create: { reference: `km1-${name}`, attempt: 1, ceiling: 210_000 },
    tier: "standard",
    model: "kling-2.5-turbo",
    mode: "std",
    seconds: 5,
    ...over,
  } as PlannedStep;
}

/** A step that is kept. */
export function kept(name: string, over: Partial<PlannedStep> = {}, wish: StepWish = {}): PlannedStep {
  const { reason: _reason, create: _create, ...rest } = planned(name, over, wish);
  const artifact = { sha256: "a".repeat(64), size: 1, type: "video/mp4" };
  return { ...rest, decision: over.decision ?? { kind: "keep", artifact } } as PlannedStep;
}

/** A step that cannot go on. */
export function stuck(name: string, because: unknown): PlannedStep {
  const { reason: _reason, create: _create, ...rest } = planned(name);
  return { ...rest, decision: { kind: "blocked", because } } as PlannedStep;
}

/** A plan of these steps, with totals to match. */
export function planOf(steps: readonly PlannedStep[], over: Partial<Plan> = {}): Plan {
  const count = { keep: 0, restore: 0, resume: 0, render: 0, blocked: 0 };
  for (const each of steps) count[each.decision.kind]++;
  const totals = (chosen: readonly PlannedStep[]) => {
    const sums = { low: 0, high: 0, unitsLow: 0, unitsHigh: 0, unknown: 0 };
    for (const { estimate } of chosen) {
      if (estimate.kind === "unknown") sums.unknown++;
      if (estimate.kind !== "priced") continue;
      sums.low += estimate.usd.low;
      sums.high += estimate.usd.high;
      sums.unitsLow += estimate.units?.low ?? 0;
      sums.unitsHigh += estimate.units?.high ?? 0;
    }
    return {
      usd: { low: sums.low, high: sums.high },
      units: { video: { low: sums.unitsLow, high: sums.unitsHigh }, image: { low: 0, high: 0 } },
      unknown: sums.unknown,
    };
  };
  return {
    project: "night-ferry",
    profile: "final",
    realm: "kling",
    digest: DIGEST,
    steps,
    totals: {
      create: totals(steps.filter((each) => each.create !== undefined && each.sameAs === undefined)),
      saved: totals(
        steps.filter((each) => each.decision.kind === "keep" || each.decision.kind === "restore"),
      ),
      count,
    },
    overtaken: [],
    committed: 0,
    expectedSeconds: 200,
    ...over,
  } as Plan;
}

/** Surroundings that write into strings. */
export function surroundings(
  over: Partial<Io> = {},
): Io & { readonly said: { stdout: string; stderr: string } } {
  const said = { stdout: "", stderr: "" };
  return {
    said,
    env: {},
    cwd: "/nowhere",
    home: "/nowhere",
    stdout: { write: (text) => void (said.stdout += text) },
    stderr: { write: (text) => void (said.stderr += text) },
    columns: 80,
    stdoutIsTTY: false,
    stderrIsTTY: false,
    stdinIsTTY: false,
    signal: new AbortController().signal,
    version: () => "1.2.3",
    now: () => Date.UTC(2026, 10, 22),
    createFile: () => Promise.reject(new Error("no file is expected")),
    ...over,
  };
}
