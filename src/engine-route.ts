/**
 * The route of a run: opened when it is first wanted, closed once, and one that answers nobody where nobody is needed.
 */
import { hear, type CallbackRequest, type Hearing, type Unheard } from "./engine-callbacks.js";
import type { Opened, Prepared } from "./engine-prepare.js";
import type { Realm } from "./graph/input.js";
import type { Plan } from "./plan/plan.js";
import { sealed, type Asking, type Deleting, type Provider, type RouteProblem } from "./provider/provider.js";

/** A route that may be wanted. */
export interface Route {
  /** Opens it, or says what is missing; the same answer each time. */
  open(): Promise<Provider | RouteProblem>;
  /** Listens for callbacks, where that is asked for, until the route is closed. */
  hear(): Promise<Hearing | Unheard | undefined>;
  close(): Promise<void>;
}

/** The route that a plan would take; `isFree`: one that cannot spend. `callback`: whom the vendor tells of changes. */
export function routeOf(
  opened: Opened,
  { provider, plan }: Pick<Prepared, "provider" | "plan">,
  isFree = false,
  callback?: CallbackRequest,
): Route {
  const { world, options, catalog, state } = opened;
  let route: Promise<Provider | RouteProblem> | undefined;
  let hearing: ReturnType<typeof hear> | undefined;
  const open = async () => {
    const { env } = options;
    const told = callback === undefined ? {} : { callback: callback.url };
    const given = await world.openRoute({ provider, realm: plan.realm, env, catalog, state, ...told });
    return isFree && !("message" in given) ? sealed(given) : given;
  };
  return {
    open: () => (route ??= open()),
    hear: () => (hearing ??= hear(opened, callback)),
    async close() {
      const heard = await hearing;
      if (heard !== undefined && "close" in heard) await heard.close();
      const opening = await route;
      if (opening !== undefined && !("message" in opening)) await opening.close();
    },
  };
}

/** Stands in where nobody is needed; being called is a bug. */
export function idleProvider({ realm }: Pick<Plan, "realm">): Provider {
  const never = (): never => {
    throw new Error("a run that reaches nobody reached out");
  };
  return {
    route: "none",
    realm,
    account: "none",
    loopback: true,
    address: never,
    references: never,
    callsBefore: never,
    call: never,
    submit: never,
    find: never,
    list: never,
    deleteKept: never,
    look: never,
    fetch: never,
    close: () => Promise.resolve(),
  };
}

/** Opens a route that can be asked and cannot spend. */
export async function askingRoute(
  { world, options, catalog, state }: Opened,
  provider: string,
  realm: Realm,
): Promise<Asking | RouteProblem> {
  const route = await world.openRoute({ provider, realm, env: options.env, catalog, state });
  return "message" in route ? route : sealed(route);
}

/** Opens a route that can be asked, can delete what stays with the vendor, and cannot spend. For that one command only. */
export async function deletingRoute(
  { world, options, catalog, state }: Opened,
  provider: string,
  realm: Realm,
): Promise<Deleting | RouteProblem> {
  const route = await world.openRoute({ provider, realm, env: options.env, catalog, state });
  if ("message" in route) return route;
  return { ...sealed(route), deleteKept: (kept, signal) => route.deleteKept(kept, signal) };
}
