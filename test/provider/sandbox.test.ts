/** The adapter against the embedded sandbox, whose rules are its own: what the builders make must please a stranger. */
import { describe, expect, it, onTestFinished } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { Mode, VideoEndpoint, VideoModel } from "../../src/catalog/model.js";
import type { Action } from "../../src/graph/actions.js";
import type { ClientReference, TaskId } from "../../src/plan/prior.js";
import type { Address, Material, Provider } from "../../src/provider/provider.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { startSandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";
import { builtIn, memorySink, never, route, urlsOf } from "./world.js";

const catalog = builtIn();
const still = encodeStill(
  320,
  320,
  { seed: "00", title: "", tag: "", facts: [], prompt: "", notes: [] },
  "first frame",
);
const picture: Material = { kind: "bytes", type: "image/png", read: () => Promise.resolve(still) };
const materials = new Map(["image", "end_image", "human", "cloth"].map((field) => [field, picture]));
const file = { kind: "file", path: "a.png" } as const;

async function world(options: SandboxOptions = {}, as: "key" | "pair" = "key") {
  const sandbox = await startSandbox({ timeScale: 0, concurrency: 1000, imageConcurrency: 1000, ...options });
  onTestFinished(() => sandbox.close());
  const { apiKey, accessKey, secretKey } = sandbox;
  const env =
    as === "key" ? { KLING_API_KEY: apiKey } : { KLING_ACCESS_KEY: accessKey, KLING_SECRET_KEY: secretKey };
  const realm = options.asVendor === true ? "kling" : "sandbox";
  return { sandbox, provider: route(sandbox.url, { env, realm }) };
}

let minted = 0;
const nextReference = () => `km1-${sha256Hex(String(minted++)).slice(0, 26)}` as ClientReference;
const clip = (model: string, prompt = "a paper boat", more = {}): Action => ({
  kind: "text_to_video",
  model,
  mode: "std",
  duration: 5,
  aspect_ratio: "16:9",
  prompt,
  ...more,
});

async function accepted(provider: Provider, action: Action, reference = nextReference()): Promise<TaskId> {
  const answer = await provider.submit({ reference, action, materials }, never);
  expect(answer).toMatchObject({ kind: "accepted" });
  return answer.kind === "accepted" ? answer.task : ("" as TaskId);
}

async function lookAt(provider: Provider, task: TaskId, address: Address) {
  const [answer] = await provider.look([{ task, address }], never);
  if (answer?.kind !== "found") throw new Error(`the task is ${answer?.kind}`);
  return answer.look;
}

describe("a clip from words", () => {
  it.each([
    ["the new dialect", "kling-2.5-turbo", "key", true],
    ["/v1 with an API key", "kling-v2-5-turbo", "key", false],
    ["/v1 with a signed token", "kling-v2-5-turbo", "pair", true],
  ] as const)("is rendered through %s, billed, and fetched as an MP4", async (_what, model, as, asVendor) => {
    const { provider } = await world({ asVendor }, as);
    const reference = nextReference();
    const action = clip(model);
    const task = await accepted(provider, action, reference);
    const look = await lookAt(provider, task, provider.address(action));
    expect(look).toMatchObject({
      task,
      reference,
      status: "succeeded",
      billed: { kind: "billed", units: 1500 },
      outputs: [{ kind: "video", seconds: 5 }],
    });
    const sink = memorySink();
    const fetched = await provider.fetch(urlsOf(look)[0] ?? "", sink, never);
    expect(fetched).toEqual({ kind: "done", bytes: sink.bytes().length });
    expect(sink.bytes().subarray(4, 8).toString()).toBe("ftyp");
  });

  it("whose download is cut arrives whole", async () => {
    const { provider } = await world();
    const action = clip("kling-2.5-turbo", "a boat [sandbox:cut]");
    const look = await lookAt(provider, await accepted(provider, action), provider.address(action));
    const [first, second] = [memorySink(), memorySink()];
    const url = urlsOf(look)[0] ?? "";
    expect(await provider.fetch(url, first, never)).toMatchObject({ kind: "done" });
    expect(await provider.fetch(url, second, never)).toMatchObject({ kind: "done" });
    expect(first.bytes().equals(second.bytes())).toBe(true);
  });

  it("whose address has expired is asked for again by id", async () => {
    const { provider } = await world();
    const action = clip("kling-2.5-turbo", "a boat [sandbox:expire]");
    const task = await accepted(provider, action);
    const stale = await lookAt(provider, task, provider.address(action));
    expect(await provider.fetch(urlsOf(stale)[0] ?? "", memorySink(), never)).toEqual({
      kind: "expired",
    });
    const fresh = await lookAt(provider, task, provider.address(action));
    expect(await provider.fetch(urlsOf(fresh)[0] ?? "", memorySink(), never)).toMatchObject({
      kind: "done",
    });
  });
});

