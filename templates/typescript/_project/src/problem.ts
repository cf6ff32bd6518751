// Errors of tools that are of use to a model: what happened, under a code that
// stays, and what to do about it.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { messageOf } from "./lifecycle.ts";
import type { Log } from "./log.ts";

/** The codes are part of the contract with clients: add, never rename. */
export type Code =
  | "not_found"
  | "full"
  | "refused"
  | "forbidden"
  | "unavailable"
  | "internal"
  | "timeout"
  | "too_large";

/** An error whose text is meant for the client: a JSON object. */
export class Problem extends Error {
  /** The fix says what the client can do. */
  constructor(code: Code, message: string, fix: string) {
    super(JSON.stringify({ code, message, fix }));
  }
}

/** The result of a call that failed. */
export function failed(error: Problem): CallToolResult {
  return { content: [{ type: "text", text: error.message }], isError: true };
}

/**
 * Lets problems through to the client. Any other error may tell what is nobody's
 * business, such as a query or a path: it goes to the log, and the client learns
 * that it did.
 */
export function shielded(error: unknown, tool: string, log: Log): Problem {
  if (error instanceof Problem) return error;
  log.error("a tool failed", { tool, error: messageOf(error) });
  return new Problem(
    "internal",
    "The tool failed for a reason that the server's log tells.",
    "Try once more; if it fails again, tell whoever runs the server.",
  );
}
