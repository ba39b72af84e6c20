/** The document: small, closed to everything that is not its own, and whole whatever the film says. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pageDocument, pagePolicy } from "../../src/page/document.js";
import { film, shot } from "./films.js";
import { PARTS } from "./stand.js";

const digest = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const inside = (html: string, tag: string) =>
  new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? "";

describe("the document", () => {
  it("is under 100 KB with script and style", () => {
    expect(Buffer.byteLength(pageDocument(PARTS))).toBeLessThan(100_000);
  });

  it("lets run what stands in it and nothing else; only a live page connects, and only to where it came from", () => {
    const html = pageDocument(PARTS);
    const policy = pagePolicy(PARTS);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${digest(inside(html, "script"))};`);
    expect(policy).toContain(`style-src ${digest(inside(html, "style"))};`);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|blob:/);
    expect(html).toContain(`content="${policy}"`);
    expect(pagePolicy({ ...PARTS, film: film([]) })).not.toContain("connect-src");
  });

  it("names digests of what a browser reads, however lines end", () => {
    const html = pageDocument({ ...PARTS, script: "one();\r\ntwo();\r\n", style: "a{}\r\n" });
    expect(html).toContain(digest("one();\ntwo();\n"));
    expect(html).not.toContain("\r");
  });

  it("keeps what a film says inside its own element", () => {
    const hostile = film([shot("010", { title: "</script><script>alert(1)</script><!--\u2028" })], {
      project: '"><img src=x onerror=alert(1)>',
    });
    const html = pageDocument({ ...PARTS, title: "</title><script>alert(2)</script>", film: hostile });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain("<!--");
    expect(html).not.toContain("\u2028");
    const data = /<script type="application\/json" id="film">(.*)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(data)).toEqual(hostile);
  });
});
