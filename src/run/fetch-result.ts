/**
 * The result of a finished task into the store: fetch, check, keep. What several fetches give is put together here; what
 * stays with the vendor is written down. A URL that expired is asked for again by id, and no URL is written anywhere.
 */
import { unreachable } from "../base/guard.js";
import type { Artifact, Attempt, TaskId } from "../plan/prior.js";
import type { KeyInputs } from "../graph/key.js";
import type { Product } from "../graph/actions.js";
import type { Address, FetchAnswer, KeptOutput, MadeOutput, Sink, TaskLook } from "../provider/provider.js";
import { isOf, productOfInputs, productWords } from "../plan/product.js";
import { keptText, recordedThing } from "../plan/kept.js";
import { SERIES_END, SERIES_MOST, seriesHeader, seriesPadding } from "../store/series.js";
import type { Arrival } from "./disk.js";
import type { Outcome } from "./event.js";
import { notCollected } from "./failure.js";
import type { Collecting } from "./stepping.js";

/** A task to collect. */
export interface Collectable {
  readonly task: TaskId;
  readonly address: Address;
  /** Of the create that the journal tells of; absent when only the lockfile does. */
  readonly reference?: Attempt["reference"];
  /** What the vendor called its result; what stays there needs no second question. */
  readonly result?: string;
  /** Milliseconds since the epoch, when it was submitted. */
  readonly startedMs: number;
}

/** What came of fetching. */
export type Fetched =
  | { readonly kind: "stored"; readonly artifact: Artifact; readonly flags: readonly string[] }
  | { readonly kind: "ended"; readonly outcome: Outcome };

const FETCHES_MOST = 4;
const FETCH_PAUSE_MS = 1_000;
/** Largest picture of a series, which is held in memory. */
const PICTURE_MOST_BYTES = 64 * 1024 ** 2;

/** Fetches the result of a finished task into the store, in so many rounds at most; journals what was stored. */
export async function fetchResult(
  stepping: Collecting,
  collectable: Collectable,
  look: TaskLook | undefined,
  rounds = FETCHES_MOST,
): Promise<Fetched> {
  const { run, planned } = stepping;
  const { step } = planned;
  const product = productOfInputs(planned.inputs);
  const recorded = recordedThing(planned.inputs, collectable.result);
  let known = look;
  let why = "";
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await run.clock.sleep(Math.max(run.pollMs, FETCH_PAUSE_MS * 2 ** (round - 1)), run.stop);
    if (known === undefined && recorded === undefined) {
      const [answer] = await run.provider.look([collectable], run.stop);
      if (answer?.kind === "found") known = answer.look;
      else {
        why =
          answer === undefined || answer.kind === "absent"
            ? "the vendor does not have it any more"
            : answer.kind === "lost"
              ? answer.why
              : answer.error.message;
        continue;
      }
    }
    const arrival = await run.disk.arrival(planned.key);
    try {
      const answer =
        known === undefined
          ? await writeDown(recorded, arrival)
          : await bringIn(stepping, known, product, arrival, round === rounds - 1);
      if (answer.kind === "done") {
        const finished = await arrival.finish(product);
        if (finished.kind === "kept") {
          const flags = [
            ...oddities(planned.inputs, finished.artifact),
            ...(known === undefined ? [] : missingPictures(planned.inputs, known, product)),
          ];
          const { reference } = collectable;
          if (reference !== undefined)
            await run.disk.journal({ type: "stored", reference, artifact: finished.artifact, flags });
          return { kind: "stored", artifact: finished.artifact, flags };
        }
        why = finished.why;
      } else why = answer.kind === "expired" ? "its address had expired" : answer.why;
    } finally {
      await arrival.discard();
    }
    known = undefined;
  }
  return { kind: "ended", outcome: notCollected(step, why) };
}

/** Brings what a task gave into the file on its way in; `isLast`: nobody asks again whether there is more of it. */
async function bringIn(
  stepping: Collecting,
  look: TaskLook,
  product: Product | undefined,
  arrival: Arrival,
  isLast: boolean,
): Promise<FetchAnswer> {
  switch (product) {
    case "kept": {
      const kept = keptOutput(look);
      return writeDown(kept && keptText({ kept: kept.kind, id: kept.id }), arrival);
    }
    case "series":
      return bringInSeries(stepping, look, arrival, isLast);
    case "clip":
    case "still":
    case "sound":
    case undefined: {
      const output = primaryOutput(look, product);
      return output === undefined ? NOTHING_SHOWN : fetchOne(stepping, output, arrival);
    }
    default:
      return unreachable(product);
  }
}

/** Writes the record of something that stays with the vendor. */
async function writeDown(text: string | undefined, arrival: Arrival): Promise<FetchAnswer> {
  if (text === undefined) return NOTHING_SHOWN;
  await arrival.write(Buffer.from(text));
  return { kind: "done", bytes: text.length };
}

const NOTHING_SHOWN: FetchAnswer = { kind: "failed", why: "the finished task shows no result" };

