// Says in the terms of this server what the SDK says in its own.
import { LOG_LEVEL_META_KEY } from "@modelcontextprotocol/server";
import type { Answer, Call, Middleware } from "./middleware.ts";
import { failed, Problem } from "./problem.ts";

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/**
 * Refuses log levels that do not exist and answers to questions that are no
 * answers, and tells the model if the client refused what a tool asked of it.
 */
export const compatible: Middleware = async (call, next) => {
  const level = logLevel(call);
  if (level !== undefined && !levels.includes(level as string))
    return { error: { code: -32602, message: `there is no log level ${JSON.stringify(level)}` } };
  const { inputResponses } = call.params;
  if (inputResponses !== undefined && (typeof inputResponses !== "object" || Array.isArray(inputResponses)))
    return { error: { code: -32602, message: "inputResponses must be an object" } };
  const answer = await next();
  const why = refusedByClient(call, answer);
  if (why === undefined) return answer;
  const message = `The client did not give what the tool asked for: ${why}.`;
  return { result: { ...failed(new Problem("refused", message, "Ask the user whether to go on without this tool.")) } };
};

function logLevel({ method, params, era }: Call): unknown {
  if (method === "logging/setLevel" && era === "legacy") return params.level ?? ""; // later there is no such method
  return (params._meta as Record<string, unknown> | undefined)?.[LOG_LEVEL_META_KEY];
}

function refusedByClient({ method }: Call, { result }: Answer): string | undefined {
  if (method !== "tools/call" || result?.isError !== true) return undefined;
  const [content] = (result.content ?? []) as { text?: string }[];
  return /^Fulfilling input required by 'tools\/call' failed: (.*)$/s.exec(content?.text ?? "")?.[1];
}
