/**
 * `page`: looks at the project and shows it in a browser until it is told to stop. The address alone is on stdout.
 */
import { EXIT, openWatch, safeText } from "../index.js";
import { openOptions, type Answer, type CommandContext } from "./answer.js";
import type { Command } from "./commands.js";
import { envelopeLine } from "./envelope.js";
import { pageFor } from "./page-for.js";
import { keepSmall } from "./quiet.js";
import { selection } from "./request.js";

/** Runs until the signal is aborted; no manifest is exit 3, and one that is wrong is shown. */
export async function pageCommand(
  command: Command & { name: "page" },
  context: CommandContext,
): Promise<Answer | undefined> {
  const { io, globals } = context;
  const say = (text: string) => {
    if (!globals.quiet) io.stderr.write(text);
  };
  const stirred = keepSmall(io);
  const served = await pageFor(command, context);
  if (served.kind === "none") return served.answer;
  const { page } = served;
  try {
    const { value: watch, diagnostics } = await openWatch(openOptions(context, "page"), {
      ...selection(command),
      lookOnly: true,
      signal: io.signal,
      tell: (news) => {
        page.take(news);
        stirred();
        if (news.type === "notice") say(`${safeText(news.message)}\n`);
      },
    });
    if (watch === undefined) return { exit: EXIT.invalid, data: {}, diagnostics };
    const data = { url: page.url };
    io.stdout.write(
      globals.json
        ? envelopeLine({ command: "page", exit: EXIT.done, data, diagnostics: [] })
        : `${page.url}\n`,
    );
    io.stderr.write(served.note);
    say("the page is served to this machine only; Ctrl-C ends it\n");
    await watch.ended;
    return undefined;
  } finally {
    await page.close();
  }
}
