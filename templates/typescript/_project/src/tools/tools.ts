// What models may do with this server: one file a tool.
import type { McpServer, ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Log } from "../log.ts";
import type { Notebook } from "../notes.ts";
import { failed, Problem, shielded } from "../problem.ts";

/** What tools work with. */
export interface Deps {
  notes: Notebook;
  log: Log;
  fetch: typeof fetch; // for calls to other services
  fetchHosts: string[]; // which hosts fetch_page may ask
}

interface Tool<In extends z.ZodObject, Out extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: In;
  output: Out;
  annotations: ToolAnnotations;
}

/** What a tool gives: its structured output, and content if that is not all. */
interface Given<Out> {
  output: Out;
  content?: { type: "text"; text: string }[];
}

/** Registers a tool. */
export function add<In extends z.ZodObject, Out extends z.ZodObject>(
  server: McpServer,
  deps: Deps,
  tool: Tool<In, Out>,
  work: (input: z.infer<In>, context: ServerContext) => Given<z.infer<Out>> | Promise<Given<z.infer<Out>>>,
): void {
  const { name, title, description, input, output, annotations } = tool;
  const shape = {
    title,
    description,
    inputSchema: input as z.ZodObject,
    outputSchema: output as z.ZodObject,
    annotations,
    icons: icon,
  };
  server.registerTool(name, shape, async (given, context) => {
    try {
      const done = await work(given as z.infer<In>, context);
      const summary = { type: "text" as const, text: JSON.stringify(done.output) };
      return { content: [...(done.content ?? []), summary], structuredContent: done.output as Record<string, unknown> };
    } catch (error) {
      if (context.mcpReq.signal.aborted) throw error;
      return failed(shielded(error, name, deps.log));
    }
  });
}

// The hints that clients go by when they ask their users for consent.
export const readOnly = { readOnlyHint: true, idempotentHint: true, destructiveHint: false, openWorldHint: false };
export const additive = { destructiveHint: false, openWorldHint: false };

/** Shows in clients that draw icons. It is inline, so that nothing need be fetched. */
export const icon = [
  {
    src: "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxNiAxNiI+PHBhdGggZD0iTTMgMWgxMHYxNEgzeiIgZmlsbD0iI2ZmZiIgc3Ryb2tlPSIjMzMzIi8+PHBhdGggZD0iTTUgNWg2TTUgOGg2TTUgMTFoNCIgc3Ryb2tlPSIjMzMzIi8+PC9zdmc+",
    mimeType: "image/svg+xml",
    sizes: ["any"],
  },
];

/** The problem of a note that is not there. */
export function notFound(id: string): Problem {
  return new Problem("not_found", `There is no note ${id}.`, "Find its id with search_notes.");
}
