// Keeps outgoing calls off private networks. A model chooses the addresses that
// tools fetch, and whoever can talk to the model talks through them: to services
// behind the firewall, to the metadata of the cloud.
import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import type { fetch as Ask } from "undici";
import type { App } from "./app.ts";

const unsafe = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // shared by carriers
  "127.0.0.0/8", // this machine
  "169.254.0.0/16", // this link, and the metadata of clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // tunnels
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
  "::/128", // no address
  "::1/128", // this machine
  "64:ff9b::/96", // translation to IPv4
  "64:ff9b:1::/48", // translation to IPv4
  "100::/64", // discard
  "2001::/32", // tunnels: an IPv4 address inside decides where they end
  "2001:db8::/32", // documentation
  "2002::/16", // tunnels
  "fc00::/7", // private
  "fe80::/10", // this link
  "fec0::/10", // old site-local
  "ff00::/8", // multicast
];

/** The error of a call that was not made. */
export class Refused extends Error {
  readonly permanent = true; // another attempt is pointless

  constructor(why: string) {
    super(`the address is not public: ${why}`);
  }
}

type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: Error | null, found: LookupAddress[]) => void,
) => void;

/** Refuses connections. */
export class Guard {
  readonly #resolve: Resolve;
  readonly #allowed: BlockList;
  readonly #blocked = networks(unsafe);
  #asking: Promise<typeof Ask> | undefined;

  /** The networks given, such as 10.1.0.0/16, may be called although they are private. */
  constructor(allow: string[], resolve: Resolve = lookup) {
    this.#resolve = resolve;
    this.#allowed = networks(allow);
  }

  /** The library takes a while to load, so that is left to the first call. */
  async #load(): Promise<typeof Ask> {
    const { Agent, buildConnector, fetch } = await import("undici");
    const connect = buildConnector({ lookup: this.#lookup });
    const dispatcher = new Agent({
      connect: (options, done) => {
        const host = options.hostname.replace(/^\[|\]$/g, "");
        // An address is not looked up, so it is checked here.
        if (isIP(host) !== 0 && !this.isPublic(host)) done(refusal(host), null);
        else connect(options, done);
      },
    });
    return (input, init) => fetch(input, { ...init, dispatcher });
  }

  /** Whether an address may be called. */
  isPublic(address: string): boolean {
    const plain = address.replace(/%.*$/, ""); // without its zone
    const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
    return this.#allowed.check(plain, family) || (isIP(plain) !== 0 && !this.#blocked.check(plain, family));
  }

  // The connection goes to the very addresses that were checked: a name that
  // resolves differently the second time gains nothing, and neither does a redirect.
  readonly #lookup: LookupFunction = (host, options, done) =>
    this.#resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const good = found.filter(({ address }) => this.isPublic(address));
      const [first] = good;
      if (first === undefined) done(refusal(found.map(({ address }) => address).join(", ")), []);
      else if (options.all) done(null, good);
      else done(null, first.address, first.family);
    });

  /**
   * A fetch that refuses, also after a redirect, what is not public and what is no
   * plain web address. It is to be the innermost: Node's own fetch cannot be told
   * how to connect.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request?.url ?? (input as string | URL));
    if (url.protocol !== "https:" && url.protocol !== "http:") throw new Refused("only http and https are called");
    if (url.username !== "" || url.password !== "") throw new Refused("it carries a user or a password");
    const { method, headers, body, redirect, signal } = request ?? {};
    const told = { ...(request && { method, headers, body, redirect, signal, duplex: "half" }), ...init };
    try {
      this.#asking ??= this.#load();
      const ask = await this.#asking;
      return (await ask(url, told as Parameters<typeof Ask>[1])) as unknown as Response;
    } catch (error) {
      throw error instanceof Error && error.cause instanceof Refused ? error.cause : error;
    }
  };
}

function refusal(address: string): Refused {
  return new Refused(`${address}; if it is meant, add its network to MCP_SSRF_ALLOW`);
}

/** Whether a text is a network such as 10.1.0.0/16. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const bits = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && !address.includes("%") && /^\d+$/.test(prefix) && Number(prefix) <= bits;
}

function networks(list: string[]): BlockList {
  const found = new BlockList();
  for (const network of list) {
    const [address = "", prefix] = network.split("/");
    found.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return found;
}

/** Keeps outgoing calls off private networks. */
export function withSsrf(app: App): void {
  const guard = new Guard(app.config.MCP_SSRF_ALLOW);
  app.wrapFetch(() => guard.fetch);
}
