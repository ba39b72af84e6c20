// A small client for the tests in this folder: starts a sandbox per test, asks it questions with a good key, polls.
import { setTimeout as wait } from "node:timers/promises";

import { afterEach } from "vitest";

import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.js";

interface Result {
  readonly id: string;
  readonly url: string;
  readonly index: number;
  readonly duration: string;
  readonly group_id?: string;
  readonly url_mp3: string;
  readonly url_wav: string;
}

/** An element or a voice; whichever it is, the fields of the other are missing. */
interface Kept {
  readonly element_id: number;
  readonly voice_id: string;
  readonly trial_url: string;
  readonly element_image_list: { readonly frontal_image: string };
}

interface Face {
  readonly face_id: string;
  readonly face_image: string;
  readonly start_time: number;
  readonly end_time: number;
}

/** Whatever fields some answer has; which of them are there depends on what was asked. */
interface Data {
  readonly id: string;
  readonly task_id: string;
  readonly status: string;
  readonly create_time: number;
  readonly update_time: number;
  readonly outputs: readonly Result[];
  readonly task_status: string;
  readonly task_result: {
    readonly images: readonly Result[];
    readonly series_images: readonly Result[];
    readonly videos: readonly Result[];
    readonly audios: readonly Result[];
    readonly elements: readonly Kept[];
    readonly voices: readonly Kept[];
  };
  readonly session_id: string;
  readonly face_data: readonly Face[];
  readonly final_unit_deduction: string;
  readonly code: number;
  readonly resource_pack_subscribe_infos: readonly unknown[];
  readonly count: number;
  readonly result: readonly Data[];
  readonly next_cursor: string;
}

/** An answer, read as loosely as a test needs. */
export interface Reply {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data: Data & readonly Data[];
  readonly headers: Headers;
}

/** One way to ask a sandbox. */
export type Ask = (method: string, path: string, body?: unknown, bearer?: string | null) => Promise<Reply>;

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** Starts a sandbox that ends with the test; tasks finish at once unless told otherwise. */
export async function open(options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; ask: Ask }> {
  const sandbox = await startSandbox({ timeScale: 0, ...options });
  running.push(sandbox);
  const ask: Ask = async (method, path, body, bearer = sandbox.apiKey) => {
    const response = await fetch(sandbox.url + path, {
      method,
      headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const { code, message, data } = JSON.parse(await response.text());
    return { status: response.status, code, message, data, headers: response.headers };
  };
  return { sandbox, ask };
}

/** The address of the first result in an answer; throws when there is none. */
export function resultUrl({ data }: Reply): string {
  const url = (data[0]?.outputs ?? data.task_result.images)[0]?.url;
  if (url === undefined) throw new Error("the answer has no result");
  return url;
}

/** Asks until the answer satisfies; gives up after five seconds. */
export async function until(ask: () => Promise<Reply>, satisfied: (reply: Reply) => boolean): Promise<Reply> {
  for (let tries = 0; tries < 500; tries++) {
    const reply = await ask();
    if (satisfied(reply)) return reply;
    await wait(10);
  }
  throw new Error("still not satisfied after five seconds");
}

/** A good text-to-video body of the new generation. */
export function clipBody(
  prompt = "a paper boat on a dark river",
  externalId?: string,
): Record<string, unknown> {
  return {
    prompt,
    settings: { multi_shot: false, audio: "off", resolution: "720p", aspect_ratio: "16:9", duration: 5 },
    ...(externalId === undefined ? {} : { options: { external_task_id: externalId } }),
  };
}

/** The smallest PNG header that the rules read, in Base64. */
export function pngHeader(width: number, height: number, padding = 0): string {
  const bytes = Buffer.alloc(33 + padding);
  bytes.write("\x89PNG\r\n\x1a\n", 0, "latin1");
  bytes.writeUInt32BE(13, 8);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString("base64");
}

/** The smallest JPEG that the rules read: a comment, then the frame header. */
export function jpegHeader(width: number, height: number): string {
  const comment = [0xff, 0xfe, 0x00, 0x04, 0x41, 0x42];
  const frame = [
    0xff,
    0xc0,
    0x00,
    0x11,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    3,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return Buffer.from([0xff, 0xd8, ...comment, ...frame]).toString("base64");
}
