/**
 * `sandbox`: runs the embedded imitation of the API until it is told to stop. What other programs need stands on stdout
 * as shell assignments; its credentials open nothing but this server.
 */
import { EXIT, runSandbox, safeText, UnusableFaults, type Sandbox } from "../index.js";
import type { Answer, CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { envelopeLine } from "./envelope.js";
import { aborted } from "./io.js";

/** Runs until the signal is aborted; a port that is taken or a folder that cannot be made is exit 1, a bad fault plan 64. */
export async function sandboxCommand(
  command: Command & { name: "sandbox" },
  { io, globals }: CommandContext,
): Promise<Answer | undefined> {
  const { dialect = "vendor" } = command;
  let sandbox: Sandbox;
  const { KLING_WEBHOOK_SECRET: webhookSecret } = io.env;
  try {
    const options = {
      port: command.port,
      asVendor: command.asVendor,
      dialect,
      retired: command.refuseRetired ? "refuse" : "accept",
      ...(command.directory === undefined ? {} : { directory: command.directory }),
      ...(command.timeScale === undefined ? {} : { timeScale: command.timeScale }),
      ...(webhookSecret === undefined ? {} : { webhookSecret }),
    } as const;
    sandbox = await runSandbox(options, command.faults);
  } catch (error) {
    if (error instanceof UnusableFaults) return refusedFaults(command.faults ?? "", error.problems);
    const message = `the sandbox could not start: ${safeText(error instanceof Error ? error.message : String(error))}`;
    return {
      exit: EXIT.stepFailed,
      data: { error: { kind: "sandbox", message } },
      diagnostics: [],
      note: `${message}\n`,
    };
  }
  const variables = variablesOf(sandbox, dialect);
  const data = { url: sandbox.url, credentials: variables };
  io.stdout.write(
    globals.json
      ? envelopeLine({ command: "sandbox", exit: EXIT.done, data, diagnostics: [] })
      : assignments(variables, dialect === "vendor" ? sandbox.url : undefined),
  );
  if (!globals.quiet) io.stderr.write("the sandbox is listening; Ctrl-C stops it\n");
  await aborted(io.signal);
  await sandbox.close();
  return undefined;
}

function refusedFaults(file: string, problems: readonly string[]): Answer {
  const name = safeText(file);
  const message = `the fault plan ${name} cannot be used: ${problems.join("; ")}`;
  const lines = [`error: the fault plan ${name} cannot be used:`, ...problems.map((each) => `  ${each}`)];
  return {
    exit: EXIT.usage,
    data: { error: { kind: "usage", message } },
    diagnostics: [],
    note: `${[...lines, "`klingmake sandbox --help` lists what a plan can say"].join("\n")}\n`,
  };
}

function variablesOf(sandbox: Sandbox, dialect: "vendor" | "unified"): Readonly<Record<string, string>> {
  return {
    KLING_BASE_URL: sandbox.url,
    ...(dialect === "unified" ? { KLING_DIALECT: dialect } : {}),
    KLING_API_KEY: sandbox.apiKey,
    KLING_ACCESS_KEY: sandbox.accessKey,
    KLING_SECRET_KEY: sandbox.secretKey,
  };
}

/** Lines that a shell can read; `url` where `provider: sandbox` can use it, too. */
function assignments(variables: Readonly<Record<string, string>>, url: string | undefined): string {
  const all = { ...variables, ...(url === undefined ? {} : { KLINGMAKE_SANDBOX_URL: url }) };
  return Object.entries(all)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");
}
