/**
 * What a prompt can ask the sandbox to do wrong, so that clients can be tried against it. Parsed here and nowhere else.
 * Any number may stand anywhere in a prompt (of text to speech: in its text):
 *   [sandbox:refuse]     the create is refused for its content (400/1301), every time
 *   [sandbox:busy]       the first create is refused with 429/1303, later ones are not
 *   [sandbox:lost]       the task is created, the connection is cut without an answer
 *   [sandbox:error5000]  the task is created, the answer is 500/5000
 *   [sandbox:fail]       the task ends as failed
 *   [sandbox:risk]       the task ends as failed, with the vendor's moderation text
 *   [sandbox:slow]       the task takes ten times as long
 *   [sandbox:cut]        the first download is cut half way
 *   [sandbox:expire]     the first address handed out has already expired, the next answer has a good one
 *   [sandbox:gone]       the result can be fetched, but as an input of a later step it is unknown
 *   [sandbox:faces0]     identify-face finds no face in the clip, or that many (0 to 9); one when nothing is said
 *   [sandbox:motion3041] of the video of a motion control so many milliseconds can be used
 *   [sandbox:then-WORD]  the word counts for what is made from the clip (extend, lip-sync), which need not have a prompt
 *   [sandbox:identify-WORD]  the word counts for identify-face on the clip
 * After lost and error5000 the same external_task_id is refused as a duplicate, as at the vendor. What happens only
 * "first" is remembered as long as the process lives; for busy also in the ledger, when there is an external id.
 */

/** One kind of misbehaviour. */
export type Mischief = (typeof WORDS)[number];

const WORDS = [
  "refuse",
  "busy",
  "lost",
  "error5000",
  "fail",
  "risk",
  "slow",
  "cut",
  "expire",
  "gone",
] as const;

const ANY_WORD = /\[sandbox:([a-z0-9-]+)\]/gu;

/** The misbehaviours that a prompt asks for; words that are not in the list are left alone. */
export function mischiefIn(prompt: string): ReadonlySet<Mischief> {
  const asked = new Set<Mischief>();
  for (const [, word] of prompt.matchAll(/\[sandbox:([a-z0-9]+)\]/gu)) {
    const known = WORDS.find((candidate) => candidate === word);
    if (known !== undefined) asked.add(known);
  }
  return asked;
}

/** A text as it is spoken and shown, without these words. */
export function withoutMischief(text: string): string {
  return text.replace(ANY_WORD, "");
}

/** How a task that was told to fail explains itself. */
export function failureText(asked: ReadonlySet<Mischief>): string | undefined {
  if (asked.has("risk")) return "Failure to pass the risk control system";
  return asked.has("fail") ? "The task failed because its prompt asked the sandbox for it" : undefined;
}

/** How many faces a clip with this prompt shows. */
export function facesIn(prompt: string): number {
  const count = /\[sandbox:faces(\d)\]/u.exec(prompt)?.[1];
  return count === undefined ? 1 : Number(count);
}

/** Seconds of motion that a motion control with this prompt can use; undefined for all there are. */
export function usableMotion(prompt: string): number | undefined {
  const ms = /\[sandbox:motion(\d{1,6})\]/u.exec(prompt)?.[1];
  return ms === undefined ? undefined : Number(ms) / 1000;
}

/** The words that a clip's prompt holds for a later step, as that step understands them; the faces stay as they are. */
export function handedDown(prompt: string, to: "then" | "identify"): string {
  const words = [...prompt.matchAll(ANY_WORD)].flatMap(([whole, word = ""]) => {
    if (/^faces\d$/u.test(word)) return [whole];
    return word.startsWith(`${to}-`) ? [`[sandbox:${word.slice(to.length + 1)}]`] : [];
  });
  return words.join(" ");
}
