/**
 * A vendor on paper: a server on loopback that speaks as much of the official API as a render of one shot needs, finishes
 * every task at once, keeps references unique, and answers one request otherwise where a test says so. Knows no rules and
 * no prices: what it is for is counting what was sent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeClip } from "../../src/sandbox/media/clip.js";
import { encodeStill } from "../../src/sandbox/media/png.js";
import type { SlateText } from "../../src/sandbox/media/slate.js";

/** What is asked of a vendor. */
export type Asking = "create" | "look" | "find" | "list" | "call";

/** A request as it came. */
export interface Asked {
  readonly asking: Asking;
  /** Create path of the product, or path of the call. */
  readonly product: string;
  /** Of a create, where it carries one. */
  readonly reference?: string;
}

/** What is answered instead; `taken`: what was asked for is done all the same. */
export interface Instead {
  readonly status: number;
  readonly body: string;
  readonly taken?: boolean;
}

/** A task of the vendor. */
export interface Task {
  readonly id: string;
  readonly product: string;
  readonly reference?: string;
  readonly source?: string;
}

/** The vendor, and what it was asked. */
export interface PaperVendor {
  readonly url: string;
  readonly tasks: readonly Task[];
  readonly asked: readonly Asked[];
  /** Decides about each request. */
  instead(asked: Asked): Instead | undefined;
  /** What is said of a task instead of how it usually ends. */
  ends(task: Task): Readonly<Record<string, unknown>> | undefined;
  close(): void;
}

const words: SlateText = { seed: "", title: "", tag: "", facts: [], prompt: "", notes: [] };
const STILL = encodeStill(320, 320, words, "still");
const CLIP = wholeClip();

function wholeClip(): Uint8Array {
  const steps = encodeClip({ width: 128, height: 72, seconds: 5, text: words });
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Starts a vendor. */
export async function paperVendor(now: () => number): Promise<PaperVendor> {
  const tasks: Task[] = [];
  const asked: Asked[] = [];
  const vendor = {
    url: "",
    tasks,
    asked,
    instead: (_asked: Asked): Instead | undefined => undefined,
    ends: (_task: Task): Readonly<Record<string, unknown>> | undefined => undefined,
    close: () => {},
  };
  const isNew = ({ product }: { readonly product: string }) => !product.startsWith("/v1/");

  const view = (task: Task): object => {
    const isStill = task.product.includes("images");
    const url = `${vendor.url}/results/${isStill ? "still.png" : "clip.mp4"}`;
    const result = { id: `r-${task.id}`, url, duration: "5" };
    const otherwise = vendor.ends(task);
    const parent = task.source === undefined ? {} : { parent_video: { id: task.source } };
    return isNew(task)
      ? {
          id: task.id,
          status: "succeeded",
          external_id: task.reference,
          create_time: now(),
          update_time: now(),
          ...(otherwise ?? {
            outputs: [{ type: "video", ...result }],
            billing: [{ charge_type: "unit", amount: "1.5", package_type: "video" }],
          }),
        }
      : {
          task_id: task.id,
          task_status: "succeed",
          task_info: { external_task_id: task.reference, ...parent },
          created_at: now(),
          updated_at: now(),
          ...(otherwise ?? {
            task_result: isStill ? { images: [{ index: 0, url }] } : { videos: [result] },
            final_unit_deduction: "1.5",
          }),
        };
  };
  const ok = (data: unknown): Instead => ({
    status: 200,
    body: JSON.stringify({ code: 0, message: "SUCCEED", request_id: "r", data }),
  });
  const refused = (status: number, code: number, message: string): Instead => ({
    status,
    body: JSON.stringify({ code, message, request_id: "r" }),
  });
  const create = (request: Asked, body: Readonly<Record<string, unknown>>): Instead => {
    const { product, reference } = request;
    if (reference !== undefined && tasks.some((task) => task.reference === reference))
      return refused(400, 1201, `External_task_id ${reference} already exists`);
    const source = body["video_id"];
    const task: Task = {
      id: `7${tasks.length}`,
      product,
      ...(reference === undefined ? {} : { reference }),
      ...(typeof source === "string" ? { source } : {}),
    };
    tasks.push(task);
    return ok(isNew(task) ? { id: task.id } : { task_id: task.id });
  };
  const call = (path: string): Instead =>
    path.endsWith("identify-face")
      ? ok({
          session_id: "s-1",
          face_data: [{ face_id: "0", start_time: 0, end_time: 5000 }],
          final_unit_deduction: "0.05",
        })
      : ok({ task_result: { audios: [{ id: "a-1", duration: "3" }] }, final_unit_deduction: "0.05" });

  const answer = (method: string, url: URL, body: Readonly<Record<string, unknown>>): Instead => {
    const path = url.pathname;
    const settle = (request: Asked, usual: () => Instead): Instead => {
      asked.push(request);
      const instead = vendor.instead(request);
      if (instead === undefined) return usual();
      if (instead.taken === true) usual();
      return instead;
    };
    if (method === "POST") {
      if (path.endsWith("identify-face") || path.endsWith("tts"))
        return settle({ asking: "call", product: path }, () => call(path));
      const options = body["options"] as Readonly<Record<string, unknown>> | undefined;
      const named = options?.["external_task_id"] ?? body["external_task_id"];
      const request: Asked = {
        asking: "create",
        product: path,
        ...(typeof named === "string" ? { reference: named } : {}),
      };
      return settle(request, () => create(request, body));
    }
    if (path === "/tasks") {
      const references = url.searchParams.get("external_task_ids")?.split(",");
      const ids = url.searchParams.get("task_ids")?.split(",") ?? [];
      const is = (task: Task) => references?.includes(task.reference ?? "") ?? ids.includes(task.id);
      return settle({ asking: references === undefined ? "look" : "find", product: path }, () =>
        ok(tasks.filter((task) => isNew(task) && is(task)).map(view)),
      );
    }
    if (url.searchParams.has("pageNum"))
      return settle({ asking: "list", product: path }, () =>
        ok(tasks.filter((task) => task.product === path).map(view)),
      );
    const id = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
    const product = path.slice(0, path.lastIndexOf("/"));
    return settle({ asking: id.startsWith("km1-") ? "find" : "look", product }, () => {
      const task = tasks.find(
        (each) => each.product === product && (each.id === id || each.reference === id),
      );
      return task === undefined ? refused(400, 1201, "Task not found by id or external id") : ok(view(task));
    });
  };

  const respond = (incoming: IncomingMessage, text: string, response: ServerResponse): void => {
    const url = new URL(incoming.url ?? "/", "http://paper");
    if (url.pathname.startsWith("/results/")) {
      response.end(url.pathname.endsWith(".png") ? STILL : CLIP);
      return;
    }
    const body = (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
    const given = answer(incoming.method ?? "", url, body);
    response.writeHead(given.status, {
      "content-type": given.body.startsWith("<") ? "text/html" : "application/json",
    });
    response.end(given.body);
  };
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => respond(incoming, Buffer.concat(parts).toString(), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vendor.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return vendor;
}
