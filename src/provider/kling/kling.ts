/**
 * The route to the vendor's own API, or to a gateway in its place; the embedded sandbox is spoken to by the same code in
 * another realm.
 * Puts together address, credentials, requests and answers. Decides nothing: what a lost answer leads to, and when to
 * ask again, is the run room's business.
 */
import type { Clock } from "../../base/clock.js";
import { unreachable } from "../../base/guard.js";
import type { Model } from "../../catalog/model.js";
import type { Action } from "../../graph/actions.js";
import type { Realm } from "../../graph/input.js";
import { callbackFor, callbackSecrets } from "../callback-url.js";
import { download } from "../download.js";
import { openHttp, type Http, type HttpOptions } from "../http.js";
import type { Address, Material, Provider, RouteProblem, VendorError } from "../provider.js";
import { isLoopbackHost } from "../reach.js";
import { redactor } from "../redact.js";
import { accountAt, readBase } from "./address.js";
import { createdTask, type Reading } from "./answers.js";
import { readAccount, secretsOf, type Environment } from "./auth.js";
import { openCalls } from "./calls.js";
import type { Carry } from "./carried.js";
import { deleteAnswer, deleteRequest } from "./delete.js";
import { serverWays } from "./environment.js";
import { isDiscontinued } from "./errors.js";
import { openQueries } from "./queries.js";
import { createRequest } from "./requests.js";
import { unifiedAddress, unifiedRequest } from "./requests-unified.js";
import { smallAnswer, smallCallsBefore, smallRequest } from "./small-calls.js";
import {
  addressOf,
  modelOf,
  queriesByReference,
  takesReference,
  targetOf,
  type Models,
  type Target,
} from "./target.js";

/** What the route needs of a catalog. */
interface KlingModels extends Models {
  all(): readonly Model[];
}

/** How to open the route. */
export interface KlingOptions {
  /**
   * `KLING_API_KEY`, or `KLING_ACCESS_KEY` and `KLING_SECRET_KEY`; `KLING_BASE_URL`; `KLING_DIALECT`; `KLING_LIP_SYNC`.
   */
  readonly env: Environment;
  readonly catalog: KlingModels;
  readonly clock: Clock;
  readonly realm: Realm;
  /** Beats `KLING_BASE_URL`; must be on loopback in the sandbox realm. */
  readonly baseUrl?: string;
  /** Sent with creates, so that the vendor tells this address of changes. It is the user's and may hold a secret. */
  readonly callback?: string;
  /** Limits and a network other than the usual ones. */
  readonly http?: Omit<HttpOptions, "clock" | "base">;
  /** Stands in for all of HTTP; whoever hands it over closes it. */
  readonly transport?: Http;
  /** Bytes of a result at most; 4 GiB when absent. */
  readonly resultBytes?: number;
}

