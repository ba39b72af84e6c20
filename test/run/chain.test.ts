/** Steps that work on a clip: continued, spoken in, or taken a picture out of. What lies before them is never bought again. */
import { describe, expect, test } from "vitest";
import type { LipSyncFields, Manifest, ShotStep } from "../../src/manifest/manifest.js";
import type { Submission } from "../../src/provider/provider.js";
import { digestOf } from "../plan/priors.js";
import { manifestOf } from "../graph/manifests.js";
import { FilmSet, id, outcomeWords } from "./film-set.js";
import { vendorError, type Script } from "./scripted-provider.js";

const DAYS_31 = 31 * 86_400_000;
const CLIP = "shots.010.clip";

function film(steps: readonly ShotStep[], more: Partial<Manifest["shots"][number]> = {}): Manifest {
  return manifestOf({ provider: "kling", shots: [{ id: "010", prompt: "a boat", ...more, steps }] });
}

const spoken = (more: Partial<LipSyncFields> = {}): Manifest =>
  film([{ lip_sync: { audio: "vo/a.wav", ...more } }]);

/** What was sent, and everything that was asked for, in order and without references. */
function setOf(script: Script = {}) {
  const sent: Submission[] = [];
  const set = new FilmSet({
    ...script,
    submit: (submission, count) => (sent.push(submission), script.submit?.(submission, count)),
  });
  return { set, sent };
}

const creates = (set: FilmSet) => set.log.filter((each) => each.startsWith("submit")).length;
const calls = (set: FilmSet) =>
  set.log.filter((each) => each.startsWith("call ")).map((each) => each.slice(5));

