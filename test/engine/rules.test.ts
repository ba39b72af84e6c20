/** No manifest that breaks a cross-field rule leads to a request, whoever says yes to it. */
import { expect, test } from "vitest";
import { RULES } from "../graph/rule-table.js";
import { wav } from "../store/sounds.js";
import { film } from "./film.js";

test(
  "a manifest that breaks a rule is told at its place and reaches nobody",
  { timeout: 60_000 },
  async () => {
    for (const { rule, breaks, found } of RULES) {
      const project = film(breaks);
      project.volume.writeFileSync("/film/refs/vo.wav", wav(4));
      const report = await project.render({ ask: () => Promise.resolve(true) });
      expect(report, rule).toMatchObject({ status: "invalid", exit: 3 });
      expect(project.vendor.log, rule).toEqual([]);
      expect([project.routes(), project.vendor.submitted], rule).toEqual([0, []]);
      const errors = report.diagnostics.filter(({ severity }) => severity === "error");
      expect(errors.length, rule).toBe(found.filter((line) => line.startsWith("error")).length);
      for (const { place, message } of errors) expect(place?.line, message).toBeGreaterThan(3);
    }
  },
);
