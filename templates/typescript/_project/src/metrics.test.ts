import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { App } from "./app.ts";
import { Caller } from "./caller.ts";
import { load } from "./config.ts";
import { Metrics } from "./metrics.ts";
import type { Answer, Call } from "./middleware.ts";

const dependencies = [{ name: "weather" }, { name: "redis", error: "refused" }];
const newMetrics = () => new Metrics(false, "1.2.3", { sessions: () => 7, dependencies: () => dependencies });

function call(method: string, name?: string): Call {
  const header = () => null;
  return { method, params: { name }, caller: new Caller("ada"), header, values: new Map() } as Partial<Call> as Call;
}

const ok: Answer = { result: {} };
const refused: Answer = { error: { code: -32602, message: "unknown tool" } };
const gives = (answer: Answer) => async () => answer;
const breaks = () => Promise.reject(new Error("disk on fire"));

async function expectLines(metrics: Metrics, ...lines: string[]): Promise<void> {
  const all = (await metrics.registry.metrics()).split("\n");
  for (const line of lines) expect(all).toContain(line);
}

test("requests are counted by method and outcome", async () => {
  const metrics = newMetrics();
  await metrics.requests(call("tools/call", "greet"), gives(ok));
  await metrics.requests(call("tools/call", "greet"), gives(refused));
  await metrics.requests(call("made/up"), gives(ok));
  await expect(metrics.requests(call("tools/list"), breaks)).rejects.toThrow("disk on fire");
  await expectLines(
    metrics,
    'mcp_requests_total{method="tools/call",outcome="ok"} 1',
    'mcp_requests_total{method="tools/call",outcome="rejected"} 1',
    'mcp_requests_total{method="tools/list",outcome="failed"} 1',
    'mcp_requests_total{method="other",outcome="ok"} 1',
    'mcp_request_duration_seconds_count{method="tools/call"} 2',
    "mcp_requests_in_flight 0",
  );
});

test.each([
  ["tools/call", "mcp_requests_in_flight 1"],
  ["subscriptions/listen", "mcp_subscription_streams 1"],
])("%s is under way", async (method, line) => {
  const metrics = newMetrics();
  await metrics.requests(call(method), async () => {
    await expectLines(metrics, line);
    return ok;
  });
  await expectLines(metrics, "mcp_requests_in_flight 0", "mcp_subscription_streams 0");
  // A stream that stays open is not timed.
  expect(await metrics.registry.metrics()).not.toContain('duration_seconds_count{method="subscriptions/listen"}');
});

test("tools are counted by name", async () => {
  const metrics = newMetrics();
  await metrics.tools(call("tools/call", "greet"), gives(ok));
  await metrics.tools(call("tools/call", "greet"), gives({ result: { isError: true } }));
  await metrics.tools(call("tools/list"), gives(ok));
  await expectLines(
    metrics,
    'mcp_tool_calls_total{tool="greet",outcome="ok"} 1',
    'mcp_tool_calls_total{tool="greet",outcome="tool_error"} 1',
    'mcp_tool_duration_seconds_count{tool="greet"} 2',
  );
});

test("callers cannot make up labels", async () => {
  const metrics = newMetrics();
  for (let i = 0; i < 100; i++) await metrics.tools(call("tools/call", `made-up-${i}`), gives(refused));
  await expectLines(metrics, 'mcp_tool_calls_total{tool="other",outcome="rejected"} 100');
  // A tool that the server lists has a label even before it ever did well.
  await metrics.requests(call("tools/list"), gives({ result: { tools: [{ name: "broken" }] } }));
  await expect(metrics.tools(call("tools/call", "broken"), breaks)).rejects.toThrow();
  await expectLines(metrics, 'mcp_tool_calls_total{tool="broken",outcome="failed"} 1');
  for (let i = 0; i < 1000; i++) await metrics.tools(call("tools/call", `tool-${i}`), gives(ok));
  expect((await metrics.registry.metrics()).match(/mcp_tool_calls_total\{.*outcome="ok"/g)?.length).toBeLessThan(501);
});

test("the rest is counted", async () => {
  const metrics = newMetrics();
  metrics.cacheLookup(true);
  metrics.cacheLookup(false);
  metrics.rateLimited("caller");
  await expectLines(
    metrics,
    'mcp_cache_lookups_total{result="hit"} 1',
    'mcp_cache_lookups_total{result="miss"} 1',
    'mcp_rate_limit_refusals_total{scope="caller"} 1',
    'mcp_dependency_up{dependency="weather"} 1',
    'mcp_dependency_up{dependency="redis"} 0',
    "mcp_sessions 7",
    `mcp_build_info{version="1.2.3",revision="unknown",runtime_version="node ${process.version}"} 1`,
  );
  expect(await metrics.registry.metrics()).not.toContain("nodejs_");
});

test("the summary adds up", async () => {
  const metrics = newMetrics();
  for (const name of ["a", "b"]) await metrics.tools(call("tools/call", name), gives(ok));
  for (const answer of [ok, ok, refused]) await metrics.requests(call("tools/call", "a"), gives(answer));
  expect(await metrics.summary()).toEqual({
    uptime_seconds: expect.any(Number),
    requests: { ok: 2, rejected: 1 },
    tool_calls: { a: 1, b: 1 },
  });
});

test("metrics are served on the admin port alone, refusals of the port included", async () => {
  const errors = new PassThrough();
  const app = new App(load("", {}).config, { version: "1.2.3", errors });
  const endpoint = app.newEndpoint();
  const [http, admin] = [createServer(app.listener(endpoint)), createServer((i, o) => app.adminListener(i, o))];
  const open = (server: typeof http) =>
    new Promise<string>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
    );
  const [mcp, metrics] = [await open(http), await open(admin)];
  const foreign = { method: "POST", headers: { origin: "https://evil.example" } };
  expect((await fetch(`${mcp}/mcp`, foreign)).status).toBe(403);
  expect((await fetch(`${mcp}/metrics`)).status).not.toBe(200);
  const text = await (await fetch(`${metrics}/metrics`)).text();
  for (const want of [
    'mcp_http_responses_total{code="403"} 1',
    'version="1.2.3"',
    "nodejs_eventloop",
    "process_open_fds",
  ])
    expect(text).toContain(want);
  await app.life.stop();
  expect(String(errors.read())).toContain("final metrics");
  await endpoint.close(http, 100);
  admin.closeAllConnections();
  admin.close();
});

test("more than four scrapes at once are refused", async () => {
  const metrics = newMetrics();
  const server = createServer(metrics.serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const held: (() => void)[] = [];
  metrics.registry.metrics = () => new Promise((resolve) => held.push(() => resolve("")));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = Array.from({ length: 5 }, () => fetch(at));
  expect((await Promise.race(answers)).status).toBe(503);
  for (const release of held) release();
  expect((await Promise.all(answers)).map((a) => a.status).sort()).toEqual([200, 200, 200, 200, 503]);
  server.close();
});
