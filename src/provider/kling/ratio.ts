/**
 * The aspect ratio of a continuation: omni endpoints want one although the clip that is continued has it, and take only
 * a few. Pure.
 */
import type { Carry } from "./carried.js";

/** The ratio of `taken` that comes nearest to a clip's; 16:9, or the first taken, where its measures are not known. */
export function nearestRatio(taken: readonly string[], source: Carry): string {
  const usual = taken.includes("16:9") ? "16:9" : taken[0];
  if (usual === undefined) throw new Error("a continuation at an endpoint without aspect ratios");
  const shape = shapeOf(source);
  if (shape === undefined) return usual;
  // Twice as wide is as far away as half as wide.
  const distance = (ratio: string): number => Math.abs(Math.log(valueOf(ratio)) - Math.log(shape));
  return taken.reduce((best, ratio) => (distance(ratio) < distance(best) ? ratio : best), usual);
}

function shapeOf(source: Carry): number | undefined {
  if (source.kind !== "result" || source.width === undefined || source.height === undefined) return undefined;
  const shape = source.width / source.height;
  return Number.isFinite(shape) && shape > 0 ? shape : undefined;
}

function valueOf(ratio: string): number {
  const [width, height] = ratio.split(":").map(Number);
  return (width ?? Number.NaN) / (height ?? Number.NaN);
}
