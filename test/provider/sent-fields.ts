/**
 * Which fields are sent where, read off the requests that the builders make, and the page and the list that tell of it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExactJson } from "../../src/provider/json.js";
import type { CreateRequest } from "../../src/provider/kling/target.js";
import { DOCUMENTED, NEVER_SENT, NOT_OFFERED, UNIFIED } from "./documented-fields.js";
import { allRequests, CASES, requestOf } from "./golden-requests.js";

/** Fields by path of the create, both in order. */
export function sentFields(): ReadonlyMap<string, readonly string[]> {
  const sent = new Map<string, Set<string>>();
  const callback = "https://hooks.example.com/kling";
  const called = Object.values(CASES).map((one) => requestOf(one, { callback }));
  const all = [...allRequests().map(([, request]) => request), ...called, ...unified()];
  for (const { path, body } of all) {
    const fields = sent.get(path) ?? new Set();
    for (const field of fieldsOf(body)) fields.add(field);
    sent.set(path, fields);
  }
  return new Map([...sent].map(([path, fields]) => [path, [...fields].toSorted()]));
}

/** Requests of the unified dialect, as their committed files have them; their paths are also the vendor's own. */
function unified(): readonly Pick<CreateRequest, "path" | "body">[] {
  const folder = join(import.meta.dirname, "golden-unified");
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const { path, body } = JSON.parse(readFileSync(join(folder, name), "utf8")) as CreateRequest;
      return { path: `${UNIFIED} ${path}`, body };
    });
}

/** `a.b`, `list[].c`, and `contents[TYPE].url` where the items of a list say their type. */
function fieldsOf(value: ExactJson | undefined, at = ""): readonly string[] {
  if (value === undefined) return [];
  if (isList(value)) return value.flatMap((item) => itemFields(item, at));
  if (!isObject(value)) return [at];
  return Object.entries(value).flatMap(([name, member]) =>
    fieldsOf(member, at === "" ? name : `${at}.${name}`),
  );
}

function itemFields(item: ExactJson, list: string): readonly string[] {
  if (list !== "contents" || !isObject(item)) return fieldsOf(item, `${list}[]`);
  const { type, ...rest } = item;
  if (typeof type !== "string") throw new Error("an item of contents without a type");
  return fieldsOf(rest, `contents[${type}]`);
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}

function isObject(value: ExactJson): value is Readonly<Record<string, ExactJson | undefined>> {
  return typeof value === "object" && value !== null && !isList(value);
}

/** The list for programs. */
export function wireList(): string {
  return `${JSON.stringify(Object.fromEntries(sentFields()), null, 2)}\n`;
}

/** The page for people. */
export function wirePage(): string {
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");
  const sent = [...sentFields()].map(
    ([path, fields]) => `| \`${path}\` | ${code(fields)} | ${DOCUMENTED[path]?.source ?? ""} |`,
  );
  const reasons = new Map<
    string,
    { readonly field: string; readonly paths: string[]; readonly why: string }
  >();
  for (const [path, { notOffered }] of Object.entries(DOCUMENTED)) {
    for (const [field, why] of Object.entries(notOffered)) {
      const row = reasons.get(`${field} ${why}`) ?? { field, paths: [], why };
      row.paths.push(path);
      reasons.set(`${field} ${why}`, row);
    }
  }
  const fields = [...reasons.values()].map(
    ({ field, paths, why }) =>
      `| \`${field}\` | ${paths.length > 3 ? "all that have it" : code(paths)} | ${why} |`,
  );
  const products = Object.entries(NOT_OFFERED).map(([path, why]) => `| \`${path}\` | ${why} |`);
  return `# What is sent to the vendor

This page is written by a test from the requests that klingmake's builders make (\`wire.json\` beside it is the same list
for programs), and compared there with a table of what the vendor documents: nothing undocumented is sent, and what is
documented but not sent is named below with the reason.

## Fields by endpoint

| endpoint | fields that are sent | documented by |
|---|---|---|
${sent.join("\n")}

Items of \`contents\` are named by their type. \`callback_url\` is sent only by a render that is told where to be called.
Endpoints marked \`unified\` are those of gateways (\`KLING_DIALECT=unified\`); what nobody documents of them is taken
from the vendor's endpoints that they are named after.

## Fields that are documented and never sent

| field | where | why |
|---|---|---|
${fields.join("\n")}

## Values that are documented and never sent

| value | why |
|---|---|
${NEVER_SENT.map(({ what, why }) => `| ${what} | ${why} |`).join("\n")}

## Endpoints that are documented and never called

| endpoint | why |
|---|---|
${products.join("\n")}
`;
}
