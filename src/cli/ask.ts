/**
 * The one question: yes or no, on stderr, default no. End of input, Ctrl-C and anything that is not a yes are a no.
 * Whether there is anybody to ask is decided by the caller.
 */
import { createInterface } from "node:readline/promises";

/** Where the question goes and the answer comes from. */
export interface AskStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Whether `output` is a terminal that lines can be edited on. */
  readonly terminal: boolean;
}

/** Asks once. Resolves to true only for `y` or `yes`; an abort is a no. */
export async function askYesNo(question: string, streams: AskStreams, signal: AbortSignal): Promise<boolean> {
  const reader = createInterface({ ...streams, historySize: 0 });
  // Without these, end of input and Ctrl-C would leave the question unanswered for ever.
  const silence = new Promise<undefined>((resolve) => {
    reader.once("close", () => resolve(undefined));
    reader.once("SIGINT", () => resolve(undefined));
  });
  const answer = await Promise.race([reader.question(question, { signal }).catch(() => undefined), silence]);
  if (answer === undefined) streams.output.write("\n");
  reader.close();
  return answer !== undefined && isYes(answer);
}

/** Whether an answer is a yes. */
export function isYes(answer: string): boolean {
  return /^\s*(y|yes)\s*$/i.test(answer);
}
