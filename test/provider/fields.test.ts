/** Fields that are sent against fields that are documented: none that is made up, none that is left out without a reason. */
import { describe, expect, it } from "vitest";
import { writeExactJson } from "../../src/provider/json.js";
import { DOCUMENTED, NEVER_SENT, NOT_OFFERED } from "./documented-fields.js";
import { allRequests } from "./golden-requests.js";
import { sentFields } from "./sent-fields.js";

const sent = sentFields();

describe("the fields of", () => {
  it.each([...sent])("%s that are sent are documented there", (path, fields) => {
    const documented = new Set(DOCUMENTED[path]?.fields);
    expect(fields.filter((field) => !documented.has(field))).toEqual([]);
  });

  it.each(Object.entries(DOCUMENTED))(
    "%s that are documented are sent, or it is said why not",
    (path, page) => {
      const fields = new Set(sent.get(path));
      expect(page.fields.filter((field) => !fields.has(field)).toSorted()).toEqual(
        Object.keys(page.notOffered).toSorted(),
      );
    },
  );
});

describe("the endpoints that are documented", () => {
  it("are those that requests go to, and others that are left out with a reason", () => {
    expect(Object.keys(DOCUMENTED).toSorted()).toEqual([...sent.keys()].toSorted());
    expect(Object.keys(NOT_OFFERED).filter((path) => sent.has(path))).toEqual([]);
  });
});

describe("no request", () => {
  it.each(NEVER_SENT)("has $what", ({ as }) => {
    for (const [name, { body }] of allRequests()) expect(writeExactJson(body), name).not.toMatch(as);
  });
});
