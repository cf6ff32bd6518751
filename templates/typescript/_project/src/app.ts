// Joins the parts of the server, and runs it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type McpRequestContext, McpServer, type McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { registerAdded } from "./added/index.ts";
//mcpctl:if audit
import type { Audit } from "./audit.ts";
//mcpctl:end
//mcpctl:if apikeys || jwt
import type { Bearer, Verifier } from "./auth.ts";
//mcpctl:end
//mcpctl:if cache
import type { Cache } from "./cache.ts";
//mcpctl:end
import { type Config, upstream } from "./config.ts";
import { Lifecycle, messageOf } from "./lifecycle.ts";
import { type Log, textLog } from "./log.ts";
//mcpctl:if metrics
import type { Metrics } from "./metrics.ts";
//mcpctl:end
import { Chain } from "./middleware.ts";
import { Notebook } from "./notes.ts";
import { parts } from "./parts.ts";
//mcpctl:if subscriptions
import type { Subscriptions } from "./subscriptions.ts";
//mcpctl:end
import { type Deps, icon } from "./tools/tools.ts";
import { Endpoint, type EndpointOptions, type LineTransport, type Listener, refuse } from "./wire.ts";

const outgoingTimeout = 30_000; // milliseconds for a call of another service, all tries and the body together

const instructions = "A notebook. Search before you add; a note is named by its id.";

/** Which build of the server this is and where it complains. */
export interface Build {
  version: string;
  errors: NodeJS.WritableStream; // the log; never standard output, which stdio needs
}

/** What stands around the MCP endpoint, outermost first: this order is deliberate. */
export const layers = ["headers", "origin", "trace", "auth", "session"] as const;

export type Layer = (typeof layers)[number];

type Wrapper = (next: Listener) => Listener;

/** What is within wrappers, of which the first is outermost. */
export function within<T>(wrappers: ((next: T) => T)[], innermost: T): T {
  return wrappers.reduceRight((next, wrap) => wrap(next), innermost);
}

/** The server while it is put together; after the constructor only run is called. */
export class App {
  readonly config: Config;
  readonly build: Build;
  log: Log;
  readonly life: Lifecycle;
  readonly chain = new Chain();
  readonly endpoint: EndpointOptions; // may be tightened by parts
  readonly routes = new Map<string, Listener>(); // beside the MCP endpoint, without its layers, by path
  readonly admin = new Map<string, Listener>(); // the admin port, by path
  readonly offers: ((server: McpServer, context: McpRequestContext) => void)[] = []; // what each server offers
  readonly deps: Deps; // parts before "tools" may add to it
  //mcpctl:if subscriptions
  subscriptions: Subscriptions | undefined;
  //mcpctl:end
  //mcpctl:if apikeys || jwt
  readonly verifiers: Verifier[] = []; // a token that one of them knows is good
  readonly bearer: Bearer = { scopes: [] }; // what a refusal tells the client
  //mcpctl:end
  //mcpctl:if audit
  auditor: Audit | undefined;
  //mcpctl:end
  //mcpctl:if cache
  cache: Cache | undefined;
  //mcpctl:end
  //mcpctl:if metrics
  metrics: Metrics | undefined;
  //mcpctl:end
  readonly #layers = new Map<Layer, Wrapper[]>();
  readonly #fetchers: ((next: typeof fetch) => typeof fetch)[] = [];
  readonly #stats = { requests: 0, failures: 0, underWay: 0 };
  #endpoint: Endpoint | undefined;