describe.each(["kling-2.5-turbo", "kling-v2-6"])("a create of %s", (model) => {
  it.each(["lost", "error5000"])(
    "whose answer is %s is found by its reference, and is not made twice",
    async (mischief) => {
      const { provider, sandbox } = await world();
      const reference = nextReference();
      const action = clip(model, `a boat [sandbox:${mischief}]`);
      const submission = { reference, action, materials };
      expect(await provider.submit(submission, never)).toMatchObject({ kind: "lost" });
      expect(await provider.submit(submission, never)).toEqual({ kind: "exists" });
      const found = (await provider.find([{ reference, address: provider.address(action) }], never))[0];
      expect(found).toMatchObject({ kind: "found", look: { reference, status: "succeeded" } });
      const ledger = (await (await fetch(`${sandbox.url}/sandbox/ledger`)).json()) as {
        readonly data: readonly { readonly outcome: string }[];
      };
      expect(ledger.data.map(({ outcome }) => outcome)).toEqual(["accepted", "duplicate"]);
    },
  );

  it("that was never made is absent", async () => {
    const { provider } = await world();
    const address = provider.address(clip(model));
    expect((await provider.find([{ reference: nextReference(), address }], never))[0]).toEqual({
      kind: "absent",
    });
    expect(await provider.look([{ task: "123456789012345678" as TaskId, address }], never)).toEqual([
      { kind: "absent" },
    ]);
  });

  it.each([
    ["refuse", { kind: "refused", error: { code: 1301, class: "content" } }],
    ["busy", { kind: "refused", error: { code: 1303, class: "busy" } }],
  ])("that is told to [%s] is classified", async (mischief, expected) => {
    const { provider } = await world();
    const action = clip(model, `a boat [sandbox:${mischief}]`);
    expect(await provider.submit({ reference: nextReference(), action, materials }, never)).toMatchObject(
      expected,
    );
  });

  it("that fails says whether the content was refused", async () => {
    const { provider } = await world();
    const [failing, risky] = [clip(model, "a boat [sandbox:fail]"), clip(model, "a boat [sandbox:risk]")];
    const address = provider.address(failing);
    expect(await lookAt(provider, await accepted(provider, failing), address)).toMatchObject({
      status: "failed",
      refusal: false,
    });
    expect(await lookAt(provider, await accepted(provider, risky), address)).toMatchObject({
      status: "failed",
      refusal: true,
    });
  });
});

describe("the wrong credentials", () => {
  it("are refused as credentials", async () => {
    const { sandbox } = await world();
    const provider = route(sandbox.url, { env: { KLING_API_KEY: "another-key-000" }, realm: "sandbox" });
    expect(
      await provider.submit({ reference: nextReference(), action: clip("kling-2.6"), materials }, never),
    ).toMatchObject({ kind: "refused", error: { class: "credentials" } });
  });
});

