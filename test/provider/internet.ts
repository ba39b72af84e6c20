/**
 * An internet of names, all of which lead to servers on loopback: what a name resolves to is judged as usual, and the
 * connection that would follow goes to the server of that name instead.
 */
import { connect, isIP } from "node:net";
import type { HttpOptions } from "../../src/provider/http.js";
import type { Dial } from "../../src/provider/results.js";
import { bareHost, type Resolve } from "../../src/provider/reach.js";

/** A name: the address of its server, and what each look-up in turn finds; the last one from then on. */
export interface Host {
  readonly server: string;
  readonly finds: readonly (readonly string[])[];
}

export const PUBLIC = ["8.8.8.8"];

/** Options for a route whose results come from these hosts; and who was looked up, and which addresses were connected to. */
export function internet(hosts: Readonly<Record<string, Host>>) {
  const asked: string[] = [];
  const connected: string[] = [];
  const resolve: Resolve = (name, done) => {
    const finds = hosts[name]?.finds ?? [];
    const turn = asked.filter((each) => each === name).length;
    asked.push(name);
    const found = finds[Math.min(turn, finds.length - 1)] ?? [];
    done(
      null,
      found.map((address) => ({ address, family: isIP(address) })),
    );
  };
  const dial: Dial = (url, lookup) => {
    const host = lookup === undefined ? undefined : hosts[url.hostname];
    const { port } = new URL(host?.server ?? url);
    return connect({
      // No test leaves this machine.
      host: isIP(bareHost(url.hostname)) === 0 ? url.hostname : "127.0.0.1",
      port: Number(port),
      autoSelectFamily: false,
      lookup: (name, options, done) => {
        if (lookup === undefined) return done(null, "127.0.0.1", 4);
        lookup(name, { ...options, all: false }, (error, address) => {
          if (error !== null) return done(error, "");
          connected.push(JSON.stringify(address).slice(1, -1));
          done(null, "127.0.0.1", 4);
        });
      },
    });
  };
  const http: Partial<HttpOptions> = { resolve, dial };
  return { http, asked, connected };
}
