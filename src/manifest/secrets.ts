/**
 * What looks like a credential, by the name it stands under or by its own form, and how it is made unreadable.
 * Guesses on the safe side: a manifest is committed, quoted in plans and pasted into chats.
 */

/** Why a credential is refused, and what to do. */
export const SECRET_WORDS = {
  why: "a manifest is committed and quoted in plans, so whoever reads it could spend from the account",
  help: "revoke the credential, remove it here and from the history, and set it in the environment (KLING_API_KEY)",
} as const;

// JWTs, bearer tokens, private keys, passwords in URLs, the key forms of common vendors, and signed addresses. The look-behinds keep the
// search linear in one long run of letters.
const FORMS =
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\bBearer\s+[\w.~+/=-]{16,}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\bhttps?:\/\/[^\s/:@]+:[^\s/@]+@|(?<![\w-])(?:sk|pk|rk|api-key)-[\w-]{20,}|\bgh[oprsu]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{20,}|\bA[KS]IA[0-9A-Z]{16}\b|\bAIza[\w-]{35}|\bxox[abeoprs]-[\w-]{10,}|\b[spr]k_(?:live|test)_\w{16,}|\b(?:hf|npm|r8|fal|pypi)[_-][A-Za-z0-9]{30,}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}\b|[?&](?:X-Amz-Signature|X-Goog-Signature|X-Tos-Signature|Signature|sig)=[\w%+/=-]{16,}/;
const ALL_FORMS = new RegExp(FORMS.source, "g");

const CREDENTIAL =
  /(?:api|access|secret|private)[-_]?(?:key|token)$|(?:^|[-_.])(?:secret|token|password|passwd|credentials?|authorization|jwt)$/i;
const PERHAPS = /[-_]key$/i;

// `name: ` in any style, and what stands behind it up to where the value ends.
const NAMED = /(?<![\w.-])([\w.-]{1,80})["']?[ \t]{0,20}:[ \t]{0,20}/g;
const VALUE = /"(?:[^"\\]|\\.){0,4096}"?|'[^']{0,4096}'?|[^\s,}\]][^,}\]]{0,4096}/y;
const URL_SIGNATURE =
  /([?&][\w-]*(?:signature|sign|token|expires|credential|accesskeyid|auth[-_]?key)=)([^&\s"']+)/gi;

/** Whether a value under this name is a credential, as far as a name can tell: `api_key`, `KLING_SECRET_KEY` and a value like one. */
export function namesCredential(name: string, value: string): boolean {
  return value !== "" && (CREDENTIAL.test(name) || (PERHAPS.test(name) && looksRandom(value)));
}

/** Whether a text holds something in the form of a credential: a JWT, `Bearer …`, a private key, a password in a URL. */
export function holdsCredential(text: string): boolean {
  return FORMS.test(text);
}

// `name: value` and `name=value`, as people paste them; the value has no white space.
const ASSIGNED = /(?<![\w.-])([\w.-]{1,80})["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([^\s"',]{16,500})/g;

/** Whether a comment holds a credential: in a credential's form, or random and under a credential's name. */
export function commentHoldsCredential(comment: string): boolean {
  if (holdsCredential(comment)) return true;
  for (const [, name = "", value = ""] of comment.matchAll(ASSIGNED)) {
    if (CREDENTIAL.test(name) && looksRandom(value)) return true;
  }
  return false;
}

/** Whether a value under a credential's name, where the author may choose names freely, is more than a word of the story. */
export function looksRandom(value: string): boolean {
  return value.length >= 16 && !/\s/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);
}

/** `text` (one line, or a piece of one) with what looks like a credential or a signature replaced, at equal length. */
export function maskSecrets(text: string): string {
  return maskNamed(text.replace(ALL_FORMS, mask)).replace(
    URL_SIGNATURE,
    (_, name: string, value: string) => name + mask(value),
  );
}

function maskNamed(text: string): string {
  let out = "";
  let from = 0;
  for (const named of text.matchAll(NAMED)) {
    const [, name = ""] = named;
    if (named.index < from || !(CREDENTIAL.test(name) || PERHAPS.test(name))) continue;
    VALUE.lastIndex = named.index + named[0].length;
    const value = VALUE.exec(text)?.[0] ?? "";
    if (!namesCredential(name, value)) continue;
    out += text.slice(from, named.index) + named[0] + mask(value);
    from = named.index + named[0].length + value.length;
  }
  return out + text.slice(from);
}

function mask(text: string): string {
  return "*".repeat(text.length);
}
