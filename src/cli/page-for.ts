/**
 * A page for a command that watches: served where the user wants it, and opened in the browser when that is asked for.
 * Loaded when a page is wanted.
 */
import { EXIT, freshToken, openInBrowser, pageToken } from "../index.js";
import { openPage, type LivePage } from "../page/open-page.js";
import { openOptions, type Answer, type CommandContext } from "./answer.js";
import { systemCode } from "./io.js";

/** A page, with what is to be told to people of it, or why there is none. */
export type PageAnswer =
  | { readonly kind: "page"; readonly page: LivePage; readonly note: string }
  | { readonly kind: "none"; readonly answer: Answer };

/** Serves the page; a port that is taken is exit 1. `open`: start the browser, which never fails a command. */
export async function pageFor(
  { port, open }: { readonly port: number; readonly open: boolean },
  context: Pick<CommandContext, "io" | "globals">,
): Promise<PageAnswer> {
  const { io, globals } = context;
  const { env, home } = io;
  const manifest = globals.file === undefined ? {} : { manifest: globals.file };
  let page: LivePage;
  try {
    // On a port that was asked for, a page that is open already is to find its way back.
    const token = port === 0 ? freshToken() : await pageToken(openOptions(context, "page"));
    page = await openPage({ env, home, port, token, ...manifest, now: () => io.now() });
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const where = port === 0 ? "" : ` on port ${port}`;
    const message = `the page cannot be served${where} (${code})`;
    const help = port === 0 ? "" : "; leave --port out for any that is free";
    const data = { error: { kind: "page", message } };
    const note = `error: ${message}${help}\n`;
    return { kind: "none", answer: { exit: EXIT.stepFailed, data, diagnostics: [], note } };
  }
  const isOpened = open && (await openInBrowser(page.url, env));
  const note = open && !isOpened ? "no browser could be started: open the address by hand\n" : "";
  return { kind: "page", page, note };
}