describe("an extend", () => {
  test("via omni is handed the vendor's own clip, at the address that it has just then", async () => {
    const { set, sent } = setOf();
    const took = await set.run(film([{ extend: { via: "omni", prompt: "on" } }]));
    expect(took.lines).toEqual([`${CLIP} rendered`, "shots.010.extend rendered"]);
    expect(sent[1]?.materials.get("source")).toEqual({
      kind: "result",
      id: "v-t1",
      url: "https://cdn.example/t1?signed",
    });
    const [clip, extend] = [...set.disk.renders.values()];
    expect(extend).toMatchObject({ returns: "tail", consumed: { [clip?.key ?? ""]: clip?.artifact.sha256 } });
    expect(clip).not.toHaveProperty("returns");
  });

  test("via native says that it returns the whole clip, and cannot be asked for by reference", async () => {
    const { set, sent } = setOf({
      submit: ({ action }) => (action.kind === "extend" ? "lose" : undefined),
      references: false,
    });
    const took = await set.run(film([{ extend: { via: "native" } }], { model: "kling-v1-6" }));
    expect(took.plan.steps[1]).toMatchObject({
      model: "kling-v1-6",
      extension: { via: "native", returns: "whole", chosen: "asked" },
    });
    expect(took.lines[1]).toBe("shots.010.extend unknown");
    expect(sent).toHaveLength(2);
    // Nobody can say whether it was taken, so only a person can say that it is sent again.
    const again = await set.run(film([{ extend: { via: "native" } }], { model: "kling-v1-6" }));
    expect(again.lines[1]).toBe("shots.010.extend blocked unknown");
    expect(sent).toHaveLength(2);
  });

  test("via last_frame starts from a picture that is taken here, and asks the vendor for nothing", async () => {
    const { set, sent } = setOf();
    const took = await set.run(film([{ extend: { via: "last_frame", prompt: "on" } }]));
    expect(took.lines).toEqual([
      `${CLIP} rendered`,
      `${CLIP}.last-frame rendered`,
      "shots.010.extend rendered",
    ]);
    expect([...(sent[1]?.materials.keys() ?? [])]).toEqual(["frame"]);
    expect(set.log).toContain("frame last");
    expect(took.spent).toBe(
      took.plan.steps.reduce(
        (sum, { estimate }) => sum + (estimate.kind === "priced" ? estimate.usd.high : 0),
        0,
      ),
    );
  });

  test("a picture is in no plan once nobody needs it, and back when somebody does", async () => {
    const { set } = setOf();
    await set.run(film([{ extend: { via: "last_frame", prompt: "on" } }]));
    const ids = (manifest: Manifest) =>
      set.plan(manifest).steps.map(({ step, decision }) => `${step.id} ${decision.kind}`);
    expect(ids(film([{ extend: { via: "last_frame", prompt: "on" } }]))).toEqual([
      `${CLIP} keep`,
      "shots.010.extend keep",
    ]);
    const again = film([{ extend: { via: "last_frame", prompt: "on", take: 2 } }]);
    expect(ids(again)).toEqual([`${CLIP} keep`, `${CLIP}.last-frame keep`, "shots.010.extend render"]);
  });

  test("another ffmpeg's picture of the same clip is no reason to buy anything", async () => {
    const { set } = setOf();
    const manifest = film([{ extend: { via: "last_frame", prompt: "on" } }]);
    await set.run(manifest);
    for (const [key, rendering] of set.disk.renders) {
      if (rendering.inputs.action.kind !== "frame") continue;
      set.disk.renders.set(key, {
        ...rendering,
        artifact: { ...rendering.artifact, sha256: digestOf("other") },
      });
    }
    expect(set.plan(manifest).totals.count).toMatchObject({ keep: 2, render: 0 });
    expect(creates(set)).toBe(2);
  });

  test("a clip that is another one now makes its picture anew, and what starts from that wants a yes", async () => {
    const { set } = setOf();
    const manifest = film([{ extend: { via: "last_frame", prompt: "on" } }]);
    await set.run(manifest);
    const [key, clip] =
      [...set.disk.renders].find(([, each]) => each.inputs.action.kind === "text_to_video") ?? [];
    if (key === undefined || clip === undefined) throw new Error("no clip");
    const other = { ...clip.artifact, sha256: digestOf("other") };
    set.disk.store.set(other.sha256, other);
    set.disk.renders.set(key, { ...clip, artifact: other });
    const plan = set.plan(manifest);
    expect(plan.steps.map(({ decision, reason }) => `${decision.kind} ${reason?.because}`).slice(1)).toEqual([
      "render upstream_replaced",
      "render upstream_replaced",
    ]);
  });

  test("without ffmpeg is blocked with what waits for it, and the clip before it is not", async () => {
    const { set } = setOf();
    const took = await set.run(film([{ extend: { via: "last_frame", prompt: "on" } }]), {
      options: { tools: new Set() },
    });
    expect(took.lines).toEqual([
      `${CLIP} rendered`,
      `${CLIP}.last-frame blocked tool_missing`,
      `shots.010.extend blocked by ${CLIP}.last-frame`,
    ]);
    expect(creates(set)).toBe(1);
  });

  test("a re-take of one step leaves what lies before it alone", async () => {
    const { set } = setOf();
    const chain = (take: number) =>
      film([{ extend: { via: "omni", prompt: "on" } }, { lip_sync: { audio: "vo/a.wav", take } }]);
    await set.run(chain(1));
    const took = await set.run(chain(2));
    expect(took.lines).toEqual([`${CLIP} kept`, "shots.010.extend kept", "shots.010.lip_sync rendered"]);
    expect(creates(set)).toBe(4);
  });
});

