// Gives every piece of work a deadline.
import { milliseconds } from "./config.ts";
import type { Answer, Middleware } from "./middleware.ts";
import { failed, Problem } from "./problem.ts";

const codeTimeout = -32001;
const work: Record<string, [kind: string, by: string]> = {
  "tools/call": ["tool", "name"],
  "resources/read": ["resource", "uri"],
  "prompts/get": ["prompt", "name"],
};

/** Ends work that takes longer than most milliseconds, or a tool's own time, and says so. */
export function deadlines(most: number, tools: Record<string, string>): Middleware {
  return async (call, next) => {
    const [kind, by] = work[call.method] ?? [];
    if (kind === undefined || by === undefined) return next();
    const name = String(call.params[by]);
    const timeout = (kind === "tool" ? milliseconds(tools[name] ?? "") : undefined) ?? most;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(() => {
        call.cancel("it took too long"); // what comes later is thrown away
        resolve(tooLong(kind, name, timeout));
      }, timeout);
    });
    try {
      return await Promise.race([next(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

function tooLong(kind: string, name: string, timeout: number): Answer {
  const message = `The ${kind} "${name}" took longer than the ${timeout / 1000}s that it has.`;
  const fix = "Ask for less at once, or try again later.";
  if (kind === "tool") return { result: { ...failed(new Problem("timeout", message, fix)), resultType: "complete" } };
  return { error: { code: codeTimeout, message, data: { reason: "timeout", hint: fix } } };
}
