import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Client, InMemoryTransport, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newHttpServer, newServer } from "./main.ts";
import { LineTransport } from "./wire.ts";

const { http, endpoint } = newHttpServer();
let url: URL;

beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
});
afterAll(() => endpoint.close(http, 1000));

async function connect(transport: Transport, revision = "2025-11-25"): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    { supportedProtocolVersions: [revision], versionNegotiation: { mode: revision < "2026" ? "legacy" : "auto" } },
  );
  await client.connect(transport);
  return client;
}

const call = (client: Client, words: string) => client.callTool({ name: "count_words", arguments: { text: words } });

test("count_words", async () => {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await newServer().connect(theirs);
  const client = await connect(ours);
  expect((await call(client, "to be\nor not")).structuredContent).toEqual({ words: 4, lines: 2 });
  const refused = await call(client, "");
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused.content)).toContain("pass the text");
});

test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])("%s over HTTP", async (revision) => {
  const client = await connect(new StreamableHTTPClientTransport(url), revision);
  expect(client.getNegotiatedProtocolVersion()).toBe(revision);
  expect((await call(client, "one two")).isError).toBeFalsy();
  await client.close();
});

test.each([
  ["its own", () => url.origin, 400],
  ["a foreign", () => "https://evil.example", 403],
])("a page of %s origin", async (_, origin, status) => {
  const headers = { origin: origin(), "content-type": "application/json" };
  expect((await fetch(url, { method: "POST", body: "{}", headers })).status).toBe(status);
});

test("what is under way is answered at the end of input", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines = new LineTransport(input, output, 1000);
  const serving = serveStdio(newServer, { transport: lines });
  input.end(
    [
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}',
      "not JSON",
      `"${"x".repeat(2000)}"`,
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count_words","arguments":{"text":"a b"}}}',
    ].join("\n"),
  );
  await lines.finished;
  await serving.close();
  output.end();
  const answers = (await text(output))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers).toHaveLength(4);
  expect(answers.find((a) => a.id === 2).result.structuredContent.words).toBe(2);
  expect(
    answers
      .filter((a) => a.id === null)
      .map((a) => a.error.code)
      .sort(),
  ).toEqual([-32600, -32700]);
});
