/**
 * Planted bugs: each breaks one of the things that keep money and clips safe, as an exact change to one source file.
 * The simulation must find every one of them; a change whose text no longer stands in the source fails loudly.
 */
import type { Mutation } from "./bundle.js";

/** The bugs, each with what it breaks. */
export const MUTATIONS: readonly Mutation[] = [
  {
    why: "the journal is not synced",
    file: "store/files.ts",
    from: "  await writeAll(file, Buffer.from(text));\n  await file.datasync();",
    to: "  await writeAll(file, Buffer.from(text));",
  },
  {
    why: "the lockfile's bytes are not synced before it is renamed",
    file: "store/files.ts",
    from: "      if (durable) await file.sync();",
    to: "",
  },
  {
    why: "the lockfile's rename is not synced",
    file: "store/files.ts",
    from: "  if (durable) await syncDirectory(fs, dirname(path));",
    to: "",
  },
  {
    why: "a download is not synced before it goes into the store",
    file: "store/partial.ts",
    from: "      await opened().sync();",
    to: "",
  },
  {
    why: "the name of a blob is not synced",
    file: "store/artifacts.ts",
    from: "    await syncDirectory(fs, shelf(sha256));",
    to: "",
  },
  {
    why: "the directory of the journal is not synced",
    file: "store/journal-file.ts",
    from: "  await syncDirectory(fs, dirname(at.path));",
    to: "",
  },
  {
    why: "what is downloaded is recorded before it is in the store",
    file: "engine-disk.ts",
    from: "        await artifacts.put(received);",
    to: "        void artifacts.put(received).catch(() => undefined);",
  },
  {
    why: "the intent is journaled after the create was sent",
    file: "run/buy.ts",
    from: "  if (earlier === undefined) await journalIntent();",
    to: "  if (earlier === undefined) void run.clock.sleep(50, run.stop).then(journalIntent, journalIntent);",
  },
  {
    why: "a lost create is sent again under another reference",
    file: "run/submit.ts",
    from: "        lost = answer.why;\n        continue;",
    to: "        submission = { ...submission, reference: `${submission.reference}x` as ClientReference };\n        lost = answer.why;\n        continue;",
  },
  {
    why: "an intent that may have arrived is forgotten, and the next attempt is made",
    file: "plan/decide.ts",
    from: '    case "intent": {',
    to: '    case "intent": {\n      if (last.attempt > 0) return undefined;',
  },
  {
    why: "the project's lock is let go before the run",
    file: "engine-alone.ts",
    from: "    return await work(journal);",
    to: "    await lock.release();\n    return await work(journal);",
  },
  {
    why: "a lost answer counts as a refusal",
    file: "provider/kling/errors.ts",
    from: '  if (doubtful) return { kind: "lost", why: message };',
    to: "",
  },
  {
    why: "a reference that is taken counts as a refusal",
    file: "provider/kling/errors.ts",
    from: '  if (asked === "create" && code === 1201 && TAKEN.test(start)) return { kind: "exists" };',
    to: "",
  },
  {
    why: "a film that was cut short counts as whole",
    file: "store/mp4.ts",
    from: '  if (top.at(-1)?.end !== size) return not("it ends in the middle of a box");',
    to: "",
  },
  {
    why: "a download that begins anew is still hashed from its first beginning",
    file: "store/partial.ts",
    from: "      hash = sha256Stream();\n      size = 0;\n    },\n    async finish() {",
    to: "      size = 0;\n    },\n    async finish() {",
  },
  {
    why: "what was refused for its content is tried again unasked",
    file: "plan/decide.ts",
    from: "      return last.failure?.refusal === true && !wishes.retryRefused.has(step.id)",
    to: "      return last.failure?.refusal === true && last.attempt > 99 && !wishes.retryRefused.has(step.id)",
  },
  {
    why: "a task that an edit overtook is dropped",
    file: "run/execute.ts",
    from: "  if (!stop.aborted) await Promise.all(plan.overtaken.map((each) => collectOvertaken(run, each)));",
    to: "",
  },
  {
    why: "a damaged line of the journal is dropped in silence",
    file: "store/journal-file.ts",
    from: "  if (fresh.length > 0) await setAside(fs, at, fresh);",
    to: "",
  },
  {
    why: "an entry is glued to a line that was cut short",
    file: "store/journal-file.ts",
    from: '    const line = `${unended ? "\\n" : ""}${formatLine(record)}\\n`;',
    to: "    const line = `${formatLine(record)}\\n`;",
  },
  {
    why: "a small call is not journaled before it is sent",
    file: "run/small-calls.ts",
    from: '    await run.disk.journal({ type: "calling", reference, call: call.kind, ...charge });',
    to: "",
  },
  {
    why: "a no counts as a yes",
    file: "engine-render.ts",
    from: "if (!(await approved.ask())) {",
    to: "if (!(await approved.ask()) && plan.steps.length > 99) {",
  },
  {
    why: "a task that failed is given up without a word in the journal",
    file: "run/collect.ts",
    from: '  if (look.status === "failed") {\n    const message',
    to: '  if (look.status === "failed" && look.billed.kind !== "billed") {\n    const message',
  },
];
