/**
 * Text on its way to the page: safe to read, free of credentials and of where things lie on this machine, and not endless.
 * Whatever comes from a manifest, a vendor or a disk goes through here; what is HTML in it is the page's business.
 */
import { elide, maskSecrets, redacted, safeText } from "../index.js";

/** Characters of a text of which all is shown: more than any prompt may have. */
const MOST = 5000;

/** A text as it may be shown. `root`: the project's directory, which is left out of paths. */
export function shown(text: string, root?: string, most = MOST): string {
  const within =
    root === undefined || root === "/" ? text : text.replaceAll(`${root}/`, "").replaceAll(root, ".");
  // Control characters first: one in the middle would hide a credential from whoever looks for it.
  const clean = redacted(maskSecrets(safeText(within)), {});
  return clean.length <= most ? clean : elide(clean, most);
}
