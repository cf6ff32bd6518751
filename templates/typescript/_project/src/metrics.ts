// Counts what the server does, for Prometheus. Every label has a bounded set of
// values that no caller can widen.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { App } from "./app.ts";
import type { Fields } from "./log.ts";
import type { Answer, Middleware } from "./middleware.ts";
import { outcomeOf, toolOf } from "./observe.ts";
import type { Listener } from "./wire.ts";

/**
 * Counts requests, tools and HTTP responses and serves the counts on the admin
 * port. What other parts count is in app.metrics, too.
 */
export function withMetrics(app: App): void {
  const stdio = app.config.MCP_HTTP_ADDR === ""; // which is one session
  const sources = { sessions: () => (stdio ? 1 : app.sessions), dependencies: () => app.life.statuses };
  const metrics = new Metrics(app.config.MCP_METRICS_RUNTIME, app.build.version, sources);
  app.metrics = metrics;
  app.chain.use("error", metrics.requests);
  app.chain.use("timing", metrics.tools);
  app.wrap("headers", metrics.http);
  app.admin.set("/metrics", metrics.serve);
  app.life.onStop("metrics", async () => app.log.info("final metrics", await metrics.summary()));
}

// From a tool that computes to one that asks a slow service.
//mcpctl:if dashboards
// The objectives in deploy/observability are bounds of these buckets.
//mcpctl:end
export const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

// Open for as long as the caller cares to listen: neither its duration nor its
// being in flight says anything about load.
const listen = "subscriptions/listen";

/** Asked at each scrape instead of told at each change, so they cannot be out of date. */
export interface Sources {
  sessions: () => number; // how many are open
  dependencies: () => { name: string; error?: string }[]; // no error: it works
}

