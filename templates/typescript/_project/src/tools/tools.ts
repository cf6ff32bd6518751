// What models may do with this server: one file a tool.
//mcpctl:if elicitation || legacy
import {
  type InputRequiredResult,
  isInputRequiredResult,
  type McpServer,
  type ServerContext,
  type ToolAnnotations,
} from "@modelcontextprotocol/server";
//mcpctl:else
import type { McpServer, ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
//mcpctl:end
import type * as z from "zod";
//mcpctl:if elicitation
import type { Sealer } from "../elicitation.ts";
//mcpctl:end
import type { Log } from "../log.ts";
import type { Notebook } from "../notes.ts";
import { failed, Problem, shielded } from "../problem.ts";
//mcpctl:if tasks
import type { Tasks } from "../tasks.ts";
//mcpctl:end

/** What tools work with. */
export interface Deps {
  notes: Notebook;
  log: Log;
  fetch: typeof fetch; // for calls to other services
  fetchHosts: string[]; // which hosts fetch_page may ask
  //mcpctl:if elicitation
  sealer: Sealer; // keeps questions to the user from being forged
  shareUrl: string; // the page that share_note sends users to
  //mcpctl:end
  //mcpctl:if tasks
  tasks: Tasks;
  //mcpctl:end
}

interface Tool<In extends z.ZodObject, Out extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: In;
  output: Out;
  annotations: ToolAnnotations;
  //mcpctl:if versioning
  _meta?: Record<string, unknown>;
  //mcpctl:end
}

/** What a tool gives: its structured output, and content if that is not all. */
interface Given<Out> {
  output: Out;
  content?: { type: "text"; text: string }[];
}

//mcpctl:if elicitation || legacy
/** What a tool gives, or what it first has to ask its client for. */
type Done<Out> = Given<Out> | InputRequiredResult;
//mcpctl:else
type Done<Out> = Given<Out>;
//mcpctl:end

/** Registers a tool. */
export function add<In extends z.ZodObject, Out extends z.ZodObject>(
  server: McpServer,
  deps: Deps,
  tool: Tool<In, Out>,
  work: (input: z.infer<In>, context: ServerContext) => Done<z.infer<Out>> | Promise<Done<z.infer<Out>>>,
): void {
  const { name, title, description, input, output, annotations } = tool;
  const shape = {
    title,
    description,
    inputSchema: input as z.ZodObject,
    outputSchema: output as z.ZodObject,
    annotations,
    icons: icon,
    //mcpctl:if versioning
    ...(tool._meta && { _meta: tool._meta }),
    //mcpctl:end
  };
  server.registerTool(name, shape, async (given, context) => {
    try {
      const done = await work(given as z.infer<In>, context);
      //mcpctl:if elicitation || legacy
      if (isInputRequiredResult(done)) return done;
      //mcpctl:end
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
export const additive = { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: false };
//mcpctl:if elicitation || tasks
export const destructive = { readOnlyHint: false, idempotentHint: true, destructiveHint: true, openWorldHint: false };
//mcpctl:end

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
