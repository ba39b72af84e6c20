import { describe, expect, test } from "vitest";
import { usd } from "../../src/base/money.js";
import { matterText, misfit, openMatters, type Asker } from "../../src/plan/matters.js";
import type { Attempt } from "../../src/plan/prior.js";
import { manifestOf } from "../graph/manifests.js";
import { artifact, attempt, daysAgo, digestOf, handle, keyedGraph, priorOf, rendering } from "./priors.js";

const ID = "shots.010.clip";
const FILM = manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat", steps: [] }] });
const keyed = keyedGraph(FILM).keyed(ID);
const OURS: Asker = { account: "acct", references: () => true };
const UNNAMED: Asker = { account: "acct", references: () => false };

const tried = (state: Attempt["state"], more: Partial<Attempt> = {}) => attempt(keyed.key, state, more);
const withTask = { task: "t-1" as never };
const noTask = (state: Attempt["state"], more: Partial<Attempt> = {}) => {
  const { task: _task, ...rest } = tried(state, more);
  return rest;
};
const parts = (each: Attempt, more: Parameters<typeof priorOf>[0] = {}) =>
  priorOf({ attempts: [each], intents: { [keyed.key]: keyed.inputs }, ...more });
const words = (each: Attempt, asker = OURS, more: Parameters<typeof priorOf>[0] = {}) =>
  openMatters(parts(each, more), "kling", asker).map(({ standing, way }) =>
    [standing, way.kind, "by" in way ? way.by : "because" in way ? way.because : ""].join(" ").trimEnd(),
  );

describe("an open matter", () => {
  const one = { artifact: artifact("one"), handle: handle(daysAgo(1)) };
  const old = { started: daysAgo(31) };
  test.each<[string, Attempt, Asker, readonly string[]]>([
    ["is an intent, asked for by its reference", noTask("intent"), OURS, ["unconfirmed ask reference"]],
    ["is looked for in a list where creates carry none", noTask("intent"), UNNAMED, ["unconfirmed ask list"]],
    ["is an unknown one, asked for once more", noTask("unknown"), OURS, ["unknown ask reference"]],
    ["is a task, asked for by its id", tried("submitted"), UNNAMED, ["under_way ask task"]],
    ["is a finished one", tried("succeeded", one), OURS, ["finished ask task"]],
    [
      "is a person's where other credentials sent it",
      noTask("intent", { account: "other" }),
      OURS,
      ["unconfirmed decide other_account"],
    ],
    [
      "of other credentials is not known as such while nobody has any",
      noTask("intent", { account: "other" }),
      { references: () => true },
      ["unconfirmed ask reference"],
    ],
    ["is a person's after 30 days", noTask("unknown", old), OURS, ["unknown decide too_old"]],
    [
      "is fetchable for 30 days after its end",
      tried("succeeded", { ...one, ...old }),
      OURS,
      ["finished ask task"],
    ],
    [
      "is a person's where a later klingmake knows whom to ask",
      tried("submitted", { dialect: "telepathy" as never }),
      OURS,
      ["under_way decide other_route"],
    ],
    [
      "is a person's at once where a gateway lost it",
      noTask("unknown", { dialect: "unified" }),
      UNNAMED,
      ["unknown decide no_reference"],
    ],
    [
      "is a gateway's task, asked for by its id",
      tried("submitted", { dialect: "unified" }),
      UNNAMED,
      ["under_way ask task"],
    ],
    [
      "that was given up is asked for where that is certain",
      tried("abandoned", withTask),
      OURS,
      ["abandoned ask task"],
    ],
    ["that was given up stays so where it is not", noTask("abandoned"), UNNAMED, ["abandoned none"]],
    ["that was given up stays so after 30 days", noTask("abandoned", old), OURS, ["abandoned none"]],
    ["is none once it failed", tried("failed"), OURS, []],
    ["is none once it was refused", noTask("refused"), OURS, []],
    ["is none once it was recorded", tried("recorded", one), OURS, []],
    [
      "is a small call that nobody answered",
      noTask("refused", { calls: [{ call: "identify_face", ceiling: usd(0.007), open: true }] }),
      OURS,
      ["calls none"],
    ],
    [
      "is no small call that was answered",
      noTask("refused", { calls: [{ call: "identify_face", ceiling: usd(0.007) }] }),
      OURS,
      [],
    ],
    ["is none of another realm", noTask("intent", { realm: "sandbox" }), OURS, []],
  ])("%s", (_, each, asker, expected) => {
    expect(words(each, asker)).toEqual(expected);
  });

  test("in the store is recorded, and asked for again where the store lost it", () => {
    const stored = tried("stored", one);
    expect(words(stored, OURS, { held: [digestOf("one")] })).toEqual(["stored record"]);
    expect(words(stored)).toEqual(["lost ask task"]);
    expect(words(tried("stored", { ...one, handle: handle(daysAgo(31)) }))).toEqual(["lost decide lost"]);
  });

  test("is none once the lockfile has its task, whatever the journal says", () => {
    const renders = [rendering(keyed, "one")];
    expect(words(tried("submitted"), OURS, { renders })).toEqual([]);
    expect(words(tried("submitted", { task: "t-2" as never }), OURS, { renders })).toEqual([
      "under_way ask task",
    ]);
  });

  test("counts in the books what the budget counts, and nothing in the sandbox", () => {
    const reserved = (state: Attempt["state"], realm: "kling" | "sandbox" = "kling") =>
      openMatters(parts(tried(state, { realm })), realm, OURS).map((each) => each.reserved);
    expect(reserved("unknown")).toEqual([usd(0.21)]);
    expect(reserved("abandoned")).toEqual([usd(0.21)]);
    expect(reserved("unknown", "sandbox")).toEqual([0]);
  });

  test("of a step that left the manifest is listed as well, and the oldest comes first", () => {
    const gone = keyedGraph(
      manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "it was cut", steps: [] }] }),
    ).keyed(ID);
    const prior = priorOf({
      attempts: [
        tried("unknown"),
        attempt(gone.key, "unknown", { step: "shots.gone.clip" as never, started: daysAgo(3) }),
      ],
      intents: { [keyed.key]: keyed.inputs, [gone.key]: gone.inputs },
    });
    expect(openMatters(prior, "kling", OURS).map((each) => each.attempt.step)).toEqual([
      "shots.gone.clip",
      ID,
    ]);
  });

  test("says what settles it, and names the command where a person has to", () => {
    const text = (each: Attempt, asker = OURS) =>
      openMatters(parts(each), "kling", asker).map((matter) => matterText(matter, ID))[0];
    expect(text(noTask("intent"))).toEqual({
      what: "sent or about to be sent, never confirmed",
      help: "reconcile asks for it by its reference, at no cost",
      commands: [],
    });
    expect(text(noTask("unknown", old))?.commands).toEqual([`klingmake reconcile ${ID} --abandon`]);
    expect(text(noTask("unknown", { dialect: "unified" }))).toMatchObject({
      help: expect.stringContaining("the gateway takes no reference and keeps no list") as string,
      commands: [`klingmake reconcile ${ID} --task ID`, `klingmake reconcile ${ID} --abandon`],
    });
    expect(text(noTask("unknown", { account: "other" }))?.help).toContain(
      "it was sent with other credentials",
    );
  });
});

