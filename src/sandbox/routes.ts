/**
 * Which question a method and a path are, decided before anything is read or checked. Knows paths, not answers.
 * A path that exists with another method is told apart from one that does not exist: the vendor has a code for each.
 */

import { unreachable } from "../base/guard.js";
import type { LedgerKind } from "./account-ledger.js";
import type { CallKind } from "./faults.js";
import type { Product } from "./rules/order.js";
import { GATEWAY_PRODUCTS, PRODUCTS } from "./rules/products.js";

/** What a request asks for. */
export type Route =
  | { readonly kind: "create"; readonly product: Product }
  | { readonly kind: "legacy query"; readonly product: Product; readonly id: string }
  | { readonly kind: "legacy list"; readonly product: Product }
  | { readonly kind: "presets"; readonly what: "elements" | "voices" }
  | { readonly kind: "unified query"; readonly id: string }
  | { readonly kind: "query tasks" }
  | { readonly kind: "list tasks" }
  | { readonly kind: "account costs" }
  | { readonly kind: "account ledger"; readonly of: LedgerKind }
  | { readonly kind: "ledger" }
  | { readonly kind: "counts" }
  | { readonly kind: "result" }
  | { readonly kind: "wrong method" }
  | { readonly kind: "unknown" };

const PRESETS: ReadonlyMap<string, "elements" | "voices"> = new Map([
  ["/v1/general/advanced-presets-elements", "elements"],
  ["/v1/general/presets-voices", "voices"],
]);

/** Where the vendor tells what was deducted, and from what. */
const LEDGERS: ReadonlyMap<string, LedgerKind> = new Map([
  ["/account/billing/balance", "balance"],
  ["/account/billing/package", "package"],
]);

/** What kind of server is asked. */
export interface ServerKind {
  /** `vendor`: both generations of the vendor's own; `unified`: a gateway's one shape and nothing else. */
  readonly dialect: "vendor" | "unified";
  readonly lipSync: "advanced" | "old";
}

/** The route of a method and a path, on one kind of server. */
export function routeOf(method: string, path: string, server: ServerKind): Route {
  const own = ownRouteOf(method, path);
  if (own !== undefined) return own;
  return server.dialect === "unified"
    ? gatewayRouteOf(method, path)
    : vendorRouteOf(method, path, server.lipSync);
}

/** What every sandbox has beside what it imitates. */
function ownRouteOf(method: string, path: string): Route | undefined {
  if (path === "/sandbox/ledger") return { kind: method === "GET" ? "ledger" : "wrong method" };
  if (path === "/sandbox/counts") return { kind: method === "GET" ? "counts" : "wrong method" };
  if (!path.startsWith("/outputs/")) return undefined;
  return { kind: method === "GET" || method === "HEAD" ? "result" : "wrong method" };
}

const GATEWAY_QUERY = "/v1/tasks/";

function gatewayRouteOf(method: string, path: string): Route {
  const product = GATEWAY_PRODUCTS.get(path);
  if (product !== undefined)
    return method === "POST" ? { kind: "create", product } : { kind: "wrong method" };
  const id = path.startsWith(GATEWAY_QUERY) ? decoded(path.slice(GATEWAY_QUERY.length)) : undefined;
  if (id === undefined || id === "" || id.includes("/")) return { kind: "unknown" };
  return method === "GET" ? { kind: "unified query", id } : { kind: "wrong method" };
}

function vendorRouteOf(method: string, path: string, lipSync: ServerKind["lipSync"]): Route {
  const productAt = (where: string): Product | undefined => {
    const found = PRODUCTS.get(where);
    return found?.lipSync === undefined || found.lipSync === lipSync ? found : undefined;
  };
  if (path === "/tasks") {
    if (method === "GET") return { kind: "query tasks" };
    return { kind: method === "POST" ? "list tasks" : "wrong method" };
  }
  const presets = PRESETS.get(path);
  if (presets !== undefined) {
    return method === "GET" ? { kind: "presets", what: presets } : { kind: "wrong method" };
  }
  if (path === "/account/costs") return { kind: method === "GET" ? "account costs" : "wrong method" };
  const of = LEDGERS.get(path);
  if (of !== undefined) return method === "POST" ? { kind: "account ledger", of } : { kind: "wrong method" };
  const product = productAt(path);
  if (product !== undefined) {
    if (method === "POST") return { kind: "create", product };
    return method === "GET" && product.generation === "legacy" && product.atOnce !== true
      ? { kind: "legacy list", product }
      : { kind: "wrong method" };
  }
  const cut = path.lastIndexOf("/");
  const parent = productAt(path.slice(0, cut));
  const id = decoded(path.slice(cut + 1));
  if (parent?.generation !== "legacy" || parent.atOnce === true) return { kind: "unknown" };
  if (id === undefined || id === "") return { kind: "unknown" };
  return method === "GET" ? { kind: "legacy query", product: parent, id } : { kind: "wrong method" };
}

/** The generation whose credentials a route takes; undefined for routes that are open. Gateways take those of legacy. */
export function generationOf(route: Route): "new" | "legacy" | undefined {
  switch (route.kind) {
    case "create":
      return route.product.generation === "new" ? "new" : "legacy";
    case "query tasks":
    case "list tasks":
      return "new";
    case "legacy query":
    case "legacy list":
    case "presets":
    case "unified query":
    case "account costs":
    case "account ledger":
      return "legacy";
    case "ledger":
    case "counts":
    case "result":
    case "wrong method":
    case "unknown":
      return undefined;
    default:
      return unreachable(route);
  }
}

/** The kind of call that a fault plan knows a route as; undefined for routes that no fault befalls. */
export function callOf(route: Route): CallKind | undefined {
  switch (route.kind) {
    case "create":
      return route.product.atOnce === true ? "small" : "create";
    case "query tasks":
    case "legacy query":
    case "unified query":
    case "account costs":
    case "account ledger":
      return "query";
    case "list tasks":
    case "legacy list":
    case "presets":
      return "list";
    case "result":
      return "download";
    case "ledger":
    case "counts":
    case "wrong method":
    case "unknown":
      return undefined;
    default:
      return unreachable(route);
  }
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
