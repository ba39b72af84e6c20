/**
 * Arbitrary locks and journals for property tests: always well formed, with every optional member sometimes there.
 */
import * as fc from "fast-check";
import { sha256Hex, type Sha256 } from "../../src/base/digest.js";
import { micros, milliUnits } from "../../src/base/money.js";
import { cacheKey, type CacheKey, type KeyInputs } from "../../src/graph/key.js";
import type { StepId } from "../../src/graph/input.js";
import { clientReference } from "../../src/plan/approval.js";
import type {
  Artifact,
  Billed,
  Handle,
  OtherRendering,
  Rendering,
  TaskId,
  Expected,
} from "../../src/plan/prior.js";
import type { AfterIntent, IntentEntry, JournalRecord } from "../../src/store/journal.js";
import { withOthers } from "../../src/store/lock-merge.js";
import type { LockFile } from "../../src/store/lockfile.js";

const digests: fc.Arbitrary<Sha256> = fc.nat(20).map((n) => sha256Hex(`digest ${n}`));

const words = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((text) => /\S/.test(text));

// What vendors say is made safe on its way into the journal, so only what is safe comes back unchanged.
const sayings = fc
  .array(fc.constantFrom("no", "such", "image", "5000", "ünder review"), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(" "));

const keyInputs: fc.Arbitrary<KeyInputs> = fc.record(
  {
    key: fc.constant(1 as const),
    realm: fc.constantFrom("kling" as const, "sandbox" as const),
    action: fc.record({
      kind: fc.constantFrom("text_to_video", "extend"),
      // Often the same one, so that two locks meet.
      prompt: fc.oneof({ weight: 3, arbitrary: fc.constant("rain") }, { weight: 1, arbitrary: words }),
    }),
    take: fc.integer({ min: 2, max: 4 }),
  },
  { requiredKeys: ["key", "realm", "action"] },
);

const artifacts: fc.Arbitrary<Artifact> = fc.record(
  {
    sha256: digests,
    size: fc.nat(),
    // The last one is of a later version.
    type: fc.constantFrom("video/mp4", "image/png", "image/jpeg", "video/vnd.later+xml" as "video/mp4"),
    width: fc.integer({ min: 1, max: 4096 }),
    height: fc.integer({ min: 1, max: 4096 }),
    seconds: fc.nat(15_000).map((ms) => ms / 1000),
  },
  { requiredKeys: ["sha256", "size", "type"] },
);

const times = fc.nat(1e9).map((seconds) => new Date(1.7e12 + seconds * 1000).toISOString());

const handles: fc.Arbitrary<Handle> = fc.record(
  {
    route: fc.constantFrom("kling", "fal"),
    task: fc.oneof(fc.constant("t-1"), words).map((text) => text as TaskId),
    result: words,
    account: words,
    completed: times,
    dialect: fc.constantFrom("new", "legacy", "later-2" as "new"),
    product: fc.constant("/text-to-video/kling-3.0"),
    deleted: times,
  },
  { requiredKeys: ["route", "task", "account", "completed", "dialect", "product"] },
);

const amounts = fc.record(
  { units: fc.nat(9_999_999).map(milliUnits), usd: fc.nat(99_999_999).map(micros) },
  { requiredKeys: [] },
);

const expected: fc.Arbitrary<Expected> = fc.record(
  {
    units: fc.nat(9_999_999).map(milliUnits),
    usd: fc.nat(99_999_999).map(micros),
    lowUnits: fc.nat(9_999_999).map(milliUnits),
    lowUsd: fc.nat(99_999_999).map(micros),
  },
  { requiredKeys: [] },
);

const bills: fc.Arbitrary<Billed> = fc.oneof(
  amounts.map((each): Billed => ({ kind: "billed", ...each })),
  fc.constantFrom<Billed>({ kind: "not_billed" }, { kind: "unknown" }),
);

const consumed = fc
  .array(fc.tuple(digests, digests), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs) as Record<string, Sha256>);

const otherRenderings: fc.Arbitrary<OtherRendering> = fc.record(
  {
    attempt: fc.integer({ min: 1, max: 3 }),
    artifact: artifacts,
    handle: handles,
    estimate: expected,
    billed: bills,
  },
  { requiredKeys: ["attempt", "artifact", "billed"] },
);