/** Everything that the catalog says can be asked of a model. */
function* actionsOf(model: VideoModel): Generator<readonly [what: string, action: Action]> {
  const modes: readonly (Mode | undefined)[] =
    model.modes.length === 0 ? [undefined] : model.modes.map(({ mode }) => mode);
  for (const mode of modes) {
    const base = { model: model.id, ...(mode !== undefined && { mode }), prompt: "a boat" };
    const text = model.textToVideo;
    for (const duration of endsOf(text)) {
      for (const audio of soundsOf(text, mode)) {
        for (const aspect_ratio of text?.aspectRatios ?? []) {
          const action: Action = { kind: "text_to_video", ...base, ...audio, duration, aspect_ratio };
          yield [`${model.id} ${mode} words ${duration} s ${aspect_ratio} ${JSON.stringify(audio)}`, action];
        }
      }
    }
    const image = model.imageToVideo;
    for (const duration of image?.loneFrameDurations ?? endsOf(image)) {
      for (const audio of soundsOf(image, mode)) {
        const action: Action = { kind: "image_to_video", ...base, ...audio, duration, image: file };
        yield [`${model.id} ${mode} image ${duration} s ${JSON.stringify(audio)}`, action];
        const end = image?.endImage;
        const silent = end?.silentOnly !== true || audio.audio !== true;
        if (end !== undefined && silent && (mode === undefined || (end.modes ?? [mode]).includes(mode))) {
          yield [
            `${model.id} ${mode} frames ${duration} s ${JSON.stringify(audio)}`,
            { ...action, end_image: file },
          ];
        }
      }
    }
  }
}

const endsOf = (endpoint: VideoEndpoint | undefined): readonly number[] =>
  endpoint === undefined ? [] : [...new Set([endpoint.durations.at(0) ?? 5, endpoint.durations.at(-1) ?? 5])];
const soundsOf = (
  endpoint: VideoEndpoint | undefined,
  mode: Mode | undefined,
): readonly { readonly audio?: boolean }[] =>
  endpoint?.audio === "optional" && (mode === undefined || (endpoint.audioModes ?? [mode]).includes(mode))
    ? [{ audio: true }, { audio: false }]
    : [{}];

const asked = catalog
  .all()
  .filter((model) => model.kind === "video" && model.status !== "retired")
  .flatMap((model) => (model.kind === "video" ? [model] : []));

describe("what the catalog offers", () => {
  it.each(asked.map((model) => [model.id, model] as const))(
    "of %s is accepted in every combination",
    async (_id, model) => {
      const { provider } = await world({ retired: "accept" });
      const refused: unknown[] = [];
      expect([...actionsOf(model)].length).toBeGreaterThanOrEqual(4);
      for (const [what, action] of actionsOf(model)) {
        const answer = await provider.submit({ reference: nextReference(), action, materials }, never);
        if (answer.kind !== "accepted") refused.push([what, answer]);
      }
      expect(refused).toEqual([]);
    },
  );

  it("of plain stills and fittings is accepted and handed over", async () => {
    const { provider } = await world();
    const refused: unknown[] = [];
    for (const model of catalog.all()) {
      if (model.kind !== "image" || model.does === "omni") continue;
      const plain = {
        kind: "image",
        model: model.id,
        prompt: "a boat",
        aspect_ratio: "3:4",
        resolution: "1k",
      } as const;
      const actions: readonly Action[] =
        model.does === "try_on"
          ? [{ kind: "try_on", model: model.id, human: file, cloth: file }]
          : [plain, { ...plain, resolution: "2k", image: file }];
      for (const action of actions) {
        const reference = nextReference();
        const answer = await provider.submit({ reference, action, materials }, never);
        const found = (await provider.find([{ reference, address: provider.address(action) }], never))[0];
        const outputs = found?.kind === "found" ? found.look.outputs : [];
        if (answer.kind !== "accepted" || outputs[0]?.kind !== "image") refused.push([action, answer, found]);
      }
    }
    expect(refused).toEqual([]);
  });
});