describe("a lip-sync", () => {
  test("looks for faces first, and says with which face, when and from where", async () => {
    const { set, sent } = setOf();
    await set.run(spoken({ audio_start: 0.5, at: 1 }));
    expect(calls(set)).toEqual(["identify_face"]);
    expect(sent[1]).toMatchObject({
      speech: { session: "s1", face: "f1", startMs: 500, endMs: 4000, insertMs: 1000 },
    });
    expect([...(sent[1]?.materials.keys() ?? [])]).toEqual(["source", "audio"]);
  });

  test("of a text has it spoken, and uses the vendor's sound", async () => {
    const { set, sent } = setOf();
    await set.run(film([{ lip_sync: { text: "hello there", voice: "oversea_male1" } }]));
    expect(calls(set)).toEqual(["identify_face", "speech"]);
    expect(sent[1]).toMatchObject({ speech: { audio: "a1", startMs: 0, endMs: 3000, insertMs: 0 } });
  });

  test("journals each small call before it is sent, and its bill has them in it", async () => {
    const { set } = setOf({ end: () => ({ billed: { kind: "billed", units: 500 as never } }) });
    const took = await set.run(spoken());
    const story = set.log
      .filter((each) => /^(journal|call|submit)/.test(each))
      .map((each) => each.split(" km1")[0]);
    const from = story.lastIndexOf("journal intent");
    expect(story.slice(from, from + 5)).toEqual([
      "journal intent",
      "journal calling",
      "call identify_face",
      "journal called",
      "submit",
    ]);
    expect(took.outcomes.get(id("shots.010.lip_sync"))).toMatchObject({
      billed: { kind: "billed", units: 550 },
    });
  });

  test.each<[string, Partial<LipSyncFields>, readonly { startMs: number; endMs: number }[], RegExp]>([
    ["no face", {}, [], /found no face/],
    ["fewer faces", { face: 2 }, [{ startMs: 0, endMs: 5000 }], /found 1 face .* face: 2 is wanted/],
    ["a face that is gone by then", { at: 3 }, [{ startMs: 0, endMs: 4000 }], /from 0 to 4 s/],
    ["a sound that is too short", { audio_start: 2.5 }, [{ startMs: 0, endMs: 5000 }], /lasts 1.5 s/],
  ])(
    "with %s ends before its task is paid for, and the small call stays in the books",
    async (_, fields, faces, why) => {
      const { set } = setOf({
        call: () => ({
          kind: "faces",
          session: "s",
          faces: faces.map((each, index) => ({ id: `f${index}`, ...each })),
          billed: { kind: "unknown" },
        }),
      });
      const took = await set.run(spoken(fields));
      const outcome = took.outcomes.get(id("shots.010.lip_sync"));
      expect(outcomeWords(outcome)).toBe("failed run/lip-sync");
      expect(outcome).toMatchObject({ diagnostic: { why: expect.stringMatching(why) as string } });
      expect(creates(set)).toBe(1);
      // $0.007 for looking, besides the clip.
      const clip = took.plan.steps[0]?.create?.ceiling ?? 0;
      expect(set.plan(spoken(fields)).committed).toBe(clip + 7000);
      expect(took.spent).toBe(clip + 7000);
    },
  );

  test("sends a small call twice at most, and then says that it is not certain", async () => {
    const { set } = setOf({ call: () => ({ kind: "lost", why: "the connection was cut" }) });
    const took = await set.run(spoken());
    expect(calls(set)).toEqual(["identify_face", "identify_face"]);
    expect(took.lines[1]).toBe("shots.010.lip_sync failed run/unreachable");
    expect(creates(set)).toBe(1);
    set.vendor.script = {};
    expect((await set.run(spoken())).lines[1]).toBe("shots.010.lip_sync rendered");
  });

  test("waits for a busy vendor without counting that as a call", async () => {
    const { set } = setOf({
      call: (_, count) => (count <= 3 ? { kind: "refused", error: vendorError("busy") } : undefined),
    });
    const took = await set.run(spoken());
    expect(took.lines[1]).toBe("shots.010.lip_sync rendered");
    expect(set.disk.entries.filter((each) => each.type === "calling")).toHaveLength(1);
  });

  test("that is refused at a small call is refused, and nothing is created", async () => {
    const { set } = setOf({ call: () => ({ kind: "refused", error: vendorError("content", 1301) }) });
    const took = await set.run(spoken());
    expect(took.lines[1]).toBe("shots.010.lip_sync failed run/content-refused");
    expect(set.plan(spoken()).steps[1]?.decision).toMatchObject({
      kind: "blocked",
      because: { because: "refused" },
    });
    expect(creates(set)).toBe(1);
  });

  test("killed anywhere is paid for once, and asked for before its faces are looked for again", async () => {
    for (let dieAfter = 1; dieAfter < 60; dieAfter++) {
      const { set } = setOf();
      const died = (await set.take(spoken(), { dieAfter })) === undefined;
      const before = set.log.length;
      await set.run(spoken());
      expect(set.vendor.tasks).toHaveLength(2);
      expect(set.plan(spoken()).totals.count.keep).toBe(2);
      const later = set.log.slice(before);
      const find = later.findIndex((each) => each.startsWith("find"));
      const call = later.findIndex((each) => each.startsWith("call"));
      if (find >= 0 && call >= 0) expect(find).toBeLessThan(call);
      if (!died) return;
    }
    throw new Error("the run never came to its end");
  });
});

