/**
 * Runs the sandbox alone, for other clients and for teaching, with what goes wrong read from a file.
 * The sandbox itself reads no files but its own; it is loaded when it is wanted.
 */
import { readFile } from "node:fs/promises";
import type { Sandbox, SandboxOptions } from "./sandbox/sandbox.js";
import { errorCode } from "./store/files.js";

/** A fault plan that cannot be read, or says something that the sandbox does not know. */
export class UnusableFaults extends Error {
  constructor(
    /** All that is wrong, one sentence each, safe to show. */
    readonly problems: readonly string[],
  ) {
    super(problems.join("; "));
    this.name = "UnusableFaults";
  }
}

/** Starts a sandbox. @throws UnusableFaults; and the system's error when the port is taken. */
export async function runSandbox(
  options: Omit<SandboxOptions, "faults">,
  faultsFile?: string,
): Promise<Sandbox> {
  const { startSandbox } = await import("./sandbox/sandbox.js");
  if (faultsFile === undefined) return startSandbox(options);
  const { readFaultPlan } = await import("./sandbox/fault-plan.js");
  const text = await readFile(faultsFile, "utf8").catch((error: unknown) => {
    throw new UnusableFaults([`it cannot be read (${errorCode(error)})`]);
  });
  const read = readFaultPlan(text);
  if (!read.ok) throw new UnusableFaults(read.problems);
  return startSandbox({ ...options, faults: read.plan });
}