describe("a task that a person names", () => {
  const open = { attempt: noTask("unknown"), inputs: keyed.inputs };
  const clip = [{ kind: "video" }] as const;
  const created = open.attempt.started;
  const elsewhere = {
    lock: priorOf({ renders: [rendering(keyed, "one")], steps: { [ID]: keyed.key } }).lock,
  };
  test.each<[string, Parameters<typeof misfit>[1], string | undefined]>([
    ["fits when nothing speaks against it", { task: "t-9", outputs: [] }, undefined],
    [
      "fits with our reference, made at that time",
      { task: "t-9", reference: open.attempt.reference, created, outputs: clip },
      undefined,
    ],
    [
      "with a foreign reference does not",
      { task: "t-9", reference: "km1-other", outputs: clip },
      "carries another reference",
    ],
    [
      "of an earlier day does not",
      { task: "t-9", created: daysAgo(2), outputs: clip },
      "was created before this was sent",
    ],
    ["that made a still does not", { task: "t-9", outputs: [{ kind: "image" }] }, "made no clip"],
    ["that the lockfile has does not", { task: "t-1", outputs: clip }, `belongs to ${ID} already`],
  ])("%s", (_, named, expected) => {
    expect(misfit(open, named, { ...elsewhere, attempts: new Map() })).toBe(expected);
  });

  test("that another submission has does not fit", () => {
    const other = attempt("o".repeat(64) as never, "submitted", { step: "shots.020.clip" as never });
    const prior = priorOf({ attempts: [other] });
    expect(misfit(open, { task: "t-1", outputs: clip }, prior)).toBe("belongs to shots.020.clip already");
  });

  test("that works on another clip does not fit, and nobody knows where the clip is not on record", () => {
    const source = rendering(keyed, "one", { handle: { ...handle(daysAgo(1)), result: "v-1" } });
    const inputs = {
      key: 1,
      realm: "kling",
      action: { kind: "extend", via: "native", source: { key: keyed.key } },
    } as never;
    const extend = { attempt: { ...open.attempt, consumed: { [keyed.key]: digestOf("one") } }, inputs };
    const fits = (of: string, renders = [source]) =>
      misfit(extend, { task: "t-9", source: of, outputs: clip }, priorOf({ renders }));
    expect(fits("v-1")).toBeUndefined();
    expect(fits("v-2")).toBe("works on another clip");
    expect(fits("v-2", [])).toBeUndefined();
  });
});
