// Bounds what goes into tools and what comes out of them. (The size of HTTP
// bodies is bounded before, by the endpoint.)
import type { App } from "./app.ts";
import { failed, isWork, Refusal } from "./calls.ts";
import type { Answer, Call, Middleware } from "./middleware.ts";
import { Problem } from "./problem.ts";

const internalError = -32603;

/** Zero switches a limit off. */
export interface Limits {
  bytes: number; // all arguments of a call
  depth: number; // objects and lists in each other
  text: number; // bytes of one string in the arguments
}

/**
 * Refuses calls whose arguments exceed the limits. The refusal is a result, so
 * that the model sees it and can ask for less.
 */
export function limitArguments(limits: Limits): Middleware {
  return async (call, next) => {
    const complaint = call.method === "tools/call" ? complaintOf(call.params.arguments, limits) : undefined;
    if (complaint === undefined) return next();
    return tooLarge(call, `The call was refused: ${complaint}.`, "Call again with smaller arguments.");
  };
}

function complaintOf(given: unknown, { bytes, depth, text }: Limits): string | undefined {
  const length = sizeOf(given ?? "");
  if (given !== undefined && bytes > 0 && length > bytes)
    return `the arguments have ${length} bytes, more than the ${bytes} allowed`;
  // The wire has refused what is nested so deeply that this would be a danger.
  const walk = (value: unknown, level: number): string | undefined => {
    if (typeof value === "string" && text > 0 && Buffer.byteLength(value) > text)
      return `a string in the arguments has ${Buffer.byteLength(value)} bytes, more than the ${text} allowed`;
    if (typeof value !== "object" || value === null) return undefined;
    if (depth > 0 && level > depth) return `the arguments are nested deeper than the ${depth} levels allowed`;
    for (const [name, member] of Object.entries(value)) {
      const complaint = (Array.isArray(value) ? undefined : walk(name, level)) ?? walk(member, level + 1);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };
  return walk(given, 1);
}

/**
 * Replaces results above the limit with an error that says so. A result cut short
 * would be worse: broken JSON, or a list that looks complete.
 */
export function limitResults(most: number): Middleware {
  return async (call, next) => {
    const answer = await next();
    if (answer.result === undefined || most <= 0 || !isWork(call.method)) return answer;
    const size = sizeOf(answer.result);
    if (size <= most) return answer;
    const message = `The result has ${size} bytes, more than the ${most} allowed.`;
    const hint = "Ask for less: a page, a filter or a smaller range.";
    if (call.method === "tools/call") return tooLarge(call, message, hint);
    return new Refusal(internalError, "result_too_large", message, hint).answer();
  };
}

function tooLarge(call: Call, message: string, fix: string): Answer {
  return failed(call, new Problem("too_large", message, fix));
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Bounds arguments and results. */
export function withLimits(app: App): void {
  const { MCP_MAX_ARGUMENT_BYTES: bytes, MCP_MAX_ARGUMENT_DEPTH: depth, MCP_MAX_STRING_BYTES: text } = app.config;
  app.chain.use("sanitise", limitArguments({ bytes, depth, text }));
  app.chain.use("response limit", limitResults(app.config.MCP_MAX_RESULT_BYTES));
}
