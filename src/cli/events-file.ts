/**
 * The file of `--events`, or stdout in its stead: lines as things happen, and one envelope at the end, whatever happens.
 */
import { EXIT, safeText } from "../index.js";
import type { Answer, CommandContext } from "./answer.js";
import { STDOUT, type Command } from "./commands.js";
import { envelopeLine, type EnvelopeBody } from "./envelope.js";
import type { FileSink, Sink } from "./io.js";
import { diagnosticsJson } from "./view-diagnostics.js";

/** Performs a command with its events file, if it has one; the last line is the envelope of its answer. @throws CannotWrite */
export async function withEvents(
  name: Command["name"],
  file: string | undefined,
  { io }: CommandContext,
  perform: (events?: Sink) => Promise<Answer>,
): Promise<Answer> {
  if (file === undefined) return perform();
  const events: FileSink =
    file === STDOUT
      ? { write: (text) => io.stdout.write(text), close: () => Promise.resolve() }
      : await io.createFile(file);
  const end = async (body: Omit<EnvelopeBody, "command">) => {
    events.write(envelopeLine({ command: name, ...body }));
    await events.close();
  };
  let answer: Answer;
  try {
    answer = await perform(events);
  } catch (error) {
    await end({ exit: EXIT.bug, data: { error: { kind: "bug" } }, diagnostics: [] });
    throw error;
  }
  try {
    await end({ ...answer, diagnostics: diagnosticsJson(answer.diagnostics) });
    return answer;
  } catch (error) {
    // How it ended matters more than that its record has a gap.
    const gap = `${error instanceof Error ? safeText(error.message) : "the events file"}: its end is missing\n`;
    return { ...answer, note: `${answer.note ?? ""}${gap}` };
  }
}
