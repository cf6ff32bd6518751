// Sends traces and metrics to an OpenTelemetry collector over OTLP/HTTP, and
// carries the trace context of MCP messages, which travels in their _meta
// (specification 2026-07-28, basic#meta). Its libraries are large: otel.ts loads
// this file only if there is a collector.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import type { McpServer, Transport } from "@modelcontextprotocol/server";
import {
  type Attributes,
  type Context,
  DiagLogLevel,
  diag,
  type Histogram,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { local } from "./caller.ts";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";
import { correlation, metaOf, outcomeOf, promptOf, toolOf, withCorrelation } from "./observe.ts";
import { getter, HttpTelemetry, setter, since } from "./telemetry_http.ts";

const name = "acme-server";

/** The collector also reads what is not here, such as headers, from the standard OTEL_EXPORTER_OTLP_… variables. */
export interface Collector {
  endpoint: string; // base URL
  sampleRatio: number; // share of the traces that begin here and are kept
  metricsEvery: number; // milliseconds between two exports
}

// A trace that begins here has the id under which its request is logged, so that
// a line of the log leads to the trace and back.
const idGenerator = {
  generateTraceId: () => correlation() || randomBytes(16).toString("hex"),
  generateSpanId: () => randomBytes(8).toString("hex"),
};

export class Telemetry {
  readonly #traces: TracerProvider;
  readonly #metrics: MeterProvider;
  readonly http: HttpTelemetry;
  readonly #tracer: Tracer;
  readonly #duration: Histogram;
  readonly #propagator = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
  readonly #active = new AsyncLocalStorage<Context>();

  /** Nothing is connected before the first export, and a collector that is down costs spans, never requests. */
  static to({ endpoint, sampleRatio, metricsEvery }: Collector, version: string): Telemetry {
    const at = (path: string) => ({ url: `${endpoint.replace(/\/+$/, "")}/v1/${path}` });
    return new Telemetry(
      version,
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(at("traces")) }),
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(at("metrics")),
        exportIntervalMillis: metricsEvery,
      }),
      sampleRatio,
    );
  }

  constructor(version: string, spans: SpanProcessor, points: MetricReader, sampleRatio: number) {
    // OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win.
    const resource = defaultResource()
      .merge(resourceFromAttributes({ "service.name": name, "service.version": version }))
      .merge(detectResources({ detectors: [envDetector] }));
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) });
    this.#traces = new TracerProvider({ resource, sampler, idGenerator, spanProcessors: [spans] });
    this.#metrics = new MeterProvider({ resource, readers: [points] });
    this.#tracer = this.#traces.getTracer(name);
    const meter = this.#metrics.getMeter(name);
    this.#duration = meter.createHistogram("mcp.server.operation.duration", {
      unit: "s",
      description: "Time from the arrival of an MCP request to its answer.",
      advice: { explicitBucketBoundaries: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] },
    });
    this.http = new HttpTelemetry(this.#tracer, meter, this.#propagator, this.#active);
  }

  /**
   * Lets the exporters complain to log. The library knows only one place for
   * complaints in a process, so this belongs into the start of the program.
   */
  logErrors(log: () => Log): void {
    const lost = (...what: unknown[]) => log().warn("telemetry got lost", { error: what.map(readable).join(" ") });
    const logger = { error: lost, warn: lost, info() {}, debug() {}, verbose() {} };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  /** Sends what has not been sent yet, for so many milliseconds at most. */
  async stop(timeout: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`gave up after ${timeout} ms`)), timeout);
    });
    try {
      const all = Promise.allSettled([this.#traces.shutdown(), this.#metrics.shutdown()]);
      const failed = (await Promise.race([all, late])).filter((done) => done.status === "rejected");
      if (failed.length > 0) throw new Error(failed.map((done) => messageOf(done.reason)).join("\n"));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Makes a span for each request and measures it. The attributes are those of
   * the OpenTelemetry conventions for MCP; URIs and arguments are not among them,
   * for they may hold what should not be kept.
   */
  readonly receive: Middleware = (call, next) => {
    if (call.method === "subscriptions/listen") return next(); // open for hours: no span, no measure
    const start = performance.now();
    const { parent, links } = this.#parentOf(call);
    const options = { kind: SpanKind.SERVER, attributes: describe(call), links };
    const span = this.#tracer.startSpan(call.method, options, parent);
    const work = async () => {
      let answer: Answer | undefined; // stays when next throws
      try {
        answer = await next();
        return answer;
      } finally {
        const labels = describeEnd(span, call, answer);
        span.end();
        this.#duration.record(since(start), labels);
      }
    };
    return this.#active.run(trace.setSpan(parent, span), () => withCorrelation(span.spanContext().traceId, work));
  };

  // The context that the caller sent: that of _meta, else that of the HTTP
  // request, which is then only linked.
  #parentOf(call: Call): { parent: Context; links: Link[] } {
    const names = this.#propagator.fields();
    const headers = Object.fromEntries(names.map((field) => [field, call.header(field)]));
    const viaHttp = this.#propagator.extract(ROOT_CONTEXT, headers, getter);
    const viaMeta = this.#propagator.extract(ROOT_CONTEXT, metaOf(call), getter);
    if (trace.getSpanContext(viaMeta) === undefined) return { parent: viaHttp, links: [] };
    const context = trace.getSpanContext(viaHttp);
    return { parent: viaMeta, links: context ? [{ context }] : [] };
  }

  /**
   * Puts the trace context into the requests that a server sends to its client
   * while it works on one. Notifications go to many sessions at once and stay as
   * they are.
   */
  readonly carry = (server: McpServer): void => {
    const connect = server.connect.bind(server);
    server.connect = (transport: Transport) => {
      const send = transport.send.bind(transport);
      transport.send = (message, options) => {
        const active = this.#active.getStore();
        if (active === undefined || !("method" in message) || !asks.includes(message.method))
          return send(message, options);
        const _meta = { ...message.params?._meta };
        this.#propagator.inject(active, _meta, setter);
        return send({ ...message, params: { ...message.params, _meta } }, options);
      };
      return connect(transport);
    };
  };
}

// The library gives an error as JSON, with its stack.
function readable(what: unknown): string {
  try {
    const { message } = JSON.parse(String(what));
    if (typeof message === "string") return message;
  } catch {
    // It is none.
  }
  return messageOf(what);
}

// What a server asks its client.
const asks = ["elicitation/create", "roots/list", "sampling/createMessage"];

function describe(call: Call): Attributes {
  const version = metaOf(call)["io.modelcontextprotocol/protocolVersion"] ?? call.header("mcp-protocol-version");
  const [tool, prompt] = [toolOf(call), promptOf(call)];
  return {
    "mcp.method.name": call.method,
    ...(typeof version === "string" && { "mcp.protocol.version": version }),
    ...(call.caller.session && { "mcp.session.id": call.caller.session }),
    ...(call.caller.id === local
      ? { "network.transport": "pipe" }
      : { "network.transport": "tcp", "network.protocol.name": "http" }),
    ...(tool && { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool }),
    ...(prompt && { "gen_ai.prompt.name": prompt }),
  };
}

/**
 * Completes the span and gives the labels of the measure. Only the name of
 * something that exists becomes part of the span's name and a label: the names
 * that callers make up have no end.
 */
function describeEnd(span: Span, call: Call, answer: Answer | undefined): Attributes {
  const { method } = call;
  const labels: Attributes = { "mcp.method.name": method };
  const [tool, prompt] = [toolOf(call), promptOf(call)];
  if (answer?.result !== undefined && tool + prompt !== "") {
    span.updateName(`${method} ${tool || prompt}`);
    labels[tool ? "gen_ai.tool.name" : "gen_ai.prompt.name"] = tool || prompt;
  }
  if (answer?.error !== undefined) span.setAttribute("rpc.response.status_code", String(answer.error.code));
  const outcome = outcomeOf(call, answer);
  if (outcome === "ok" || outcome === "input_required") return labels;
  // What is the caller's doing is no fault of this server.
  if (outcome !== "rejected" && outcome !== "cancelled")
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  span.setAttribute("error.type", outcome);
  labels["error.type"] = outcome;
  return labels;
}
