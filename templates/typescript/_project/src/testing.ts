// What tests share: the server, and clients of any revision.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import { App } from "./app.ts";
import { load } from "./config.ts";
import type { Listener } from "./wire.ts";

/** The server with some settings. */
export function newApp(environment: Record<string, string> = {}): App {
  return new App(load("", environment).config, { version: "1.2.3", errors: new PassThrough() });
}

/** A way to have clients of the same server: as over HTTP, but without a port. */
export function clientsOf(app: App): (revision: string, options?: ClientOptions, prepare?: Prepare) => Promise<Client> {
  const endpoint = app.newEndpoint();
  const url = new URL("http://127.0.0.1/mcp");
  return async (revision, options = {}, prepare = () => {}) => {
    const client = new Client(
      { name: "test", version: "1" },
      {
        supportedProtocolVersions: [revision],
        versionNegotiation: { mode: revision < "2026" ? "legacy" : "auto" },
        ...options,
      },
    );
    prepare(client);
    const fetch = (at: string | URL, init?: RequestInit) => endpoint.fetch(new Request(at, init));
    await client.connect(new StreamableHTTPClientTransport(url, { fetch }));
    return client;
  };
}

/** Sets a client's handlers, before it connects. */
type Prepare = (client: Client) => void;

/** Calls a tool. */
export async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { structuredContent, content, isError = false } = await client.callTool({ name, arguments: args });
  return { given: structuredContent as Record<string, unknown> | undefined, text: JSON.stringify(content), isError };
}

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** A port of this machine, until the test ends, and what it answers to a message. */
export async function listen(listener: Listener) {
  const http = createServer(listener);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
  const post = (message: unknown, headers: Record<string, string> = {}) =>
    fetch(url, { method: "POST", body: JSON.stringify(message), headers: { ...json, ...headers } });
  return { url, post };
}

/** The MCP port of the server. */
export function serve(app: App): ReturnType<typeof listen> {
  return listen(app.listener(app.newEndpoint()));
}

/** What a client of the handshake era says first. */
export const hello = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};
