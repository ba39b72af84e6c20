/** Tasks as the API tells them, of both generations, and as a hostile server might. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createdTask, decimal, readTasks } from "../../src/provider/kling/answers.js";
import { parseExactJson } from "../../src/provider/json.js";
import { redactor } from "../../src/provider/redact.js";
import { urlsOf } from "./world.js";

const reading = { base: new URL("https://api.example"), redact: redactor(["key-0123456789"]) };
const local = { ...reading, base: new URL("http://127.0.0.1:9000") };

const newTask = {
  id: "876543210987654321",
  status: "succeeded",
  message: "",
  create_time: 1795347000000,
  update_time: 1795347083000,
  external_id: "km1-abc",
  outputs: [
    {
      type: "video",
      id: "v-1",
      url: "https://cdn.example/a.mp4?sig=1",
      watermark_url: "",
      duration: "5.041",
    },
  ],
  billing: [{ charge_type: "unit", amount: "1.5", package_type: "video" }],
};
const legacyTask = {
  task_id: 876543210987,
  task_status: "succeed",
  task_status_msg: "",
  task_info: { external_task_id: "km1-abc" },
  created_at: 1795347000000,
  updated_at: "1795347083000",
  task_result: { videos: [{ id: "v-1", url: "https://cdn.example/a.mp4?sig=1", duration: "5.041" }] },
  final_unit_deduction: "1.5",
};

describe("a task", () => {
  it.each([
    ["new", newTask, "876543210987654321"],
    ["legacy", legacyTask, "876543210987"],
  ])("of the %s generation is read into the same words", (_name, task, id) => {
    expect(readTasks(task, reading).looks).toEqual([
      {
        task: id,
        reference: "km1-abc",
        status: "succeeded",
        outputs: [{ kind: "video", url: "https://cdn.example/a.mp4?sig=1", id: "v-1", seconds: 5.041 }],
        billed: { kind: "billed", units: 1500 },
        created: "2026-11-22T11:30:00.000Z",
        updated: "2026-11-22T11:31:23.000Z",
      },
    ]);
  });

  it.each([
    ["submitted", "submitted"],
    ["processing", "processing"],
    ["succeed", "succeeded"],
    ["succeeded", "succeeded"],
    ["SUCCEEDED", "succeeded"],
    ["failed", "failed"],
    ["expired", "failed"],
    ["something-else", "processing"],
  ])("with the status %j is %s", (status, word) => {
    expect(readTasks({ id: "1", status }, reading).looks[0]?.status).toBe(word);
  });

  it("that worked on a clip gives the new one, not its parent", () => {
    const task = {
      ...legacyTask,
      task_info: {
        external_task_id: "km1-abc",
        parent_video: { id: "v-0", url: "https://cdn.example/0.mp4?sig=1", duration: "5.041" },
      },
      task_result: { videos: [{ id: "v-2", url: "https://cdn.example/2.mp4?sig=1", duration: "9.6" }] },
    };
    expect(readTasks(task, reading).looks[0]?.outputs).toEqual([
      { kind: "video", url: "https://cdn.example/2.mp4?sig=1", id: "v-2", seconds: 9.6 },
    ]);
  });

  it("that failed says why, whether the content was refused, and what it cost", () => {
    const failed = {
      task_id: "7",
      task_status: "failed",
      task_status_msg: "Failure to pass the risk control system key-0123456789",
      final_unit_deduction: "0",
    };
    expect(readTasks(failed, reading).looks).toEqual([
      {
        task: "7",
        status: "failed",
        message: "Failure to pass the risk control system [secret]",
        refusal: true,
        outputs: [],
        billed: { kind: "not_billed" },
      },
    ]);
  });

  it("hands over stills by their index", () => {
    const images = [
      { index: 1, url: "https://cdn.example/1.png" },
      { index: 0, url: "https://cdn.example/0.png" },
    ];
    const { looks } = readTasks({ task_id: "7", task_status: "succeed", task_result: { images } }, reading);
    expect(urlsOf(looks[0])).toEqual(["https://cdn.example/0.png", "https://cdn.example/1.png"]);
  });

  it("hands over the pictures of a series by their index, and each once", () => {
    const series = [2, 0, 1].map((index) => ({ index, url: `https://cdn.example/${index}.png` }));
    const { looks } = readTasks(
      {
        task_id: "7",
        task_status: "succeed",
        task_result: { result_type: "series", series_images: series, images: series.slice(0, 1) },
      },
      reading,
    );
    expect(urlsOf(looks[0])).toEqual([0, 1, 2].map((index) => `https://cdn.example/${index}.png`));
  });

  it("says which pictures of a series they are where one of them cannot be fetched", () => {
    const series = [0, 1, 2].map((index) => ({
      index,
      url: index === 1 ? "" : `https://cdn.example/${index}.png`,
    }));
    const legacy = { task_id: "7", task_status: "succeed", task_result: { series_images: series } };
    const outputs = series.map(({ url }) => ({ type: "image", url, group_id: "g" }));
    for (const task of [legacy, { ...newTask, outputs }]) {
      const [look] = readTasks(task, reading).looks;
      expect(look?.outputs.map((output) => ("nth" in output ? output.nth : undefined))).toEqual([1, 3]);
    }
  });

  it("hands over the pictures of a new-generation series as they come", () => {
    const outputs = ["b", "a"].map((name) => ({
      type: "image",
      url: `https://cdn.example/${name}.png`,
      group_id: "g-1",
    }));
    const { looks } = readTasks({ ...newTask, outputs }, reading);
    expect(urlsOf(looks[0])).toEqual(["https://cdn.example/b.png", "https://cdn.example/a.png"]);
  });

  it.each([
    ["new", { type: "audio", mp3_url: "https://cdn.example/a.mp3", mp3_duration: "5.04" }],
    ["legacy", { url_mp3: "https://cdn.example/a.mp3", duration_mp3: "5.04" }],
  ])("hands over a sound of the %s generation as its mp3", (generation, sound) => {
    const all = { ...sound, id: "a-1", wav_url: "https://cdn.example/a.wav", url_wav: "" };
    const more = generation === "new" ? { outputs: [all] } : { outputs: [], task_result: { audios: [all] } };
    expect(readTasks({ ...newTask, ...more }, reading).looks[0]?.outputs).toEqual([
      { kind: "audio", url: "https://cdn.example/a.mp3", id: "a-1", seconds: 5.04 },
    ]);
  });

  const LONG = "876543210987654321";
  const KEPT: readonly (readonly [what: string, data: string, output: unknown])[] = [
    [
      "an element",
      `{"outputs": [{"type": "element", "id": "${LONG}", "url": 1}]}`,
      { kind: "element", id: LONG },
    ],
    [
      "an element of /v1 with a long number",
      `{"task_result": {"elements": [{"element_id": ${LONG}}]}}`,
      { kind: "element", id: LONG },
    ],
    [
      "a voice",
      '{"outputs": [{"type": "voice", "id": "v-1", "url": "https://cdn.example/v.mp3"}]}',
      { kind: "voice", id: "v-1" },
    ],
    [
      "a voice of /v1",
      '{"task_result": {"voices": [{"voice_id": "v-1", "trial_url": "x"}]}}',
      { kind: "voice", id: "v-1" },
    ],
  ];
  it.each(KEPT)("names %s by its id and by nothing else", (_what, data, output) => {
    const told = parseExactJson(data) as object;
    expect(readTasks({ id: "7", status: "succeeded", ...told }, reading).looks[0]?.outputs).toEqual([output]);
  });

  it.each([
    [{ type: "element", id: "77", status: "deleted" }],
    [{ type: "element", id: "../77" }],
    [{ type: "element", element_id: "77" }],
    [{ type: "voice", id: 1.5 }],
    [{ type: "voice", id: "" }],
    [{ type: "voice", id: { toString: "v" } }],
    [{ type: "voice" }],
  ])("hands over nothing kept for %j", (output) => {
    const { looks } = readTasks({ ...newTask, outputs: [output] }, reading);
    expect(looks[0]?.outputs).toEqual([]);
  });

  it.each([
    ["file:///etc/passwd"],
    ["http://cdn.example/a.mp4"],
    ["https://user:pw@cdn.example/a.mp4"],
    ["https://169.254.169.254/latest"],
    ["https://localhost/a.mp4"],
    ["http://127.0.0.1:9000/a.mp4"],
    ["not a url"],
    ["//cdn.example/a.mp4"],
    [42],
  ])("never hands over the result %j", (url) => {
    const task = { ...newTask, outputs: [{ type: "video", url }] };
    expect(readTasks(task, reading).looks[0]?.outputs).toEqual([]);
  });

  it("hands over results of the loopback host that is configured, and of no other port of it", () => {
    const outputs = [9000, 9001].map((port) => ({ type: "video", url: `http://127.0.0.1:${port}/a.mp4` }));
    const { looks } = readTasks({ ...newTask, outputs }, local);
    expect(urlsOf(looks[0])).toEqual(["http://127.0.0.1:9000/a.mp4"]);
  });

  it("that cannot be read is counted and does not hide the others", () => {
    const { looks, unreadable } = readTasks(
      [newTask, null, { id: "../1", status: "x" }, { id: "3" }],
      reading,
    );
    expect(looks).toHaveLength(1);
    expect(unreadable).toBe(3);
  });

  it("keeps all digits of an id that came as a number", () => {
    const data = parseExactJson('{"task_id": 876543210987654321, "note": "no: 876543210987654321, \\" 1"}');
    expect(createdTask(data)).toBe("876543210987654321");
    expect(data).toMatchObject({ note: 'no: 876543210987654321, " 1' });
  });

  it.each([
    [{}],
    [null],
    [[]],
    [{ id: "" }],
    [{ id: "a/../b" }],
    [{ id: 1.5 }],
    [{ id: {} }],
    [{ id: "x".repeat(200) }],
  ])("is not created by %j", (data) => {
    expect(createdTask(data)).toBeUndefined();
  });

  it("never makes reading throw, whatever comes", () => {
    const leaf = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
    const field = fc.constantFrom(...Object.keys({ ...newTask, ...legacyTask, final_balance_deduction: 0 }));
    const value = fc.oneof(
      leaf,
      fc.array(fc.dictionary(fc.constantFrom("type", "url", "id", "element_id", "amount", "index"), leaf)),
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(field, value)), (tasks) => {
        const read = readTasks(
          tasks.map((task) => ({ ...newTask, ...task })),
          reading,
        );
        expect(read.looks.length + read.unreadable).toBe(tasks.length);
      }),
    );
  });
});

describe("what was billed", () => {
  const unit = (amount: unknown) => ({ charge_type: "unit", amount, package_type: "video" });
  const cash = (amount: unknown, currency: string) => ({ charge_type: "cash", amount, currency });
  it.each([
    [{}, { kind: "unknown" }],
    [{ billing: [] }, { kind: "unknown" }],
    [{ billing: [unit("0")] }, { kind: "not_billed" }],
    [{ billing: [unit("7.5"), unit("0.05")] }, { kind: "billed", units: 7550 }],
    [{ billing: [unit("x")] }, { kind: "unknown" }],
    [{ billing: [unit("-1")] }, { kind: "unknown" }],
    [{ billing: [cash("0.42", "USD")] }, { kind: "billed", usd: 420_000 }],
    [{ billing: [cash("3", "CNY")] }, { kind: "billed" }],
    [{ billing: [unit("1"), cash("3", "CNY"), cash("1", "USD")] }, { kind: "billed", units: 1000 }],
    [{ final_unit_deduction: "2" }, { kind: "billed", units: 2000 }],
    [{ final_unit_deduction: 0.1 }, { kind: "billed", units: 100 }],
    [{ final_unit_deduction: "0", final_balance_deduction: { quota: "0" } }, { kind: "not_billed" }],
    [{ final_unit_deduction: "0", final_balance_deduction: { quota: "0.63" } }, { kind: "billed" }],
  ])("by %j is %j", (more, billed) => {
    expect(readTasks({ id: "1", status: "succeeded", ...more }, reading).looks[0]?.billed).toEqual(billed);
  });

  it("is not known while the task is under way", () => {
    const task = { id: "1", status: "processing", billing: [unit("1")] };
    expect(readTasks(task, reading).looks[0]?.billed).toEqual({ kind: "unknown" });
  });

  it.each([
    ["0.1", 3, 100],
    ["1.0005", 3, 1001],
    ["1.00049", 3, 1000],
    ["0.3", 6, 300_000],
    [0.3, 3, 300],
    ["1e3", 3, undefined],
    ["", 3, undefined],
    ["12345678", 3, undefined],
  ])("reads %j to %i places as %j", (text, places, amount) => {
    expect(decimal(text, places)).toBe(amount);
  });
});