/** Opens the route, or says what the environment lacks. Connects to nothing yet. */
export function openKling(options: KlingOptions): Provider | RouteProblem {
  const { clock, catalog, realm } = options;
  const base = readBase(options.baseUrl ?? options.env["KLING_BASE_URL"]);
  if (!(base instanceof URL)) return base;
  const loopback = isLoopbackHost(base.hostname);
  // Nobody is asked before a sandbox renders, so it must not be a server that can charge.
  if (realm === "sandbox" && !loopback) {
    return {
      kind: "address",
      message: "a sandbox must run on this machine",
      help: "Use an address on 127.0.0.1, or `provider: kling`.",
    };
  }
  const account = readAccount(options.env);
  if ("message" in account) return account;
  const { credentials } = account;
  const at = options.baseUrl === undefined ? {} : { KLING_BASE_URL: options.baseUrl };
  const ways = serverWays({ ...options.env, ...at });
  if ("message" in ways) return ways;
  const isUnified = ways.dialect === "unified";
  const called = options.callback === undefined ? undefined : callbackFor(options.callback, base);
  if (called !== undefined && !(called instanceof URL)) return called;
  const callback = called?.href;

  // A server that refuses an address likes to repeat it.
  const redact = redactor([
    ...secretsOf(credentials),
    ...(called === undefined ? [] : callbackSecrets(called)),
  ]);
  const reading: Reading = { base, redact };
  const http = options.transport ?? openHttp({ ...options.http, clock, base });
  const calls = openCalls({ http, base, credentials, clock, realm, redact });

  const target = (action: Action): Target => targetOf(catalog, action, ways.lipSync);
  const addressed = (to: Target): Address => (isUnified ? unifiedAddress(to) : addressOf(to));

  const queries = openQueries({
    calls,
    reading,
    refusal: () => keyPairRefusal(catalog),
    knowsReferences: queriesByReference,
  });

  return {
    route: realm === "sandbox" ? "sandbox" : "kling",
    realm,
    account: accountAt(base, account.fingerprint),
    loopback,

    address: (action) => addressed(target(action)),
    references: takesReference,
    callsBefore: (action) => smallCallsBefore(target(action)),

    async call(call, signal) {
      const { path, body } = smallRequest(call);
      return smallAnswer(call.kind, await calls.post(path, body, "call", signal));
    },

    async submit({ reference, action, materials, speech }, signal) {
      const to = target(action);
      const address = addressed(to);
      if (calls.legacyOnly && address.dialect === "new") {
        return { kind: "refused", error: keyPairRefusal(catalog, modelOf(to)) };
      }
      const carried = new Map<string, Carry>();
      for (const [field, material] of materials) {
        const carry = await onWire(material);
        if (carry !== undefined) carried.set(field, carry);
      }
      const given = {
        reference,
        carried,
        ...(speech === undefined ? {} : { speech }),
        ...(callback === undefined ? {} : { callback }),
      };
      const request = isUnified ? unifiedRequest(to, catalog, given) : createRequest(to, given);
      const asked = takesReference(address) ? "create" : "call";
      const verdict = await calls.post(request.path, request.body, asked, signal);
      switch (verdict.kind) {
        case "ok": {
          const task = createdTask(verdict.data);
          if (task !== undefined) return { kind: "accepted", task };
          return { kind: "lost", why: "the vendor accepted, but gave no usable task id" };
        }
        case "absent":
          return { kind: "lost", why: "the vendor answered something that was not asked" };
        case "lost": {
          const { status: _status, ...lost } = verdict;
          return lost;
        }
        case "exists":
          return verdict;
        case "refused":
          return { kind: "refused", error: ofModel(verdict.error, to) };
        default:
          return unreachable(verdict);
      }
    },

    ...queries,

    async deleteKept(kept, signal) {
      if (isUnified) return { kind: "refused", error: NO_DELETION };
      const { path, body } = deleteRequest(kept);
      return deleteAnswer(await calls.post(path, body, "call", signal));
    },

    fetch: (url, sink, signal, onProgress) =>
      download(
        { http, clock, base, maxBytes: options.resultBytes ?? 4 * 1024 ** 3 },
        url,
        sink,
        signal,
        onProgress,
      ),

    close: () => http.close(),
  };
}

/** A create's refusal; what it means where the model is gone. */
function ofModel(error: VendorError, to: Target): VendorError {
  const model = modelOf(to);
  if (model === undefined || !isDiscontinued(error, model.wireName)) return error;
  return { ...error, about: "model", help: "choose another model: klingmake models lists them" };
}

/** A clip is not sent but pointed at, so its bytes are never read. */
const NO_DELETION: VendorError = {
  code: -404,
  message: "a gateway of the unified dialect has no call for that",
  help: "delete it where the account itself can be reached, or in its console",
  class: "invalid",
};

async function onWire(material: Material): Promise<Carry | undefined> {
  if (material.kind !== "bytes") return material;
  if (material.type.startsWith("video/")) return undefined;
  const bytes = await material.read();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return { kind: "base64", text };
}

/** Why an access key with a secret key is not even tried where the vendor is known to refuse it. */
function keyPairRefusal(catalog: KlingModels, model?: Model): VendorError {
  const current = model?.like ?? model?.id;
  const older = catalog
    .all()
    .find((row) => row.kind === "video" && row.status === "superseded" && row.instead === current);
  const advice = older === undefined ? "" : `, or use the model's older name ${older.id}`;
  return {
    code: -401,
    message: `an access key with a secret key is not accepted for this model: set KLING_API_KEY${advice}`,
    class: "credentials",
  };
}
