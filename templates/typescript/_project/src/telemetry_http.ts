// The spans and measures of HTTP: of requests that come in and of calls that go out.
import type { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  type Histogram,
  type Meter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Listener } from "./wire.ts";

// Headers, and _meta, in which callers may put what is no text.
export const getter = {
  get: (from: Record<string, unknown>, key: string) => {
    const value = from[key];
    return typeof value === "string" ? value : undefined;
  },
  keys: (from: Record<string, unknown>) => Object.keys(from),
};
export const setter = {
  set: (to: Record<string, unknown>, key: string, value: string) => {
    to[key] = value;
  },
};

/** The seconds since a start. */
export function since(start: number): number {
  return (performance.now() - start) / 1000;
}

const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]; // seconds

export class HttpTelemetry {
  readonly #tracer: Tracer;
  readonly #propagator: TextMapPropagator;
  readonly #active: AsyncLocalStorage<Context>;
  readonly #served: Histogram;
  readonly #asked: Histogram;

  /** Active has the span of the request that is being worked on. */
  constructor(tracer: Tracer, meter: Meter, propagator: TextMapPropagator, active: AsyncLocalStorage<Context>) {
    this.#tracer = tracer;
    this.#propagator = propagator;
    this.#active = active;
    const options = { unit: "s", advice: { explicitBucketBoundaries: bounds } };
    const description = (of: string) => ({ ...options, description: `Duration of HTTP ${of} requests.` });
    this.#served = meter.createHistogram("http.server.request.duration", description("server"));
    this.#asked = meter.createHistogram("http.client.request.duration", description("client"));
  }

  /**
   * Makes a span for each HTTP request. It is passed on in the request's header:
   * what treats the message may run on behalf of a session, which is older.
   */
  readonly server = (next: Listener): Listener => {
    return (request, response) => {
      const start = performance.now();
      const attributes: Attributes = {
        "http.request.method": request.method ?? "",
        "network.protocol.version": request.httpVersion,
        "server.address": request.headers.host ?? "",
        "url.scheme": "http",
      };
      const parent = this.#propagator.extract(ROOT_CONTEXT, request.headers, getter);
      const path = request.url?.split("?")[0] ?? "";
      const options = { kind: SpanKind.SERVER, attributes: { ...attributes, "url.path": path } };
      const span = this.#tracer.startSpan("mcp", options, parent);
      const headers: Record<string, string> = {};
      this.#propagator.inject(trace.setSpan(parent, span), headers, setter);
      for (const [field, value] of Object.entries(headers)) {
        request.headersDistinct[field] = [value]; // made from what came in, once
        request.headers[field] = value;
      }
      response.once("close", () => {
        attributes["http.response.status_code"] = response.statusCode;
        span.setAttributes(attributes);
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        delete attributes["server.address"]; // its values have no end: a caller chooses them
        this.#served.record(since(start), attributes);
      });
      next(request, response);
    };
  };

  /** Makes a span for each outgoing HTTP call and tells the other side of it. */
  readonly client = (next: typeof fetch): typeof fetch => {
    return async (input, init) => {
      const start = performance.now();
      const request = input instanceof Request ? input : undefined;
      const url = new URL(request?.url ?? String(input));
      const method = init?.method ?? request?.method ?? "GET";
      const attributes: Attributes = { "http.request.method": method, "server.address": url.hostname };
      if (url.port !== "") attributes["server.port"] = Number(url.port);
      const parent = this.#active.getStore() ?? ROOT_CONTEXT;
      // Without the query, which may hold what should not be kept.
      const options = { kind: SpanKind.CLIENT, attributes: { ...attributes, "url.full": url.origin + url.pathname } };
      const span = this.#tracer.startSpan(`HTTP ${method}`, options, parent);
      const context = trace.setSpan(parent, span);
      const headers = new Headers(init?.headers ?? request?.headers);
      this.#propagator.inject(context, headers, { set: (to, field, value) => to.set(field, value) });
      try {
        const response = await this.#active.run(context, () => next(input, { ...init, headers }));
        attributes["http.response.status_code"] = response.status;
        if (response.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        return response;
      } catch (error) {
        attributes["error.type"] = error instanceof Error ? error.name : "error";
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.setAttributes(attributes);
        span.end();
        this.#asked.record(since(start), attributes);
      }
    };
  };
}
