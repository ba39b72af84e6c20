/**
 * Makes elements. Every text of the film becomes a text node here, with what could reorder or hide what is read made
 * visible; there is no way from a text to HTML.
 */

/** What an element holds; nothing where undefined. */
export type Child = Node | string | undefined;

/** Attributes by name: true is present without a value, false and undefined are absent. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) mark(made, name, value);
  for (const child of children) {
    if (child !== undefined) made.append(typeof child === "string" ? plain(child) : child);
  }
  return made;
}

/** Sets or removes an attribute. */
export function mark(on: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) on.removeAttribute(name);
  else on.setAttribute(name, value === true ? "" : plain(String(value)));
}

/** Gives an element this text where it has another one. */
export function say(on: Element, text: string): void {
  const shown = plain(text);
  if (on.textContent !== shown) on.textContent = shown;
}

/** Makes `wanted` the children, in order; moves only what does not stand where it should, so that focus and clips stay. */
export function arrange(parent: Element, wanted: readonly Node[]): void {
  const stays = new Set(wanted);
  for (const child of Array.from(parent.childNodes)) if (!stays.has(child)) child.remove();
  let at: ChildNode | null = parent.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

// Controls, bidi overrides and isolates, invisible characters; not what joins letters and emoji, nor line ends and tabs.
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text in which nothing is hidden or reordered. */
function plain(text: string): string {
  return text.replace(UNSEEN, "\ufffd");
}