  constructor(config: Config, build: Build) {
    this.config = config;
    this.build = build;
    this.endpoint = { maxBody: config.MCP_HTTP_MAX_BODY };
    this.log = textLog(build.errors);
    this.life = new Lifecycle(config.MCP_STOP_TIMEOUT, () => this.log);
    const log: Log = {
      debug: (m, f) => this.log.debug(m, f),
      info: (m, f) => this.log.info(m, f),
      warn: (m, f) => this.log.warn(m, f),
      error: (m, f) => this.log.error(m, f),
    };
    this.deps = {
      notes: new Notebook(),
      log,
      fetch: (input, init) => this.fetch(input, init),
      fetchHosts: config.MCP_FETCH_HOSTS,
    } as Deps;
    for (const part of parts) {
      try {
        part.join(this);
      } catch (error) {
        throw new Error(`joining ${part.name}: ${messageOf(error)}`, { cause: error });
      }
    }
    const services = {
      fetch: this.deps.fetch,
      upstream: (service: string, fallback: string) => upstream(config, service, fallback),
    };
    this.offers.push((server) => registerAdded(server, services));
  }

  /** Makes a server: one for each connection, session or request. */
  readonly newServer: McpServerFactory = (context) => {
    const ttl = { ttlMs: this.config.MCP_LIST_TTL, cacheScope: "private" as const };
    const server = new McpServer(
      {
        name: "acme-server",
        title: "Acme Server",
        version: this.build.version,
        websiteUrl: "https://github.com/acme-owner/acme-server",
        icons: icon,
      },
      {
        instructions,
        //mcpctl:if legacy
        capabilities: { logging: {} },
        //mcpctl:end
        // Lists may come to differ by caller, so they are private.
        cacheHints: { "tools/list": ttl, "resources/list": ttl, "resources/templates/list": ttl, "prompts/list": ttl },
      },
    );
    for (const offer of this.offers) offer(server, context);
    if (context.era === "legacy") this.#keepAlive(server);
    return server;
  };

