/** Deleting what stays with the vendor: through the adapter and the embedded sandbox, and what other answers to it mean. */
import { describe, expect, it, onTestFinished, test } from "vitest";
import { sha256Hex } from "../../src/base/digest.js";
import type { Action } from "../../src/graph/actions.js";
import type { KeptRecord } from "../../src/plan/kept.js";
import type { ClientReference } from "../../src/plan/prior.js";
import { deleteAnswer } from "../../src/provider/kling/delete.js";
import type { Verdict } from "../../src/provider/kling/errors.js";
import type { Material, Provider } from "../../src/provider/provider.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import { startSandbox } from "../../src/sandbox/sandbox.js";
import { never, route } from "./world.js";

const words = { seed: "00", title: "", tag: "", facts: [], prompt: "", notes: [] };
const still = encodeStill(1080, 1080, words, "front");
const picture: Material = { kind: "bytes", type: "image/png", read: () => Promise.resolve(still) };
const file = { kind: "file", path: "a.png" } as const;
const element: Action = {
  kind: "element",
  name: "mara",
  description: "Mara",
  image: file,
  refer_images: [file],
};
const clip: Action = {
  kind: "text_to_video",
  model: "kling-2.6",
  mode: "pro",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "she speaks",
  audio: true,
};
const voice: Action = { kind: "voice", name: "mara", sample: file };

async function world(): Promise<Provider> {
  const sandbox = await startSandbox({ timeScale: 0 });
  onTestFinished(() => sandbox.close());
  return route(sandbox.url, { env: { KLING_API_KEY: sandbox.apiKey }, realm: "sandbox" });
}

let minted = 0;
async function made(provider: Provider, action: Action, materials: Readonly<Record<string, Material>> = {}) {
  const reference = `km1-${sha256Hex(`deleted ${minted++}`).slice(0, 26)}` as ClientReference;
  const sent = await provider.submit(
    { reference, action, materials: new Map(Object.entries(materials)) },
    never,
  );
  if (sent.kind !== "accepted") throw new Error(JSON.stringify(sent));
  const look = async () => {
    const [answer] = await provider.look([{ task: sent.task, address: provider.address(action) }], never);
    return answer?.kind === "found" ? answer.look.outputs : undefined;
  };
  return { look, first: (await look())?.[0] };
}

describe("what stays with the vendor", () => {
  it.each(["element", "voice"] as const)(
    "is deleted where it is %s, and is gone the second time",
    async (kept) => {
      const provider = await world();
      const source = kept === "voice" ? (await made(provider, clip)).first : undefined;
      const sample: Material | undefined =
        source !== undefined && "url" in source
          ? { kind: "result", url: source.url, id: source.id ?? "" }
          : undefined;
      const { first, look } =
        sample === undefined
          ? await made(provider, element, { image: picture, "refer_images.0": picture })
          : await made(provider, voice, { sample });
      if (first?.kind !== kept) throw new Error(JSON.stringify(first));
      const thing: KeptRecord = { kept, id: first.id };
      expect(await provider.deleteKept(thing, never)).toEqual({ kind: "deleted" });
      // A task says of an element what became of it; of a voice the vendor's answer has no word for that.
      expect(await look()).toEqual(kept === "element" ? [] : [first]);
      expect(await provider.deleteKept(thing, never)).toEqual({ kind: "absent" });
    },
  );

  it("is deleted where it is the account's own only", async () => {
    const provider = await world();
    expect(await provider.deleteKept({ kept: "voice", id: "4711" }, never)).toEqual({ kind: "absent" });
    const stop = AbortSignal.abort(new Error("no more"));
    expect(await provider.deleteKept({ kept: "element", id: "4711" }, stop)).toMatchObject({ kind: "lost" });
  });
});

const refused = (code: number, message: string): Verdict => ({
  kind: "refused",
  error: { code, message, class: "invalid" },
});
test.each<[string, Verdict, object]>([
  ["a code and no data", { kind: "ok", data: undefined }, { kind: "deleted" }],
  ["that it has been deleted", refused(1201, "… (1201: element_id 1 has been deleted)"), { kind: "absent" }],
  ["that it does not exist", refused(1201, "… (1201: voice_id 1 does not exist)"), { kind: "absent" }],
  ["that it is a preset", refused(1201, "… (1201: only custom ones)"), { kind: "refused" }],
  ["that there is no such call", refused(1202, "this call does not exist"), { kind: "refused" }],
  ["something in between", { kind: "lost", why: "an answer that is not the vendor's" }, { kind: "lost" }],
])("an answer of %s means what it means", (_, verdict, expected) => {
  expect(deleteAnswer(verdict)).toMatchObject(expected);
});
