// What logs, metrics and traces may know of a request: its method, what it is
// about and how it ended. Argument values, results and resource contents are
// none of their business and cannot be had here.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { codes, type Kind, target } from "./calls.ts";
import { type Answer, type Call, cancelledCode } from "./middleware.ts";

/** How requests end. The set is closed: it is used as a metric label. */
export const outcomes = [
  "ok",
  "input_required", // the caller is asked for more and will come again
  "tool_error", // the tool ran and said that it failed
  "rejected", // the caller's fault: bad arguments, unknown name, not allowed, too many
  "cancelled",
  "timeout",
  "failed", // the server's fault
] as const;

export type Outcome = (typeof outcomes)[number];

const internalError = -32603;

/** Sorts the answer to a request into one of the outcomes; none: a middleware or the handler threw. */
export function outcomeOf({ method, values }: Call, answer: Answer | undefined): Outcome {
  // Nothing is done for a notification: it came at the wrong time.
  if (answer === undefined) return method.startsWith("notifications/") ? "rejected" : "failed";
  if (answer.error?.code === cancelledCode && values.get("timed out") === true) return "timeout";
  if (answer.error !== undefined) return ofCode(answer.error.code);
  if (answer.result?.isError === true) return tookTooLong(answer.result) ? "timeout" : "tool_error";
  return answer.result?.resultType === "input_required" ? "input_required" : "ok";
}

// Tells faults of the server from those of its callers. That it is overloaded, or
// that what it needs is down, is not the callers' fault.
function ofCode(code: number): Outcome {
  switch (code) {
    case cancelledCode:
      return "cancelled";
    case codes.timeout:
      return "timeout";
    case internalError:
    case codes.overloaded:
    case codes.unavailable:
      return "failed";
    default:
      return "rejected";
  }
}

// A tool that ran out of time says so by the code of its problem.
function tookTooLong({ content }: Record<string, unknown>): boolean {
  const [first] = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return typeof first?.text === "string" && first.text.startsWith('{"code":"timeout"');
}

/** The name of the tool that a request calls, or "". */
export function toolOf(call: Call): string {
  return nameOf(call, "tool");
}

/** The name of the prompt that a request is about, or "". */
export function promptOf(call: Call): string {
  return nameOf(call, "prompt");
}

// There is no such function for resources: a URI may hold what should not be kept.
function nameOf(call: Call, want: Kind): string {
  const { kind, name } = target(call);
  return kind === want ? clipped(name) : "";
}

// Keeps a name that a caller made up from filling the logs. 128 characters are
// what the protocol allows a tool's name.
function clipped(name: string): string {
  return name.length <= 128 ? name : `${name.slice(0, 128).toWellFormed()}…`;
}

const correlated = new AsyncLocalStorage<string>();

/** Does work whose log lines carry the id. */
export function withCorrelation<T>(id: string, work: () => T): T {
  return correlated.run(id, work);
}

/** The id of the request that is being worked on, or "". */
export function correlation(): string {
  return correlated.getStore() ?? "";
}

/**
 * The id under which a request is logged: the trace id that the caller sends in
 * _meta or in the HTTP header, else a new one. Only a well-formed trace id is
 * taken over, so a caller cannot write into the logs.
 */
export function correlationOf(call: Call): string {
  return traceId(metaOf(call).traceparent) || traceId(call.header("traceparent")) || randomBytes(16).toString("hex");
}

/** The _meta of a request; empty when there is none. */
export function metaOf({ params }: Pick<Call, "params">): Record<string, unknown> {
  return (params._meta ?? {}) as Record<string, unknown>;
}

// Takes the trace id out of a W3C traceparent (version-traceid-parentid-flags).
function traceId(parent: unknown): string {
  if (typeof parent !== "string" || parent.length > 256) return "";
  return /^[^-]*-(?!0{32})([0-9a-f]{32})-[^-]*-/.exec(parent)?.[1] ?? "";
}
