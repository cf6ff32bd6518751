#!/usr/bin/env node
// Command acme-server is an MCP server. Without --http it speaks over standard
// input and output.
import { existsSync, realpathSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import * as z from "zod";
import { Endpoint, guard, LineTransport } from "./wire.ts";

const version = "0.1.0";
const maxMessage = 4 << 20; // bytes
const stopTimeout = 5_000; // milliseconds for what is under way

// What `mcpctl add` has added to this project; at first nothing.
const index = new URL(`./added/index${extname(import.meta.url)}`, import.meta.url);
const added: { registerAdded?: (server: McpServer) => void } = existsSync(index) ? await import(index.href) : {};

/** The MCP server with all its tools. */
export function newServer(): McpServer {
  const server = new McpServer(
    {
      name: "acme-server",
      title: "Acme Server",
      version,
      websiteUrl: "https://github.com/acme-owner/acme-server",
    },
    { instructions: "Counts words." },
  );
  server.registerTool(
    "count_words",
    {
      title: "Count words",
      description: "Counts the words and lines of a text.",
      inputSchema: z.strictObject({
        text: z.string().describe("the text to count in"),
      }),
      outputSchema: z.strictObject({
        words: z.int().describe("how many words the text has"),
        lines: z.int().describe("how many lines the text has"),
      }),
      annotations: {
        readOnlyHint: true,
        idempotentHint: true,
        destructiveHint: false,
        openWorldHint: false,
      },
    },
    ({ text }) => {
      // The model sees this text: say what to do.
      if (text === "") throw new Error("text is empty: pass the text to count in");
      const counted = countWords(text);
      return {
        content: [{ type: "text", text: JSON.stringify(counted) }],
        structuredContent: counted,
      };
    },
  );
  added.registerAdded?.(server);
  return server;
}

function countWords(text: string): { words: number; lines: number } {
  return {
    words: text.split(/\s+/).filter((word) => word !== "").length,
    lines: text.split("\n").length,
  };
}

/** The HTTP server; it answers at /mcp. */
export function newHttpServer() {
  const endpoint = new Endpoint(newServer, { maxBody: maxMessage });
  const http = createServer(
    { headersTimeout: 10_000 },
    guard((request, response) => endpoint.serve(request, response)),
  );
  return { http, endpoint };
}

async function serveHttp(address: string, ended: AbortSignal): Promise<void> {
  const { http, endpoint } = newHttpServer();
  const at = new URL(`http://${address}`);
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(Number(at.port || 80), at.hostname.replace(/[[\]]/g, ""), resolve);
  });
  console.error(`acme-server: serving MCP on http://${address}/mcp`);
  await new Promise((resolve) => ended.addEventListener("abort", resolve));
  await endpoint.close(http, stopTimeout);
}

async function serveLines(ended: AbortSignal): Promise<void> {
  const lines = new LineTransport(process.stdin, process.stdout, maxMessage);
  const serving = serveStdio(newServer, { transport: lines });
  ended.addEventListener("abort", () => lines.finish(stopTimeout));
  await lines.finished;
  await serving.close();
}

async function main(): Promise<void> {
  const args = process.argv.slice(2).map((a) => a.replace(/^-(?=\w{2})/, "--"));
  const { values } = parseArgs({ args, options: { http: { type: "string" } } });
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  await (values.http ? serveHttp(values.http, ended.signal) : serveLines(ended.signal));
  process.exit(0);
}

// Started, and not imported by a test.
if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href)
  main().catch((error: unknown) => {
    console.error(`acme-server: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  });
