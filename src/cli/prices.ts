/**
 * The prices of a model as a project pays them: each built-in row, or the project's own price where it has one that fits.
 */
import type { Catalog, Model, PriceRow } from "../index.js";

/** The rows in force, without repeats. */
export function pricesOf(model: Model, catalog: Catalog): readonly PriceRow[] {
  const rows = model.prices.map((row) => {
    const { mode, audio, input, resolution, seconds } = row;
    const query = {
      ...(mode === undefined ? {} : { mode }),
      ...(audio === undefined ? {} : { audio }),
      ...(input === undefined ? {} : { input }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(seconds === undefined ? {} : { seconds }),
    };
    return catalog.price(model, query) ?? row;
  });
  const bare = catalog.price(model, {});
  return [...new Set(rows.length === 0 && bare !== undefined ? [bare] : rows)];
}
