/**
 * From an order to its bytes: which facts stand on the slate, and the choice between clip and still.
 * Only what the request said goes in (no task id, no date), so equal requests with equal marks make equal bytes. The
 * ground follows from the prompt, the bright colours from the mark; of several stills each has its number below.
 */

import { setImmediate as breathe } from "node:timers/promises";

import { sha256Hex } from "../../base/digest.js";
import { unreachable } from "../../base/guard.js";
import type { ElementOrder, Order, StillOrder, VideoOrder } from "../rules/order.js";
import type { FileName } from "../task.js";
import type { Speech } from "./captions.js";
import { encodeClip, FRAMES_PER_SECOND } from "./clip.js";
import { mp3File } from "./mp3.js";
import { encodeStill } from "./png.js";
import type { SlateText } from "./slate.js";
import { soundtrack } from "./soundtrack.js";
import { murmur } from "./tone.js";
import { notesOf, tuneSamples } from "./tune.js";
import { to16Bits, wavFile } from "./wav.js";

const SPEECH_RATE = 24_000;
const TUNE_RATE = 48_000;
const FACE_SIDE = 320;
const ELEMENT_SIDE = 512;
const VOICE_SECONDS = 3;
/** What is left free between two shots above the progress bar, as a part of its width. */
const CUT_GAP = 0.01;

/** The bytes of one of an order's files, letting the event loop run in between. */
export async function render(
  order: Order,
  { index, extension }: FileName,
  mark: string,
  kept: (sha256: string) => Uint8Array | undefined,
): Promise<Uint8Array> {
  switch (order.kind) {
    case "video": {
      const { size, seconds } = order;
      const sound = await soundtrack(order.sound, seconds, kept);
      const frames = encodeClip({ ...size, seconds, sound, text: clipText(order, mark) });
      for (;;) {
        const step = frames.next();
        if (step.done === true) return step.value;
        await breathe();
      }
    }
    case "still": {
      const what = order.series === true ? "series" : "still";
      const caption = order.count > 1 ? `${what} ${index + 1} of ${order.count}` : what;
      return encodeStill(order.size.width, order.size.height, stillText(order, mark, index), caption);
    }
    case "faces": {
      const text = {
        seed: seed(order.prompt),
        mark,
        title: "face",
        tag: "",
        facts: [],
        prompt: "",
        notes: [],
      };
      return encodeStill(FACE_SIDE, FACE_SIDE, text, `face ${index + 1}`);
    }
    case "element":
      return encodeStill(ELEMENT_SIDE, ELEMENT_SIDE, elementText(order, mark), order.pictures[index] ?? "");
    case "speech":
      return wavFile(to16Bits(murmur(order.voice, SPEECH_RATE)), SPEECH_RATE);
    case "voice": {
      const voice = { text: order.name, voiceId: order.source, seconds: VOICE_SECONDS };
      return wavFile(to16Bits(murmur(voice, SPEECH_RATE)), SPEECH_RATE);
    }
    case "sound": {
      const { clip, tunes, seconds } = order;
      if (extension === "mp4" && clip !== undefined) return render(clip, { index, extension }, mark, kept);
      if (extension === "mp3") return mp3File(tunes.flatMap(notesOf), seconds);
      return wavFile(to16Bits(tuneSamples(tunes, TUNE_RATE)), TUNE_RATE);
    }
    case "deletion":
      throw new Error("a deletion has no result");
    default:
      return unreachable(order);
  }
}

function clipText(order: VideoOrder, mark: string): SlateText {
  const { width, height } = order.size;
  return {
    seed: seed(order.colour ?? order.prompt),
    mark,
    title: order.model,
    tag: order.mode === order.resolution ? order.mode : `${order.mode} ${order.resolution}`,
    facts: [
      order.product,
      `${order.seconds} s`,
      `${width}×${height}`,
      `${FRAMES_PER_SECOND} fps`,
      order.sound.length > 0 ? "with sound" : "silent",
    ],
    prompt: order.headline ?? order.prompt,
    cuts: order.cuts,
    notes: order.notes,
    spans: spansOf(order),
    speeches: speechesOf(order),
  };
}

/** The words of the voices that are heard; of a sound file nobody knows them. */
function speechesOf({ sound, seconds }: VideoOrder): readonly Speech[] {
  return sound.flatMap((layer) => {
    if (layer.kind !== "speech" || layer.volume === 0 || layer.voice.unknown === true) return [];
    const { voice, startMs, endMs, atMs } = layer;
    const from = (atMs - startMs) / 1000;
    return [
      {
        text: voice.text,
        from,
        to: from + voice.seconds,
        heardFrom: atMs / 1000,
        heardTo: Math.min(seconds, (atMs + endMs - startMs) / 1000),
      },
    ];
  });
}

/** The shots of a clip that has several; else what is new in one that was made from another: what was added or is said. */
function spansOf({ product, seconds, parent, sound, cuts }: VideoOrder): SlateText["spans"] {
  if (cuts !== undefined) {
    let end = 0;
    return cuts.map((cut) => ({ from: end / seconds, to: (end += cut.seconds) / seconds - CUT_GAP }));
  }
  if (product === "extend") return [{ from: (parent?.seconds ?? 0) / seconds, to: 1 }];
  return sound.flatMap((layer) => {
    if (layer.kind === "hum" || layer.volume === 0) return [];
    const from = layer.atMs / 1000 / seconds;
    return [{ from, to: Math.min(1, from + (layer.endMs - layer.startMs) / 1000 / seconds) }];
  });
}

function stillText(order: StillOrder, mark: string, index: number): SlateText {
  return {
    // A try-on has no prompt of its own: there the pictures choose the colour.
    seed: seed(order.product === "try-on" ? order.sources.join(" ") : order.prompt),
    mark,
    title: order.model,
    tag: order.resolution,
    facts: [
      ...(order.product === order.model ? [] : [order.product]),
      `${order.size.width}×${order.size.height}`,
    ],
    prompt: order.prompt === "" ? order.product : order.prompt,
    pictures: order.pictures,
    window: order.window,
    part: order.count > 1 ? { number: index + 1, count: order.count } : undefined,
    notes: order.notes,
  };
}

function elementText({ type, name, prompt, tags }: ElementOrder, mark: string): SlateText {
  return {
    seed: seed(prompt),
    mark,
    title: name,
    tag: "element",
    facts: [type, ...tags],
    prompt,
    notes: [],
  };
}

function seed(text: string): string {
  return sha256Hex(text);
}