const renderings: fc.Arbitrary<Rendering> = fc
  .record(
    {
      inputs: keyInputs,
      attempt: fc.integer({ min: 1, max: 3 }),
      artifact: artifacts,
      consumed,
      handle: handles,
      estimate: expected,
      billed: bills,
      returns: fc.constantFrom("whole", "tail", "later_part" as "tail"),
      flags: fc.array(words, { maxLength: 2 }),
      others: fc.array(otherRenderings, { maxLength: 3 }),
    },
    { requiredKeys: ["inputs", "attempt", "artifact", "consumed", "billed"] },
  )
  .map((parts) => {
    const rendering = Object.assign({ key: cacheKey(parts.inputs) }, parts);
    return withOthers(rendering, [rendering]);
  });

const keys = fc.nat(9).map((n) => sha256Hex(`key ${n}`) as string as CacheKey);

export const locks: fc.Arbitrary<LockFile> = fc
  .record({
    renders: fc.array(renderings, { maxLength: 5 }),
    steps: fc.array(
      fc.tuple(fc.constantFrom("draft", "final", "10"), fc.constantFrom("shots.010.clip", "7"), keys),
      { maxLength: 5 },
    ),
  })
  .map(({ renders, steps }) => {
    const bySteps = new Map<string, Map<StepId, CacheKey>>();
    for (const [profile, step, key] of steps) {
      bySteps.set(profile, (bySteps.get(profile) ?? new Map<StepId, CacheKey>()).set(step as StepId, key));
    }
    return {
      renders: new Map(renders.map((rendering) => [rendering.key, rendering])),
      steps: bySteps,
      unknown: { top: {}, entries: new Map() },
    };
  });

/** One of few keys with one of few attempts, so that records meet. */
const intents: fc.Arbitrary<IntentEntry> = fc
  .record({ n: fc.nat(1), attempt: fc.integer({ min: 1, max: 2 }), rest: fc.record({ consumed }), expected })
  .map(({ n, attempt, rest, expected: { usd, ...amounts } }) => {
    const inputs: KeyInputs = {
      key: 1,
      realm: "kling",
      action: { kind: "text_to_video", prompt: `shot ${n}` },
    };
    const key = cacheKey(inputs);
    const intent: IntentEntry = {
      type: "intent",
      reference: clientReference(key, attempt, "render"),
      step: `shots.${n}.clip` as StepId,
      key,
      inputs,
      attempt,
      call: "render",
      realm: "kling",
      route: "kling",
      account: "acc",
      dialect: "new",
      product: "/text-to-video/kling-3.0",
      model: "kling-3.0",
      consumed: rest.consumed,
    };
    const ceiling = usd === undefined ? {} : { ceiling: usd };
    return Object.assign(intent, ceiling, amounts);
  });

const afterIntents: fc.Arbitrary<AfterIntent> = fc
  .tuple(
    intents,
    fc.oneof(
      fc.record({ type: fc.constant("submitted" as const), task: words.map((text) => text as TaskId) }),
      fc.record({
        type: fc.constant("refused" as const),
        code: fc.integer({ min: -599, max: 5002 }),
        message: sayings,
        refusal: fc.boolean(),
      }),
      fc.record({ type: fc.constantFrom("unknown" as const, "abandoned" as const), why: sayings }),
      fc.record({ type: fc.constant("succeeded" as const), handle: handles, billed: bills }),
      fc.record(
        {
          type: fc.constant("failed" as const),
          message: sayings,
          refusal: fc.boolean(),
          billed: bills,
          completed: times,
        },
        { requiredKeys: ["type", "message", "refusal", "billed"] },
      ),
      fc.record({ type: fc.constant("stored" as const), artifact: artifacts }),
      fc.record({ type: fc.constant("recorded" as const) }),
      fc.record({
        type: fc.constant("calling" as const),
        call: fc.constantFrom("identify_face", "speech"),
        units: fc.nat(5000).map(milliUnits),
        ceiling: fc.nat(50_000).map(micros),
      }),
    ),
  )
  .map(([{ reference }, rest]) => Object.assign({ reference }, rest));

export const journals: fc.Arbitrary<readonly JournalRecord[]> = fc.array(
  fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: intents },
        { weight: 5, arbitrary: afterIntents },
        digests.map((sha256) => ({ type: "placed" as const, output: "renders/010.mp4", sha256 })),
      ),
      times,
    )
    .map(([entry, at]): JournalRecord => Object.assign({}, entry, { at })),
  { maxLength: 25 },
);
