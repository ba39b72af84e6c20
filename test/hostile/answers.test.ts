/**
 * Hostile answers: a gateway that answers any JSON to anything. The adapter turns each into a value, never into an
 * exception; what it says is safe to show; and no result is looked for on a host that is not public.
 */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Action } from "../../src/graph/actions.js";
import { createdTask, readTasks } from "../../src/provider/kling/answers.js";
import { judge } from "../../src/provider/kling/errors.js";
import { parseExactJson } from "../../src/provider/json.js";
import { redactor } from "../../src/provider/redact.js";
import { answer, never, reference, route, serve, taskId } from "../provider/world.js";
import { ordinarySeconds } from "./effort.js";
import { prototypesUntouched } from "./prototypes.js";
import { fuzz } from "./seeds.js";
import { expectHarmless } from "./terminal.js";

prototypesUntouched();

const NAMES = [
  "code",
  "message",
  "msg",
  "data",
  "id",
  "task_id",
  "status",
  "task_status",
  "task_status_msg",
  "external_id",
  "task_info",
  "external_task_id",
  "outputs",
  "task_result",
  "videos",
  "images",
  "audios",
  "type",
  "url",
  "duration",
  "billing",
  "charge_type",
  "amount",
  "currency",
  "final_unit_deduction",
  "final_balance_deduction",
  "quota",
  "create_time",
  "__proto__",
  "constructor",
  "toString",
];
const VALUES: readonly unknown[] = [
  0,
  -1,
  1201,
  1303,
  5000,
  1e308,
  2 ** 53,
  null,
  true,
  "",
  "0",
  "succeed",
  "succeeded",
  "failed",
  "processing",
  "video",
  "unit",
  "USD",
  "99999999999999999999",
  "\u001b]0;owned\u0007\u202e\u200b",
  "External_task_id already exists",
  "not found",
  reference,
  "task-1",
  "https://169.254.169.254/latest",
  "http://127.0.0.1/x",
  "file:///etc/passwd",
  "https://user:pass@cdn.example.com/a.mp4?sign=abcdefghijklmnop",
  "javascript:alert(1)",
];
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    { weight: 3, arbitrary: fc.constantFrom(...VALUES) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 4 }) },
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 6 })
        .map((pairs) => Object.fromEntries(pairs) as unknown),
    },
  ),
}));
const envelope = fc.oneof(
  value,
  fc.record({ code: fc.constantFrom<unknown>(0, 0, 0, 1201, "0"), message: value, data: value }),
);

const clip: Action = {
  kind: "text_to_video",
  model: "kling-3.0",
  mode: "std",
  duration: 5,
  aspect_ratio: "16:9",
  prompt: "a boat",
};
const LOOKED = {
  task: taskId("task-1"),
  address: { dialect: "new", product: "/text-to-video/kling-3.0" },
} as const;

/** Every text in a value. */
function textsIn(given: unknown): readonly string[] {
  if (typeof given === "string") return [given];
  return typeof given === "object" && given !== null ? Object.values(given).flatMap(textsIn) : [];
}

describe("whatever a vendor answers,", () => {
  it("the adapter has a value for it whose words are safe", async () => {
    let body: unknown;
    const { url } = await serve((_, response) => answer(response, body));
    const provider = route(url);
    await fc.assert(
      fc.asyncProperty(envelope, async (given) => {
        body = given;
        const answers = [
          await provider.submit({ reference, action: clip, materials: new Map() }, never),
          ...(await provider.find([{ reference, address: LOOKED.address }], never)),
          ...(await provider.look([LOOKED], never)),
        ];
        for (const text of answers.flatMap(textsIn)) {
          if (!text.startsWith("https://")) expectHarmless(text);
          expect(text).not.toMatch(/169\.254|file:|javascript:|pass@/);
        }
      }),
      fuzz(200),
    );
  }, 120_000);
});

const NEVER_ENDS: readonly (readonly [name: string, text: string])[] = [
  ["brackets", "[".repeat(8_000_000)],
  ["closed brackets", "[".repeat(4_000_000) + "]".repeat(4_000_000)],
  ["objects", '{"data":'.repeat(1_000_000)],
  ["digits", "9".repeat(8_000_000)],
  ["quotes", '"'.repeat(8_000_000)],
  ["backslashes", `"${"\\".repeat(8_000_000)}`],
  ["numbers", `[${"12345678901234567890,".repeat(380_000)}1]`],
  ["tasks", `[${'{"id":"1","status":"succeeded"},'.repeat(240_000)}{}]`],
  ["a message", JSON.stringify({ code: 1201, message: "external_task_id ".repeat(480_000) })],
  ["a message of slashes", JSON.stringify({ code: 1201, message: "/".repeat(8_000_000) })],
  ["a message of tokens", JSON.stringify({ code: 1201, message: "eyJ".repeat(2_600_000) })],
  ["a message of bearers", JSON.stringify({ code: 1201, message: "bearer ".repeat(1_100_000) })],
];

test.each(NEVER_ENDS)(
  "8 MB of %s are understood or given up within 2 s for each megabyte",
  async (name, text) => {
    const redact = redactor(["secret"]);
    const seconds = await ordinarySeconds(name, () => {
      let body: unknown;
      try {
        body = parseExactJson(text);
      } catch {
        // The client takes it for an answer that is not JSON.
        return;
      }
      const reading = { base: new URL("https://api.example.com"), redact };
      for (const asked of ["create", "call", "query"] as const)
        judge({ kind: "answer", status: 200, headers: {}, body }, asked, redact);
      createdTask(body);
      readTasks(body, reading);
    });
    expect(seconds).toBeLessThan(8);
  },
  120_000,
);