export class Metrics {
  readonly registry = new Registry();
  readonly #start = performance.now();
  readonly #names = new Names();
  readonly #requests = this.#counter(
    "mcp_requests_total",
    "Requests and notifications, by method and outcome, refused ones included.",
    "method",
    "outcome",
  );
  readonly #duration = this.#histogram(
    "mcp_request_duration_seconds",
    "Time from the arrival of a request to its answer.",
    "method",
  );
  readonly #inFlight = this.#gauge("mcp_requests_in_flight", "Requests being worked on.");
  readonly #streams = this.#gauge("mcp_subscription_streams", "Open subscriptions/listen streams.");
  readonly #toolCalls = this.#counter(
    "mcp_tool_calls_total",
    "Calls that reached a tool, by outcome.",
    "tool",
    "outcome",
  );
  readonly #toolDuration = this.#histogram("mcp_tool_duration_seconds", "Time that a tool worked.", "tool");
  readonly #responses = this.#counter(
    "mcp_http_responses_total",
    "HTTP responses on the MCP port by status code.",
    "code",
  );
  readonly #cache = this.#counter("mcp_cache_lookups_total", "Lookups in the cache by result: hit or miss.", "result");
  readonly #refusals = this.#counter(
    "mcp_rate_limit_refusals_total",
    "Requests refused by a rate limit, by the scope of the limit.",
    "scope",
  );
  #scrapes = 0; // under way

  /** Runtime adds the metrics of Node.js and of the process. */
  constructor(runtime: boolean, version: string, sources: Sources) {
    const registers = [this.registry];
    new Gauge({
      name: "mcp_build_info",
      help: "Always 1; the labels tell what runs.",
      labelNames: ["version", "revision", "runtime_version"],
      registers,
    }).set({ version, revision: "unknown", runtime_version: `node ${process.version}` }, 1); // Node.js knows no commit
    new Gauge({
      name: "mcp_sessions",
      help: "Open sessions.",
      registers,
      collect() {
        this.set(sources.sessions());
      },
    });
    new Gauge({
      name: "mcp_dependency_up",
      help: "1 if the dependency worked when it was last checked, else 0.",
      labelNames: ["dependency"],
      registers,
      collect() {
        this.reset();
        for (const { name, error } of sources.dependencies())
          this.set({ dependency: name }, error === undefined ? 1 : 0);
      },
    });
    if (runtime) collectDefaultMetrics({ register: this.registry });
  }

  /** Serves the metrics to a scraper. A scrape is cheap, many at once are an attack or a mistake. */
  readonly serve: Listener = async (_, response) => {
    if (this.#scrapes >= 4) {
      response.writeHead(503, { "content-type": "text/plain" }).end("Too many scrapes at once, try again later\n");
      return;
    }
    this.#scrapes++;
    try {
      const families = (await this.registry.metrics()).trimEnd().split("\n\n");
      // What has no value yet is not there yet.
      const text = families.filter((family) => /^[^#]/m.test(family)).sort();
      response.writeHead(200, { "content-type": this.registry.contentType }).end(`${text.join("\n")}\n`);
    } finally {
      this.#scrapes--;
    }
  };

  /**
   * Counts and times every request as its caller sees it. It stands outermost, so
   * that refusals are counted too.
   */
  readonly requests: Middleware = async (call, next) => {
    const { method } = call;
    const label = methods.has(method) ? method : other;
    const busy = method === listen ? this.#streams : this.#inFlight;
    const start = performance.now();
    let answer: Answer | undefined; // stays when next throws
    busy.inc();
    try {
      answer = await next();
      return answer;
    } finally {
      busy.dec();
      this.#requests.inc({ method: label, outcome: outcomeOf(call, answer) });
      if (method !== listen) this.#duration.observe({ method: label }, seconds(start));
      if (method === "tools/list") this.#names.learn(answer);
    }
  };

  /** Counts and times the tools alone. It stands behind all that may refuse a call. */
  readonly tools: Middleware = async (call, next) => {
    const name = toolOf(call);
    if (name === "") return next();
    const start = performance.now();
    let answer: Answer | undefined; // stays when next throws
    try {
      answer = await next();
      return answer;
    } finally {
      const tool = this.#names.label(name, answer);
      this.#toolCalls.inc({ tool, outcome: outcomeOf(call, answer) });
      this.#toolDuration.observe({ tool }, seconds(start));
    }
  };

  /** Counts responses by status code. It stands outermost, so that refused origins and missing tokens are seen. */
  readonly http = (next: Listener): Listener => {
    return (request, response) => {
      response.once("close", () => this.#responses.inc({ code: response.statusCode }));
      next(request, response);
    };
  };

  /** Counts a lookup in the cache. */
  cacheLookup(hit: boolean): void {
    this.#cache.inc({ result: hit ? "hit" : "miss" });
  }

  /** Counts a refusal by the limit of a scope. */
  rateLimited(scope: "global" | "caller" | "tool"): void {
    this.#refusals.inc({ scope });
  }

  /**
   * What is worth knowing of the whole run, for the last log line: a scraper may
   * never see the seconds before the end.
   */
  async summary(): Promise<Fields> {
    const fields: Fields = { uptime_seconds: Math.round(seconds(this.#start) * 1000) / 1000 };
    const add = async <Label extends string>(as: string, counter: Counter<Label>, by: Label) => {
      const total: Record<string, number> = {};
      for (const { value, labels } of (await counter.get()).values) {
        const name = String(labels[by]);
        total[name] = (total[name] ?? 0) + value;
      }
      const sorted = Object.entries(total).sort(([a], [b]) => (a < b ? -1 : 1));
      if (sorted.length > 0) fields[as] = Object.fromEntries(sorted);
    };
    await add("cache_lookups", this.#cache, "result");
    await add("rate_limit_refusals", this.#refusals, "scope");
    await add("requests", this.#requests, "outcome");
    await add("tool_calls", this.#toolCalls, "tool");
    return fields;
  }

  #counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(name: string, help: string, ...labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}

function seconds(start: number): number {
  return (performance.now() - start) / 1000;
}

const other = "other"; // every name that is not the server's own
const mostNames = 500; // a server with more tools than this has other troubles

/**
 * Knows the server's tools. They are learned from what the server itself lists or
 * has answered, never from what a caller asks for: a caller must not be able to
 * make up time series.
 */
class Names {
  readonly #known = new Set<string>();

  learn(list: Answer | undefined): void {
    const tools = list?.result?.tools;
    if (Array.isArray(tools)) for (const { name } of tools as { name: string }[]) this.#add(name);
  }

  /** The label of a called tool. A tool that answered exists. */
  label(tool: string, answer: Answer | undefined): string {
    if (answer?.result !== undefined && answer.result.isError !== true) this.#add(tool);
    return this.#known.has(tool) ? tool : other;
  }

  #add(tool: string): void {
    if (this.#known.size < mostNames) this.#known.add(tool);
  }
}

// Those that a server of any revision answers.
const methods = new Set([
  "completion/complete",
  "initialize",
  "logging/setLevel",
  "notifications/cancelled",
  "notifications/initialized",
  "notifications/progress",
  "notifications/roots/list_changed",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "server/discover",
  listen,
  "tools/call",
  "tools/list",
]);
