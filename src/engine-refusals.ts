/**
 * What a project was told of models: a refusal as discontinued is remembered, named by the next plan, and forgotten when the
 * same server takes a create of that model. Servers are told apart by name, because a gateway may lack what the vendor has.
 */
import { isoTime } from "./base/clock.js";
import { withRefusals, type Catalog } from "./catalog/catalog.js";
import type { Model } from "./catalog/model.js";
import type { Opened } from "./engine-prepare.js";
import type { Environment } from "./engine-world.js";
import { serverOf } from "./provider/kling/address.js";
import type { ModelNews, NamedModel } from "./run/stepping.js";
import { readRefusals, writeRefusals, type RefusedModel } from "./store/refusals.js";

type Known = Pick<Opened, "world" | "state" | "catalog" | "options">;

/** The catalog with what is remembered of the server behind a provider. */
export async function knownCatalog(
  { world, state, catalog, options }: Known,
  provider: string,
): Promise<Catalog> {
  const all = await readRefusals(world.fs, state);
  if (all.length === 0) return catalog;
  const server = serverBehind(provider, options.env);
  const here = new Map(
    all.filter((each) => each.server === server).map((each) => [nameOf(each.kind, each.model), each]),
  );
  return withRefusals(catalog, (model) => here.get(nameOf(model.kind, model.wireName)));
}

/** What stands for everything that a catalog was told, where it was told anything. */
export function refusalsMark(catalog: Catalog): string {
  const told = catalog.all().flatMap((model) => {
    const refusal = catalog.refusal(model);
    return refusal === undefined ? [] : [`${nameOf(model.kind, model.id)} ${refusal.day} ${refusal.said}`];
  });
  return told.join("\n");
}

/** Takes in the news of a run. */
export function modelNews({ world, state, catalog, options }: Known, provider: string): ModelNews {
  const server = serverBehind(provider, options.env);
  let held: Promise<readonly RefusedModel[]> | undefined;
  let written = Promise.resolve();
  const isAbout = (model: Model) => (each: RefusedModel) =>
    each.server === server && each.kind === model.kind && each.model === model.wireName;
  /** One after another, so that no news undoes another. */
  const change = (
    named: NamedModel,
    to: (all: readonly RefusedModel[], model: Model) => readonly RefusedModel[],
  ): Promise<void> => {
    const model = named.kind === "video" ? catalog.video(named.id) : catalog.image(named.id);
    if (model === undefined || server === undefined) return Promise.resolve();
    const next = written.then(async () => {
      const before = await (held ??= readRefusals(world.fs, state));
      const after = to(before, model);
      if (after === before) return;
      held = Promise.resolve(after);
      await writeRefusals(world.fs, state, after);
    });
    written = next.catch(() => undefined);
    return next;
  };
  return {
    refused: (named, said) =>
      change(named, (all, model) => {
        if (server === undefined) return all;
        const day = isoTime(world.clock.now()).slice(0, 10);
        const others = all.filter((each) => !isAbout(model)(each));
        return [...others, { server, kind: named.kind, model: model.wireName, day, said }];
      }),
    taken: (named) =>
      change(named, (all, model) =>
        all.some(isAbout(model)) ? all.filter((each) => !isAbout(model)(each)) : all,
      ),
  };
}

/** The server that a provider's requests go to; undefined where the environment names none. */
function serverBehind(provider: string, env: Environment): string | undefined {
  return provider === "kling" ? serverOf(env["KLING_BASE_URL"]) : provider;
}

function nameOf(kind: Model["kind"], name: string): string {
  return `${kind} ${name}`;
}
