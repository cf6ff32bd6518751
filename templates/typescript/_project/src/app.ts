// Joins the parts of the server. Each feature has one entry in parts, which is
// the only place where it meets the server.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { McpServer, type McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Config } from "./config.ts";
//mcpctl:if headers
import { securityHeaders } from "./headers.ts";
//mcpctl:end
//mcpctl:if health
import { Health } from "./health.ts";
//mcpctl:end
import { Lifecycle, messageOf } from "./lifecycle.ts";
import { type Log, textLog } from "./log.ts";
import { Chain } from "./middleware.ts";
import { Notebook } from "./notes.ts";
//mcpctl:if pagination
import { inPages } from "./pagination.ts";
//mcpctl:end
//mcpctl:if prompts
import { registerPrompts } from "./prompts.ts";
//mcpctl:end
//mcpctl:if resources
import { ownCode, registerResources } from "./resources.ts";
//mcpctl:end
//mcpctl:if timeouts
import { deadlines } from "./timeouts.ts";
//mcpctl:end
import { registerTools } from "./tools/index.ts";
import { type Deps, icon } from "./tools/tools.ts";
import { Endpoint, guard, type LineTransport, type Listener } from "./wire.ts";

const instructions = "A notebook. Search before you add; a note is named by its id.";

/** Which build of the server this is and where it complains. */
export interface Build {
  version: string;
  errors: NodeJS.WritableStream; // the log; never standard output, which stdio needs
}

/** The server while it is put together; after the constructor only run is called. */
export class App {
  readonly config: Config;
  readonly build: Build;
  log: Log;
  readonly life: Lifecycle;
  readonly chain = new Chain();
  readonly layers: ((next: Listener) => Listener)[] = []; // around the MCP endpoint, outermost first
  readonly admin = new Map<string, Listener>(); // the admin port, by path
  readonly offers: ((server: McpServer) => void)[] = []; // what each server offers
  readonly deps: Deps;
  readonly #stats = { requests: 0, failures: 0, underWay: 0 };
  #endpoint: Endpoint | undefined;

  constructor(config: Config, build: Build) {
    this.config = config;
    this.build = build;
    this.log = textLog(build.errors);
    this.life = new Lifecycle(config.MCP_STOP_TIMEOUT, () => this.log);
    const log: Log = {
      debug: (m, f) => this.log.debug(m, f),
      info: (m, f) => this.log.info(m, f),
      warn: (m, f) => this.log.warn(m, f),
      error: (m, f) => this.log.error(m, f),
    };
    this.deps = { notes: new Notebook(), log, fetch: globalThis.fetch, fetchHosts: config.MCP_FETCH_HOSTS };
    for (const part of parts) part.join(this);
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
        // Lists may come to differ by caller, so they are private.
        cacheHints: { "tools/list": ttl, "resources/list": ttl, "resources/templates/list": ttl, "prompts/list": ttl },
      },
    );
    for (const offer of this.offers) offer(server);
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
    return this.layers.reduceRight((next, layer) => layer(next), serve);
  }

  newEndpoint(): Endpoint {
    return new Endpoint(this.chain.around(this.newServer), { maxBody: this.config.MCP_HTTP_MAX_BODY });
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
    if (serve && request.method === "GET") serve(request, response);
    else
      response
        .writeHead(serve ? 405 : 404, { "content-type": "text/plain" })
        .end(serve ? "Method not allowed\n" : "Not found\n");
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

interface Part {
  name: string;
  join: (app: App) => void;
}

/** Every part in the order in which they are joined: one may rely on those above it. */
export const parts: Part[] = [
  {
    name: "server",
    join: (app) => {
      app.count();
      app.life.every("checks", app.config.MCP_CHECK_EVERY, () => app.life.checkAll());
    },
  },
  //mcpctl:if health
  {
    name: "health",
    join: (app) => {
      const health = new Health(app.config.MCP_HEALTH_CHECK_TIMEOUT, app.config.MCP_HEALTH_CACHE_FOR, app.life);
      app.admin.set("/livez", health.live);
      app.admin.set("/readyz", health.ready);
      app.admin.set("/startupz", health.startup);
    },
  },
  //mcpctl:end
  //mcpctl:if headers
  {
    name: "headers", // outside the check of the origin: even a refusal carries them
    join: (app) => app.layers.push(securityHeaders(app.config.MCP_HSTS_MAX_AGE, app.config.MCP_HTTP_ORIGINS)),
  },
  //mcpctl:end
  {
    name: "origin",
    join: (app) =>
      app.layers.push((next) =>
        guard(next, { origins: app.config.MCP_HTTP_ORIGINS, hosts: app.config.MCP_HTTP_HOSTS }),
      ),
  },
  //mcpctl:if timeouts
  {
    name: "timeouts",
    join: (app) => app.chain.use("timing", deadlines(app.config.MCP_TIMEOUT, app.config.MCP_TIMEOUT_TOOLS)),
  },
  //mcpctl:end
  //mcpctl:if pagination
  { name: "pagination", join: (app) => app.chain.use("logging", inPages(app.config.MCP_PAGE_SIZE)) },
  //mcpctl:end
  { name: "tools", join: (app) => app.offers.push((server) => registerTools(server, app.deps)) },
  //mcpctl:if resources
  {
    name: "resources",
    join: (app) => {
      app.chain.use("error", ownCode);
      app.offers.push((server) => registerResources(server, app.deps.notes));
    },
  },
  //mcpctl:end
  //mcpctl:if prompts
  { name: "prompts", join: (app) => app.offers.push((server) => registerPrompts(server, app.deps.notes)) },
  //mcpctl:end
];
