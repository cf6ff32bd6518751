import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { App } from "./app.ts";
import { load } from "./config.ts";
import { hello, newApp, serve } from "./testing.ts";

const { config } = load("", { MCP_HTTP_MAX_BODY: "1000", MCP_HTTP_ORIGINS: "https://friend.example" });
const app = new App(config, { version: "1.2.3", errors: new PassThrough() });
const endpoint = app.newEndpoint();
let http: Server;
let admin: Server;
let url: URL;

const open = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  http = createServer(app.listener(endpoint));
  admin = createServer((request, response) => app.adminListener(request, response));
  url = new URL("/mcp", await open(http));
});
afterAll(async () => {
  await endpoint.close(http, 1000);
  admin.close();
});

test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])("%s over HTTP", async (revision) => {
  const mode = revision < "2026" ? "legacy" : "auto";
  const client = new Client(
    { name: "test", version: "1" },
    { supportedProtocolVersions: [revision], versionNegotiation: { mode } },
  );
  await client.connect(new StreamableHTTPClientTransport(url));
  expect(client.getNegotiatedProtocolVersion()).toBe(revision);
  const result = await client.callTool({ name: "search_notes", arguments: { query: "welcome" } });
  expect(result.structuredContent).toMatchObject({ total: 1 });
  await client.close();
});

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const meta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}';
const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${meta}}}`;
const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" };

test.each<[string, string, Record<string, string>, number]>([
  ["proper", list, modern, 200],
  ["friendly origin", list, { ...modern, origin: "https://friend.example" }, 200],
  ["foreign origin", ping, { origin: "https://evil.example" }, 403],
  ["oversize body", `{"x":"${"x".repeat(1000)}"}`, {}, 413],
  ["bad session", ping, { "mcp-session-id": "guess" }, 404],
  ["wrong content type", ping, { "content-type": "text/plain" }, 415],
  ["batch, no such", `[${list}]`, modern, 400],
  ["missing Mcp-Method", list, { "mcp-protocol-version": "2026-07-28" }, 400],
  ["mismatch", list, { ...modern, "mcp-method": "prompts/list" }, 400],
  ["unknown method", list.replace("tools/list", "no/such"), { ...modern, "mcp-method": "no/such" }, 404],
  ["no JSON", "{", {}, 400],
  ["nested too deeply", "[".repeat(500), {}, 400],
  ["nothing at all", "", {}, 400],
])("%s", async (_, body, more, status) => {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream", ...more };
  expect((await fetch(url, { method: "POST", body, headers })).status).toBe(status);
});

test("an idle session ends, and a long call is not idleness", async () => {
  const short = newApp({ MCP_FETCH_HOSTS: "example.com", MCP_TIMEOUT: "24h" });
  short.endpoint.sessionTimeout = 60_000;
  const page = Promise.withResolvers<Response>();
  const fetched = vi.fn(() => page.promise);
  short.deps.fetch = fetched;
  const { post } = await serve(short);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const opened = await post(hello);
  await opened.text();
  const session = { "mcp-session-id": String(opened.headers.get("mcp-session-id")) };
  const params = { name: "fetch_page", arguments: { url: "https://example.com/" } };
  const called = await post({ jsonrpc: "2.0", id: 2, method: "tools/call", params }, session);
  await vi.waitFor(() => expect(fetched).toHaveBeenCalled());
  vi.advanceTimersByTime(600_000);
  page.resolve(new Response("at last"));
  expect(await called.text()).toContain("at last");
  await vi.waitFor(async () => {
    vi.advanceTimersByTime(600_000);
    expect((await post({ jsonrpc: "2.0", id: 3, method: "ping" }, session)).status).toBe(404);
  });
});
//mcpctl:if headers

test("answers and refusals carry the security headers", async () => {
  for (const origin of ["https://friend.example", "https://evil.example"]) {
    const response = await fetch(url, {
      method: "POST",
      body: ping,
      headers: { origin, "x-forwarded-proto": "https" },
    });
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    expect(response.headers.get("access-control-allow-origin")).toBe(origin.includes("friend") ? origin : null);
  }
  const asking = { origin: "https://friend.example", "access-control-request-method": "POST" };
  expect((await fetch(url, { method: "OPTIONS", headers: asking })).status).toBe(204);
});
//mcpctl:end
//mcpctl:if health

test("probes follow the lifecycle and the dependencies", async () => {
  const at = await open(admin);
  const ask = async (path: string) => {
    const response = await fetch(at + path);
    return [response.status, ((await response.json()) as { status: string }).status];
  };
  let broken = true;
  app.life.check("database", false, () => {
    if (broken) throw new Error("connection refused");
  });
  expect(await ask("/livez")).toEqual([200, "live"]);
  expect(await ask("/startupz")).toEqual([503, "starting"]);
  expect(await ask("/readyz")).toEqual([503, "starting"]);
  await app.life.start();
  expect(await ask("/startupz")).toEqual([200, "started"]);
  expect(await ask("/readyz")).toEqual([200, "degraded"]);
  broken = false;
  expect(await ask("/readyz")).toEqual([200, "degraded"]); // what was found a moment ago is said again
  app.life.drain();
  expect(await ask("/readyz")).toEqual([503, "draining"]);
  expect((await fetch(`${at}/nothing`)).status).toBe(404);
  await app.life.stop();
});
//mcpctl:end