describe("the clip of the step before", () => {
  const extend = film([{ extend: { via: "omni", prompt: "on", take: 2 } }]);
  const first = film([{ extend: { via: "omni", prompt: "on" } }]);

  test("older than 30 days blocks what works on it, before anything is paid", async () => {
    const { set } = setOf();
    await set.run(first);
    await set.clock.advance(DAYS_31);
    const plan = set.plan(extend);
    expect(plan.steps[1]?.decision).toEqual({
      kind: "blocked",
      because: {
        because: "source_unavailable",
        source: CLIP,
        why: "expired",
        by: "omni",
        completed: expect.any(String) as string,
      },
    });
    expect(plan.totals.create.usd.high).toBe(0);
  });

  test("that the vendor has dropped blocks what works on it, before anything is paid", async () => {
    const { set } = setOf();
    await set.run(first);
    set.vendor.script = { look: (task) => (task === "t1" ? { kind: "absent" } : undefined) };
    const took = await set.run(extend);
    expect(took.lines[1]).toBe("shots.010.extend blocked source_unavailable");
    expect(creates(set)).toBe(2);
    expect(set.disk.entries.filter((each) => each.type === "intent")).toHaveLength(2);
  });

  test("of other credentials is asked for all the same, and blocks only where these do not see it", async () => {
    const { set } = setOf();
    await set.run(first);
    for (const [key, rendering] of set.disk.renders) {
      const { handle } = rendering;
      if (handle !== undefined)
        set.disk.renders.set(key, { ...rendering, handle: { ...handle, account: "theirs" } });
    }
    expect((await set.run(extend)).lines[1]).toBe("shots.010.extend rendered");
    const further = film([{ extend: { via: "omni", prompt: "on", take: 3 } }]);
    set.vendor.script = { look: (task) => (task === "t1" ? { kind: "absent" } : undefined) };
    const took = await set.run(further);
    expect(took.outcomes.get(id("shots.010.extend"))).toMatchObject({
      status: "blocked",
      because: { because: "source_unavailable", why: "other_account" },
    });
    expect(creates(set)).toBe(3);
  });

  test("is fetched from its copy where the vendor has dropped it, if the copy is the very same clip", async () => {
    const { set, sent } = setOf();
    await set.run(first);
    await set.clock.advance(DAYS_31);
    const { sha256 } = [...set.disk.renders.values()][0]?.artifact ?? { sha256: digestOf("none") };
    const url = "https://films.example/boat.mp4";
    const withCopy = (digest: string) =>
      film([{ extend: { via: "omni", prompt: "on", take: 2, copy: { url, sha256: digest } } }]);
    expect(set.plan(withCopy(digestOf("another"))).steps[1]?.decision.kind).toBe("blocked");
    const took = await set.run(withCopy(sha256));
    expect(took.lines[1]).toBe("shots.010.extend rendered");
    expect(sent[2]?.materials.get("source")).toEqual({ kind: "url", url });
    // Where the vendor fetches it is no part of what was asked for.
    expect(set.plan(extend).steps[1]?.decision.kind).toBe("keep");
  });

  test("that cannot be asked about now is left for the next run, and nothing is sent", async () => {
    const { set } = setOf();
    await set.run(first);
    set.vendor.script = { look: (task) => (task === "t1" ? { kind: "lost", why: "cut" } : undefined) };
    const took = await set.run(extend);
    expect(took.outcomes.get(id("shots.010.extend"))).toMatchObject({
      status: "failed",
      billed: "not_billed",
      retry: "safe",
    });
    expect(creates(set)).toBe(2);
  });

  test("says in the plan when less than a week is left of it", async () => {
    const { set } = setOf();
    await set.run(first);
    expect(set.plan(first).steps[0]).not.toHaveProperty("handleEnds");
    await set.clock.advance(25 * 86_400_000);
    const ends = Date.parse(set.plan(first).steps[0]?.handleEnds ?? "");
    expect(Math.round((ends - set.clock.now()) / 86_400_000)).toBe(5);
  });

  test("of a still is not told, because nobody needs it", async () => {
    const { set } = setOf();
    const still = manifestOf({ provider: "kling", images: [{ id: "mara", prompt: "a keeper" }] });
    await set.run(still);
    for (const [key, each] of set.disk.renders)
      set.disk.renders.set(key, { ...each, artifact: { ...each.artifact, type: "image/png" } });
    await set.clock.advance(25 * 86_400_000);
    expect(set.plan(still).steps[0]?.decision.kind).toBe("keep");
    expect(set.plan(still).steps[0]).not.toHaveProperty("handleEnds");
  });
});