  // A miss or two is a slow network, not a dead client.
  #keepAlive(server: McpServer): void {
    const period = this.config.MCP_KEEP_ALIVE;
    if (period === 0) return;
    let misses = 0;
    const timer = setInterval(async () => {
      try {
        await server.server.ping();
        misses = 0;
      } catch {
        if (++misses >= 3) await server.close();
      }
    }, period).unref();
    const closed = server.server.onclose;
    server.server.onclose = () => {
      clearInterval(timer);
      closed?.();
    };
  }

  /** The sessions that are open. */
  get sessions(): number {
    return this.#endpoint?.sessions ?? 0;
  }

  /** The MCP port: the endpoint in its layers. */
  listener(endpoint: Endpoint): Listener {
    this.#endpoint = endpoint;
    const serve: Listener = (request, response) => endpoint.serve(request, response);
    const around = layers.flatMap((layer) => this.#layers.get(layer) ?? []);
    const layered = within(around, serve);
    const nowhere: Listener = (request, response) => refuse(request, response, 404, "404 page not found");
    return (request, response) => {
      const path = request.url?.split("?")[0] ?? "";
      const beside = this.routes.get(path) ?? nowhere;
      (path === "/mcp" ? layered : beside)(request, response);
    };
  }

  /** Puts a wrapper around the MCP endpoint; within a layer, the first to be added is outermost. */
  wrap(layer: Layer, wrapper: Wrapper): void {
    this.#layers.set(layer, [...(this.#layers.get(layer) ?? []), wrapper]);
  }

  /** Puts a wrapper around outgoing calls; the first to be added is outermost. */
  wrapFetch(wrapper: (next: typeof fetch) => typeof fetch): void {
    this.#fetchers.push(wrapper);
  }

  /** Calls another service, through every wrapper, for a while in all. */
  get fetch(): typeof fetch {
    const wrapped = within(this.#fetchers, globalThis.fetch);
    return (input, init) => {
      const given = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const late = AbortSignal.timeout(outgoingTimeout);
      return wrapped(input, { ...init, signal: given ? AbortSignal.any([given, late]) : late });
    };
  }

  newEndpoint(): Endpoint {
    return new Endpoint(this.chain.around(this.newServer), {
      ...this.endpoint,
      listen: (message, extra, serve) => this.chain.listen(message, extra, serve),
      //mcpctl:if subscriptions
      ...(this.subscriptions && { bus: this.subscriptions.bus }),
      //mcpctl:end
    });
  }

  /**
   * Boots the server and serves until ended or, over stdio, until the client
   * goes; then it answers what is under way and stops.
   */
  async run(ended: AbortSignal, lines: () => LineTransport): Promise<void> {
    let admin: Server | undefined;
    try {
      if (this.config.MCP_ADMIN_ADDR !== "") {
        admin = await listen(this.config.MCP_ADMIN_ADDR, "admin", (request, response) =>
          this.adminListener(request, response),
        );
        this.log.info("serving health and metrics", { address: this.config.MCP_ADMIN_ADDR });
      }
      await (this.config.MCP_HTTP_ADDR !== "" ? this.#serveHttp(ended) : this.#serveLines(ended, lines()));
    } finally {
      await this.life.stop().finally(() => {
        this.log.info("stopped", { ...this.#stats });
        admin?.closeAllConnections();
        admin?.close(); // last of all, so that the health of a draining server can be asked for
      });
    }
  }

  /** The admin port. */
  adminListener(request: IncomingMessage, response: ServerResponse): void {
    const serve = this.admin.get(request.url?.split("?")[0] ?? "");
    if (!serve) refuse(request, response, 404, "404 page not found");
    else if (request.method === "GET" || request.method === "HEAD") serve(request, response);
    else refuse(request, response, 405, "Method Not Allowed", { allow: "GET, HEAD" });
  }

  async #serveHttp(ended: AbortSignal): Promise<void> {
    const endpoint = this.newEndpoint();
    const http = await listen(this.config.MCP_HTTP_ADDR, "MCP", this.listener(endpoint));
    try {
      await this.life.start();
      this.log.info("serving MCP over HTTP", {
        address: this.config.MCP_HTTP_ADDR,
        path: "/mcp",
        version: this.build.version,
      });
      if (!ended.aborted) await new Promise((resolve) => ended.addEventListener("abort", resolve, { once: true }));
      this.life.drain();
      this.log.info("draining", { underWay: this.#stats.underWay });
      await new Promise((resolve) => setTimeout(resolve, this.config.MCP_DRAIN_DELAY)); // load balancers need a moment to see it
    } finally {
      await endpoint.close(http, this.config.MCP_DRAIN_TIMEOUT);
    }
  }

  async #serveLines(ended: AbortSignal, lines: LineTransport): Promise<void> {
    await this.life.start();
    this.log.info("serving MCP over stdio", { version: this.build.version });
    const serving = serveStdio(this.chain.around(this.newServer), { transport: lines });
    ended.addEventListener("abort", () => {
      this.life.drain();
      lines.finish(this.config.MCP_DRAIN_TIMEOUT);
    });
    await lines.finished;
    await serving.close();
  }

  /** Counts what the server does, for the log. */
  count(): void {
    const stats = this.#stats;
    this.chain.use("error", async (_, next) => {
      stats.requests++;
      stats.underWay++;
      try {
        const answer = await next();
        if (answer.error !== undefined || answer.result?.isError === true) stats.failures++;
        return answer;
      } finally {
        stats.underWay--;
      }
    });
    this.life.every("stats", this.config.MCP_STATS_EVERY, () => this.log.info("statistics", { ...stats }));
  }
}

async function listen(address: string, what: string, listener: Listener): Promise<Server> {
  const http = createServer({ headersTimeout: 10_000 }, listener);
  const at = new URL(`http://${address}`);
  const host = at.hostname.replace(/[[\]]/g, "");
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error) => reject(new Error(`opening the ${what} port: ${messageOf(error)}`)));
    http.listen({ port: Number(address.slice(address.lastIndexOf(":") + 1)), ...(host !== "" && { host }) }, resolve);
  });
  return http;
}
