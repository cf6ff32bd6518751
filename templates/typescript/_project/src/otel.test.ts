import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { McpServer, type Transport } from "@modelcontextprotocol/server";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { App } from "./app.ts";
import { Caller } from "./caller.ts";
import { load } from "./config.ts";
import type { Answer, Call } from "./middleware.ts";
import { correlation, withCorrelation } from "./observe.ts";
import { Telemetry } from "./telemetry.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parent = `00-${traceId}-00f067aa0ba902b7-01`;
const hour = 3_600_000;

function call(method: string, name?: string, _meta = {}, headers?: Record<string, string>): Call {
  const caller = new Caller(headers ? "ada" : "local");
  const header = (field: string) => headers?.[field] ?? null;
  return { method, params: { name, _meta }, caller, header, values: new Map() } as Partial<Call> as Call;
}

/** A telemetry that keeps everything. */
function recorder() {
  const exporter = new InMemorySpanExporter();
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: hour });
  const telemetry = new Telemetry("1.2.3", new SimpleSpanProcessor({ exporter }), reader, 1);
  const span = () => {
    const [only, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    if (only === undefined) throw new Error("there is no span");
    return only;
  };
  return { telemetry, span, reader };
}

const gives = (answer: Answer) => async () => answer;
const refused: Answer = { error: { code: -32602, message: "no such tool" } };
const [unset, error] = [SpanStatusCode.UNSET, SpanStatusCode.ERROR];

test.each<[string, Call, () => Promise<Answer>, string, SpanStatusCode, Record<string, string>]>([
  [
    "a tool",
    call("tools/call", "greet"),
    gives({ result: {} }),
    "tools/call greet",
    unset,
    {
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": "greet",
      "gen_ai.operation.name": "execute_tool",
      "network.transport": "pipe",
    },
  ],
  [
    "a tool that fails",
    call("tools/call", "greet"),
    gives({ result: { isError: true } }),
    "tools/call greet",
    error,
    { "error.type": "tool_error" },
  ],
  [
    "a tool that does not exist",
    call("tools/call", "made-up"),
    gives(refused),
    "tools/call",
    unset,
    { "error.type": "rejected", "rpc.response.status_code": "-32602" },
  ],
  [
    "a server that is broken",
    call("tools/call", "greet"),
    () => Promise.reject(new Error("disk on fire")),
    "tools/call",
    error,
    { "error.type": "failed" },
  ],
  [
    "a prompt",
    call("prompts/get", "review"),
    gives({ result: {} }),
    "prompts/get review",
    unset,
    { "gen_ai.prompt.name": "review" },
  ],
  [
    "a request over HTTP",
    call("tools/list", undefined, {}, { "mcp-protocol-version": "2025-06-18" }),
    gives({ result: {} }),
    "tools/list",
    unset,
    {
      "network.transport": "tcp",
      "network.protocol.name": "http",
      "mcp.protocol.version": "2025-06-18",
    },
  ],
])("the span of %s", async (_, request, work, name, status, attributes) => {
  const { telemetry, span } = recorder();
  await telemetry.receive(request, work).catch(() => {});
  expect(span()).toMatchObject({ name, kind: SpanKind.SERVER, status: { code: status } });
  expect(span().attributes).toMatchObject(attributes);
  if (status === unset && !("error.type" in attributes)) expect(span().attributes).not.toHaveProperty("error.type");
});

