/**
 * From an order to its bytes: which facts stand on the slate, and the choice between clip and still.
 * Only what the request said goes in (no task id, no date), so equal requests make equal bytes. The colour follows from
 * the prompt; of several stills each has its number below.
 */

import { setImmediate as breathe } from "node:timers/promises";

import { sha256Hex } from "../../base/digest.js";
import { unreachable } from "../../base/guard.js";
import type { Order, StillOrder, VideoOrder } from "../rules/order.js";
import { encodeClip, FRAMES_PER_SECOND } from "./clip.js";
import { encodeStill } from "./png.js";
import type { SlateText } from "./slate.js";

/** The bytes of an order's result number `index`, letting the event loop run in between. */
export async function render(order: Order, index: number): Promise<Uint8Array> {
  switch (order.kind) {
    case "video": {
      const { size, seconds, sound } = order;
      const frames = encodeClip({ ...size, seconds, sound, text: clipText(order) });
      for (;;) {
        const step = frames.next();
        if (step.done === true) return step.value;
        await breathe();
      }
    }
    case "still": {
      const caption = order.count > 1 ? `still ${index + 1} of ${order.count}` : "still";
      return encodeStill(order.size.width, order.size.height, stillText(order), caption);
    }
    default:
      return unreachable(order);
  }
}

function clipText(order: VideoOrder): SlateText {
  const { width, height } = order.size;
  return {
    seed: seed(order),
    title: order.model,
    tag: order.mode === order.resolution ? order.mode : `${order.mode} ${order.resolution}`,
    facts: [
      order.product,
      `${order.seconds} s`,
      `${width}×${height}`,
      `${FRAMES_PER_SECOND} fps`,
      order.sound ? "with sound" : "silent",
    ],
    prompt: order.prompt,
    notes: order.notes,
  };
}

function stillText(order: StillOrder): SlateText {
  return {
    seed: seed(order),
    title: order.model,
    tag: order.resolution,
    facts: [order.product, `${order.size.width}×${order.size.height}`],
    prompt: order.prompt,
    notes: order.notes,
  };
}

function seed(order: Order): string {
  return sha256Hex(order.prompt);
}
