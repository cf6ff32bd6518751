// What everybody may rely on, whatever the server is about.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { clientsOf, newApp } from "./testing.ts";
import { LineTransport } from "./wire.ts";

const revisions = ["2025-11-25", "2026-07-28"];

test("tools are described in full", async () => {
  const client = await clientsOf(newApp({ MCP_FETCH_HOSTS: "example.com" }))("2025-11-25");
  // What is added later may do with less.
  const own = ["add_note", "search_notes", "fetch_page"];
  const tools = (await client.listTools()).tools.filter((tool) => own.includes(tool.name));
  expect(tools).toHaveLength(own.length);
  for (const tool of tools) {
    expect(tool.title).toBeTruthy();
    expect(tool.description?.length).toBeGreaterThan(20);
    expect(tool.inputSchema.type).toBe("object");
    expect(tool.outputSchema?.type).toBe("object");
    for (const hint of ["readOnlyHint", "destructiveHint", "openWorldHint"])
      expect(tool.annotations).toHaveProperty(hint);
    for (const [name, about] of Object.entries(tool.inputSchema.properties ?? {}))
      expect(about, `${tool.name}: ${name}`).toHaveProperty("description");
  }
});

test.each(revisions)("arguments are checked, and told what is wrong with them: %s", async (revision) => {
  const client = await clientsOf(newApp())(revision);
  for (const [args, named] of [
    [{ title: 5, text: "two bottles" }, "title"],
    [{ title: "Milk" }, "text"],
    [{ title: "Milk", text: "two bottles", colour: "white" }, "colour"],
  ] as const) {
    const refused = await client.callTool({ name: "add_note", arguments: args }).then(
      (result) => ({ isError: result.isError, told: JSON.stringify(result.content) }),
      (error: unknown) => ({ isError: true, told: String(error) }),
    );
    expect(refused).toMatchObject({ isError: true, told: expect.stringContaining(named) });
  }
});

test.each(revisions)("only what is declared is offered: %s", async (revision) => {
  const client = await clientsOf(newApp())(revision);
  const declared = client.getServerCapabilities() ?? {};
  for (const [capability, method] of [
    ["tools", "tools/list"],
    ["resources", "resources/list"],
    ["prompts", "prompts/list"],
  ] as const) {
    const offered = await client.request({ method }).then(
      () => true,
      () => false,
    );
    expect([capability, offered]).toEqual([capability, capability in declared]);
  }
});

test("requests to other host names are refused", async () => {
  const app = newApp({ MCP_HTTP_HOSTS: "mcp.example.com" });
  const endpoint = app.newEndpoint();
  const http = createServer(app.listener(endpoint));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(403);
  await endpoint.close(http, 100);
});

test("a call that does not end does not keep the server from stopping", async () => {
  const app = newApp({ MCP_FETCH_HOSTS: "example.com", MCP_DRAIN_TIMEOUT: "20ms" });
  const ended = new AbortController();
  app.deps.fetch = () => {
    ended.abort();
    return new Promise(() => {});
  };
  const input = new PassThrough();
  for (const [id, method, params] of [
    [1, "initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } }],
    [2, "tools/call", { name: "fetch_page", arguments: { url: "https://example.com/" } }],
  ])
    input.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  await app.run(ended.signal, () => new LineTransport(input, new PassThrough(), 10_000));
  expect(app.life.phase).toBe("stopped");
});