test("the trace context comes from _meta, the request's is linked", async () => {
  const { telemetry, span } = recorder();
  const headers = { traceparent: "00-11111111111111111111111111111111-2222222222222222-01" };
  const _meta = { traceparent: parent, tracestate: "vendor=1", baggage: 5 };
  await telemetry.receive(call("tools/call", "greet", _meta, headers), async () => {
    expect(correlation()).toBe(traceId); // the request is logged under the id of its trace
    return {};
  });
  expect(span().spanContext().traceId).toBe(traceId);
  expect(span().spanContext().traceState?.get("vendor")).toBe("1");
  expect(span().parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
  expect(span().links.map((link) => link.context.spanId)).toEqual(["2222222222222222"]);
});

test("a trace that begins here has the id of the log", async () => {
  const { telemetry, span } = recorder();
  await withCorrelation(traceId, () => telemetry.receive(call("tools/call", "greet"), gives({})));
  expect(span().spanContext().traceId).toBe(traceId);
});

test("requests are measured, streams are not", async () => {
  const { telemetry, reader } = recorder();
  await telemetry.receive(call("tools/call", "greet"), gives({ result: {} }));
  await telemetry.receive(call("tools/call", "greet"), gives({ result: {} }));
  await telemetry.receive(call("subscriptions/listen"), gives({ result: {} }));
  const [metric] = (await reader.collect()).resourceMetrics.scopeMetrics[0]?.metrics ?? [];
  expect(metric?.descriptor).toMatchObject({ name: "mcp.server.operation.duration", unit: "s" });
  const attributes = { "mcp.method.name": "tools/call", "gen_ai.tool.name": "greet" };
  expect(metric?.dataPoints).toEqual([
    expect.objectContaining({ attributes, value: expect.objectContaining({ count: 2 }) }),
  ]);
});

test("the trace context goes out in _meta of what a tool asks its client", async () => {
  const { telemetry } = recorder();
  const sent: Record<string, unknown>[] = [];
  const transport: Transport = {
    start: async () => {},
    close: async () => {},
    send: async (message) => void sent.push({ ...message }),
  };
  const server = new McpServer({ name: "acme-server", version: "1.2.3" });
  telemetry.carry(server);
  await server.connect(transport);
  const ask = (method: string) =>
    transport.send({ jsonrpc: "2.0", id: 1, method, params: { _meta: { mine: "kept" } } });
  await ask("roots/list");
  await telemetry.receive(call("tools/call", "ask", { traceparent: parent }), async () => {
    await ask("elicitation/create");
    await ask("notifications/message");
    return {};
  });
  const metas = sent.map((message) => (message.params as { _meta: Record<string, string> })._meta);
  expect(metas).toEqual([
    { mine: "kept" },
    { mine: "kept", traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)`)) },
    { mine: "kept" },
  ]);
});

async function listen(serve: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

test("the HTTP server passes its span on", async () => {
  const { telemetry, span } = recorder();
  const seen: (string | undefined)[] = [];
  const { server, url } = await listen(
    telemetry.http.server((request, response) => {
      seen.push(request.headersDistinct.traceparent?.join());
      response.end();
    }),
  );
  await (await fetch(`${url}/mcp?secret=1`, { method: "POST", headers: { traceparent: parent } })).text();
  await expect.poll(() => span().attributes["http.response.status_code"]).toBe(200);
  expect(span()).toMatchObject({ name: "mcp", attributes: { "url.path": "/mcp" } });
  expect(seen).toEqual([`00-${traceId}-${span().spanContext().spanId}-01`]);
  close(server);
});

test("an outgoing call tells the other side of its span", async () => {
  const { telemetry, span } = recorder();
  const { server, url } = await listen((request, response) => response.end(request.headers.traceparent));
  const response = await telemetry.http.client(fetch)(`${url}/page?secret=1`, { headers: { accept: "text/plain" } });
  expect(await response.text()).toBe(`00-${span().spanContext().traceId}-${span().spanContext().spanId}-01`);
  expect(span()).toMatchObject({ name: "HTTP GET", kind: SpanKind.CLIENT, attributes: { "url.full": `${url}/page` } });
  close(server);
  const broken = recorder();
  const failing = broken.telemetry.http.client(() => Promise.reject(new TypeError("refused")));
  await expect(failing(url)).rejects.toThrow("refused");
  expect(broken.span()).toMatchObject({ status: { code: error }, attributes: { "error.type": "TypeError" } });
});

/** The receiving end of OTLP/HTTP: what was sent, by path. */
async function collector() {
  const got: Record<string, string> = {};
  const { server, url } = await listen(async (request, response) => {
    got[request.url ?? ""] = (got[request.url ?? ""] ?? "") + (await text(request));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  return { got, server, url };
}

/** Lets a server with the settings answer one request, stops it and gives its log. */
async function runOnce(environment: Record<string, string>): Promise<string> {
  const errors = new PassThrough();
  const app = new App(load("", environment).config, { version: "1.2.3", errors });
  await app.life.start();
  await app.chain.run(call("tools/list", undefined, { traceparent: parent }), gives({ result: { tools: [] } }));
  await app.life.stop();
  return String(errors.read() ?? "");
}

test("telemetry is sent at the stop", async () => {
  const { got, server, url } = await collector();
  expect(await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/` })).not.toContain("telemetry");
  for (const path of ["/v1/traces", "/v1/metrics"])
    for (const want of ["tools/list", "acme-server", "1.2.3"]) expect(got[path]).toContain(want);
  close(server);
});

test("without a collector there is no telemetry", async () => {
  expect(await runOnce({})).not.toContain("telemetry");
});

test("a collector that is down loses spans only", async () => {
  const { server, url } = await listen(() => {});
  close(server);
  expect(await runOnce({ MCP_OTEL_ENDPOINT: url, MCP_STOP_TIMEOUT: "100ms" })).toContain("the last telemetry got lost");
});

test("a collector that refuses is told to the log", async () => {
  const { server, url } = await listen((_, response) => response.writeHead(400).end("no"));
  const log = await runOnce({ MCP_OTEL_ENDPOINT: url });
  expect(log).toMatch(/"telemetry got lost".*Bad Request/);
  expect(log).not.toContain("stack");
  expect(log).toContain('"the last telemetry got lost"');
  close(server);
});

test("at ratio zero only what a caller keeps is kept", async () => {
  const { got, server, url } = await collector();
  const telemetry = Telemetry.to({ endpoint: url, sampleRatio: 0, metricsEvery: hour }, "1.2.3");
  await telemetry.receive(call("tools/call", "greet"), gives({ result: {} }));
  await telemetry.receive(call("tools/call", "sampled", { traceparent: parent }), gives({ result: {} }));
  await telemetry.stop(1000);
  expect(got["/v1/traces"]).toContain("sampled");
  expect(got["/v1/traces"]).not.toContain("greet");
  close(server);
});

test("settings", () => {
  const endpoint = (environment: Record<string, string>) => load("", environment).config.MCP_OTEL_ENDPOINT;
  const standard = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://b:4318" };
  expect(endpoint({})).toBe("");
  expect(endpoint(standard)).toBe("http://b:4318");
  expect(endpoint({ ...standard, MCP_OTEL_ENDPOINT: "http://a:4318" })).toBe("http://a:4318");
  for (const wrong of [
    { MCP_OTEL_ENDPOINT: "localhost:4318" },
    { MCP_OTEL_SAMPLE_RATIO: "10" },
    { MCP_OTEL_METRICS_EVERY: "0s" },
  ])
    expect(() => load("", wrong)).toThrow(Object.keys(wrong)[0]);
});
