// Two questions that the server's guards share: what is a request about, and how
// does one refuse it so that the caller knows what to do next?
import { randomUUID } from "node:crypto";
import type { Answer, Call } from "./middleware.ts";
import { failed as failedResult, type Problem } from "./problem.ts";

/** The kinds of things that a request can be about. */
export type Kind = "tool" | "resource" | "prompt";

/**
 * The kind and the name (of a resource: the URI or the URI template) of what a
 * request wants to use. Both are empty for requests about no single thing, such
 * as lists.
 */
export function target({ method, params }: Pick<Call, "method" | "params">): { kind: Kind | ""; name: string } {
  switch (method) {
    case "tools/call":
      return { kind: "tool", name: textOf(params.name) };
    case "resources/read":
    case "resources/subscribe":
      return { kind: "resource", name: meant(textOf(params.uri)) };
    case "prompts/get":
      return { kind: "prompt", name: textOf(params.name) };
    case "completion/complete": {
      const { ref } = params as { ref?: { type?: unknown; name?: unknown; uri?: unknown } | null };
      if (!ref) return { kind: "", name: "" };
      if (ref.type === "ref/prompt") return { kind: "prompt", name: textOf(ref.name) };
      return { kind: "resource", name: textOf(ref.uri) };
    }
    default:
      return { kind: "", name: "" };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The URI that the SDK makes of one: it takes out dots, so that a://b/x/../y is a://b/y. */
function meant(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri;
}

const work = ["tools/call", "resources/read", "prompts/get", "completion/complete"];

/**
 * Whether a method makes the server work for the caller. Only such methods are
 * limited, timed and queued: lists are cheap, and a subscription lives as long as
 * the caller wants it to.
 */
export function isWork(method: string): boolean {
  return work.includes(method);
}

/**
 * The codes of refusals. They lie outside of what JSON-RPC and MCP reserve for
 * themselves (-32768 to -32000) and end like the HTTP statuses that say the same.
 */
export const codes = {
  forbidden: -31403,
  rateLimited: -31429,
  unavailable: -31502,
  overloaded: -31503,
  timeout: -31504,
} as const;

/**
 * Why work is ended at its deadline, so that it can be told from a cancellation: no
 * client can give the same reason.
 */
export const tookTooLong = `it took too long ${randomUUID()}`;

/** Says why a request was not served and what the caller can do. */
export class Refusal {
  readonly code: number;
  readonly reason: string; // one word for programs: "rate_limited"
  readonly message: string; // a sentence for people and models
  readonly hint: string; // what to do, if there is something
  readonly retryAfterMs: number; // when it makes sense to try again; 0: no promise

  constructor(code: number, reason: string, message: string, hint = "", retryAfterMs = 0) {
    this.code = code;
    this.reason = reason;
    this.message = message;
    this.hint = hint;
    this.retryAfterMs = retryAfterMs;
  }

  /** The refusal as a JSON-RPC error. */
  answer(): Answer {
    const { code, message, reason, hint, retryAfterMs } = this;
    return { error: { code, message, data: { reason, ...(hint && { hint }), ...(retryAfterMs && { retryAfterMs }) } } };
  }
}

/**
 * A tool result that tells the model what went wrong, for problems that it can
 * work round by calling differently.
 */
export function failed(call: Pick<Call, "era">, problem: Problem): Answer {
  return { result: { ...failedResult(problem), ...(stateless(call) && { resultType: "complete" }) } };
}

/** Whether a request is of a revision without sessions, from 2026-07-28 on. */
export function stateless({ era }: Pick<Call, "era">): boolean {
  return era === "modern";
}
