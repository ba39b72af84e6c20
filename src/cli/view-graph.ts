/**
 * The graph as text, in the order of the film, or as Mermaid or DOT. Names in the two diagram languages are minted here (`n0`, `n1`), and labels are
 * escaped for each, so that no title can end a label or add a line of its own.
 */
import { safeText, type Graph, type Step } from "../index.js";
import type { GraphFormat } from "./commands.js";
import { filmOrder } from "../show/film-order.js";
import { fit } from "./layout.js";

/** The graph in the wanted form, with a line break at its end. */
export function graphText(graph: Graph, format: GraphFormat, columns: number): string {
  switch (format) {
    case "text":
      return plainGraph(graph, columns);
    case "mermaid":
      return mermaid(graph);
    case "dot":
      return dot(graph);
  }
}

function plainGraph(graph: Graph, columns: number): string {
  const steps = filmOrder(graph.steps.map((step) => ({ step }))).flatMap((entry) => entry.steps);
  const lines = steps.flatMap(({ step }) => [
    fit(`${step.id}  ${describe(step)}`, columns),
    ...step.needs.map((need) => fit(`  ← ${need}`, columns)),
  ]);
  return `${lines.length === 0 ? "no steps" : lines.join("\n")}\n`;
}

function describe(step: Step): string {
  const what = `${step.action.kind}${step.candidate ? ", unused take" : ""}`;
  return step.title === undefined ? what : `${what}: ${step.title}`;
}

function mermaid(graph: Graph): string {
  const names = namesOf(graph);
  const nodes = graph.steps.map((step) => `  ${names.get(step.id)}["${mermaidLabel(step)}"]`);
  return `${["flowchart LR", ...nodes, ...edges(graph, names, (from, to) => `  ${from} --> ${to}`)].join("\n")}\n`;
}

function mermaidLabel(step: Step): string {
  // Mermaid reads entities by number; everything with a meaning in its grammar or in HTML goes in as one.
  const escape = (text: string) =>
    safeText(text).replace(/["#&<>`\\[\](){}|;]/g, (character) => `#${character.codePointAt(0)};`);
  return `${escape(step.id)}<br/>${escape(describe(step))}`;
}

function dot(graph: Graph): string {
  const names = namesOf(graph);
  const nodes = graph.steps.map(
    (step) => `  ${names.get(step.id)} [label="${dotText(step.id)}\\n${dotText(describe(step))}"];`,
  );
  return `${["digraph film {", "  rankdir=LR;", "  node [shape=box];", ...nodes, ...edges(graph, names, (from, to) => `  ${from} -> ${to};`), "}"].join("\n")}\n`;
}

function dotText(text: string): string {
  return safeText(text).replace(/[\\"]/g, (character) => `\\${character}`);
}

function namesOf(graph: Graph): ReadonlyMap<string, string> {
  return new Map(graph.steps.map((step, index) => [step.id, `n${index}`]));
}

function edges(
  graph: Graph,
  names: ReadonlyMap<string, string>,
  draw: (from: string, to: string) => string,
): readonly string[] {
  return graph.steps.flatMap((step) =>
    step.needs.flatMap((need) => {
      const from = names.get(need);
      const to = names.get(step.id);
      return from === undefined || to === undefined ? [] : [draw(from, to)];
    }),
  );
}