function fetchOne({ run, planned }: Collecting, { url }: MadeOutput, sink: Sink): Promise<FetchAnswer> {
  return run.provider.fetch(url, sink, run.stop, (bytes, total) =>
    run.emit({
      type: "step_downloading",
      step: planned.step.id,
      bytes,
      ...(total === undefined ? {} : { total }),
    }),
  );
}

/** Each picture is fetched whole before it is added, because its size stands before it. */
async function bringInSeries(
  stepping: Collecting,
  look: TaskLook,
  arrival: Arrival,
  isLast: boolean,
): Promise<FetchAnswer> {
  const pictures = picturesOf(look);
  if (pictures.length === 0) return NOTHING_SHOWN;
  const { series } = stepping.planned.inputs.action;
  // What is not shown yet would be lost once the rest is recorded.
  if (!isLast && typeof series === "number" && pictures.length < series)
    return { kind: "failed", why: `it shows ${pictures.length} of ${series} pictures` };
  for (const [index, output] of pictures.entries()) {
    const held = memorySink();
    const answer = await fetchOne(stepping, output, held);
    if (answer.kind !== "done") return answer;
    const bytes = held.bytes();
    if (bytes === undefined) return { kind: "failed", why: "one of its pictures is too large" };
    for (const part of [seriesHeader(output.nth ?? index + 1, bytes), bytes, seriesPadding(bytes.length)]) {
      await arrival.write(part);
    }
  }
  await arrival.write(SERIES_END);
  return { kind: "done", bytes: arrival.bytes };
}

function picturesOf(look: TaskLook): readonly MadeOutput[] {
  return look.outputs
    .filter((output): output is MadeOutput => output.kind === "image")
    .filter(({ nth = 1 }) => nth <= SERIES_MOST)
    .slice(0, SERIES_MOST);
}

/** Holds a picture; `bytes` says nothing when it was too large. */
function memorySink(): Sink & { bytes(): Uint8Array | undefined } {
  let chunks: Uint8Array[] = [];
  let size = 0;
  return {
    write(chunk) {
      size += chunk.length;
      // The chunk is only lent.
      if (size <= PICTURE_MOST_BYTES) chunks.push(Uint8Array.from(chunk));
      return Promise.resolve();
    },
    restart() {
      chunks = [];
      size = 0;
      return Promise.resolve();
    },
    bytes: () => (size > PICTURE_MOST_BYTES ? undefined : Buffer.concat(chunks)),
  };
}

/** The result that a step is after, by the kinds that its product may come as. */
function primaryOutput(look: TaskLook, product: Product | undefined): MadeOutput | undefined {
  const media = look.outputs.filter(
    (output): output is MadeOutput => output.kind !== "element" && output.kind !== "voice",
  );
  const wanted = product === "sound" ? ["audio"] : ["video", "image"];
  return wanted.flatMap((kind) => media.find((output) => output.kind === kind) ?? [])[0];
}

/** The thing that stays with the vendor. */
function keptOutput(look: TaskLook): KeptOutput | undefined {
  return look.outputs.find(
    (output): output is KeptOutput => output.kind === "element" || output.kind === "voice",
  );
}

/** The vendor's id of what a task gave, where it gave one. */
export function resultId(look: TaskLook, inputs: KeyInputs): string | undefined {
  const product = productOfInputs(inputs);
  return product === "kept" ? keptOutput(look)?.id : primaryOutput(look, product)?.id;
}

function missingPictures(
  { action }: KeyInputs,
  look: TaskLook,
  product: Product | undefined,
): readonly string[] {
  const { series } = action;
  const count = picturesOf(look).length;
  return product === "series" && typeof series === "number" && count !== series
    ? [`asked for ${series} pictures, are ${count}`]
    : [];
}

/** What about an artifact is not quite what was asked. It is kept all the same, and never bought again by itself. */
export function oddities(inputs: KeyInputs, artifact: Artifact): readonly string[] {
  // Of the intent and not of the step, because an edit may have changed the step meanwhile. Defaults are absent there.
  const { kind, duration = 5, aspect_ratio: shape = "16:9" } = inputs.action;
  const flags: string[] = [];
  const isMade = kind.endsWith("_video") && inputs.action["base_video"] === undefined;
  const asked = isMade && typeof duration === "number" ? duration : undefined;
  if (asked !== undefined && artifact.seconds !== undefined && Math.abs(artifact.seconds - asked) > 0.5) {
    flags.push(`asked for ${asked} s, is ${artifact.seconds.toFixed(2)} s long`);
  }
  const product = productOfInputs(inputs);
  if (product !== undefined && !isOf(product, artifact)) {
    flags.push(`asked for a ${productWords(product)}, is ${artifact.type}`);
  }
  const { width, height } = artifact;
  if (kind === "text_to_video" && typeof shape === "string" && width !== undefined && height !== undefined) {
    const [wide = 16, high = 9] = shape.split(":").map(Number);
    if (Math.abs(width / height - wide / high) / (wide / high) > 0.03) {
      flags.push(`asked for ${shape}, is ${width}x${height}`);
    }
  }
  return flags;
}
