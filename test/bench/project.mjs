/**
 * Writes a project of N shots that is completely rendered, without rendering it: manifest, lockfile, journal, store, outputs.
 * A third of the shots start from one of ten shared images.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createCatalog } from "../../dist/catalog/catalog.js";
import { expand } from "../../dist/graph/expand.js";
import { keyGraph } from "../../dist/graph/key.js";
import { readManifest } from "../../dist/manifest/read.js";
import { clientReference } from "../../dist/plan/approval.js";
import { formatLine } from "../../dist/store/journal-line.js";
import { formatLock, EMPTY_LOCK } from "../../dist/store/lockfile.js";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A plain PNG header of 1280x720 and some bytes of its own. */
function picture(index) {
  const bytes = Buffer.alloc(200 * 1024, index);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]).copy(
    bytes,
  );
  bytes.writeUInt32BE(1280, 16);
  bytes.writeUInt32BE(720, 20);
  return bytes;
}

/** Makes the project at `root`, with its store in `root/store`. */
export function writeProject(root, count) {
  rmSync(root, { recursive: true, force: true });
  const put = (name, bytes) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
  };
  const digests = new Map();
  for (let index = 0; index < 10; index++) {
    const bytes = picture(index);
    put(`refs/${index}.png`, bytes);
    digests.set(`refs/${index}.png`, sha256(bytes));
  }
  const words =
    "the camera moves slowly through the rain while the harbour lights go out one after another ".repeat(4);
  const shots = Array.from({ length: count }, (_, index) => {
    const image = index % 3 === 0 ? `    image: refs/${index % 10}.png\n` : "";
    return `  s${index}:\n    title: Shot ${index}\n${image}    prompt: >-\n      shot ${index}, ${words}\n`;
  });
  const text = `version: 1\nproject: bench\nprovider: kling\nshots:\n${shots.join("")}`;
  put("kling.manifest.yaml", text);

  const { manifest } = readManifest(text, "kling.manifest.yaml").value;
  const graph = expand(manifest, undefined, createCatalog().value).value;
  const keys = keyGraph(graph, digests);
  const renders = new Map();
  const steps = new Map();
  const journal = [];
  for (const step of graph.steps) {
    const { key, inputs } = keys.get(step.id);
    const bytes = Buffer.from(`clip of ${key}`);
    const digest = sha256(bytes);
    put(`store/cas/${digest.slice(0, 2)}/${digest}`, bytes);
    put(step.output, bytes);
    renders.set(key, {
      key,
      inputs,
      attempt: 1,
      artifact: {
        sha256: digest,
        size: bytes.length,
        type: "video/mp4",
        width: 1280,
        height: 720,
        seconds: 5,
      },
      consumed: {},
      handle: {
        route: "kling",
        task: `8${key.replace(/\D/g, "").slice(0, 17)}`,
        account: "0123456789ab",
        completed: "2026-11-01T00:00:00.000Z",
        dialect: "new",
        product: "/text-to-video/kling-2.5-turbo",
      },
      estimate: { units: 1500, usd: 210000 },
      billed: { kind: "billed", units: 1500 },
    });
    steps.set(step.id, key);
    const { artifact, handle, billed, consumed } = renders.get(key);
    const reference = clientReference(key, 1, "render");
    const address = {
      realm: "kling",
      route: "kling",
      account: handle.account,
      dialect: handle.dialect,
      product: handle.product,
    };
    const at = "2026-11-01T00:00:00.000Z";
    const entries = [
      {
        type: "intent",
        reference,
        step: step.id,
        key,
        inputs,
        attempt: 1,
        call: "render",
        ...address,
        model: step.action.model,
        ceiling: 210000,
        units: 1500,
        consumed,
      },
      { type: "submitted", reference, task: handle.task },
      { type: "succeeded", reference, handle, billed },
      { type: "stored", reference, artifact, flags: [] },
      { type: "placed", output: step.output, sha256: digest },
      { type: "recorded", reference },
    ];
    for (const entry of entries) journal.push(formatLine({ ...entry, at }));
  }
  put(".kling/journal.jsonl", `${journal.join("\n")}\n`);
  put("kling.lock.json", formatLock({ ...EMPTY_LOCK, renders, steps: new Map([["default", steps]]) }));
  return text;
}
